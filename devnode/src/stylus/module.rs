//! A program ready to run: the interpreter's code for it, with the host functions linked.

use std::sync::Arc;

use wasmi::{CompilationMode, Config, Engine, Linker};

use super::{
    ActivationError, Params,
    host::{Hook, HostCall},
};

/// A validated, instrumented and compiled program. Cloning is cheap, and it may be shared by
/// threads and run by any number of frames at once.
#[derive(Clone, Debug)]
pub struct Module(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    module: wasmi::Module,
    linker: Linker<Pending>,
    footprint: u16,
}

/// What the interpreter's store holds: the call of a host function that suspended the program.
pub(super) type Pending = Option<HostCall>;

/// Interpreter cells that one metered word of stack can at most stand for: a value, its copy kept
/// when a local is overwritten, a parameter seen by caller and callee, and one to spare.
const CELLS_PER_WORD: usize = 4;
/// Bytes of an interpreter cell.
const CELL: usize = 8;
/// The least words of stack that a metered frame uses.
const MIN_FRAME_WORDS: usize = 6;
/// Room for what is on the interpreter's stack besides the program's frames.
const SPARE_BYTES: usize = 65_536;

impl Module {
    /// Compiles an instrumented module.
    ///
    /// Each module has an interpreter engine of its own, which frees its code with the module.
    pub(super) fn compile(
        wasm: &[u8],
        footprint: u16,
        params: &Params,
    ) -> Result<Self, ActivationError> {
        let engine = Engine::new(&config(params));
        let module = wasmi::Module::new(&engine, wasm).map_err(ActivationError::invalid)?;
        let linker = Hook::link(&engine).map_err(ActivationError::invalid)?;
        Ok(Self(Arc::new(Compiled { module, linker, footprint })))
    }

    /// Pages of memory that the program starts with.
    pub fn footprint(&self) -> u16 {
        self.0.footprint
    }

    /// A fresh instance, in a store of its own.
    pub(super) fn instantiate(
        &self,
    ) -> Result<(wasmi::Store<Pending>, wasmi::Instance), wasmi::Error> {
        let mut store = wasmi::Store::new(self.0.module.engine(), None);
        let instance = self.0.linker.instantiate_and_start(&mut store, &self.0.module)?;
        Ok((store, instance))
    }
}

/// The interpreter's own limits lie beyond those of the stack meter, so that it is the meter that
/// binds.
fn config(params: &Params) -> Config {
    let words = params.max_stack_depth as usize;
    let mut config = Config::default();
    config
        .compilation_mode(CompilationMode::Eager)
        .ignore_custom_sections(true)
        .allow_start_fn(false)
        .set_max_recursion_depth(words / MIN_FRAME_WORDS + 2)
        .set_max_stack_height(words * CELLS_PER_WORD * CELL + SPARE_BYTES);
    config
}
