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
pub enum NoAmount {
    /// It is nothing of the kind.
    #[error("{0:?} is no amount; write 1.5 (whole tokens), 1500wei (smallest units) or all")]
    Unreadable(String),
    /// A comma where no thousands end: in half of the world that is a decimal point.
    #[error("{text:?} can be read in two ways; {}", meant(.candidates))]
    Comma {
        /// What was written.
        text: String,
        /// What can have been meant.
        candidates: Vec<String>,
    },
    /// An underscore that is not between two digits.
    #[error("{0:?} has a _ that is not between two digits; write 1_000")]
    Underscore(String),
}

fn meant(candidates: &[String]) -> String {
    match candidates {
        [] => "write thousands as 1,234 and decimals behind a point".to_owned(),
        candidates => format!("write {}", candidates.join(" or ")),
    }
}

impl FromStr for Amount {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        if text == "all" {
            return Ok(Self::All);
        }
        let (number, in_units) = text.strip_suffix("wei").map_or((text, false), |of| (of, true));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'_' | b',');
        let sound = whole.bytes().chain(part.bytes()).all(digit)
            && number.bytes().any(|byte| byte.is_ascii_digit())
            && !(in_units && number.contains('.'));
        if !sound {
            return Err(NoAmount::Unreadable(text.to_owned()));
        }
        if !(underscores_are_inside(whole) && underscores_are_inside(part)) {
            return Err(NoAmount::Underscore(text.to_owned()));
        }
        if part.contains(',') || !commas_end_thousands(whole) {
            return Err(comma(text, number));
        }
        let [whole, part] = [whole, part].map(|digits| digits.replace(['_', ','], ""));
        if !in_units {
            return Ok(Self::Whole(whole, part));
        }
        let units = whole.parse().map_err(|_| NoAmount::Unreadable(text.to_owned()))?;
        Ok(Self::Units(units))
    }
}

fn underscores_are_inside(digits: &str) -> bool {
    let full = |group: &str| {
        let edges = [group.bytes().next(), group.bytes().next_back()];
        edges.into_iter().all(|byte| byte.is_some_and(|byte| byte.is_ascii_digit()))
    };
    !digits.contains('_') || digits.split('_').all(full)
}

/// Whether every comma stands before exactly three digits, and after one to three at the front.
fn commas_end_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    if rest.peek().is_none() {
        return true;
    }
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&first.len())
        && is_number(first)
        && rest.all(|group| group.len() == 3 && is_number(group))
}

/// The complaint about a comma, with what can have been meant: a decimal point, or nothing.
fn comma(text: &str, number: &str) -> NoAmount {
    let commas = number.matches(',').count();
    let candidates = if commas == 1 && !number.contains('.') && !text.ends_with("wei") {
        vec![text.replace(',', "."), text.replace(',', "")]
    } else {
        Vec::new()
    };
    let candidates = candidates.into_iter().filter(|one| one.parse::<Amount>().is_ok()).collect();
    NoAmount::Comma { text: text.to_owned(), candidates }
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
        let units = if units.is_empty() { "0" } else { &units };
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
        for text in
            ["", ".", "-1", "1e18", "wei", "1.5wei", "one", "1.2.3", "0x10", "al_l", "_", ","]
        {
            assert_eq!(units(text, 18), None, "{text}");
        }
    }

    #[test]
    fn a_comma_ends_thousands_or_is_refused_with_what_can_have_been_meant() {
        assert_eq!(units("1,234,567.5", 1), Some(12_345_675));
        assert_eq!(units("12,500wei", 18), Some(12_500));
        for text in [
            "12500,50", "0,5", "1,2345", "1234,567", ",500", "1,,000", "1,00_0", "1.5,000",
            "1,23wei",
        ] {
            assert!(matches!(text.parse::<Amount>(), Err(NoAmount::Comma { .. })), "{text}");
        }
        let said = "12500,50".parse::<Amount>().unwrap_err().to_string();
        assert_eq!(said, r#""12500,50" can be read in two ways; write 12500.50 or 1250050"#);
    }

    #[test]
    fn an_underscore_stands_between_digits_or_is_refused() {
        assert_eq!(units("1_0_0.2_5", 2), Some(10_025));
        for text in ["_1", "1_", "1__0", "1_.5", "1._5"] {
            assert_eq!(text.parse::<Amount>(), Err(NoAmount::Underscore(text.into())), "{text}");
        }
    }
}
