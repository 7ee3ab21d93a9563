//! What a contract weighs, in the terms that gas is charged in.

use std::fmt;

use crate::{Activation, Code, survey::Survey};

/// Measurements of an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Bytes of the canonical WASM; each is paid for whenever an uncached program is entered.
    pub raw: usize,
    /// Bytes of code on chain, prefixes included, of all its accounts together.
    pub compressed: usize,
    /// Accounts that hold slices of it; none if it is one code.
    pub fragments: usize,
    /// Memory pages (64 KiB) at entry; two are free.
    pub pages: u64,
    /// The host functions it imports.
    pub imports: Vec<String>,
    /// Functions of its own.
    pub functions: usize,
    /// Bytes of constants, paid for on every call.
    pub data: usize,
    /// Instructions of its largest function once Nitro has added its metering; 65,536 are allowed.
    pub largest_function: u64,
    /// What activating it costs.
    pub activation: Activation,
}

impl Report {
    pub(crate) fn new(survey: &Survey, wasm: &[u8], code: &Code) -> Self {
        Self {
            raw: wasm.len(),
            compressed: code.size(),
            fragments: code.fragments().len(),
            pages: survey.memories.iter().map(|memory| memory.initial).sum(),
            imports: survey.imports.iter().map(|import| import.name.clone()).collect(),
            functions: survey.functions.len(),
            data: survey.data.bytes,
            largest_function: survey.bodies.iter().map(|body| body.instrumented).max().unwrap_or(0),
            activation: Activation::of(survey, code),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { raw, compressed, fragments, pages, functions, data, .. } = self;
        let imports = self.imports.len();
        write!(f, "{compressed} bytes compressed ")?;
        match fragments {
            0 => write!(f, "in one code, ")?,
            _ => write!(f, "in a root and {fragments} fragments, ")?,
        }
        write!(f, "{raw} raw, {pages} pages, ")?;
        write!(f, "{functions} functions, {imports} imports, {data} bytes of data")
    }
}
