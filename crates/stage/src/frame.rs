//! One open call: who, with what, and its write-back cache over storage.

use alloy_primitives::{Address, B256, U256, map::U256Map};

/// How a callee is entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallKind {
    Plain,
    Delegate,
    Static,
}

/// A call about to be made.
pub(crate) struct Message {
    pub(crate) kind: CallKind,
    /// Whose code runs.
    pub(crate) code: Address,
    /// Whose storage and balance it acts on.
    pub(crate) acting: Address,
    pub(crate) sender: Address,
    pub(crate) value: U256,
    pub(crate) is_static: bool,
    pub(crate) gas: u64,
    pub(crate) calldata: Vec<u8>,
}

/// A slot as the frame sees it, and as it last knew it to be stored.
struct Cached {
    value: B256,
    stored: Option<B256>,
}

/// An open call.
pub(crate) struct CallFrame {
    pub(crate) message: Message,
    pub(crate) gas_left: u64,
    /// What the last sub-call returned.
    pub(crate) returned: Vec<u8>,
    /// What this call will return.
    pub(crate) output: Vec<u8>,
    cache: U256Map<Cached>,
}

impl CallFrame {
    pub(crate) fn new(message: Message) -> Self {
        let gas_left = message.gas;
        Self {
            message,
            gas_left,
            returned: Vec::new(),
            output: Vec::new(),
            cache: U256Map::default(),
        }
    }

    /// The frame's view of a slot it has touched before.
    pub(crate) fn cached(&self, key: U256) -> Option<B256> {
        self.cache.get(&key).map(|slot| slot.value)
    }

    pub(crate) fn remember(&mut self, key: U256, value: B256) {
        self.cache.insert(key, Cached { value, stored: Some(value) });
    }

    pub(crate) fn write(&mut self, key: U256, value: B256) {
        let slot = self.cache.entry(key).or_insert(Cached { value, stored: None });
        slot.value = value;
    }

    /// The slots that differ from what is stored, as far as the frame knows; now they count as
    /// stored, and are forgotten if `clear`.
    pub(crate) fn take_dirty(&mut self, clear: bool) -> Vec<(U256, B256)> {
        let mut dirty = Vec::new();
        for (key, slot) in &mut self.cache {
            if slot.stored.replace(slot.value) != Some(slot.value) {
                dirty.push((*key, slot.value));
            }
        }
        if clear {
            self.cache.clear();
        }
        dirty
    }
}
