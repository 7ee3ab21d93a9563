//! The splitter's books, kept from its logs.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};

use super::roles::Roles;
use crate::{
    abi::ISplitter::{self, ISplitterEvents as Event},
    ledger::difference::Notes,
};

const BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// One payee of one policy in one token.
pub type PayeeKey = (U256, usize, Address);

/// What a policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyTerms {
    /// Its name.
    pub name: B256,
    /// Its payees in order.
    pub payees: Vec<PayeeTerms>,
}

/// What a policy says of one payee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayeeTerms {
    /// The payee.
    pub account: Address,
    /// Its share.
    pub bps: u32,
    /// How it is paid, by the number in the interface.
    pub kind: u8,
    /// The source under which a splitter is paid.
    pub tag: B256,
}

/// The policy id of sources that follow the stakers' share.
const FOLLOWS: U256 = U256::MAX;

/// The stakers' share: a policy that somebody may replace within bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StakersShare {
    /// Who may set it.
    pub setter: Address,
    /// The least it can be, in basis points.
    pub min_bps: U256,
    /// The most it can be.
    pub max_bps: U256,
    /// What it is.
    pub bps: U256,
    /// The policy in which it is that.
    pub policy: U256,
    /// The policy that it was made from.
    pub base: U256,
    /// The stakers' place in that.
    pub stakers: U256,
}

/// The kind of a payee that is paid by `notifyRevenue`.
pub(crate) const KIND_STREAM: u8 = 1;

/// What came in by source and went out by payee.
#[derive(Clone, Debug, Default)]
pub struct SplitterBooks {
    /// All policies.
    pub policies: BTreeMap<U256, PolicyTerms>,
    /// All sources: name and policy.
    pub sources: BTreeMap<B256, (B256, U256)>,
    /// The stakers' share.
    pub share: StakersShare,
    /// Who may decide.
    pub roles: Roles,
    /// Everything received, by source and token.
    pub by_source: BTreeMap<(B256, Address), U256>,
    /// Everything received, by policy and token.
    pub by_policy: BTreeMap<(U256, Address), U256>,
    /// Everything paid.
    pub paid: BTreeMap<PayeeKey, U256>,
    /// Received in the range of a report, by week, source and token.
    pub weekly: BTreeMap<(u64, B256, Address), U256>,
}

/// One payee's part of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The policy.
    pub policy: U256,
    /// The payee's place in it.
    pub payee: usize,
    /// The payee.
    pub account: Address,
    /// Its share.
    pub bps: u32,
    /// The token.
    pub token: Address,
    /// What it was paid.
    pub paid: U256,
    /// What is its due, paid or not.
    pub due: U256,
}

impl Line {
    /// What it is owed; nothing if it was paid more than its due.
    #[must_use]
    pub const fn owed(&self) -> U256 {
        self.due.saturating_sub(self.paid)
    }
}

impl SplitterBooks {
    /// Enters what the splitter told at `time`.
    pub(crate) fn enter(&mut self, time: u64, event: &Event, notes: &mut Notes<'_>) {
        match event {
            Event::PolicyCreated(told) => self.created(told, notes),
            Event::SourceAdded(told) => {
                let known = self.sources.insert(told.source, (told.name, told.policyId)).is_some();
                notes.same(false, known, || format!("splitter, source {} before", told.source));
                self.policy(told.policyId, notes);
            }
            Event::SourcePolicyChanged(told) => {
                self.policy(told.policyId, notes);
                let (_, policy) = self.sources.entry(told.source).or_default();
                let before = std::mem::replace(policy, told.policyId);
                notes.same(before, told.previousPolicyId, || {
                    format!("splitter, policy of source {} before", told.source)
                });
            }
            Event::RevenueReceived(told) => self.received(time, told, notes),
            Event::PayeePaid(told) => {
                let ISplitter::PayeePaid { policyId, token, payee, payeeIndex, amount } = *told;
                self.pay((policyId, payeeIndex.saturating_to(), token), payee, amount, notes);
            }
            Event::PayeeSkipped(told) => {
                let key = (told.policyId, told.payeeIndex.saturating_to(), told.token);
                let owed = self.line(key).map_or(U256::ZERO, |line| line.owed());
                notes.same(owed, told.amount, || {
                    format!("splitter, {} that {} was not paid", told.token, told.payee)
                });
            }
            Event::StakersShareTermsChanged(told) => self.offered(told, notes),
            Event::StakersShareChanged(told) => self.shared(told, notes),
            other => self.settings(other, notes),
        }
    }

    fn settings(&mut self, event: &Event, notes: &mut Notes<'_>) {
        match event {
            Event::OwnershipTransferStarted(told) => {
                self.roles.offered("splitter", told.previousOwner, told.newOwner, notes);
            }
            Event::OwnershipTransferred(told) => {
                self.roles.transferred("splitter", told.previousOwner, told.newOwner, notes);
            }
            Event::GuardianChanged(told) => {
                self.roles.guarded("splitter", told.previousGuardian, told.newGuardian, notes);
            }
            Event::Paused(_) => self.roles.paused("splitter", true, notes),
            Event::Unpaused(_) => self.roles.paused("splitter", false, notes),
            _ => {}
        }
    }

    fn created(&mut self, told: &ISplitter::PolicyCreated, notes: &mut Notes<'_>) {
        let expected = U256::from(self.policies.len() + 1);
        notes.same(expected, told.policyId, || "splitter, id of a new policy".to_owned());
        let sum: U256 = told.bps.iter().map(|bps| U256::from(*bps)).sum();
        notes.same(BPS, sum, || format!("splitter, basis points of policy {}", told.policyId));
        let columns = told.payees.iter().zip(&told.bps).zip(told.kinds.iter().zip(&told.tags));
        let payee = |((account, bps), (kind, tag)): ((&Address, &u32), (&u8, &B256))| PayeeTerms {
            account: *account,
            bps: *bps,
            kind: *kind,
            tag: *tag,
        };
        let terms = PolicyTerms { name: told.name, payees: columns.map(payee).collect() };
        self.policies.insert(told.policyId, terms);
    }

    fn offered(&mut self, told: &ISplitter::StakersShareTermsChanged, notes: &mut Notes<'_>) {
        let policy = told.policyId;
        self.policy(policy, notes);
        self.share = StakersShare {
            setter: told.setter,
            min_bps: told.minBps,
            max_bps: told.maxBps,
            bps: self.bps(policy, told.stakersIndex),
            policy,
            base: policy,
            stakers: told.stakersIndex,
        };
    }

    fn shared(&mut self, told: &ISplitter::StakersShareChanged, notes: &mut Notes<'_>) {
        self.policy(told.policyId, notes);
        let StakersShare { min_bps, max_bps, .. } = self.share;
        if !(min_bps..=max_bps).contains(&told.bps) {
            let (bounds, found) = (format!("{min_bps} to {max_bps}"), told.bps.to_string());
            notes.note("splitter, basis points of the stakers", bounds, found);
        }
        (self.share.policy, self.share.bps) = (told.policyId, told.bps);
    }

    /// A payee's basis points; zero if there is no such payee.
    fn bps(&self, policy: U256, payee: U256) -> U256 {
        let payees = self.policies.get(&policy).map(|terms| &terms.payees);
        let payee = payees.and_then(|payees| payees.get(payee.saturating_to::<usize>()));
        U256::from(payee.map_or(0, |payee| payee.bps))
    }

    /// Notes a policy that nobody created.
    fn policy(&self, id: U256, notes: &mut Notes<'_>) {
        if id != FOLLOWS && !self.policies.contains_key(&id) {
            notes.note("splitter, a policy", "one that was created", id.to_string());
        }
    }

    fn received(&mut self, time: u64, told: &ISplitter::RevenueReceived, notes: &mut Notes<'_>) {
        let ISplitter::RevenueReceived { source, token, policyId, amount, .. } = *told;
        let policy = self.sources.get(&source).map_or(U256::ZERO, |(_, policy)| *policy);
        let policy = if policy == FOLLOWS { self.share.policy } else { policy };
        notes.same(policy, policyId, || format!("splitter, policy of source {source}"));
        if self.roles.is_paused {
            notes.note("splitter, revenue while paused", "none", amount.to_string());
        }
        *self.by_source.entry((source, token)).or_default() += amount;
        *self.by_policy.entry((policyId, token)).or_default() += amount;
        *self.weekly.entry((accrual::week_of(time), source, token)).or_default() += amount;
    }

    fn pay(&mut self, key: PayeeKey, payee: Address, amount: U256, notes: &mut Notes<'_>) {
        let token = key.2;
        match self.line(key) {
            None => {
                let what = format!("splitter, {token} paid to {payee}");
                notes.note(what, "a payee of a policy that received it", amount.to_string());
            }
            Some(line) => {
                notes.same(line.account, payee, || {
                    format!("splitter, payee {} of policy {}", key.1, key.0)
                });
                if amount > line.owed() {
                    let what = format!("splitter, {token} paid to {payee}");
                    notes.note(what, format!("at most {}", line.owed()), amount.to_string());
                }
            }
        }
        *self.paid.entry(key).or_default() += amount;
    }

    /// What there is to say of one payee; none if the policy received nothing, or has no such payee.
    #[must_use]
    pub fn line(&self, (policy, payee, token): PayeeKey) -> Option<Line> {
        let PayeeTerms { account, bps, .. } = *self.policies.get(&policy)?.payees.get(payee)?;
        let received = *self.by_policy.get(&(policy, token))?;
        let paid = self.paid.get(&(policy, payee, token)).copied().unwrap_or_default();
        let due = received * U256::from(bps) / BPS;
        Some(Line { policy, payee, account, bps, token, paid, due })
    }

    /// Every payee's part of every token that arrived for it.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        self.by_policy.keys().flat_map(move |&(policy, token)| {
            let payees = self.policies.get(&policy).map_or(0, |terms| terms.payees.len());
            (0..payees).filter_map(move |payee| self.line((policy, payee, token)))
        })
    }

    /// What ever arrived of `token`.
    #[must_use]
    pub fn received_in(&self, token: Address) -> U256 {
        let sources = self.by_source.iter().filter(|((_, of), _)| *of == token);
        sources.map(|(_, amount)| *amount).sum()
    }

    /// What was ever paid of `token`.
    #[must_use]
    pub fn paid_in(&self, token: Address) -> U256 {
        let payees = self.paid.iter().filter(|((.., of), _)| *of == token);
        payees.map(|(_, amount)| *amount).sum()
    }

    /// What was paid of `token` to `account` as to a receiver that streams.
    pub(crate) fn streamed_to(&self, account: Address, token: Address) -> U256 {
        let is_it = |(policy, payee, of): &PayeeKey| {
            let payees = self.policies.get(policy).map(|terms| &terms.payees);
            let terms = payees.and_then(|payees| payees.get(*payee));
            *of == token
                && terms.is_some_and(|terms| terms.account == account && terms.kind == KIND_STREAM)
        };
        self.paid.iter().filter(|(key, _)| is_it(key)).map(|(_, amount)| *amount).sum()
    }
}
