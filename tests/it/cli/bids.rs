//! Places in the chain's cache, which the keeper bids for.

use alloy::{
    primitives::{Address, B256, U256, address, keccak256},
    providers::Provider,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::abi::{ArbWasmCache, CacheManager};
use tributary_tests::{Case, World};

use super::{Desk, keeper};
use crate::{evm, play};

const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");
const ARB_WASM_CACHE: Address = address!("0000000000000000000000000000000000000072");
/// What the manager asks for a place, in wei.
const PRICE: u64 = 5_000_000_000;

alloy::sol! {
    /// The part of the precompile that says who manages the cache.
    interface ArbOwner {
        function addWasmCacheManager(address manager) external;
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(bids_are_placed_up_to_the_highest_and_once_for_each_code).on_our_node(),
        play!(a_bid_that_the_budget_does_not_allow_waits).on_our_node(),
        play!(a_keeper_that_manages_the_cache_bids_nothing).on_our_node(),
    ]
}

/// Sells places in the cache for [`PRICE`], as the chains' CacheManager does while there is room: it answers
/// `getMinBid`, and `placeBid` with at least that has the program cached. (The real one is met by
/// `tests/clients`, which fetches it.)
fn manager() -> Vec<u8> {
    let price = PRICE.to_be_bytes();
    [
        &[0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c, 0x63][..], // the selector
        &CacheManager::placeBidCall::SELECTOR,
        &[0x14, 0x60, 0x20, 0x57, 0x67], // placeBid: go on at 0x20
        &price,
        &[0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3], // otherwise the price
        &[0x5b, 0x67],
        &price,
        &[0x34, 0x10, 0x60, 0x53, 0x57, 0x63], // less than the price: revert at 0x53
        &ArbWasmCache::cacheProgramCall::SELECTOR,
        &[0x60, 0xe0, 0x1b, 0x60, 0x00, 0x52, 0x60, 0x04, 0x35, 0x60, 0x04, 0x52], // its calldata
        &[0x60, 0x00, 0x60, 0x00, 0x60, 0x24, 0x60, 0x00, 0x60, 0x00, 0x60, 0x72, 0x5a, 0xf1],
        &[0x15, 0x60, 0x53, 0x57, 0x00], // refused: revert, too
        &[0x5b, 0x60, 0x00, 0x60, 0x00, 0xfd],
    ]
    .concat()
}

/// Lets `manager` decide what is cached.
async fn appoint(world: &World, manager: Address) -> Result<()> {
    let owner = PrivateKeySigner::from_bytes(&devnode::well_known_accounts()[0].private_key)?;
    world.send(&owner, ARB_OWNER, &ArbOwner::addWasmCacheManagerCall { manager }).await?;
    Ok(())
}

/// The hashes of the platform's codes, each once, and how many of them are cached.
async fn cached(world: &World) -> Result<(usize, usize)> {
    let provider = world.chain.provider();
    let mut codes: Vec<B256> = Vec::new();
    for contract in &world.system.contracts {
        codes.push(keccak256(provider.get_code_at(contract.address).await?));
    }
    codes.sort();
    codes.dedup();
    let (cache, mut count) = (ArbWasmCache::new(ARB_WASM_CACHE, provider), 0);
    for code in &codes {
        count += usize::from(cache.codehashIsCached(*code).call().await?);
    }
    Ok((codes.len(), count))
}

async fn bids_are_placed_up_to_the_highest_and_once_for_each_code(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let manager = evm::create(&world, &world.owner, &manager()).await?;
    appoint(&world, manager).await?;
    let (codes, before) = cached(&world).await?;
    assert_eq!((codes, before), (4, 0), "token and dollar are of one code");
    assert_eq!(keeper::keep(&desk, &keeper, "")?.json()?["done"], 0, "the usual limit is nothing");
    assert_eq!(keeper::keep(&desk, &keeper, "--max-bid 4999999999wei")?.json()?["done"], 0);

    let enough = format!("--max-bid {PRICE}wei");
    desk.signed(&keeper, &format!("keeper {enough}"))?.ends(0, &["cache the program of vault"]);
    assert_eq!(keeper::keep(&desk, &keeper, &enough)?.json()?["done"], 4);
    assert_eq!(cached(&world).await?, (4, 4));
    let paid = world.chain.provider().get_balance(manager).await?;
    assert_eq!(paid, U256::from(4 * PRICE), "no place was paid twice");
    assert_eq!(keeper::keep(&desk, &keeper, &enough)?.json()?["done"], 0);
    Ok(())
}

async fn a_bid_that_the_budget_does_not_allow_waits(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let manager = evm::create(&world, &world.owner, &manager()).await?;
    appoint(&world, manager).await?;
    let said = keeper::keep(&desk, &keeper, &format!("--max-bid {PRICE}wei --budget {PRICE}wei"))?;
    said.ends(0, &["postponed, the day's budget is spent"]);
    assert_eq!(cached(&world).await?.1, 0);
    Ok(())
}

async fn a_keeper_that_manages_the_cache_bids_nothing(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    appoint(&world, keeper.address()).await?;
    assert_eq!(keeper::keep(&desk, &keeper, "")?.json()?["done"], 4);
    assert_eq!(cached(&world).await?, (4, 4));
    Ok(())
}
