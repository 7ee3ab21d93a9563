//! A name in one storage word.

use alloc::string::String;

use alloy_primitives::B256;
use stylus_sdk::host::VM;

use crate::Slot;

/// Up to 32 ASCII characters, left-aligned and zero-padded in one slot.
#[derive(Clone, Copy, Debug)]
pub struct ShortString(Slot);

impl ShortString {
    /// The string in slot number `slot`.
    #[must_use]
    pub const fn at(slot: u64) -> Self {
        Self(Slot::at(slot))
    }

    /// Stores `word` as it is.
    pub fn set(self, vm: &VM, word: B256) {
        self.0.set(vm, word.into());
    }

    /// The characters before the first zero byte. Bytes above 127 read as Latin-1, so that every
    /// word has a string.
    #[must_use]
    pub fn get(self, vm: &VM) -> String {
        let word: [u8; 32] = self.0.get(vm).to_be_bytes();
        word.iter().take_while(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect()
    }
}

#[cfg(test)]
mod tests {
    use stylus_sdk::{host::VM, testing::TestVM};

    use super::*;

    fn stored(text: &[u8]) -> String {
        let vm = VM { host: Box::new(TestVM::new()) };
        let string = ShortString::at(0);
        string.set(&vm, B256::right_padding_from(text));
        string.get(&vm)
    }

    #[test]
    fn a_stored_name_reads_back_without_its_padding() {
        assert_eq!(stored(b"Staked BitHash"), "Staked BitHash");
        assert_eq!(stored(b""), "");
        assert_eq!(stored(&[b'x'; 32]), "x".repeat(32));
    }

    #[test]
    fn a_word_that_is_not_ascii_still_reads_as_text() {
        assert_eq!(stored(&[b'a', 0xe9, 0x80]), "a\u{e9}\u{80}");
    }
}
