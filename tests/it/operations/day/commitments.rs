//! Standing locks, longer locks, and ways out of them.

use alloy::primitives::U256;
use tributary::abi::IVault;
use tributary_tests::{WEEK, dollars, tokens};

use super::{Day, HOUR};

/// Weeks of the lock that is extended and left: the one of `depositAndLock`.
const LONG: u64 = 52;

impl Day<'_> {
    /// When a lock of `weeks` weeks ends that is made as the next operation.
    pub(super) fn unlock_time(&self, weeks: u64) -> U256 {
        U256::from((self.time() / WEEK + weeks + 1) * WEEK)
    }

    /// Needs the lock of [`LONG`] weeks, which ends at `unlock_time`.
    pub(super) fn vault_commitments(&mut self, unlock_time: U256) {
        let ((alice, _, owner), here) = (self.cast(), self.world.system.vault());
        for token in [*self.world.dollar().address(), *self.world.token().address()] {
            let push = IVault::notifyRevenueCall { token, amount: dollars(100) };
            let first = token == *self.world.dollar().address();
            let name = if first {
                "vault: notifyRevenue, after the last stream"
            } else {
                "vault: notifyRevenue, the asset"
            };
            self.add(name, &owner, here, &push);
        }
        let stand = IVault::lockStandingCall { assets: tokens(10), durationWeeks: U256::from(20) };
        self.add("vault: lockStanding, the first", &alice, here, &stand);
        self.after(HOUR);
        self.add("vault: lockStanding, more", &alice, here, &stand);
        self.after(HOUR);
        let unwind = IVault::unwindCall { assets: tokens(5) };
        self.add("vault: unwind", &alice, here, &unwind);
        self.after(HOUR);
        self.vault_exits(unlock_time);
    }

    fn vault_exits(&mut self, unlock_time: U256) {
        let ((alice, _, owner), here) = (self.cast(), self.world.system.vault());
        let (assets, weeks) = (tokens(4), U256::from(2 * LONG));
        let extend =
            IVault::extendLockCall { unlockTime: unlock_time, assets, durationWeeks: weeks };
        self.add("vault: extendLock", &alice, here, &extend);
        self.after(HOUR);
        let curve = IVault::setPenaltyCurveCall {
            durations: vec![0, 52],
            penalties: vec![100, 2_500],
            splitter: self.world.system.splitter(),
            source: self.world.source(0),
        };
        self.add("vault: setPenaltyCurve", &owner, here, &curve);
        let exit = IVault::exitEarlyCall {
            unlockTime: unlock_time,
            assets: tokens(2),
            maxPenalty: U256::MAX,
        };
        self.add("vault: exitEarly, a part", &alice, here, &exit);
        self.after(HOUR);
        let exit = IVault::exitEarlyCall { assets: tokens(3), ..exit };
        self.add("vault: exitEarly, the rest of a lock", &alice, here, &exit);
        self.after(HOUR);
    }
}
