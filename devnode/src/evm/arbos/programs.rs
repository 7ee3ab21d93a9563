//! What ArbOS knows of Stylus: the parameters, one record per activated code hash, the price of
//! data, and who may cache programs.

use revm::primitives::{B256, U256};
use thiserror::Error;

use super::{
    AddressSet,
    storage::{Space, Storage},
    words::{Packer, Unpacker},
};
use crate::stylus::{Params, cost::DataPricer};

/// Unix time from which activations count their hours.
pub(crate) const EPOCH: u64 = 1_421_388_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn space() -> Space {
    Space::ROOT.sub(&[8])
}

fn params_slot() -> U256 {
    space().sub(&[0]).field(0)
}

fn record_slot(codehash: B256) -> U256 {
    space().sub(&[1]).slot(codehash)
}

fn module_hash_slot(codehash: B256) -> U256 {
    space().sub(&[2]).slot(codehash)
}

fn pricer() -> Space {
    space().sub(&[3])
}

/// The addresses that may cache and evict programs, besides the chain owners.
pub(crate) fn cache_managers() -> AddressSet {
    AddressSet::new(space().sub(&[4]))
}

/// The slot of the gas that every activation burns.
pub(crate) fn activation_gas_slot() -> U256 {
    space().sub(&[5]).field(0)
}

/// Reads the parameters, without [`Params::activation_gas`], which has a slot of its own.
pub(crate) fn read_params<S: Storage>(storage: &mut S) -> Result<Params, S::Error> {
    let mut word = Unpacker::new(storage.get(params_slot())?);
    Ok(Params {
        version: word.u16(),
        ink_price: word.u24(),
        max_stack_depth: word.u32(),
        free_pages: word.u16(),
        page_gas: word.u16(),
        page_limit: word.u16(),
        min_init_gas_units: word.u8(),
        min_cached_init_gas_units: word.u8(),
        init_cost_scalar: word.u8(),
        cached_cost_scalar: word.u8(),
        expiry_days: word.u16(),
        keepalive_days: word.u16(),
        block_cache_size: word.u16(),
        max_wasm_size: word.u32(),
        max_fragment_count: word.u8(),
        activation_gas: 0,
    })
}

/// Writes the parameters, without [`Params::activation_gas`].
pub(crate) fn write_params<S: Storage>(storage: &mut S, params: &Params) -> Result<(), S::Error> {
    let word = Packer::default()
        .put(2, params.version)
        .put(3, params.ink_price)
        .put(4, params.max_stack_depth)
        .put(2, params.free_pages)
        .put(2, params.page_gas)
        .put(2, params.page_limit)
        .put(1, params.min_init_gas_units)
        .put(1, params.min_cached_init_gas_units)
        .put(1, params.init_cost_scalar)
        .put(1, params.cached_cost_scalar)
        .put(2, params.expiry_days)
        .put(2, params.keepalive_days)
        .put(2, params.block_cache_size)
        .put(4, params.max_wasm_size)
        .put(1, params.max_fragment_count);
    storage.set(params_slot(), word.finish())
}

/// What an activation left behind for a code hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Stylus version of the activation; 0 if there was none.
    pub(crate) version: u16,
    /// Measured cost of initialising the program.
    pub(crate) init_cost: u16,
    /// Measured cost of starting it when it is cached.
    pub(crate) cached_cost: u16,
    /// Pages of memory it starts with.
    pub(crate) footprint: u16,
    /// Hours from [`EPOCH`] to the activation.
    pub(crate) activated_hours: u32,
    /// Estimated size of its native code in KiB.
    pub(crate) asm_estimate_kb: u32,
    /// Whether it is in the chain's cache.
    pub(crate) cached: bool,
}

/// Why an activated program, or one never activated, can't run. The names are ArbWasm's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Inactive {
    #[error("program not activated: ProgramNotActivated()")]
    NotActivated,
    #[error("program needs to be activated again: ProgramNeedsUpgrade({version}, {current})")]
    NeedsUpgrade { version: u16, current: u16 },
    #[error("program expired: ProgramExpired({age})")]
    Expired { age: u64 },
}

impl Record {
    /// Reads the record of a code hash.
    pub(crate) fn read<S: Storage>(storage: &mut S, codehash: B256) -> Result<Self, S::Error> {
        let mut word = Unpacker::new(storage.get(record_slot(codehash))?);
        Ok(Self {
            version: word.u16(),
            init_cost: word.u16(),
            cached_cost: word.u16(),
            footprint: word.u16(),
            activated_hours: word.u24(),
            asm_estimate_kb: word.u24(),
            cached: word.u8() != 0,
        })
    }

    /// Writes the record of a code hash.
    pub(crate) fn write<S: Storage>(
        &self,
        storage: &mut S,
        codehash: B256,
    ) -> Result<(), S::Error> {
        let word = Packer::default()
            .put(2, self.version)
            .put(2, self.init_cost)
            .put(2, self.cached_cost)
            .put(2, self.footprint)
            .put(3, self.activated_hours)
            .put(3, self.asm_estimate_kb)
            .put(1, u8::from(self.cached));
        storage.set(record_slot(codehash), word.finish())
    }

    /// Seconds from the activation to `now`.
    pub(crate) fn age(&self, now: u64) -> u64 {
        now.saturating_sub(EPOCH + HOUR * u64::from(self.activated_hours))
    }

    /// Whether the activation has lapsed. A record without a date has.
    pub(crate) fn is_expired(&self, params: &Params, now: u64) -> bool {
        self.activated_hours == 0 || self.age(now) > DAY * u64::from(params.expiry_days)
    }

    /// Whether the program can run now.
    pub(crate) fn check(&self, params: &Params, now: u64) -> Result<(), Inactive> {
        if self.version == 0 {
            return Err(Inactive::NotActivated);
        }
        if self.version != params.version {
            let (version, current) = (self.version, params.version);
            return Err(Inactive::NeedsUpgrade { version, current });
        }
        if self.is_expired(params, now) {
            return Err(Inactive::Expired { age: self.age(now) });
        }
        Ok(())
    }

    /// Seconds until the activation lapses.
    pub(crate) fn time_left(&self, params: &Params, now: u64) -> u64 {
        (DAY * u64::from(params.expiry_days)).saturating_sub(self.age(now))
    }

    /// Whether the activation is too young to be extended.
    pub(crate) fn is_fresh(&self, params: &Params, now: u64) -> bool {
        self.age(now) < DAY * u64::from(params.keepalive_days)
    }
}

/// Whole hours from [`EPOCH`] to `now`, as a record keeps them.
pub(crate) fn hours(now: u64) -> u32 {
    u32::try_from(now.saturating_sub(EPOCH) / HOUR).unwrap_or(u32::MAX) & 0x00FF_FFFF
}

/// Reads the module hash of an activated code hash.
pub(crate) fn module_hash<S: Storage>(storage: &mut S, codehash: B256) -> Result<B256, S::Error> {
    Ok(storage.get(module_hash_slot(codehash))?.into())
}

/// Writes the module hash of an activated code hash.
pub(crate) fn set_module_hash<S: Storage>(
    storage: &mut S,
    codehash: B256,
    hash: B256,
) -> Result<(), S::Error> {
    storage.set(module_hash_slot(codehash), hash.into())
}

/// Charges for `bytes` of data at `now`: five reads, two writes. Returns the fee in wei.
pub(crate) fn charge_data<S: Storage>(
    storage: &mut S,
    bytes: u32,
    now: u64,
) -> Result<U256, S::Error> {
    let space = pricer();
    let mut pricer = DataPricer {
        demand: storage.get(space.field(0))?.saturating_to(),
        bytes_per_second: storage.get(space.field(1))?.saturating_to(),
        last_update: storage.get(space.field(2))?.saturating_to(),
        min_price: storage.get(space.field(3))?.saturating_to(),
        inertia: storage.get(space.field(4))?.saturating_to(),
    };
    let fee = pricer.charge(bytes, now);
    storage.set(space.field(0), U256::from(pricer.demand))?;
    storage.set(space.field(2), U256::from(pricer.last_update))?;
    Ok(fee)
}

/// Sets up what a fresh chain knows of Stylus.
pub(super) fn initialise<S: Storage>(storage: &mut S) -> Result<(), S::Error> {
    let (space, fresh) = (pricer(), DataPricer::default());
    storage.set(space.field(1), U256::from(fresh.bytes_per_second))?;
    storage.set(space.field(2), U256::from(fresh.last_update))?;
    storage.set(space.field(3), U256::from(fresh.min_price))?;
    storage.set(space.field(4), U256::from(fresh.inertia))?;
    write_params(storage, &Params::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evm::State;

    const CODEHASH: B256 = B256::repeat_byte(7);
    const NOW: u64 = 1_790_000_000;

    fn active() -> Record {
        Record { version: 3, activated_hours: hours(NOW), ..Record::default() }
    }

    #[test]
    fn parameters_survive_their_word() {
        let mut state = State::default();
        let params = Params { page_limit: 77, ink_price: 0x00AB_CDEF, ..Params::default() };
        let Ok(()) = write_params(&mut state, &params);
        assert_eq!(read_params(&mut state), Ok(params));
    }

    #[test]
    fn a_record_survives_its_word() {
        let mut state = State::default();
        let record = Record {
            version: 3,
            init_cost: 18,
            cached_cost: 0xFFFF,
            footprint: 128,
            activated_hours: 0x00AB_CDEF,
            asm_estimate_kb: 502,
            cached: true,
        };
        let Ok(()) = record.write(&mut state, CODEHASH);
        assert_eq!(Record::read(&mut state, CODEHASH), Ok(record));
    }

    #[test]
    fn a_code_hash_without_record_is_not_activated() {
        let record = Record::read(&mut State::default(), CODEHASH).expect("reading can't fail");
        assert_eq!(record.check(&Params::default(), NOW), Err(Inactive::NotActivated));
    }

    #[test]
    fn a_program_of_an_older_version_needs_an_upgrade() {
        let record = Record { version: 2, ..active() };
        let refusal = Inactive::NeedsUpgrade { version: 2, current: 3 };
        assert_eq!(record.check(&Params::default(), NOW), Err(refusal));
    }

    #[test]
    fn an_activation_lapses_after_a_year() {
        let (record, params) = (active(), Params::default());
        let end = EPOCH + HOUR * u64::from(record.activated_hours) + 365 * DAY;
        assert_eq!(record.check(&params, end), Ok(()));
        assert_eq!(record.time_left(&params, end), 0);
        let expired = Inactive::Expired { age: 365 * DAY + 1 };
        assert_eq!(record.check(&params, end + 1), Err(expired));
    }

    #[test]
    fn data_gets_dearer_the_more_is_stored_at_once() {
        let mut state = State::default();
        let Ok(()) = initialise(&mut state);
        let Ok(first) = charge_data(&mut state, 513_418, NOW);
        let Ok(second) = charge_data(&mut state, 513_418, NOW);
        assert_eq!(first, U256::from(43_607_190_175_334_u64));
        assert_eq!(second, U256::from(44_667_353_164_550_u64));
    }
}
