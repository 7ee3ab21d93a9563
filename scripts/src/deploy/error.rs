//! Why a platform cannot be deployed, or is not what it was meant to be.

use std::fmt;

use alloy::primitives::{
    Address, B256, U256,
    utils::{format_ether, format_units},
};

use super::changes::Change;
use crate::failure::OUTDATED;

/// What a deployment cannot get over, and what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The chain runs no WASM.
    #[error(
        "chain {0} has no Stylus: nothing answers at 0x71; programs run on Arbitrum chains from ArbOS 30 on"
    )]
    NoStylus(u64),
    /// The chain takes programs of one account only, or of fewer accounts than this one needs.
    #[error(
        "{contract} is cut into {needed} fragments, and this chain takes {offered}; fragments exist \
         from ArbOS 60 on, and the chain's owner sets how many"
    )]
    TooManyFragments {
        /// The contract.
        contract: String,
        /// How many fragments it has.
        needed: usize,
        /// How many the chain allows; zero if it does not know of them.
        offered: u8,
    },
    /// Activations cost more gas than a transaction may use: the chain's owner has paused them.
    #[error(
        "activation is paused on this chain: {contract} would take {needed} gas, of which the chain's \
         owner has added {added}, and a transaction may use {limit}; wait until ArbWasm.activationGas() \
         is lower"
    )]
    ActivationPaused {
        /// The contract.
        contract: String,
        /// Gas of its activation.
        needed: u64,
        /// How much of that the chain's owner has added.
        added: u64,
        /// The most that a transaction may use.
        limit: u64,
    },
    /// The file does not say everything that is needed on this chain.
    #[error("{what} is not known on chain {chain_id}: {remedy}")]
    Unsettled {
        /// What is missing.
        what: String,
        /// The chain.
        chain_id: u64,
        /// Where to write it.
        remedy: String,
    },
    /// The record in the directory is another platform's.
    #[error(
        "the record of this chain is of platform {found}, not {expected}; give another --deployments directory"
    )]
    OtherPlatform {
        /// The platform on record.
        found: String,
        /// The platform asked for.
        expected: String,
    },
    /// Something is on chain, it is not what was configured, and no contract told of a change.
    #[error(
        "what is on chain is not what is configured, and no event since the deployment says why:{}{}",
        lines(.drift), changed(.changes)
    )]
    Drift {
        /// What differs.
        drift: Vec<Difference>,
        /// What differs beside, and was changed by those who may.
        changes: Vec<Change>,
    },
    /// What is on chain was changed by those who may, and the file does not say so.
    #[error(
        "what is on chain was changed since it was deployed; write it into the platform file:{}",
        lines(.0)
    )]
    Outdated(Vec<Change>),
    /// There is something to do, and another account has to do it.
    #[error("{step} is for {expected} to do, not for {found}")]
    OtherDeployer {
        /// What is to be done.
        step: String,
        /// Who began the deployment.
        expected: Address,
        /// Who signs now.
        found: Address,
    },
    /// The platform is handed over, and what is left is its owner's to do.
    #[error(
        "{owner} owns the contracts, and has to do what is left: {}; --safe-batch FILE writes it to a \
         batch for a Safe, and `tributary source`, `policy`, `share`, `penalty` and `reward` send it",
        .steps.join(", ")
    )]
    ForTheOwner {
        /// What is to be done.
        steps: Vec<String>,
        /// By whom.
        owner: Address,
    },
    /// A batch for the owner would begin with what is not the owner's to do.
    #[error(
        "{step} is for the deployer to do, before there is a batch for the owner; use --broadcast"
    )]
    ForTheDeployer {
        /// What is to be done.
        step: String,
    },
    /// Somebody else called the constructor between creation and construction.
    #[error(
        "{role} at {address} was constructed by somebody else, and is of no use; remove it from the \
         record to deploy another"
    )]
    ConstructedByAnother {
        /// The contract.
        role: String,
        /// Where it is.
        address: Address,
    },
    /// The payer cannot pay for the next transaction.
    #[error("{step} needs up to {} ETH, and {payer} has {}", format_ether(*.needed), format_ether(*.has))]
    InsufficientFunds {
        /// What is to be done.
        step: String,
        /// Who pays.
        payer: Address,
        /// Gas limit times the highest fee, and the value.
        needed: U256,
        /// What is there.
        has: U256,
    },
    /// A transaction was sent, perhaps several times at rising fees, and is not mined yet.
    #[error(
        "{step} (transaction {transaction}) was sent and is not mined yet; it offers {} gwei for gas, \
         and up to {} are allowed by --max-fee. Run this again later, or with a higher limit: it goes \
         on under the same number",
        gwei(*.fee), gwei(*.limit)
    )]
    NotMined {
        /// What it does.
        step: String,
        /// Its last version.
        transaction: B256,
        /// What that offers for a unit of gas, in wei.
        fee: u128,
        /// The most that may be offered.
        limit: u128,
    },
    /// Gas costs more than may be offered for it.
    #[error(
        "{step}: gas costs {} gwei, and up to {} are allowed by --max-fee; run this again later, or with \
         a higher limit",
        gwei(*.fee), gwei(*.limit)
    )]
    TooDear {
        /// What was to be done.
        step: String,
        /// What would have to be offered for a unit of gas, in wei.
        fee: u128,
        /// The most that may be offered.
        limit: u128,
    },
    /// A transaction was mined, and what it should do is not done.
    #[error("{step} was mined, and the chain still lacks it")]
    NoEffect {
        /// What was to be done.
        step: String,
    },
}

impl DeployError {
    /// The exit code of what has one: 2 for what the file or the flags leave open, 6 for what is not as
    /// configured, 7 for what was changed by those who may.
    #[must_use]
    pub const fn exit_code(&self) -> Option<u8> {
        match self {
            Self::Unsettled { .. } | Self::OtherPlatform { .. } | Self::ForTheDeployer { .. } => {
                Some(2)
            }
            Self::Drift { .. } | Self::ConstructedByAnother { .. } => Some(6),
            Self::Outdated(_) => Some(OUTDATED),
            _ => None,
        }
    }
}

/// One thing that is otherwise than configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which thing: `vault owner`.
    pub item: String,
    /// What it should be.
    pub wanted: String,
    /// What it is.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} is configured, {} is on chain", self.item, self.wanted, self.found)
    }
}

fn lines(items: &[impl fmt::Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

fn changed(changes: &[Change]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    format!("\nbeside what was changed since by those who may:{}", lines(changes))
}

fn gwei(wei: u128) -> String {
    let text = format_units(wei, "gwei").unwrap_or_default();
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
