//! Where ArbOS keeps what it knows: spaces within the storage of one account.
//!
//! A space is named by a hash; within it, a key's last byte survives the hashing, so that 256
//! consecutive keys are 256 consecutive slots. Spaces nest: a space's name is the hash of its
//! parent's name and its own id.

use std::convert::Infallible;

use revm::{
    context_interface::JournalTr,
    primitives::{Address, B256, U256, address, keccak256},
};

use super::peek;
use crate::evm::{Context, State};

/// The account whose storage is the state of ArbOS.
pub const ARBOS_STATE: Address = address!("A4B05FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");

/// A part of the state of ArbOS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Space(Option<B256>);

impl Space {
    /// The outermost space.
    pub(crate) const ROOT: Self = Self(None);

    /// The space within this one that is called `id`.
    pub(crate) fn sub(&self, id: &[u8]) -> Self {
        Self(Some(keccak256([self.name(), id].concat())))
    }

    /// The slot of `key` in this space.
    pub(crate) fn slot(&self, key: B256) -> U256 {
        let (page, last) = (&key[..31], key[31]);
        let mut slot = keccak256([self.name(), page].concat());
        slot[31] = last;
        slot.into()
    }

    /// The slot with a small number.
    pub(crate) fn field(&self, number: u64) -> U256 {
        self.slot(U256::from(number).into())
    }

    fn name(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], |name| name.as_slice())
    }
}

/// Access to the state of ArbOS, priced or not.
pub(crate) trait Storage {
    /// What can go wrong: running out of gas, or nothing.
    type Error;

    /// Reads a slot.
    fn get(&mut self, slot: U256) -> Result<U256, Self::Error>;

    /// Writes a slot.
    fn set(&mut self, slot: U256, value: U256) -> Result<(), Self::Error>;
}

/// From outside of any transaction.
impl Storage for State {
    type Error = Infallible;

    fn get(&mut self, slot: U256) -> Result<U256, Infallible> {
        Ok(self.storage(ARBOS_STATE, slot))
    }

    fn set(&mut self, slot: U256, value: U256) -> Result<(), Infallible> {
        self.set_storage(ARBOS_STATE, slot, value);
        Ok(())
    }
}

/// Within a transaction, free of charge: what the chain itself reads and writes.
impl Storage for Context<'_> {
    type Error = Infallible;

    fn get(&mut self, slot: U256) -> Result<U256, Infallible> {
        Ok(peek::storage(self, ARBOS_STATE, slot))
    }

    fn set(&mut self, slot: U256, value: U256) -> Result<(), Infallible> {
        self.journaled_state.load_account(ARBOS_STATE)?;
        self.journaled_state.sstore(ARBOS_STATE, slot, value)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_keys_are_neighbouring_slots() {
        let space = Space::ROOT.sub(&[8]);
        assert_eq!(space.field(7) + U256::ONE, space.field(8));
    }

    #[test]
    fn spaces_do_not_share_slots() {
        let (left, right) = (Space::ROOT.sub(&[1]), Space::ROOT.sub(&[2]));
        assert_ne!(left.field(0), right.field(0));
        assert_ne!(left.field(0), Space::ROOT.field(0));
    }
}
