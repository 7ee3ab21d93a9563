//! The tokens that a vault deals in, and whose fault it is if a question about one fails.
//!
//! A reward token stays one for ever, whatever becomes of it. So one that lost its code or speaks another
//! dialect must not keep anybody from the others: a contract's refusal is told from the node's failure.

use alloy::{contract, primitives::Address, transports::TransportError};
use eyre::{Report, Result};

use super::{Site, Token};
use crate::{chain::in_words, failure::advice};

/// What a node says of a program that does not run.
const PROGRAM_ERRORS: [&str; 3] = ["ProgramExpired", "ProgramNotActivated", "ProgramNeedsUpgrade"];

/// The vault's reward tokens and its asset.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// All of them, reward tokens first, in the vault's order.
    pub tokens: Vec<Token>,
    /// The reward tokens, retired ones too.
    pub rewards: Vec<Address>,
    /// What is staked.
    pub asset: Address,
}

impl Site {
    /// The vault's reward tokens and its asset, as far as they describe themselves.
    ///
    /// # Errors
    /// Nobody said where the vault is, or the node does not answer.
    pub async fn roster(&self) -> Result<Roster> {
        let vault = self.vault()?;
        let rewards = vault.rewardTokens().call().await?;
        let asset = vault.asset().call().await?;
        let mut roster = Roster { rewards, asset, ..Roster::default() };
        let staked = (!roster.rewards.contains(&asset)).then_some(asset);
        for address in roster.rewards.clone().into_iter().chain(staked) {
            roster.tokens.push(self.token(address).await?);
        }
        Ok(roster)
    }
}

/// A contract's answer or its refusal; what is neither is the node's failure.
///
/// # Errors
/// The node does not answer, or not for a reason of the contract's.
pub fn refusable<T>(answer: Result<T, TransportError>) -> Result<Result<T, String>> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) if is_refusal(&error) => Ok(Err(words(&error))),
        Err(error) => Err(in_words(&error)),
    }
}

/// The same of a call by a binding. An answer that is no answer to the question is a refusal too.
///
/// # Errors
/// The node does not answer, or not for a reason of the contract's.
pub fn answered<T>(answer: Result<T, contract::Error>) -> Result<Result<T, String>> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(contract::Error::TransportError(error)) => refusable(Err(error)),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// What a contract said, if that is why `error` came about, and not the node's silence or its temper.
#[must_use]
pub fn refused(error: &Report) -> Option<String> {
    error.chain().find_map(|cause| match cause.downcast_ref::<contract::Error>() {
        Some(contract::Error::TransportError(error)) => said(error),
        Some(error) => Some(error.to_string()),
        None => cause.downcast_ref::<TransportError>().and_then(said),
    })
}

fn said(error: &TransportError) -> Option<String> {
    is_refusal(error).then(|| words(error))
}

/// The refusal, with what to do about it where that is known. That a program does not run is said by the
/// node, which has no revert data for it.
fn words(error: &TransportError) -> String {
    let text = format!("{:#}", in_words(error));
    match PROGRAM_ERRORS.iter().find(|name| text.contains(**name)).and_then(|name| advice(name)) {
        Some(advice) if !text.contains(advice) => format!("{text}: {advice}"),
        _ => text,
    }
}

/// Whether the contract refused, ran out of gas or does not run, and not the node.
fn is_refusal(error: &TransportError) -> bool {
    error.as_error_resp().is_some_and(|response| {
        let message = response.message.as_ref();
        let lower = message.to_lowercase();
        let words = ["revert", "out of gas", "gas required exceeds", "invalid opcode"];
        response.as_revert_data().is_some()
            || words.iter().any(|word| lower.contains(word))
            || PROGRAM_ERRORS.iter().any(|name| message.contains(name))
    })
}
