//! Revenue that others have paid out, and revenue that is staked.

use alloy::primitives::{Address, U256};
use tributary::abi::IVault;
use tributary_tests::{dollars, tokens};

use super::{Day, HOUR};

impl Day<'_> {
    /// `miser` is a token that takes and never gives.
    pub(super) fn vault_payouts(&mut self, miser: Address) {
        let ((alice, bob, owner), here) = (self.cast(), self.world.system.vault());
        let (dollar, treasury) = (*self.world.dollar().address(), self.world.treasury.address());
        let stake = IVault::depositCall { assets: tokens(5), receiver: bob.address() };
        self.add("vault: deposit, after leaving", &bob, here, &stake);
        self.after(HOUR);
        let set = IVault::setPayoutCall { payee: treasury, automatic: true };
        self.add("vault: setPayout, the first time", &alice, here, &set);
        self.add("vault: setPayout, another account", &bob, here, &set);
        let (account, tokens) = (alice.address(), vec![dollar]);
        let claim = IVault::claimForCall { account, tokens };
        self.add("vault: claimFor", &owner, here, &claim);
        self.after(HOUR);
        let accounts = vec![alice.address(), bob.address()];
        let many = IVault::claimManyCall { accounts, token: dollar };
        self.add("vault: claimMany, two accounts", &owner, here, &many);
        self.after(HOUR);
        self.add("vault: compound", &alice, here, &IVault::compoundCall {});
        self.after(HOUR);
        self.vault_miser(miser);
    }

    fn vault_miser(&mut self, token: Address) {
        let ((alice, _, owner), here) = (self.cast(), self.world.system.vault());
        let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
        self.add("vault: addRewardToken, one that does not pay", &owner, here, &add);
        let push = IVault::notifyRevenueCall { token, amount: dollars(100) };
        self.add("vault: notifyRevenue, one that does not pay", &owner, here, &push);
        let many = IVault::claimManyCall { accounts: vec![alice.address()], token };
        self.add("vault: claimMany, a payment fails", &owner, here, &many);
        self.after(HOUR);
    }
}
