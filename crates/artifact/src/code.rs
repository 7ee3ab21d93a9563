//! Code as an account holds it, and the init code that puts it there.

use std::io::{Read, Write};

use brotli::{CompressorWriter, Decompressor};

use crate::{Error, Refusal};

/// The longest code of an account (EIP-170), prefix included.
pub const CODE_LIMIT: usize = 24_576;

/// The longest WASM that is decompressed at activation, from ArbOS 60 on.
pub const WASM_LIMIT: usize = 262_144;

/// A Stylus program (`EF F0 00`) compressed without a dictionary (`00`).
const PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

const QUALITY: u32 = 11;
const WINDOW: u32 = 22;
const BUFFER: usize = 4_096;

/// Compresses a module and puts the prefix before it.
pub(crate) fn pack(wasm: &[u8]) -> Result<Vec<u8>, Refusal> {
    limit("bytes of WASM", wasm.len(), WASM_LIMIT)?;
    let mut code = PREFIX.to_vec();
    code.extend(compress(wasm));
    limit("bytes of compressed code", code.len(), CODE_LIMIT)?;
    Ok(code)
}

/// The WASM in the code of an account.
///
/// # Errors
/// [`Error::NotAProgram`] if the code is not a prefix and a brotli stream within [`WASM_LIMIT`].
pub fn unpack(code: &[u8]) -> Result<Vec<u8>, Error> {
    let stream = code.strip_prefix(&PREFIX).ok_or(Error::NotAProgram("the prefix is missing"))?;
    let mut wasm = Vec::new();
    // One byte more than allowed, to tell a longer stream from one that just fits.
    let longest = WASM_LIMIT as u64 + 1;
    Decompressor::new(stream, BUFFER)
        .take(longest)
        .read_to_end(&mut wasm)
        .map_err(|_| Error::NotAProgram("the brotli stream is damaged"))?;
    if wasm.len() > WASM_LIMIT {
        return Err(Error::NotAProgram("it decompresses to more than is allowed"));
    }
    Ok(wasm)
}

/// EVM code that returns `code`: `PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN`,
/// a version byte, and the code itself.
pub(crate) fn init_code(code: &[u8]) -> Vec<u8> {
    const LENGTH_BYTES: usize = size_of::<u64>();
    let mut init = vec![0x7f];
    init.extend([0; 32 - LENGTH_BYTES]);
    init.extend((code.len() as u64).to_be_bytes());
    init.extend([0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
    init.extend(code);
    init
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut writer = CompressorWriter::new(Vec::new(), BUFFER, QUALITY, WINDOW);
    writer.write_all(bytes).expect("a vector takes every byte");
    writer.into_inner()
}

fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), Refusal> {
    if found <= limit {
        return Ok(());
    }
    Err(Refusal::TooLarge { what, found: found as u64, limit: limit as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_starts_with_the_prefix_and_unpacks_to_the_module() {
        let wasm: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
        let code = pack(&wasm).expect("small enough");
        assert_eq!(&code[..4], [0xef, 0xf0, 0x00, 0x00]);
        assert_eq!(unpack(&code).expect("our own code"), wasm);
    }

    #[test]
    fn unpack_refuses_what_is_no_program() {
        assert!(matches!(unpack(&[0x60, 0x80]), Err(Error::NotAProgram(_))));
        assert!(matches!(unpack(&[0xef, 0xf0, 0x00, 0x00, 0xff]), Err(Error::NotAProgram(_))));
        let bomb = [&PREFIX[..], &compress(&vec![0; WASM_LIMIT + 1])].concat();
        assert!(matches!(unpack(&bomb), Err(Error::NotAProgram(_))));
    }

    #[test]
    fn code_that_an_account_cannot_hold_is_refused() {
        // A multiplicative sequence is as good as random to a compressor.
        let noise: Vec<u8> = (0..30_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ (n * n) as u8)
            .collect();
        let Err(Refusal::TooLarge { found, limit, .. }) = pack(&noise) else {
            panic!("it compressed below the limit")
        };
        assert!(found > limit);
    }

    #[test]
    fn the_init_code_is_a_43_byte_prelude_and_the_code() {
        let init = init_code(&[0xab; 0x1234]);
        let mut prelude = vec![0x7f];
        prelude.extend([0; 30]);
        prelude.extend([0x12, 0x34, 0x80, 0x60, 0x2b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, 0x00]);
        assert_eq!(prelude.len(), 43);
        assert_eq!(init[..43], prelude);
        assert_eq!(init[43..], [0xab; 0x1234]);
    }
}
