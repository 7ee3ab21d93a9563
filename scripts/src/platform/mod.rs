//! A platform as its owner writes it down: one TOML file in `platforms/`.
//!
//! A file names the token, the vault with its multiplier curve and reward tokens, the policies by which
//! revenue is divided, and the sources it comes from; and, if there are any, the price of leaving a lock
//! early and the bounds of the stakers' share. Unknown keys are refused, and everything that the
//! contracts would refuse is refused here first, with what would be right.

mod check;
mod file;
mod optional;
mod preset;

pub use file::{
    ChainTerms, CurvePoint, EarlyExit, Payee, PayeeTarget, PenaltyPoint, Platform, Policy, Reward,
    RewardToken, STAKERS_SHARE, Source, StakersShare, Token, Vault, text_word,
};
pub use preset::{PRESETS, load};

/// Why a platform file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("platform {name}: {problem}")]
pub struct PlatformError {
    /// The preset or file.
    pub name: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}
