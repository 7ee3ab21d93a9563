//! The whole state, rebuilt from logs and compared with what the contracts say of themselves.
//!
//! A random life is played on the compiled contracts: stakes, locks of every kind, revenue, claims by
//! oneself and by others, votes, settings, pauses, calls that fail. Then the logs are read as an indexer
//! reads them, and at random heights every balance, weight, lock, stream rate, index, claimable amount,
//! vote, total, role, curve, policy and source that follows from them is compared with the views, to the
//! last bit; and with the exact model, to the wei. What cannot be rebuilt is written in docs/protocol.md.

mod script;

use std::collections::BTreeMap;

use alloy::providers::{DynProvider, Provider};
use eyre::Result;
use tributary::ledger::{
    AccountView, Contracts, Entry, History, Node, Observation, Observer, Origin, Subject, Told,
    reconcile,
};
use tributary_tests::{Case, World};

use self::script::{Script, Staged};
use crate::play;

/// Calls in a life. Some fail, as they should.
const CALLS: usize = 700;
/// About so many heights at which everything is compared, beside the last.
const HEIGHTS: usize = 12;

/// Events that can be lost without anybody's missing them: they change nothing, or, `Checkpointed`, only
/// where an index is rounded.
const SILENT: [&str; 4] = ["Approval", "Checkpointed", "ClaimSkipped", "PayeeSkipped"];
/// Settings that a later one may have replaced, or that were the same before: some are missed, not all.
const SETTINGS: [&str; 9] = [
    "CurveChanged",
    "DelegateChanged",
    "GuardianChanged",
    "OwnershipTransferStarted",
    "PayoutChanged",
    "PenaltyCurveChanged",
    "SourcePolicyChanged",
    "StakersShareChanged",
    "StakersShareTermsChanged",
];

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(the_whole_state_follows_from_the_logs_at_any_height).moving_time(),
        play!(a_log_of_any_kind_that_is_lost_is_missed).moving_time(),
    ]
}

/// A life that was played, its logs, and what the chain said of itself meanwhile.
struct Lived {
    subject: Subject,
    entries: Vec<Entry>,
    seen: Vec<Observation>,
}

async fn live(world: World, seed: u64) -> Result<Lived> {
    let stage = Staged::set(&world).await?;
    let node = Node::new(world.chain.provider().clone());
    let (mut script, mut dice) = (Script::new(seed, &stage), Script::dice(seed + 1));
    let (mut failed, mut seen) = (0, Vec::new());
    for call in 1..=CALLS {
        let (wait, from, sent) = script.next_call();
        if wait > 0 {
            world.at(world.now().await? + wait).await?;
        }
        failed += usize::from(world.chain.send(from, sent).await.is_err());
        // A node may keep the state of the latest blocks only, so it is asked at once.
        if call == CALLS || dice.below((CALLS / HEIGHTS) as u64) == 0 {
            seen.push(look(&world, &node, &stage).await?);
        }
    }
    assert!(failed < CALLS * 3 / 4, "{failed} of {CALLS} calls failed: that is no life");
    let subject = subject(&world);
    let entries = read(&world, &node, &subject).await?;
    Ok(Lived { subject, entries, seen })
}

/// What the contracts say of themselves now.
async fn look(world: &World, node: &Node<DynProvider>, stage: &Staged) -> Result<Observation> {
    let observer = Observer { node, contracts: contracts(world) };
    let block = world.chain.provider().get_block_number().await?;
    let label = format!("block {block}");
    Ok(observer.look(&label, block, &stage.accounts(), &stage.tokens()).await?)
}

fn subject(world: &World) -> Subject {
    Subject {
        contracts: contracts(world),
        asset: *world.token().address(),
        tokens: BTreeMap::new(),
        accounts: BTreeMap::new(),
        sources: BTreeMap::new(),
    }
}

/// All logs, as an indexer reads them.
async fn read(world: &World, node: &Node<DynProvider>, subject: &Subject) -> Result<Vec<Entry>> {
    let begin = world.system.contracts.iter().map(|contract| contract.block).min();
    let origin = Origin {
        chain_id: world.chain.chain_id(),
        contracts: subject.contracts,
        asset: subject.asset,
        first: begin.unwrap_or_default(),
    };
    let last = world.chain.provider().get_block_number().await?;
    let mut history = History::open(node, origin, None).await?;
    history.sync(node, last, |_| {}).await?;
    Ok(history.entries(last)?.collect::<Result<_, _>>()?)
}

fn contracts(world: &World) -> Contracts {
    Contracts { vault: world.system.vault(), splitter: world.system.splitter() }
}

impl Lived {
    fn differences(&self, entries: Vec<Entry>, seen: &[Observation]) -> Result<Vec<String>> {
        let verdict = reconcile(entries.into_iter().map(Ok), seen, &self.subject)?;
        Ok(verdict.differences.iter().map(ToString::to_string).collect())
    }
}

async fn the_whole_state_follows_from_the_logs_at_any_height(world: World) -> Result<()> {
    let lived = live(world, 20_261_120).await?;
    let found = lived.differences(lived.entries.clone(), &lived.seen)?;
    assert!(found.is_empty(), "{found:#?}");
    // It was a life worth rebuilding.
    assert!(lived.seen.len() > HEIGHTS / 2, "looked {} times", lived.seen.len());
    let views = lived.seen.iter().flat_map(|seen| seen.accounts.values());
    let earning = |view: &&AccountView| view.claimable.values().any(|amount| !amount.is_zero());
    assert!(views.clone().filter(earning).count() > HEIGHTS);
    assert!(views.clone().filter(|view| !view.locks.is_empty()).count() > HEIGHTS);
    assert!(views.clone().any(|view| !view.standing.0.is_zero()));
    assert!(views.clone().any(|view| !view.votes.is_zero()));
    Ok(())
}

/// The name of the event that `entry` is, if it matters.
fn kind(entry: &Entry) -> Option<String> {
    let told = match &entry.told {
        Told::Vault(event) => format!("vault {event:?}"),
        Told::Splitter(event) => format!("splitter {event:?}"),
        Told::Moved(told) => format!("token move({told:?}"),
        Told::Nothing | Told::Unreadable(_) => return None,
    };
    told.split_once('(').map(|(name, _)| name.to_owned())
}

async fn a_log_of_any_kind_that_is_lost_is_missed(world: World) -> Result<()> {
    let lived = live(world, 6).await?;
    let seen = &lived.seen[lived.seen.len() - 1..];
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, entry) in lived.entries.iter().enumerate() {
        if let Some(kind) = kind(entry) {
            kinds.entry(kind).or_default().push(place);
        }
    }
    assert!(kinds.len() > 32, "only {:?} happened", kinds.keys());
    let among = |list: &[&str], kind: &str| list.iter().any(|name| kind.ends_with(name));
    for (kind, places) in kinds.into_iter().filter(|(kind, _)| !among(&SILENT, kind)) {
        let one = vec![places[places.len() / 2]];
        let mut places = if among(&SETTINGS, &kind) { places } else { one }.into_iter().rev();
        let mut missed = false;
        while let Some(place) = places.next().filter(|_| !missed) {
            let mut entries = lived.entries.clone();
            entries.remove(place);
            missed = !lived.differences(entries, seen)?.is_empty();
        }
        assert!(missed, "nobody missed a {kind}");
    }
    Ok(())
}
