//! What is there before the first transaction.
//!
//! The same as on Nitro's development chain once its setup script has run, as far as contracts rely
//! on it: funded accounts, the first of them an owner of the chain; the CREATE2 factory at the
//! address it has everywhere; and the cache manager that `ArbWasmCache` lists.

use alloy::primitives::{Address, Bytes, address, bytes};

use crate::{
    config::Config,
    evm::{State, arbos},
};

/// The CREATE2 factory that tools expect on every chain.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Its code: calldata is a salt and init code; the reply is the new contract's address.
const CREATE2_FACTORY_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// The cache manager of Nitro's development chain: a contract that accepts every call and does
/// nothing.
pub const CACHE_MANAGER: Address = address!("A6E41fFD769491a42A6e5Ce453259b93983a22EF");

/// How long the cache manager's code is, in bytes.
const CACHE_MANAGER_SIZE: usize = 7_452;

/// Where the cache manager's code keeps its own address, right-aligned in a word.
const CACHE_MANAGER_SELF: usize = 0x526;

/// The account that founds a development chain, owns it and collects its fees: nobody's.
const FEE_RECEIVER: Address = Address::ZERO;

/// A contract's nonce when it has created nothing yet.
const CONTRACT_NONCE: u64 = 1;

/// The state that a chain of `config` begins with.
pub(crate) fn state(config: &Config) -> State {
    let mut state = State::genesis(FEE_RECEIVER, config.debug);
    for account in &config.accounts {
        state.set_balance(account.address, config.balance);
    }
    if let Some(first) = config.accounts.first() {
        let Ok(()) = arbos::chain_owners().add(&mut state, first.address);
    }
    place(&mut state, CREATE2_FACTORY, CREATE2_FACTORY_CODE);
    place(&mut state, CACHE_MANAGER, cache_manager_code());
    let Ok(()) = arbos::programs::cache_managers().add(&mut state, CACHE_MANAGER);
    state
}

fn place(state: &mut State, address: Address, code: Bytes) {
    state.set_code(address, code);
    state.set_nonce(address, CONTRACT_NONCE);
}

fn cache_manager_code() -> Bytes {
    let mut code = vec![0; CACHE_MANAGER_SIZE];
    let word = CACHE_MANAGER.into_word();
    code[CACHE_MANAGER_SELF..][..word.len()].copy_from_slice(word.as_slice());
    code.into()
}

#[cfg(test)]
mod tests {
    use alloy::primitives::U256;

    use super::*;

    #[test]
    fn every_account_is_funded() {
        let config = Config::default();
        let state = state(&config);
        for account in &config.accounts {
            assert_eq!(state.balance(account.address), config.balance);
            assert!(config.balance > U256::ZERO);
        }
    }

    #[test]
    fn the_create2_factory_has_its_well_known_code() {
        assert_eq!(state(&Config::default()).code(CREATE2_FACTORY).len(), 69);
    }

    #[test]
    fn the_cache_manager_knows_its_own_address() {
        let code = state(&Config::default()).code(CACHE_MANAGER);
        assert_eq!(&code[CACHE_MANAGER_SELF + 12..][..20], CACHE_MANAGER.as_slice());
    }
}
