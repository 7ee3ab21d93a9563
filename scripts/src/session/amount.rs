//! Amounts as operators type them.

use std::str::FromStr;

use alloy::primitives::U256;
use eyre::{Result, eyre};

use crate::failure::Failure;

/// An amount of some token: `1.5` or `1_000` whole tokens, `1500wei` in the smallest unit, or `all`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Everything there is.
    All,
    /// In the smallest unit.
    Units(U256),
    /// In whole tokens: the digits before and behind the point.
    Whole(String, String),
}

/// Why a text is no amount.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no amount; write 1.5 (whole tokens), 1500wei (smallest units) or all")]
pub struct NoAmount(String);

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let no_amount = || NoAmount(text.to_owned());
        let bare = text.replace(['_', ','], "");
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if bare == "all" {
            return Ok(Self::All);
        }
        if let Some(units) = bare.strip_suffix("wei") {
            let units = Some(units).filter(|units| !units.is_empty() && digits(units));
            let units = units.and_then(|units| units.parse().ok());
            return units.map(Self::Units).ok_or_else(no_amount);
        }
        let (whole, part) = bare.split_once('.').unwrap_or((&bare, ""));
        let sound = digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty());
        sound.then(|| Self::Whole(whole.to_owned(), part.to_owned())).ok_or_else(no_amount)
    }
}

impl Amount {
    /// In the smallest unit of a token with `decimals`; `all` is what `everything` says.
    ///
    /// # Errors
    /// More digits behind the point than the token has, or a number beyond 256 bits.
    pub fn units(&self, decimals: u8, everything: U256) -> Result<U256> {
        let (whole, part) = match self {
            Self::All => return Ok(everything),
            Self::Units(units) => return Ok(*units),
            Self::Whole(whole, part) => (whole, part.trim_end_matches('0')),
        };
        let width = usize::from(decimals);
        if part.len() > width {
            let found = part.len();
            let why = format!("the token has {decimals} decimals, the amount has {found}");
            return Err(Failure::usage(why));
        }
        let units = format!("{whole}{part:0<width$}");
        units.parse().map_err(|_| eyre!(Failure::Usage("the amount is beyond 256 bits".into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, decimals: u8) -> Option<u64> {
        let amount = text.parse::<Amount>().ok()?.units(decimals, U256::from(99)).ok()?;
        Some(amount.to())
    }

    #[test]
    fn whole_tokens_units_and_all_are_understood() {
        assert_eq!(units("1.5", 6), Some(1_500_000));
        assert_eq!(units("1_000", 2), Some(100_000));
        assert_eq!(units("1,000.10", 2), Some(100_010));
        assert_eq!(units(".5", 1), Some(5));
        assert_eq!(units("7wei", 18), Some(7));
        assert_eq!(units("all", 18), Some(99));
        assert_eq!(units("2", 0), Some(2));
        assert_eq!(units("1.50000", 1), Some(15));
    }

    #[test]
    fn what_would_be_rounded_or_is_no_number_is_refused() {
        assert_eq!(units("1.234", 2), None);
        for text in ["", ".", "-1", "1e18", "wei", "1.5wei", "one", "1.2.3", "0x10"] {
            assert_eq!(units(text, 18), None, "{text}");
        }
    }
}
