//! Random lives on a platform.

use alloy::{
    primitives::{Address, B256, U256},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IToken, IVault},
    chain::Call,
};
use tributary_tests::{WEEK, World, dollars, tokens};

use crate::evm::{YES_SAYER, create};

const STAKERS: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
/// How many tokens may become reward tokens beside those that are.
const OTHERS: usize = 5;
/// The policy id of sources that follow the stakers' share.
const FOLLOWS: U256 = U256::MAX;

/// Who and what takes part.
pub(super) struct Staged {
    stakers: Vec<PrivateKeySigner>,
    owner: PrivateKeySigner,
    guardian: PrivateKeySigner,
    treasury: Address,
    token: Address,
    dollar: Address,
    weth: Address,
    /// Tokens that may become reward tokens.
    others: Vec<Address>,
    vault: Address,
    splitter: Address,
    sources: Vec<B256>,
}

impl Staged {
    /// Gives everybody what they need.
    pub(super) async fn set(world: &World) -> Result<Self> {
        let mut stakers = Vec::new();
        for name in STAKERS {
            stakers.push(world.holder(name, tokens(10_000)).await?);
        }
        let mut others = Vec::new();
        for _ in 0..OTHERS {
            others.push(create(world, &world.owner, YES_SAYER).await?);
        }
        let stage = Self {
            stakers,
            owner: world.owner.clone(),
            guardian: world.guardian.clone(),
            treasury: world.treasury.address(),
            token: *world.token().address(),
            dollar: *world.dollar().address(),
            weth: *world.weth().address(),
            others,
            vault: world.system.vault(),
            splitter: world.system.splitter(),
            sources: vec![world.source(0), world.source(1), B256::repeat_byte(1)],
        };
        for token in [stage.token, stage.dollar] {
            for spender in [stage.vault, stage.splitter] {
                let allow = IToken::approveCall { spender, value: U256::MAX };
                world.send(&stage.owner, token, &allow).await?;
            }
        }
        Ok(stage)
    }

    pub(super) fn accounts(&self) -> Vec<Address> {
        let stakers = self.stakers.iter().map(PrivateKeySigner::address);
        stakers.chain([self.owner.address(), self.guardian.address(), self.treasury]).collect()
    }

    pub(super) fn tokens(&self) -> Vec<Address> {
        vec![self.token, self.dollar, self.weth]
    }
}

/// SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    fn random(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.random() % bound
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }

    fn up_to(&mut self, most: U256) -> U256 {
        U256::from_limbs([self.random(), self.random(), 0, 0]) % most + U256::from(1)
    }
}

/// The calls of one seed.
pub(super) struct Script<'a> {
    stage: &'a Staged,
    dice: Dice,
    /// When locks that were made may end.
    ends: Vec<U256>,
    week: u64,
    time: u64,
}

impl<'a> Script<'a> {
    pub(super) fn new(seed: u64, stage: &'a Staged) -> Self {
        let time = tributary_tests::START;
        Self { stage, dice: Dice(seed), ends: Vec::new(), week: time / WEEK, time }
    }

    pub(super) const fn dice(seed: u64) -> Dice {
        Dice(seed)
    }

    /// Seconds to wait, the caller, and the call.
    pub(super) fn next_call(&mut self) -> (u64, &'a PrivateKeySigner, Call) {
        // All together less than a year, after which programs have to be activated again.
        let short = self.dice.below(50_000);
        let seldom = if self.dice.below(4) == 0 { WEEK } else { 0 };
        let wait = self.dice.one_of(&[0, 0, 1, 12, short, short, short, seldom]);
        self.time += wait;
        self.week = self.time / WEEK;
        let place = self.dice.below(STAKERS.len() as u64) as usize;
        let staker = &self.stage.stakers[place];
        let (from, call) = match self.dice.below(30) {
            0..5 => (staker, self.enter(staker.address())),
            5..9 => (staker, self.leave(staker.address())),
            9..14 => (staker, self.locks()),
            14..19 => (staker, self.claims(staker.address())),
            19..26 => (&self.stage.owner, self.revenue()),
            26 => (staker, self.votes()),
            27 => self.pauses(),
            28 => (&self.stage.owner, self.vault_settings()),
            _ => (&self.stage.owner, self.splitter_settings()),
        };
        (wait, from, call)
    }

    fn vault(&self, call: &impl SolCall) -> Call {
        Call::to("a call of the vault", self.stage.vault, call)
    }

    fn splitter(&self, call: &impl SolCall) -> Call {
        Call::to("a call of the splitter", self.stage.splitter, call)
    }

    fn anybody(&mut self) -> Address {
        let place = self.dice.below(STAKERS.len() as u64) as usize;
        self.stage.stakers[place].address()
    }

    fn reward(&mut self) -> Address {
        let Staged { token, dollar, weth, .. } = *self.stage;
        self.dice.one_of(&[token, dollar, dollar, weth])
    }

    fn weeks(&mut self) -> U256 {
        let (short, long) = (1 + self.dice.below(5), 1 + self.dice.below(208));
        U256::from(self.dice.one_of(&[short, short, long]))
    }

    /// Remembers when a lock of `weeks` from now ends.
    fn note(&mut self, weeks: U256) -> U256 {
        self.ends.push((U256::from(self.week + 1) + weeks) * U256::from(WEEK));
        weeks
    }

    fn enter(&mut self, me: Address) -> Call {
        let assets = self.dice.up_to(tokens(400));
        let receiver = if self.dice.below(4) == 0 { self.anybody() } else { me };
        match self.dice.below(4) {
            0 => self.vault(&IVault::mintCall { shares: assets, receiver }),
            1 => {
                let weeks = self.weeks();
                let duration = self.note(weeks);
                self.vault(&IVault::depositAndLockCall { assets, durationWeeks: duration })
            }
            _ => self.vault(&IVault::depositCall { assets, receiver }),
        }
    }

    fn leave(&mut self, me: Address) -> Call {
        let (amount, to) = (self.dice.up_to(tokens(300)), self.anybody());
        match self.dice.below(4) {
            0 => self.vault(&IVault::withdrawCall { assets: amount, receiver: to, owner: me }),
            1 => self.vault(&IVault::redeemCall { shares: amount, receiver: me, owner: me }),
            2 => self.vault(&IVault::approveCall { spender: to, value: amount }),
            _ => self.vault(&IVault::transferCall { to, value: amount }),
        }
    }

    fn locks(&mut self) -> Call {
        let (assets, weeks) = (self.dice.up_to(tokens(120)), self.weeks());
        let end = match self.ends.len() as u64 {
            0 => U256::from(WEEK),
            count => self.ends[(count - 1 - self.dice.below(count.min(6))) as usize],
        };
        match self.dice.below(8) {
            0..3 => {
                let weeks = self.note(weeks);
                self.vault(&IVault::lockCall { assets, durationWeeks: weeks })
            }
            3 => self.vault(&IVault::lockStandingCall { assets, durationWeeks: U256::from(20) }),
            4 => {
                self.note(U256::from(20));
                self.vault(&IVault::unwindCall { assets: assets / U256::from(4) })
            }
            5 => {
                let weeks = self.note(weeks + U256::from(3));
                let assets = assets / U256::from(8);
                self.vault(&IVault::extendLockCall {
                    unlockTime: end,
                    assets,
                    durationWeeks: weeks,
                })
            }
            _ => {
                let assets = assets / U256::from(8);
                self.vault(&IVault::exitEarlyCall { unlockTime: end, assets, maxPenalty: assets })
            }
        }
    }

    fn claims(&mut self, me: Address) -> Call {
        let (tokens, other) = (self.stage.tokens(), self.anybody());
        let accounts = self.stage.stakers.iter().map(PrivateKeySigner::address).collect();
        match self.dice.below(9) {
            0 | 1 => self.vault(&IVault::claimCall { tokens }),
            2 => self.vault(&IVault::claimToCall { tokens, receiver: other }),
            3 => self.vault(&IVault::claimForCall { account: other, tokens }),
            4 => {
                let token = self.reward();
                self.vault(&IVault::claimManyCall { accounts, token })
            }
            5 => self.vault(&IVault::compoundCall {}),
            6 | 7 => {
                let automatic = self.dice.below(4) > 0;
                let payee = self.dice.one_of(&[Address::ZERO, other, me]);
                self.vault(&IVault::setPayoutCall { payee, automatic })
            }
            _ => {
                let weeks = U256::from(self.dice.below(3));
                self.vault(&IVault::checkpointCall { maxWeeks: weeks })
            }
        }
    }

    fn revenue(&mut self) -> Call {
        let (token, amount) = (self.reward(), self.dice.up_to(dollars(500)));
        let (source, policy) = (self.source(), U256::from(1 + self.dice.below(4)));
        let Staged { dollar, vault, splitter, .. } = *self.stage;
        match self.dice.below(12) {
            0 | 1 => self.vault(&IVault::notifyRevenueCall { token, amount }),
            2 | 3 => self.splitter(&ISplitter::depositCall { source, token, amount }),
            4 => {
                let native = self.splitter(&ISplitter::depositNativeCall { source });
                native.value(U256::from(1_000_000))
            }
            5 => Call::raw("bare ether", splitter, []).value(U256::from(77_777)),
            6 => Call::to("a gift", dollar, &IToken::transferCall { to: splitter, value: amount }),
            7 => self.splitter(&ISplitter::syncCall { token: dollar }),
            8 => self.splitter(&ISplitter::distributeCall { policyId: policy, token }),
            9 => Call::to("a gift", dollar, &IToken::transferCall { to: vault, value: amount }),
            10 => self.vault(&IVault::syncCall { token }),
            _ => {
                let payee = U256::from(self.dice.below(3));
                self.splitter(&ISplitter::releaseCall {
                    policyId: policy,
                    payeeIndex: payee,
                    token,
                })
            }
        }
    }

    fn source(&mut self) -> B256 {
        let sources = self.stage.sources.clone();
        self.dice.one_of(&sources)
    }

    fn votes(&mut self) -> Call {
        let other = self.anybody();
        let delegatee = self.dice.one_of(&[other, other, Address::ZERO]);
        self.vault(&IVault::delegateCall { delegatee })
    }

    /// What is paused does not stay so for long.
    fn pauses(&mut self) -> (&'a PrivateKeySigner, Call) {
        let (owner, guardian) = (&self.stage.owner, &self.stage.guardian);
        match self.dice.below(7) {
            0 => (guardian, self.vault(&IVault::pauseCall {})),
            1 => (owner, self.splitter(&ISplitter::pauseCall {})),
            2..5 => (owner, self.vault(&IVault::unpauseCall {})),
            _ => (owner, self.splitter(&ISplitter::unpauseCall {})),
        }
    }

    fn vault_settings(&mut self) -> Call {
        let (someone, bps) = (self.anybody(), 10_000 + self.dice.below(20_000) as u32);
        let Staged { splitter, .. } = *self.stage;
        match self.dice.below(9) {
            0 | 1 => {
                let (durations, multipliers) = (vec![0, 26], vec![10_000, bps]);
                self.vault(&IVault::setCurveCall { durations, multipliers })
            }
            2..5 => {
                let (durations, penalties) = (vec![0, 100], vec![100, bps / 6]);
                let source = self.source();
                self.vault(&IVault::setPenaltyCurveCall { durations, penalties, splitter, source })
            }
            5 => {
                let (token, weeks) = (self.any_reward(), 1 + self.dice.below(4));
                let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(weeks) };
                self.vault(&add)
            }
            6 => {
                let token = self.any_reward();
                self.vault(&IVault::retireRewardTokenCall { token })
            }
            7 => self.vault(&IVault::transferOwnershipCall { newOwner: someone }),
            _ => {
                let guardian = self.stage.guardian.address();
                let new_guardian = self.dice.one_of(&[guardian, guardian, someone]);
                self.vault(&IVault::setGuardianCall { newGuardian: new_guardian })
            }
        }
    }

    /// Mostly a token that nobody earns.
    fn any_reward(&mut self) -> Address {
        if self.dice.below(8) == 0 { self.reward() } else { self.dice.one_of(&self.stage.others) }
    }

    fn splitter_settings(&mut self) -> Call {
        let (source, policy) = (self.source(), U256::from(1 + self.dice.below(4)));
        let one = U256::from(1);
        match self.dice.below(9) {
            0 | 1 => self.create_policy(),
            2 => {
                let name = source;
                self.splitter(&ISplitter::addSourceCall { source, name, policyId: policy })
            }
            3 => {
                let policy_id = self.dice.one_of(&[policy, FOLLOWS]);
                self.splitter(&ISplitter::setSourcePolicyCall { source, policyId: policy_id })
            }
            4 | 5 => {
                let (setter, none) = (self.anybody(), U256::ZERO);
                let terms = ISplitter::setStakersShareTermsCall {
                    setter,
                    policyId: one,
                    stakersIndex: none,
                    minBps: U256::from(2_000),
                    maxBps: U256::from(9_000),
                };
                self.splitter(&terms)
            }
            6 | 7 => {
                let bps = U256::from(2_000 + self.dice.below(7_000));
                self.splitter(&ISplitter::setStakersShareCall { bps })
            }
            _ => {
                let someone = self.anybody();
                self.splitter(&ISplitter::setGuardianCall { newGuardian: someone })
            }
        }
    }

    /// The vault, an account, and somebody who takes no streams.
    fn create_policy(&mut self) -> Call {
        let Staged { vault, treasury, .. } = *self.stage;
        let part = 1 + self.dice.below(4_000) as u32;
        let create = ISplitter::createPolicyCall {
            name: B256::right_padding_from(b"of the moment"),
            payees: vec![vault, treasury, self.anybody()],
            bps: vec![4_000, part, 6_000 - part],
            kinds: vec![1, 0, self.dice.one_of(&[0, 0, 1])],
            tags: vec![B256::ZERO; 3],
        };
        self.splitter(&create)
    }
}
