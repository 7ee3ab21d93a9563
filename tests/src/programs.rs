//! What the chain knows of programs, and how they are kept alive.

use alloy::{
    primitives::{Address, U256, address, keccak256},
    providers::Provider,
};
use eyre::Result;
use tributary::chain::Call;

use crate::World;

/// Where the chain keeps its programs.
pub const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");

const DAY: u64 = 86_400;
/// A program that lasts longer was activated less than a month ago: it cannot be renewed yet.
const RENEWABLE: u64 = 330 * DAY;
/// Sent with a renewal; what is not used comes back.
const FEE: U256 = U256::from_limbs([1_000_000_000_000_000, 0, 0, 0]);

mod interface {
    alloy::sol! {
        /// The part of the precompile that tells of programs.
        #[sol(rpc)]
        interface Programs {
            function programVersion(address program) external view returns (uint16 version);
            function programMemoryFootprint(address program) external view returns (uint16 pages);
            function programTimeLeft(address program) external view returns (uint64 secondsLeft);
            function codehashKeepalive(bytes32 codehash) external payable;
        }
    }
}

pub use interface::Programs;

impl World {
    /// Renews every program that may lapse during a test: on a node that is not ours, earlier tests
    /// may have moved the clock by months since the code was activated.
    pub(crate) async fn renew_programs(&self) -> Result<()> {
        let provider = self.chain.provider();
        let programs = Programs::new(ARB_WASM, provider);
        for contract in &self.system.contracts {
            if programs.programTimeLeft(contract.address).call().await? < RENEWABLE {
                let codehash = keccak256(provider.get_code_at(contract.address).await?);
                let renew = Programs::codehashKeepaliveCall { codehash };
                let call = Call::to("renew a program", ARB_WASM, &renew).value(FEE);
                self.chain.send(&self.owner, call).await?;
            }
        }
        Ok(())
    }
}
