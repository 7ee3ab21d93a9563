//! The StylusDeployer: create, activate and construct in one transaction, so that nobody can construct
//! first. It is at the same address on Arbitrum's chains and on development nodes.
//!
//! With a salt, the contract's address follows from the salt, the constructor's arguments and the code.
//! So it is known before anything is sent, and a deployment that was interrupted, or whose record was
//! lost, finds what it had done.

use alloy::primitives::{Address, B256, Bytes, U256, address, keccak256};

use super::CONSTRUCTOR;
use crate::{abi::IStylusDeployer, chain::Call};

/// Where it is.
pub const STYLUS_DEPLOYER: Address = address!("cEcba2F1DC234f70Dd89F2041029807F8D03A990");

/// A contract to be deployed through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Tells it from other contracts with the same code and arguments; not zero.
    pub salt: B256,
    /// The init code.
    pub init_code: Bytes,
    /// The constructor's call, or nothing.
    pub init_data: Bytes,
}

impl Parcel {
    /// A contract with `code`, constructed with `arguments` if it has a constructor.
    #[must_use]
    pub fn new(salt: B256, code: &[u8], arguments: Option<&Bytes>) -> Self {
        let init_code = artifact::init_code(code).into();
        let init_data = arguments.map(|given| Bytes::from([&CONSTRUCTOR[..], given].concat()));
        Self { salt, init_code, init_data: init_data.unwrap_or_default() }
    }

    /// Where it will be.
    #[must_use]
    pub fn address(&self) -> Address {
        let salt = keccak256([self.salt.as_slice(), &self.init_data].concat());
        STYLUS_DEPLOYER.create2_from_code(salt, &self.init_code)
    }

    /// The call that deploys it, with `fee` for the activation.
    #[must_use]
    pub fn call(&self, kind: &str, fee: U256) -> Call {
        let deploy = IStylusDeployer::deployCall {
            bytecode: self.init_code.clone(),
            initData: self.init_data.clone(),
            initValue: U256::ZERO,
            salt: self.salt,
        };
        Call::to(kind, STYLUS_DEPLOYER, &deploy).value(fee)
    }
}
