//! The chain as a running Stylus program sees it: revm's journal.

use revm::{
    context_interface::JournalTr,
    primitives::{Address, B256, Bytes, Log, LogData, U256},
};

use super::machine::Context;
use crate::stylus::{Access, Pages, Stored, Touched, World};

/// The journal, seen from the acting address of one frame.
pub(super) struct Chain<'b, 'a> {
    ctx: &'b mut Context<'a>,
    acting: Address,
    refund: &'b mut i64,
}

impl<'b, 'a> Chain<'b, 'a> {
    /// The chain for a frame that acts as `acting`; storage refunds are added to `refund`.
    pub(super) fn new(ctx: &'b mut Context<'a>, acting: Address, refund: &'b mut i64) -> Self {
        Self { ctx, acting, refund }
    }
}

impl World for Chain<'_, '_> {
    fn sload(&mut self, key: U256) -> Access<U256> {
        let Ok(slot) = self.ctx.journaled_state.sload(self.acting, key);
        Access { value: slot.data, cold: slot.is_cold }
    }

    fn sstore(&mut self, key: U256, value: U256) -> Stored {
        let Ok(slot) = self.ctx.journaled_state.sstore(self.acting, key, value);
        let (original, previous) = (slot.data.original_value, slot.data.present_value);
        Stored { original, previous, cold: slot.is_cold }
    }

    fn refund(&mut self, delta: i64) {
        *self.refund += delta;
    }

    fn tload(&mut self, key: U256) -> U256 {
        self.ctx.journaled_state.tload(self.acting, key)
    }

    fn tstore(&mut self, key: U256, value: U256) {
        self.ctx.journaled_state.tstore(self.acting, key, value);
    }

    fn balance(&mut self, address: Address) -> Access<U256> {
        let Ok(account) = self.ctx.journaled_state.load_account(address);
        Access { value: account.info.balance, cold: account.is_cold }
    }

    fn code(&mut self, address: Address) -> Access<Bytes> {
        let Ok(code) = self.ctx.journaled_state.code(address);
        Access { value: code.data, cold: code.is_cold }
    }

    fn code_hash(&mut self, address: Address) -> Access<B256> {
        let Ok(hash) = self.ctx.journaled_state.code_hash(address);
        Access { value: hash.data, cold: hash.is_cold }
    }

    fn touch_for_call(&mut self, address: Address) -> Touched {
        let Ok(account) = self.ctx.journaled_state.load_account(address);
        Touched { cold: account.is_cold, empty: account.info.is_empty() }
    }

    fn log(&mut self, topics: Vec<B256>, data: Bytes) {
        let data = LogData::new_unchecked(topics, data);
        self.ctx.journaled_state.log(Log { address: self.acting, data });
    }

    fn pages(&mut self) -> &mut Pages {
        &mut self.ctx.chain.pages
    }

    fn reentrant(&mut self) -> bool {
        self.ctx.chain.is_reentrant(self.acting)
    }
}
