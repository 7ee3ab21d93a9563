//! Votes: the weights of those who delegate, now and at any time that has passed.
//!
//! # What is kept
//! Of each delegate the [`Tally`] of its last change, the tallies before it, and the boosts among its
//! votes by the week in which they end. Votes at a time are those of the last tally before it, less the
//! boosts that have ended in between. So locks expire without anybody's doing, here as in the
//! weights, and accounts that never delegate pay for none of it.
//!
//! # Why the past stands still
//! A boost leaves the list of a week only before that week: an expired lock can neither be
//! extended, nor left, nor delegated anew. So once a week has begun, the sum that ended at its start
//! never changes, and neither does any answer about a time that has passed.
//!
//! # The total
//! The total weight at the start of a week is noted when the books are first brought forward in it. In
//! the weeks that nobody touched nothing changed but what expired, so theirs follows from the next one
//! noted.
//!
//! # Work
//! A change of weight costs its delegate's tally one slot a second at most, and a read for every two
//! weeks that passed since the last change, up to the last end of a lock in it. Delegating costs
//! more with each lock that the account has.

use accrual::{Pool, halves, join, start_of, week_of};
use alloy_primitives::{Address, B256, U256};
use components::{Signature, Slot, abi::Word, emit, fail, hash_words};
use stylus_sdk::{host::VM, keccak_const::Keccak256, prelude::*};

use crate::{
    IVault, Result, Vault,
    ledger::Host,
    storage::{BOOST_ENDING, DELEGATES, NAME, PERMITS, VOTES, WEEK_TOTALS, Weekly, address_of},
    words::Position,
};

const DELEGATION_TYPEHASH: B256 = B256::new(
    Keccak256::new()
        .update(b"Delegation(address delegatee,uint256 nonce,uint256 expiry)")
        .finalize(),
);

/// The votes of a delegate at the time of a change, in one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// Below 2^113: balances and boosts are below 2^112 each.
    votes: u128,
    /// How many tallies came before.
    earlier: u64,
    /// The last week at whose start any of the boosts among the votes ends.
    last_end: u64,
    /// Unix seconds; zero for a delegate that never had votes.
    at: u64,
}

impl Tally {
    /// Votes in the upper half; below them 64 bits of `earlier`, 32 of `last_end`, 32 of `at`.
    #[expect(clippy::as_conversions, reason = "each field is cut out of the half by its width")]
    const fn unpack(word: U256) -> Self {
        let (votes, rest) = halves(word);
        let (last_end, at) = ((rest >> 32) as u32 as u64, rest as u32 as u64);
        Self { votes, earlier: (rest >> 64) as u64, last_end, at }
    }

    #[expect(clippy::as_conversions, reason = "each field is widened")]
    const fn pack(self) -> U256 {
        let times = (self.last_end as u128) << 32 | self.at as u128;
        join(self.votes, (self.earlier as u128) << 64 | times)
    }
}

/// The votes that accounts delegated to somebody. Three slots: the last [`Tally`], the root of those
/// before it, by number, and of the boosts that end, by week.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delegate(Slot);

impl Delegate {
    fn of(account: Address) -> Self {
        Self(VOTES.key(account))
    }

    fn last(self, vm: &VM) -> Tally {
        Tally::unpack(self.0.get(vm))
    }

    fn earlier(self, n: u64) -> Slot {
        self.0.plus(1).key(n)
    }

    const fn ending(self) -> Weekly {
        Weekly::at(self.0.plus(2))
    }

    /// The votes of `tally` that are left at `at`, before the next tally.
    fn left(self, vm: &VM, tally: &Tally, at: u64) -> u128 {
        if tally.votes == 0 {
            return 0;
        }
        let passed = week_of(tally.at).saturating_add(1)..=week_of(at).min(tally.last_end);
        passed.fold(tally.votes, |votes, week| votes.saturating_sub(self.ending().get(vm, week)))
    }

    /// The votes at the end of second `at`.
    fn votes_at(self, vm: &VM, at: u64) -> u128 {
        self.left(vm, &self.tally_at(vm, at), at)
    }

    /// The last tally that is not later than `at`.
    fn tally_at(self, vm: &VM, at: u64) -> Tally {
        let last = self.last(vm);
        if last.at <= at {
            return last;
        }
        let (mut low, mut high) = (0, last.earlier);
        while low < high {
            let middle = low.midpoint(high);
            if Tally::unpack(self.earlier(middle).get(vm)).at > at {
                high = middle;
            } else {
                low = middle.saturating_add(1);
            }
        }
        high.checked_sub(1).map_or_else(Tally::default, |n| Tally::unpack(self.earlier(n).get(vm)))
    }

    /// Makes `votes` those from `now` on; keeps the last tally if it is older.
    fn note(self, vm: &VM, votes: u128, now: u64) {
        let mut tally = self.last(vm);
        if tally.at != 0 && tally.at < now {
            self.earlier(tally.earlier).set(vm, tally.pack());
            tally.earlier = tally.earlier.saturating_add(1);
        }
        self.0.set(vm, Tally { votes, at: now, ..tally }.pack());
    }

    /// Has `boost` of the votes end at the start of `week`.
    fn schedule(self, vm: &VM, week: u64, boost: u128) {
        self.ending().add(vm, week, boost);
        let tally = self.last(vm);
        if tally.last_end < week {
            self.0.set(vm, Tally { last_end: week, ..tally }.pack());
        }
    }
}

impl Vault {
    /// The account that votes with the weight of `account`; zero if nobody does.
    pub(crate) fn delegate_of(&self, account: Address, position: &Position) -> Address {
        if position.delegated { self.delegates(account) } else { Address::ZERO }
    }

    /// The delegate of `account`.
    pub(crate) fn delegates(&self, account: Address) -> Address {
        address_of(DELEGATES.key(account).get(self.vm()))
    }

    /// Gives `delegate` votes, or takes them; nobody is no delegate.
    pub(crate) fn change_votes(&mut self, delegate: Address, added: u128, removed: u128) {
        if delegate.is_zero() || added == removed {
            return;
        }
        let (now, votes) = (self.now(), Delegate::of(delegate));
        let before = votes.votes_at(self.vm(), now);
        let after = before.saturating_add(added).saturating_sub(removed);
        votes.note(self.vm(), after, now);
        emit!(self.vm(), IVault::DelegateVotesChanged, [delegate], [before, after]);
    }

    /// Has `boost` of the votes of `delegate` end at the start of `week`.
    pub(crate) fn schedule_votes(&mut self, delegate: Address, week: u64, boost: u128) {
        if !delegate.is_zero() && boost > 0 {
            Delegate::of(delegate).schedule(self.vm(), week, boost);
        }
    }

    /// Has `boost` of the votes of `delegate` no longer end at the start of `week`.
    pub(crate) fn unschedule_votes(&mut self, delegate: Address, week: u64, boost: u128) {
        if !delegate.is_zero() && boost > 0 {
            Delegate::of(delegate).ending().take(self.vm(), week, boost);
        }
    }

    /// Has `to` vote with the weight of `account`.
    pub(crate) fn delegate(&mut self, account: Address, to: Address) {
        let mut position = self.position(account);
        let from = self.delegates(account);
        DELEGATES.key(account).set(self.vm(), U256::from_be_bytes(to.into_word().0));
        position.delegated = !to.is_zero();
        self.store_position(account, position);
        emit!(self.vm(), IVault::DelegateChanged, [account, from, to], []);
        if from == to {
            return;
        }
        for bucket in self.unexpired(account, &position) {
            self.unschedule_votes(from, bucket.end, bucket.boost);
            self.schedule_votes(to, bucket.end, bucket.boost);
        }
        let weight = self.weight(account);
        self.change_votes(from, 0, weight);
        self.change_votes(to, weight, 0);
    }

    /// [`Vault::delegate`] for whoever signed it with its next nonce.
    pub(crate) fn delegate_by_signature(
        &mut self,
        to: Address,
        nonce: U256,
        expiry: U256,
        signature: &Signature,
    ) -> Result<()> {
        let vm = self.vm();
        if U256::from(vm.block_timestamp()) > expiry {
            return Err(fail!(IVault::VotesExpiredSignature, expiry));
        }
        let hash = hash_words(&[DELEGATION_TYPEHASH, to.word(), nonce.word(), expiry.word()]);
        let signer = components::signer(vm, &NAME.get(vm), hash, signature);
        if signer.is_zero() {
            return Err(fail!(IVault::ECDSAInvalidSignature));
        }
        let next = PERMITS.nonce(vm, signer);
        if nonce != next {
            return Err(fail!(IVault::InvalidAccountNonce, signer, next));
        }
        PERMITS.spend_nonce(vm, signer, next);
        self.delegate(signer, to);
        Ok(())
    }

    /// The votes of `account` now.
    pub(crate) fn votes(&self, account: Address) -> u128 {
        Delegate::of(account).votes_at(self.vm(), self.now())
    }

    /// The votes of `account` at the end of second `timepoint`.
    ///
    /// *Reverts* with `ERC5805FutureLookup` unless that has passed.
    pub(crate) fn past_votes(&self, account: Address, timepoint: U256) -> Result<u128> {
        Ok(Delegate::of(account).votes_at(self.vm(), self.past(timepoint)?))
    }

    /// The total weight at the start of the week of `timepoint`.
    ///
    /// *Reverts* with `ERC5805FutureLookup` unless that has passed.
    pub(crate) fn past_total(&self, timepoint: U256) -> Result<u128> {
        let week = week_of(self.past(timepoint)?);
        let mut pool = self.stored_pool();
        if week > week_of(pool.updated) {
            self.pass_weeks(&mut pool, week);
            return Ok(pool.weight());
        }
        let mut expired = 0_u128;
        for later in week..=week_of(pool.updated) {
            if later > week {
                expired = expired.saturating_add(BOOST_ENDING.get(self.vm(), later));
            }
            if let Some(total) = WEEK_TOTALS.get(self.vm(), later).checked_sub(1) {
                return Ok(total.saturating_add(expired));
            }
        }
        Ok(0)
    }

    /// Brings the totals forward to the start of `week`, without writing.
    fn pass_weeks(&self, pool: &mut Pool, week: u64) {
        let mut noted = crate::ledger::Boundaries::new(self.vm(), 0, true);
        pool.advance::<Host>(start_of(week), &mut [], &mut noted);
    }

    /// Notes the total weight at the start of the week to which the books were brought forward.
    pub(crate) fn note_week(&self, pool: &Pool) {
        WEEK_TOTALS.set(self.vm(), week_of(pool.updated), pool.weight().saturating_add(1));
    }

    /// `timepoint` in Unix seconds.
    fn past(&self, timepoint: U256) -> Result<u64> {
        let now = self.now();
        let passed = u64::try_from(timepoint).ok().filter(|at| *at < now);
        passed.ok_or_else(|| fail!(IVault::ERC5805FutureLookup, timepoint, now))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_tally_gives_back_what_was_packed(
            votes in 0..1u128 << 113, earlier: u64, last_end: u32, at: u32,
        ) {
            let (last_end, at) = (u64::from(last_end), u64::from(at));
            let tally = Tally { votes, earlier, last_end, at };
            prop_assert_eq!(Tally::unpack(tally.pack()), tally);
        }
    }
}
