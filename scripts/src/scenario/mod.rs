//! Thirteen weeks of a platform's life, and what follows when the last locks run out.
//!
//! [`cast`] says who takes part, [`write()`] writes the [`plan`] (pure data, the same every time), and
//! [`play`] carries it out on a chain and observes the result at the end of every week.

pub mod cast;
mod extras;
pub mod plan;
pub mod play;
mod script;

pub use plan::{Action, Plan, Step};
pub use script::write;
