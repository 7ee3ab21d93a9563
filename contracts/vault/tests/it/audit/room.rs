//! A vault with honest tokens, and in it Alice, who has one of everything.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use stage::{Answer, Frame, Revert, START, Stage, Wallet, slot};

use crate::{CURVE, FORTUNE, IVault, Plan, Scene, WEEK, coin, columns, n};

sol! {
    struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }

    interface Honest {
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function decimals() external view returns (uint8);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function setBalance(address account, uint256 value) external;
    }
}

/// An honest token that keeps allowances of what the vault allows, and lets the vault pull freely.
fn honest(frame: &Frame<'_>) -> Answer {
    let word = |value: U256| Ok(value.to_be_bytes::<32>().to_vec());
    let shift = |from: Address, to: Address, value: U256| {
        let rest = frame.load(slot(from)).checked_sub(value).ok_or(Revert(b"short".to_vec()))?;
        frame.store(slot(from), rest);
        frame.store(slot(to), frame.load(slot(to)) + value);
        word(U256::ONE)
    };
    if let Ok(call) = frame.decode::<Honest::balanceOfCall>() {
        word(frame.load(slot(call.account)))
    } else if let Ok(call) = frame.decode::<Honest::allowanceCall>() {
        word(frame.load(slot((call.owner, call.spender))))
    } else if frame.is::<Honest::decimalsCall>() {
        word(n(18))
    } else if let Ok(call) = frame.decode::<Honest::approveCall>() {
        frame.store(slot((frame.sender(), call.spender)), call.value);
        word(U256::ONE)
    } else if let Ok(call) = frame.decode::<Honest::transferCall>() {
        shift(frame.sender(), call.to, call.value)
    } else if let Ok(call) = frame.decode::<Honest::transferFromCall>() {
        shift(call.from, call.to, call.value)
    } else {
        let set = frame.decode::<Honest::setBalanceCall>()?;
        frame.store(slot(set.account), set.value);
        Ok(Vec::new())
    }
}

/// A vault in which Alice, who has a key, has one of everything: free shares, locks that end at the
/// start of the second week and of later ones, a standing lock, delegates, revenue and a payout.
pub(super) struct Room {
    pub(super) scene: Scene,
    pub(super) key: Wallet,
    pub(super) dan: Address,
    /// When her first lock ends, and her last one.
    pub(super) first: u64,
    pub(super) last: u64,
}

impl Room {
    pub(super) fn new() -> Self {
        let (stage, key) = (Stage::new(), Wallet::new("alice"));
        let at = |name: &str| stage.account(name);
        let plan = Plan {
            asset: stage.install("asset", honest),
            owner: at("owner"),
            guardian: at("guardian"),
            points: CURVE.to_vec(),
        };
        let vault = stage.deploy("vault", vault::main, plan.calldata()).expect("a valid plan");
        let [usd, eth] = ["usd", "eth"].map(|name| stage.install(name, honest));
        let [treasury, bob, carol, dan] = ["treasury", "bob", "carol", "dan"].map(at);
        let alice = key.address;
        for token in [plan.asset, usd, eth] {
            for holder in [treasury, alice, bob, carol] {
                coin::give(&stage, token, holder, n(FORTUNE));
            }
        }
        let Plan { asset, owner, guardian, .. } = plan;
        let scene =
            Scene { stage, vault, asset, usd, eth, owner, guardian, treasury, alice, bob, carol };
        let mut room = Self { scene, key, dan, first: 0, last: 0 };
        room.furnish();
        room
    }

    fn furnish(&mut self) {
        let Scene { alice, bob, carol, asset, usd, eth, owner, .. } = self.scene;
        let scene = &self.scene;
        for (token, weeks) in [(asset, 1), (usd, 1), (eth, 4)] {
            scene.add_token(token, weeks).expect("a new token");
        }
        let (durations, penalties) = columns(&[(0, 1_000), (208, 9_000)]);
        let (splitter, source) = (self.dan, B256::ZERO);
        let price = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        scene.call(owner, price).expect("the owner");
        for who in [alice, bob, carol] {
            scene.stake(who, 100_000);
            let call = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
            scene.call(who, call).expect("anybody");
            scene.call(who, IVault::approveCall { spender: carol, value: U256::MAX }).expect("all");
        }
        self.delegate(bob, alice);
        for who in [alice, carol] {
            self.delegate(who, self.dan);
        }
        scene.lock(bob, 9_999, 1).expect("a lock");
        self.first = scene.lock(alice, 10_007, 1).expect("a lock");
        scene.lock(alice, 20_011, 2).expect("the other week of a pair");
        self.last = scene.lock(alice, 30_013, 60).expect("a lock");
        let (assets, weeks) = (n(5_003), n(26));
        let stand = IVault::lockStandingCall { assets, durationWeeks: weeks };
        scene.call(alice, stand).expect("a standing lock");
        for token in [asset, usd, eth] {
            scene.push(token, 1 << 60).expect("revenue");
        }
    }

    pub(super) fn delegate(&self, who: Address, to: Address) {
        self.scene.call(who, IVault::delegateCall { delegatee: to }).expect("anybody");
    }

    pub(super) fn domain(&self) -> Eip712Domain {
        let domain = self.scene.read(IVault::eip712DomainCall {});
        let (name, version) = (Some(domain.name.into()), Some(domain.version.into()));
        Eip712Domain::new(name, version, Some(domain.chainId), Some(self.scene.vault), None)
    }

    /// Alice's delegation to `to`, signed with her next nonce.
    pub(super) fn signed(&self, to: Address) -> IVault::delegateBySigCall {
        let nonce = self.scene.read(IVault::noncesCall { owner: self.key.address });
        let message = Delegation { delegatee: to, nonce, expiry: U256::MAX };
        let (v, r, s) = self.key.sign(message.eip712_signing_hash(&self.domain()));
        IVault::delegateBySigCall { delegatee: to, nonce, expiry: U256::MAX, v, r, s }
    }

    /// Settles Alice's and Bob's locks, and changes nothing else.
    pub(super) fn settle(&self) {
        let Scene { alice, bob, carol, .. } = self.scene;
        for who in [alice, bob] {
            assert_eq!(self.scene.transfer(who, carol, n(0)), Ok(true));
        }
    }

    /// Votes are the weights of those who delegate, and weights add up.
    #[track_caller]
    pub(super) fn assert_counted(&self, what: &str) {
        let Scene { alice, bob, carol, .. } = self.scene;
        let (scene, holders) = (&self.scene, [alice, bob, carol, self.dan]);
        let sum = |counts: &dyn Fn(Address) -> bool| {
            let counted = holders.iter().filter(|who| counts(**who));
            counted.map(|who| scene.weight(*who)).sum::<U256>()
        };
        assert_eq!(sum(&|_| true), scene.total_weight(), "{what}");
        for account in holders {
            let to = |who| scene.read(IVault::delegatesCall { account: who });
            let votes = scene.read(IVault::getVotesCall { account });
            assert_eq!(votes, sum(&|who| to(who) == account), "{what}");
        }
    }

    /// Everything that can be asked of the people.
    pub(super) fn portrait(&self) -> Vec<U256> {
        let Scene { alice, bob, carol, asset, usd, eth, .. } = self.scene;
        let (scene, now) = (&self.scene, self.scene.stage.timestamp());
        let mut figures = vec![scene.total_weight(), scene.read(IVault::totalSupplyCall {})];
        for account in [alice, bob, carol, self.dan] {
            figures.extend([scene.shares(account), scene.unlocked(account), scene.weight(account)]);
            figures.push(scene.read(IVault::getVotesCall { account }));
            figures.extend([asset, usd, eth].map(|token| scene.claimable(account, token)));
            let locks = scene.read(IVault::locksOfCall { account });
            figures.extend([locks.unlockTimes, locks.assets, locks.boosts].concat());
            let past = [1, now % WEEK, now % WEEK + 1, now - START - 5];
            for timepoint in past.map(|ago| U256::from(now - ago.max(1))) {
                figures.push(scene.read(IVault::getPastVotesCall { account, timepoint }));
                figures.push(scene.read(IVault::getPastTotalSupplyCall { timepoint }));
            }
        }
        figures
    }
}
