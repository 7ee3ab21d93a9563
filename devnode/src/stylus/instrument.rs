//! Writes the module that really runs: the program with its meters inserted.
//!
//! Four globals are appended. *Ink* is what is left; *status* turns 1 when a charge can't be paid;
//! *scratch* holds an operand; *stack* is the words of stack left. A charge that fails traps by
//! `unreachable`, and the globals tell why. Inserted code is never charged for.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction,
    MemorySection, MemoryType, Module, TableSection, TypeSection, ValType,
    reencode::{Reencode, RoundtripReencoder},
};
use wasmparser::{DataKind, ElementKind, FunctionBody, Operator};

use super::{
    ActivationError,
    opcode::{BULK_BYTE_INK, ends_block},
    program::Program,
    rules::{ENTRYPOINT, MEMORY, entrypoint},
    scan::Scan,
};

/// Globals that metering appends.
pub(super) const OWN_GLOBALS: u32 = 4;
/// The export of the ink left.
pub(super) const INK_LEFT: &str = "stylus_ink_left";
/// The export of the ink status: 1 once a charge failed.
pub(super) const INK_STATUS: &str = "stylus_ink_status";
/// The export of the stack words left: 0 once they ran out.
pub(super) const STACK_LEFT: &str = "stylus_stack_left";
/// The largest memory that a program may declare.
const MAX_PAGES: u64 = 65_534;

/// Instruments `program`, with the scans of its functions in order.
pub(super) fn instrument(
    program: &Program<'_>,
    scans: &[Scan],
) -> Result<Vec<u8>, ActivationError> {
    let own = OwnGlobals::after(program);
    let mut module = Module::new();
    copy_head(program, &mut module)?;
    module.section(&memories(program));
    module.section(&globals(program)?);
    module.section(&exports(program, own));
    copy_elements(program, &mut module)?;
    module.section(&code(program, scans, own)?);
    copy_data(program, &mut module)?;
    Ok(module.finish())
}

/// The indices of the globals that metering appends.
#[derive(Clone, Copy)]
struct OwnGlobals {
    ink: u32,
    status: u32,
    scratch: u32,
    stack: u32,
}

impl OwnGlobals {
    fn after(program: &Program<'_>) -> Self {
        let first = program.sections.globals.as_ref().map_or(0, |section| section.count());
        Self { ink: first, status: first + 1, scratch: first + 2, stack: first + 3 }
    }
}

fn copy_head(program: &Program<'_>, module: &mut Module) -> Result<(), ActivationError> {
    let mut copy = RoundtripReencoder;
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    let mut functions = FunctionSection::new();
    let mut tables = TableSection::new();
    if let Some(section) = &program.sections.types {
        copy.parse_type_section(&mut types, section.clone())?;
    }
    if let Some(section) = &program.sections.imports {
        copy.parse_import_section(&mut imports, section.clone())?;
    }
    if let Some(section) = &program.sections.functions {
        copy.parse_function_section(&mut functions, section.clone())?;
    }
    if let Some(section) = &program.sections.tables {
        copy.parse_table_section(&mut tables, section.clone())?;
    }
    module.section(&types).section(&imports).section(&functions).section(&tables);
    Ok(())
}

fn memories(program: &Program<'_>) -> MemorySection {
    let mut section = MemorySection::new();
    for memory in &program.memories {
        section.memory(MemoryType {
            minimum: memory.initial,
            maximum: Some(memory.maximum.unwrap_or(MAX_PAGES).min(MAX_PAGES)),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
    }
    section
}

fn globals(program: &Program<'_>) -> Result<GlobalSection, ActivationError> {
    let mut section = GlobalSection::new();
    if let Some(own) = &program.sections.globals {
        RoundtripReencoder.parse_global_section(&mut section, own.clone())?;
    }
    let mutable = |val_type| GlobalType { val_type, mutable: true, shared: false };
    section.global(mutable(ValType::I64), &ConstExpr::i64_const(0));
    for _status_scratch_stack in 0..3 {
        section.global(mutable(ValType::I32), &ConstExpr::i32_const(0));
    }
    Ok(section)
}

/// Nothing of the program's own exports is kept but the memory and the entry point.
fn exports(program: &Program<'_>, own: OwnGlobals) -> ExportSection {
    let mut section = ExportSection::new();
    section.export(MEMORY, ExportKind::Memory, 0);
    if let Some(entry) = entrypoint(program) {
        section.export(ENTRYPOINT, ExportKind::Func, entry);
    }
    section.export(INK_LEFT, ExportKind::Global, own.ink);
    section.export(INK_STATUS, ExportKind::Global, own.status);
    section.export(STACK_LEFT, ExportKind::Global, own.stack);
    section
}

fn copy_elements(program: &Program<'_>, module: &mut Module) -> Result<(), ActivationError> {
    let mut section = ElementSection::new();
    for element in program.sections.elements.iter().flat_map(Clone::clone) {
        let element = element?;
        if let ElementKind::Active { .. } = element.kind {
            RoundtripReencoder.parse_element(&mut section, element)?;
        }
    }
    module.section(&section);
    Ok(())
}

fn copy_data(program: &Program<'_>, module: &mut Module) -> Result<(), ActivationError> {
    let mut section = DataSection::new();
    for data in program.sections.data.iter().flat_map(Clone::clone) {
        let data = data?;
        if let DataKind::Active { .. } = data.kind {
            RoundtripReencoder.parse_data(&mut section, data)?;
        }
    }
    module.section(&section);
    Ok(())
}

fn code(
    program: &Program<'_>,
    scans: &[Scan],
    own: OwnGlobals,
) -> Result<CodeSection, ActivationError> {
    let pay = program.pay_import().filter(|_| program.memory_can_grow());
    let mut section = CodeSection::new();
    for (body, scan) in program.bodies.iter().zip(scans) {
        let function = RoundtripReencoder.new_function_with_parsed_locals(body)?;
        let mut writer = Writer { function, own, frame: scan.frame.cast_signed(), pay };
        writer.body(body, &scan.blocks)?;
        section.function(&writer.function);
    }
    Ok(section)
}

/// Writes one function.
struct Writer {
    function: Function,
    own: OwnGlobals,
    frame: i32,
    /// The host function to call before memory grows, when growing has to be paid for.
    pay: Option<u32>,
}

impl Writer {
    fn body(&mut self, body: &FunctionBody<'_>, blocks: &[u64]) -> Result<(), ActivationError> {
        self.enter_frame();
        let mut blocks = blocks.iter();
        let mut at_start = true;
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let op = reader.read()?;
            if at_start {
                self.charge_block(blocks.next().copied().unwrap_or(u64::MAX));
            }
            at_start = ends_block(&op);
            if reader.eof() {
                // The chain ends every function by a `return`, so that falling off the end gives
                // the frame back. A branch to the function's own label skips it, there and here.
                self.leave_frame();
                self.put(&Instruction::Return);
            }
            self.op(op)?;
        }
        Ok(())
    }

    fn op(&mut self, op: Operator<'_>) -> Result<(), ActivationError> {
        match op {
            Operator::Return => self.leave_frame(),
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => self.charge_bulk(),
            Operator::MemoryGrow { .. } => self.pay_for_growth(),
            _ => {}
        }
        let instruction = RoundtripReencoder.instruction(op)?;
        self.put(&instruction);
        Ok(())
    }

    fn put(&mut self, instruction: &Instruction<'_>) {
        self.function.instruction(instruction);
    }

    fn put_all(&mut self, instructions: &[Instruction<'_>]) {
        for instruction in instructions {
            self.put(instruction);
        }
    }

    /// Takes the frame's words from the stack, or traps with none left.
    fn enter_frame(&mut self) {
        use Instruction as I;
        let (stack, frame) = (self.own.stack, self.frame);
        self.put_all(&[
            I::GlobalGet(stack),
            I::I32Const(frame),
            I::I32LeU,
            I::If(BlockType::Empty),
            I::I32Const(0),
            I::GlobalSet(stack),
            I::Unreachable,
            I::End,
            I::GlobalGet(stack),
            I::I32Const(frame),
            I::I32Sub,
            I::GlobalSet(stack),
        ]);
    }

    fn leave_frame(&mut self) {
        use Instruction as I;
        let (stack, frame) = (self.own.stack, self.frame);
        self.put_all(&[I::GlobalGet(stack), I::I32Const(frame), I::I32Add, I::GlobalSet(stack)]);
    }

    fn charge_block(&mut self, ink: u64) {
        self.charge(&[Instruction::I64Const(ink.cast_signed())]);
    }

    /// Charges for the length on top of the stack, and leaves it there.
    fn charge_bulk(&mut self) {
        use Instruction as I;
        let scratch = self.own.scratch;
        self.put(&I::GlobalSet(scratch));
        self.charge(&[
            I::GlobalGet(scratch),
            I::I64ExtendI32U,
            I::I64Const(BULK_BYTE_INK.cast_signed()),
            I::I64Mul,
        ]);
        self.put(&I::GlobalGet(scratch));
    }

    /// Takes the ink that `cost` computes, or traps with the status set.
    fn charge(&mut self, cost: &[Instruction<'_>]) {
        use Instruction as I;
        let (ink, status) = (self.own.ink, self.own.status);
        self.put(&I::GlobalGet(ink));
        self.put_all(cost);
        self.put_all(&[
            I::I64LtU,
            I::If(BlockType::Empty),
            I::I32Const(1),
            I::GlobalSet(status),
            I::Unreachable,
            I::End,
            I::GlobalGet(ink),
        ]);
        self.put_all(cost);
        self.put_all(&[I::I64Sub, I::GlobalSet(ink)]);
    }

    /// Pays for the pages on top of the stack, and leaves them there.
    fn pay_for_growth(&mut self) {
        use Instruction as I;
        let Some(pay) = self.pay else { return };
        let scratch = self.own.scratch;
        self.put_all(&[
            I::GlobalSet(scratch),
            I::GlobalGet(scratch),
            I::Call(pay),
            I::GlobalGet(scratch),
        ]);
    }
}
