//! What a node's refusal means: ask for less, ask again, or give up.

use alloy::transports::{RpcError, TransportError, TransportErrorKind};

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Too wide a range, too many results, too slow: ask for less.
    TooMuch,
    /// Busy, unreachable, behind: ask again, later.
    Passing,
    /// It will never answer that.
    Final,
}

/// How nodes say that they want to be asked less often.
const OFTEN: [&str; 6] = [
    "rate limit",
    "too many requests",
    "request limit",
    "compute units",
    "requests per second",
    "throttled",
];
/// How nodes say that a range is too wide or that there are too many logs in it.
const MUCH: [&str; 14] = [
    "block range",
    "range too large",
    "range is too large",
    "range limit",
    "too many results",
    "too many logs",
    "too many blocks",
    "more than",
    "response size",
    "too large",
    "too big",
    "limit exceeded",
    "exceeds",
    "max results",
];
/// How nodes say that they were too slow.
const SLOW: [&str; 4] = ["timeout", "timed out", "took too long", "deadline"];
/// How nodes say that it is not your fault.
const AGAIN: [&str; 8] = [
    "internal error",
    "header not found",
    "unknown block",
    "block not found",
    "unavailable",
    "overloaded",
    "try again",
    "connection",
];

impl Trouble {
    /// Judges `error`.
    pub(crate) fn of(error: &TransportError) -> Self {
        match error {
            RpcError::ErrorResp(answer) => Self::said(answer.code, &answer.message),
            RpcError::Transport(TransportErrorKind::HttpError(http)) => match http.status {
                413 => Self::TooMuch,
                408 | 429 | 500.. => Self::Passing,
                _ => Self::said(0, &http.body),
            },
            RpcError::Transport(TransportErrorKind::Custom(error)) => {
                match Self::said(0, &error.to_string()) {
                    Self::Final => Self::Passing,
                    trouble => trouble,
                }
            }
            RpcError::Transport(_) => Self::Passing,
            // An answer that was cut off.
            RpcError::DeserError { .. } => Self::TooMuch,
            _ => Self::Final,
        }
    }

    fn said(code: i64, message: &str) -> Self {
        let message = message.to_lowercase();
        let says = |phrases: &[&str]| phrases.iter().any(|phrase| message.contains(phrase));
        if code == 429 || says(&OFTEN) {
            Self::Passing
        } else if code == -32005 || says(&MUCH) || says(&SLOW) {
            Self::TooMuch
        } else if code == -32603 || says(&AGAIN) {
            Self::Passing
        } else {
            Self::Final
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_well_known_nodes_say_is_understood() {
        let sayings = [
            (-32005, "query returned more than 10000 results", Trouble::TooMuch),
            (
                -32600,
                "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
                Trouble::TooMuch,
            ),
            (-32000, "exceed maximum block range: 5000", Trouble::TooMuch),
            (
                -32602,
                "eth_getLogs is limited to a 10,000 range: block range is too large",
                Trouble::TooMuch,
            ),
            (-32000, "query timeout exceeded", Trouble::TooMuch),
            (429, "Your app has exceeded its compute units per second capacity", Trouble::Passing),
            (-32005, "daily request limit reached, rate limit applies", Trouble::Passing),
            (-32000, "header not found", Trouble::Passing),
            (-32603, "Internal error", Trouble::Passing),
            (-32601, "the method eth_getLogs does not exist", Trouble::Final),
            (-32000, "missing trie node 1234", Trouble::Final),
        ];
        for (code, message, trouble) in sayings {
            assert_eq!(Trouble::said(code, message), trouble, "{message}");
        }
    }
}
