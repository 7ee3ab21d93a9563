//! What goes in and out of a program: calldata, result, return data, logs.

use revm::primitives::{B256, Bytes};

use super::{
    Answered, Args, DONE, Host, Stop, i32,
    price::{self, EVM_API, HOSTIO},
};

/// The most topics a log can have.
const MAX_TOPICS: u32 = 4;
/// Bytes of a topic.
const TOPIC_LEN: u32 = 32;
/// Gas for a log, and again for each of its topics.
const LOG_GAS: u64 = 375;
/// Gas for each byte of a log's data.
const LOG_DATA_GAS: u64 = 8;

impl Host<'_> {
    /// `read_args(dest)`: copies the calldata.
    pub(super) fn read_args(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + price::write(self.context.env.calldata.len()))?;
        self.machine.write(args.u32(0), &self.context.env.calldata)?;
        DONE
    }

    /// `write_result(data, len)`: sets the output, and lets the program go on.
    pub(super) fn write_result(&mut self, args: Args) -> Answered {
        let (data, len) = (args.u32(0), args.u32(1));
        self.machine.buy(HOSTIO + 2 * price::read(len))?;
        self.context.output = self.read_bytes(data, len)?;
        DONE
    }

    /// `exit_early(status)`: ends the run as if the entry point had returned `status`.
    pub(super) fn exit_early(&mut self, args: Args) -> Answered {
        Err(Stop::Exit(args.u32(0).cast_signed()))
    }

    /// `read_return_data(dest, offset, size) -> copied`: copies a part of the last return data.
    pub(super) fn read_return_data(&mut self, args: Args) -> Answered {
        let (dest, offset, size) = (args.u32(0), args.u32(1), args.u32(2));
        let data = part(&self.context.return_data, offset, size);
        self.machine.buy(HOSTIO + EVM_API + price::write(data.len()))?;
        self.machine.write(dest, &data)?;
        i32(length(&data))
    }

    /// `return_data_size() -> len`: the length of the last return data.
    pub(super) fn return_data_size(&mut self, _: Args) -> Answered {
        self.machine.buy(HOSTIO)?;
        i32(length(&self.context.return_data))
    }

    /// `emit_log(data, len, topics)`: logs `len` bytes, the first of which are the topics. That
    /// the context forbids it is found out last.
    pub(super) fn emit_log(&mut self, args: Args) -> Answered {
        let (data, len, topics) = (args.u32(0), args.u32(1), args.u32(2));
        self.machine.buy(HOSTIO + EVM_API)?;
        if topics > MAX_TOPICS || len < topics * TOPIC_LEN {
            return Err(Stop::Failure);
        }
        self.machine.buy(price::read(len))?;
        let data_gas = LOG_DATA_GAS * u64::from(len - topics * TOPIC_LEN);
        self.machine.buy_gas(LOG_GAS * u64::from(1 + topics) + data_gas)?;
        let bytes = self.read_bytes(data, len)?;
        self.need_writable()?;
        let (head, tail) = bytes.split_at((topics * TOPIC_LEN) as usize);
        let topics = head.as_chunks::<32>().0.iter().map(B256::from).collect();
        self.world.log(topics, bytes.slice_ref(tail));
        DONE
    }
}

/// The part of `data` that starts at `offset`, of at most `size` bytes.
pub(super) fn part(data: &Bytes, offset: u32, size: u32) -> Bytes {
    let start = data.len().min(offset as usize);
    let end = data.len().min(start.saturating_add(size as usize));
    data.slice(start..end)
}

/// A length as programs see it.
pub(super) fn length(data: &Bytes) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}
