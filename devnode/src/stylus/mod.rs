//! The Stylus engine: WebAssembly programs priced in ink, exactly as an Arbitrum chain prices them.
//!
//! It knows WebAssembly, ink and the host functions of `vm_hooks`; it knows no EVM. What a program
//! wants from the chain it asks of a [`World`], and what needs another frame of execution (a call,
//! a create) it hands out as a [`Step`], so that a chain of any depth lives on the EVM's own frame
//! stack and never on the native one.
//!
//! A program's life, and the file that owns each part of it:
//!
//! 1. [`code`] reads the account code: prefix, fragments, brotli.
//! 2. [`activate`] turns the WebAssembly into a [`Module`], and charges for it; [`load`] does the
//!    same for free, for a program activated before. `program` takes the module apart, `rules` and
//!    `scan` check it, `metrics` measures it, and `instrument` inserts the meters (ink per basic
//!    block, bytes moved, stack words, memory pages) by the prices of `opcode`.
//! 3. [`cost`] says what entering the program costs; [`Pages`] prices its memory.
//! 4. A [`Frame`] runs it, on an interpreter (`machine`). Every host function suspends the program,
//!    is charged and answered in one place (`host`), and lets it go on: the interpreter itself
//!    never sees the chain.
//!
//! `tape` records the host functions that a frame calls, for those who trace it.
//!
//! What to keep of all this: modules, by code hash. Compiling one takes milliseconds, setting up a
//! frame of it microseconds.
//!
//! Rules are those of ArbOS 61 with Stylus version 3. All arithmetic on gas and ink saturates.

mod activate;
pub mod code;
pub mod cost;
mod frame;
mod host;
mod instrument;
mod machine;
mod metrics;
mod module;
mod opcode;
mod pages;
mod params;
mod program;
mod rules;
mod scan;
mod tape;
mod world;

pub use activate::{ActivationError, activate, load};
pub use frame::Frame;
pub use metrics::Metrics;
pub use module::Module;
pub use pages::Pages;
pub use params::Params;
pub use tape::HostIo;
pub use world::{
    Access, Block, CallKind, CallRequest, CreateRequest, Env, Exit, Outcome, Returned, Step,
    Stored, Touched, World,
};
