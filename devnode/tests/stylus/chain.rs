//! A chain in memory, for one account and one transaction.

use std::collections::{HashMap, HashSet};

use devnode::stylus::{Access, Pages, Stored, Touched, World};
use revm::primitives::{Address, B256, Bytes, U256, keccak256};

/// The chain as the program under test sees it.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) slots: HashMap<U256, U256>,
    pub(crate) originals: HashMap<U256, U256>,
    pub(crate) warm_slots: HashSet<U256>,
    pub(crate) transient: HashMap<U256, U256>,
    pub(crate) balances: HashMap<Address, U256>,
    pub(crate) codes: HashMap<Address, Bytes>,
    pub(crate) warm_accounts: HashSet<Address>,
    pub(crate) logs: Vec<(Vec<B256>, Bytes)>,
    pub(crate) refund: i64,
    pub(crate) pages: Pages,
    pub(crate) reentrant: bool,
}

impl Chain {
    fn is_cold(&mut self, address: Address) -> bool {
        self.warm_accounts.insert(address)
    }

    fn is_empty(&self, address: Address) -> bool {
        !self.balances.contains_key(&address) && !self.codes.contains_key(&address)
    }
}

impl World for Chain {
    fn sload(&mut self, key: U256) -> Access<U256> {
        let cold = self.warm_slots.insert(key);
        Access { value: self.slots.get(&key).copied().unwrap_or_default(), cold }
    }

    fn sstore(&mut self, key: U256, value: U256) -> Stored {
        let Access { value: previous, cold } = self.sload(key);
        let original = *self.originals.entry(key).or_insert(previous);
        self.slots.insert(key, value);
        Stored { original, previous, cold }
    }

    fn refund(&mut self, delta: i64) {
        self.refund += delta;
    }

    fn tload(&mut self, key: U256) -> U256 {
        self.transient.get(&key).copied().unwrap_or_default()
    }

    fn tstore(&mut self, key: U256, value: U256) {
        self.transient.insert(key, value);
    }

    fn balance(&mut self, address: Address) -> Access<U256> {
        let value = self.balances.get(&address).copied().unwrap_or_default();
        Access { value, cold: self.is_cold(address) }
    }

    fn code(&mut self, address: Address) -> Access<Bytes> {
        let value = self.codes.get(&address).cloned().unwrap_or_default();
        Access { value, cold: self.is_cold(address) }
    }

    fn code_hash(&mut self, address: Address) -> Access<B256> {
        let code = self.codes.get(&address).cloned().unwrap_or_default();
        let value = if self.is_empty(address) { B256::ZERO } else { keccak256(code) };
        Access { value, cold: self.is_cold(address) }
    }

    fn touch_for_call(&mut self, address: Address) -> Touched {
        Touched { cold: self.is_cold(address), empty: self.is_empty(address) }
    }

    fn log(&mut self, topics: Vec<B256>, data: Bytes) {
        self.logs.push((topics, data));
    }

    fn pages(&mut self) -> &mut Pages {
        &mut self.pages
    }

    fn reentrant(&mut self) -> bool {
        self.reentrant
    }
}
