//! A payee's part of what a policy has received.

/// All of it, in basis points.
pub(crate) const ONE_BPS: u32 = 10_000;
/// The same, to divide by.
const ONE: u128 = 10_000;

/// `⌊received × bps / 10,000⌋`, for `bps ≤ 10,000`.
///
/// Exact without a wider product: the whole ten-thousands are multiplied apart from the rest. The
/// one product is at most `received`, the other below 10^8, so nothing saturates.
pub(crate) fn entitled(received: u128, bps: u32) -> u128 {
    let of = |part: u128| part.saturating_mul(u128::from(bps));
    of(received / ONE).saturating_add(of(received % ONE) / ONE)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::U256;
    use proptest::prelude::*;

    use super::*;

    fn exact(received: u128, bps: u32) -> U256 {
        U256::from(received) * U256::from(bps) / U256::from(ONE_BPS)
    }

    proptest! {
        #[test]
        fn a_share_is_the_floor_of_the_exact_product(
            received in prop_oneof![any::<u128>(), 0..100_000_u128, u128::MAX - 100_000..=u128::MAX],
            bps in 0..=ONE_BPS,
        ) {
            prop_assert_eq!(U256::from(entitled(received, bps)), exact(received, bps));
        }
    }

    #[test]
    fn everything_is_everything() {
        assert_eq!(entitled(u128::MAX, ONE_BPS), u128::MAX);
        assert_eq!(entitled(u128::MAX, 0), 0);
    }
}
