//! What is left for the owner to do, once a platform is handed over.

use alloy::primitives::{Address, U256};
use eyre::Result;

use super::{
    error::DeployError,
    run::Deployment,
    standing::{Planned, Standing},
    step::Step,
};
use crate::session::Plan;

impl Step {
    /// The contract whose owner alone may do it; none if anybody may.
    pub(super) const fn owned(&self) -> Option<&'static str> {
        match self {
            Self::AddReward(_) | Self::SetPenalties => Some("vault"),
            Self::CreatePolicy(_) | Self::SetShareTerms | Self::AddSource(_) => Some("splitter"),
            Self::OfferOwnership(role) => Some(role),
            _ => None,
        }
    }
}

impl Standing {
    /// The owner of what a step is about, if that is no longer the deployer.
    pub(super) fn owner_of(&self, planned: &Planned, deployer: Address) -> Option<Address> {
        let owner = planned.step.owned().and_then(|role| self.owners.get(role).copied());
        owner.filter(|owner| *owner != deployer)
    }
}

impl Deployment<'_> {
    /// Makes sure that the deployer may do `next`.
    ///
    /// # Errors
    /// [`DeployError::ForTheOwner`].
    pub(super) fn ensure_own(
        &self,
        standing: &Standing,
        next: &Planned,
    ) -> Result<(), DeployError> {
        let deployer = self.terms.deployer;
        let Some(owner) = standing.owner_of(next, deployer) else { return Ok(()) };
        let theirs = |one: &&Planned| standing.owner_of(one, deployer).is_some();
        let steps = standing.left.iter().filter(theirs).map(|one| one.title.clone()).collect();
        Err(DeployError::ForTheOwner { steps, owner })
    }

    /// The calls that are left for the owner to make, in order; for its Safe, say.
    ///
    /// # Errors
    /// [`DeployError::ForTheDeployer`] if something has to be done before, by the deployer; or what is on
    /// chain is not what is configured.
    pub async fn for_the_owner(&self, standing: &Standing) -> Result<Plan> {
        standing.ensure_as_configured()?;
        let mut plan = Plan::new(format!("complete {}", self.terms.platform.token.name));
        // Policies get their ids in the order in which they are created.
        let (mut later, mut last) = (standing.clone(), U256::from(standing.policies));
        for planned in &standing.left {
            if standing.owner_of(planned, self.terms.deployer).is_none() {
                let step = planned.title.clone();
                return Err(DeployError::ForTheDeployer { step }.into());
            }
            plan = plan.call(&self.site(&later).call(&planned.step).await?);
            if let Step::CreatePolicy(place) = planned.step {
                last += U256::ONE;
                later.policy_ids[place] = Some(last);
            }
        }
        Ok(plan)
    }
}
