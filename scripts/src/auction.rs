//! What is offered for gas, and again if that was too little.
//!
//! A transaction whose fee is below what the chain asks stays in the node's pool, and so does everything
//! behind it. It is replaced by a version of the same number that offers more, as often as the limit allows.
//! The chain takes one transaction of each number, so that whatever it does is done once.

use std::time::Duration;

use alloy::{
    primitives::B256,
    providers::{DynProvider, Provider},
    rpc::types::TransactionReceipt,
};
use backon::{BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep};

/// The terms on which gas is bought.
#[derive(Clone, Copy, Debug)]
pub struct Auction {
    /// The most that is offered for a unit of gas, in wei.
    pub limit: u128,
    /// How long a version is waited for before the next.
    pub patience: Duration,
}

/// Gas costs more than may be offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDear {
    /// What would have to be offered for a unit, in wei.
    pub fee: u128,
    /// The most that may be.
    pub limit: u128,
}

impl Auction {
    /// What to offer for a unit of gas where it costs `price`: twice that, so that a rise does no harm, but
    /// no more than the limit, and enough to replace a version that offered `last`. Nodes want a tenth more
    /// for that, and some an eighth.
    ///
    /// # Errors
    /// It would be above the limit.
    pub fn offer(&self, price: u128, last: Option<u128>) -> Result<u128, TooDear> {
        let limit = self.limit;
        let fresh = price.saturating_mul(2).min(limit.max(price));
        let fee = last.map_or(fresh, |last| fresh.max(outbidding(last)));
        if fee > limit { Err(TooDear { fee, limit }) } else { Ok(fee) }
    }
}

/// The receipt of whichever of `versions` is mined, if one is before `patience` ends. A node that does not
/// answer is asked again.
pub async fn receipt_of(
    provider: &DynProvider,
    versions: &[B256],
    patience: Duration,
) -> Option<TransactionReceipt> {
    let end = Instant::now() + patience;
    let pauses = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(1))
        .with_max_delay(Duration::from_secs(1))
        .without_max_times();
    for pause in pauses.build() {
        for hash in versions {
            if let Ok(Some(receipt)) = provider.get_transaction_receipt(*hash).await {
                return Some(receipt);
            }
        }
        if Instant::now() + pause > end {
            return None;
        }
        sleep(pause).await;
    }
    None
}

/// The least that replaces an offer of `last`: an eighth more, and not exactly that.
const fn outbidding(last: u128) -> u128 {
    (last / 8).saturating_mul(9).saturating_add(last % 8 * 9 / 8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u128 = 1_000_000_000;

    fn auction(limit: u128) -> Auction {
        Auction { limit, patience: Duration::ZERO }
    }

    #[test]
    fn twice_the_price_is_offered_as_far_as_the_limit_allows() {
        assert_eq!(auction(10 * GWEI).offer(GWEI, None), Ok(2 * GWEI));
        assert_eq!(auction(3 * GWEI / 2).offer(GWEI, None), Ok(3 * GWEI / 2));
        assert_eq!(auction(GWEI).offer(GWEI, None), Ok(GWEI));
    }

    #[test]
    fn a_price_above_the_limit_is_too_dear() {
        let refused = auction(GWEI).offer(GWEI + 1, None);
        assert_eq!(refused, Err(TooDear { fee: GWEI + 1, limit: GWEI }));
    }

    #[test]
    fn a_replacement_offers_more_than_an_eighth_above_the_last() {
        for last in [0, 1, 7, 8, 1_000, GWEI, GWEI + 5] {
            let fee = auction(u128::MAX).offer(0, Some(last)).unwrap();
            assert!(fee * 1_000 > last * 1_125 && fee <= last * 9 / 8 + 1, "{last} {fee}");
        }
        assert!(auction(GWEI).offer(1, Some(GWEI)).is_err());
    }
}
