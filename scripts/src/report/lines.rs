//! Lines that every report has, made from the books. Amounts are in the smallest unit, as decimal strings;
//! addresses carry their checksum.

use alloy::primitives::{Address, B256, U256};
use serde::{Serialize, Serializer};

use crate::ledger::{Books, Subject};

/// One token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenLine {
    /// Where it is.
    pub address: String,
    /// Ticker.
    pub symbol: String,
    /// Decimals of its smallest unit.
    pub decimals: u8,
    /// Whether the vault takes it, as stake or as revenue. Any other came by the splitter, to which anybody
    /// can push any token: its ticker and its decimals are what its maker likes.
    pub of_vault: bool,
}

/// What one source brought of one token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RevenueLine {
    /// The source's id, as text if it is one.
    pub source: String,
    /// Its name.
    pub name: String,
    /// Symbol of the token.
    pub token: String,
    /// Where the token is.
    pub token_address: String,
    /// How much.
    #[serde(serialize_with = "decimal")]
    pub amount: U256,
}

/// What one payee of one policy got of one token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayeeLine {
    /// The policy's name.
    pub policy: String,
    /// The policy's id.
    #[serde(serialize_with = "decimal")]
    pub policy_id: U256,
    /// The payee's name.
    pub payee: String,
    /// Its share.
    pub bps: u32,
    /// Symbol of the token.
    pub token: String,
    /// Where the token is.
    pub token_address: String,
    /// What it was paid.
    #[serde(serialize_with = "decimal")]
    pub paid: U256,
    /// What it is owed at the end.
    #[serde(serialize_with = "decimal")]
    pub owed: U256,
}

/// One contract's account of one token: `opening + received` is the sum of `paid`, `owed`, `streaming`,
/// `held` and `fractions`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BalanceLine {
    /// `vault` or `splitter`.
    pub contract: &'static str,
    /// Symbol of the token.
    pub token: String,
    /// Where the token is.
    pub token_address: String,
    /// What it had for its holders or payees at the beginning.
    #[serde(serialize_with = "decimal")]
    pub opening: U256,
    /// What arrived.
    #[serde(serialize_with = "decimal")]
    pub received: U256,
    /// What was paid.
    #[serde(serialize_with = "decimal")]
    pub paid: U256,
    /// What can be claimed or released at the end.
    #[serde(serialize_with = "decimal")]
    pub owed: U256,
    /// What has not fallen due, rounded down.
    #[serde(serialize_with = "decimal")]
    pub streaming: U256,
    /// What waits for somebody to stake, rounded down.
    #[serde(serialize_with = "decimal")]
    pub held: U256,
    /// What the others leave: fractions of a unit that belong to holders, payees and streams.
    #[serde(serialize_with = "decimal")]
    pub fractions: U256,
    /// What lies in the contract without its having taken notice: sent there, and not counted above.
    #[serde(serialize_with = "decimal")]
    pub unnoticed: U256,
}

impl BalanceLine {
    /// The headings of [`BalanceLine::amounts`].
    pub(super) const AMOUNTS: [&str; 8] =
        ["opening", "received", "paid", "owed", "streaming", "held", "fractions", "unnoticed"];

    /// Its amounts, as tables and files have them side by side.
    pub(super) const fn amounts(&self) -> [U256; 8] {
        [
            self.opening,
            self.received,
            self.paid,
            self.owed,
            self.streaming,
            self.held,
            self.fractions,
            self.unnoticed,
        ]
    }
}

/// A number as a decimal string.
pub(super) fn decimal<S: Serializer>(
    amount: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// The text in `word`, left-aligned ASCII; or the word itself, if it is no text.
#[must_use]
pub fn text_of(word: B256) -> String {
    let end = word.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = &word[..end];
    if text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        String::from_utf8_lossy(text).into_owned()
    } else {
        word.to_string()
    }
}

/// Books, and what to call things.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The books.
    pub books: &'a Books,
    /// The names.
    pub subject: &'a Subject,
}

impl Reader<'_> {
    /// `tokens`, as people call them.
    #[must_use]
    pub fn tokens(&self, tokens: &[Address]) -> Vec<TokenLine> {
        let line = |address: &Address| TokenLine {
            address: address.to_string(),
            symbol: self.subject.symbol(*address),
            decimals: self.subject.decimals(*address),
            of_vault: self.books.is_of_vault(*address),
        };
        tokens.iter().map(line).collect()
    }

    /// What each of `sources` ever brought of each of `tokens`, in this order.
    #[must_use]
    pub fn revenue(&self, sources: &[B256], tokens: &[Address]) -> Vec<RevenueLine> {
        let pairs = sources.iter().flat_map(|source| tokens.iter().map(move |one| (source, one)));
        let amounts = &self.books.splitter().by_source;
        pairs
            .map(|(source, token)| {
                let amount = amounts.get(&(*source, *token)).copied().unwrap_or_default();
                self.revenue_line(*source, *token, amount)
            })
            .collect()
    }

    pub(super) fn revenue_line(&self, source: B256, token: Address, amount: U256) -> RevenueLine {
        let id = if source.is_zero() { "unattributed".to_owned() } else { text_of(source) };
        RevenueLine {
            source: id,
            name: self.subject.source(source),
            token: self.subject.symbol(token),
            token_address: token.to_string(),
            amount,
        }
    }

    /// Every payee of a policy that ever received something.
    #[must_use]
    pub fn payees(&self) -> Vec<PayeeLine> {
        let splitter = self.books.splitter();
        let name = |policy: U256| splitter.policies.get(&policy).map(|terms| text_of(terms.name));
        let lines = splitter.lines();
        lines
            .map(|line| PayeeLine {
                policy: name(line.policy).unwrap_or_default(),
                policy_id: line.policy,
                payee: self.subject.account(line.account),
                bps: line.bps,
                token: self.subject.symbol(line.token),
                token_address: line.token.to_string(),
                paid: line.paid - self.books.payee_before((line.policy, line.payee, line.token)),
                owed: line.owed(),
            })
            .collect()
    }

    /// The vault's account of each reward token at `time`.
    #[must_use]
    pub fn vault(&self, time: u64) -> Vec<BalanceLine> {
        let pots = self.books.at(time).pots().into_iter();
        let line = |pot: crate::ledger::Pot| BalanceLine {
            contract: "vault",
            token: self.subject.symbol(pot.token),
            token_address: pot.token.to_string(),
            opening: U256::from(pot.opening),
            received: U256::from(pot.received),
            paid: U256::from(pot.paid),
            owed: U256::from(pot.claimable),
            streaming: U256::from(pot.streaming),
            held: U256::from(pot.held),
            fractions: U256::from(pot.fractions),
            unnoticed: self.books.unnoticed(pot.token)[0],
        };
        pots.map(line).collect()
    }

    /// The splitter's account of each token that it received.
    #[must_use]
    pub fn splitter(&self) -> Vec<BalanceLine> {
        let tokens = self.books.tokens().into_iter();
        let lines = tokens.map(|token| self.splitter_line(token));
        let something =
            |line: &BalanceLine| !(line.opening + line.received + line.unnoticed).is_zero();
        lines.filter(something).collect()
    }

    fn splitter_line(&self, token: Address) -> BalanceLine {
        let splitter = self.books.splitter();
        let (received, paid) = (splitter.received_in(token), splitter.paid_in(token));
        let (received_before, paid_before) = self.books.splitter_before(token);
        let lines = splitter.lines().filter(|line| line.token == token);
        let owed = lines.map(|line| line.owed()).sum();
        BalanceLine {
            contract: "splitter",
            token: self.subject.symbol(token),
            token_address: token.to_string(),
            opening: received_before.saturating_sub(paid_before),
            received: received - received_before,
            paid: paid - paid_before,
            owed,
            streaming: U256::ZERO,
            held: U256::ZERO,
            fractions: received.saturating_sub(paid + owed),
            unnoticed: self.books.unnoticed(token)[1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_text_is_shown_as_text_and_any_other_as_it_is() {
        assert_eq!(text_of(B256::right_padding_from(b"GPU leasing")), "GPU leasing");
        assert_eq!(text_of(B256::ZERO), "");
        assert_eq!(text_of(B256::repeat_byte(7)), B256::repeat_byte(7).to_string());
    }
}
