//! A set of addresses in the state of ArbOS, in the order they were added.

use revm::primitives::{Address, U256};

use super::storage::{Space, Storage};

/// A set of addresses. Slot 0 holds how many there are, slot `i` the i-th, and a space within it
/// the position of each.
#[derive(Clone, Debug)]
pub(crate) struct AddressSet(Space);

impl AddressSet {
    pub(super) fn new(space: Space) -> Self {
        Self(space)
    }

    fn position_slot(&self, address: Address) -> U256 {
        self.0.sub(&[0]).slot(address.into_word())
    }

    /// Whether `address` is in the set. One read.
    pub(crate) fn contains<S: Storage>(
        &self,
        storage: &mut S,
        address: Address,
    ) -> Result<bool, S::Error> {
        Ok(!storage.get(self.position_slot(address))?.is_zero())
    }

    /// The position of a member, counted from 1, or 0. One read.
    pub(crate) fn position<S: Storage>(
        &self,
        storage: &mut S,
        address: Address,
    ) -> Result<u64, S::Error> {
        Ok(storage.get(self.position_slot(address))?.saturating_to())
    }

    /// How many members there are. One read.
    pub(crate) fn len<S: Storage>(&self, storage: &mut S) -> Result<u64, S::Error> {
        Ok(storage.get(self.0.field(0))?.saturating_to())
    }

    /// The member at a position, counted from 1. One read.
    pub(crate) fn member<S: Storage>(
        &self,
        storage: &mut S,
        position: u64,
    ) -> Result<Address, S::Error> {
        Ok(as_address(storage.get(self.0.field(position))?))
    }

    /// All members. One read for their number and one for each.
    pub(crate) fn members<S: Storage>(&self, storage: &mut S) -> Result<Vec<Address>, S::Error> {
        let count: u64 = storage.get(self.0.field(0))?.saturating_to();
        (1..=count).map(|index| Ok(as_address(storage.get(self.0.field(index))?))).collect()
    }

    /// Adds a member, unless it is one.
    pub(crate) fn add<S: Storage>(
        &self,
        storage: &mut S,
        address: Address,
    ) -> Result<(), S::Error> {
        if self.contains(storage, address)? {
            return Ok(());
        }
        let count = storage.get(self.0.field(0))?.saturating_add(U256::ONE);
        storage.set(self.0.field(0), count)?;
        storage.set(self.0.field(count.saturating_to()), address.into_word().into())?;
        storage.set(self.position_slot(address), count)
    }

    /// Removes a member by moving the last one into its place. Says whether it was one.
    pub(crate) fn remove<S: Storage>(
        &self,
        storage: &mut S,
        address: Address,
    ) -> Result<bool, S::Error> {
        let position = storage.get(self.position_slot(address))?;
        if position.is_zero() {
            return Ok(false);
        }
        let count = storage.get(self.0.field(0))?;
        let last = storage.get(self.0.field(count.saturating_to()))?;
        storage.set(self.0.field(position.saturating_to()), last)?;
        storage.set(self.position_slot(as_address(last)), position)?;
        storage.set(self.position_slot(address), U256::ZERO)?;
        storage.set(self.0.field(count.saturating_to()), U256::ZERO)?;
        storage.set(self.0.field(0), count.saturating_sub(U256::ONE))?;
        Ok(true)
    }
}

/// The address in a storage word.
pub(crate) fn as_address(word: U256) -> Address {
    Address::from_word(word.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::State;

    const ALICE: Address = Address::repeat_byte(0xA1);
    const BOB: Address = Address::repeat_byte(0xB0);
    const CAROL: Address = Address::repeat_byte(0xCA);

    fn set_of(members: &[Address]) -> (State, AddressSet) {
        let (mut state, set) = (State::default(), AddressSet::new(Space::ROOT.sub(&[4])));
        for &member in members {
            let Ok(()) = set.add(&mut state, member);
        }
        (state, set)
    }

    #[test]
    fn members_keep_the_order_they_were_added_in() {
        let (mut state, set) = set_of(&[ALICE, BOB, ALICE, CAROL]);
        assert_eq!(set.members(&mut state), Ok(vec![ALICE, BOB, CAROL]));
    }

    #[test]
    fn the_last_member_takes_the_place_of_a_removed_one() {
        let (mut state, set) = set_of(&[ALICE, BOB, CAROL]);
        assert_eq!(set.remove(&mut state, ALICE), Ok(true));
        assert_eq!(set.members(&mut state), Ok(vec![CAROL, BOB]));
        assert_eq!(set.contains(&mut state, ALICE), Ok(false));
        assert_eq!(set.contains(&mut state, CAROL), Ok(true));
    }

    #[test]
    fn the_only_member_can_be_removed_and_come_back() {
        let (mut state, set) = set_of(&[ALICE]);
        assert_eq!(set.remove(&mut state, ALICE), Ok(true));
        assert_eq!(set.remove(&mut state, ALICE), Ok(false));
        assert_eq!(set.members(&mut state), Ok(vec![]));
        let Ok(()) = set.add(&mut state, ALICE);
        assert_eq!(set.members(&mut state), Ok(vec![ALICE]));
    }
}
