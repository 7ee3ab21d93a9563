//! # The revenue splitter
//!
//! Takes a platform's revenue by labelled *source* and divides it by the *policy* that was in force
//! when it arrived. The ABI, with what every function demands, is `abi/ISplitter.sol`.
//!
//! # Invariants
//! For each token:
//! - `undistributed = Σ policyReceived − Σ payeePaid = Σ sourceReceived − Σ payeePaid`.
//! - A payee is owed `⌊policyReceived × bps / 10,000⌋ − payeePaid`, never less than zero. Both
//!   counters only grow, so paying often pays the same as paying once, and what rounding withholds
//!   of one receipt (less than a wei per payee) is paid with a later one.
//! - A policy never changes. Pointing a source elsewhere changes nothing that came before.
//!
//! # Work
//! A receipt writes three words, for 2 payees or 32. `distribute` is linear in the payees of one
//! policy, of which there are at most 32. Nothing else loops.
//!
//! # Roles
//! The *owner* creates policies, adds sources and points them at policies, and may let a *setter*, such
//! as a ballot, choose the stakers' share within bounds. The *guardian* can pause receipts. Nobody can
//! stop a payment, take back revenue or change a share of what has arrived.
//!
//! # Trust
//! A token is trusted with its own revenue only; a payee with nothing. A token that takes a fee from
//! the receiver, loses balance by itself or refuses to move hurts its own payees: whoever is paid
//! last of a token that has lost balance stays owed until more arrives. Bare transfers first fill
//! such a gap, and only the rest is picked up by `sync`.
//!
//! # Layout
//! This file is the surface: one table routes each function of the interface. `receipt` books
//! revenue, `payout` pays it, `policy` and `stakers` say who gets what, `layout` where it is stored.
//!
//! # Order, and why re-entry gains nothing
//! No lock is held; the order of writes does the work (the module `payout` has the argument).
//! A receipt counts what arrived *beyond what the books took in meanwhile*; a payment raises
//! `paid` before it calls, lowers the holdings after, and gives back what provably never left.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

extern crate alloc;

mod books;
mod calls;
mod layout;
mod payout;
mod policy;
mod receipt;
mod share;
mod stakers;

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use alloy_sol_types::Panic;
use components::{
    Contract, Revert, Selector, SolCall,
    abi::{Args, Out, word},
    emit, fail, pause, routes,
};
use stylus_sdk::{host::VM, prelude::*};

use crate::layout::{POLICY_COUNT, ROLES, SOURCE_COUNT};

alloy_sol_types::sol!("../../abi/ISplitter.sol");

type Result<T, E = Revert> = core::result::Result<T, E>;

/// Solidity's panic code of an index out of bounds.
const OUT_OF_BOUNDS: u64 = 0x32;

components::contract! {
    /// The splitter; its storage is laid out in `layout`.
    Splitter
}

impl Contract for Splitter {
    const PAYABLE: &'static [Selector] = &[ISplitter::depositNativeCall::SELECTOR];

    fn new(vm: VM) -> Self {
        Self { vm }
    }

    /// `(owner, guardian, weth)`: WETH has to be a contract; a zero guardian is none.
    fn construct(&mut self, args: Args<'_>) -> Result<()> {
        let (owner, guardian, weth) = (args.address(0), args.address(1), args.address(2));
        if self.vm.code_size(weth) == 0 {
            return Err(fail!(ISplitter::InvalidAddress, weth));
        }
        layout::set_weth(&self.vm, weth);
        ROLES.initialise(&self.vm, owner, guardian)
    }

    /// Bare ETH is revenue of the unattributed source, unless WETH sends it: that is ETH which was
    /// revenue when it was wrapped.
    fn receive(&mut self) -> Result<()> {
        if self.vm.msg_sender() == layout::weth(&self.vm) {
            return Ok(());
        }
        self.wrap(B256::ZERO).map(drop)
    }
}

routes!(ISplitter for Splitter, |splitter, args| {
    // Revenue in.
    depositCall => word(splitter.pull(args.bytes32(0), args.address(1), args.uint(2))?),
    depositNativeCall => word(splitter.wrap(args.bytes32(0))?),
    syncCall => word(splitter.pick_up(args.address(0))?),
    // Revenue out.
    distributeCall => word(splitter.pay_all(args.uint(0), args.address(1))?),
    releaseCall => word(splitter.pay_one(args.uint(0), args.uint(1), args.address(2))?),
    releaseManyCall => {
        word(splitter.pay_each(args.uint(0), &args.uints(1), args.address(2))?)
    },
    // Views.
    wethCall => word(layout::weth(&splitter.vm)),
    owedCall => word(splitter.payment(args.uint(0), args.uint(1), args.address(2))?.owed),
    policyCountCall => word(POLICY_COUNT.get(&splitter.vm)),
    policyCall => splitter.encoded_policy(args.uint(0))?,
    sourceCountCall => word(SOURCE_COUNT.get(&splitter.vm)),
    sourceAtCall => word(splitter.source_at(args.uint(0))?),
    sourceInfoCall => splitter.source_info(args.bytes32(0))?,
    sourceReceivedCall => {
        word(layout::source_received(args.bytes32(0), args.address(1)).get(&splitter.vm))
    },
    stakersShareCall => splitter.encoded_share(),
    policyReceivedCall => {
        splitter.check_policy(args.uint(0))?;
        word(layout::policy_received(args.uint(0), args.address(1)).get(&splitter.vm))
    },
    payeePaidCall => {
        let (policy_id, payee_index) = (args.uint(0), args.uint(1));
        splitter.terms(policy_id, payee_index)?;
        word(layout::payee_paid(policy_id, payee_index, args.address(2)).get(&splitter.vm))
    },
    undistributedCall => word(layout::held(args.address(0)).get(&splitter.vm)),
    // Owner and guardian.
    createPolicyCall => word(splitter.create_policy(args)?),
    addSourceCall => {
        splitter.add_source(args.bytes32(0), args.bytes32(1), args.uint(2))?;
        Vec::new()
    },
    setSourcePolicyCall => {
        splitter.set_source_policy(args.bytes32(0), args.uint(1))?;
        Vec::new()
    },
    setStakersShareTermsCall => {
        let (setter, policy_id, index) = (args.address(0), args.uint(1), args.uint(2));
        splitter.set_share_terms(setter, policy_id, index, args.uint(3), args.uint(4))?;
        Vec::new()
    },
    setStakersShareCall => word(splitter.set_share(args.uint(0))?),
    ownerCall => word(ROLES.owner(&splitter.vm)),
    pendingOwnerCall => word(ROLES.pending_owner(&splitter.vm)),
    guardianCall => word(ROLES.guardian(&splitter.vm)),
    pausedCall => word(layout::paused(&splitter.vm)),
    transferOwnershipCall => {
        ROLES.transfer_ownership(&splitter.vm, args.address(0))?;
        Vec::new()
    },
    acceptOwnershipCall => {
        ROLES.accept_ownership(&splitter.vm)?;
        Vec::new()
    },
    setGuardianCall => {
        ROLES.set_guardian(&splitter.vm, args.address(0))?;
        Vec::new()
    },
    pauseCall => {
        pause::pause(&splitter.vm, ROLES, layout::paused(&splitter.vm))?;
        layout::set_paused(&splitter.vm, true);
        Vec::new()
    },
    unpauseCall => {
        pause::unpause(&splitter.vm, ROLES, layout::paused(&splitter.vm))?;
        layout::set_paused(&splitter.vm, false);
        Vec::new()
    },
});

impl Splitter {
    /// *Reverts* as an array does (`Panic(0x32)`) beyond the last source.
    fn source_at(&self, index: U256) -> Result<U256> {
        if index >= SOURCE_COUNT.get(&self.vm) {
            return Err(fail!(Panic, OUT_OF_BOUNDS));
        }
        Ok(layout::source_at(index).get(&self.vm))
    }

    /// *Reverts* with `UnknownSource` if there is none.
    fn source_info(&self, source: B256) -> Result<Vec<u8>> {
        let policy_id = self.pointer_of(source)?;
        let name = layout::source_name(source).get(&self.vm);
        Ok(Out::of(2).word(name).word(policy_id).done())
    }

    fn create_policy(&mut self, args: Args<'_>) -> Result<U256> {
        // Check:
        ROLES.only_owner(&self.vm)?;
        let payees = policy::read(&self.vm, args)?;
        // Effect:
        self.write_policy(args.bytes32(0), &payees, &args.bytes32s(4))
    }

    fn add_source(&mut self, source: B256, name: B256, policy_id: U256) -> Result<()> {
        // Check:
        ROLES.only_owner(&self.vm)?;
        self.check_pointer(policy_id)?;
        if self.pointer_of(source).is_ok() {
            return Err(fail!(ISplitter::SourceExists, source));
        }
        // Effect:
        let index = SOURCE_COUNT.get(&self.vm);
        SOURCE_COUNT.set(&self.vm, index.saturating_add(U256::ONE));
        layout::source_at(index).set(&self.vm, source.into());
        layout::source_name(source).set(&self.vm, name.into());
        layout::source_policy(source).set(&self.vm, policy_id);
        // Log:
        emit!(&self.vm, ISplitter::SourceAdded, [source], [name, policy_id]);
        Ok(())
    }

    fn set_source_policy(&mut self, source: B256, policy_id: U256) -> Result<()> {
        // Check:
        ROLES.only_owner(&self.vm)?;
        self.check_pointer(policy_id)?;
        let previous = self.pointer_of(source)?;
        // Effect:
        layout::source_policy(source).set(&self.vm, policy_id);
        // Log:
        emit!(&self.vm, ISplitter::SourcePolicyChanged, [source], [previous, policy_id]);
        Ok(())
    }
}
