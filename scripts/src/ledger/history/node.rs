//! Questions to a node, asked again if they have to be.

use std::{fmt, future::Future, time::Duration};

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, Log, TransactionRequest},
    sol_types::SolCall,
    transports::{TransportError, TransportErrorKind},
};
use backon::{ExponentialBuilder, Retryable};

use super::{HistoryError, trouble::Trouble};

/// A block's number, hash and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Unix seconds.
    pub time: u64,
}

/// What a node has to answer.
pub trait Source: Sync {
    /// The logs that `filter` names.
    fn logs(
        &self,
        filter: &Filter,
    ) -> impl Future<Output = Result<Vec<Log>, TransportError>> + Send;

    /// A block; none if it does not exist.
    fn head(
        &self,
        block: BlockNumberOrTag,
    ) -> impl Future<Output = Result<Option<Head>, TransportError>> + Send;
}

impl Source for DynProvider {
    async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, TransportError> {
        self.get_logs(filter).await
    }

    async fn head(&self, block: BlockNumberOrTag) -> Result<Option<Head>, TransportError> {
        let block = self.get_block_by_number(block).await?;
        Ok(block.map(|block| {
            let header = block.header;
            Head { number: header.number, hash: header.hash, time: header.timestamp }
        }))
    }
}

/// How long and how often to ask.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After this long a question counts as unanswered.
    pub timeout: Duration,
    /// The first pause; each further one is twice as long, and every one as much longer by chance.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How often a question is asked again.
    pub times: usize,
}

impl Patience {
    /// Asks once, and not again.
    pub const NONE: Self = Self {
        timeout: Duration::from_secs(60),
        pause: Duration::ZERO,
        longest: Duration::ZERO,
        times: 0,
    };
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            pause: Duration::from_millis(250),
            longest: Duration::from_secs(30),
            times: 10,
        }
    }
}

/// A node that is asked patiently.
#[derive(Clone, Debug)]
pub struct Node<S> {
    pub(super) source: S,
    patience: Patience,
}

impl<S: Source> Node<S> {
    /// Asks `source` with the usual patience.
    pub fn new(source: S) -> Self {
        Self::with_patience(source, Patience::default())
    }

    /// Asks `source` with `patience`.
    pub const fn with_patience(source: S, patience: Patience) -> Self {
        Self { source, patience }
    }

    /// The block that `block` names.
    ///
    /// # Errors
    /// The node does not answer, or has no such block.
    pub async fn head(&self, block: impl Into<BlockNumberOrTag>) -> Result<Head, HistoryError> {
        let block = block.into();
        let asked = || self.source.head(block);
        let head = self.patiently(asked).await.map_err(|e| failed("a block", &e))?;
        head.ok_or_else(|| HistoryError::NoBlock(block.to_string()))
    }

    /// The hash of block `number`; none if there is no such block (any more).
    pub(crate) async fn hash(&self, number: u64) -> Result<Option<B256>, HistoryError> {
        let asked = || self.source.head(number.into());
        let head = self.patiently(asked).await.map_err(|e| failed("a block", &e))?;
        Ok(head.map(|head| head.hash))
    }

    /// The logs that `filter` names; none if that is too much for the node.
    pub(crate) async fn logs(&self, filter: &Filter) -> Result<Option<Vec<Log>>, HistoryError> {
        match self.repeat(|| self.source.logs(filter), |t| t == Trouble::Passing).await {
            Ok(logs) => Ok(Some(logs)),
            Err(error) if Trouble::of(&error) == Trouble::TooMuch => Ok(None),
            Err(error) => Err(failed("logs", &error)),
        }
    }

    /// Asks until there is an answer or the node never will.
    pub(super) async fn patiently<T, F>(
        &self,
        ask: impl Fn() -> F + Send + Sync,
    ) -> Result<T, TransportError>
    where
        F: Future<Output = Result<T, TransportError>> + Send,
    {
        self.repeat(ask, |trouble| trouble != Trouble::Final).await
    }

    /// Asks again as long as the trouble is such as `passes`.
    async fn repeat<T, F>(
        &self,
        ask: impl Fn() -> F,
        passes: impl Fn(Trouble) -> bool,
    ) -> Result<T, TransportError>
    where
        F: Future<Output = Result<T, TransportError>>,
    {
        let Patience { timeout, pause, longest, times } = self.patience;
        let pauses = ExponentialBuilder::new()
            .with_min_delay(pause)
            .with_max_delay(longest)
            .with_max_times(times)
            .with_jitter();
        let once = || async {
            let late = |_| TransportErrorKind::custom_str("the node took too long");
            tokio::time::timeout(timeout, ask()).await.map_err(late)?
        };
        once.retry(pauses).when(|error| passes(Trouble::of(error))).await
    }
}

impl Node<DynProvider> {
    /// What `call` of `contract` returns at the end of `block`.
    ///
    /// # Errors
    /// The node does not answer, does not keep the state of that block, or the call reverts.
    pub async fn ask<C: SolCall + Send + Sync>(
        &self,
        contract: Address,
        call: &C,
        block: u64,
    ) -> Result<C::Return, HistoryError> {
        let request = TransactionRequest::default().to(contract).input(call.abi_encode().into());
        let asked =
            || async { self.source.call(request.clone()).block(BlockId::number(block)).await };
        let data = self.patiently(asked).await.map_err(|e| failed(C::SIGNATURE, &e))?;
        C::abi_decode_returns(&data).map_err(|error| failed(C::SIGNATURE, &error))
    }

    /// Whether there is code at `contract` at the end of `block`.
    ///
    /// # Errors
    /// The node does not answer, or does not keep the state of that block.
    pub async fn has_code(&self, contract: Address, block: u64) -> Result<bool, HistoryError> {
        let asked = || async { self.source.get_code_at(contract).number(block).await };
        let code = self.patiently(asked).await.map_err(|e| failed("code", &e))?;
        Ok(!code.is_empty())
    }
}

pub(super) fn failed(what: &str, error: &dyn fmt::Display) -> HistoryError {
    HistoryError::Node { what: what.to_owned(), reason: error.to_string() }
}
