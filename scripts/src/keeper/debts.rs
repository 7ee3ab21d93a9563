//! What the splitter owes, and who would refuse it.
//!
//! A setter that never rests makes policies without end, so they are not read one by one: a token of which
//! the splitter holds nothing takes one read, a policy that never received a token one, and the search,
//! from the latest policy back, ends as soon as all that the splitter holds is accounted for.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use eyre::Result;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    abi::{ISplitter, IToken, IVault, known},
    session::{AT_ONCE, Kind, PayeeLine, Plan, PolicyLine, Site, Token, answered},
};

/// Policies whose totals are asked for before the search looks whether it is at its end.
const PART: u64 = 64;
/// Basis points of the whole.
const WHOLE: u64 = 10_000;

/// What one payee of a policy is owed.
#[derive(Clone, Debug)]
pub struct Debt {
    /// The policy.
    pub policy: u64,
    /// The payee's place in it, counted from 0.
    pub index: usize,
    /// Who is owed.
    pub payee: PayeeLine,
    /// How much, in the token's smallest unit. Never zero.
    pub amount: U256,
}

/// Finds debts, and reads each policy once.
#[derive(Debug)]
pub struct Debts<'a> {
    site: &'a Site,
    policies: BTreeMap<u64, PolicyLine>,
}

impl<'a> Debts<'a> {
    /// Of the splitter of `site`.
    #[must_use]
    pub const fn of(site: &'a Site) -> Self {
        Self { site, policies: BTreeMap::new() }
    }

    /// What the payees of all policies are owed in `token`, latest policy first.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn in_token(&mut self, token: Address) -> Result<Vec<Debt>> {
        let splitter = self.site.splitter()?;
        let mut held = splitter.undistributed(token).call().await?;
        if held.is_zero() {
            return Ok(Vec::new());
        }
        let mut last: u64 = splitter.policyCount().call().await?.saturating_to();
        let mut debts = Vec::new();
        while last > 0 && !held.is_zero() {
            let first = last.saturating_sub(PART - 1).max(1);
            for (policy, received) in self.received((first..=last).rev(), token).await? {
                let (owed, rest) = self.in_policy(policy, token, received).await?;
                held = held.saturating_sub(rest);
                debts.extend(owed);
            }
            last = first - 1;
        }
        Ok(debts)
    }

    /// Those of `policies` that ever received `token`, and how much.
    async fn received(
        &self,
        policies: impl Iterator<Item = u64>,
        token: Address,
    ) -> Result<Vec<(u64, U256)>> {
        let splitter = &self.site.splitter()?;
        let totals = policies.map(async |id| {
            let received = splitter.policyReceived(U256::from(id), token).call().await?;
            eyre::Ok((id, received))
        });
        let totals = stream::iter(totals).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
        Ok(totals.into_iter().filter(|(_, received)| !received.is_zero()).collect())
    }

    /// What the payees of `policy`, which received `received`, are owed, and how much the splitter still
    /// holds for it: that, and the fractions that rounding withholds.
    async fn in_policy(
        &mut self,
        policy: u64,
        token: Address,
        received: U256,
    ) -> Result<(Vec<Debt>, U256)> {
        let payees = self.policy(policy).await?.payees.clone();
        let splitter = &self.site.splitter()?;
        let owed = (0..payees.len()).map(async |index| {
            splitter.owed(U256::from(policy), U256::from(index), token).call().await
        });
        let owed: Vec<_> = stream::iter(owed).buffered(AT_ONCE).try_collect().await?;
        let held = withheld(&payees, received) + owed.iter().sum::<U256>();
        let debts = payees.into_iter().zip(owed).enumerate();
        let debts = debts.map(|(index, (payee, amount))| Debt { policy, index, payee, amount });
        Ok((debts.filter(|debt| !debt.amount.is_zero()).collect(), held))
    }

    async fn policy(&mut self, id: u64) -> Result<&PolicyLine> {
        if !self.policies.contains_key(&id) {
            self.policies.insert(id, PolicyLine::read(self.site, id).await?);
        }
        Ok(&self.policies[&id])
    }
}

/// What no payee is owed of `received`, as each one's part is rounded down.
fn withheld(payees: &[PayeeLine], received: U256) -> U256 {
    let part = |payee: &PayeeLine| received * U256::from(payee.bps) / U256::from(WHOLE);
    payees.iter().map(part).fold(received, U256::saturating_sub)
}

/// `plan`, with what pays those of `debts`, all of one policy, that anyone may pay in one go and that are
/// worth `least` together. Who would refuse is left out, and a line says why.
///
/// # Errors
/// The node does not answer.
pub async fn distribution(
    site: &Site,
    plan: Plan,
    debts: &[Debt],
    token: &Token,
    least: U256,
) -> Result<Plan> {
    let due: Vec<_> = debts.iter().filter(|debt| debt.payee.kind != Kind::Account).collect();
    let total: U256 = due.iter().map(|debt| debt.amount).sum();
    let Some(first) = due.first().filter(|_| total >= least) else { return Ok(plan) };
    let splitter = site.splitter()?;
    let (policy, id, here) = (first.policy, U256::from(first.policy), *splitter.address());
    let told = splitter.distribute(id, token.address).call().await;
    if answered(told)?.is_ok_and(|paid| paid >= total) {
        let call = ISplitter::distributeCall { policyId: id, token: token.address };
        let title = format!("distribute {} of policy {policy}", token.show(total));
        return Ok(plan.step(title, here, &call));
    }
    let (plan, willing) = willing(site, plan, &due, token).await?;
    let total: U256 = willing.iter().map(|debt| debt.amount).sum();
    if willing.is_empty() || total < least {
        return Ok(plan);
    }
    let title = format!(
        "distribute {} of policy {policy} to {} of {} payees",
        token.show(total),
        willing.len(),
        due.len()
    );
    let payees = willing.iter().map(|debt| U256::from(debt.index)).collect();
    let call =
        ISplitter::releaseManyCall { policyId: id, payeeIndices: payees, token: token.address };
    Ok(plan.step(title, here, &call))
}

/// Those of `debts` whose payee would take the payment; `plan` has a line for each of the others.
async fn willing<'a>(
    site: &Site,
    mut plan: Plan,
    debts: &[&'a Debt],
    token: &Token,
) -> Result<(Plan, Vec<&'a Debt>)> {
    let mut willing = Vec::new();
    for debt in debts {
        match refusal(site, debt, token.address).await? {
            None => willing.push(*debt),
            Some(why) => plan = plan.fact(format!("{}: {}", debt.says(token), name_of(&why))),
        }
    }
    Ok((plan, willing))
}

impl Debt {
    /// `policy 1 cannot pay 600 USDT to payee 0, 0x…`.
    #[must_use]
    pub fn says(&self, token: &Token) -> String {
        let Self { policy, index, payee, amount } = self;
        format!(
            "policy {policy} cannot pay {} to payee {index}, {}",
            token.show(*amount),
            payee.address
        )
    }
}

/// Why `debt` cannot be paid now, if it cannot.
///
/// # Errors
/// The node does not answer.
pub async fn refusal(site: &Site, debt: &Debt, token: Address) -> Result<Option<String>> {
    let (policy, index) = (U256::from(debt.policy), U256::from(debt.index));
    let paid = site.splitter()?.release(policy, index, token).call().await;
    let Err(why) = answered(paid)? else { return Ok(None) };
    Ok(Some(reason(site, debt, token).await?.unwrap_or(why)))
}

/// The name of the error that `why` tells of, without its values and the advice for whoever called; all of
/// it, if it is no error of ours.
#[must_use]
pub fn name_of(why: &str) -> &str {
    let name = why.split([' ', ':', '(']).next().unwrap_or_default();
    if known().iter().any(|abi| abi.error(name).is_some()) { name } else { why }
}

/// What the payee, or the token, says to the splitter. The splitter itself does not pass it on.
async fn reason(site: &Site, debt: &Debt, token: Address) -> Result<Option<String>> {
    let here = *site.splitter()?.address();
    let (to, amount, provider) = (debt.payee.address, debt.amount, site.chain.provider());
    let told = match debt.payee.kind {
        Kind::Stream => {
            let vault = IVault::new(to, provider);
            answered(vault.notifyRevenue(token, amount).from(here).call().await)?.err()
        }
        Kind::Splitter => {
            let splitter = ISplitter::new(to, provider);
            let call = splitter.deposit(debt.payee.tag, token, amount);
            answered(call.from(here).call().await)?.err()
        }
        Kind::Account | Kind::Burn => {
            let token = IToken::new(token, provider);
            answered(token.transfer(to, amount).from(here).call().await)?.err()
        }
    };
    // Nothing is allowed to the payee now: what it says of that is no reason.
    let is_reason = |why: &String| !why.starts_with("TokenTransferFailed");
    Ok(told.filter(is_reason))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;

    use super::*;

    #[test]
    fn what_rounding_withholds_is_less_than_a_unit_for_each_payee() {
        let payee =
            |bps| PayeeLine { address: Address::ZERO, bps, kind: Kind::Account, tag: B256::ZERO };
        let payees = [payee(3_333), payee(3_333), payee(3_334)];
        assert_eq!(withheld(&payees, U256::from(10_000)), U256::ZERO);
        assert_eq!(withheld(&payees, U256::from(100)), U256::from(1));
        assert_eq!(withheld(&payees, U256::from(1)), U256::from(1));
    }

    #[test]
    fn of_a_refusal_the_name_is_enough() {
        let why = "RewardTokenIsRetired { token: 0x07 }: push another of the vault's reward tokens";
        assert_eq!(name_of(why), "RewardTokenIsRetired");
        assert_eq!(name_of("EnforcedPause: entering is paused"), "EnforcedPause");
        let other = "execution reverted, without a reason";
        assert_eq!(name_of(other), other);
    }
}
