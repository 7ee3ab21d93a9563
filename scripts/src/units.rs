//! Amounts as people read them: exact, in whole tokens, with separators.

use alloy::primitives::{Address, U256};
use serde::Serializer;

/// `amount` of a token with `decimals`, in whole tokens: `1,234.500000`. Nothing is rounded, and every
/// decimal is shown, so that a column of amounts can be read down its points; nothing is `0`.
#[must_use]
pub fn whole_tokens(amount: U256, decimals: u8) -> String {
    if amount.is_zero() || decimals == 0 {
        return separated(&amount.to_string());
    }
    let scale = U256::from(10).pow(U256::from(decimals));
    let (whole, rest) = amount.div_rem(scale);
    let width = usize::from(decimals);
    format!("{}.{:0>width$}", separated(&whole.to_string()), rest.to_string())
}

/// Basis points as a multiplier, `1.25x`.
#[must_use]
pub fn multiplier(bps: u64) -> String {
    format!("{}x", trimmed(bps, 4))
}

/// Basis points as a percentage, `62.5 %`.
#[must_use]
pub fn percent(bps: u64) -> String {
    format!("{} %", trimmed(bps, 2))
}

fn trimmed(value: u64, decimals: u8) -> String {
    let text = whole_tokens(U256::from(value), decimals);
    let text =
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.to_owned()
}

/// A Unix time as people read it, `2026-01-08 00:00 UTC`.
#[must_use]
pub fn date(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
    time.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// An address in JSON as in text: with its checksum, so that both can be compared as they stand.
///
/// # Errors
/// Those of the serializer.
pub fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(address)
}

/// Groups of three digits from the right.
#[must_use]
pub fn separated(digits: &str) -> String {
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(|chunk| String::from_utf8_lossy(chunk));
    let head =
        Some(digits[..first].into()).filter(|head: &std::borrow::Cow<'_, str>| !head.is_empty());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_exactly_with_separators() {
        assert_eq!(whole_tokens(U256::from(1_234_567_890_000u64), 6), "1,234,567.890000");
        assert_eq!(whole_tokens(U256::from(1), 18), "0.000000000000000001");
        assert_eq!(whole_tokens(U256::from(100), 0), "100");
        assert_eq!(whole_tokens(U256::ZERO, 18), "0");
    }

    #[test]
    fn times_are_shown_to_the_minute() {
        assert_eq!(date(2_923 * 604_800), "2026-01-08 00:00 UTC");
        assert_eq!(date(u64::MAX), "never");
    }

    #[test]
    fn multipliers_are_shown_with_as_many_digits_as_they_need() {
        assert_eq!(multiplier(10_000), "1x");
        assert_eq!(multiplier(14_611), "1.4611x");
        assert_eq!(percent(10_000), "100 %");
        assert_eq!(percent(6_250), "62.5 %");
    }
}
