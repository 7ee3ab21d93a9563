//! The rules that a valid WebAssembly module must also keep to be a Stylus program.

use std::collections::HashSet;

use wasmparser::{
    ConstExpr, Data, DataKind, Element, ElementItems, ElementKind, ExternalKind, Operator,
    SectionLimited, TableType, ValType,
};

use super::{
    ActivationError, Params,
    host::Hook,
    instrument::OWN_GLOBALS,
    program::{PAY_FOR_MEMORY_GROW, Program},
};

/// Where a run starts.
pub(super) const ENTRYPOINT: &str = "user_entrypoint";
/// The name under which a program exports its memory.
pub(super) const MEMORY: &str = "memory";
/// Names that begin like this belong to the chain.
const RESERVED_PREFIX: &str = "stylus";
/// Bytes in a page of WebAssembly memory.
const PAGE: u64 = 65_536;
/// Most pages that any program may start with, whatever the chain's page limit.
const MAX_INITIAL_PAGES: u64 = 128;
const MAX_IMPORTS: usize = 513;
const MAX_SEGMENTS: usize = 128;
const MAX_EXPORTS: usize = 1_024;
const MAX_FUNCTIONS: usize = 4_096;
const MAX_GLOBALS: usize = 32_768;
const MAX_TABLE_ENTRIES: u64 = 4_096;
const MAX_ELEMENT_BYTES: u64 = 4_096;
const MAX_NAME_LEN: usize = 512;

type Checked = Result<(), ActivationError>;

/// Checks everything but the function bodies, which [`Scan`](super::scan::Scan) does.
pub(super) fn check(
    program: &Program<'_>,
    params: &Params,
    open_pages: u16,
    debug: bool,
) -> Checked {
    if program.has_start && !debug {
        return Err(ActivationError::invalid("wasm start functions not allowed"));
    }
    check_counts(program)?;
    check_imports(program, debug)?;
    check_exports(program)?;
    check_memory(program, params, open_pages)?;
    check_globals(program)?;
    let tables = check_tables(program)?;
    check_elements(program, &tables)?;
    check_data(program)
}

fn check_counts(program: &Program<'_>) -> Checked {
    let sections = &program.sections;
    limit("imports", program.imports.len(), MAX_IMPORTS)?;
    limit("functions", program.bodies.len(), MAX_FUNCTIONS)?;
    limit("exports", program.exports.len(), MAX_EXPORTS)?;
    limit("data segments", count(&sections.data), MAX_SEGMENTS)?;
    limit("element segments", count(&sections.elements), MAX_SEGMENTS)?;
    limit("globals", count(&sections.globals) + OWN_GLOBALS as usize, MAX_GLOBALS)?;
    limit("bytes in the module name", program.name.len(), MAX_NAME_LEN)
}

fn check_imports(program: &Program<'_>, debug: bool) -> Checked {
    for (import, func) in program.imports.iter().zip(0..) {
        let named = || format!("{}::{}", import.module, import.name);
        if import.name.starts_with(RESERVED_PREFIX) {
            return Err(ActivationError::Invalid(format!("reserved import name {}", named())));
        }
        let Some(hook) = Hook::find(import.module, import.name, debug) else {
            return Err(ActivationError::Invalid(format!("no such import: {}", named())));
        };
        if !hook.has_type(program.func_type(func)) {
            let text = format!("import {} differs: it must be {}", named(), hook.signature());
            return Err(ActivationError::Invalid(text));
        }
    }
    Ok(())
}

fn check_exports(program: &Program<'_>) -> Checked {
    let imported: HashSet<&str> = program.imports.iter().map(|import| import.name).collect();
    for export in &program.exports {
        limit("bytes in an export name", export.name.len(), MAX_NAME_LEN)?;
        if export.name.starts_with(RESERVED_PREFIX) {
            return Err(ActivationError::Invalid(format!("reserved export name {}", export.name)));
        }
        let last = export.name.rsplit("__").next().unwrap_or_default();
        if imported.contains(last) {
            let text = format!("export {} has the name of an import", export.name);
            return Err(ActivationError::Invalid(text));
        }
    }
    check_entrypoint(program)
}

/// The index of the function that a run starts with.
pub(super) fn entrypoint(program: &Program<'_>) -> Option<u32> {
    let is_entry = |export: &&wasmparser::Export<'_>| {
        export.kind == ExternalKind::Func && export.name == ENTRYPOINT
    };
    program.exports.iter().find(is_entry).map(|export| export.index)
}

fn check_entrypoint(program: &Program<'_>) -> Checked {
    let Some(entry) = entrypoint(program) else {
        return Err(ActivationError::Invalid(format!("missing export {ENTRYPOINT}")));
    };
    let ty = program.func_type(entry);
    if ty.params() != [ValType::I32] || ty.results() != [ValType::I32] {
        let text = format!("wrong type for {ENTRYPOINT}: it must be (i32) -> i32");
        return Err(ActivationError::Invalid(text));
    }
    if (entry as usize) < program.imports.len() {
        let text = format!("{ENTRYPOINT} must be a function of the program, not an import");
        return Err(ActivationError::Invalid(text));
    }
    Ok(())
}

fn check_memory(program: &Program<'_>, params: &Params, open_pages: u16) -> Checked {
    let is_memory = |export: &wasmparser::Export<'_>| {
        export.kind == ExternalKind::Memory && export.name == MEMORY
    };
    let Some(memory) = program.memory().filter(|_| program.exports.iter().any(is_memory)) else {
        return Err(ActivationError::Invalid(format!("missing memory export {MEMORY}")));
    };
    let left = u64::from(params.page_limit.saturating_sub(open_pages));
    let bound = left.min(MAX_INITIAL_PAGES);
    if memory.initial > bound {
        let text = format!("memory of {} pages exceeds bound {bound}", memory.initial);
        return Err(ActivationError::Invalid(text));
    }
    if program.memory_can_grow() && program.pay_import().is_none() {
        return Err(ActivationError::Invalid(format!("missing import {PAY_FOR_MEMORY_GROW}")));
    }
    Ok(())
}

fn check_globals(program: &Program<'_>) -> Checked {
    for global in program.sections.globals.iter().flat_map(Clone::clone) {
        constant(&global?.init_expr)?;
    }
    Ok(())
}

/// Returns the sizes of the tables.
fn check_tables(program: &Program<'_>) -> Result<Vec<TableType>, ActivationError> {
    let mut tables = Vec::new();
    for table in program.sections.tables.iter().flat_map(Clone::clone) {
        tables.push(table?.ty);
    }
    let entries = tables.iter().fold(0_u64, |sum, table| sum.saturating_add(table.initial));
    if entries > MAX_TABLE_ENTRIES {
        return Err(too_many("table entries", entries, MAX_TABLE_ENTRIES));
    }
    Ok(tables)
}

fn check_elements(program: &Program<'_>, tables: &[TableType]) -> Checked {
    let mut bytes = 0;
    for element in program.sections.elements.iter().flat_map(Clone::clone) {
        let element = element?;
        bytes += element.range.end - element.range.start;
        check_element(&element, tables)?;
    }
    if bytes > MAX_ELEMENT_BYTES {
        return Err(too_many("element segment bytes", bytes, MAX_ELEMENT_BYTES));
    }
    Ok(())
}

/// Passive and declared segments are ignored: nothing can use them.
fn check_element(element: &Element<'_>, tables: &[TableType]) -> Checked {
    let ElementKind::Active { table_index, offset_expr } = &element.kind else { return Ok(()) };
    let ElementItems::Functions(items) = &element.items else {
        return Err(ActivationError::invalid("element segments must list function indices"));
    };
    let size = tables.get(table_index.unwrap_or(0) as usize).map_or(0, |table| table.initial);
    if offset(offset_expr)? + u64::from(items.count()) > size {
        return Err(ActivationError::invalid("element segment out of bounds of its table"));
    }
    Ok(())
}

fn check_data(program: &Program<'_>) -> Checked {
    let size = program.memory().map_or(0, |memory| memory.initial * PAGE);
    for data in program.sections.data.iter().flat_map(Clone::clone) {
        let Data { kind: DataKind::Active { offset_expr, .. }, data, .. } = data? else { continue };
        if offset(&offset_expr)? + data.len() as u64 > size {
            return Err(ActivationError::invalid("data segment out of bounds of the memory"));
        }
    }
    Ok(())
}

/// The value of an offset, which must be a constant.
fn offset(expr: &ConstExpr<'_>) -> Result<u64, ActivationError> {
    match constant(expr)? {
        Operator::I32Const { value } => Ok(u64::from(value.cast_unsigned())),
        _ => Err(ActivationError::invalid("segment offsets must be an i32.const")),
    }
}

/// The one constant instruction that an initialiser may consist of.
fn constant<'a>(expr: &ConstExpr<'a>) -> Result<Operator<'a>, ActivationError> {
    use Operator as O;
    let mut reader = expr.get_operators_reader();
    let value = reader.read()?;
    let literal = matches!(
        value,
        O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. }
    );
    if literal && matches!(reader.read()?, O::End) {
        Ok(value)
    } else {
        Err(ActivationError::invalid("initialisers must be one constant instruction"))
    }
}

fn count<T>(section: &Option<SectionLimited<'_, T>>) -> usize {
    section.as_ref().map_or(0, |section| section.count() as usize)
}

fn limit(what: &str, actual: usize, max: usize) -> Checked {
    if actual > max { Err(too_many(what, actual as u64, max as u64)) } else { Ok(()) }
}

/// The error for a count beyond its limit.
pub(super) fn too_many(what: &str, actual: u64, max: u64) -> ActivationError {
    ActivationError::Invalid(format!("too many {what}: {actual} > {max}"))
}
