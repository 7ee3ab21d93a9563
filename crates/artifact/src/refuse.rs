//! The rules of Nitro's activation (ArbOS 61, Stylus version 3), one function each.
//!
//! Stricter than Nitro in one point: Nitro takes a float constant or load and then prices the block
//! that holds it beyond any gas limit. Here floats are refused.

use wasmparser::{ExternalKind, FuncType, ValType, Validator, WasmFeatures};

use crate::{
    Refusal,
    canonical::{ENTRYPOINT, MEMORY},
    hooks,
    survey::{Exported, Survey},
};

const MAX_PAGES: u64 = 128;
const MAX_IMPORTS: usize = 513;
const MAX_FUNCTIONS: usize = 4_096;
const MAX_LOCALS: u32 = 348;
const MAX_INSTRUMENTED: u64 = 65_536;
const MAX_TABLE_ENTRIES: u64 = 4_096;
const MAX_SEGMENTS: u32 = 128;
const MAX_ELEMENT_BYTES: usize = 4_096;
const MAX_EXPORTS: usize = 1_024;
/// 32,768, less the four that Nitro adds.
const MAX_GLOBALS: u32 = 32_764;

/// Checks every rule; the first that is broken is the answer.
pub(crate) fn check(survey: &Survey) -> Result<(), Refusal> {
    bulk_instructions(survey)?;
    features(survey)?;
    imports(survey)?;
    entrypoint(survey)?;
    memory(survey)?;
    reserved_exports(survey)?;
    if survey.starts {
        return Err(Refusal::StartFunction);
    }
    limits(survey)
}

/// Before the features: the validator would only complain about the missing data count.
fn bulk_instructions(survey: &Survey) -> Result<(), Refusal> {
    survey
        .bodies
        .iter()
        .find_map(|body| body.bulk)
        .map_or(Ok(()), |name| Err(Refusal::BulkInstruction(name)))
}

fn features(survey: &Survey) -> Result<(), Refusal> {
    // GC types is how the validator calls that reference values exist at all, as in tables.
    let accepted = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::GC_TYPES;
    Validator::new_with_features(accepted)
        .validate_all(&survey.wasm)
        .map(drop)
        .map_err(Refusal::Unsupported)
}

fn imports(survey: &Survey) -> Result<(), Refusal> {
    for import in &survey.imports {
        let (module, name) = (import.module.clone(), import.name.clone());
        let expected = (module == hooks::MODULE).then(|| hooks::signature(&name)).flatten();
        let (Some(expected), Some(ty)) = (expected, import.function_type) else {
            return Err(Refusal::UnknownImport { module, name });
        };
        if survey.types.get(ty as usize) != Some(&expected) {
            return Err(Refusal::ImportSignature { name, expected: expected.to_string() });
        }
    }
    Ok(())
}

fn entrypoint(survey: &Survey) -> Result<(), Refusal> {
    let right = FuncType::new([ValType::I32], [ValType::I32]);
    let export = find_export(survey, ENTRYPOINT, ExternalKind::Func);
    let found = export.and_then(|export| survey.function_type(export.index));
    if found == Some(&right) { Ok(()) } else { Err(Refusal::NoEntrypoint) }
}

fn memory(survey: &Survey) -> Result<(), Refusal> {
    let exported = find_export(survey, MEMORY, ExternalKind::Memory);
    let ([memory], Some(_)) = (survey.memories.as_slice(), exported) else {
        return Err(Refusal::NoMemory);
    };
    let fixed = memory.maximum == Some(memory.initial);
    let paid = survey.imports.iter().any(|import| import.name == hooks::PAY_FOR_MEMORY_GROW);
    if !fixed && !paid {
        return Err(Refusal::UnpaidMemory);
    }
    limit("pages of memory", memory.initial, MAX_PAGES)
}

fn reserved_exports(survey: &Survey) -> Result<(), Refusal> {
    let imported = |name: &str| survey.imports.iter().any(|import| import.name == name);
    let reserved = |export: &&Exported| {
        let last = export.name.rsplit("__").next().unwrap_or_default();
        export.name.starts_with("stylus") || imported(last)
    };
    match survey.exports.iter().find(reserved) {
        Some(export) => Err(Refusal::ReservedExport(export.name.clone())),
        None => Ok(()),
    }
}

fn limits(survey: &Survey) -> Result<(), Refusal> {
    let locals = survey.bodies.iter().map(|body| body.locals).max().unwrap_or_default();
    let instrumented = survey.bodies.iter().map(|body| body.instrumented).max().unwrap_or_default();
    let entries = survey.tables.iter().map(|table| table.initial).sum();
    limit("imports", survey.imports.len(), MAX_IMPORTS)?;
    limit("functions", survey.functions.len(), MAX_FUNCTIONS)?;
    limit("local variables in one function", locals, MAX_LOCALS)?;
    limit("instructions in one metered function", instrumented, MAX_INSTRUMENTED)?;
    limit("table entries", entries, MAX_TABLE_ENTRIES)?;
    limit("data segments", survey.data.count, MAX_SEGMENTS)?;
    limit("element segments", survey.elements.count, MAX_SEGMENTS)?;
    limit("bytes of element segments", survey.elements.bytes, MAX_ELEMENT_BYTES)?;
    limit("exports", survey.exports.len(), MAX_EXPORTS)?;
    limit("globals", survey.globals, MAX_GLOBALS)
}

fn find_export<'a>(survey: &'a Survey, name: &str, kind: ExternalKind) -> Option<&'a Exported> {
    survey.exports.iter().find(|export| export.name == name && export.kind == kind)
}

fn limit<N: TryInto<u64>>(what: &'static str, found: N, limit: N) -> Result<(), Refusal> {
    // Every count here is a usize at most, and that fits.
    let (found, limit) =
        (found.try_into().unwrap_or(u64::MAX), limit.try_into().unwrap_or(u64::MAX));
    if found <= limit { Ok(()) } else { Err(Refusal::TooLarge { what, found, limit }) }
}
