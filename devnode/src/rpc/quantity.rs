//! Numbers as clients write them.
//!
//! The Ethereum methods write numbers as hexadecimal strings. Where a method comes from a test
//! tool, every client has its own habit: a JSON number, a hexadecimal string or a decimal one.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// A number given in any of the ways clients write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantity(pub(super) u64);

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNumber)
    }
}

struct AnyNumber;

impl Visitor<'_> for AnyNumber {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number below 2^64: a JSON number, 0x and hexadecimal, or decimal")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
        Ok(Quantity(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
        let parsed = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        parsed.map(Quantity).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Option<u64> {
        serde_json::from_str::<Quantity>(json).ok().map(|quantity| quantity.0)
    }

    #[test]
    fn every_habit_is_understood() {
        assert_eq!(parse("3600"), Some(3600));
        assert_eq!(parse("\"0xe10\""), Some(3600));
        assert_eq!(parse("\"3600\""), Some(3600));
    }

    #[test]
    fn nonsense_is_not() {
        for json in
            ["-1", "1.5", "\"\"", "\"0x\"", "\"12x\"", "null", "[]", "\"0x10000000000000000\""]
        {
            assert_eq!(parse(json), None, "{json}");
        }
    }
}
