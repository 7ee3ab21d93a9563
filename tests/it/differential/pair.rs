//! Two worlds that have to agree.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, Log, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::{Result, eyre};
use stage::{Stage, constructor};
use tributary::{
    abi::{ISplitter, IToken, IVault, explain},
    chain::Call,
};
use tributary_tests::{WEEK, World, dollars, revert_data, tokens};

use super::script::{Action, Cast, STAKERS};

/// The contracts' packages, and their code as a function of this process.
const CONTRACTS: [(&str, &str, stage::Entry); 5] = [
    ("token", "token", token::main),
    ("dollar", "token", token::main),
    ("weth", "weth", weth::main),
    ("vault", "vault", vault::main),
    ("splitter", "splitter", splitter::main),
];

/// A call's end: what it returns, or the data of its revert.
type End = Result<Bytes, Bytes>;

/// The same contracts, natively and on a node.
pub(super) struct Pair<'a> {
    world: &'a World,
    stage: Stage,
    signers: Vec<PrivateKeySigner>,
    cast: Cast,
    time: u64,
}

impl<'a> Pair<'a> {
    /// Puts the contracts at the same addresses on both sides, and wires them up.
    pub(super) async fn set_up(world: &'a World) -> Result<Self> {
        let stage = Stage::new();
        let mut signers = vec![world.owner.clone(), world.guardian.clone()];
        for name in STAKERS {
            signers.push(world.account(name).await?);
        }
        let address = |name| stage.account(name);
        let cast = Cast {
            accounts: signers.iter().map(PrivateKeySigner::address).collect(),
            token: address("token"),
            dollar: address("dollar"),
            weth: address("weth"),
            vault: address("vault"),
            splitter: address("splitter"),
        };
        let time = (stage.timestamp().max(world.now().await?) / WEEK + 1) * WEEK;
        let mut pair = Self { world, stage, signers, cast, time };
        pair.wait(0).await?;
        for (name, package, entry) in CONTRACTS {
            pair.place(name, package, entry).await?;
        }
        pair.wire().await?;
        Ok(pair)
    }

    /// Who is there.
    pub(super) fn cast(&self) -> Cast {
        self.cast.clone()
    }

    /// Unix seconds on both sides.
    pub(super) const fn time(&self) -> u64 {
        self.time
    }

    /// Puts a contract on both sides; the node has activated its code before.
    async fn place(&self, name: &str, package: &str, entry: stage::Entry) -> Result<()> {
        let (provider, original) =
            (self.world.chain.provider(), self.world.system.address(package));
        let code = provider.get_code_at(original).await?;
        provider.anvil_set_code(self.stage.account(name), code).await?;
        let deployed = self.stage.deploy(name, entry, Vec::new());
        deployed.map(drop).map_err(|revert| eyre!("{name} is not put up: {revert}"))
    }

    /// Constructs everything, and gives everybody something to play with.
    async fn wire(&mut self) -> Result<()> {
        let cast = self.cast();
        let (owner, word) =
            (cast.accounts[0], |text: &str| B256::right_padding_from(text.as_bytes()));
        let supply = |decimals: u64, supply: U256| {
            constructor((word("Name"), word("SYM"), U256::from(decimals), owner, supply))
        };
        let curve = (vec![0_u32, 4, 52, 208], vec![10_000_u32, 12_000, 20_000, 40_000]);
        let (guardian, name) = (cast.accounts[1], word("Staked"));
        let vault = constructor((cast.token, owner, guardian, name, name, curve.0, curve.1));
        let splitter = constructor((owner, guardian, cast.weth));
        let calls = [
            (cast.token, supply(18, tokens(1_000_000_000))),
            (cast.dollar, supply(6, dollars(1_000_000_000))),
            (cast.vault, vault),
            (cast.splitter, splitter),
        ];
        for (to, calldata) in calls {
            let calldata = calldata.into();
            self.must(&Action { who: 0, to, value: U256::ZERO, calldata }).await?;
        }
        for action in self.endowments() {
            self.must(&action).await?;
        }
        Ok(())
    }

    /// Tokens, allowances, reward tokens, policies and sources.
    fn endowments(&self) -> Vec<Action> {
        let cast = self.cast();
        let mut actions = Vec::new();
        for (who, account) in cast.accounts.iter().enumerate() {
            for token in [cast.token, cast.dollar] {
                let give = IToken::transferCall { to: *account, value: tokens(1_000) >> (who % 2) };
                if who > 0 && token == cast.token {
                    actions.push(Action::of(0, token, &give));
                }
                for spender in [cast.vault, cast.splitter] {
                    let allow = IToken::approveCall { spender, value: U256::MAX };
                    actions.push(Action::of(who, token, &allow));
                }
            }
        }
        for (token, weeks) in [(cast.dollar, 1), (cast.weth, 2), (cast.token, 3)] {
            let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(weeks) };
            actions.push(Action::of(0, cast.vault, &add));
        }
        let (durations, penalties, source) = (vec![0], vec![500], B256::ZERO);
        let price =
            IVault::setPenaltyCurveCall { durations, penalties, splitter: cast.splitter, source };
        actions.push(Action::of(0, cast.vault, &price));
        for (bps, kind) in [(7_000, 1), (2_500, 1), (10_000, 1)] {
            let rest = 10_000 - bps;
            let mut payees = vec![(cast.vault, bps, kind), (cast.accounts[2], rest, 0)];
            payees.retain(|payee| payee.1 > 0);
            let create = ISplitter::createPolicyCall {
                name: B256::ZERO,
                payees: payees.iter().map(|payee| payee.0).collect(),
                bps: payees.iter().map(|payee| payee.1).collect(),
                kinds: payees.iter().map(|payee| payee.2).collect(),
                tags: vec![B256::ZERO; payees.len()],
            };
            actions.push(Action::of(0, cast.splitter, &create));
        }
        for (source, policy) in [(B256::ZERO, 1), (B256::repeat_byte(1), 2)] {
            let add =
                ISplitter::addSourceCall { source, name: source, policyId: U256::from(policy) };
            actions.push(Action::of(0, cast.splitter, &add));
        }
        actions
    }

    async fn must(&mut self, action: &Action) -> Result<()> {
        let done = self.call(action, "setting up").await?;
        if done { Ok(()) } else { Err(eyre!("setting up failed: {action:?}")) }
    }

    /// Lets `seconds` pass on both sides.
    pub(super) async fn wait(&mut self, seconds: u64) -> Result<()> {
        self.time += seconds;
        self.stage.warp_to(self.time);
        self.world.at(self.time).await
    }

    /// Makes the same call on both sides and compares how it ends and what it logs. Says whether it
    /// succeeded.
    pub(super) async fn call(&mut self, action: &Action, when: &str) -> Result<bool> {
        let Action { who, to, value, calldata } = action;
        let sender = self.signers[*who].address();
        self.stage.fund(sender, *value);
        let native = self.native_end(sender, action);
        let native_logs = self.stage.take_logs();
        let compiled = self.simulate(sender, action).await?;
        let what =
            || format!("{when}: {action:?}\nnative {}\nWASM {}", told(&native), told(&compiled));
        assert!(native == compiled, "{}", what());
        if native.is_err() {
            return Ok(false);
        }
        let call = Call::raw("a call of the script", *to, calldata.clone()).value(*value);
        let receipt = self.world.chain.send(&self.signers[*who], call).await?;
        let logs: Vec<Log> = receipt.logs().iter().map(|log| log.inner.clone()).collect();
        assert_eq!(native_logs, logs, "{}", what());
        Ok(true)
    }

    fn native_end(&self, sender: Address, action: &Action) -> End {
        let caller = self.stage.from(sender).value(action.value);
        let end = caller.raw(action.to, action.calldata.to_vec());
        end.map(Bytes::from).map_err(|revert| revert.0.into())
    }

    async fn simulate(&self, sender: Address, action: &Action) -> Result<End> {
        let request = TransactionRequest::default()
            .from(sender)
            .to(action.to)
            .value(action.value)
            .input(action.calldata.clone().into());
        // In the latest block, whose time is the script's: a pending one runs on with the clock.
        let latest = BlockId::latest();
        let answer = self.world.chain.provider().call(request).block(latest).await;
        Ok(match revert_data(&answer) {
            Some(data) => Err(data),
            None => Ok(answer?),
        })
    }

    /// Compares what views say.
    pub(super) async fn look(&self, views: Vec<(Address, Vec<u8>)>, when: &str) -> Result<()> {
        let who = self.cast.accounts[0];
        for (to, calldata) in views {
            let action = Action { who: 0, to, value: U256::ZERO, calldata: calldata.into() };
            let (native, compiled) =
                (self.native_end(who, &action), self.simulate(who, &action).await?);
            let (here, there) = (told(&native), told(&compiled));
            assert!(native == compiled, "{when}: {action:?}\nnative {here}\nWASM {there}");
        }
        Ok(())
    }
}

impl Action {
    /// `call` of account `who` to `to`.
    pub(super) fn of(who: usize, to: Address, call: &impl SolCall) -> Self {
        Self { who, to, value: U256::ZERO, calldata: call.abi_encode().into() }
    }
}

fn told(end: &End) -> String {
    match end {
        Ok(data) => format!("returns {data}"),
        Err(data) => format!("fails: {}", explain(data)),
    }
}
