//! Random calls: mostly such as people make, some such as only a test would.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use dice::Dice;
use tributary::abi::{ISplitter, IToken, IVault, IWeth};
use tributary_tests::{WEEK, dollars, tokens};

/// Names of those who stake; the owner and the guardian come before them.
pub(super) const STAKERS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// Who and what is there, at the same addresses on both sides.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) accounts: Vec<Address>,
    pub(super) token: Address,
    pub(super) dollar: Address,
    pub(super) weth: Address,
    pub(super) vault: Address,
    pub(super) splitter: Address,
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Action {
    /// The caller's place in the cast.
    pub(super) who: usize,
    pub(super) to: Address,
    pub(super) value: U256,
    pub(super) calldata: Bytes,
}

/// The calls of one seed.
pub(super) struct Script {
    cast: Cast,
    dice: Dice,
    /// Unix seconds of the call to come.
    now: u64,
    /// Who locked lately, and when that lock ends, if it was made.
    locks: Vec<(usize, U256)>,
    /// Who made a standing lock, if it was made.
    standing: Vec<usize>,
    /// Whether somebody may have paused the vault.
    paused: bool,
}

impl Script {
    /// The script of `seed`, which begins at `now`.
    pub(super) fn new(seed: u64, cast: Cast, now: u64) -> Self {
        Self {
            cast,
            dice: Dice::new(seed),
            now,
            locks: Vec::new(),
            standing: Vec::new(),
            paused: false,
        }
    }

    /// Anybody's place in the cast.
    fn anybody(&mut self) -> usize {
        self.dice.below(self.cast.accounts.len() as u64) as usize
    }

    fn account(&mut self) -> Address {
        let accounts = self.cast.accounts.clone();
        let odd = [Address::ZERO, self.cast.vault];
        if self.dice.below(20) == 0 { self.dice.pick(&odd) } else { self.dice.pick(&accounts) }
    }

    /// An amount up to `most`, seldom zero or far too large.
    fn amount(&mut self, most: U256) -> U256 {
        match self.dice.below(24) {
            0 => U256::ZERO,
            1 => self.dice.pick(&[U256::MAX, U256::from(1) << 112, most * U256::from(1_000_000)]),
            _ => self.dice.up_to(most),
        }
    }

    fn reward(&mut self) -> Address {
        let Cast { dollar, weth, token, splitter, .. } = self.cast;
        self.dice.pick(&[dollar, dollar, dollar, weth, token, token, dollar, weth, token, splitter])
    }

    fn weeks(&mut self) -> U256 {
        let short = 1 + self.dice.below(6);
        let long = self.dice.below(215);
        U256::from(self.dice.pick(&[short, short, short, long]))
    }

    fn source(&mut self) -> B256 {
        self.dice.pick(&[0, 0, 0, 1, 1, 1, 2].map(B256::repeat_byte))
    }

    /// Seconds to wait, and the call after them.
    pub(super) fn next_action(&mut self) -> (u64, Action) {
        // All together less than a year, after which programs have to be activated again.
        let (short, long) = (self.dice.below(100_000), (1 + self.dice.below(3)) * WEEK);
        let wait = self.dice.pick(&[0, 0, 1, 12, short, short, short, short, short, long]);
        self.now += wait;
        // A pause does not last, or nothing else would be compared.
        if self.paused && self.dice.below(3) == 0 {
            self.paused = false;
            return (wait, Action::of(0, self.cast.vault, &IVault::unpauseCall {}));
        }
        let who = self.anybody();
        let action = match self.dice.below(20) {
            0..5 => self.enter(who),
            5..9 => self.leave(who),
            9..12 => self.lock(who),
            12 => self.vote(who),
            13 => self.claim(who),
            14..19 => self.revenue(who),
            _ => self.govern(who),
        };
        (wait, action)
    }

    fn enter(&mut self, who: usize) -> Action {
        let (vault, receiver) = (self.cast.vault, self.account());
        let amount = self.amount(tokens(50));
        match self.dice.below(3) {
            0 => Action::of(who, vault, &IVault::depositCall { assets: amount, receiver }),
            1 => Action::of(who, vault, &IVault::mintCall { shares: amount, receiver }),
            _ => {
                let weeks = self.weeks();
                self.remember_lock(who, weeks);
                let call = IVault::depositAndLockCall { assets: amount, durationWeeks: weeks };
                Action::of(who, vault, &call)
            }
        }
    }

    fn leave(&mut self, who: usize) -> Action {
        let (vault, owner) = (self.cast.vault, self.cast.accounts[who]);
        let (to, amount) = (self.account(), self.amount(tokens(10)));
        match self.dice.below(4) {
            0 => Action::of(who, vault, &IVault::transferCall { to, value: amount }),
            1 => Action::of(
                who,
                vault,
                &IVault::withdrawCall { assets: amount, receiver: to, owner },
            ),
            2 => {
                Action::of(who, vault, &IVault::redeemCall { shares: amount, receiver: to, owner })
            }
            _ => {
                let allow = IVault::approveCall { spender: to, value: amount };
                Action::of(who, vault, &allow)
            }
        }
    }

    fn lock(&mut self, who: usize) -> Action {
        let (vault, assets, weeks) = (self.cast.vault, self.amount(tokens(5)), self.weeks());
        match self.dice.below(8) {
            0..3 => {
                self.remember_lock(who, weeks);
                Action::of(who, vault, &IVault::lockCall { assets, durationWeeks: weeks })
            }
            3 => {
                self.standing.push(who);
                let weeks = U256::from(26);
                Action::of(who, vault, &IVault::lockStandingCall { assets, durationWeeks: weeks })
            }
            4 => {
                let standers = self.standing.clone();
                let who = if standers.is_empty() { who } else { self.dice.pick(&standers) };
                Action::of(who, vault, &IVault::unwindCall { assets: self.amount(tokens(1)) })
            }
            _ => self.change_lock(who),
        }
    }

    /// Extends a lock that was made lately, or leaves it.
    fn change_lock(&mut self, who: usize) -> Action {
        let (vault, assets, weeks) = (self.cast.vault, self.amount(tokens(1)), self.weeks());
        let now = U256::from(self.now);
        self.locks.retain(|lock| lock.1 > now);
        let locks = self.locks.clone();
        let (who, unlock_time) = if locks.is_empty() { (who, now) } else { self.dice.pick(&locks) };
        if self.dice.below(2) == 0 {
            let weeks = weeks + U256::from(6);
            let call =
                IVault::extendLockCall { unlockTime: unlock_time, assets, durationWeeks: weeks };
            return Action::of(who, vault, &call);
        }
        let most = self.dice.pick(&[U256::MAX, U256::MAX, assets / U256::from(10)]);
        let call = IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: most };
        Action::of(who, vault, &call)
    }

    fn remember_lock(&mut self, who: usize, weeks: U256) {
        let week = U256::from(self.now / WEEK + 1).saturating_add(weeks);
        self.locks.push((who, week * U256::from(WEEK)));
    }

    fn vote(&mut self, who: usize) -> Action {
        let (vault, account) = (self.cast.vault, self.account());
        match self.dice.below(4) {
            0 => {
                let automatic = self.dice.below(3) > 0;
                Action::of(who, vault, &IVault::setPayoutCall { payee: account, automatic })
            }
            _ => Action::of(who, vault, &IVault::delegateCall { delegatee: account }),
        }
    }

    fn claim(&mut self, who: usize) -> Action {
        let (one, other, receiver) = (self.reward(), self.reward(), self.account());
        let vault = self.cast.vault;
        match self.dice.below(6) {
            3 => Action::of(who, vault, &IVault::compoundCall {}),
            4 => {
                let call = IVault::claimForCall { account: receiver, tokens: vec![one] };
                Action::of(who, vault, &call)
            }
            5 => {
                let accounts = vec![self.account(), self.account(), receiver];
                Action::of(who, vault, &IVault::claimManyCall { accounts, token: one })
            }
            0 => Action::of(who, vault, &IVault::claimCall { tokens: vec![one, other] }),
            1 => Action::of(who, vault, &IVault::claimToCall { tokens: vec![one], receiver }),
            _ => {
                let weeks = U256::from(self.dice.below(4));
                Action::of(who, vault, &IVault::checkpointCall { maxWeeks: weeks })
            }
        }
    }

    fn revenue(&mut self, who: usize) -> Action {
        let Cast { splitter, vault, dollar, token, weth, .. } = self.cast;
        let source = self.source();
        let policy_id = U256::from(self.dice.below(5));
        let paid = self.dice.pick(&[dollar, dollar, token, weth]);
        match self.dice.below(8) {
            0 => {
                let (amount, token) = (self.amount(dollars(500)), self.reward());
                Action::of(0, vault, &IVault::notifyRevenueCall { token, amount })
            }
            1 | 2 => {
                let amount = self.amount(dollars(500));
                Action::of(0, splitter, &ISplitter::depositCall { source, token: paid, amount })
            }
            3 => {
                let native = ISplitter::depositNativeCall { source };
                let value = U256::from(self.dice.below(1_000_000));
                Action { value, ..Action::of(who, splitter, &native) }
            }
            4 => self.stray(who),
            5 | 6 => {
                let call = ISplitter::distributeCall { policyId: policy_id, token: paid };
                Action::of(who, splitter, &call)
            }
            _ => {
                let payee = U256::from(self.dice.below(3));
                let call =
                    ISplitter::releaseCall { policyId: policy_id, payeeIndex: payee, token: paid };
                Action::of(who, splitter, &call)
            }
        }
    }

    /// Value that arrives without a word, and is found.
    fn stray(&mut self, who: usize) -> Action {
        let Cast { splitter, dollar, weth, .. } = self.cast;
        let value = U256::from(1 + self.dice.below(1_000_000));
        match self.dice.below(4) {
            0 => Action { who, to: splitter, value, calldata: Bytes::new() },
            1 => Action { value, ..Action::of(who, weth, &IWeth::depositCall {}) },
            2 => Action::of(0, dollar, &IToken::transferCall { to: splitter, value }),
            _ => Action::of(who, splitter, &ISplitter::syncCall { token: dollar }),
        }
    }

    /// What only some may do; mostly by those who may.
    fn govern(&mut self, who: usize) -> Action {
        let Cast { vault, splitter, .. } = self.cast;
        let who = if self.dice.below(3) == 0 { who } else { 0 };
        let (source, policy_id) = (self.source(), U256::from(self.dice.below(5)));
        match self.dice.below(7) {
            6 => {
                let (durations, penalties) =
                    (vec![0, 52], vec![100, 100 + self.dice.below(9_000) as u32]);
                let source = B256::ZERO;
                let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
                Action::of(who, vault, &call)
            }
            0 => {
                self.paused = true;
                Action::of(who, vault, &IVault::pauseCall {})
            }
            1 | 2 => Action::of(who, vault, &IVault::unpauseCall {}),
            3 => {
                let top = 10_000 + 1_000 * (self.dice.below(20) as u32);
                let (durations, multipliers) = (vec![0, 26], vec![10_000, top]);
                Action::of(who, vault, &IVault::setCurveCall { durations, multipliers })
            }
            _ => {
                let call = ISplitter::setSourcePolicyCall { source, policyId: policy_id };
                Action::of(who, splitter, &call)
            }
        }
    }

    fn preview(&self) -> Vec<u8> {
        let (assets, weeks) = (tokens(3), U256::from(self.now % 208));
        IVault::previewLockCall { assets, durationWeeks: weeks }.abi_encode()
    }

    /// Everything that can be read of the books.
    pub(super) fn views(&self) -> Vec<(Address, Vec<u8>)> {
        let Cast { accounts, token, dollar, weth, vault, splitter } = &self.cast;
        let mut views = vec![
            (*vault, IVault::totalWeightCall {}.abi_encode()),
            (*vault, IVault::totalSupplyCall {}.abi_encode()),
            (*vault, IVault::curveCall {}.abi_encode()),
            (*vault, IVault::lastCheckpointCall {}.abi_encode()),
            (*vault, IVault::penaltyCurveCall {}.abi_encode()),
            (*vault, self.preview()),
        ];
        for weeks_ago in [0, 1, 3] {
            let timepoint = U256::from(self.now - 1 - weeks_ago * WEEK);
            views.push((*vault, IVault::getPastTotalSupplyCall { timepoint }.abi_encode()));
            for account in accounts.iter().copied() {
                let call = IVault::getPastVotesCall { account, timepoint };
                views.push((*vault, call.abi_encode()));
            }
        }
        for account in accounts.iter().copied() {
            views.push((*vault, IVault::weightOfCall { account }.abi_encode()));
            views.push((*vault, IVault::locksOfCall { account }.abi_encode()));
            views.push((*vault, IVault::unlockedBalanceOfCall { account }.abi_encode()));
            views.push((*vault, IVault::standingOfCall { account }.abi_encode()));
            views.push((*vault, IVault::payoutOfCall { account }.abi_encode()));
            views.push((*vault, IVault::getVotesCall { account }.abi_encode()));
            for token in [*token, *dollar, *weth] {
                views.push((*vault, IVault::claimableCall { account, token }.abi_encode()));
            }
        }
        for token in [*token, *dollar, *weth] {
            views.push((*vault, IVault::rewardStateCall { token }.abi_encode()));
            views.push((*vault, IVault::streamsOfCall { token }.abi_encode()));
            views.push((*splitter, ISplitter::undistributedCall { token }.abi_encode()));
            for policy_id in 1..4 {
                let policy_id = U256::from(policy_id);
                let received = ISplitter::policyReceivedCall { policyId: policy_id, token };
                views.push((*splitter, received.abi_encode()));
            }
        }
        views
    }
}
