//! What there is to do for programs and for the vault's books.

use std::collections::BTreeSet;

use alloy::{
    contract,
    primitives::{Address, B256, U256, address, keccak256},
    providers::Provider,
    rpc::types::{Log, TransactionRequest},
    sol_types::{SolCall, SolError, SolEvent},
};
use eyre::Result;

use crate::{
    abi::{ArbWasm, ArbWasmCache, CacheManager, IVault},
    deploy::activation::ARB_WASM,
    session::{Plan, Site, Step},
};

/// Gas of an activation that the node will not simulate; what is not used is not paid.
pub const ACTIVATION_GAS: u64 = 30_000_000;
/// Sent with an activation whose fee the node will not tell: that of a program of 300 kB of native code at
/// twenty times the idle price, in wei. What is not used comes back.
const BLIND_FEE: U256 = U256::from_limbs([500_000_000_000_000, 0, 0, 0]);
/// A program is renewed when it lives for less than this, in seconds. The chain renews none that is
/// younger than a month.
const RENEW_BELOW: u64 = 30 * 86_400;
/// Where the chain says what is cached.
pub const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");
/// What the account of a program begins with.
pub const PROGRAM: [u8; 2] = [0xef, 0xf0];
/// Week ends that one transaction passes: about a million gas with eight reward tokens.
const WEEKS_AT_ONCE: u64 = 8;
/// Seconds of a week.
const WEEK: u64 = 604_800;

/// Renewals and activations of programs, and places in the cache.
///
/// # Errors
/// The node does not answer.
pub async fn programs(site: &Site, keeper: Address, max_bid: U256) -> Result<Plan> {
    // What holds for a code holds for every contract that has it.
    let mut known = BTreeSet::new();
    let mut plan = Plan::new("keep programs running");
    for (name, entry) in &site.book.contracts {
        let code = site.chain.provider().get_code_at(entry.address).await?;
        let code_hash = keccak256(&code);
        if code.starts_with(&PROGRAM) && known.insert(code_hash) {
            let program = Program { name, address: entry.address, code_hash };
            plan = program.alive(site, keeper, plan).await?;
            plan = program.cached(site, keeper, max_bid, plan).await?;
        }
    }
    Ok(plan)
}

struct Program<'a> {
    name: &'a str,
    address: Address,
    code_hash: B256,
}

impl Program<'_> {
    /// `plan`, with a renewal if the program nears its end, or an activation if it is past it.
    async fn alive(&self, site: &Site, keeper: Address, plan: Plan) -> Result<Plan> {
        let wasm = ArbWasm::new(ARB_WASM, site.chain.provider());
        let (name, program) = (self.name, self.address);
        let plan = match wasm.programTimeLeft(program).call().await {
            Ok(left) if left >= RENEW_BELOW => return Ok(plan),
            Ok(_) => {
                let call = ArbWasm::codehashKeepaliveCall { codehash: self.code_hash };
                plan.step(format!("renew the program of {name}"), ARB_WASM, &call)
            }
            Err(error) if is_refusal(&error) => {
                let call = ArbWasm::activateProgramCall { program };
                plan.step(format!("activate the program of {name} again"), ARB_WASM, &call)
            }
            Err(error) => return Err(error.into()),
        };
        let fee = fee(site, keeper, &plan).await;
        Ok(plan.paying(fee))
    }

    /// `plan`, with what gets the program cached, if the keeper may or can afford that.
    async fn cached(
        &self,
        site: &Site,
        keeper: Address,
        max_bid: U256,
        plan: Plan,
    ) -> Result<Plan> {
        let cache = ArbWasmCache::new(ARB_WASM_CACHE, site.chain.provider());
        if cache.codehashIsCached(self.code_hash).call().await? {
            return Ok(plan);
        }
        let managers = cache.allCacheManagers().call().await?;
        let title = format!("cache the program of {}", self.name);
        let program = self.address;
        if managers.contains(&keeper) {
            let call = ArbWasmCache::cacheProgramCall { program };
            return Ok(plan.step(title, ARB_WASM_CACHE, &call));
        }
        for manager in managers {
            let bids = CacheManager::new(manager, site.chain.provider());
            // A manager that is a plain account takes no bids.
            let Ok(bid) = bids.getMinBid(program).call().await else { continue };
            let bid = U256::from(bid);
            if bid <= max_bid {
                let call = CacheManager::placeBidCall { program };
                return Ok(plan.step(title, manager, &call).paying(bid));
            }
        }
        Ok(plan)
    }
}

fn is_refusal(error: &contract::Error) -> bool {
    error.as_revert_data().is_some()
}

/// What the last call of `plan` costs, and a fifth more; the chain returns what it does not take. A node
/// that will not say is sent plenty.
async fn fee(site: &Site, keeper: Address, plan: &Plan) -> U256 {
    let Some(step) = plan.steps.last() else { return U256::ZERO };
    let request = TransactionRequest::default().from(keeper).to(step.to);
    let asked = site.chain.provider().call(request.input(step.data.clone().into())).await;
    let data = asked.err().and_then(|error| error.as_error_resp()?.as_revert_data());
    let wanted = data.and_then(|data| ArbWasm::ProgramInsufficientValue::abi_decode(&data).ok());
    wanted.map_or(BLIND_FEE, |told| told.want.saturating_mul(U256::from(6)) / U256::from(5))
}

/// Ends of weeks since anyone touched the vault.
///
/// # Errors
/// The node does not answer.
pub async fn weeks_behind(site: &Site) -> Result<u64> {
    let last: u64 = site.vault()?.lastCheckpoint().call().await?.saturating_to();
    Ok((site.now().await? / WEEK).saturating_sub(last / WEEK))
}

/// Checkpoints, if a week has ended since anyone touched the vault.
///
/// # Errors
/// The node does not answer.
pub async fn books(site: &Site) -> Result<Plan> {
    let (vault, behind) = (site.vault()?, weeks_behind(site).await?);
    let mut plan = Plan::new("pass idle weeks");
    for part in 0..behind.div_ceil(WEEKS_AT_ONCE) {
        let weeks = WEEKS_AT_ONCE.min(behind - part * WEEKS_AT_ONCE);
        let call = IVault::checkpointCall { maxWeeks: U256::from(weeks) };
        plan = plan.step(format!("pass {weeks} idle weeks"), *vault.address(), &call);
    }
    Ok(plan)
}

/// Wei of its value that `step` really cost, by the logs of its receipt: of an activation or a renewal
/// the fee, since the rest comes back.
#[must_use]
pub fn spent(step: &Step, logs: &[Log]) -> U256 {
    if !is_activation(step) {
        return step.value;
    }
    let fees = logs.iter().filter_map(|log| {
        let activated =
            ArbWasm::ProgramActivated::decode_log(&log.inner).map(|event| event.dataFee);
        let renewed = || ArbWasm::ProgramLifetimeExtended::decode_log(&log.inner);
        activated.or_else(|_| renewed().map(|event| event.dataFee)).ok()
    });
    fees.fold(U256::ZERO, U256::saturating_add)
}

/// Whether `step` is an activation or a renewal, which nodes may refuse to simulate.
#[must_use]
pub fn is_activation(step: &Step) -> bool {
    step.to == ARB_WASM
        && (step.data.starts_with(&ArbWasm::activateProgramCall::SELECTOR)
            || step.data.starts_with(&ArbWasm::codehashKeepaliveCall::SELECTOR))
}
