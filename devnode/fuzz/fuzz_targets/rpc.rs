//! Arbitrary bodies of requests, and bodies that look like requests, through the server's decoder and
//! methods, in process. Every input meets a fresh chain, so that what is found can be found again.

#![no_main]

#[path = "../../tests/siege/properties/request.rs"]
mod request;

use std::sync::LazyLock;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

fuzz_target!(|bytes: &[u8]| {
    let endpoint = request::endpoint();
    let methods = request::methods(&endpoint);
    let body = request::body(&mut Unstructured::new(bytes), &methods);
    request::is_answered(&RUNTIME, &endpoint, body.unwrap_or_else(|_| bytes.to_vec()));
});
