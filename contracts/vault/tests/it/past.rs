//! Random pasts: what the standards promise has to hold whatever happened before.

use alloy_primitives::{Address, B256, U256};
use proptest::prelude::*;

use crate::{FORTUNE, IVault, Scene, WEEK, coin, columns, n};

/// Something that happens. Parts are out of 256 of what there is.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Wait {
        seconds: u64,
    },
    Stake {
        who: usize,
        amount: u128,
    },
    Lock {
        who: usize,
        part: u16,
        weeks: u64,
    },
    LockStanding {
        who: usize,
        part: u16,
        weeks: u64,
    },
    Unwind {
        who: usize,
        part: u16,
    },
    /// Of the first lock, if there is one.
    Extend {
        who: usize,
        part: u16,
        weeks: u64,
    },
    ExitEarly {
        who: usize,
        part: u16,
    },
    Delegate {
        who: usize,
        to: usize,
    },
    Move {
        from: usize,
        to: usize,
        part: u16,
    },
    Leave {
        who: usize,
        part: u16,
    },
    Push {
        token: usize,
        amount: u128,
    },
    Claim {
        who: usize,
    },
    Compound {
        who: usize,
    },
    /// Assets come in that nobody staked.
    Stray {
        amount: u128,
    },
    Pause,
    Unpause,
}

/// Who appears in a past.
pub(crate) const PEOPLE: usize = 3;
/// The asset and two more that are revenue.
pub(crate) const TOKENS: usize = 3;
const PARTS: u16 = 256;

pub(crate) fn part() -> impl Strategy<Value = u16> {
    prop_oneof![Just(1), Just(PARTS), 1..PARTS]
}

/// Amounts of any size; a fortune is enough for all of a past.
pub(crate) fn amounts() -> impl Strategy<Value = u128> {
    prop_oneof![1..10_u128, 1..1_000_000_000_u128, 1..(1_u128 << 90)]
}

fn who() -> impl Strategy<Value = usize> {
    0..PEOPLE
}

fn weeks() -> impl Strategy<Value = u64> {
    prop_oneof![2 => 1..=3_u64, 1 => 1..=208_u64]
}

/// Something that takes no time, and that costs nobody else anything.
pub(crate) fn instant() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (who(), amounts()).prop_map(|(who, amount)| Step::Stake { who, amount }),
        3 => (who(), part(), weeks())
            .prop_map(|(who, part, weeks)| Step::Lock { who, part, weeks }),
        1 => (who(), part(), weeks())
            .prop_map(|(who, part, weeks)| Step::LockStanding { who, part, weeks }),
        1 => (who(), part()).prop_map(|(who, part)| Step::Unwind { who, part }),
        1 => (who(), who()).prop_map(|(who, to)| Step::Delegate { who, to }),
        2 => (who(), who(), part()).prop_map(|(from, to, part)| Step::Move { from, to, part }),
        1 => (who(), part()).prop_map(|(who, part)| Step::Leave { who, part }),
        2 => (0..TOKENS, amounts()).prop_map(|(token, amount)| Step::Push { token, amount }),
    ]
}

pub(crate) fn past() -> impl Strategy<Value = Vec<Step>> {
    let seconds = prop_oneof![Just(0), Just(1), 1..WEEK, WEEK..4 * WEEK, WEEK..60 * WEEK];
    let step = prop_oneof![
        3 => seconds.prop_map(|seconds| Step::Wait { seconds }),
        14 => instant(),
        1 => (who(), part(), weeks())
            .prop_map(|(who, part, weeks)| Step::Extend { who, part, weeks }),
        1 => (who(), part()).prop_map(|(who, part)| Step::ExitEarly { who, part }),
        1 => who().prop_map(|who| Step::Claim { who }),
        1 => who().prop_map(|who| Step::Compound { who }),
        1 => amounts().prop_map(|amount| Step::Stray { amount }),
        1 => Just(Step::Pause),
        2 => Just(Step::Unpause),
    ];
    let steps = proptest::collection::vec(step, 0..32);
    // Mostly, everybody has a stake from the beginning.
    (proptest::bool::weighted(0.8), steps).prop_map(|(staked, steps)| {
        let stakes = (0..PEOPLE).map(|who| Step::Stake { who, amount: FORTUNE >> 4 });
        stakes.filter(|_| staked).chain(steps).collect()
    })
}

/// `part` of `whole`, rounded down.
pub(crate) fn portion(whole: U256, part: u16) -> U256 {
    (whole >> 8) * U256::from(part) + (((whole & U256::from(255)) * U256::from(part)) >> 8)
}

/// What leaving early costs: from 1 % in the last week to all of it in four years.
const PENALTIES: [(u32, u32); 2] = [(0, 100), (208, 10_000)];

impl Scene {
    /// The scene after `past`, of which may have failed what a pause forbids, or what was nothing.
    pub(crate) fn after(past: &[Step]) -> Self {
        let scene = Self::new();
        let (durations, penalties) = columns(&PENALTIES);
        let (splitter, source) = (scene.treasury, B256::ZERO);
        let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        assert!(scene.call(scene.owner, call).is_ok());
        for step in past {
            scene.pass(step);
        }
        scene
    }

    pub(crate) fn people(&self) -> [Address; PEOPLE] {
        [self.alice, self.bob, self.carol]
    }

    pub(crate) fn person(&self, index: usize) -> Address {
        self.people()[index % PEOPLE]
    }

    pub(crate) fn tokens(&self) -> [Address; TOKENS] {
        [self.asset, self.usd, self.eth]
    }

    /// All who can have shares or assets.
    pub(crate) fn everybody(&self) -> [Address; 5] {
        [self.alice, self.bob, self.carol, self.treasury, self.vault]
    }

    /// Does a step, if it can be done: of nothing nothing can be withdrawn or locked.
    pub(crate) fn pass(&self, step: &Step) {
        match *step {
            Step::Wait { seconds } => self.stage.warp(seconds),
            Step::Stake { who, amount } => _ = self.deposit(self.person(who), n(amount)),
            Step::Move { from, to, part } => {
                let (from, to) = (self.person(from), self.person(to));
                _ = self.transfer(from, to, portion(self.unlocked(from), part));
            }
            Step::Leave { who, part } => {
                let who = self.person(who);
                _ = self.withdraw(who, portion(self.unlocked(who), part));
            }
            Step::Delegate { who, to } => {
                let delegatee = self.person(to);
                _ = self.call(self.person(who), IVault::delegateCall { delegatee });
            }
            Step::Push { token, amount } => _ = self.push(self.tokens()[token], amount),
            Step::Claim { who } => _ = self.claim(self.person(who), self.asset),
            Step::Compound { who } => _ = self.call(self.person(who), IVault::compoundCall {}),
            Step::Stray { amount } => {
                let held = self.coins(self.asset, self.vault);
                coin::give(&self.stage, self.asset, self.vault, held + n(amount));
            }
            Step::Pause => self.pause(),
            Step::Unpause => _ = self.call(self.owner, IVault::unpauseCall {}),
            _ => self.pass_lock(step),
        }
    }

    /// A step that is about somebody's locks.
    fn pass_lock(&self, step: &Step) {
        match *step {
            Step::Lock { who, part, weeks } => {
                let who = self.person(who);
                let assets = portion(self.unlocked(who), part);
                let call = IVault::lockCall { assets, durationWeeks: U256::from(weeks) };
                _ = self.call(who, call);
            }
            Step::LockStanding { who, part, weeks } => {
                let who = self.person(who);
                let standing = self.read(IVault::standingOfCall { account: who });
                let new = standing.assets.is_zero();
                let weeks = if new { U256::from(weeks) } else { standing.durationWeeks };
                let assets = portion(self.unlocked(who), part);
                _ = self.call(who, IVault::lockStandingCall { assets, durationWeeks: weeks });
            }
            Step::Unwind { who, part } => {
                let who = self.person(who);
                let standing = self.read(IVault::standingOfCall { account: who });
                let assets = portion(standing.assets, part);
                _ = self.call(who, IVault::unwindCall { assets });
            }
            Step::Extend { who, part, weeks } => {
                let Some((who, unlock_time, assets)) = self.first_lock(who, part) else { return };
                _ = self.call(
                    who,
                    IVault::extendLockCall {
                        unlockTime: unlock_time,
                        assets,
                        durationWeeks: U256::from(weeks),
                    },
                );
            }
            Step::ExitEarly { who, part } => {
                let Some((who, unlock_time, assets)) = self.first_lock(who, part) else { return };
                _ = self.call(
                    who,
                    IVault::exitEarlyCall {
                        unlockTime: unlock_time,
                        assets,
                        maxPenalty: U256::MAX,
                    },
                );
            }
            _ => unreachable!("not about locks: {step:?}"),
        }
    }

    /// The end of somebody's first lock, and a part of what is in it.
    fn first_lock(&self, who: usize, part: u16) -> Option<(Address, U256, U256)> {
        let account = self.person(who);
        let locks = self.read(IVault::locksOfCall { account });
        let end = locks.unlockTimes.first()?;
        Some((account, *end, portion(locks.assets[0], part)))
    }

    pub(crate) fn supply(&self) -> U256 {
        self.read(IVault::totalSupplyCall {})
    }

    pub(crate) fn allowance_of(&self, owner: Address, spender: Address) -> U256 {
        self.read(IVault::allowanceCall { owner, spender })
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.read(IVault::pausedCall {})
    }

    /// Shares and assets of everybody, for saying that nothing else moved.
    pub(crate) fn holdings(&self) -> Vec<(U256, U256)> {
        let of = |who| (self.shares(who), self.coins(self.asset, who));
        self.everybody().into_iter().map(of).collect()
    }
}
