//! The world state: accounts, their code and storage, and the block's recent programs.
//!
//! Accounts and their storage are kept in [maps](super::map) that share what they have in common, so
//! that a clone costs a pointer: a snapshot, the state of an old block, or a state under test
//! overrides is simply `state.clone()`. Only what one of the holders changes is copied.
//!
//! What ArbOS knows (Stylus parameters, program records, the data pricer, chain owners, …) is
//! storage of one account, [`ARBOS_STATE`](super::arbos::ARBOS_STATE), as it is on a real chain. So
//! it is rolled back, cloned, dumped and proved like everything else.

use std::sync::Arc;

use revm::{
    bytecode::Bytecode,
    primitives::{Address, B256, KECCAK_EMPTY, U256},
    state::{AccountInfo, EvmState},
};

use super::{map::Map, recent::RecentPrograms};

/// One account: what an address owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Balance in wei.
    pub balance: U256,
    /// Number of transactions sent (of contracts created, for a contract).
    pub nonce: u64,
    /// keccak256 of the code.
    pub code_hash: B256,
    /// The code, as deployed (Stylus prefix included).
    pub code: Bytecode,
    /// Storage slots that are not zero.
    pub storage: Map<U256, U256>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            balance: U256::ZERO,
            nonce: 0,
            code_hash: KECCAK_EMPTY,
            code: Bytecode::default(),
            storage: Map::default(),
        }
    }
}

impl Account {
    /// Whether the account is empty in the sense of EIP-161: it then need not exist.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK_EMPTY
    }

    /// Writes one slot; zero removes it.
    fn store(&mut self, slot: U256, value: U256) {
        if value.is_zero() {
            self.storage.remove(&slot);
        } else {
            self.storage.insert(slot, value);
        }
    }

    fn info(&self) -> AccountInfo {
        AccountInfo {
            balance: self.balance,
            nonce: self.nonce,
            code_hash: self.code_hash,
            code: Some(self.code.clone()),
            ..AccountInfo::default()
        }
    }
}

/// The world state. A clone costs a pointer: it shares what neither changes.
#[derive(Clone, Debug, Default)]
pub struct State {
    accounts: Map<Address, Arc<Account>>,
    /// The code hashes that the newest block has run, outside of the journal on purpose.
    pub(super) recent: RecentPrograms,
}

impl State {
    /// The account at `address`, if it exists.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<&Account> {
        self.accounts.get(&address).map(Arc::as_ref)
    }

    /// All accounts, in no particular order.
    pub fn accounts(&self) -> impl Iterator<Item = (Address, &Account)> {
        self.accounts.iter().map(|(address, account)| (*address, account.as_ref()))
    }

    /// The balance of `address` in wei.
    #[must_use]
    pub fn balance(&self, address: Address) -> U256 {
        self.account(address).map_or(U256::ZERO, |account| account.balance)
    }

    /// The nonce of `address`.
    #[must_use]
    pub fn nonce(&self, address: Address) -> u64 {
        self.account(address).map_or(0, |account| account.nonce)
    }

    /// The code at `address`, as deployed.
    #[must_use]
    pub fn code(&self, address: Address) -> revm::primitives::Bytes {
        self.account(address).map(|account| account.code.original_bytes()).unwrap_or_default()
    }

    /// The value of one storage slot.
    #[must_use]
    pub fn storage(&self, address: Address, slot: U256) -> U256 {
        self.account(address)
            .and_then(|account| account.storage.get(&slot).copied())
            .unwrap_or_default()
    }

    /// Sets a balance from outside of any transaction.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        self.edit(address, |account| account.balance = balance);
    }

    /// Sets a nonce from outside of any transaction.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        self.edit(address, |account| account.nonce = nonce);
    }

    /// Sets the code from outside of any transaction. An EIP-7702 designator is understood.
    pub fn set_code(&mut self, address: Address, code: revm::primitives::Bytes) {
        let hash = if code.is_empty() { KECCAK_EMPTY } else { revm::primitives::keccak256(&code) };
        self.edit(address, |account| {
            account.code = bytecode(code);
            account.code_hash = hash;
        });
    }

    /// Sets one storage slot from outside of any transaction.
    pub fn set_storage(&mut self, address: Address, slot: U256, value: U256) {
        self.edit(address, |account| account.store(slot, value));
    }

    /// Forgets all storage of an account (a full `state` override begins with this).
    pub fn clear_storage(&mut self, address: Address) {
        self.edit(address, |account| account.storage = Map::default());
    }

    fn edit(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        change(Arc::make_mut(self.accounts.entry(address)));
    }

    /// Applies what a transaction did.
    pub(super) fn commit(&mut self, changes: EvmState) {
        for (address, changed) in changes.into_iter().filter(|(_, account)| account.is_touched()) {
            if changed.is_selfdestructed() || changed.is_empty() {
                self.accounts.remove(&address);
            } else {
                self.edit(address, |account| apply(account, changed));
            }
        }
    }

    pub(super) fn info(&self, address: Address) -> Option<AccountInfo> {
        self.account(address).map(Account::info)
    }
}

fn apply(account: &mut Account, changed: revm::state::Account) {
    if changed.is_created() {
        account.storage = Map::default();
    }
    account.balance = changed.info.balance;
    account.nonce = changed.info.nonce;
    if let Some(code) = changed.info.code.filter(|_| account.code_hash != changed.info.code_hash) {
        account.code = code;
    }
    account.code_hash = changed.info.code_hash;
    for (slot, value) in changed.storage.into_iter().filter(|(_, slot)| slot.is_changed()) {
        account.store(slot, value.present_value);
    }
}

/// Raw code as revm wants it: an EIP-7702 designator is parsed, everything else is kept as it is.
fn bytecode(code: revm::primitives::Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}
