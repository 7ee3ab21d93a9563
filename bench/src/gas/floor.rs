//! What a transaction can't do without, told from its own trace.
//!
//! The *floor* is what the same transaction would cost if our programs were free to enter and took no
//! time: the transaction itself and its calldata; every storage operation at the chain's price, cold or
//! warm; logs; and calls of contracts that are not ours, with all they do; less refunds. What is above
//! it is ours: entering the programs, their instructions, and the VM's own price of host calls.
//!
//! It is read from `stylusTracer`, which tells the ink before and after each host call. Of that, the
//! part that is the VM's own is taken from its schedule of prices, since a trace cannot tell it apart.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, Bytes},
    providers::{DynProvider, Provider},
    rpc::types::TransactionReceipt,
};
use eyre::{Result, eyre};
use serde::Deserialize;
use serde_json::json;

use super::site::GAS_LIMIT;

/// Ink of one gas.
const INK: u64 = 10_000;
/// Gas of a transaction, and of its bytes that are zero or not.
const TRANSACTION: u64 = 21_000;
const ZERO_BYTE: u64 = 4;
const OTHER_BYTE: u64 = 16;
/// Gas of calling an account, and what is added if it was not touched before.
const CALL: u64 = 100;
const COLD_CALL: u64 = 2_500;
/// Ink that the VM itself asks for host calls, apart from what they have the chain do.
const STORAGE_ACCESS: u64 = 18_480;
const STORAGE_FLUSH: u64 = 68_073;
const EMIT_LOG: u64 = 68_073;
const CODE_SIZE: u64 = 68_073;
const CALL_CONTRACT: u64 = 83_193;
/// Ink of reading a word of a program's memory, and each byte more.
const READ_WORD: u64 = 16_381;
const READ_BYTE: u64 = 55;
/// Bytes of a host call's arguments that come before the calldata or the log: address, gas and value;
/// address and gas; the number of topics.
const CALL_HEAD: usize = 60;
const STATIC_CALL_HEAD: usize = 28;
const LOG_HEAD: usize = 4;

/// One host call, as `stylusTracer` shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    name: String,
    args: Bytes,
    start_ink: u64,
    end_ink: u64,
    /// Who is called, if the host call opens a frame.
    pub(super) address: Option<Address>,
    /// The callee's host calls, if it is a program.
    #[serde(default)]
    steps: Vec<Self>,
}

/// Where the gas of a transaction went.
#[derive(Clone, Debug, Default)]
pub(super) struct Floor {
    /// The transaction and its calldata.
    pub(super) transaction: u64,
    /// Loads and stores of our programs.
    pub(super) storage: u64,
    /// Of these, loads of slots that are not written: what packing them with others could save at most.
    pub(super) read_only: u64,
    /// Of these, loads of slots that the transaction had loaded before.
    pub(super) reloads: u64,
    /// Logs of our programs.
    pub(super) logs: u64,
    /// Calls of other contracts, with all they do.
    pub(super) calls: u64,
    /// Given back for storage that was cleared or restored.
    pub(super) refund: u64,
    /// Entering our programs.
    pub(super) entry: u64,
    /// The VM's own price of host calls.
    pub(super) hosts: u64,
    /// Instructions of our programs.
    pub(super) compute: u64,
}

/// The host calls of transaction `hash`.
pub(super) async fn trace(provider: &DynProvider, hash: B256) -> Result<Vec<Step>> {
    let params = (hash, json!({ "tracer": "stylusTracer" }));
    Ok(provider.raw_request("debug_traceTransaction".into(), params).await?)
}

impl Floor {
    /// Reads the host calls `steps` of a transaction with calldata `input`. `programs` are ours, with
    /// the gas to enter each.
    pub(super) fn of(
        receipt: &TransactionReceipt,
        input: &[u8],
        steps: &[Step],
        programs: &[(Address, u64)],
    ) -> Result<Self> {
        let to = receipt.to.ok_or_else(|| eyre!("a creation has no floor"))?;
        let touched = [receipt.from, to].into();
        let mut reader = Reader { touched, ..Reader::new(programs) };
        reader.frame(to, steps)?;
        let mut floor = reader.floor;
        floor.transaction = TRANSACTION + input.iter().map(|byte| byte_gas(*byte)).sum::<u64>();
        floor.hosts = reader.hosts / INK;
        floor.read_only = reader.loaded.values().sum();
        let left = steps.last().map_or(0, |returned| returned.end_ink / INK);
        let spent = GAS_LIMIT.saturating_sub(left);
        floor.refund = spent.saturating_sub(receipt.gas_used);
        let told = floor.before_refund() + floor.entry + floor.hosts;
        floor.compute = spent.saturating_sub(told);
        Ok(floor)
    }

    const fn before_refund(&self) -> u64 {
        self.transaction + self.storage + self.logs + self.calls
    }

    /// What these storage operations, logs and calls cost by themselves.
    pub(super) const fn total(&self) -> u64 {
        self.before_refund().saturating_sub(self.refund)
    }

    /// What our programs add.
    pub(super) const fn ours(&self) -> u64 {
        self.entry + self.hosts + self.compute
    }

    /// The same in percent of the floor.
    pub(super) fn overhead(&self) -> f64 {
        self.ours() as f64 / self.total() as f64 * 100.0
    }
}

/// Gas of a byte of calldata.
const fn byte_gas(byte: u8) -> u64 {
    if byte == 0 { ZERO_BYTE } else { OTHER_BYTE }
}

/// Reads the frames of our programs.
struct Reader<'a> {
    /// Ours, with the gas to enter each.
    programs: &'a [(Address, u64)],
    /// Accounts that are warm.
    touched: BTreeSet<Address>,
    /// Gas of the first load of each slot that was not written since.
    loaded: BTreeMap<(Address, B256), u64>,
    written: BTreeSet<(Address, B256)>,
    /// Ink of host calls.
    hosts: u64,
    floor: Floor,
}

impl<'a> Reader<'a> {
    fn new(programs: &'a [(Address, u64)]) -> Self {
        Self {
            programs,
            touched: BTreeSet::new(),
            loaded: BTreeMap::new(),
            written: BTreeSet::new(),
            hosts: 0,
            floor: Floor::default(),
        }
    }

    /// Gas to enter the program at `address`, if it is one of ours.
    fn entry(&self, address: Address) -> Option<u64> {
        self.programs.iter().find(|(program, _)| *program == address).map(|(_, gas)| *gas)
    }

    fn frame(&mut self, program: Address, steps: &[Step]) -> Result<()> {
        let entry = self.entry(program).ok_or_else(|| eyre!("{program} is not ours"))?;
        self.floor.entry += entry;
        steps.iter().try_for_each(|step| self.step(program, step))
    }

    fn step(&mut self, program: Address, step: &Step) -> Result<()> {
        let ink = step.start_ink.saturating_sub(step.end_ink);
        let base = step.base_ink(ink);
        let asked = ink.saturating_sub(base) / INK;
        self.hosts += base;
        match step.name.as_str() {
            "storage_load_bytes32" => self.load(program, step, asked),
            "storage_cache_bytes32" => self.write((program, step.slot())),
            "storage_flush_cache" => self.floor.storage += asked,
            "emit_log" => self.floor.logs += asked,
            "account_code_size" => self.floor.calls += asked,
            _ => {}
        }
        step.address.map_or(Ok(()), |callee| self.call(callee, step, asked))
    }

    fn load(&mut self, program: Address, step: &Step, asked: u64) {
        self.floor.storage += asked;
        let slot = (program, step.slot());
        if asked == 0 {
            return; // from the cache of the frame
        }
        if self.loaded.contains_key(&slot) || self.written.contains(&slot) {
            self.floor.reloads += asked;
        } else {
            self.loaded.insert(slot, asked);
        }
    }

    fn write(&mut self, slot: (Address, B256)) {
        self.loaded.remove(&slot);
        self.written.insert(slot);
    }

    fn call(&mut self, callee: Address, step: &Step, asked: u64) -> Result<()> {
        let cold = self.touched.insert(callee);
        if self.entry(callee).is_none() {
            self.floor.calls += asked;
            return Ok(());
        }
        self.floor.calls += CALL + if cold { COLD_CALL } else { 0 };
        self.frame(callee, &step.steps)
    }
}

impl Step {
    /// The slot that it loads or stores.
    fn slot(&self) -> B256 {
        self.args.first_chunk().map(B256::from).unwrap_or_default()
    }

    /// What the VM itself asks for a host call that took `ink`.
    fn base_ink(&self, ink: u64) -> u64 {
        match self.name.as_str() {
            "storage_load_bytes32" => STORAGE_ACCESS,
            "storage_flush_cache" => STORAGE_FLUSH,
            "account_code_size" => CODE_SIZE,
            "emit_log" => EMIT_LOG + self.read_ink(LOG_HEAD),
            "call_contract" => CALL_CONTRACT + 2 * self.read_ink(CALL_HEAD),
            "static_call_contract" | "delegate_call_contract" => {
                CALL_CONTRACT + 2 * self.read_ink(STATIC_CALL_HEAD)
            }
            _ => ink,
        }
    }

    /// Ink to read what follows the first `head` bytes of the arguments.
    fn read_ink(&self, head: usize) -> u64 {
        let bytes = self.args.len().saturating_sub(head) as u64;
        READ_WORD + READ_BYTE * bytes.saturating_sub(32)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;

    const OURS: Address = address!("0x1000000000000000000000000000000000000001");
    const THEIRS: Address = address!("0x2000000000000000000000000000000000000002");
    const ENTRY: u64 = 700;

    fn step(name: &str, args: &[u8], ink: u64) -> Step {
        let (start_ink, end_ink) = (ink, 0);
        Step {
            name: name.into(),
            args: args.to_vec().into(),
            start_ink,
            end_ink,
            address: None,
            steps: Vec::new(),
        }
    }

    fn read(steps: &[Step]) -> Floor {
        let programs = [(OURS, ENTRY)];
        let mut reader = Reader::new(&programs);
        reader.frame(OURS, steps).unwrap();
        Floor { hosts: reader.hosts / INK, read_only: reader.loaded.values().sum(), ..reader.floor }
    }

    #[test]
    fn a_slot_that_is_only_read_is_told_from_one_that_is_written() {
        let cold = STORAGE_ACCESS + 2_105 * INK;
        let floor = read(&[
            step("storage_load_bytes32", &[1; 32], cold),
            step("storage_load_bytes32", &[2; 32], cold),
            step("storage_cache_bytes32", &[2; 64], STORAGE_ACCESS),
            step("storage_flush_cache", &[1], STORAGE_FLUSH + 2_900 * INK),
            step("storage_load_bytes32", &[2; 32], STORAGE_ACCESS + 105 * INK),
        ]);
        assert_eq!(floor.storage, 2 * 2_105 + 2_900 + 105);
        assert_eq!((floor.read_only, floor.reloads), (2_105, 105));
        assert_eq!(floor.hosts, (4 * STORAGE_ACCESS + STORAGE_FLUSH) / INK);
        assert_eq!(floor.entry, ENTRY);
    }

    #[test]
    fn another_contract_is_a_call_with_all_it_does_and_a_program_of_ours_is_not() {
        let base = CALL_CONTRACT + 2 * READ_WORD;
        let theirs =
            Step { address: Some(THEIRS), ..step("call_contract", &[0; 92], base + 9_000 * INK) };
        let load = step("storage_load_bytes32", &[3; 32], STORAGE_ACCESS + 2_105 * INK);
        let ours = Step {
            address: Some(OURS),
            steps: vec![load],
            ..step("call_contract", &[0; 92], base + 9_000 * INK)
        };
        let floor = read(&[theirs, ours]);
        assert_eq!(floor.calls, 9_000 + CALL + COLD_CALL);
        assert_eq!(floor.storage, 2_105);
        assert_eq!(floor.entry, 2 * ENTRY);
    }
}
