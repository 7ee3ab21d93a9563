//! The Solidity ABI of a contract, as lean as it can be.
//!
//! The SDK's `#[public]` and alloy's encoders are generic: each method, event and error brings a
//! copy of the same code in another shape, and a vault of seventy methods comes to 45 KB compressed,
//! twice what a contract may have. Everything our contracts take and return is made of words, arrays
//! of words and short texts, so here is one reader and one writer for those, and the types that
//! `sol!` makes of `abi/*.sol` contribute their constants only: selectors, topics and, at compile
//! time, the number of words that each event and error must have.

use alloc::vec::Vec;

use alloy_primitives::{Address, B256, FixedBytes, U256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolType, TopicList};
use stylus_sdk::{host::VM, prelude::*};

use crate::Revert;

/// Bytes of a word.
const WORD: usize = 32;

/// A value that the ABI encodes as one word.
pub trait Word {
    /// The word, big-endian.
    fn word(self) -> B256;
}

impl Word for B256 {
    fn word(self) -> B256 {
        self
    }
}

impl Word for U256 {
    #[inline(never)]
    fn word(self) -> B256 {
        self.into()
    }
}

impl Word for Address {
    fn word(self) -> B256 {
        self.into_word()
    }
}

impl Word for bool {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for u128 {
    #[inline(never)]
    fn word(self) -> B256 {
        let mut word = [0; WORD];
        let [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, low @ ..] = &mut word;
        *low = self.to_be_bytes();
        B256::new(word)
    }
}

impl Word for u64 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for u32 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

impl Word for u8 {
    fn word(self) -> B256 {
        u128::from(self).word()
    }
}

/// The arguments of a call: calldata after the selector.
///
/// Each read checks its bounds and that unused bits are zero. What is malformed stops the program
/// at once, which the VM answers with empty revert data and the gas that is left, as Solidity's
/// decoder does; a `Result` for what no client ever sends would be a good part of the code.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a>(&'a [u8]);

impl<'a> Args<'a> {
    /// The arguments in `data`.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// The word at byte `at`.
    fn word_at(self, at: usize) -> B256 {
        let word = self.0.get(at..at.saturating_add(WORD)).and_then(|word| word.try_into().ok());
        B256::new(word.unwrap_or_else(|| malformed()))
    }

    /// Argument number `n` as a `bytes32`.
    #[must_use]
    #[inline(never)]
    pub fn bytes32(self, n: usize) -> B256 {
        self.word_at(n.saturating_mul(WORD))
    }

    /// Argument number `n` as a `uint256`.
    #[must_use]
    #[inline(never)]
    pub fn uint(self, n: usize) -> U256 {
        number(self.bytes32(n))
    }

    /// Argument number `n` as an `address`.
    #[must_use]
    #[inline(never)]
    pub fn address(self, n: usize) -> Address {
        to_address(self.bytes32(n))
    }

    /// Argument number `n` as a `uint8`.
    #[must_use]
    pub fn u8(self, n: usize) -> u8 {
        small(self.bytes32(n))
    }

    /// Argument number `n` as a `bool`.
    #[must_use]
    pub fn bool(self, n: usize) -> bool {
        match self.u8(n) {
            0 => false,
            1 => true,
            _ => malformed(),
        }
    }

    /// Argument number `n` as a `bytes4`.
    #[must_use]
    pub fn bytes4(self, n: usize) -> FixedBytes<4> {
        let word = self.bytes32(n);
        if !word.ends_with(&[0; 28]) {
            malformed();
        }
        let [a, b, c, d, ..] = word.0;
        FixedBytes([a, b, c, d])
    }

    /// Argument number `n` as an array, each word read by `read`.
    fn array<T>(self, n: usize, read: fn(B256) -> T) -> Vec<T> {
        self.words(n).chunks_exact(WORD).map(|word| read(B256::from_slice(word))).collect()
    }

    /// The words of argument number `n`, an array.
    fn words(self, n: usize) -> &'a [u8] {
        let start: usize = self.size(n.saturating_mul(WORD));
        let first = start.saturating_add(WORD);
        let end = first.saturating_add(self.size(start).saturating_mul(WORD));
        self.0.get(first..end).unwrap_or_else(|| malformed())
    }

    /// The word at byte `at` as an offset or length. Nothing larger than calldata can be one.
    #[expect(clippy::as_conversions, reason = "u32 fits the 32 bits of the VM's addresses")]
    fn size(self, at: usize) -> usize {
        let size: u32 = small(self.word_at(at));
        size as usize
    }

    /// Argument number `n` as an `address[]`.
    #[must_use]
    pub fn addresses(self, n: usize) -> Vec<Address> {
        self.array(n, to_address)
    }

    /// Argument number `n` as a `uint256[]`.
    #[must_use]
    pub fn uints(self, n: usize) -> Vec<U256> {
        self.array(n, number)
    }

    /// Argument number `n` as a `bytes32[]`.
    #[must_use]
    pub fn bytes32s(self, n: usize) -> Vec<B256> {
        self.array(n, |word| word)
    }

    /// Argument number `n` as a `uint32[]`.
    #[must_use]
    pub fn u32s(self, n: usize) -> Vec<u32> {
        self.array(n, small)
    }

    /// Argument number `n` as a `uint8[]`.
    #[must_use]
    pub fn u8s(self, n: usize) -> Vec<u8> {
        self.array(n, small)
    }
}

/// Stops the program: the calldata is not what the function takes.
#[cold]
#[inline(never)]
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::panic, reason = "the native twin of a trap")
)]
fn malformed() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("malformed calldata");
}

/// A word as a number.
const fn number(word: B256) -> U256 {
    U256::from_be_bytes(word.0)
}

/// A word as a number of fewer bits.
fn small<T: TryFrom<u64>>(word: B256) -> T {
    let low = u64::try_from(number(word)).ok().and_then(|low| T::try_from(low).ok());
    low.unwrap_or_else(|| malformed())
}

fn to_address(word: B256) -> Address {
    if !word.starts_with(&[0; 12]) {
        malformed();
    }
    Address::from_word(word)
}

/// A selector and words behind it: a call, or an error.
#[must_use]
#[inline(never)]
pub(crate) fn message(selector: [u8; 4], words: &[B256]) -> Vec<u8> {
    let mut data = selector.to_vec();
    for word in words {
        data.extend_from_slice(word.as_slice());
    }
    data
}

/// The encoding of several values: heads in front, what is dynamic behind them.
#[derive(Clone, Debug)]
pub struct Out {
    heads: usize,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Out {
    /// An encoding of `heads` values.
    #[must_use]
    pub const fn of(heads: usize) -> Self {
        Self { heads, head: Vec::new(), tail: Vec::new() }
    }

    /// Adds a word.
    #[must_use]
    pub fn word(self, value: impl Word) -> Self {
        self.push(value.word())
    }

    #[inline(never)]
    fn push(mut self, word: B256) -> Self {
        self.head.extend_from_slice(word.as_slice());
        self
    }

    /// Adds an array of words.
    #[must_use]
    pub fn array<T: Word>(self, values: impl IntoIterator<Item = T>) -> Self {
        let (mut length, mut bytes) = (0_usize, Vec::new());
        for value in values {
            bytes.extend_from_slice(value.word().as_slice());
            length = length.saturating_add(1);
        }
        self.dynamic(length, &bytes)
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.dynamic(text.len(), text.as_bytes())
    }

    /// Adds a dynamic value of `length` elements: its place in the head, the rest in the tail,
    /// padded to whole words.
    #[expect(clippy::as_conversions, reason = "sizes in a contract's memory fit 32 bits")]
    #[inline(never)]
    fn dynamic(mut self, length: usize, bytes: &[u8]) -> Self {
        let offset = self.heads.saturating_mul(WORD).saturating_add(self.tail.len());
        self.tail.extend_from_slice((length as u64).word().as_slice());
        self.tail.extend_from_slice(bytes);
        let padded = self.tail.len().next_multiple_of(WORD);
        self.tail.resize(padded, 0);
        self.word(offset as u64)
    }

    /// The bytes.
    #[must_use]
    pub fn done(mut self) -> Vec<u8> {
        self.head.append(&mut self.tail);
        self.head
    }
}

/// The encoding of one word.
#[must_use]
pub fn word(value: impl Word) -> Vec<u8> {
    encoded(value.word())
}

#[inline(never)]
fn encoded(word: B256) -> Vec<u8> {
    word.to_vec()
}

/// The encoding of one text.
#[must_use]
pub fn text(text: &str) -> Vec<u8> {
    Out::of(1).text(text).done()
}

/// The error `E` with the words of its parameters; called by [`fail!`](crate::fail).
#[must_use]
pub fn failure<E: SolError, const N: usize>(words: [B256; N]) -> Revert {
    const {
        let size = <E::Parameters<'static> as SolType>::ENCODED_SIZE;
        assert!(matches!(size, Some(size) if size == N * WORD), "as many words as parameters");
    }
    Revert::new(E::SELECTOR, &words)
}

/// The calldata of the function `C` with the words of its parameters; called by
/// [`calldata!`](crate::calldata).
#[must_use]
pub fn request<C: SolCall, const N: usize>(words: [B256; N]) -> Vec<u8> {
    const {
        let size = <C::Parameters<'static> as SolType>::ENCODED_SIZE;
        assert!(matches!(size, Some(size) if size == N * WORD), "as many words as parameters");
    }
    message(C::SELECTOR, &words)
}

/// Logs the event `E`: the words of its indexed parameters, then those of the others; called by
/// [`emit!`](crate::emit).
pub fn log<E: SolEvent, const I: usize, const D: usize>(
    vm: &VM,
    indexed: [B256; I],
    data: [B256; D],
) {
    const {
        let size = <E::DataTuple<'static> as SolType>::ENCODED_SIZE;
        assert!(matches!(size, Some(size) if size == D * WORD), "as many words as parameters");
        assert!(<E::TopicList as TopicList>::COUNT == I + 1, "as many topics as indexed");
    }
    let [a, b, c, d] = const { limbs(E::SIGNATURE_HASH) };
    raw_log(vm, a, b, c, d, (&indexed, &data), &[]);
}

/// Logs the event `E` whose parameters that are not indexed are dynamic, already encoded.
pub fn log_encoded<E: SolEvent, const I: usize>(vm: &VM, indexed: [B256; I], data: &[u8]) {
    const {
        assert!(<E::TopicList as TopicList>::COUNT == I + 1, "as many topics as indexed");
    }
    let [a, b, c, d] = const { limbs(E::SIGNATURE_HASH) };
    raw_log(vm, a, b, c, d, (&indexed, &[]), data);
}

/// The four quarters of a word, each as the number whose native bytes it is.
const fn limbs(word: B256) -> [u64; 4] {
    let (quarters, _) = word.0.as_chunks::<8>();
    let &[a, b, c, d] = quarters else { return [0; 4] };
    [u64::from_ne_bytes(a), u64::from_ne_bytes(b), u64::from_ne_bytes(c), u64::from_ne_bytes(d)]
}

/// One log: topics in front of the data, as the host takes them.
///
/// The hash of the event comes as four numbers, so that it is in the code and not in the data of the
/// program: a byte of data costs three quarters of a gas in every call, whether it is used or not.
#[inline(never)]
fn raw_log(
    vm: &VM,
    a: u64,
    b: u64,
    c: u64,
    d: u64,
    (indexed, words): (&[B256], &[B256]),
    bytes: &[u8],
) {
    let mut log = Vec::new();
    for quarter in [a, b, c, d] {
        log.extend_from_slice(&quarter.to_ne_bytes());
    }
    for word in indexed.iter().chain(words) {
        log.extend_from_slice(word.as_slice());
    }
    log.extend_from_slice(bytes);
    vm.emit_log(&log, indexed.len().saturating_add(1));
}

/// A [`Revert`](crate::Revert) with an error of `abi/*.sol` and the values of its parameters, in the
/// order of the declaration. That there are as many as it has is checked when it compiles.
#[macro_export]
macro_rules! fail {
    ($error:ty $(, $value:expr)* $(,)?) => {
        $crate::abi::failure::<$error, _>([$($crate::abi::Word::word($value)),*])
    };
}

/// The calldata of a function and the values of its parameters, which are words. That there are as
/// many as it has is checked when it compiles.
#[macro_export]
macro_rules! calldata {
    ($call:ty $(, $value:expr)* $(,)?) => {
        $crate::abi::request::<$call, _>([$($crate::abi::Word::word($value)),*])
    };
}

/// Logs an event of `abi/*.sol`: the host, the event, its indexed parameters, the others. That there
/// are as many as it has is checked when it compiles.
#[macro_export]
macro_rules! emit {
    ($vm:expr, $event:ty, [$($topic:expr),*], [$($value:expr),*]) => {
        $crate::abi::log::<$event, _, _>(
            $vm,
            [$($crate::abi::Word::word($topic)),*],
            [$($crate::abi::Word::word($value)),*],
        )
    };
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::{SolValue, sol};

    use super::*;

    sol! {
        error Wrong(address who, uint256 by);
    }

    #[test]
    fn values_are_encoded_as_alloy_encodes_them() {
        let names: Vec<U256> = [1_u64, 2, 3].map(U256::from).to_vec();
        let ours = Out::of(4)
            .word(7_u64)
            .array(names.clone())
            .text("thirty-three bytes, so two words.")
            .array(Vec::<U256>::new())
            .done();
        let text = "thirty-three bytes, so two words.".to_owned();
        let theirs = (U256::from(7), names, text, Vec::<U256>::new()).abi_encode_params();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn arguments_are_read_as_alloy_writes_them() {
        let who = Address::repeat_byte(9);
        let (words, small) = (vec![U256::MAX, U256::ONE], vec![1_u32, u32::MAX]);
        let data = (U256::MAX, vec![who, who], who, U256::from(255), small, words.clone(), true)
            .abi_encode_params();
        let args = Args::new(&data);
        assert_eq!(args.uint(0), U256::MAX);
        assert_eq!(args.addresses(1), [who, who]);
        assert_eq!(args.address(2), who);
        assert_eq!(args.u8(3), 255);
        assert_eq!(args.u32s(4), [1, u32::MAX]);
        assert_eq!(args.uints(5), words);
        assert!(args.bool(6));
        let selector = FixedBytes([1, 2, 3, 4]);
        assert_eq!(Args::new(&(selector,).abi_encode_params()).bytes4(0), selector);
    }

    #[test]
    fn malformed_arguments_stop_the_program() {
        fn stops<T>(words: &[U256], read: impl Fn(Args<'_>) -> T + std::panic::RefUnwindSafe) {
            let data: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
            assert!(std::panic::catch_unwind(|| drop(read(Args::new(&data)))).is_err());
        }
        let [at, many] = [U256::from(32), U256::from(u32::MAX)];
        stops(&[U256::MAX], |args| args.address(0)); // dirty padding
        stops(&[U256::MAX], |args| args.u8(0)); // too large a number
        stops(&[U256::from(2)], |args| args.bool(0)); // neither true nor false
        stops(&[U256::from(1)], |args| args.bytes4(0)); // more than four bytes
        stops(&[U256::MAX], |args| args.uint(1)); // a missing word
        stops(&[U256::MAX], |args| args.addresses(0)); // an offset outside
        stops(&[at, many], |args| args.addresses(0)); // more elements than bytes
        stops(&[at, U256::from(2), U256::ZERO], |args| args.u32s(0)); // one element missing
        assert!(std::panic::catch_unwind(|| Args::new(&[0; 31]).uint(0)).is_err());
    }

    #[test]
    fn a_failure_is_encoded_as_alloy_encodes_it() {
        let who = Address::repeat_byte(3);
        let ours = crate::fail!(Wrong, who, 5_u64);
        assert_eq!(ours.data(), Wrong { who, by: U256::from(5) }.abi_encode());
    }
}
