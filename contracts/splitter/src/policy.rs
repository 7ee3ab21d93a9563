//! Policies: immutable lists of payees.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256, address};
use components::{
    abi::{Args, Out, log_encoded},
    fail,
};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    ISplitter, Result, Splitter,
    layout::{self, POLICY_COUNT, SHARE_POLICY},
    share::ONE_BPS,
};

/// The most payees a policy can have: `distribute` pays them all in one transaction.
const MAX_PAYEES: usize = 32;
/// Where burnt tokens go: nobody has its key.
pub(crate) const BURN: Address = address!("000000000000000000000000000000000000dEaD");

/// What a source points at that follows the stakers' share.
pub(crate) const FOLLOW: U256 = U256::MAX;

/// How a payee is paid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A plain account: a transfer, by `release` only.
    Account,
    /// A vault or another receiver that streams: `notifyRevenue`.
    Stream,
    /// Another splitter: `deposit` under the source given as tag.
    Splitter,
    /// Nobody: a transfer to [`BURN`].
    Burn,
}

impl Kind {
    /// The kind of that number in the ABI.
    fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Account),
            1 => Some(Self::Stream),
            2 => Some(Self::Splitter),
            3 => Some(Self::Burn),
            _ => None,
        }
    }

    /// Its number in the ABI.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Account => 0,
            Self::Stream => 1,
            Self::Splitter => 2,
            Self::Burn => 3,
        }
    }
}

/// What a policy says of one payee, but for its tag.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) account: Address,
    pub(crate) bps: u32,
    pub(crate) kind: Kind,
}

impl Terms {
    /// One word: the address in the lower 160 bits, then 32 bits of basis points, then the kind.
    fn pack(self) -> U256 {
        let [low, middle, high, _] = U256::from_be_bytes(self.account.into_word().0).into_limbs();
        let kind = u64::from(self.kind.code());
        U256::from_limbs([low, middle, high | u64::from(self.bps) << 32, kind])
    }

    /// Reads a packed word; `None` if nothing was ever stored there, as no payee is without share.
    fn unpack(word: U256) -> Option<Self> {
        let [_, _, high, kind] = word.into_limbs();
        let bps = u32::try_from(high >> 32).ok().filter(|bps| *bps != 0)?;
        let kind = Kind::of(u8::try_from(kind).ok()?)?;
        Some(Self { account: Address::from_word(word.into()), bps, kind })
    }

    /// Whether money can go there: a share of something, to somebody else. Burning names its address
    /// like every payment, so that a policy reads as what it does; what is called has code.
    fn is_payable(&self, vm: &VM) -> bool {
        let account = self.account;
        let fits_its_kind = match self.kind {
            Kind::Account => true,
            Kind::Stream | Kind::Splitter => vm.code_size(account) != 0,
            Kind::Burn => account == BURN,
        };
        let somebody_else = !account.is_zero() && account != vm.contract_address();
        self.bps != 0 && somebody_else && fits_its_kind
    }
}

impl Splitter {
    /// *Reverts* with `UnknownPolicy` unless there is a policy of that id.
    pub(crate) fn check_policy(&self, policy_id: U256) -> Result<()> {
        if policy_id.is_zero() || policy_id > POLICY_COUNT.get(&self.vm) {
            return Err(fail!(ISplitter::UnknownPolicy, policy_id));
        }
        Ok(())
    }

    /// *Reverts* with `UnknownPolicy` unless a source can point at `policy_id`: a policy, or
    /// [`FOLLOW`] where there is a stakers' share to follow.
    pub(crate) fn check_pointer(&self, policy_id: U256) -> Result<()> {
        if policy_id == FOLLOW && !SHARE_POLICY.get(&self.vm).is_zero() {
            return Ok(());
        }
        self.check_policy(policy_id)
    }

    /// What `source` points at: a policy or [`FOLLOW`]. *Reverts* with `UnknownSource` if there is no
    /// such source: every source points at something, and no policy has the id zero.
    pub(crate) fn pointer_of(&self, source: B256) -> Result<U256> {
        let pointer = layout::source_policy(source).get(&self.vm);
        if pointer.is_zero() {
            return Err(fail!(ISplitter::UnknownSource, source));
        }
        Ok(pointer)
    }

    /// The policy in force for `source`. *Reverts* with `UnknownSource`.
    pub(crate) fn policy_of(&self, source: B256) -> Result<U256> {
        let pointer = self.pointer_of(source)?;
        Ok(if pointer == FOLLOW { SHARE_POLICY.get(&self.vm) } else { pointer })
    }

    /// The terms of one payee. *Reverts* with `UnknownPolicy` or `UnknownPayee`.
    pub(crate) fn terms(&self, policy_id: U256, payee_index: U256) -> Result<Terms> {
        let word = layout::payee_terms(policy_id, payee_index).get(&self.vm);
        if let Some(terms) = Terms::unpack(word) {
            return Ok(terms);
        }
        self.check_policy(policy_id)?;
        Err(fail!(ISplitter::UnknownPayee, policy_id, payee_index))
    }

    /// The terms of all payees, in order. *Reverts* with `UnknownPolicy`.
    pub(crate) fn terms_of(&self, policy_id: U256) -> Result<Vec<Terms>> {
        self.check_policy(policy_id)?;
        let slot = |index| layout::payee_terms(policy_id, U256::from(index));
        let indices = 0..MAX_PAYEES;
        Ok(indices.map_while(|index| Terms::unpack(slot(index).get(&self.vm))).collect())
    }

    /// A payee's tag.
    pub(crate) fn tag(&self, policy_id: U256, payee_index: U256) -> U256 {
        layout::payee_tag(policy_id, payee_index).get(&self.vm)
    }

    /// A policy as its view and its event show it: name, accounts, basis points, kinds, tags.
    pub(crate) fn encoded_policy(&self, policy_id: U256) -> Result<Vec<u8>> {
        let terms = self.terms_of(policy_id)?;
        let tags = (0..terms.len()).map(|index| self.tag(policy_id, U256::from(index)));
        let encoded = Out::of(5)
            .word(layout::policy_name(policy_id).get(&self.vm))
            .array(terms.iter().map(|terms| terms.account))
            .array(terms.iter().map(|terms| terms.bps))
            .array(terms.iter().map(|terms| terms.kind.code()))
            .array(tags);
        Ok(encoded.done())
    }

    /// Stores a new policy and returns its id. *Emits* `PolicyCreated`.
    pub(crate) fn write_policy(
        &mut self,
        name: B256,
        payees: &[Terms],
        tags: &[B256],
    ) -> Result<U256> {
        let policy_id = POLICY_COUNT.get(&self.vm).saturating_add(U256::ONE);
        POLICY_COUNT.set(&self.vm, policy_id);
        layout::policy_name(policy_id).set(&self.vm, name.into());
        for (index, (terms, tag)) in payees.iter().zip(tags).enumerate() {
            let index = U256::from(index);
            layout::payee_terms(policy_id, index).set(&self.vm, terms.pack());
            if !tag.is_zero() {
                layout::payee_tag(policy_id, index).set(&self.vm, (*tag).into());
            }
        }
        let encoded = self.encoded_policy(policy_id)?;
        log_encoded::<ISplitter::PolicyCreated, 1>(&self.vm, [policy_id.into()], &encoded);
        Ok(policy_id)
    }
}

/// Reads the payees of a policy to be, as `createPolicy` takes them.
///
/// *Reverts* with `InvalidPayeeCount`, `InvalidPayee` or `SharesDoNotAddUp`.
pub(crate) fn read(vm: &VM, args: Args<'_>) -> Result<Vec<Terms>> {
    let (accounts, bps, kinds) = (args.addresses(1), args.u32s(2), args.u8s(3));
    let lengths = [bps.len(), kinds.len(), args.bytes32s(4).len()];
    check_count(accounts.len(), lengths)?;
    let mut payees = Vec::with_capacity(accounts.len());
    for ((account, bps), kind) in accounts.into_iter().zip(&bps).zip(kinds) {
        let payee = Kind::of(kind).map(|kind| Terms { account, bps: *bps, kind });
        match payee.filter(|payee| payee.is_payable(vm)) {
            Some(payee) => payees.push(payee),
            None => return Err(fail!(ISplitter::InvalidPayee, U256::from(payees.len()))),
        }
    }
    check_sum(&bps)?;
    Ok(payees)
}

fn check_count(count: usize, others: [usize; 3]) -> Result<()> {
    if count == 0 || count > MAX_PAYEES || others != [count; 3] {
        let (count, max) = (U256::from(count), U256::from(MAX_PAYEES));
        return Err(fail!(ISplitter::InvalidPayeeCount, count, max));
    }
    Ok(())
}

fn check_sum(bps: &[u32]) -> Result<()> {
    let sum: u64 = bps.iter().map(|bps| u64::from(*bps)).sum();
    if sum == u64::from(ONE_BPS) { Ok(()) } else { Err(fail!(ISplitter::SharesDoNotAddUp, sum)) }
}
