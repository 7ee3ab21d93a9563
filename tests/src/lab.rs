//! Where the tests run, and what can be done there.

use std::{env, sync::LazyLock};

use alloy::{
    primitives::{B256, keccak256},
    providers::ext::AnvilApi,
    signers::local::PrivateKeySigner,
};
use artifact::Artifact;
use eyre::{Result, WrapErr, eyre};
use tributary::{chain::Chain, system::PACKAGES};

/// The node to run on, instead of one of our own.
const URL: &str = "TRIBUTARY_RPC_URL";
/// Who pays there.
const KEY: &str = "TRIBUTARY_PRIVATE_KEY";

/// The contracts, built once for all tests.
static ARTIFACTS: LazyLock<Result<Vec<Artifact>>> =
    LazyLock::new(|| tributary::commands::build::contracts(&PACKAGES));

/// Where the tests run.
#[derive(Debug)]
pub struct Lab {
    /// Somebody else's node; none means a node of our own for each test.
    pub(crate) remote: Option<Remote>,
}

/// A node that was there before.
#[derive(Debug)]
pub(crate) struct Remote {
    /// Its URL.
    pub(crate) url: String,
    /// Who pays.
    pub(crate) funder: PrivateKeySigner,
    /// Makes the accounts of this run fresh.
    pub(crate) run: B256,
    /// Whether its clock can be moved.
    pub(crate) moves_time: bool,
}

impl Lab {
    /// The place that the environment names.
    ///
    /// # Errors
    /// The node named there does not answer, or no key was given for it.
    pub async fn open() -> Result<Self> {
        let Ok(url) = env::var(URL) else { return Ok(Self { remote: None }) };
        let key = env::var(KEY).wrap_err_with(|| format!("{URL} needs a funded key in {KEY}"))?;
        let funder: PrivateKeySigner = key.parse().wrap_err_with(|| format!("{KEY} is no key"))?;
        let chain = Chain::connect(&url).await.wrap_err_with(|| format!("{URL} is {url}"))?;
        let moves_time = moves_time(&chain).await;
        let run = fresh(&chain, &funder).await?;
        Ok(Self { remote: Some(Remote { url, funder, run, moves_time }) })
    }

    /// Whether this is a node of our own, where prices and accounts are the same every time.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        self.remote.is_none()
    }

    /// Whether the clock can be moved.
    #[must_use]
    pub fn moves_time(&self) -> bool {
        self.remote.as_ref().is_none_or(|remote| remote.moves_time)
    }

    /// The contracts.
    ///
    /// # Errors
    /// They do not build.
    pub fn artifacts(&self) -> Result<&'static [Artifact]> {
        ARTIFACTS.as_deref().map_err(|error| eyre!("{error:#}"))
    }
}

/// Asks once: a block a second after the latest, and the clock runs on.
async fn moves_time(chain: &Chain) -> bool {
    let provider = chain.provider();
    provider.anvil_increase_time(1).await.is_ok()
        && provider.anvil_mine(Some(1), None).await.is_ok()
}

/// Different for every run: the funder has sent something since the last one.
async fn fresh(chain: &Chain, funder: &PrivateKeySigner) -> Result<B256> {
    use alloy::providers::Provider;
    let nonce = chain.provider().get_transaction_count(funder.address()).pending().await?;
    let mut seed = funder.address().to_vec();
    seed.extend(nonce.to_be_bytes());
    Ok(keccak256(seed))
}
