//! A transaction, and why one is refused before it runs.
//!
//! The texts of [`InvalidTransaction`] are those of go-ethereum, which wallets and libraries match
//! on ("nonce too low", "insufficient funds for gas * price + value", …).

use revm::{
    context::TxEnv,
    context_interface::{
        either::Either,
        result,
        transaction::{AccessList, SignedAuthorization, TransactionType},
    },
    primitives::{Address, B256, Bytes, TxKind, U256},
};
use thiserror::Error;

use super::{BlockContext, Mode, State};

/// A transaction whose sender has been recovered, or a call that somebody wants simulated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The sender.
    pub from: Address,
    /// The callee; `None` creates a contract.
    pub to: Option<Address>,
    /// Value in wei.
    pub value: U256,
    /// Calldata, or init code.
    pub data: Bytes,
    /// Gas limit.
    pub gas_limit: u64,
    /// Most the sender pays per gas, in wei: `maxFeePerGas`, or `gasPrice` of the older types.
    pub max_fee_per_gas: u128,
    /// The tip offered per gas, in wei. It is validated and never collected.
    pub max_priority_fee_per_gas: u128,
    /// Nonce; ignored in [`Mode::Call`].
    pub nonce: u64,
    /// Chain id; `None` for transactions without replay protection, which a dev node accepts.
    pub chain_id: Option<u64>,
    /// EIP-2930 access list.
    pub access_list: AccessList,
    /// EIP-7702 authorisations; `Some` makes this a set-code transaction.
    pub authorization_list: Option<Vec<SignedAuthorization>>,
    /// What would be posted to the parent chain: the transaction as it was signed. Looked at only if
    /// posting costs something.
    pub posted: Bytes,
}

impl Transaction {
    /// The transaction as revm runs it. The tip is dropped: every transaction pays the base fee.
    pub(super) fn env(&self) -> TxEnv {
        let kind = if self.authorization_list.is_some() {
            TransactionType::Eip7702
        } else {
            TransactionType::Eip1559
        };
        let authorizations = self.authorization_list.clone().unwrap_or_default();
        TxEnv {
            tx_type: kind as u8,
            caller: self.from,
            gas_limit: self.gas_limit,
            gas_price: self.max_fee_per_gas,
            gas_priority_fee: Some(0),
            kind: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value,
            data: self.data.clone(),
            nonce: self.nonce,
            chain_id: self.chain_id,
            access_list: self.access_list.clone(),
            authorization_list: authorizations.into_iter().map(Either::Left).collect(),
            ..TxEnv::default()
        }
    }

    /// The most this transaction can cost its sender, in wei.
    fn max_cost(&self) -> U256 {
        U256::from(self.gas_limit)
            .saturating_mul(U256::from(self.max_fee_per_gas))
            .saturating_add(self.value)
    }

    /// Checks what does not need the machine, in go-ethereum's order.
    pub(super) fn check(
        &self,
        state: &State,
        block: &BlockContext,
        mode: Mode,
    ) -> Result<(), InvalidTransaction> {
        if mode != Mode::Call {
            self.check_chain(block)?;
            self.check_nonce(state.nonce(self.from))?;
        }
        if mode == Mode::Commit {
            self.check_sender(state)?;
        }
        self.check_fees(block, mode)?;
        self.check_authorizations()?;
        self.check_funds(state.balance(self.from))
    }

    fn check_chain(&self, block: &BlockContext) -> Result<(), InvalidTransaction> {
        let have = self.chain_id.unwrap_or(block.chain_id);
        if have != block.chain_id {
            return Err(InvalidTransaction::ChainId { have, want: block.chain_id });
        }
        Ok(())
    }

    fn check_nonce(&self, state: u64) -> Result<(), InvalidTransaction> {
        let (address, tx) = (self.from, self.nonce);
        match tx.cmp(&state) {
            std::cmp::Ordering::Less => Err(InvalidTransaction::NonceTooLow { address, tx, state }),
            std::cmp::Ordering::Greater => {
                Err(InvalidTransaction::NonceTooHigh { address, tx, state })
            }
            std::cmp::Ordering::Equal if tx == u64::MAX => {
                Err(InvalidTransaction::NonceMax { address, nonce: tx })
            }
            std::cmp::Ordering::Equal => Ok(()),
        }
    }

    /// EIP-3607: contracts do not sign, unless their code is an EIP-7702 delegation.
    fn check_sender(&self, state: &State) -> Result<(), InvalidTransaction> {
        match state.account(self.from) {
            Some(account) if !account.code.is_empty() && !account.code.is_eip7702() => {
                let codehash = account.code_hash;
                Err(InvalidTransaction::SenderNotEoa { address: self.from, codehash })
            }
            _ => Ok(()),
        }
    }

    fn check_fees(&self, block: &BlockContext, mode: Mode) -> Result<(), InvalidTransaction> {
        let (address, fee_cap) = (self.from, self.max_fee_per_gas);
        if self.is_free(mode) {
            return Ok(());
        }
        if self.max_priority_fee_per_gas > fee_cap {
            let tip_cap = self.max_priority_fee_per_gas;
            return Err(InvalidTransaction::TipAboveFeeCap { address, tip_cap, fee_cap });
        }
        if fee_cap < u128::from(block.basefee) {
            let base_fee = block.basefee;
            return Err(InvalidTransaction::FeeCapTooLow { address, fee_cap, base_fee });
        }
        Ok(())
    }

    fn check_authorizations(&self) -> Result<(), InvalidTransaction> {
        match &self.authorization_list {
            Some(_) if self.to.is_none() => {
                Err(InvalidTransaction::SetCodeCreate { address: self.from })
            }
            Some(list) if list.is_empty() => {
                Err(InvalidTransaction::EmptyAuthorizationList { address: self.from })
            }
            _ => Ok(()),
        }
    }

    fn check_funds(&self, have: U256) -> Result<(), InvalidTransaction> {
        let (address, want) = (self.from, self.max_cost());
        if have >= want {
            return Ok(());
        }
        if self.max_fee_per_gas == 0 {
            return Err(InvalidTransaction::InsufficientFundsForTransfer { address });
        }
        Err(InvalidTransaction::InsufficientFunds { address, have, want })
    }

    /// A simulated call that names no price pays none, and sees a base fee of zero.
    pub(super) fn is_free(&self, mode: Mode) -> bool {
        mode == Mode::Call && self.max_fee_per_gas == 0 && self.max_priority_fee_per_gas == 0
    }

    /// Translates a refusal by revm itself.
    pub(super) fn refused(
        &self,
        block: &BlockContext,
        reason: &result::InvalidTransaction,
    ) -> InvalidTransaction {
        match reason {
            result::InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
                InvalidTransaction::IntrinsicGas { have: *gas_limit, want: *initial_gas }
            }
            result::InvalidTransaction::CreateInitCodeSizeLimit => {
                let (size, limit) = (self.data.len(), 2 * block.max_code_size);
                InvalidTransaction::InitCodeSize { size, limit }
            }
            result::InvalidTransaction::CallerGasLimitMoreThanBlock => {
                InvalidTransaction::BlockGasLimit
            }
            other => InvalidTransaction::Other(other.to_string()),
        }
    }
}

/// Why a transaction cannot be part of a block at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidTransaction {
    /// The transaction was signed for another chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    ChainId {
        /// Chain id of the transaction.
        have: u64,
        /// Chain id of this chain.
        want: u64,
    },
    /// The sender has already sent a transaction with this nonce.
    #[error("nonce too low: address {address}, tx: {tx} state: {state}")]
    NonceTooLow {
        /// The sender.
        address: Address,
        /// The transaction's nonce.
        tx: u64,
        /// The nonce that would be right.
        state: u64,
    },
    /// A transaction of the sender is missing before this one.
    #[error("nonce too high: address {address}, tx: {tx} state: {state}")]
    NonceTooHigh {
        /// The sender.
        address: Address,
        /// The transaction's nonce.
        tx: u64,
        /// The nonce that would be right.
        state: u64,
    },
    /// The sender has used up all nonces.
    #[error("nonce has max value: address {address}, nonce: {nonce}")]
    NonceMax {
        /// The sender.
        address: Address,
        /// The transaction's nonce.
        nonce: u64,
    },
    /// The sender is a contract.
    #[error("sender not an eoa: address {address}, codehash: {codehash}")]
    SenderNotEoa {
        /// The sender.
        address: Address,
        /// keccak256 of its code.
        codehash: B256,
    },
    /// The tip exceeds the whole price.
    #[error(
        "max priority fee per gas higher than max fee per gas: address {address}, maxPriorityFeePerGas: {tip_cap}, maxFeePerGas: {fee_cap}"
    )]
    TipAboveFeeCap {
        /// The sender.
        address: Address,
        /// `maxPriorityFeePerGas` in wei.
        tip_cap: u128,
        /// `maxFeePerGas` in wei.
        fee_cap: u128,
    },
    /// The block is dearer than the sender is willing to pay.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {fee_cap}, baseFee: {base_fee}"
    )]
    FeeCapTooLow {
        /// The sender.
        address: Address,
        /// `maxFeePerGas` in wei.
        fee_cap: u128,
        /// The block's base fee in wei.
        base_fee: u64,
    },
    /// The sender cannot pay for the transaction.
    #[error(
        "insufficient funds for gas * price + value: address {address} have {have} want {want}"
    )]
    InsufficientFunds {
        /// The sender.
        address: Address,
        /// Its balance in wei.
        have: U256,
        /// The most the transaction can cost, in wei.
        want: U256,
    },
    /// A free call transfers more than its sender owns.
    #[error("insufficient funds for transfer: address {address}")]
    InsufficientFundsForTransfer {
        /// The sender.
        address: Address,
    },
    /// The gas limit does not even pay for the transaction's own bytes.
    #[error("intrinsic gas too low: have {have}, want {want}")]
    IntrinsicGas {
        /// The gas limit.
        have: u64,
        /// The intrinsic cost.
        want: u64,
    },
    /// EIP-3860: the init code is too long.
    #[error("max initcode size exceeded: code size {size} limit {limit}")]
    InitCodeSize {
        /// Length of the init code in bytes.
        size: usize,
        /// The longest init code allowed.
        limit: usize,
    },
    /// The transaction wants more gas than a block has.
    #[error("exceeds block gas limit")]
    BlockGasLimit,
    /// A set-code transaction without authorisations.
    #[error("EIP-7702 transaction with empty auth list (sender {address})")]
    EmptyAuthorizationList {
        /// The sender.
        address: Address,
    },
    /// A set-code transaction without a callee.
    #[error("EIP-7702 transaction cannot be used to create contract (sender {address})")]
    SetCodeCreate {
        /// The sender.
        address: Address,
    },
    /// Anything else that revm refuses.
    #[error("{0}")]
    Other(String),
}
