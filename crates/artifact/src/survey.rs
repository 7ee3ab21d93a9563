//! One pass over a module: everything that the rules and the report ask about.

use wasmparser::{
    ExternalKind, FuncType, FunctionBody, Import, MemoryType, Operator, Parser, Payload, TableType,
    TypeRef,
};

use crate::Refusal;

/// What a module declares.
#[derive(Default)]
pub(crate) struct Survey {
    pub(crate) wasm: Vec<u8>,
    pub(crate) types: Vec<FuncType>,
    pub(crate) imports: Vec<Imported>,
    /// The type of each local function.
    pub(crate) functions: Vec<u32>,
    pub(crate) bodies: Vec<Body>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) globals: u32,
    pub(crate) exports: Vec<Exported>,
    pub(crate) starts: bool,
    pub(crate) data: Segments,
    pub(crate) elements: Segments,
}

/// An import; the type is `None` for anything but a function.
pub(crate) struct Imported {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) function_type: Option<u32>,
}

/// An export.
pub(crate) struct Exported {
    pub(crate) name: String,
    pub(crate) kind: ExternalKind,
    pub(crate) index: u32,
}

/// Data or element segments: how many, and how long together.
#[derive(Default)]
pub(crate) struct Segments {
    pub(crate) count: u32,
    /// Payload for data; encoded size for elements.
    pub(crate) bytes: usize,
}

/// A local function's body.
pub(crate) struct Body {
    pub(crate) locals: u32,
    /// Instructions after Nitro has added its metering.
    pub(crate) instrumented: u64,
    /// The first bulk instruction that Nitro lacks.
    pub(crate) bulk: Option<&'static str>,
}

impl Survey {
    /// Reads a whole module.
    pub(crate) fn of(wasm: &[u8]) -> Result<Self, Refusal> {
        let mut survey = Self { wasm: wasm.to_vec(), ..Self::default() };
        survey.read(wasm).map_err(|error| Refusal::Malformed(error.to_string()))?;
        Ok(survey)
    }

    /// The signature of a function by its index, imports first.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let imported = self.imports.iter().filter_map(|import| import.function_type);
        let ty = imported.chain(self.functions.iter().copied()).nth(index as usize)?;
        self.types.get(ty as usize)
    }

    fn read(&mut self, wasm: &[u8]) -> Result<(), wasmparser::Error> {
        for payload in Parser::new(0).parse_all(wasm) {
            self.read_payload(payload?)?;
        }
        Ok(())
    }

    fn read_payload(&mut self, payload: Payload<'_>) -> Result<(), wasmparser::Error> {
        match payload {
            Payload::TypeSection(section) => {
                self.types = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                self.imports = section
                    .into_imports()
                    .map(|import| import.map(imported))
                    .collect::<Result<_, _>>()?;
            }
            Payload::FunctionSection(section) => {
                self.functions = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::TableSection(section) => {
                self.tables = section
                    .into_iter()
                    .map(|table| table.map(|table| table.ty))
                    .collect::<Result<_, _>>()?;
            }
            Payload::MemorySection(section) => {
                self.memories = section.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::GlobalSection(section) => self.globals = section.count(),
            Payload::StartSection { .. } => self.starts = true,
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let name = export.name.to_owned();
                    self.exports.push(Exported { name, kind: export.kind, index: export.index });
                }
            }
            Payload::ElementSection(section) => {
                self.elements.count = section.count();
                for element in section {
                    let range = element?.range;
                    self.elements.bytes += (range.end - range.start) as usize;
                }
            }
            Payload::DataSection(section) => {
                self.data.count = section.count();
                for data in section {
                    self.data.bytes += data?.data.len();
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(Body::of(&body)?),
            _ => {}
        }
        Ok(())
    }
}

impl Body {
    /// Nitro adds 12 instructions to each block that it meters (one that ends in a jump, a call or an
    /// `end`), 17 to each bulk instruction, 4 to each growth and return, and 12 plus a return to the
    /// function.
    fn of(body: &FunctionBody<'_>) -> Result<Self, wasmparser::Error> {
        let mut locals = 0;
        for declared in body.get_locals_reader()? {
            locals += declared?.0;
        }
        let mut surveyed = Self { locals, instrumented: 12 + 1 + 4, bulk: None };
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            surveyed.instrumented += 1 + metering(&operator);
            surveyed.bulk = surveyed.bulk.or(missing_bulk_instruction(&operator));
        }
        Ok(surveyed)
    }
}

fn imported(import: Import<'_>) -> Imported {
    let function_type = match import.ty {
        TypeRef::Func(ty) => Some(ty),
        _ => None,
    };
    Imported { module: import.module.to_owned(), name: import.name.to_owned(), function_type }
}

fn metering(operator: &Operator<'_>) -> u64 {
    use Operator as Op;
    match operator {
        Op::Return => 12 + 4,
        Op::End | Op::Else | Op::Loop { .. } | Op::If { .. } => 12,
        Op::Br { .. } | Op::BrIf { .. } | Op::BrTable { .. } => 12,
        Op::Call { .. } | Op::CallIndirect { .. } => 12,
        Op::MemoryCopy { .. } | Op::MemoryFill { .. } => 17,
        Op::MemoryGrow { .. } => 4,
        _ => 0,
    }
}

fn missing_bulk_instruction(operator: &Operator<'_>) -> Option<&'static str> {
    match operator {
        Operator::MemoryInit { .. } => Some("memory.init"),
        Operator::DataDrop { .. } => Some("data.drop"),
        Operator::TableInit { .. } => Some("table.init"),
        Operator::TableCopy { .. } => Some("table.copy"),
        Operator::ElemDrop { .. } => Some("elem.drop"),
        _ => None,
    }
}
