//! Why a contract cannot be deployed.

/// What a deployment cannot get over, and what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The chain takes programs of one account only, or of fewer accounts than this one needs.
    #[error(
        "{contract} is cut into {needed} fragments, and this chain takes {offered}; fragments exist \
         from ArbOS 60 on, and the chain's owner sets how many"
    )]
    TooManyFragments {
        /// The contract.
        contract: String,
        /// How many fragments it has.
        needed: usize,
        /// How many the chain allows; zero if it does not know of them.
        offered: u8,
    },
}
