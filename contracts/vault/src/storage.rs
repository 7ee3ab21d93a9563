//! Where the vault keeps its books.
//!
//! | slot | what |
//! |---|---|
//! | 0 | total supply, total boost, last update: [`Packed`] |
//! | 1 | asset, its decimals, number of reward tokens, paused: [`Config`] |
//! | 2 | the multiplier curve: [`accrual::Curve`] |
//! | 3, 4 | name, symbol |
//! | 5, 6, 7 | owner, pending owner, guardian |
//! | 8 | owner → spender → allowance |
//! | 9 | owner → permit nonce |
//! | 10 | account → [`crate::words::Position`] |
//! | 11 | account → eight corrections, one a token: [`accrual::account`] |
//! | 12 | account → [`Locks`] |
//! | 13 | boosts that end, by week: [`Weekly`] |
//! | 14 | reward token → its number plus one |
//! | 15 | account → [`Payout`] |
//! | 16, 17, 18 | the penalty curve, the splitter and its source that get penalties |
//! | 19 | account → its delegate |
//! | 20 | delegate → [`crate::votes::Delegate`] |
//! | 21 | total weight plus one, by week: [`Weekly`] |
//! | 32 … | eight [`Reward`]s of eight slots |

use accrual::{Curve, EndWeeks, Token, halves, join};
use alloy_primitives::{Address, U256};
use components::{Allowances, Permits, Roles, ShortString, Slot, abi::Word};
use stylus_sdk::host::VM;

use crate::words::Packed;

pub(crate) const TOTALS: Slot = Slot::at(0);
const CONFIG: Slot = Slot::at(1);
const CURVE: Slot = Slot::at(2);
pub(crate) const NAME: ShortString = ShortString::at(3);
pub(crate) const SYMBOL: ShortString = ShortString::at(4);
pub(crate) const ROLES: Roles = Roles::at(5);
pub(crate) const ALLOWANCES: Allowances = Allowances::at(8);
pub(crate) const PERMITS: Permits = Permits::at(9);
pub(crate) const POSITIONS: Slot = Slot::at(10);
const CORRECTIONS: Slot = Slot::at(11);
const LOCKS: Slot = Slot::at(12);
/// The sums of the boosts that end at the start of each week.
pub(crate) const BOOST_ENDING: Weekly = Weekly::at(Slot::at(13));
pub(crate) const REWARD_IDS: Slot = Slot::at(14);
const PAYOUTS: Slot = Slot::at(15);
const PENALTY_CURVE: Slot = Slot::at(16);
pub(crate) const PENALTY_SPLITTER: Slot = Slot::at(17);
pub(crate) const PENALTY_SOURCE: Slot = Slot::at(18);
pub(crate) const DELEGATES: Slot = Slot::at(19);
pub(crate) const VOTES: Slot = Slot::at(20);
/// One more than the total weight at the start of each week in which the books were brought forward;
/// zero for the others.
pub(crate) const WEEK_TOTALS: Weekly = Weekly::at(Slot::at(21));
const REWARDS: Slot = Slot::at(32);

/// The most reward tokens a vault can have: each one adds slots to every weight change.
pub(crate) const MAX_REWARD_TOKENS: u8 = 8;
/// Slots of a [`Reward`].
const REWARD_SLOTS: u64 = 8;

/// The address in the lower 160 bits of `word`.
pub(crate) fn address_of(word: U256) -> Address {
    Address::from_word(word.word())
}

/// Byte `n` above the address in `word`.
const fn byte_of(word: U256, n: usize) -> u8 {
    word.byte(20_usize.saturating_add(n))
}

/// `account` with three bytes above it.
pub(crate) fn with_bytes(account: Address, [a, b, c]: [u8; 3]) -> U256 {
    let mut word = account.word();
    let [_, _, _, _, _, _, _, _, _, third, second, first, ..] = &mut word.0;
    (*first, *second, *third) = (a, b, c);
    U256::from_be_bytes(word.0)
}

/// What a deposit has to know: one slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Config {
    pub(crate) asset: Address,
    pub(crate) decimals: u8,
    pub(crate) reward_count: u8,
    pub(crate) paused: bool,
}

impl Config {
    pub(crate) fn get(vm: &VM) -> Self {
        let word = CONFIG.get(vm);
        Self {
            asset: address_of(word),
            decimals: byte_of(word, 0),
            reward_count: byte_of(word, 1),
            paused: byte_of(word, 2) != 0,
        }
    }

    pub(crate) fn set(self, vm: &VM) {
        let bytes = [self.decimals, self.reward_count, u8::from(self.paused)];
        CONFIG.set(vm, with_bytes(self.asset, bytes));
    }
}

/// The curve that new locks use.
pub(crate) fn curve(vm: &VM) -> Curve {
    Curve(CURVE.get(vm).to_be_bytes())
}

pub(crate) fn set_curve(vm: &VM, curve: Curve) {
    CURVE.set(vm, U256::from_be_bytes(curve.0));
}

/// What leaving a lock early costs; no points if that is not possible.
pub(crate) fn penalty_curve(vm: &VM) -> Curve {
    Curve(PENALTY_CURVE.get(vm).to_be_bytes())
}

pub(crate) fn set_penalty_curve(vm: &VM, curve: Curve) {
    PENALTY_CURVE.set(vm, U256::from_be_bytes(curve.0));
}

/// Where the revenue of an account goes when it is claimed for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payout {
    /// Zero for the account itself.
    pub(crate) payee: Address,
    /// Whether anyone may have it paid.
    pub(crate) automatic: bool,
}

impl Payout {
    pub(crate) fn of(vm: &VM, account: Address) -> Self {
        let word = PAYOUTS.key(account).get(vm);
        Self { payee: address_of(word), automatic: byte_of(word, 0) != 0 }
    }

    pub(crate) fn set(self, vm: &VM, account: Address) {
        PAYOUTS.key(account).set(vm, with_bytes(self.payee, [u8::from(self.automatic), 0, 0]));
    }
}

/// Amounts by week, two in a slot: half the week is the key of a mapping, and the even week is in
/// the upper half.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weekly(Slot);

impl Weekly {
    /// A mapping whose root is `slot`.
    pub(crate) const fn at(slot: Slot) -> Self {
        Self(slot)
    }

    fn pair(self, week: u64) -> Slot {
        self.0.key(week >> 1)
    }

    pub(crate) fn get(self, vm: &VM, week: u64) -> u128 {
        let (even, odd) = halves(self.pair(week).get(vm));
        if week & 1 == 0 { even } else { odd }
    }

    pub(crate) fn set(self, vm: &VM, week: u64, amount: u128) {
        let slot = self.pair(week);
        let (even, odd) = halves(slot.get(vm));
        slot.set(vm, if week & 1 == 0 { join(amount, odd) } else { join(even, amount) });
    }

    /// Adds to the amount of `week`. What is added is a part of a total that fits.
    pub(crate) fn add(self, vm: &VM, week: u64, amount: u128) {
        self.set(vm, week, self.get(vm, week).saturating_add(amount));
    }

    /// Takes away a part of the amount of `week`.
    pub(crate) fn take(self, vm: &VM, week: u64, amount: u128) {
        self.set(vm, week, self.get(vm, week).saturating_sub(amount));
    }
}

/// The correction of `account` in token number `id`.
pub(crate) fn correction(account: Address, id: u8) -> Slot {
    CORRECTIONS.key(account).plus(u64::from(id))
}

/// A lock bucket: all of an account's locks that end at the start of the same week.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    /// The week at whose start it ends.
    pub(crate) end: u64,
    /// Zero if there is no such lock.
    pub(crate) assets: u128,
    pub(crate) boost: u128,
}

/// The locks of one account. Three slots: the sum of what is locked and the weeks at whose start locks
/// end; the root of the buckets by end week, which like the sum include what has expired and is not
/// settled yet; and the standing lock: assets, boost and, in the tail, its weeks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Locks(Slot);

impl Locks {
    pub(crate) fn of(account: Address) -> Self {
        Self(LOCKS.key(account))
    }

    /// What is locked, and the weeks at whose start ordinary locks may end.
    pub(crate) fn head(self, vm: &VM) -> (u128, EndWeeks) {
        let (locked, ends) = halves(self.0.get(vm));
        (locked, EndWeeks(ends))
    }

    pub(crate) fn set_head(self, vm: &VM, locked: u128, ends: EndWeeks) {
        self.0.set(vm, join(locked, ends.0));
    }

    /// The ordinary locks that end at the start of week `end`.
    pub(crate) fn bucket(self, vm: &VM, end: u64) -> Bucket {
        let word = self.0.plus(1).key(end).get(vm);
        let Packed { first: assets, second: boost, .. } = Packed::unpack(word);
        Bucket { end, assets, boost }
    }

    pub(crate) fn set_bucket(self, vm: &VM, Bucket { end, assets, boost }: Bucket) {
        let packed = Packed { first: assets, second: boost, tail: 0 };
        self.0.plus(1).key(end).set(vm, packed.pack());
    }

    /// Empties the bucket of week `end`. The weeks that are left of `ends`: without this one, unless
    /// the other week of its pair has locks.
    pub(crate) fn empty_bucket(self, vm: &VM, end: u64, mut ends: EndWeeks) -> EndWeeks {
        self.set_bucket(vm, Bucket { end, ..Bucket::default() });
        if self.bucket(vm, end ^ 1).assets == 0 {
            ends.remove(end);
        }
        ends
    }

    pub(crate) const fn standing(self) -> Slot {
        self.0.plus(2)
    }
}

/// One reward token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reward(Slot);

impl Reward {
    pub(crate) fn number(id: u8) -> Self {
        Self(REWARDS.plus(u64::from(id).saturating_mul(REWARD_SLOTS)))
    }

    /// The token, whole weeks that a push streams for, and whether it takes no new revenue.
    pub(crate) fn terms(self, vm: &VM) -> (Address, u8, bool) {
        let word = self.0.get(vm);
        (address_of(word), byte_of(word, 0), byte_of(word, 1) != 0)
    }

    pub(crate) fn set_terms(self, vm: &VM, token: Address, stream_weeks: u8, retired: bool) {
        self.0.set(vm, with_bytes(token, [stream_weeks, u8::from(retired), 0]));
    }

    /// Lifetime totals in whole tokens: received, paid.
    pub(crate) fn totals(self, vm: &VM) -> (u128, u128) {
        halves(self.0.plus(1).get(vm))
    }

    pub(crate) fn set_totals(self, vm: &VM, received: u128, paid: u128) {
        self.0.plus(1).set(vm, join(received, paid));
    }

    /// Index and rate.
    pub(crate) fn running(self, vm: &VM) -> Token {
        Token { index: self.0.plus(2).get(vm), rate: self.0.plus(3).get(vm) }
    }

    pub(crate) fn set_index(self, vm: &VM, index: U256) {
        self.0.plus(2).set(vm, index);
    }

    pub(crate) fn set_rate(self, vm: &VM, rate: U256) {
        self.0.plus(3).set(vm, rate);
    }

    /// What fell due while nobody was staked, in units of 2^-128 token.
    pub(crate) const fn held(self) -> Slot {
        self.0.plus(4)
    }

    /// The sum of the rates that end at the start of `week`.
    pub(crate) fn rate_ending(self, week: u64) -> Slot {
        self.0.plus(5).key(week)
    }

    /// The index at the start of `week`, where boosts ended.
    pub(crate) fn index_at(self, week: u64) -> Slot {
        self.0.plus(6).key(week)
    }
}
