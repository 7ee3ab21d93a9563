//! A development node with a clock that stands still, and what transactions cost there.

use std::sync::LazyLock;

use alloy::{
    primitives::{Address, Bytes, U256, address, keccak256},
    providers::Provider,
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
    sol,
    sol_types::{SolCall, SolValue},
};
use artifact::Artifact;
use devnode::{Config, Node};
use eyre::{Result, ensure, eyre};
use tributary::{
    abi::IToken,
    chain::{Call, Chain},
    deploy::deploy,
    system::PACKAGES,
};

use super::{
    floor::{self, Floor},
    peers::Peers,
};

/// Seconds of an hour, and of a week.
pub(super) const HOUR: u64 = 3_600;
pub(super) const WEEK: u64 = 604_800;
/// The beginning of a week: 1 January 2026.
const START: u64 = 2_922 * WEEK;

/// Weeks after half of which a program can be renewed.
const RENEWABLE: u64 = 12;
/// Sent with a renewal; what is not used comes back.
const RENEWAL_FEE: U256 = U256::from_limbs([100_000_000_000_000_000, 0, 0, 0]);

/// What every transaction may use.
pub(super) const GAS_LIMIT: u64 = 25_000_000;

/// Makes its caller an owner of the development chain, who may cache programs.
const ARB_DEBUG: Address = address!("0x00000000000000000000000000000000000000ff");
/// Keeps programs ready.
const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");
/// Knows what programs cost to enter.
const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");

/// The contracts, built once.
static ARTIFACTS: LazyLock<Result<Vec<Artifact>, artifact::Error>> =
    LazyLock::new(|| artifact::build(&PACKAGES));

sol! {
    interface ArbDebug {
        function becomeChainOwner() external;
    }
    interface ArbWasmCache {
        function cacheProgram(address program) external payable;
    }
    #[sol(rpc)]
    interface ArbWasm {
        function codehashKeepalive(bytes32 codehash) external payable;
        function programInitGas(address program) external view returns (uint64 gas, uint64 gasWhenCached);
    }
}

/// A node, and who acts on it.
#[derive(Debug)]
pub(super) struct Site {
    chain: Chain,
    now: u64,
    people: Vec<PrivateKeySigner>,
    /// Gas to enter each program.
    programs: Vec<(Address, u64)>,
    /// Whether programs are kept ready.
    cached: bool,
    token_code: Vec<u8>,
    /// Dropping it stops it.
    _node: Node,
}

/// What one transaction used, and the least that it could have used.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// Whole-transaction gas: base, calldata and execution, less refunds.
    pub(super) gas: u64,
    /// Where it went, if it called one of our programs.
    pub(super) floor: Option<Floor>,
}

impl Site {
    /// A fresh chain, on which our programs will be `cached` or not.
    pub(super) async fn start(peers: &Peers, cached: bool) -> Result<Self> {
        let config = Config { port: 0, timestamp: Some(START), ..Config::default() };
        let node = Node::start(config).await?;
        let keys = node.accounts().iter();
        let people = keys.map(|account| PrivateKeySigner::from_bytes(&account.private_key));
        let people = people.collect::<Result<_, _>>()?;
        let chain = Chain::connect(&node.url()).await?.with_gas_limit(GAS_LIMIT);
        chain.set_time(START);
        let token_code = peers.code("Token")?;
        let mut site =
            Self { chain, now: START, people, programs: vec![], cached, token_code, _node: node };
        site.wait(HOUR);
        let owner = site.owner();
        site.send(&owner, ARB_DEBUG, &ArbDebug::becomeChainOwnerCall {}).await?;
        Ok(site)
    }

    /// Deploys everything, and has everything.
    pub(super) fn owner(&self) -> PrivateKeySigner {
        self.people[0].clone()
    }

    /// Somebody else, by number.
    pub(super) fn person(&self, number: usize) -> PrivateKeySigner {
        self.people[1 + number].clone()
    }

    /// Lets `seconds` pass before the next transaction.
    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += seconds;
        self.chain.set_time(self.now);
    }

    /// Creates an EVM contract.
    pub(super) async fn create(&self, code: &[u8], arguments: &[u8]) -> Result<Address> {
        let call = Call::create("create", [code, arguments].concat());
        let receipt = self.chain.send(&self.owner(), call).await?;
        receipt.contract_address.ok_or_else(|| eyre!("a creation has an address"))
    }

    /// OpenZeppelin's ERC-20; the owner holds the supply.
    pub(super) async fn token(&self) -> Result<Address> {
        let supply = U256::from(u128::MAX);
        self.create(&self.token_code, &supply.abi_encode()).await
    }

    /// Gives each of `people` some of `token`, and lets `spender` have it.
    pub(super) async fn endow(
        &self,
        token: Address,
        spender: Address,
        people: &[&PrivateKeySigner],
    ) -> Result<()> {
        let (owner, approve) = (self.owner(), IToken::approveCall { spender, value: U256::MAX });
        for person in people {
            let give = IToken::transferCall { to: person.address(), value: coins(1_000_000) };
            self.send(&owner, token, &give).await?;
            self.send(person, token, &approve).await?;
        }
        Ok(())
    }

    /// Deploys one of our programs.
    pub(super) async fn program(&mut self, package: &str, arguments: Bytes) -> Result<Address> {
        let artifacts = ARTIFACTS.as_deref().map_err(|error| eyre!("{error}"))?;
        let artifact = artifacts.iter().find(|artifact| artifact.name == package);
        let artifact = artifact.ok_or_else(|| eyre!("there is no package {package}"))?;
        let owner = self.owner();
        let program =
            deploy(&self.chain, &owner, package, artifact, Some(arguments)).await?.address;
        if self.cached {
            let keep = ArbWasmCache::cacheProgramCall { program };
            self.send(&owner, ARB_WASM_CACHE, &keep).await?;
        }
        let wasm = ArbWasm::new(ARB_WASM, self.chain.provider());
        let entry = wasm.programInitGas(program).call().await?;
        let gas = entry.gasWhenCached + if self.cached { 0 } else { entry.gas };
        self.programs.push((program, gas));
        Ok(program)
    }

    /// Lets `weeks` weeks pass; in the middle of a long time the programs are renewed, which lapse after
    /// a year.
    pub(super) async fn idle(&mut self, weeks: u64) -> Result<()> {
        if weeks >= RENEWABLE {
            self.wait(weeks / 2 * WEEK);
            self.renew().await?;
        }
        self.wait(if weeks >= RENEWABLE { weeks - weeks / 2 } else { weeks } * WEEK);
        Ok(())
    }

    async fn renew(&self) -> Result<()> {
        for (program, _) in &self.programs {
            let code = self.chain.provider().get_code_at(*program).await?;
            let renew = ArbWasm::codehashKeepaliveCall { codehash: keccak256(code) };
            let call = Call::to("renew", ARB_WASM, &renew).value(RENEWAL_FEE);
            self.chain.send(&self.owner(), call).await?;
        }
        Ok(())
    }

    /// Sends `call`, which has to succeed.
    pub(super) async fn send(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        call: &impl SolCall,
    ) -> Result<TransactionReceipt> {
        self.chain.send(from, Call::raw(name_of(call), to, call.abi_encode())).await
    }

    /// Sends `call`, and tells what it cost.
    pub(super) async fn measure(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        call: &impl SolCall,
    ) -> Result<Sample> {
        let receipt = self.send(from, to, call).await?;
        let gas = receipt.gas_used;
        if !self.programs.iter().any(|(program, _)| *program == to) {
            return Ok(Sample { gas, floor: None });
        }
        let steps = floor::trace(self.chain.provider(), receipt.transaction_hash).await?;
        let floor = Floor::of(&receipt, &call.abi_encode(), &steps, &self.programs)?;
        ensure!(floor.total() <= gas, "the floor is above what was used: {floor:?}");
        Ok(Sample { gas, floor: Some(floor) })
    }
}

fn name_of<C: SolCall>(_: &C) -> &'static str {
    C::SIGNATURE
}

/// So many whole tokens.
pub(super) fn coins(whole: u64) -> U256 {
    U256::from(whole) * U256::from(1_000_000_000_000_000_000_u64)
}
