//! The SDK's host trait, answered from the running frame.

use alloy_primitives::{Address, B256, Bytes, Log, U256, keccak256};
use stylus_core::{
    AccountAccess, BlockAccess, CalldataAccess, ChainAccess, CryptographyAccess, Host,
    MemoryAccess, MessageAccess, MeteringAccess, RawLogAccess, StorageAccess, UnsafeCallAccess,
    UnsafeDeploymentAccess,
};

use crate::{
    frame::{CallKind, Message},
    gas,
    run::{Shared, SubCall, charge, halt, sub_call},
    world::START,
};

/// Seconds between blocks of the parent chain, whose number is what Arbitrum's programs see.
const BLOCK_SECONDS: u64 = 12;
/// Stands for the code of everybody who plays on the stage.
const CODE: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

/// The host of whichever frame is running; a contract holds it only while its own frame is.
#[derive(Clone)]
pub(crate) struct FrameHost(Shared);

impl FrameHost {
    pub(crate) fn new(world: &Shared) -> Self {
        Self(world.clone())
    }

    fn message<T>(&self, read: impl FnOnce(&Message) -> T) -> T {
        charge(&self.0, gas::HOST_CALL);
        read(&self.0.borrow_mut().top().message)
    }

    /// A call whose pointers the SDK hands over.
    ///
    /// # Safety
    ///
    /// `to` points to 20 readable bytes, `data` to `len`.
    unsafe fn call(
        &self,
        (kind, value, gas): (CallKind, U256, u64),
        to: *const u8,
        (data, len): (*const u8, usize),
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the caller vouches for 20 bytes at `to` and `len` at `data`.
        let (to, calldata) = unsafe { (Address::from(*to.cast::<[u8; 20]>()), bytes(data, len)) };
        let result = sub_call(&self.0, SubCall { kind, to, value, gas, calldata });
        *outs_len = self.0.borrow_mut().top().returned.len();
        // Nitro's status: 0 is success, 2 is any failure.
        if result.is_ok() { 0 } else { 2 }
    }
}

/// A copy of `len` bytes at `data`.
///
/// # Safety
///
/// They are readable; an empty slice may dangle.
unsafe fn bytes(data: *const u8, len: usize) -> Vec<u8> {
    // SAFETY: the caller vouches for `len` bytes at `data`.
    unsafe { std::slice::from_raw_parts(data, len) }.to_vec()
}

impl Host for FrameHost {}

impl CryptographyAccess for FrameHost {
    fn native_keccak256(&self, input: &[u8]) -> B256 {
        keccak256(input)
    }
}

impl CalldataAccess for FrameHost {
    fn read_args(&self, len: usize) -> Vec<u8> {
        self.message(|message| message.calldata.iter().take(len).copied().collect())
    }

    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        let copied: Vec<u8> = {
            let mut world = self.0.borrow_mut();
            let returned = &world.top().returned;
            returned.iter().skip(offset).take(size.unwrap_or(usize::MAX)).copied().collect()
        };
        charge(&self.0, gas::HOST_CALL + gas::COPIED_BYTE * copied.len() as u64);
        copied
    }

    fn return_data_size(&self) -> usize {
        self.0.borrow_mut().top().returned.len()
    }

    fn write_result(&self, data: &[u8]) {
        self.0.borrow_mut().top().output = data.to_vec();
    }
}

// SAFETY: nothing is deployed; `contract` and `revert_data_len` are the SDK's own variables.
unsafe impl UnsafeDeploymentAccess for FrameHost {
    unsafe fn create1(
        &self,
        _code: *const u8,
        _code_len: usize,
        _endowment: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize,
    ) {
        // SAFETY: the SDK passes 20 writable bytes and a length.
        unsafe { fail_creation(contract, revert_data_len) }
    }

    unsafe fn create2(
        &self,
        _code: *const u8,
        _code_len: usize,
        _endowment: *const u8,
        _salt: *const u8,
        contract: *mut u8,
        revert_data_len: *mut usize,
    ) {
        // SAFETY: as above.
        unsafe { fail_creation(contract, revert_data_len) }
    }
}

/// A creation without funds: zero address, no data. There is no bytecode to run here.
///
/// # Safety
///
/// `contract` points to 20 writable bytes.
unsafe fn fail_creation(contract: *mut u8, revert_data_len: *mut usize) {
    // SAFETY: the caller vouches for both.
    unsafe {
        *contract.cast::<[u8; 20]>() = [0; 20];
        *revert_data_len = 0;
    }
}

impl StorageAccess for FrameHost {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        charge(&self.0, gas::HOST_CALL);
        if let Some(value) = self.0.borrow_mut().top().cached(key) {
            return value;
        }
        charge(&self.0, gas::LOAD);
        let mut world = self.0.borrow_mut();
        let acting = world.top().message.acting;
        let value = world.stored(acting, key);
        world.top().remember(key, value);
        value
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        charge(&self.0, gas::HOST_CALL);
        self.0.borrow_mut().top().write(key, value);
    }

    fn flush_cache(&self, clear: bool) {
        charge(&self.0, gas::HOST_CALL);
        let (acting, is_static, dirty) = {
            let mut world = self.0.borrow_mut();
            let frame = world.top();
            (frame.message.acting, frame.message.is_static, frame.take_dirty(clear))
        };
        if is_static && !dirty.is_empty() {
            halt();
        }
        charge(&self.0, gas::STORE * dirty.len() as u64);
        let mut world = self.0.borrow_mut();
        for (key, value) in dirty {
            world.store(acting, key, value);
        }
    }
}

// SAFETY: a call runs in a frame with a cache of its own; flushing before it is the caller's part.
unsafe impl UnsafeCallAccess for FrameHost {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the SDK passes 32 bytes at `value` and what `call` asks for.
        unsafe {
            let value = U256::from_be_bytes(*value.cast::<[u8; 32]>());
            self.call((CallKind::Plain, value, gas), to, (data, data_len), outs_len)
        }
    }

    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the SDK passes what `call` asks for.
        unsafe { self.call((CallKind::Static, U256::ZERO, gas), to, (data, data_len), outs_len) }
    }

    unsafe fn delegate_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the SDK passes what `call` asks for.
        unsafe { self.call((CallKind::Delegate, U256::ZERO, gas), to, (data, data_len), outs_len) }
    }
}

impl BlockAccess for FrameHost {
    fn block_basefee(&self) -> U256 {
        U256::ZERO
    }

    fn block_coinbase(&self) -> Address {
        Address::ZERO
    }

    fn block_number(&self) -> u64 {
        (self.block_timestamp() - START) / BLOCK_SECONDS
    }

    fn block_timestamp(&self) -> u64 {
        charge(&self.0, gas::HOST_CALL);
        self.0.borrow().timestamp
    }

    fn block_gas_limit(&self) -> u64 {
        gas::DEFAULT
    }
}

impl ChainAccess for FrameHost {
    fn chain_id(&self) -> u64 {
        charge(&self.0, gas::HOST_CALL);
        self.0.borrow().chain_id
    }
}

impl AccountAccess for FrameHost {
    fn balance(&self, account: Address) -> U256 {
        charge(&self.0, gas::LOAD);
        self.0.borrow().balance(account)
    }

    fn contract_address(&self) -> Address {
        self.message(|message| message.acting)
    }

    fn code(&self, account: Address) -> Vec<u8> {
        charge(&self.0, gas::LOAD);
        let exists = self.0.borrow().codes.contains_key(&account);
        if exists { CODE.to_vec() } else { Vec::new() }
    }

    fn code_size(&self, account: Address) -> usize {
        self.code(account).len()
    }

    fn code_hash(&self, account: Address) -> B256 {
        keccak256(self.code(account))
    }
}

impl MemoryAccess for FrameHost {
    /// Native memory is not metered.
    fn pay_for_memory_grow(&self, _pages: u16) {}
}

impl MessageAccess for FrameHost {
    fn msg_sender(&self) -> Address {
        self.message(|message| message.sender)
    }

    fn msg_reentrant(&self) -> bool {
        let acting = self.contract_address();
        let world = self.0.borrow();
        let open = world.frames.iter().map(|frame| &frame.message);
        open.filter(|open| open.acting == acting && open.kind != CallKind::Delegate).count() > 1
    }

    fn msg_value(&self) -> U256 {
        self.message(|message| message.value)
    }

    fn tx_origin(&self) -> Address {
        charge(&self.0, gas::HOST_CALL);
        self.0.borrow().origin
    }
}

impl MeteringAccess for FrameHost {
    fn evm_gas_left(&self) -> u64 {
        charge(&self.0, gas::HOST_CALL);
        self.0.borrow_mut().top().gas_left
    }

    fn evm_ink_left(&self) -> u64 {
        self.gas_to_ink(self.evm_gas_left())
    }

    fn tx_gas_price(&self) -> U256 {
        U256::ZERO
    }

    fn tx_ink_price(&self) -> u32 {
        gas::INK
    }
}

impl RawLogAccess for FrameHost {
    fn emit_log(&self, input: &[u8], num_topics: usize) {
        let (topics, data) = input.split_at(num_topics * 32);
        let topics: Vec<B256> = topics.chunks_exact(32).map(B256::from_slice).collect();
        emit(&self.0, topics, data.to_vec());
    }

    fn raw_log(&self, topics: &[B256], data: &[u8]) -> Result<(), &'static str> {
        if topics.len() > 4 {
            return Err("too many topics");
        }
        emit(&self.0, topics.to_vec(), data.to_vec());
        Ok(())
    }
}

/// Keeps a log of the running frame, which must not be static.
pub(crate) fn emit(world: &Shared, topics: Vec<B256>, data: Vec<u8>) {
    charge(world, gas::LOG);
    if world.borrow_mut().top().message.is_static {
        halt();
    }
    let mut world = world.borrow_mut();
    let address = world.top().message.acting;
    world.log(Log::new_unchecked(address, topics, Bytes::from(data)));
}
