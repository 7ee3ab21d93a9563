//! What bears a node's logs out: the headers and the receipts of its blocks.

use std::future::Future;

use alloy::{
    eips::BlockNumberOrTag,
    network::AnyReceiptEnvelope,
    providers::{DynProvider, Provider},
    rpc::types::{Header, Log},
    transports::TransportError,
};

use super::{HistoryError, Node, Source, node::failed};

/// The receipt of a transaction of any type, Arbitrum's own among them, as a block's root of receipts
/// holds it.
pub type Receipt = AnyReceiptEnvelope;

/// A node that tells what its logs can be proven with.
pub trait Witness: Source {
    /// The header of a block, with the hash that the node gives it; none if there is no such block.
    fn header(
        &self,
        number: u64,
    ) -> impl Future<Output = Result<Option<Header>, TransportError>> + Send;

    /// The receipts of a block's transactions, in order; none if there is no such block.
    fn receipts(
        &self,
        number: u64,
    ) -> impl Future<Output = Result<Option<Vec<Receipt>>, TransportError>> + Send;
}

impl Witness for DynProvider {
    async fn header(&self, number: u64) -> Result<Option<Header>, TransportError> {
        let block = self.get_block_by_number(number.into()).await?;
        Ok(block.map(|block| block.header))
    }

    async fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, TransportError> {
        let block = (BlockNumberOrTag::from(number),);
        let told: Option<Vec<AnyReceiptEnvelope<Log>>> =
            self.raw_request("eth_getBlockReceipts".into(), block).await?;
        Ok(told.map(|receipts| receipts.into_iter().map(bare).collect()))
    }
}

/// A receipt without what the node adds to its logs.
fn bare(told: AnyReceiptEnvelope<Log>) -> Receipt {
    AnyReceiptEnvelope { inner: told.inner.map_logs(|log| log.inner), r#type: told.r#type }
}

impl<S: Witness> Node<S> {
    /// The header of block `number`.
    pub(super) async fn header(&self, number: u64) -> Result<Header, HistoryError> {
        let asked = || self.source.header(number);
        let header = self.patiently(asked).await.map_err(|e| failed("a header", &e))?;
        header.ok_or_else(|| HistoryError::NoBlock(number.to_string()))
    }

    /// The receipts of block `number`.
    pub(super) async fn receipts(&self, number: u64) -> Result<Vec<Receipt>, HistoryError> {
        let asked = || self.source.receipts(number);
        let receipts = self.patiently(asked).await;
        let receipts = receipts.map_err(|e| failed("the receipts of a block", &e))?;
        receipts.ok_or_else(|| HistoryError::NoBlock(number.to_string()))
    }
}
