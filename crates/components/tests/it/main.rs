//! The components on the native stage, through a contract that does nothing but use them.

mod entry;
mod roles;
mod tokens;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use components::{
    Contract, Revert, Roles, Selector, Slot, SolCall,
    abi::{Args, word},
    pause, routes,
};
use stage::Stage;
use stylus_sdk::{ArbResult, host::VM, prelude::*};

extern crate alloc;

sol! {
    interface Probe {
        function pay(address token, address to, uint256 value) external;
        function pull(address token, address from, uint256 value) external;
        function allow(address token, address spender, uint256 value) external;
        function balance(address token, address account) external view returns (uint256);
        function decimals(address token) external view returns (uint8);
        function send(address to, uint256 value) external;
        function fund() external payable;

        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function guardian() external view returns (address);
        function paused() external view returns (bool);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
        function setGuardian(address newGuardian) external;
        function pause() external;
        function unpause() external;
        function enter() external;
    }
}

const ROLES: Roles = Roles::at(0);
const PAUSED: Slot = Slot::at(3);

/// The contract.
struct Prober {
    vm: VM,
}

impl Prober {
    fn paused(&self) -> bool {
        !PAUSED.get(&self.vm).is_zero()
    }
}

impl Contract for Prober {
    const PAYABLE: &'static [Selector] = &[Probe::fundCall::SELECTOR];

    fn new(vm: VM) -> Self {
        Self { vm }
    }

    fn construct(&mut self, args: Args<'_>) -> Result<(), Revert> {
        ROLES.initialise(&self.vm, args.address(0), args.address(1))
    }
}

routes! { Probe for Prober, |prober, args| {
    payCall => {
        components::safe_transfer(&prober.vm, args.address(0), args.address(1), args.uint(2))?;
        Vec::new()
    },
    pullCall => {
        let (token, from, value) = (args.address(0), args.address(1), args.uint(2));
        let to = prober.vm.contract_address();
        components::safe_transfer_from(&prober.vm, token, from, to, value)?;
        Vec::new()
    },
    allowCall => {
        components::safe_approve(&prober.vm, args.address(0), args.address(1), args.uint(2))?;
        Vec::new()
    },
    balanceCall => word(components::balance_of(&prober.vm, args.address(0), args.address(1))?),
    decimalsCall => word(components::decimals(&prober.vm, args.address(0))?),
    sendCall => {
        components::send_value(&prober.vm, args.address(0), args.uint(1))?;
        Vec::new()
    },
    fundCall => Vec::new(),
    ownerCall => word(ROLES.owner(&prober.vm)),
    pendingOwnerCall => word(ROLES.pending_owner(&prober.vm)),
    guardianCall => word(ROLES.guardian(&prober.vm)),
    pausedCall => word(prober.paused()),
    transferOwnershipCall => { ROLES.transfer_ownership(&prober.vm, args.address(0))?; Vec::new() },
    acceptOwnershipCall => { ROLES.accept_ownership(&prober.vm)?; Vec::new() },
    setGuardianCall => { ROLES.set_guardian(&prober.vm, args.address(0))?; Vec::new() },
    pauseCall => {
        pause::pause(&prober.vm, ROLES, prober.paused())?;
        PAUSED.set(&prober.vm, U256::ONE);
        Vec::new()
    },
    unpauseCall => {
        pause::unpause(&prober.vm, ROLES, prober.paused())?;
        PAUSED.set(&prober.vm, U256::ZERO);
        Vec::new()
    },
    enterCall => { pause::ensure_not_paused(prober.paused())?; Vec::new() },
} }

fn main(input: Vec<u8>, host: VM) -> ArbResult {
    components::answer::<Prober>(input, host)
}

/// A constructed probe with its owner, its guardian and somebody else.
struct Scene {
    stage: Stage,
    probe: Address,
    owner: Address,
    guardian: Address,
    stranger: Address,
}

impl Scene {
    fn new() -> Self {
        let stage = Stage::new();
        let [owner, guardian, stranger] =
            ["owner", "guardian", "stranger"].map(|name| stage.account(name));
        let probe = stage.deploy("probe", main, stage::constructor((owner, guardian)));
        Self { probe: probe.expect("valid arguments"), stage, owner, guardian, stranger }
    }
}
