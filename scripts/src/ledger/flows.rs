//! What the contracts say against what the tokens say they moved.

use alloy::primitives::{Address, U256};
use model::Event;

use super::{
    Observation, Subject,
    difference::Findings,
    journal::{Journal, Split, TokenMove},
};

/// Compares the books of vault and splitter with every move of every token, until an observation.
pub(crate) fn check(
    journal: &Journal,
    seen: &Observation,
    subject: &Subject,
    findings: &mut Findings<'_>,
) {
    for (&token, view) in &seen.tokens {
        let flows = Flows { journal, token, block: seen.block, subject };
        let symbol = subject.symbol(token);
        findings.same(flows.balance(subject.vault), Some(view.in_vault).into(), || {
            format!("vault, balance of {symbol}")
        });
        findings.same(flows.balance(subject.splitter), Some(view.in_splitter).into(), || {
            format!("splitter, balance of {symbol}")
        });
        let (staked, unstaked) = flows.stakes();
        findings.same(flows.claimed() + unstaked, flows.sent_out_by(subject.vault), || {
            format!("vault, {symbol} sent out, by claims and withdrawals against transfers")
        });
        findings.same(flows.notified() + staked, flows.taken_in_by(subject.vault), || {
            format!("vault, {symbol} taken in, by revenue and deposits against transfers")
        });
        flows.check_way(&symbol, findings);
    }
}

/// A balance worked out from moves; nothing if more went out than came in.
#[derive(PartialEq, Eq)]
struct Balance(Option<U256>);

impl From<Option<U256>> for Balance {
    fn from(amount: Option<U256>) -> Self {
        Self(amount)
    }
}

impl std::fmt::Display for Balance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(amount) => write!(f, "{amount}"),
            None => f.write_str("less than nothing"),
        }
    }
}

/// One token's flows until a block.
struct Flows<'a> {
    journal: &'a Journal,
    token: Address,
    block: u64,
    subject: &'a Subject,
}

impl Flows<'_> {
    fn moves(&self) -> impl Iterator<Item = &TokenMove> {
        let past = self.journal.moves.iter().filter(|(place, _)| place.block <= self.block);
        past.map(|(_, one)| one).filter(|one| one.token == self.token)
    }

    fn sent_out_by(&self, account: Address) -> U256 {
        self.moves().filter(|one| one.from == account).map(|one| one.value).sum()
    }

    fn taken_in_by(&self, account: Address) -> U256 {
        self.moves().filter(|one| one.to == account).map(|one| one.value).sum()
    }

    fn balance(&self, account: Address) -> Balance {
        self.taken_in_by(account).checked_sub(self.sent_out_by(account)).into()
    }

    fn facts(&self) -> impl Iterator<Item = &Event> {
        let past = self.journal.facts.iter().filter(|(place, _)| place.block <= self.block);
        past.map(|(_, fact)| &fact.event)
    }

    fn claimed(&self) -> U256 {
        let amount = |event: &Event| match event {
            Event::Claimed { token, amount, .. } if *token == self.token => Some(*amount),
            _ => None,
        };
        self.facts().filter_map(amount).sum()
    }

    fn notified(&self) -> U256 {
        let amount = |event: &Event| match event {
            Event::Notified { token, amount, .. } if *token == self.token => Some(*amount),
            _ => None,
        };
        self.facts().filter_map(amount).sum()
    }

    /// Stakes in and out, if this token is what is staked.
    fn stakes(&self) -> (U256, U256) {
        if self.token != self.subject.asset {
            return (U256::ZERO, U256::ZERO);
        }
        let past = self.journal.staked.iter().filter(|(place, ..)| place.block <= self.block);
        past.fold((U256::ZERO, U256::ZERO), |(staked, unstaked), one| {
            (staked + one.1, unstaked + one.2)
        })
    }

    /// What the splitter says it paid the vault, what the vault says it was brought, and what moved.
    fn check_way(&self, symbol: &str, findings: &mut Findings<'_>) {
        let (vault, splitter) = (self.subject.vault, self.subject.splitter);
        let moved = self.moves().filter(|one| one.from == splitter && one.to == vault);
        let moved: U256 = moved.map(|one| one.value).sum();
        let past = self.journal.splits.iter().filter(|(place, _)| place.block <= self.block);
        let to_vault = |split: &Split| match split {
            Split::Paid(_, _, account, token, amount) => {
                (*account == vault && *token == self.token).then_some(*amount)
            }
            _ => None,
        };
        let paid: U256 = past.filter_map(|(_, split)| to_vault(split)).sum();
        let brought = self.journal.brought.iter().filter(|(place, ..)| place.block <= self.block);
        let brought: U256 =
            brought.filter(|(_, token, _)| *token == self.token).map(|one| one.2).sum();
        let what =
            |side: &str| format!("{symbol} from splitter to vault, {side} against transfers");
        findings.same(moved, paid, || what("as the splitter says"));
        findings.same(moved, brought, || what("as the vault says"));
    }
}
