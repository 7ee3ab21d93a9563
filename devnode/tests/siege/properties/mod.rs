//! What must hold whatever comes in. The siege tries a few inputs on every run of the tests, the
//! fuzzer (`devnode/fuzz`) as many as it has time for; both look at exactly these functions.

pub mod program;
pub mod request;
pub mod shape;
