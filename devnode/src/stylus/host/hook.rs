//! A host function as a program imports it: a name, a signature, and what it does when called.

use std::fmt;

use wasmi::{
    Engine, Error, FuncType, Linker, Val, ValType,
    errors::{HostError, LinkerError},
};

use super::{
    Answered, Host,
    table::{DEBUG_HOOKS, VM_HOOKS},
};

/// A host function.
pub(crate) struct Hook {
    /// The module it is imported from.
    pub(super) module: &'static str,
    /// Its name in that module.
    pub(super) name: &'static str,
    /// Its parameters, one letter each: `i` and `I` for i32 and i64, `f` and `F` for the floats.
    pub(super) params: &'static str,
    /// Its results, in the same letters.
    pub(super) results: &'static str,
    /// What it does.
    pub(super) run: fn(&mut Host<'_>, Args) -> Answered,
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.module, self.name)
    }
}

impl Hook {
    /// Finds a host function; those of debug chains only when asked for.
    pub(crate) fn find(module: &str, name: &str, debug: bool) -> Option<&'static Self> {
        let more: &[&[Self]] = if debug { &DEBUG_HOOKS } else { &[] };
        let mut hooks = VM_HOOKS.iter().chain(more.iter().copied().flatten());
        hooks.find(|hook| hook.module == module && hook.name == name)
    }

    /// Whether a program may import the function with this type.
    pub(crate) fn has_type(&self, ty: &wasmparser::FuncType) -> bool {
        let letters = |types: &[wasmparser::ValType]| types.iter().map(letter).collect::<String>();
        letters(ty.params()) == self.params && letters(ty.results()) == self.results
    }

    /// The signature, in words.
    pub(crate) fn signature(&self) -> String {
        let words = |letters: &str| letters.chars().map(word).collect::<Vec<_>>().join(", ");
        format!("({}) -> ({})", words(self.params), words(self.results))
    }

    /// Makes a linker that knows all host functions.
    pub(crate) fn link(engine: &Engine) -> Result<Linker<Option<HostCall>>, LinkerError> {
        let mut linker = Linker::new(engine);
        for hook in VM_HOOKS.iter().chain(DEBUG_HOOKS.into_iter().flatten()) {
            let types = |letters: &'static str| letters.bytes().map(char::from).map(ty);
            let ty = FuncType::new(types(hook.params), types(hook.results));
            linker.func_new(hook.module, hook.name, ty, |mut caller, args, _results| {
                *caller.data_mut() = Some(HostCall { hook, args: Args::of(args) });
                Err(Error::host(Suspended))
            })?;
        }
        Ok(linker)
    }
}

fn letter(ty: &wasmparser::ValType) -> char {
    match ty {
        wasmparser::ValType::I32 => 'i',
        wasmparser::ValType::I64 => 'I',
        wasmparser::ValType::F32 => 'f',
        wasmparser::ValType::F64 => 'F',
        _ => '?',
    }
}

fn word(letter: char) -> &'static str {
    match letter {
        'I' => "i64",
        'f' => "f32",
        'F' => "f64",
        _ => "i32",
    }
}

fn ty(letter: char) -> ValType {
    match letter {
        'I' => ValType::I64,
        'f' => ValType::F32,
        'F' => ValType::F64,
        _ => ValType::I32,
    }
}

/// A host function that a program has called, and waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostCall {
    hook: &'static Hook,
    args: Args,
}

impl HostCall {
    /// The function's name.
    pub(crate) fn name(&self) -> &'static str {
        self.hook.name
    }

    /// Its arguments.
    pub(super) fn args(&self) -> Args {
        self.args
    }

    /// Carries the function out.
    pub(crate) fn answer(self, host: &mut Host<'_>) -> Answered {
        (self.hook.run)(host, self.args)
    }
}

/// The most parameters that a host function has.
const MAX_ARGS: usize = 6;

/// The arguments of a host function, as raw bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Args([u64; MAX_ARGS]);

impl Args {
    fn of(values: &[Val]) -> Self {
        let mut args = [0; MAX_ARGS];
        for (arg, value) in args.iter_mut().zip(values) {
            *arg = bits(value);
        }
        Self(args)
    }

    /// An i32 argument: a pointer, a length, a number.
    pub(super) fn u32(&self, index: usize) -> u32 {
        let [low, _high] = self.halves(index);
        low
    }

    /// An i64 argument.
    pub(super) fn u64(&self, index: usize) -> u64 {
        self.0[index]
    }

    fn halves(&self, index: usize) -> [u32; 2] {
        let [a, b, c, d, e, f, g, h] = self.0[index].to_le_bytes();
        [u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])]
    }
}

fn bits(value: &Val) -> u64 {
    match *value {
        Val::I32(value) => value.cast_unsigned().into(),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(value) => value.to_bits().into(),
        Val::F64(value) => value.to_bits(),
        _ => 0,
    }
}

/// The error by which a host function suspends the interpreter. It never surfaces.
#[derive(Debug)]
struct Suspended;

impl fmt::Display for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("suspended in a host function")
    }
}

impl HostError for Suspended {}
