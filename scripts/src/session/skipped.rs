//! Payments that the splitter skipped in a transaction that succeeded all the same: who went without,
//! why, and what helps.

use accrual::WEEK;
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::{Log, TransactionRequest},
    sol_types::{SolCall, SolEvent},
};
use eyre::{Report, Result};

use super::{Allowance, Kind, Site};
use crate::{
    abi::{ISplitter, IToken, IVault},
    chain::refusal,
    failure::{Failure, is_silence},
};

/// A payee that went without.
#[derive(Clone, Debug)]
pub(super) struct Skipped(ISplitter::PayeeSkipped);

/// Those that `logs` tell of.
pub(super) fn in_logs(logs: &[Log]) -> Vec<Skipped> {
    let logs = logs.iter().filter_map(|log| ISplitter::PayeeSkipped::decode_log(&log.inner).ok());
    logs.map(|log| Skipped(log.data)).collect()
}

/// What the payment to a payee consists of.
struct Payment {
    to: Address,
    data: Bytes,
    /// Whether the payee takes the tokens itself.
    pulls: bool,
}

impl Payment {
    fn of(skipped: &ISplitter::PayeeSkipped, kind: Kind, tag: B256) -> Self {
        let ISplitter::PayeeSkipped { token, payee, amount, .. } = *skipped;
        let (to, data, pulls) = match kind {
            Kind::Stream => (payee, IVault::notifyRevenueCall { token, amount }.abi_encode(), true),
            Kind::Splitter => {
                let call = ISplitter::depositCall { source: tag, token, amount };
                (payee, call.abi_encode(), true)
            }
            Kind::Account | Kind::Burn => {
                let call = IToken::transferCall { to: payee, value: amount };
                (token, call.abi_encode(), false)
            }
        };
        Self { to, data: data.into(), pulls }
    }
}

impl Site {
    /// Why nobody whom `policy` owes some of `token`, and who is no plain account, can be paid.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn stuck(&self, policy: U256, token: Address) -> Result<Report> {
        let splitter = self.splitter()?;
        let found = splitter.policy(policy).call().await?;
        let mut skipped = Vec::new();
        for (place, (payee, kind)) in found.payees.iter().zip(&found.kinds).enumerate() {
            let index = U256::from(place);
            let amount = splitter.owed(policy, index, token).call().await?;
            if Kind::of(*kind) != Kind::Account && !amount.is_zero() {
                skipped.push(Skipped(ISplitter::PayeeSkipped {
                    policyId: policy,
                    token,
                    payee: *payee,
                    payeeIndex: index,
                    amount,
                }));
            }
        }
        self.unpaid(&skipped).await
    }

    /// The failure that `skipped` are.
    ///
    /// # Errors
    /// The node does not answer.
    pub(super) async fn unpaid(&self, skipped: &[Skipped]) -> Result<Report> {
        let mut told = Vec::new();
        for Skipped(one) in skipped {
            told.push(self.one_unpaid(one).await?);
        }
        let count = skipped.len();
        let payees =
            if count == 1 { "a payee was".to_owned() } else { format!("{count} payees were") };
        let told = told.join("; ");
        Ok(Failure::Unwell(format!("{payees} not paid, what they are owed stays owed: {told}"))
            .into())
    }

    async fn one_unpaid(&self, one: &ISplitter::PayeeSkipped) -> Result<String> {
        let policy = self.splitter()?.policy(one.policyId).call().await?;
        let place: usize = one.payeeIndex.saturating_to();
        let kind = policy.kinds.get(place).copied().map_or(Kind::Account, Kind::of);
        let tag = policy.tags.get(place).copied().unwrap_or_default();
        let token = self.token(one.token).await?;
        let (who, amount) = (self.name(one.payee), token.show(one.amount));
        let why = self.why(one, kind, tag).await?;
        let (policy, index) = (one.policyId, one.payeeIndex);
        Ok(format!("{who}, payee {index} of policy {policy}, {amount}: {why}"))
    }

    /// Why the payment fails: by doing it alone, as the splitter would.
    async fn why(&self, one: &ISplitter::PayeeSkipped, kind: Kind, tag: B256) -> Result<String> {
        let payment = Payment::of(one, kind, tag);
        let (owner, spender) = (self.book.address("splitter")?, one.payee);
        let allowance = Allowance { token: one.token, owner, spender, amount: one.amount };
        let pretended = if payment.pulls { allowance.pretended(self).await } else { None };
        let request = TransactionRequest::default().from(owner).to(payment.to);
        let call = self.chain.provider().call(request.input(payment.data.into()));
        let call = match pretended.clone() {
            Some(state) => call.overrides(state),
            None => call,
        };
        let refused = call.await.err().and_then(|error| error.as_error_resp()?.as_revert_data());
        match refused.filter(|data| !data.is_empty()) {
            Some(data) if !payment.pulls || pretended.is_some() => Ok(self.reason(&data, kind)),
            Some(_) => Ok("it refuses; the node cannot say why".to_owned()),
            None => self.starved(one.payee, kind).await,
        }
    }

    fn reason(&self, data: &[u8], kind: Kind) -> String {
        let told = refusal(data);
        let name = told.split([' ', ':']).next().unwrap_or_default();
        let next = match (kind, name) {
            (Kind::Stream | Kind::Splitter, "EnforcedPause") => {
                "it is paused; distribute again once it is unpaused"
            }
            (Kind::Stream, "UnknownRewardToken") => {
                "it does not take this token; `tributary reward add`, then distribute again"
            }
            (Kind::Stream, "RewardTokenIsRetired") => {
                "it has retired this token; `tributary reward add` opens it again, then distribute again"
            }
            (Kind::Splitter, "UnknownSource") => {
                "it has no source of the payee's tag; `tributary source add` there, then distribute again"
            }
            _ => return told,
        };
        format!("{name}, {next}")
    }

    /// Of a payment that works when it is made alone.
    async fn starved(&self, payee: Address, kind: Kind) -> Result<String> {
        if kind == Kind::Stream {
            let behind = self.weeks_behind(payee).await?;
            if behind > 0 {
                let how = "`tributary distribute` passes them first";
                return Ok(format!(
                    "its books are {behind} weeks behind, which takes more gas than it gets; {how}"
                ));
            }
        }
        Ok("the payment works when it is made alone; try again".to_owned())
    }

    /// How many week ends the books of the vault at `address` have still to pass; none, if it is none of
    /// our vaults and keeps no such books.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn weeks_behind(&self, address: Address) -> Result<u64> {
        let vault = IVault::new(address, self.chain.provider());
        let last: u64 = match vault.lastCheckpoint().call().await.map_err(Report::from) {
            Ok(last) => last.saturating_to(),
            Err(error) if is_silence(&error) => return Err(error),
            Err(_) => return Ok(0),
        };
        Ok((self.now().await? / WEEK).saturating_sub(last / WEEK))
    }
}
