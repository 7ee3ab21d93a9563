//! The operations, in an order in which each finds what it needs.

mod commitments;
mod payouts;
mod votes;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::abi::{ISplitter, IToken, IVault, IWeth};
use tributary_tests::{World, dollars, tokens};

use crate::{
    evm::{MISER, YES_SAYER, create},
    token::{Permit, domain, signed},
};

/// A transaction that has to succeed.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) from: PrivateKeySigner,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    /// Seconds to let pass before it.
    pub(crate) wait: u64,
}

/// The one operation in which a payee of the splitter is skipped, because it takes nothing.
pub(crate) const PAYEE_FAILS: &str = "splitter: distribute, the payee fails";

const HOUR: u64 = 3_600;
const WEEK: u64 = tributary_tests::WEEK;

/// Who takes part, and the list that is being written.
struct Day<'a> {
    world: &'a World,
    alice: PrivateKeySigner,
    bob: PrivateKeySigner,
    /// A token that the vault does not know yet; it says yes to everything.
    new_token: Address,
    /// The time before all of them, in Unix seconds.
    begin: u64,
    list: Vec<Operation>,
}

/// Every operation of every contract.
pub(crate) async fn of(world: &World) -> Result<Vec<Operation>> {
    let alice = world.holder("alice", tokens(1_000)).await?;
    let bob = world.account("bob").await?;
    let miser = create(world, &world.owner, MISER).await?;
    let new_token = create(world, &world.owner, YES_SAYER).await?;
    let begin = world.now().await?;
    let mut day = Day { world, alice, bob, new_token, begin, list: Vec::new() };
    day.token()?;
    day.weth();
    let unlock_time = day.vault_in();
    day.vault_share();
    day.vault_out();
    day.vault_commitments(unlock_time);
    day.vault_payouts(miser);
    day.vault_votes()?;
    day.splitter_in();
    day.splitter_out();
    day.vault_owner();
    day.splitter_owner();
    Ok(day.list)
}

impl Day<'_> {
    fn add(
        &mut self,
        name: &'static str,
        from: &PrivateKeySigner,
        to: Address,
        call: &impl SolCall,
    ) {
        let (from, data, value) = (from.clone(), call.abi_encode().into(), U256::ZERO);
        self.list.push(Operation { name, from, to, value, data, wait: 0 });
    }

    /// Attaches ether to the operation just added.
    fn with_value(&mut self, value: U256) {
        if let Some(last) = self.list.last_mut() {
            last.value = value;
        }
    }

    /// Lets time pass before the operation just added.
    fn after(&mut self, seconds: u64) {
        if let Some(last) = self.list.last_mut() {
            last.wait = seconds;
        }
    }

    /// Bare ether.
    fn ether(&mut self, name: &'static str, from: &PrivateKeySigner, to: Address, value: U256) {
        let (from, data) = (from.clone(), Bytes::new());
        self.list.push(Operation { name, from, to, value, data, wait: 0 });
    }

    fn cast(&self) -> (PrivateKeySigner, PrivateKeySigner, PrivateKeySigner) {
        (self.alice.clone(), self.bob.clone(), self.world.owner.clone())
    }

    fn token(&mut self) -> Result<()> {
        let ((alice, bob, _), here) = (self.cast(), *self.world.token().address());
        let (owner, spender) = (alice.address(), bob.address());
        let approve = IToken::approveCall { spender, value: tokens(10) };
        self.add("token: approve", &alice, here, &approve);
        let give = IToken::transferCall { to: spender, value: tokens(1) };
        self.add("token: transfer to a new holder", &alice, here, &give);
        self.add("token: transfer to a holder", &alice, here, &give);
        let take = IToken::transferFromCall { from: owner, to: spender, value: tokens(2) };
        self.add("token: transferFrom", &bob, here, &take);
        let (nonce, deadline) = (U256::ZERO, U256::MAX);
        let permit = Permit { owner, spender, value: tokens(3), nonce, deadline };
        let permit = signed(&alice, &permit, &domain(self.world))?;
        self.add("token: permit", &bob, here, &permit);
        Ok(())
    }

    fn weth(&mut self) {
        let ((alice, bob, _), here) = (self.cast(), *self.world.weth().address());
        let (owner, spender, coin) = (alice.address(), bob.address(), U256::from(1_000_000));
        self.add("weth: deposit", &alice, here, &IWeth::depositCall {});
        self.with_value(coin);
        self.ether("weth: deposit by sending ether", &alice, here, coin);
        let approve = IWeth::approveCall { spender, value: coin };
        self.add("weth: approve", &alice, here, &approve);
        let give = IWeth::transferCall { to: spender, value: U256::from(5) };
        self.add("weth: transfer to a new holder", &alice, here, &give);
        let take = IWeth::transferFromCall { from: owner, to: spender, value: U256::from(5) };
        self.add("weth: transferFrom", &bob, here, &take);
        self.add("weth: withdraw", &alice, here, &IWeth::withdrawCall { value: coin });
    }

    /// When the last operation so far is carried out, in Unix seconds.
    fn time(&self) -> u64 {
        let waits = self.list.iter().map(|operation| operation.wait);
        self.begin + if self.world.moves_time() { waits.sum() } else { 0 }
    }

    /// Stake, locks and revenue; returns when the longest lock ends.
    fn vault_in(&mut self) -> U256 {
        let ((alice, bob, owner), here) = (self.cast(), self.world.system.vault());
        let (dollar, token) = (*self.world.dollar().address(), *self.world.token().address());
        for reward in [dollar, token] {
            let approve = IToken::approveCall { spender: here, value: U256::MAX };
            let name =
                if reward == dollar { "token: approve dollars" } else { "token: approve all" };
            self.add(name, &owner, reward, &approve);
        }
        let approve = IToken::approveCall { spender: here, value: U256::MAX };
        self.add("token: approve for the vault", &bob, token, &approve);
        let push = |token| IVault::notifyRevenueCall { token, amount: dollars(100) };
        self.add("vault: notifyRevenue, nobody staked", &owner, here, &push(dollar));
        let stake = IVault::depositCall { assets: tokens(100), receiver: alice.address() };
        self.add("vault: deposit, the first of all", &alice, here, &stake);
        self.after(HOUR);
        self.add("vault: deposit, again", &alice, here, &stake);
        self.after(HOUR);
        let stake = IVault::mintCall { shares: tokens(1), receiver: bob.address() };
        self.add("vault: mint, a new holder", &bob, here, &stake);
        self.after(HOUR);
        self.add("vault: notifyRevenue", &owner, here, &push(dollar));
        self.after(HOUR);
        self.add("vault: notifyRevenue, a second token", &owner, here, &push(token));
        self.after(HOUR);
        let stray = IToken::transferCall { to: here, value: dollars(5) };
        self.add("token: transfer to the vault, without a word", &owner, dollar, &stray);
        self.add("vault: sync", &owner, here, &IVault::syncCall { token: dollar });
        let lock =
            |weeks| IVault::lockCall { assets: tokens(10), durationWeeks: U256::from(weeks) };
        self.add("vault: lock, the first", &alice, here, &lock(4));
        self.after(HOUR);
        self.add("vault: lock, the same week again", &alice, here, &lock(4));
        self.after(HOUR);
        let both = IVault::depositAndLockCall { assets: tokens(9), durationWeeks: U256::from(52) };
        self.add("vault: depositAndLock, another week", &alice, here, &both);
        self.after(HOUR);
        self.unlock_time(52)
    }

    /// The share as a token.
    fn vault_share(&mut self) {
        let ((alice, bob, _), here) = (self.cast(), self.world.system.vault());
        let (owner, spender) = (alice.address(), bob.address());
        let approve = IVault::approveCall { spender, value: tokens(20) };
        self.add("vault: approve", &alice, here, &approve);
        let give = IVault::transferCall { to: spender, value: tokens(5) };
        self.add("vault: transfer between holders, two tokens streaming", &alice, here, &give);
        self.after(HOUR);
        let take = IVault::transferFromCall { from: owner, to: spender, value: tokens(5) };
        self.add("vault: transferFrom", &bob, here, &take);
        self.after(HOUR);
    }

    /// Claims and exits.
    fn vault_out(&mut self) {
        let ((alice, bob, _), here) = (self.cast(), self.world.system.vault());
        let (dollar, token) = (*self.world.dollar().address(), *self.world.token().address());
        let claim = |tokens| IVault::claimCall { tokens };
        self.add("vault: claim, the first time", &alice, here, &claim(vec![dollar]));
        self.after(HOUR);
        self.add("vault: claim, again", &alice, here, &claim(vec![dollar]));
        self.after(HOUR);
        self.add("vault: claim, two tokens", &alice, here, &claim(vec![dollar, token]));
        self.after(HOUR);
        let receiver = self.world.treasury.address();
        let to = IVault::claimToCall { tokens: vec![dollar], receiver };
        self.add("vault: claimTo", &bob, here, &to);
        self.after(HOUR);
        let catch_up = IVault::checkpointCall { maxWeeks: U256::from(52) };
        self.add("vault: checkpoint, five weeks behind", &bob, here, &catch_up);
        self.after(5 * WEEK);
        self.add("vault: claim, a lock has ended", &alice, here, &claim(vec![dollar, token]));
        self.after(HOUR);
        let (me, you) = (alice.address(), bob.address());
        let leave = IVault::withdrawCall { assets: tokens(10), receiver: me, owner: me };
        self.add("vault: withdraw", &alice, here, &leave);
        self.after(HOUR);
        let leave = IVault::redeemCall { shares: tokens(10), receiver: you, owner: me };
        self.add("vault: redeem for another", &bob, here, &leave);
        self.after(HOUR);
        let leave = IVault::redeemCall { shares: tokens(11), receiver: you, owner: you };
        self.add("vault: redeem everything", &bob, here, &leave);
        self.after(HOUR);
    }

    fn splitter_in(&mut self) {
        let ((alice, _, owner), here) = (self.cast(), self.world.system.splitter());
        let (token, source) = (*self.world.dollar().address(), self.world.source(0));
        let approve = IToken::approveCall { spender: here, value: U256::MAX };
        self.add("token: approve for the splitter", &owner, token, &approve);
        let deposit = ISplitter::depositCall { source, token, amount: dollars(10) };
        self.add("splitter: deposit, the first of a token", &owner, here, &deposit);
        self.add("splitter: deposit", &owner, here, &deposit);
        let coin = U256::from(1_000_000);
        let native = ISplitter::depositNativeCall { source };
        self.add("splitter: depositNative", &alice, here, &native);
        self.with_value(coin);
        self.ether("splitter: bare ether", &alice, here, coin);
        let give = IToken::transferCall { to: here, value: dollars(1) };
        self.add("token: transfer to the splitter", &owner, token, &give);
        self.add("splitter: sync", &alice, here, &ISplitter::syncCall { token });
    }

    fn splitter_out(&mut self) {
        let ((alice, _, owner), here) = (self.cast(), self.world.system.splitter());
        let (token, policy_id) = (*self.world.dollar().address(), self.world.policy(0));
        let distribute = ISplitter::distributeCall { policyId: policy_id, token };
        self.add("splitter: distribute to the vault", &alice, here, &distribute);
        self.add("splitter: distribute, nothing owed", &alice, here, &distribute);
        let release =
            ISplitter::releaseCall { policyId: policy_id, payeeIndex: U256::from(1), token };
        self.add("splitter: release to an account", &alice, here, &release);
        let indices = vec![U256::ZERO, U256::from(1)];
        let many = ISplitter::releaseManyCall { policyId: policy_id, payeeIndices: indices, token };
        self.add("splitter: releaseMany, nothing owed", &alice, here, &many);
        let deposit =
            ISplitter::depositCall { source: self.world.source(0), token, amount: dollars(5) };
        self.add("splitter: deposit, for two payees", &owner, here, &deposit);
        self.add("splitter: releaseMany, a vault and an account", &alice, here, &many);
        // A stream that says yes and takes nothing.
        let create = self.policy_of(&[(self.new_token, 1, 10_000)]);
        self.add("splitter: createPolicy, one payee", &owner, here, &create);
        let many: Vec<_> =
            (1..=32_u8).map(|n| (Address::repeat_byte(n), 0, 312 + u32::from(n > 16))).collect();
        self.add("splitter: createPolicy, 32 payees", &owner, here, &self.policy_of(&many));
        let source = B256::repeat_byte(1);
        let add = ISplitter::addSourceCall { source, name: source, policyId: U256::from(3) };
        self.add("splitter: addSource", &owner, here, &add);
        let deposit = ISplitter::depositCall { source, token, amount: dollars(3) };
        self.add("splitter: deposit, a new source", &owner, here, &deposit);
        let distribute = ISplitter::distributeCall { policyId: U256::from(3), token };
        self.add(PAYEE_FAILS, &alice, here, &distribute);
        let set = ISplitter::setSourcePolicyCall { source, policyId: U256::from(4) };
        self.add("splitter: setSourcePolicy", &owner, here, &set);
        self.add("splitter: deposit, divided among 32", &owner, here, &deposit);
    }

    /// A policy of payees: account, kind, basis points.
    fn policy_of(&self, payees: &[(Address, u8, u32)]) -> ISplitter::createPolicyCall {
        ISplitter::createPolicyCall {
            name: B256::right_padding_from(b"a policy"),
            payees: payees.iter().map(|payee| payee.0).collect(),
            bps: payees.iter().map(|payee| payee.2).collect(),
            kinds: payees.iter().map(|payee| payee.1).collect(),
            tags: vec![B256::ZERO; payees.len()],
        }
    }

    fn vault_owner(&mut self) {
        let ((_, bob, owner), here) = (self.cast(), self.world.system.vault());
        let guardian = self.world.guardian.clone();
        let token = *self.world.weth().address();
        let retire = IVault::retireRewardTokenCall { token };
        self.add("vault: retireRewardToken", &owner, here, &retire);
        let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
        self.add("vault: addRewardToken, again", &owner, here, &add);
        let token = self.new_token;
        let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
        self.add("vault: addRewardToken", &owner, here, &add);
        let (durations, multipliers) = (vec![0, 52], vec![10_000, 30_000]);
        self.add("vault: setCurve", &owner, here, &IVault::setCurveCall { durations, multipliers });
        self.add("vault: pause", &guardian, here, &IVault::pauseCall {});
        self.add("vault: unpause", &owner, here, &IVault::unpauseCall {});
        let (new_guardian, new_owner) = (bob.address(), bob.address());
        let set = IVault::setGuardianCall { newGuardian: new_guardian };
        self.add("vault: setGuardian", &owner, here, &set);
        let offer = IVault::transferOwnershipCall { newOwner: new_owner };
        self.add("vault: transferOwnership", &owner, here, &offer);
        self.add("vault: acceptOwnership", &bob, here, &IVault::acceptOwnershipCall {});
    }

    fn splitter_owner(&mut self) {
        let ((_, bob, owner), here) = (self.cast(), self.world.system.splitter());
        let guardian = self.world.guardian.clone();
        let terms = ISplitter::setStakersShareTermsCall {
            setter: owner.address(),
            policyId: self.world.policy(0),
            stakersIndex: U256::ZERO,
            minBps: U256::from(1_000),
            maxBps: U256::from(9_000),
        };
        self.add("splitter: setStakersShareTerms", &owner, here, &terms);
        let set = ISplitter::setStakersShareCall { bps: U256::from(5_000) };
        self.add("splitter: setStakersShare, two payees", &owner, here, &set);
        self.add("splitter: pause", &guardian, here, &ISplitter::pauseCall {});
        self.add("splitter: unpause", &owner, here, &ISplitter::unpauseCall {});
        let set = ISplitter::setGuardianCall { newGuardian: bob.address() };
        self.add("splitter: setGuardian", &owner, here, &set);
        let offer = ISplitter::transferOwnershipCall { newOwner: bob.address() };
        self.add("splitter: transferOwnership", &owner, here, &offer);
        self.add("splitter: acceptOwnership", &bob, here, &ISplitter::acceptOwnershipCall {});
    }
}
