//! The canonical encoding: same meaning, shortest form, only the sections that count.

use wasm_encoder::{
    ExportSection, Module, RawSection,
    reencode::{self, Reencode},
};
use wasmparser::{Export, Parser};

use crate::Refusal;

/// The exports that Nitro looks at; it drops all others.
pub(crate) const ENTRYPOINT: &str = "user_entrypoint";
pub(crate) const MEMORY: &str = "memory";

/// Section ids of the binary format.
const CUSTOM: u8 = 0;
const DATA_COUNT: u8 = 12;

/// Encodes a module anew.
pub(crate) fn encode(wasm: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut module = Module::new();
    Canonical.parse_core_module(&mut module, Parser::new(0), wasm).map_err(malformed)?;
    without_extra_sections(&module.finish()).map_err(|error| Refusal::Malformed(error.to_string()))
}

/// `wasm-encoder` writes every index and length in the fewest bytes; only exports are filtered.
struct Canonical;

impl Reencode for Canonical {
    type Error = core::convert::Infallible;

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: Export<'_>,
    ) -> Result<(), reencode::Error> {
        // Those that Nitro refuses are kept, so that they are refused here.
        let ignored = ["__data_end", "__heap_base", "__indirect_function_table"];
        if ignored.contains(&export.name) {
            return Ok(());
        }
        reencode::utils::parse_export(self, exports, export)
    }
}

/// Drops custom sections, and the data count, which Nitro refuses and only `memory.init` needs.
fn without_extra_sections(wasm: &[u8]) -> Result<Vec<u8>, wasmparser::Error> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Some((id, range)) = payload?.as_section() else { continue };
        if !matches!(id, CUSTOM | DATA_COUNT) {
            let data = &wasm[range.start as usize..range.end as usize];
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

fn malformed(error: reencode::Error) -> Refusal {
    match error {
        reencode::Error::ParseError(error) => Refusal::Malformed(error.to_string()),
        error => Refusal::Malformed(error.to_string()),
    }
}
