//! Account code of Stylus programs: prefixes, fragments and compression.
//!
//! | first bytes | what follows |
//! |---|---|
//! | `EF F0 00` | a *classic* program: a dictionary byte, then a brotli stream |
//! | `EF F0 01` | a *fragment*: a slice of a brotli stream |
//! | `EF F0 02` | a *root*: a dictionary byte, the decompressed length (u32, big-endian), then the addresses of its fragments |

use std::io::Read;

use revm::primitives::Address;

use super::Params;

/// Bytes of a code prefix.
const PREFIX_LEN: usize = 3;
/// Bytes of a root before its fragment addresses.
const ROOT_HEADER_LEN: usize = PREFIX_LEN + 1 + 4;
/// The dictionary byte of a stream without a dictionary, the only one that tools emit.
const NO_DICTIONARY: u8 = 0;
/// The largest buffer that brotli reads its input through.
const BROTLI_BUFFER: usize = 4_096;

/// What a piece of account code is to Stylus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole program.
    Classic,
    /// A slice of a program; it can't be called.
    Fragment,
    /// A program whose bytes are in fragments.
    Root,
}

impl Kind {
    /// Recognises account code by its prefix, or returns none for code that is not Stylus.
    pub fn of(code: &[u8]) -> Option<Self> {
        match code {
            [0xEF, 0xF0, 0x00, _, ..] => Some(Self::Classic),
            [0xEF, 0xF0, 0x01, _, ..] => Some(Self::Fragment),
            [0xEF, 0xF0, 0x02, _, ..] => Some(Self::Root),
            _ => None,
        }
    }

    /// Whether code of this kind can be activated and called.
    pub fn is_program(self) -> bool {
        matches!(self, Self::Classic | Self::Root)
    }
}

/// Why account code does not hold a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The code has no program prefix.
    #[error("the code is not a Stylus program: expected the prefix eff000 or eff002")]
    NotAProgram,
    /// The stream was compressed with a dictionary.
    #[error("unsupported dictionary {0}: only 0 (none) is supported")]
    Dictionary(u8),
    /// The stream is not brotli, or has more output than the chain allows.
    #[error("failed to decompress the program: not a brotli stream of at most {0} bytes")]
    Compression(u32),
    /// A root's length does not fit whole addresses.
    #[error("root code has {0} bytes: expected 8 and a multiple of 20")]
    RootLength(usize),
    /// A root names too many fragments, or none.
    #[error("root code names {count} fragments: expected 1 to {max}")]
    FragmentCount {
        /// How many it names.
        count: usize,
        /// How many it may name.
        max: u8,
    },
    /// A root announces a program larger than the chain allows.
    #[error("root code announces {declared} bytes: at most {max} are allowed")]
    DeclaredLength {
        /// What it announces.
        declared: u32,
        /// What it may announce.
        max: u32,
    },
    /// A root's program is not as long as announced.
    #[error("the fragments decompress to {actual} bytes: the root announces {declared}")]
    LengthMismatch {
        /// Bytes announced.
        declared: u32,
        /// Bytes found.
        actual: usize,
    },
    /// An account named by a root holds no fragment.
    #[error("the account {0} holds no fragment: expected the prefix eff001")]
    NotAFragment(Address),
}

/// The WebAssembly of a program's account code. `fragment` returns the code of the account at an
/// address; it is asked for a root's fragments, in order.
///
/// # Errors
///
/// When the code is no program, or not a well-formed one within the chain's limits.
pub fn wasm(
    code: &[u8],
    params: &Params,
    fragment: impl FnMut(Address) -> Vec<u8>,
) -> Result<Vec<u8>, CodeError> {
    match Kind::of(code) {
        Some(Kind::Classic) => decompress(code, params.max_wasm_size),
        Some(Kind::Root) => Root::parse(code, params)?.assemble(params, fragment),
        _ => Err(CodeError::NotAProgram),
    }
}

/// Decompresses a classic program to at most `max` bytes.
///
/// # Errors
///
/// When the code is no classic program, or its stream is damaged or too long.
pub fn decompress(code: &[u8], max: u32) -> Result<Vec<u8>, CodeError> {
    let Some(Kind::Classic) = Kind::of(code) else { return Err(CodeError::NotAProgram) };
    check_dictionary(code[PREFIX_LEN])?;
    inflate(&code[PREFIX_LEN + 1..], max)
}

/// The root of a program that is split into fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Bytes of the program, decompressed.
    pub wasm_len: u32,
    /// The accounts that hold the stream's slices, in order.
    pub fragments: Vec<Address>,
}

impl Root {
    /// Reads a root and checks it against the chain's limits.
    ///
    /// # Errors
    ///
    /// When the code is no root, or breaks a limit.
    pub fn parse(code: &[u8], params: &Params) -> Result<Self, CodeError> {
        let Some(Kind::Root) = Kind::of(code) else { return Err(CodeError::NotAProgram) };
        check_dictionary(code[PREFIX_LEN])?;
        let Some((header, addresses)) = code.split_at_checked(ROOT_HEADER_LEN) else {
            return Err(CodeError::RootLength(code.len()));
        };
        let (addresses, []) = addresses.as_chunks::<20>() else {
            return Err(CodeError::RootLength(code.len()));
        };
        let declared = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        check_root(declared, addresses.len(), params)?;
        let fragments = addresses.iter().map(Address::from).collect();
        Ok(Self { wasm_len: declared, fragments })
    }

    /// Joins the fragments and decompresses them.
    ///
    /// # Errors
    ///
    /// When an account holds no fragment, or the whole is not the announced program.
    pub fn assemble(
        &self,
        params: &Params,
        mut fragment: impl FnMut(Address) -> Vec<u8>,
    ) -> Result<Vec<u8>, CodeError> {
        let mut stream = Vec::new();
        for &address in &self.fragments {
            let code = fragment(address);
            let Some(Kind::Fragment) = Kind::of(&code) else {
                return Err(CodeError::NotAFragment(address));
            };
            stream.extend_from_slice(&code[PREFIX_LEN..]);
        }
        let wasm = inflate(&stream, params.max_wasm_size)?;
        if wasm.len() != self.wasm_len as usize {
            return Err(CodeError::LengthMismatch { declared: self.wasm_len, actual: wasm.len() });
        }
        Ok(wasm)
    }
}

fn check_dictionary(byte: u8) -> Result<(), CodeError> {
    if byte == NO_DICTIONARY { Ok(()) } else { Err(CodeError::Dictionary(byte)) }
}

fn check_root(declared: u32, count: usize, params: &Params) -> Result<(), CodeError> {
    if count == 0 || count > params.max_fragment_count.into() {
        return Err(CodeError::FragmentCount { count, max: params.max_fragment_count });
    }
    if declared > params.max_wasm_size {
        return Err(CodeError::DeclaredLength { declared, max: params.max_wasm_size });
    }
    Ok(())
}

/// Decompresses a brotli stream, refusing to write more than `max` bytes.
fn inflate(stream: &[u8], max: u32) -> Result<Vec<u8>, CodeError> {
    let mut wasm = Vec::new();
    brotli::Decompressor::new(stream, BROTLI_BUFFER)
        .take(u64::from(max) + 1)
        .read_to_end(&mut wasm)
        .map_err(|_| CodeError::Compression(max))?;
    if wasm.len() > max as usize { Err(CodeError::Compression(max)) } else { Ok(wasm) }
}
