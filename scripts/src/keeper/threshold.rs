//! What is worth a transaction, token by token.
//!
//! One number for all tokens cannot be right: one unit may be a cent or a house. So every token can have a
//! threshold of its own, and the default holds for the rest.

use std::{collections::BTreeMap, str::FromStr};

use alloy::primitives::{Address, U256};
use eyre::Result;
use serde::Deserialize;

use crate::{
    failure::Failure,
    session::{Amount, Book, NoAmount, Token},
};

/// How the default is called in a file.
const DEFAULT: &str = "default";
/// Least payout to an account, of a token that has no threshold of its own.
const PAYOUT: &str = "1";
/// The same of wrapped ether, of which a whole one is a lot.
const ETHER_PAYOUT: (&str, &str) = ("weth", "0.001");
/// Least revenue that is taken in or distributed: enough that dust does not eat the budget, and little of
/// any token.
const REVENUE: &str = "0.001";

/// What an operator says: an amount of a token, or of every token that is not named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Address, name in the deployment, or ticker; nothing for the default.
    token: Option<String>,
    amount: Amount,
}

impl FromStr for Threshold {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (token, amount) = match text.split_once('=') {
            Some((token, amount)) => (Some(token.trim().to_owned()), amount.trim()),
            None => (None, text),
        };
        let token = token.filter(|token| token != DEFAULT);
        Ok(Self { token, amount: amount.parse()? })
    }
}

/// Thresholds of one kind; of several that fit a token, the last holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>")]
pub struct Thresholds(Vec<Threshold>);

impl TryFrom<BTreeMap<String, String>> for Thresholds {
    type Error = NoAmount;

    fn try_from(table: BTreeMap<String, String>) -> Result<Self, NoAmount> {
        let pairs = table.iter().map(|(token, amount)| format!("{token}={amount}").parse());
        pairs.collect::<Result<_, _>>().map(Self)
    }
}

/// Both kinds, as a file says them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Least payout to an account.
    #[serde(default)]
    min_payout: Thresholds,
    /// Least revenue to take in or to distribute.
    #[serde(default)]
    min_revenue: Thresholds,
}

impl Limits {
    /// What is worth a payout: what flags say goes before the file, the file before what is usual.
    #[must_use]
    pub fn payout(&self, flags: &[Threshold]) -> Thresholds {
        let (token, ether) = ETHER_PAYOUT;
        self.min_payout.between(&[PAYOUT.to_owned(), format!("{token}={ether}")], flags)
    }

    /// What revenue is worth a transaction, in the same order.
    #[must_use]
    pub fn revenue(&self, flags: &[Threshold]) -> Thresholds {
        self.min_revenue.between(&[REVENUE.to_owned()], flags)
    }
}

impl Thresholds {
    fn between(&self, usual: &[String], flags: &[Threshold]) -> Self {
        let usual = usual.iter().filter_map(|text| text.parse().ok());
        Self(usual.chain(self.0.iter().cloned()).chain(flags.iter().cloned()).collect())
    }

    /// The least amount of `token`, in its smallest unit; at least one. `all` is never reached.
    ///
    /// # Errors
    /// The threshold of this very token has more digits behind the point than the token.
    pub fn least(&self, token: &Token, book: &Book) -> Result<U256> {
        let named = self.0.iter().rev().find(|one| one.names(token, book));
        let amount = match named {
            Some(own) => token.units(&own.amount, U256::MAX)?,
            None => self.default(token.decimals),
        };
        Ok(amount.max(U256::from(1)))
    }

    /// The default in units of a token with `decimals`; one unit, where that is more.
    fn default(&self, decimals: u8) -> U256 {
        let last = self.0.iter().rev().find(|one| one.token.is_none());
        last.and_then(|one| one.amount.units(decimals, U256::MAX).ok()).unwrap_or_default()
    }

    /// Makes sure that everything `flags` name is among `tokens`: a slip of the pen must not leave a token
    /// at the default.
    ///
    /// # Errors
    /// A name that none of them has.
    pub fn check(flags: &[Threshold], tokens: &[Token], book: &Book) -> Result<()> {
        for one in flags {
            let known = tokens.iter().any(|token| one.names(token, book));
            if let Some(name) = one.token.as_ref().filter(|_| !known) {
                let tickers: Vec<_> = tokens.iter().map(|token| token.symbol.as_str()).collect();
                let tickers = tickers.join(", ");
                let why = format!("there is no token {name:?}; the vault knows {tickers}");
                return Err(Failure::usage(why));
            }
        }
        Ok(())
    }
}

impl Threshold {
    /// Whether this is of `token` in particular.
    fn names(&self, token: &Token, book: &Book) -> bool {
        self.token.as_ref().is_some_and(|name| {
            let address = name.parse::<Address>().ok();
            let address = address.or_else(|| book.contracts.get(name).map(|entry| entry.address));
            match address {
                Some(address) => address == token.address,
                None => token.symbol.eq_ignore_ascii_case(name),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(symbol: &str, decimals: u8) -> Token {
        let address = Address::repeat_byte(decimals);
        Token::new(address, Some(symbol.to_owned()), Some(decimals))
    }

    fn least(thresholds: &Thresholds, token: &Token) -> Option<u64> {
        thresholds.least(token, &Book::default()).ok().map(|least| least.saturating_to())
    }

    fn flags(texts: &[&str]) -> Vec<Threshold> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn ether_has_a_threshold_of_its_own_and_a_flag_goes_before_the_file() {
        let file: Limits =
            toml::from_str("min_payout = { default = \"2\", USDC = \"5\" }").unwrap();
        let (dollar, ether) = (token("USDC", 6), token("WETH", 18));
        let said = file.payout(&[]);
        assert_eq!(least(&said, &dollar), Some(5_000_000));
        assert_eq!(least(&said, &ether), Some(1_000_000_000_000_000));
        assert_eq!(least(&said, &token("OP", 8)), Some(200_000_000));
        let said = file.payout(&flags(&["usdc=0.5", "7"]));
        assert_eq!(least(&said, &dollar), Some(500_000));
        assert_eq!(least(&said, &token("OP", 8)), Some(700_000_000));
    }

    #[test]
    fn a_default_that_is_finer_than_a_token_is_one_unit_and_a_named_one_is_refused() {
        let said = Limits::default().revenue(&flags(&["FINE=0.001"]));
        assert_eq!(least(&said, &token("COARSE", 2)), Some(1));
        assert_eq!(least(&said, &token("FINE", 2)), None);
    }

    #[test]
    fn a_token_is_also_named_by_its_address_and_unknown_names_are_refused() {
        let known = [token("USDC", 6)];
        let address = known[0].address.to_string();
        let said = flags(&[&format!("{address}=3wei")]);
        assert_eq!(least(&Limits::default().payout(&said), &known[0]), Some(3));
        assert!(Thresholds::check(&said, &known, &Book::default()).is_ok());
        let error = Thresholds::check(&flags(&["UDSC=1"]), &known, &Book::default()).unwrap_err();
        assert_eq!(error.to_string(), "there is no token \"UDSC\"; the vault knows USDC");
        assert!("USDC".parse::<Threshold>().is_err());
    }
}
