//! The splitter on the native stage, with real tokens and hostile ones.

mod audit;
mod coin;
mod hostile;
mod life;
mod payees;
mod payments;
mod policies;
mod receipts;
mod rounding;
mod stakers;
mod surface;

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, sol};
use splitter::ISplitter;
use stage::{Revert, Stage, constructor};

sol!("../../abi/IToken.sol");

const ACCOUNT: u8 = 0;
const STREAM: u8 = 1;
const SPLITTER: u8 = 2;
const BURN: u8 = 3;
/// The source that bare transfers belong to.
const UNATTRIBUTED: B256 = B256::ZERO;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A 32-byte label.
fn label(text: &str) -> B256 {
    keccak256(text)
}

/// A splitter, WETH, and a token of which the treasury has everything.
struct World {
    stage: Stage,
    splitter: Address,
    weth: Address,
    usd: Address,
    owner: Address,
    guardian: Address,
    treasury: Address,
}

impl World {
    fn new() -> Self {
        let stage = Stage::new();
        let [owner, guardian, treasury] =
            ["owner", "guardian", "treasury"].map(|n| stage.account(n));
        let weth = stage.deploy("weth", weth::main, Vec::new()).unwrap();
        let usd = deploy_token(&stage, "usd", treasury);
        let splitter = deploy_splitter(&stage, "splitter", (owner, guardian, weth)).unwrap();
        let world = Self { stage, splitter, weth, usd, owner, guardian, treasury };
        world.approve(world.usd);
        world
    }

    /// Lets the splitter pull all of the treasury's `token`.
    fn approve(&self, token: Address) {
        let approve = IToken::approveCall { spender: self.splitter, value: U256::MAX };
        self.stage.from(self.treasury).raw(token, approve.abi_encode()).unwrap();
    }

    /// A transaction to the splitter that has to succeed.
    #[track_caller]
    fn call<C: SolCall>(&self, from: Address, call: C) -> C::Return {
        match self.stage.call(from, self.splitter, call) {
            Ok(answer) => answer,
            Err(revert) => panic!("{} failed: {revert}", C::SIGNATURE),
        }
    }

    /// A transaction to the splitter that has to fail.
    fn refused<C: SolCall>(&self, from: Address, call: C) -> Revert {
        self.stage.refused(from, self.splitter, call)
    }

    /// A view of the splitter.
    #[track_caller]
    fn view<C: SolCall>(&self, call: C) -> C::Return {
        match self.stage.view(self.splitter, call) {
            Ok(answer) => answer,
            Err(revert) => panic!("{} failed: {revert}", C::SIGNATURE),
        }
    }

    /// A new policy of `(payee, bps, kind)`.
    fn policy(&self, payees: &[(Address, u32, u8)]) -> U256 {
        self.call(self.owner, create(payees))
    }

    fn source(&self, source: B256, policy: U256) {
        let add = ISplitter::addSourceCall { source, name: source, policyId: policy };
        self.call(self.owner, add);
    }

    /// A policy and the source `"fees"` that points at it.
    fn fees(&self, payees: &[(Address, u32, u8)]) -> U256 {
        let policy = self.policy(payees);
        self.source(label("fees"), policy);
        policy
    }

    /// Deposits `amount` of `token` from the treasury under `"fees"`.
    fn deposit(&self, token: Address, amount: U256) -> U256 {
        self.call(self.treasury, ISplitter::depositCall { source: label("fees"), token, amount })
    }

    fn owed(&self, policy: U256, payee: u64, token: Address) -> U256 {
        self.view(ISplitter::owedCall { policyId: policy, payeeIndex: n(payee), token })
    }

    fn release(&self, policy: U256, payee: u64, token: Address) -> U256 {
        self.call(self.treasury, release(policy, payee, token))
    }

    fn distribute(&self, policy: U256, token: Address) -> U256 {
        self.call(self.treasury, ISplitter::distributeCall { policyId: policy, token })
    }

    fn undistributed(&self, token: Address) -> U256 {
        self.view(ISplitter::undistributedCall { token })
    }

    /// Asserts the invariant of the books of `token`, and that the tokens are there.
    #[track_caller]
    fn assert_solvent(&self, token: Address) {
        assert_eq!(self.undistributed(token), self.received(token) - self.paid(token));
        assert!(balance(&self.stage, token, self.splitter) >= self.undistributed(token));
    }

    /// What all sources brought, which is what all policies got.
    #[track_caller]
    fn received(&self, token: Address) -> U256 {
        let sources = self.view(ISplitter::sourceCountCall {}).to::<u64>();
        let by_source = (0..sources).map(|index| {
            let source = self.view(ISplitter::sourceAtCall { index: n(index) });
            self.view(ISplitter::sourceReceivedCall { source, token })
        });
        let policies = self.view(ISplitter::policyCountCall {}).to::<u64>();
        let by_policy = (1..=policies)
            .map(|id| self.view(ISplitter::policyReceivedCall { policyId: n(id), token }));
        let received: U256 = by_source.sum();
        assert_eq!(by_policy.sum::<U256>(), received);
        received
    }

    fn paid(&self, token: Address) -> U256 {
        let policies = self.view(ISplitter::policyCountCall {}).to::<u64>();
        let payees = (1..=policies).flat_map(|id| {
            let count = self.view(ISplitter::policyCall { policyId: n(id) }).payees.len() as u64;
            (0..count).map(move |payee| (id, payee))
        });
        let paid = payees.map(|(id, payee)| {
            let (policy, payee) = (n(id), n(payee));
            self.view(ISplitter::payeePaidCall { policyId: policy, payeeIndex: payee, token })
        });
        paid.sum()
    }
}

fn deploy_splitter(
    stage: &Stage,
    name: &str,
    arguments: (Address, Address, Address),
) -> Result<Address, Revert> {
    stage.deploy(name, splitter::main, constructor(arguments))
}

fn deploy_token(stage: &Stage, name: &str, holder: Address) -> Address {
    let supply = U256::from(u128::MAX) << 1;
    let arguments = (label(name), label(name), n(18), holder, supply);
    stage.deploy(name, token::main, constructor(arguments)).unwrap()
}

fn balance(stage: &Stage, token: Address, account: Address) -> U256 {
    stage.view(token, IToken::balanceOfCall { account }).unwrap()
}

/// `createPolicy` without tags.
fn create(payees: &[(Address, u32, u8)]) -> ISplitter::createPolicyCall {
    ISplitter::createPolicyCall {
        name: label("policy"),
        payees: payees.iter().map(|payee| payee.0).collect(),
        bps: payees.iter().map(|payee| payee.1).collect(),
        kinds: payees.iter().map(|payee| payee.2).collect(),
        tags: vec![B256::ZERO; payees.len()],
    }
}

fn release(policy: U256, payee: u64, token: Address) -> ISplitter::releaseCall {
    ISplitter::releaseCall { policyId: policy, payeeIndex: n(payee), token }
}
