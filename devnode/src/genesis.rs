//! What is there before the first transaction.
//!
//! The same as on Nitro's development chain once its setup script has run, as far as contracts rely
//! on it: funded accounts, the first of them an owner of the chain; the CREATE2 factory at the
//! address it has everywhere; the cache manager that `ArbWasmCache` lists; and the StylusDeployer.
//!
//! The script's transactions are not in the chain, but the nonce of the account that sent them is
//! what it would be after them: what that account creates first gets the same address as there.

use alloy::primitives::{Address, Bytes, address, bytes, hex};

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

/// The contract by which `cargo stylus` deploys programs that have a constructor.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// Its code: solc 0.8.30's for `assets/StylusDeployer.sol`, optimised for 200 runs, for Cancun, without
/// metadata. It is our own, so it is not what its address was computed from elsewhere.
const STYLUS_DEPLOYER_HEX: &str = include_str!("../assets/StylusDeployer.hex");

/// The account that sends the setup script's transactions.
const SETUP_ACCOUNT: Address = address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E");

/// How many transactions the script sends from there.
const SETUP_NONCE: u64 = 6;

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
    state.set_nonce(SETUP_ACCOUNT, SETUP_NONCE);
    if let Some(first) = config.accounts.first() {
        let Ok(()) = arbos::chain_owners().add(&mut state, first.address);
    }
    place(&mut state, CREATE2_FACTORY, CREATE2_FACTORY_CODE);
    place(&mut state, CACHE_MANAGER, cache_manager_code());
    place(&mut state, STYLUS_DEPLOYER, stylus_deployer_code());
    let Ok(()) = arbos::programs::cache_managers().add(&mut state, CACHE_MANAGER);
    state
}

fn place(state: &mut State, address: Address, code: Bytes) {
    state.set_code(address, code);
    state.set_nonce(address, CONTRACT_NONCE);
}

fn stylus_deployer_code() -> Bytes {
    let digits: String = STYLUS_DEPLOYER_HEX.split_whitespace().collect();
    hex::decode(digits).expect("the compiler writes hexadecimal").into()
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
    fn the_setup_account_has_sent_what_made_the_cache_manager() {
        let nonce = state(&Config::default()).nonce(SETUP_ACCOUNT);
        let created = (0..nonce).map(|nonce| SETUP_ACCOUNT.create(nonce));
        assert_eq!(created.filter(|address| *address == CACHE_MANAGER).count(), 1);
        let (state, next) = (state(&Config::default()), SETUP_ACCOUNT.create(nonce));
        assert!(state.account(next).is_none(), "what it creates next has room");
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
