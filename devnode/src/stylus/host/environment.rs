//! What a program can learn of its call, the transaction and the block; and paying for memory.

use revm::primitives::{Address, U256};

use super::{
    Answered, Args, DONE, Host, Stop, i32, i64,
    price::{HOSTIO, PTR},
};

impl Host<'_> {
    /// `msg_sender(dest)`.
    pub(super) fn msg_sender(&mut self, args: Args) -> Answered {
        self.tell_address(args, self.context.env.caller)
    }

    /// `msg_value(dest)`.
    pub(super) fn msg_value(&mut self, args: Args) -> Answered {
        self.tell_word(args, self.context.env.value)
    }

    /// `msg_reentrant() -> flag`.
    pub(super) fn msg_reentrant(&mut self, _: Args) -> Answered {
        self.machine.buy(HOSTIO)?;
        i32(self.world.reentrant().into())
    }

    /// `contract_address(dest)`: the acting address.
    pub(super) fn contract_address(&mut self, args: Args) -> Answered {
        self.tell_address(args, self.context.env.contract)
    }

    /// `tx_origin(dest)`.
    pub(super) fn tx_origin(&mut self, args: Args) -> Answered {
        self.tell_address(args, self.context.env.origin)
    }

    /// `tx_gas_price(dest)`.
    pub(super) fn tx_gas_price(&mut self, args: Args) -> Answered {
        self.tell_word(args, self.context.env.gas_price)
    }

    /// `tx_ink_price() -> price`.
    pub(super) fn tx_ink_price(&mut self, _: Args) -> Answered {
        self.machine.buy(HOSTIO)?;
        i32(self.context.params.ink_price)
    }

    /// `chainid() -> id`.
    pub(super) fn chainid(&mut self, _: Args) -> Answered {
        self.tell_number(self.context.env.chain_id)
    }

    /// `block_basefee(dest)`.
    pub(super) fn block_basefee(&mut self, args: Args) -> Answered {
        self.tell_word(args, self.context.env.block.basefee)
    }

    /// `block_coinbase(dest)`.
    pub(super) fn block_coinbase(&mut self, args: Args) -> Answered {
        self.tell_address(args, self.context.env.block.coinbase)
    }

    /// `block_gas_limit() -> gas`.
    pub(super) fn block_gas_limit(&mut self, _: Args) -> Answered {
        self.tell_number(self.context.env.block.gas_limit)
    }

    /// `block_number() -> number`: the parent chain's.
    pub(super) fn block_number(&mut self, _: Args) -> Answered {
        self.tell_number(self.context.env.block.number)
    }

    /// `block_timestamp() -> seconds`.
    pub(super) fn block_timestamp(&mut self, _: Args) -> Answered {
        self.tell_number(self.context.env.block.timestamp)
    }

    /// `evm_gas_left() -> gas`: after this call was paid.
    pub(super) fn evm_gas_left(&mut self, _: Args) -> Answered {
        self.machine.buy(HOSTIO)?;
        i64(self.machine.gas())
    }

    /// `evm_ink_left() -> ink`: after this call was paid.
    pub(super) fn evm_ink_left(&mut self, _: Args) -> Answered {
        self.machine.buy(HOSTIO)?;
        i64(self.machine.ink())
    }

    /// `pay_for_memory_grow(pages)`: inserted before every `memory.grow`, and open to programs,
    /// which then pay for and count pages that they do not get.
    pub(super) fn pay_for_memory_grow(&mut self, args: Args) -> Answered {
        let Ok(pages) = u16::try_from(args.u32(0)) else { return Err(Stop::OutOfInk) };
        if pages == 0 {
            self.machine.buy(HOSTIO)?;
        } else {
            let gas = self.world.pages().add(pages, &self.context.params);
            self.machine.buy_gas(gas)?;
        }
        DONE
    }

    fn tell_number(&mut self, number: u64) -> Answered {
        self.machine.buy(HOSTIO)?;
        i64(number)
    }

    fn tell_word(&mut self, args: Args, word: U256) -> Answered {
        self.machine.buy(HOSTIO + PTR)?;
        self.write_word(args.u32(0), word)?;
        DONE
    }

    fn tell_address(&mut self, args: Args, address: Address) -> Answered {
        self.machine.buy(HOSTIO + PTR)?;
        self.machine.write(args.u32(0), address.as_slice())?;
        DONE
    }
}
