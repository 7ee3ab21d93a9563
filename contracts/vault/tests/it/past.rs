//! Random pasts: what the standards promise has to hold whatever happened before.

use alloy_primitives::{Address, U256};
use proptest::prelude::*;

use crate::{IVault, Scene, WEEK, coin, n};

/// Something that happens. Parts are out of 256 of what there is.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Wait { seconds: u64 },
    Stake { who: usize, part: u16 },
    Lock { who: usize, part: u16, weeks: u64 },
    Move { from: usize, to: usize, part: u16 },
    Leave { who: usize, part: u16 },
    Push { amount: u128 },
    Claim { who: usize },
    /// Assets come in that nobody staked.
    Stray { amount: u128 },
    Pause,
    Unpause,
}

/// Who appears in a past.
pub(crate) const PEOPLE: usize = 3;
const PARTS: u16 = 256;

pub(crate) fn part() -> impl Strategy<Value = u16> {
    prop_oneof![Just(1), Just(PARTS), 1..PARTS]
}

pub(crate) fn past() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..PEOPLE;
    let amount = || (1..90_u32).prop_map(|bits| (1_u128 << bits) - 1);
    let seconds = prop_oneof![Just(0), Just(1), 1..WEEK, WEEK..30 * WEEK];
    let step = prop_oneof![
        3 => seconds.prop_map(|seconds| Step::Wait { seconds }),
        3 => (who(), part()).prop_map(|(who, part)| Step::Stake { who, part }),
        3 => (who(), part(), 1..=208_u64)
            .prop_map(|(who, part, weeks)| Step::Lock { who, part, weeks }),
        2 => (who(), who(), part()).prop_map(|(from, to, part)| Step::Move { from, to, part }),
        1 => (who(), part()).prop_map(|(who, part)| Step::Leave { who, part }),
        1 => amount().prop_map(|amount| Step::Push { amount }),
        1 => who().prop_map(|who| Step::Claim { who }),
        1 => amount().prop_map(|amount| Step::Stray { amount }),
        1 => Just(Step::Pause),
        2 => Just(Step::Unpause),
    ];
    proptest::collection::vec(step, 0..24)
}

/// `part` of `whole`, rounded down.
pub(crate) fn portion(whole: U256, part: u16) -> U256 {
    (whole >> 8) * U256::from(part) + (((whole & U256::from(255)) * U256::from(part)) >> 8)
}

impl Scene {
    /// The scene after `past`, of which may have failed what a pause forbids, or what was nothing.
    pub(crate) fn after(past: &[Step]) -> Self {
        let scene = Self::new();
        for step in past {
            scene.play(step);
        }
        scene
    }

    pub(crate) fn person(&self, index: usize) -> Address {
        [self.alice, self.bob, self.carol][index % PEOPLE]
    }

    /// All who can have shares or assets.
    pub(crate) fn people(&self) -> [Address; 5] {
        [self.alice, self.bob, self.carol, self.treasury, self.vault]
    }

    fn play(&self, step: &Step) {
        let stage = &self.stage;
        match *step {
            Step::Wait { seconds } => stage.warp(seconds),
            Step::Stake { who, part } => {
                let who = self.person(who);
                // Everybody keeps most of it, so that there is always something to stake.
                _ = self.deposit(who, portion(self.coins(self.asset, who) >> 4, part));
            }
            Step::Lock { who, part, weeks } => {
                let who = self.person(who);
                let assets = portion(self.unlocked(who), part);
                _ = self.call(who, IVault::lockCall { assets, durationWeeks: U256::from(weeks) });
            }
            Step::Move { from, to, part } => {
                let (from, to) = (self.person(from), self.person(to));
                _ = self.transfer(from, to, portion(self.unlocked(from), part));
            }
            Step::Leave { who, part } => {
                let who = self.person(who);
                _ = self.withdraw(who, portion(self.unlocked(who), part));
            }
            Step::Push { amount } => _ = self.push(self.asset, amount),
            Step::Claim { who } => _ = self.claim(self.person(who), self.asset),
            Step::Stray { amount } => {
                let held = self.coins(self.asset, self.vault);
                coin::give(stage, self.asset, self.vault, held + n(amount));
            }
            Step::Pause => self.pause(),
            Step::Unpause => _ = self.call(self.owner, IVault::unpauseCall {}),
        }
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
        self.people().into_iter().map(of).collect()
    }
}
