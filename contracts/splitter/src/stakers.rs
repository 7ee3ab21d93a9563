//! The stakers' share: the one figure that somebody else than the owner may change, within bounds.
//!
//! Policies never change, so a new share is a new policy, and sources that follow the share point at
//! whatever policy is its latest. What arrived before stays divided as it was.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, U256};
use components::{
    abi::{Out, Word},
    emit, fail,
};
use stylus_sdk::prelude::*;

use crate::{
    ISplitter, Result, Splitter,
    layout::{BASE_SHARE_POLICY, ROLES, SHARE_POLICY, SHARE_TERMS},
    policy::Terms,
    share::ONE_BPS,
};

/// Who may set the share, and within what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct ShareTerms {
    /// Zero for nobody but the owner.
    setter: Address,
    min: u32,
    max: u32,
    /// The share now, in basis points.
    bps: u32,
    /// Which payee of the base policy the stakers are.
    index: u32,
}

impl ShareTerms {
    /// The address in the lower 160 bits, 32 bits of `index` above it, then 16 bits each of `min`, `max`
    /// and `bps`.
    fn pack(self) -> U256 {
        let [low, middle, high, _] = U256::from_be_bytes(self.setter.into_word().0).into_limbs();
        let figures = u64::from(self.min) | u64::from(self.max) << 16 | u64::from(self.bps) << 32;
        U256::from_limbs([low, middle, high | u64::from(self.index) << 32, figures])
    }

    fn unpack(word: U256) -> Self {
        let [_, _, high, figures] = word.into_limbs();
        let cut = |bits: u32| u32::try_from(figures >> bits & 0xffff).unwrap_or_default();
        Self {
            setter: Address::from_word(word.into()),
            min: cut(0),
            max: cut(16),
            bps: cut(32),
            index: u32::try_from(high >> 32).unwrap_or_default(),
        }
    }
}

impl Splitter {
    /// Who may set the stakers' share, and what it is; the words of `stakersShare()`.
    pub(crate) fn encoded_share(&self) -> Vec<u8> {
        let terms = ShareTerms::unpack(SHARE_TERMS.get(&self.vm));
        Out::of(7)
            .word(terms.setter)
            .word(terms.min)
            .word(terms.max)
            .word(terms.bps)
            .word(SHARE_POLICY.get(&self.vm))
            .word(BASE_SHARE_POLICY.get(&self.vm))
            .word(terms.index)
            .done()
    }

    /// Sets who may choose the stakers' share, and from what; for the owner.
    pub(crate) fn set_share_terms(
        &mut self,
        setter: Address,
        policy_id: U256,
        index: U256,
        min: U256,
        max: U256,
    ) -> Result<()> {
        // Check:
        ROLES.only_owner(&self.vm)?;
        let stakers = self.terms(policy_id, index)?;
        let [min, max] = [min, max].map(|bps| u32::try_from(bps).unwrap_or(u32::MAX));
        if min == 0 || min > max || max > ONE_BPS || stakers.bps == ONE_BPS {
            return Err(fail!(ISplitter::InvalidStakersShareTerms));
        }
        let bps = stakers.bps;
        check_bounds(U256::from(bps), min, max)?;
        // Effect: a payee that exists has a small number.
        let index = u32::try_from(index).unwrap_or_default();
        SHARE_TERMS.set(&self.vm, ShareTerms { setter, min, max, bps, index }.pack());
        SHARE_POLICY.set(&self.vm, policy_id);
        BASE_SHARE_POLICY.set(&self.vm, policy_id);
        // Log:
        let (vm, topics) = (&self.vm, (setter, policy_id));
        emit!(vm, ISplitter::StakersShareTermsChanged, [topics.0, topics.1], [index, min, max]);
        Ok(())
    }

    /// Makes a policy in which the stakers have `bps`, and has the sources that follow it divided by
    /// it; for the setter and the owner. Returns its id.
    pub(crate) fn set_share(&mut self, bps: U256) -> Result<U256> {
        // Check:
        let (sender, terms) = (self.vm.msg_sender(), ShareTerms::unpack(SHARE_TERMS.get(&self.vm)));
        if sender != terms.setter {
            ROLES.only_owner(&self.vm)?;
        }
        let bps = check_bounds(bps, terms.min, terms.max)?;
        if bps == terms.bps {
            // No second policy of the same content, each to be distributed by itself.
            return Ok(SHARE_POLICY.get(&self.vm));
        }
        // Effect:
        let base = BASE_SHARE_POLICY.get(&self.vm);
        let (payees, tags) = self.with_share(base, terms.index, bps)?;
        let policy_id = self.write_policy(name_of(bps), &payees, &tags)?;
        SHARE_POLICY.set(&self.vm, policy_id);
        SHARE_TERMS.set(&self.vm, ShareTerms { bps, ..terms }.pack());
        // Log:
        emit!(&self.vm, ISplitter::StakersShareChanged, [sender, policy_id], [bps]);
        Ok(policy_id)
    }

    /// Payees and tags of the policy `base` with `bps` for payee number `index`, without those who are
    /// left with nothing.
    fn with_share(&self, base: U256, index: u32, bps: u32) -> Result<(Vec<Terms>, Vec<B256>)> {
        let index = usize::try_from(index).unwrap_or_default();
        let mut payees = self.terms_of(base)?;
        let shares = divided(&payees.iter().map(|payee| payee.bps).collect::<Vec<_>>(), index, bps);
        for (payee, bps) in payees.iter_mut().zip(shares) {
            payee.bps = bps;
        }
        let tagged = payees.into_iter().enumerate().filter(|(_, payee)| payee.bps != 0);
        Ok(tagged.map(|(n, payee)| (payee, self.tag(base, U256::from(n)).word())).unzip())
    }
}

/// The basis points of `shares`, of which number `index` becomes `bps`, and the others divide the rest
/// as they do now, rounded down; the first of them gets what that leaves. They add up to 10,000 as
/// before. The others have something now.
fn divided(shares: &[u32], index: usize, bps: u32) -> Vec<u32> {
    let rest = ONE_BPS.saturating_sub(bps);
    let others = ONE_BPS.saturating_sub(shares.get(index).copied().unwrap_or_default());
    let part = |share: u32| share.saturating_mul(rest).checked_div(others).unwrap_or_default();
    let mut divided: Vec<u32> = shares.iter().map(|share| part(*share)).collect();
    if let Some(stakers) = divided.get_mut(index) {
        *stakers = bps;
    }
    let left = ONE_BPS.saturating_sub(divided.iter().sum());
    let first = usize::from(index == 0);
    if let Some(first) = divided.get_mut(first) {
        *first = first.saturating_add(left);
    }
    divided
}

/// The name of a policy made for a share of `bps`, such as `stakers 6500 bps`; that of the policy it is made
/// from may well tell the share there.
fn name_of(bps: u32) -> B256 {
    let digit = |power: u32| bps.checked_div(power)?.checked_rem(10)?.try_into().ok();
    let digits = [10_000, 1_000, 100, 10, 1].map(|power| digit(power).unwrap_or(0_u8));
    let digits = digits.into_iter().skip_while(|digit| *digit == 0);
    let digits = digits.map(|digit| digit.saturating_add(b'0'));
    let text = b"stakers ".iter().copied().chain(digits).chain(b" bps".iter().copied());
    let mut name = B256::ZERO;
    for (place, byte) in name.iter_mut().zip(text) {
        *place = byte;
    }
    name
}

/// *Reverts* with `StakersShareOutOfRange` unless `bps` is within the bounds; before the owner has set
/// any they are zero, and nothing is.
fn check_bounds(bps: U256, min: u32, max: u32) -> Result<u32> {
    let fits = u32::try_from(bps).ok().filter(|bps| min != 0 && (min..=max).contains(bps));
    fits.ok_or_else(|| fail!(ISplitter::StakersShareOutOfRange, bps, min, max))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn terms_give_back_what_was_packed(
            setter: [u8; 20], min in 0..=ONE_BPS, max in 0..=ONE_BPS, bps in 0..=ONE_BPS,
            index in 0..32_u32,
        ) {
            let terms = ShareTerms { setter: Address::from(setter), min, max, bps, index };
            prop_assert_eq!(ShareTerms::unpack(terms.pack()), terms);
        }

        #[test]
        fn a_policy_is_named_after_its_share(bps in 1..=ONE_BPS) {
            let name = name_of(bps);
            let text = format!("stakers {bps} bps");
            let (told, rest) = name.split_at(text.len());
            prop_assert_eq!(told, text.as_bytes());
            prop_assert!(rest.iter().all(|byte| *byte == 0));
        }

        #[test]
        fn a_changed_share_leaves_the_proportions_of_the_others(
            weights in proptest::collection::vec(1..1_000_u32, 2..=32),
            at in 0..32_usize, bps in 1..=ONE_BPS,
        ) {
            let sum: u32 = weights.iter().sum();
            let mut shares: Vec<u32> =
                weights.iter().map(|weight| (weight * ONE_BPS / sum).max(1)).collect();
            let surplus = shares.iter().sum::<u32>() as i64 - i64::from(ONE_BPS);
            let largest = shares.iter_mut().max().unwrap();
            *largest = (i64::from(*largest) - surplus) as u32;
            let index = at % shares.len();
            let after = divided(&shares, index, bps);
            prop_assert_eq!(after.iter().sum::<u32>(), ONE_BPS);
            prop_assert_eq!(after[index], bps);
            let others = ONE_BPS - shares[index];
            let first = usize::from(index == 0);
            for (n, share) in shares.iter().enumerate().filter(|(n, _)| *n != index) {
                let exact = u64::from(*share) * u64::from(ONE_BPS - bps) / u64::from(others);
                let spare = u64::from(after[n]) - exact;
                let most = if n == first { 31 } else { 0 };
                prop_assert!(spare <= most);
            }
        }
    }
}
