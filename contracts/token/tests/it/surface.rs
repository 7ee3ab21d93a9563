//! The interface is routed, and nothing else is.

use std::collections::BTreeSet;

use components::{Routes, Selector};
use token::Token;

use crate::IToken::ITokenCalls;

#[test]
fn the_contract_answers_exactly_the_functions_of_the_interface() {
    let declared: BTreeSet<Selector> = ITokenCalls::SELECTORS.iter().copied().collect();
    let routed: BTreeSet<Selector> = Token::SELECTORS.iter().copied().collect();
    assert_eq!(routed, declared);
}
