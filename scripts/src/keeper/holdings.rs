//! What vault and splitter hold of a token, and what their books say that they hold.
//!
//! What is there beside the books, a *stray*, came without a call: a bare transfer, ether that was forced
//! in, a token that grows by itself. Until somebody syncs it, it belongs to nobody; and the policy that
//! divides it is the one in force *then*. So it should not lie for long.

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
};
use eyre::Result;

use crate::{
    abi::ISplitter,
    session::{Plan, Roster, Site, Token, answered},
};

/// What one contract holds of one token, in its smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// What is there; of wrapped ether also what can be wrapped.
    pub held: U256,
    /// What should be there.
    pub booked: U256,
}

impl Holding {
    /// What lies beside the books.
    #[must_use]
    pub fn stray(&self) -> U256 {
        self.held.saturating_sub(self.booked)
    }

    /// What the books have and the contract has not.
    #[must_use]
    pub fn missing(&self) -> U256 {
        self.booked.saturating_sub(self.held)
    }
}

/// What the splitter holds of `token`.
///
/// # Errors
/// Nobody said where the splitter is, the token does not tell, or the node does not answer.
pub async fn in_splitter(site: &Site, token: Address) -> Result<Holding> {
    let splitter = site.splitter()?;
    let here = *splitter.address();
    let mut held = site.erc20(token).balanceOf(here).call().await?;
    if splitter.weth().call().await? == token {
        held = held.saturating_add(site.chain.provider().get_balance(here).await?);
    }
    Ok(Holding { held, booked: splitter.undistributed(token).call().await? })
}

/// What the vault holds of `token`: revenue that came in and was not paid out yet; of the asset also what
/// is staked.
///
/// # Errors
/// Nobody said where the vault is, the token does not tell, or the node does not answer.
pub async fn in_vault(site: &Site, roster: &Roster, token: Address) -> Result<Holding> {
    let vault = site.vault()?;
    let held = site.erc20(token).balanceOf(*vault.address()).call().await?;
    let mut booked = U256::ZERO;
    if roster.rewards.contains(&token) {
        let state = vault.rewardState(token).call().await?;
        booked = state.received.saturating_sub(state.paid);
    }
    if roster.asset == token {
        booked += vault.totalSupply().call().await?;
    }
    Ok(Holding { held, booked })
}

/// `plan`, with calls that take in what lies beside the books of splitter and vault, where that is at least
/// `least`. If one of them would refuse, a line says why.
///
/// # Errors
/// Nobody said where they are, the token does not tell, or the node does not answer.
pub async fn taking_in(
    site: &Site,
    roster: &Roster,
    mut plan: Plan,
    token: &Token,
    least: U256,
) -> Result<Plan> {
    let strays = [
        ("splitter", in_splitter(site, token.address).await?.stray()),
        ("vault", in_vault(site, roster, token.address).await?.stray()),
    ];
    for (contract, stray) in strays.into_iter().filter(|(_, stray)| *stray >= least) {
        let to = site.book.address(contract)?;
        let shown = token.show(stray);
        let title = format!("take in {shown} that came to the {contract} without a call");
        // The vault's function has the same signature.
        let books = ISplitter::new(to, site.chain.provider());
        plan = match answered(books.sync(token.address).call().await)? {
            Ok(_) => plan.step(title, to, &ISplitter::syncCall { token: token.address }),
            Err(why) => plan.fact(format!("cannot {title}: {why}")),
        };
    }
    Ok(plan)
}
