//! Random deposits, payments and changes of policy, against exact integers of any size.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;
use proptest::prelude::*;
use splitter::ISplitter;

use super::{ACCOUNT, STREAM, World, balance, label, n, payees};

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    Deposit(u128),
    Release(usize),
    Distribute(usize),
    Point(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![1..100_u128, 1..10_u128.pow(24), 1..10_u128.pow(36)];
    let step = prop_oneof![
        3 => amount.prop_map(Step::Deposit),
        3 => any::<usize>().prop_map(Step::Release),
        1 => any::<usize>().prop_map(Step::Distribute),
        1 => any::<usize>().prop_map(Step::Point),
    ];
    prop::collection::vec(step, 1..60)
}

/// Basis points of two policies, each adding up to 10,000.
fn shares() -> impl Strategy<Value = [Vec<u32>; 2]> {
    let cuts = prop::collection::btree_set(1..10_000_u32, 1..6);
    let shares = cuts.prop_map(|cuts| {
        let ends: Vec<_> = cuts.into_iter().chain([10_000]).collect();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        ends.iter().zip(starts).map(|(end, start)| end - start).collect()
    });
    [shares.clone(), shares]
}

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

/// The splitter and the exact account of it.
struct Twin {
    world: World,
    shares: [Vec<u32>; 2],
    current: usize,
    received: [BigUint; 2],
    paid: BTreeMap<(usize, usize), BigUint>,
}

impl Twin {
    fn new(shares: [Vec<u32>; 2]) -> Self {
        let world = World::new();
        for (policy, bps) in shares.iter().enumerate() {
            let list: Vec<_> =
                bps.iter().enumerate().map(|(i, bps)| payee(&world, policy, i, *bps)).collect();
            world.policy(&list);
        }
        world.source(label("fees"), n(1));
        Self { world, shares, current: 0, received: Default::default(), paid: BTreeMap::new() }
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Deposit(amount) => {
                self.world.deposit(self.world.usd, U256::from(amount));
                self.received[self.current] += amount;
            }
            Step::Release(any) => self.release(any),
            Step::Distribute(any) => self.distribute(any % 2),
            Step::Point(any) => self.point(any % 2),
        }
    }

    fn point(&mut self, policy: usize) {
        let call = ISplitter::setSourcePolicyCall {
            source: label("fees"),
            policyId: n(policy as u64 + 1),
        };
        self.world.call(self.world.owner, call);
        self.current = policy;
    }

    fn release(&mut self, any: usize) {
        let (policy, payee) = (any % 2, (any / 2) % self.shares[any % 2].len());
        let owed = self.owed(policy, payee);
        if owed != BigUint::ZERO {
            let paid = self.world.release(n(policy as u64 + 1), payee as u64, self.world.usd);
            assert_eq!(big(paid), owed);
            *self.paid.entry((policy, payee)).or_default() += owed;
        }
    }

    fn distribute(&mut self, policy: usize) {
        let streams = (0..self.shares[policy].len()).filter(|payee| payee % 2 == 1);
        let owed: Vec<_> = streams.map(|payee| (payee, self.owed(policy, payee))).collect();
        let paid = self.world.distribute(n(policy as u64 + 1), self.world.usd);
        assert_eq!(big(paid), owed.iter().map(|(_, owed)| owed).sum());
        for (payee, owed) in owed {
            *self.paid.entry((policy, payee)).or_default() += owed;
        }
    }

    /// The exact share, rounded down, less what was paid.
    fn owed(&self, policy: usize, payee: usize) -> BigUint {
        let share = &self.received[policy] * self.shares[policy][payee] / 10_000_u32;
        share - self.paid.get(&(policy, payee)).cloned().unwrap_or_default()
    }

    fn each_payee(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..2).flat_map(|policy| (0..self.shares[policy].len()).map(move |payee| (policy, payee)))
    }

    fn compare(&self) {
        for (policy, payee) in self.each_payee() {
            let owed = self.world.owed(n(policy as u64 + 1), payee as u64, self.world.usd);
            assert_eq!(big(owed), self.owed(policy, payee), "policy {policy}, payee {payee}");
        }
        let held: BigUint =
            self.received.iter().sum::<BigUint>() - self.paid.values().sum::<BigUint>();
        assert_eq!(big(self.world.undistributed(self.world.usd)), held);
        assert_eq!(big(balance(&self.world.stage, self.world.usd, self.world.splitter)), held);
    }

    /// Rounds each policy's total up to a multiple of 10,000 and pays everybody.
    fn settle(&mut self) {
        for policy in 0..2 {
            self.point(policy);
            let rest = (&self.received[policy] % 10_000_u32).to_u64_digits();
            let missing = 10_000 - u128::from(rest.first().copied().unwrap_or_default());
            self.run(Step::Deposit(missing));
        }
        for (policy, payee) in self.each_payee().collect::<Vec<_>>() {
            self.release(policy + 2 * payee);
        }
    }
}

/// Payees alternate between plain accounts and streams.
fn payee(world: &World, policy: usize, index: usize, bps: u32) -> (Address, u32, u8) {
    let name = format!("payee {policy} {index}");
    if index.is_multiple_of(2) {
        return (world.stage.account(&name), bps, ACCOUNT);
    }
    (world.stage.install(&name, payees::honest), bps, STREAM)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn everyone_is_owed_the_exact_share_rounded_down_whenever_paid(
        shares in shares(),
        steps in steps(),
    ) {
        let mut twin = Twin::new(shares);
        for step in steps {
            twin.run(step);
            twin.compare();
        }
    }

    #[test]
    fn rounding_leaves_no_dust_behind(shares in shares(), steps in steps()) {
        let mut twin = Twin::new(shares);
        for step in steps {
            twin.run(step);
        }
        twin.settle();
        twin.compare();
        prop_assert_eq!(twin.world.undistributed(twin.world.usd), U256::ZERO);
    }
}
