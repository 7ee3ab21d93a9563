//! The Stylus engine against what is known of the chain: `vectors.json` was computed by an
//! independent meter and compared with a build of the chain's own; everything else here is worked
//! out by hand from the chain's price list.

mod accounts;
mod activation;
mod calls;
mod chain;
mod debug;
mod environment;
mod harness;
mod hostile;
mod io;
mod math;
mod nesting;
mod opcodes;
mod stack;
mod storage;
mod traps;
mod vectors;
