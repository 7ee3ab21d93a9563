//! Why a command failed, in kinds that a script can tell apart by the exit code.

use std::process::ExitCode;

use alloy::{contract, transports::TransportError};
use eyre::Report;

use crate::deploy::error::DeployError;

/// A failure of a known kind. What is none of these ends with 1.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What was asked for makes no sense as it stands: 2, as clap's own refusals.
    #[error("{0}")]
    Usage(String),
    /// A contract refuses: 3.
    #[error("{0}")]
    Reverted(String),
    /// The operator said no: 4.
    #[error("nothing was sent, as you wished")]
    Declined,
    /// The node does not answer, or not sensibly: 5.
    #[error("the node does not answer: {0}")]
    Unreachable(String),
    /// The system is not as it should be: 6.
    #[error("{0}")]
    Unwell(String),
}

/// What `--help` says of exit codes.
pub const EXIT_CODES: &str = "Exit codes: 0 done (or simulated), 1 failed, 2 wrong usage, 3 refused by \
a contract, 4 declined at the prompt, 5 node unreachable, 6 the system is not well, 7 what is deployed was \
changed since and its file does not say so.";

impl Failure {
    /// The exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Reverted(_) => 3,
            Self::Declined => 4,
            Self::Unreachable(_) => SILENCE,
            Self::Unwell(_) => 6,
        }
    }

    /// A refusal of what was asked for.
    pub fn usage(what: impl Into<String>) -> Report {
        Self::Usage(what.into()).into()
    }
}

/// The exit code of `error`: that of the first known kind in its chain, otherwise 1.
#[must_use]
pub fn exit_code(error: &Report) -> ExitCode {
    code(error).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Whether `error` is that of a node which did not answer, so that another attempt may help.
#[must_use]
pub fn is_silence(error: &Report) -> bool {
    code(error) == Some(SILENCE)
}

/// The exit code for a platform file that what is on chain has outgrown.
pub(crate) const OUTDATED: u8 = 7;

/// The exit code for a node that does not answer.
const SILENCE: u8 = 5;

fn code(error: &Report) -> Option<u8> {
    error.chain().find_map(|cause| {
        let kind = cause.downcast_ref::<Failure>().map(Failure::code);
        let deployment = || cause.downcast_ref::<DeployError>().and_then(DeployError::exit_code);
        kind.or_else(deployment).or_else(|| is_no_answer(cause).then_some(SILENCE))
    })
}

/// Whether a node did not answer, or answered what is no JSON-RPC.
fn is_no_answer(cause: &(dyn std::error::Error + 'static)) -> bool {
    let error = match cause.downcast_ref::<contract::Error>() {
        Some(contract::Error::TransportError(error)) => Some(error),
        _ => cause.downcast_ref::<TransportError>(),
    };
    error.is_some_and(|error| error.as_error_resp().is_none())
}

/// What whoever meets the contract's error `name` can do about it, if that is known.
#[must_use]
pub fn advice(name: &str) -> Option<&'static str> {
    ADVICE.iter().find(|(known, _)| *known == name).map(|(_, advice)| *advice)
}

/// By the name of the error.
const ADVICE: [(&str, &str); 42] = [
    ("ERC20InsufficientBalance", "send less, or get more of the token first"),
    ("ERC20InsufficientAllowance", "approve the spender for the amount first"),
    ("ERC20InvalidReceiver", "name another receiver"),
    ("ERC2612ExpiredSignature", "sign a new permit"),
    ("ERC2612InvalidSigner", "sign the permit with the key that owns the tokens, on this chain"),
    ("OwnableUnauthorizedAccount", "send it from the owner; `tributary status` shows the roles"),
    ("OwnableInvalidOwner", "name an account that can act"),
    ("EnforcedPause", "entering is paused; leaving still works. The owner can `tributary unpause`"),
    ("SharesLocked", "take no more than is unlocked; `tributary position` shows when locks end"),
    ("ZeroAmount", "there is nothing to do; name an amount, or wait until there is one"),
    ("AmountTooLarge", "stay at or below the maximum"),
    ("LockDurationOutOfRange", "choose a length between the minimum and the maximum, in weeks"),
    ("LockTooSmall", "take no more than is in the lock; `tributary position` shows it"),
    ("LockNotExtended", "choose more weeks, so that the new lock ends later"),
    ("StandingDurationDiffers", "use the standing lock's duration, or unwind it first"),
    ("NoEarlyExit", "this vault has no early exit; the lock ends by itself"),
    ("PenaltyTooHigh", "accept a higher --max-penalty, or wait until it falls"),
    ("PayoutNotAutomatic", "the account has to opt in: `tributary payout --automatic`"),
    ("UnknownRewardToken", "`tributary status` lists the vault's reward tokens"),
    ("RewardTokenExists", "the token is one of the vault's already"),
    ("RewardTokenIsRetired", "push another of the vault's reward tokens"),
    ("TooManyRewardTokens", "a vault has no room for more; deploy another"),
    ("StreamWeeksOutOfRange", "choose a length between the minimum and the maximum, in weeks"),
    (
        "InvalidCurve",
        "1 to 8 points from 0 weeks at 10000 bps, weeks rising to at most 208, bps never falling, at \
         most 100000",
    ),
    ("AssetShortfall", "the asset takes a fee on transfer; such a token cannot be staked"),
    ("TokenTransferFailed", "see that the token is not paused, and that neither side is blocked"),
    ("InvalidAddress", "name another address"),
    ("AlreadyConstructed", "the contract has been set up before"),
    ("UnknownSource", "`tributary source list` shows the sources"),
    ("SourceExists", "use `tributary source set-policy` to change it"),
    ("UnknownPolicy", "`tributary policy list` shows the policies"),
    ("UnknownPayee", "`tributary policy list` shows the payees, counted from 0"),
    ("InvalidPayeeCount", "a policy has 1 to 32 payees"),
    ("SharesDoNotAddUp", "the basis points of a policy add up to 10000"),
    ("StakersShareOutOfRange", "stay within the bounds that `tributary source list` shows"),
    (
        "InvalidStakersShareTerms",
        "1 to 10000 bps, min not above max, of a policy with somebody beside the stakers",
    ),
    (
        "InvalidPayee",
        "each payee has an address, a share and a kind, and a stream or splitter has code",
    ),
    ("PaymentFailed", "the payee refuses; what it is owed stays owed"),
    ("NotEnoughGas", "send it with a higher gas limit"),
    ("EtherTransferFailed", "the receiver refuses ether"),
    ("ProgramNotActivated", "activate the contract's program first: `tributary keeper --once`"),
    ("ProgramExpired", "activate the contract's program again: `tributary keeper --once`"),
];

#[cfg(test)]
mod tests {
    use eyre::WrapErr;

    use super::*;

    #[test]
    fn the_kind_is_found_under_what_was_said_later() {
        let failed: eyre::Result<()> = Err(Failure::Declined.into());
        let error = failed.wrap_err("stake").wrap_err("the day").unwrap_err();
        assert_eq!(exit_code(&error), ExitCode::from(4));
        assert_eq!(exit_code(&eyre::eyre!("plain")), ExitCode::FAILURE);
    }

    #[test]
    fn all_advice_is_for_errors_that_an_interface_declares() {
        let declared = crate::abi::known();
        for (name, _) in ADVICE {
            assert!(declared.iter().any(|abi| abi.error(name).is_some()), "{name}");
        }
    }
}
