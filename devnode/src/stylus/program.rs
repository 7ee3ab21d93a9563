//! A program taken apart: the sections of a WebAssembly module, validated against the subset of
//! WebAssembly that Stylus accepts, but not yet against Stylus' own rules.

use wasmparser::{
    BlockType, DataSectionReader, ElementSectionReader, Export, FuncType, FunctionBody,
    FunctionSectionReader, GlobalSectionReader, Import, ImportSectionReader, MemoryType, Name,
    NameSectionReader, Parser, Payload, TableSectionReader, TypeRef, TypeSectionReader, Validator,
    WasmFeatures,
};

use super::ActivationError;

/// The proposals that programs may use. Multi-value left with Stylus version 3.
const FEATURES: WasmFeatures = WasmFeatures::MVP
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::BULK_MEMORY);

/// The parts of a valid module.
#[derive(Default)]
pub(super) struct Program<'a> {
    pub(super) wasm_len: u32,
    pub(super) types: Vec<FuncType>,
    pub(super) imports: Vec<Import<'a>>,
    /// The type index of every function: imported ones first.
    pub(super) func_types: Vec<u32>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    pub(super) has_start: bool,
    /// The module's own name, from the name section.
    pub(super) name: &'a str,
    pub(super) sections: Sections<'a>,
}

/// Sections that are looked at where they are needed, or copied as they are.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub(super) types: Option<TypeSectionReader<'a>>,
    pub(super) imports: Option<ImportSectionReader<'a>>,
    pub(super) functions: Option<FunctionSectionReader<'a>>,
    pub(super) tables: Option<TableSectionReader<'a>>,
    pub(super) globals: Option<GlobalSectionReader<'a>>,
    pub(super) elements: Option<ElementSectionReader<'a>>,
    pub(super) data: Option<DataSectionReader<'a>>,
}

impl<'a> Program<'a> {
    /// Validates `wasm` and takes it apart.
    pub(super) fn parse(wasm: &'a [u8]) -> Result<Self, ActivationError> {
        Validator::new_with_features(FEATURES).validate_all(wasm)?;
        let wasm_len = u32::try_from(wasm.len()).map_err(ActivationError::invalid)?;
        let mut program = Self { wasm_len, ..Self::default() };
        let mut parser = Parser::new(0);
        parser.set_features(FEATURES);
        for payload in parser.parse_all(wasm) {
            program.take(payload?)?;
        }
        Ok(program)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), ActivationError> {
        match payload {
            Payload::TypeSection(section) => self.take_types(section),
            Payload::ImportSection(section) => self.take_imports(section),
            Payload::FunctionSection(section) => self.take_functions(section),
            Payload::MemorySection(section) => collect(&mut self.memories, section),
            Payload::ExportSection(section) => collect(&mut self.exports, section),
            Payload::CustomSection(section) if section.name() == "name" => {
                let reader = wasmparser::BinaryReader::new(section.data(), 0);
                self.take_name(NameSectionReader::new(reader))
            }
            Payload::DataCountSection { .. } => {
                Err(ActivationError::invalid("data count section not supported"))
            }
            payload => {
                self.keep(payload);
                Ok(())
            }
        }
    }

    /// Keeps what needs no reading now, and drops what never does.
    fn keep(&mut self, payload: Payload<'a>) {
        match payload {
            Payload::TableSection(section) => self.sections.tables = Some(section),
            Payload::GlobalSection(section) => self.sections.globals = Some(section),
            Payload::ElementSection(section) => self.sections.elements = Some(section),
            Payload::DataSection(section) => self.sections.data = Some(section),
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::StartSection { .. } => self.has_start = true,
            _ => {}
        }
    }

    fn take_types(&mut self, section: TypeSectionReader<'a>) -> Result<(), ActivationError> {
        for ty in section.clone().into_iter_err_on_gc_types() {
            self.types.push(ty?);
        }
        self.sections.types = Some(section);
        Ok(())
    }

    fn take_imports(&mut self, section: ImportSectionReader<'a>) -> Result<(), ActivationError> {
        for import in section.clone().into_imports() {
            let import = import?;
            let TypeRef::Func(ty) = import.ty else {
                let text = format!("unsupported import kind: {}::{}", import.module, import.name);
                return Err(ActivationError::Invalid(text));
            };
            self.func_types.push(ty);
            self.imports.push(import);
        }
        self.sections.imports = Some(section);
        Ok(())
    }

    fn take_functions(
        &mut self,
        section: FunctionSectionReader<'a>,
    ) -> Result<(), ActivationError> {
        collect(&mut self.func_types, section.clone())?;
        self.sections.functions = Some(section);
        Ok(())
    }

    fn take_name(&mut self, section: NameSectionReader<'a>) -> Result<(), ActivationError> {
        for name in section {
            match name? {
                Name::Module { name, .. } => self.name = name,
                Name::Function(names) => {
                    for naming in names {
                        naming?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The type of a function, by its index among imported and defined ones.
    pub(super) fn func_type(&self, func: u32) -> &FuncType {
        &self.types[self.func_types[func as usize] as usize]
    }

    /// The types of the functions that the program defines.
    pub(super) fn defined_types(&self) -> impl Iterator<Item = &FuncType> {
        self.func_types[self.imports.len()..].iter().map(|&ty| &self.types[ty as usize])
    }

    /// How many values a block leaves behind.
    pub(super) fn results(&self, block: BlockType) -> usize {
        match block {
            BlockType::Empty => 0,
            BlockType::Type(_) => 1,
            BlockType::FuncType(ty) => self.types[ty as usize].results().len(),
        }
    }

    /// The memory. Programs have exactly one, once the rules have been checked.
    pub(super) fn memory(&self) -> Option<&MemoryType> {
        self.memories.first()
    }

    /// Whether growing memory can succeed, and so has to be paid for.
    pub(super) fn memory_can_grow(&self) -> bool {
        self.memory().is_some_and(|memory| memory.maximum != Some(memory.initial))
    }

    /// The index of the imported function `pay_for_memory_grow`.
    pub(super) fn pay_import(&self) -> Option<u32> {
        let position = self.imports.iter().position(|import| import.name == PAY_FOR_MEMORY_GROW)?;
        u32::try_from(position).ok()
    }
}

/// The host function that is paid before memory grows.
pub(super) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

fn collect<'a, T: wasmparser::FromReader<'a>>(
    into: &mut Vec<T>,
    section: wasmparser::SectionLimited<'a, T>,
) -> Result<(), ActivationError> {
    for item in section {
        into.push(item?);
    }
    Ok(())
}
