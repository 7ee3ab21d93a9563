//! Storage, behind the write-back cache that every frame has, and transient storage.
//!
//! A store only marks the cache. What is not flushed before the run ends is lost, and other frames
//! see flushed values only. A slot that is read or stored once is answered from the cache from
//! then on, even when another frame has since changed it.

use std::collections::BTreeMap;

use revm::primitives::U256;

use super::{
    Answered, Args, DONE, Host, Stop,
    price::{EVM_API, HOSTIO, PTR},
};
use crate::stylus::Stored;

/// Gas to access a cold slot.
const COLD_SLOAD_GAS: u64 = 2_100;
/// Gas to access a warm slot.
const WARM_GAS: u64 = 100;
/// Gas to set a slot that was zero when the transaction started.
const SET_GAS: u64 = 20_000;
/// Gas to change any other slot.
const RESET_GAS: u64 = 2_900;
/// Gas refunded for clearing a slot.
const CLEAR_REFUND: i64 = 4_800;
/// Gas that must be left when storing.
const SENTRY_GAS: u64 = 2_300;
/// The most an access can be surcharged, in gas.
const MAX_SURCHARGE: u64 = 10;
/// Gas for asking the chain, when the cache does not have the slot.
const ASK_GAS: u64 = 5;

/// A frame's view of its storage.
#[derive(Debug, Default)]
pub(super) struct Cache {
    slots: BTreeMap<U256, Slot>,
    loads: u32,
    stores: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    value: U256,
    /// What the chain is known to hold.
    known: Option<U256>,
}

impl Slot {
    fn is_dirty(&self) -> bool {
        self.known != Some(self.value)
    }
}

impl Cache {
    /// Counts a load and returns its surcharge in gas.
    fn load_surcharge(&mut self) -> u64 {
        self.loads += 1;
        match self.loads {
            0..=32 => 0,
            33..=128 => 2,
            _ => MAX_SURCHARGE,
        }
    }

    /// Counts a store and returns its surcharge in gas.
    fn store_surcharge(&mut self) -> u64 {
        self.stores += 1;
        match self.stores {
            0..=8 => 0,
            9..=64 => 7,
            _ => MAX_SURCHARGE,
        }
    }

    fn store(&mut self, key: U256, value: U256) {
        self.slots
            .entry(key)
            .and_modify(|slot| slot.value = value)
            .or_insert(Slot { value, known: None });
    }

    /// Takes the writes that the chain does not know of, and takes them for known.
    fn take_dirty(&mut self) -> Vec<(U256, U256)> {
        let dirty = self.slots.iter_mut().filter(|(_, slot)| slot.is_dirty());
        let taken = dirty.map(|(&key, slot)| {
            slot.known = Some(slot.value);
            (key, slot.value)
        });
        taken.collect()
    }
}

impl Host<'_> {
    /// `storage_load_bytes32(key, dest)`.
    pub(super) fn storage_load_bytes32(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 2 * PTR)?;
        self.machine.need_gas(COLD_SLOAD_GAS + MAX_SURCHARGE + ASK_GAS)?;
        let key = self.read_word(args.u32(0))?;
        let surcharge = self.context.storage.load_surcharge();
        let (value, gas) = self.cached_load(key);
        self.machine.buy_gas(surcharge + gas)?;
        self.write_word(args.u32(1), value)?;
        DONE
    }

    /// A slot's value, and the gas to get it.
    fn cached_load(&mut self, key: U256) -> (U256, u64) {
        if let Some(slot) = self.context.storage.slots.get(&key) {
            return (slot.value, 0);
        }
        let read = self.world.sload(key);
        let slot = Slot { value: read.value, known: Some(read.value) };
        self.context.storage.slots.insert(key, slot);
        (read.value, ASK_GAS + if read.cold { COLD_SLOAD_GAS } else { WARM_GAS })
    }

    /// `storage_cache_bytes32(key, value)`: allowed anywhere, since nothing is written yet.
    pub(super) fn storage_cache_bytes32(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 2 * PTR)?;
        self.machine.need_gas(SENTRY_GAS + MAX_SURCHARGE)?;
        let (key, value) = (self.read_word(args.u32(0))?, self.read_word(args.u32(1))?);
        let surcharge = self.context.storage.store_surcharge();
        self.machine.buy_gas(surcharge)?;
        self.context.storage.store(key, value);
        DONE
    }

    /// `storage_flush_cache(clear)`: writes what the chain does not know of. With nothing to write
    /// it is free and allowed anywhere.
    pub(super) fn storage_flush_cache(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + EVM_API)?;
        self.machine.need_gas(SENTRY_GAS)?;
        let dirty = self.context.storage.take_dirty();
        if args.u32(0) != 0 {
            self.context.storage.slots.clear();
        }
        if !dirty.is_empty() {
            self.need_writable()?;
            self.write_slots(&dirty)?;
        }
        DONE
    }

    fn write_slots(&mut self, slots: &[(U256, U256)]) -> Result<(), Stop> {
        let limit = self.machine.gas();
        let (mut gas, mut refund) = (0, 0);
        for &(key, value) in slots {
            let price = SstorePrice::of(&self.world.sstore(key, value), value);
            gas += price.gas;
            refund += price.refund;
            if gas > limit {
                return Err(Stop::OutOfInk);
            }
        }
        self.machine.buy_gas(gas)?;
        self.world.refund(refund);
        Ok(())
    }

    /// `transient_load_bytes32(key, dest)`.
    pub(super) fn transient_load_bytes32(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 2 * PTR + EVM_API)?;
        self.machine.buy_gas(WARM_GAS)?;
        let key = self.read_word(args.u32(0))?;
        let value = self.world.tload(key);
        self.write_word(args.u32(1), value)?;
        DONE
    }

    /// `transient_store_bytes32(key, value)`.
    pub(super) fn transient_store_bytes32(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 2 * PTR + EVM_API)?;
        self.machine.buy_gas(WARM_GAS)?;
        let (key, value) = (self.read_word(args.u32(0))?, self.read_word(args.u32(1))?);
        self.need_writable()?;
        self.world.tstore(key, value);
        DONE
    }
}

/// What a storage write costs, as EIP-2929 and EIP-3529 have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SstorePrice {
    gas: u64,
    refund: i64,
}

impl SstorePrice {
    fn of(slot: &Stored, new: U256) -> Self {
        let access = if slot.cold { COLD_SLOAD_GAS } else { 0 };
        let change = if slot.previous == new || slot.previous != slot.original {
            WARM_GAS
        } else if slot.original.is_zero() {
            SET_GAS
        } else {
            RESET_GAS
        };
        Self { gas: access + change, refund: refund(slot, new) }
    }
}

fn refund(slot: &Stored, new: U256) -> i64 {
    if slot.previous == new {
        return 0;
    }
    let cleared = match (slot.original.is_zero(), slot.previous.is_zero(), new.is_zero()) {
        (false, false, true) => CLEAR_REFUND,
        (false, true, false) => -CLEAR_REFUND,
        _ => 0,
    };
    cleared + if slot.original == new { restored(slot) } else { 0 }
}

/// The refund for putting a slot back to what it was when the transaction started.
fn restored(slot: &Stored) -> i64 {
    let paid = if slot.original.is_zero() { SET_GAS } else { RESET_GAS };
    (paid - WARM_GAS).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gas and refund for writing the last value to a warm slot.
    fn price(original: u64, previous: u64, new: u64) -> (u64, i64) {
        let [original, previous, new] = [original, previous, new].map(U256::from);
        let price = SstorePrice::of(&Stored { original, previous, cold: false }, new);
        (price.gas, price.refund)
    }

    #[test]
    fn the_first_change_in_a_transaction_is_dear() {
        assert_eq!(price(0, 0, 1), (20_000, 0));
        assert_eq!(price(1, 1, 2), (2_900, 0));
        assert_eq!(price(1, 1, 0), (2_900, 4_800));
    }

    #[test]
    fn later_changes_are_cheap() {
        assert_eq!(price(0, 1, 2), (100, 0));
        assert_eq!(price(1, 2, 3), (100, 0));
        assert_eq!(price(1, 2, 0), (100, 4_800));
        assert_eq!(price(1, 0, 2), (100, -4_800));
    }

    #[test]
    fn going_back_is_refunded() {
        assert_eq!(price(0, 1, 0), (100, 19_900));
        assert_eq!(price(1, 2, 1), (100, 2_800));
        assert_eq!(price(1, 0, 1), (100, -2_000));
    }

    #[test]
    fn writing_what_is_there_changes_nothing() {
        assert_eq!(price(0, 0, 0), (100, 0));
        assert_eq!(price(1, 2, 2), (100, 0));
    }

    #[test]
    fn a_cold_slot_costs_more() {
        let slot = Stored { original: U256::ZERO, previous: U256::ZERO, cold: true };
        assert_eq!(SstorePrice::of(&slot, U256::ONE).gas, 22_100);
    }

    #[test]
    fn surcharges_start_after_32_loads_and_8_stores() {
        let mut cache = Cache::default();
        let loads: Vec<_> = (1..=129).map(|_| cache.load_surcharge()).collect();
        assert_eq!([loads[31], loads[32], loads[127], loads[128]], [0, 2, 2, 10]);
        let stores: Vec<_> = (1..=65).map(|_| cache.store_surcharge()).collect();
        assert_eq!([stores[7], stores[8], stores[63], stores[64]], [0, 7, 7, 10]);
    }
}
