//! One log, decoded.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolEvent, SolEventInterface},
};
use serde::{Deserialize, Serialize};

use super::history::StoredLog;
use crate::abi::{ISplitter::ISplitterEvents, IToken, IVault::IVaultEvents, IWeth};

/// Where a log is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Place {
    /// Its block.
    pub block: u64,
    /// Its position in the block.
    pub index: u64,
}

/// The two contracts that tell what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contracts {
    /// The vault.
    pub vault: Address,
    /// The splitter.
    pub splitter: Address,
}

impl Contracts {
    /// Whether `address` is one of them.
    #[must_use]
    pub fn contain(&self, address: Address) -> bool {
        address == self.vault || address == self.splitter
    }
}

/// A log, decoded.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it is.
    pub place: Place,
    /// Its block's time in Unix seconds.
    pub time: u64,
    /// What it tells.
    pub told: Told,
}

/// What a log tells.
#[derive(Clone, Debug)]
pub enum Told {
    /// The vault's word.
    Vault(Box<IVaultEvents>),
    /// The splitter's word.
    Splitter(Box<ISplitterEvents>),
    /// A token's word on a move into or out of one of them.
    Moved(TokenMove),
    /// Nothing that matters here.
    Nothing,
    /// A log of the vault or the splitter, or a token's move, that does not decode, and why.
    Unreadable(String),
}

/// How a token told a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// By `Transfer`.
    Transfer,
    /// By WETH's `Deposit` or `Withdrawal`, which some WETH tell beside a `Transfer` and some instead.
    Wrap,
}

/// A move of tokens into or out of the vault or the splitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenMove {
    /// The token.
    pub token: Address,
    /// Who had it; zero if it was made.
    pub from: Address,
    /// Who has it now; zero if it was ended.
    pub to: Address,
    /// How much.
    pub value: U256,
    /// How it was told.
    pub manner: Manner,
}

impl Entry {
    /// Decodes `log`.
    #[must_use]
    pub fn read(log: &StoredLog, contracts: Contracts) -> Self {
        let (topics, data) = (log.topics.as_slice(), log.data.as_ref());
        let told = if log.address == contracts.vault {
            IVaultEvents::decode_raw_log(topics, data).map(|event| Told::Vault(Box::new(event)))
        } else if log.address == contracts.splitter {
            ISplitterEvents::decode_raw_log(topics, data)
                .map(|event| Told::Splitter(Box::new(event)))
        } else {
            moved(log, contracts)
        };
        let told = told.unwrap_or_else(|error| Told::Unreadable(error.to_string()));
        Self { place: log.place, time: log.time, told }
    }
}

fn moved(log: &StoredLog, contracts: Contracts) -> alloy::sol_types::Result<Told> {
    let (topics, data, token) = (log.topics.iter().copied(), log.data.as_ref(), log.address);
    let (from, to, value, manner) = match log.topics.first() {
        Some(&IToken::Transfer::SIGNATURE_HASH) => {
            let IToken::Transfer { from, to, value } =
                IToken::Transfer::decode_raw_log(topics, data)?;
            (from, to, value, Manner::Transfer)
        }
        Some(&IWeth::Deposit::SIGNATURE_HASH) => {
            let IWeth::Deposit { to, value } = IWeth::Deposit::decode_raw_log(topics, data)?;
            (Address::ZERO, to, value, Manner::Wrap)
        }
        Some(&IWeth::Withdrawal::SIGNATURE_HASH) => {
            let event = IWeth::Withdrawal::decode_raw_log(topics, data)?;
            (event.from, Address::ZERO, event.value, Manner::Wrap)
        }
        _ => return Ok(Told::Nothing),
    };
    let ours = contracts.contain(from) || contracts.contain(to);
    Ok(if ours { Told::Moved(TokenMove { token, from, to, value, manner }) } else { Told::Nothing })
}

/// The teller and the name of a log, and the rest of it.
pub(crate) fn describe(log: &StoredLog, contracts: Contracts) -> (String, String) {
    let (teller, told) = match Entry::read(log, contracts).told {
        Told::Vault(event) => ("vault".to_owned(), format!("{event:?}")),
        Told::Splitter(event) => ("splitter".to_owned(), format!("{event:?}")),
        Told::Moved(told) => (told.token.to_string(), format!("{:?}({told:?})", told.manner)),
        Told::Nothing | Told::Unreadable(_) => {
            let StoredLog { address, topics, data, .. } = log;
            (address.to_string(), format!("a log(of topics {topics:?}, data {data})"))
        }
    };
    // The name of the event, and in brackets the event.
    let (name, rest) = told.split_once('(').unwrap_or((&told, ""));
    let rest = rest.strip_suffix(')').unwrap_or(rest);
    (format!("{teller}, {name}"), format!("{rest}, time {}", log.time))
}
