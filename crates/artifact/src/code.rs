//! Code as accounts hold it, and the init code that puts it there.
//!
//! A program whose compressed WASM fits one account is one code. A larger one is cut: each slice of the
//! one brotli stream is the code of an account of its own, a *fragment*, and the program is a *root*
//! that lists the fragments' addresses (ArbOS 60 and later).

use std::io::{Read, Write};

use brotli::{CompressorWriter, Decompressor};

use crate::{Error, Refusal};

/// The longest code of an account (EIP-170), prefix included.
pub const CODE_LIMIT: usize = 24_576;

/// The longest WASM that is decompressed at activation, from ArbOS 60 on.
pub const WASM_LIMIT: usize = 262_144;

/// The most fragments of one program. A chain's owner may allow fewer, or none.
pub const FRAGMENT_LIMIT: usize = 4;

/// An account's address.
pub type Address = [u8; 20];

/// A Stylus program (`EF F0 00`) compressed without a dictionary (`00`).
const PROGRAM: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];
/// A fragment.
const FRAGMENT: [u8; 3] = [0xef, 0xf0, 0x01];
/// A root (`EF F0 02`) whose fragments were compressed without a dictionary (`00`).
const ROOT: [u8; 4] = [0xef, 0xf0, 0x02, 0x00];
/// After a root's prefix: how long the WASM is.
const LENGTH_BYTES: usize = size_of::<u32>();

/// Bytes of the stream that one fragment holds.
const SLICE: usize = CODE_LIMIT - FRAGMENT.len();

const QUALITY: u32 = 11;
const WINDOW: u32 = 22;
const BUFFER: usize = 4_096;

/// A program as accounts hold it: one code, or a root and its fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    One(Vec<u8>),
    Split { wasm_length: u32, fragments: Vec<Vec<u8>> },
}

impl Code {
    /// Compresses a module, and cuts it if one account cannot hold it.
    pub(crate) fn pack(wasm: &[u8]) -> Result<Self, Refusal> {
        limit("bytes of WASM", wasm.len(), WASM_LIMIT)?;
        let stream = compress(wasm);
        if PROGRAM.len() + stream.len() <= CODE_LIMIT {
            return Ok(Self(Form::One([&PROGRAM[..], &stream].concat())));
        }
        limit("bytes of compressed code", stream.len(), FRAGMENT_LIMIT * SLICE)?;
        let fragments = stream.chunks(SLICE).map(|slice| [&FRAGMENT[..], slice].concat()).collect();
        let wasm_length = wasm.len().try_into().expect("the limit is far below 4 GiB");
        Ok(Self(Form::Split { wasm_length, fragments }))
    }

    /// The codes of the fragments, which have to be on chain before the program; none if the program is
    /// one code.
    #[must_use]
    pub fn fragments(&self) -> &[Vec<u8>] {
        match &self.0 {
            Form::One(_) => &[],
            Form::Split { fragments, .. } => fragments,
        }
    }

    /// The code of the program itself, which is activated and called: a root of the fragments at
    /// `addresses`, in their order, or the one code.
    ///
    /// # Errors
    /// [`Error::Fragments`] if there are more or fewer addresses than [`fragments`](Self::fragments).
    pub fn program(&self, addresses: &[Address]) -> Result<Vec<u8>, Error> {
        let expected = self.fragments().len();
        if addresses.len() != expected {
            return Err(Error::Fragments { expected, found: addresses.len() });
        }
        Ok(match &self.0 {
            Form::One(code) => code.clone(),
            Form::Split { wasm_length, .. } => {
                [&ROOT[..], &wasm_length.to_be_bytes(), &addresses.concat()].concat()
            }
        })
    }

    /// Bytes of all its accounts together.
    pub(crate) fn size(&self) -> usize {
        match &self.0 {
            Form::One(code) => code.len(),
            Form::Split { fragments, .. } => {
                let root = ROOT.len() + LENGTH_BYTES + fragments.len() * size_of::<Address>();
                root + fragments.iter().map(Vec::len).sum::<usize>()
            }
        }
    }
}

/// The addresses of the fragments that a program's code names; none if it is one code.
///
/// # Errors
/// [`Error::NotAProgram`] if it is neither one code nor a root.
pub fn fragments_of(code: &[u8]) -> Result<Vec<Address>, Error> {
    if code.starts_with(&PROGRAM) {
        return Ok(Vec::new());
    }
    let (_, list) = root(code)?;
    let (addresses, rest) = list.as_chunks();
    if addresses.is_empty() || !rest.is_empty() {
        return Err(Error::NotAProgram("a root lists whole addresses, at least one"));
    }
    Ok(addresses.to_vec())
}

/// The WASM of a program: of its `code`, and of the codes of its `fragments` in their order.
///
/// # Errors
/// [`Error::NotAProgram`] if a prefix is missing, or the parts are not one brotli stream of the length
/// that the root declares, within [`WASM_LIMIT`]; [`Error::Fragments`] if there are more or fewer
/// fragments than the root lists.
pub fn unpack(code: &[u8], fragments: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, Error> {
    let (expected, found) = (fragments_of(code)?.len(), fragments.len());
    if found != expected {
        return Err(Error::Fragments { expected, found });
    }
    if let Some(stream) = code.strip_prefix(&PROGRAM) {
        return decompress(stream);
    }
    let (length, _) = root(code)?;
    let mut stream = Vec::new();
    for fragment in fragments {
        let slice = fragment.as_ref().strip_prefix(&FRAGMENT);
        stream.extend(slice.ok_or(Error::NotAProgram("a fragment's prefix is missing"))?);
    }
    let wasm = decompress(&stream)?;
    if wasm.len() == length as usize {
        Ok(wasm)
    } else {
        Err(Error::NotAProgram("its length is not the one that the root declares"))
    }
}

/// The length and the list of addresses in a root.
fn root(code: &[u8]) -> Result<(u32, &[u8]), Error> {
    let rest = code.strip_prefix(&ROOT).ok_or(Error::NotAProgram("the prefix is missing"))?;
    let (length, list) = rest.split_first_chunk().ok_or(Error::NotAProgram("the root is cut"))?;
    Ok((u32::from_be_bytes(*length), list))
}

/// EVM code that returns `code`: `PUSH32 length, DUP1, PUSH1 43, PUSH1 0, CODECOPY, PUSH1 0, RETURN`,
/// a version byte, and the code itself. It is the data of a creation transaction.
#[must_use]
pub fn init_code(code: &[u8]) -> Vec<u8> {
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

fn decompress(stream: &[u8]) -> Result<Vec<u8>, Error> {
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

fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), Refusal> {
    if found <= limit {
        return Ok(());
    }
    Err(Refusal::TooLarge { what, found: found as u64, limit: limit as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_FRAGMENTS: [&[u8]; 0] = [];

    /// Bytes that no compressor makes smaller.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|_| next()).collect()
    }

    fn addresses(count: usize) -> Vec<Address> {
        (0..count).map(|n| [n as u8 + 1; 20]).collect()
    }

    #[test]
    fn a_small_program_is_one_code_with_the_prefix_and_unpacks_to_the_module() {
        let wasm: Vec<u8> = (0..10_000_u32).map(|n| (n % 251) as u8).collect();
        let packed = Code::pack(&wasm).expect("small enough");
        assert!(packed.fragments().is_empty());
        let code = packed.program(&[]).expect("no fragments");
        assert_eq!(&code[..4], [0xef, 0xf0, 0x00, 0x00]);
        assert_eq!(packed.size(), code.len());
        assert_eq!(unpack(&code, &NO_FRAGMENTS).expect("our own code"), wasm);
    }

    #[test]
    fn a_large_program_is_a_root_and_full_fragments_of_one_stream() {
        let wasm = noise(60_000);
        let packed = Code::pack(&wasm).expect("three fragments");
        let lengths: Vec<_> = packed.fragments().iter().map(Vec::len).collect();
        assert_eq!(lengths[..2], [CODE_LIMIT, CODE_LIMIT]);
        assert!(lengths.len() == 3 && lengths[2] < CODE_LIMIT, "{lengths:?}");
        assert!(packed.fragments().iter().all(|code| code.starts_with(&[0xef, 0xf0, 0x01])));

        let root = packed.program(&addresses(3)).expect("three addresses");
        assert_eq!(root[..8], [0xef, 0xf0, 0x02, 0x00, 0x00, 0x00, 0xea, 0x60]);
        assert_eq!(root[8..], addresses(3).concat());
        assert_eq!(packed.size(), root.len() + lengths.iter().sum::<usize>());
        assert_eq!(fragments_of(&root).expect("our own root"), addresses(3));
        assert_eq!(unpack(&root, packed.fragments()).expect("our own code"), wasm);
    }

    #[test]
    fn packing_twice_gives_the_same_code() {
        let wasm = noise(60_000);
        assert_eq!(Code::pack(&wasm).expect("it fits"), Code::pack(&wasm).expect("it fits"));
    }

    #[test]
    fn one_code_becomes_two_fragments_where_an_account_is_full() {
        // Noise gains a few bytes; the longest that still fits is found by trying.
        let first_cut = (24_550..CODE_LIMIT)
            .find(|length| !Code::pack(&noise(*length)).expect("it fits").fragments().is_empty());
        let first_cut = first_cut.expect("noise of the limit's length does not fit one account");
        let one = Code::pack(&noise(first_cut - 1)).expect("it fits");
        assert!(one.size() <= CODE_LIMIT && one.size() > CODE_LIMIT - 8, "{}", one.size());
    }

    #[test]
    fn a_program_is_refused_another_number_of_fragments() {
        let large = Code::pack(&noise(60_000)).expect("three fragments");
        for found in [0, 2, 4] {
            let refused = large.program(&addresses(found));
            assert!(
                matches!(refused, Err(Error::Fragments { expected: 3, found: f }) if f == found)
            );
        }
        let root = large.program(&addresses(3)).expect("three addresses");
        let refused = unpack(&root, &large.fragments()[..2]);
        assert!(matches!(refused, Err(Error::Fragments { expected: 3, found: 2 })));
    }

    #[test]
    fn unpack_refuses_what_is_no_program() {
        let bomb = [&PROGRAM[..], &compress(&vec![0; WASM_LIMIT + 1])].concat();
        let (cut, half) = (&ROOT[..], [&ROOT[..], &[0; 4 + 19]].concat());
        let damaged = [&PROGRAM[..], &[0xff]].concat();
        for code in [&[0x60, 0x80][..], &damaged, &bomb, cut, &half] {
            let refused = unpack(code, &NO_FRAGMENTS);
            assert!(matches!(refused, Err(Error::NotAProgram(_))), "{refused:?}");
        }
    }

    #[test]
    fn unpack_refuses_fragments_in_another_order_or_of_another_length() {
        let wasm = noise(60_000);
        let packed = Code::pack(&wasm).expect("three fragments");
        let mut root = packed.program(&addresses(3)).expect("three addresses");
        let mut turned = packed.fragments().to_vec();
        turned.swap(0, 1);
        assert!(matches!(unpack(&root, &turned), Err(Error::NotAProgram(_))));
        root[7] += 1;
        assert!(matches!(unpack(&root, packed.fragments()), Err(Error::NotAProgram(_))));
    }

    #[test]
    fn more_than_four_fragments_are_refused() {
        let refused = Code::pack(&noise(100_000));
        let Err(Refusal::TooLarge { found, limit, .. }) = refused else { panic!("{refused:?}") };
        assert!(found > limit && limit == 98_292, "{found} {limit}");
    }

    #[test]
    fn wasm_that_would_not_be_decompressed_is_refused() {
        let refused = Code::pack(&vec![0; WASM_LIMIT + 1]);
        assert!(matches!(refused, Err(Refusal::TooLarge { limit: 262_144, .. })), "{refused:?}");
        assert!(Code::pack(&vec![0; WASM_LIMIT]).is_ok());
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
