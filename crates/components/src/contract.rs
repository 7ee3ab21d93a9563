//! The entry point of a contract: one call in, one answer out.

use alloc::vec::Vec;

use alloy_primitives::U256;
use stylus_sdk::{
    ArbResult,
    abi::{CONSTRUCTOR_SELECTOR, internal::CONSTRUCTOR_EXECUTED_SLOT},
    host::VM,
    prelude::*,
};

use crate::{Revert, Slot, abi::Args, fail, standard::AlreadyConstructed};

/// A function selector.
pub type Selector = [u8; 4];

/// The functions of a contract; made by [`routes!`](crate::routes).
pub trait Routes {
    /// Every selector that is answered.
    const SELECTORS: &'static [Selector];

    /// Answers a call of one function.
    ///
    /// *Reverts* with empty data if there is no such function, or its arguments are malformed.
    fn route(&mut self, selector: Selector, args: Args<'_>) -> Result<Vec<u8>, Revert>;
}

/// A contract as [`answer`] sees it. What a contract doesn't define, it refuses.
pub trait Contract: Routes {
    /// The contract, reaching the chain through `vm`.
    fn new(vm: VM) -> Self;

    /// The functions that take ETH; all others refuse it.
    const PAYABLE: &'static [Selector] = &[];

    /// The constructor, called once.
    fn construct(&mut self, _: Args<'_>) -> Result<(), Revert> {
        Err(Revert::empty())
    }

    /// Takes ETH sent without data.
    fn receive(&mut self) -> Result<(), Revert> {
        Err(Revert::empty())
    }
}

/// Answers one call to the contract `C`; the body of a contract's `#[entrypoint]` function.
///
/// *Reverts* with `AlreadyConstructed` if the constructor is called a second time, and with empty
/// data if the call is malformed or brings ETH to a function that takes none.
pub fn answer<C: Contract>(input: Vec<u8>, host: VM) -> ArbResult {
    respond::<C>(&input, host).map_err(Into::into)
}

fn respond<C: Contract>(input: &[u8], host: VM) -> Result<Vec<u8>, Revert> {
    let mut contract = C::new(host.clone());
    let Some((&selector, arguments)) = input.split_first_chunk() else {
        let received = if input.is_empty() { contract.receive() } else { Err(Revert::empty()) };
        return received.map(|()| Vec::new());
    };
    if !C::PAYABLE.contains(&selector) && !host.msg_value().is_zero() {
        return Err(Revert::empty());
    }
    let args = Args::new(arguments);
    if selector == CONSTRUCTOR_SELECTOR.to_be_bytes() {
        set_constructed(&host)?;
        return contract.construct(args).map(|()| Vec::new());
    }
    contract.route(selector, args)
}

/// Sets the flag of the SDK's constructor guard, in the slot where the SDK keeps it.
fn set_constructed(host: &VM) -> Result<(), Revert> {
    let flag = Slot::hashed(CONSTRUCTOR_EXECUTED_SLOT);
    if !flag.get(host).is_zero() {
        return Err(fail!(AlreadyConstructed));
    }
    flag.set(host, U256::ONE);
    Ok(())
}

/// Declares a contract: a struct that holds the VM, and the function where Nitro enters and a native
/// host too, `main`.
///
/// That function is in a module of its own because the SDK's macro adds an undocumented one.
#[macro_export]
macro_rules! contract {
    ($(#[$doc:meta])* $contract:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $contract {
            vm: ::stylus_sdk::host::VM,
        }

        #[doc(hidden)]
        pub mod entrypoint {
            use ::stylus_sdk::{ArbResult, host::VM, prelude::*};

            /// Answers one call.
            #[entrypoint]
            pub fn main(input: ::alloc::vec::Vec<u8>, host: VM) -> ArbResult {
                $crate::answer::<super::$contract>(input, host)
            }
        }

        pub use entrypoint::main;
    };
}

/// Implements [`Routes`] as a table: each function of an interface that `sol!` made, and its answer,
/// an expression of type `Vec<u8>` that may use `?`.
#[macro_export]
macro_rules! routes {
    ($interface:ident for $contract:ty, |$this:ident, $args:ident| {
        $($call:ident => $answer:expr,)*
    }) => {
        impl $crate::Routes for $contract {
            const SELECTORS: &'static [$crate::Selector] =
                &[$(<$interface::$call as $crate::SolCall>::SELECTOR),*];

            fn route(
                &mut self,
                selector: $crate::Selector,
                $args: $crate::abi::Args<'_>,
            ) -> ::core::result::Result<::alloc::vec::Vec<u8>, $crate::Revert> {
                let $this = self;
                Ok(match selector {
                    $(<$interface::$call as $crate::SolCall>::SELECTOR => $answer,)*
                    _ => return Err($crate::Revert::empty()),
                })
            }
        }
    };
}
