//! `tributary report`: what happened, from logs alone, and whether every wei is accounted for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use alloy::{eips::BlockNumberOrTag, primitives::Address, providers::DynProvider};
use eyre::{Result, WrapErr, bail};

use crate::{
    abi::{IToken, IVault},
    console,
    failure::Failure,
    ledger::{
        Books, Contracts, Head, History, HistoryError, Node, Observer, Origin, Proof, Step,
        Stretch, Subject,
    },
    progress::{Job, Progress},
    report::{Checks, RangeLine, Statement, files, show, state, text_of, verdict},
    session::{Site, SiteArgs},
};

/// What to report on.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub struct Args {
    #[command(flatten)]
    site: SiteArgs,
    /// The block that created the first of them; found by asking for code at old blocks if not given.
    #[arg(long, value_name = "BLOCK")]
    deployed_at: Option<u64>,
    /// The first block whose revenue and payments count. Logs are always read from the beginning, because
    /// what somebody is owed follows from all of them.
    #[arg(long, value_name = "BLOCK")]
    from_block: Option<u64>,
    /// The last block: a number, latest, safe or finalized.
    #[arg(long, value_name = "BLOCK", default_value = "latest", value_parser = block)]
    to_block: BlockNumberOrTag,
    /// Keeps what was read in this file, so that the next run reads only what is new.
    #[arg(long, value_name = "FILE")]
    cache: Option<PathBuf>,
    /// Writes revenue.csv, payees.csv, holders.csv, reconciliation.csv, findings.csv and statement.json
    /// to this directory; amounts are in the smallest unit.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How far it is proven that the logs are the chain's, no fewer and no others. By receipts if nothing
    /// is said, as long as the node tells them.
    #[arg(long, value_enum, value_name = "WHAT")]
    prove: Option<Proof>,
    /// How many holders, the heaviest first, are compared with the vault's own figures at the last block.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    compare: usize,
    /// Compares with none of the contracts' own figures.
    #[arg(long)]
    logs_only: bool,
}

/// A block's number, or a tag.
fn block(text: &str) -> Result<BlockNumberOrTag, String> {
    let number = text.parse().map(BlockNumberOrTag::Number);
    let problem = |_| format!("{text:?} is no block; write a number, latest, safe or finalized");
    number.or_else(|_| text.parse().map_err(problem))
}

const HELP: &str = "\
Exit codes: 0 every wei is accounted for, 6 something is not (see the findings); others as for every
command.

Any node will do that serves eth_getLogs. One that keeps old state lets the report be compared with the
contracts' own figures at an old block.

A report can be stopped at any time; with --cache, the next run goes on where it stopped. The cache is
text, one JSON document a line. It knows its chain and contracts, and it takes back what a
reorganisation of the chain undid, and how far the logs were proven.

A node that withholds, alters, doubles or moves a log is found out, and the log is named: in blocks of
which it tells any log, by the root of their receipts; with --prove headers, in all blocks. The proof ends
at the hash of the last block, which the report names: ask another node for it.

Examples:
  tributary report --cache tributary.logs
  tributary report --from-block 250000000 --to-block finalized --out 2026-q1
  tributary report --from-block 250000000 --to-block finalized --prove headers --cache tributary.logs";

/// Reads, reports, compares.
///
/// # Errors
/// The node does not answer, or something does not add up.
pub async fn run(args: Args) -> Result<()> {
    let site = args.site.open().await?;
    let node = Node::new(site.chain.provider().clone());
    let desk = Desk { node, site, job: Progress::default().job("report", 100) };
    let statement = desk.report(&args).await?;
    desk.job.done(if statement.reconciled { "reconciled" } else { "NOT reconciled" });
    tell(&statement, &args)?;
    if !statement.reconciled {
        let why = "the books do not reconcile; see the findings above";
        return Err(Failure::Unwell(why.to_owned()).into());
    }
    Ok(())
}

/// Prints, and writes files.
fn tell(statement: &Statement, args: &Args) -> Result<()> {
    if let Some(directory) = &args.out {
        let cannot = || format!("cannot write to {}", directory.display());
        for path in files::write(statement, directory).wrap_err_with(cannot)? {
            eprintln!("wrote {}", path.display());
        }
    }
    if args.site.json {
        console::json(statement)?;
        if !statement.reconciled {
            eprintln!("{}", verdict(statement));
        }
    } else {
        console::line(show(statement))?;
    }
    Ok(())
}

/// Where a report is written.
struct Desk {
    node: Node<DynProvider>,
    site: Site,
    job: Job,
}

impl Desk {
    async fn report(&self, args: &Args) -> Result<Statement> {
        let head = self.node.head(args.to_block).await?;
        let origin = self.origin(args, head).await?;
        let from = args.from_block.unwrap_or(origin.first);
        if from > head.number {
            bail!("--from-block {from} is after the last block, {}", head.number);
        }
        let mut history = History::open(&self.node, origin, args.cache.as_deref()).await?;
        let stop = "with --cache, run it again to go on where it stopped";
        let read = history.sync(&self.node, head.number, |step| self.read(origin, head, step));
        read.await.wrap_err(stop)?;
        let mut books = Books::new(origin.contracts, origin.asset);
        let stretches = self.stretches(args, origin, from, head).await?;
        let proven = self.prove(&mut history, &mut books, &stretches, args).await?;
        self.enter(&mut books, &history, origin, from, head).await?;
        books.balance(&format!("block {}", head.number));
        let compared = self.compare(&mut books, origin, head, args).await?;
        let checks = Checks { proven, compared };
        let subject = self.subject(&books, origin).await;
        let (number, hash, time) = (head.number, head.hash, head.time);
        let logs = books.entries();
        let range =
            RangeLine { from_block: from, to_block: number, to_hash: hash, to_time: time, logs };
        Ok(state(&books, &subject, origin.chain_id, range, checks))
    }

    fn read(&self, origin: Origin, head: Head, step: Step) {
        let all = (head.number - origin.first).max(1);
        let percent = (step.block - origin.first) * 100 / all;
        self.job.reach(percent);
        self.job.say(&format!("reading logs, {} %", percent / 10 * 10));
    }

    /// What to prove, and how far: what was before the range by receipts at the most.
    async fn stretches(
        &self,
        args: &Args,
        origin: Origin,
        from: u64,
        head: Head,
    ) -> Result<Vec<Stretch>> {
        let proof = args.prove.unwrap_or(Proof::Receipts);
        if proof < Proof::Headers || from <= origin.first {
            return Ok(vec![Stretch { proof, from: origin.first, to: head }]);
        }
        let before = self.node.head(from - 1).await?;
        let early = Stretch { proof: Proof::Receipts, from: origin.first, to: before };
        Ok(vec![early, Stretch { proof, from, to: head }])
    }

    /// Proves the logs; says how far that went.
    async fn prove(
        &self,
        history: &mut History,
        books: &mut Books,
        stretches: &[Stretch],
        args: &Args,
    ) -> Result<String> {
        for stretch in stretches {
            let Stretch { from, to, .. } = *stretch;
            let all = (to.number - from).max(1);
            let tell = |block| {
                let percent = (block - from) * 100 / all;
                self.job.say(&format!("proving logs, {} %", percent / 10 * 10));
            };
            let proof = history.prove(&self.node, *stretch, books.findings_mut(), tell).await;
            match proof {
                Err(error @ HistoryError::Node { .. }) if args.prove.is_none() => {
                    return Ok(format!("logs as the node tells them, unproven, because {error}"));
                }
                proof => proof.wrap_err("the logs cannot be proven; see --prove")?,
            }
        }
        let Some(last) = stretches.last().filter(|_| books.findings().is_empty()) else {
            return Ok("logs that are not all the chain's".to_owned());
        };
        Ok(match last.proof {
            Proof::Index => "logs as the node tells them, unproven".to_owned(),
            Proof::Receipts => "every block with logs proven by its receipts".to_owned(),
            Proof::Headers => format!(
                "every block with logs proven by its receipts, and by all headers from block {} on \
                 that no other block has any",
                last.from
            ),
        })
    }

    /// Enters the logs, and opens the range when it begins.
    async fn enter(
        &self,
        books: &mut Books,
        history: &History,
        origin: Origin,
        from: u64,
        head: Head,
    ) -> Result<()> {
        let mut opens = match from.checked_sub(1).filter(|before| *before >= origin.first) {
            Some(before) => Some(self.node.head(before).await?.time),
            None => None,
        };
        self.job.say(&format!("entering {} logs", history.len()));
        for entry in history.entries(head.number)? {
            let entry = entry?;
            if entry.place.block >= from
                && let Some(time) = opens.take()
            {
                books.open(time);
            }
            books.enter(&entry);
        }
        opens.into_iter().for_each(|time| books.open(time));
        Ok(())
    }

    /// Compares with the contracts' own figures; says with what it was compared.
    async fn compare(
        &self,
        books: &mut Books,
        origin: Origin,
        head: Head,
        args: &Args,
    ) -> Result<String> {
        if args.logs_only {
            return Ok("logs alone, compared with nothing".to_owned());
        }
        self.job.say("comparing with the contracts");
        let accounts = books.largest(args.compare);
        let (mut tokens, mut mute) = (Vec::new(), String::new());
        for token in books.tokens() {
            let asked = IToken::balanceOfCall { account: origin.contracts.vault };
            match self.node.ask(token, &asked, head.number).await {
                Ok(_) => tokens.push(token),
                Err(_) => mute += &format!(", but for {token}, which does not tell its balances"),
            }
        }
        let observer = Observer { node: &self.node, contracts: origin.contracts };
        let label = format!("block {}, compared with the contracts", head.number);
        let seen = match observer.look(&label, head.number, &accounts, &tokens).await {
            Ok(seen) => seen,
            Err(error) => return Ok(format!("compared with nothing, because {error}")),
        };
        books.compare(&seen);
        let (looked, all) = (accounts.len(), books.largest(usize::MAX).len());
        Ok(format!("compared with the contracts' own figures, {looked} of {all} holders{mute}"))
    }

    /// Whose history, and since when.
    async fn origin(&self, args: &Args, head: Head) -> Result<Origin> {
        let (book, chain_id) = (&self.site.book, self.site.chain.chain_id());
        let [vault, splitter] = ["vault", "splitter"].map(|name| book.address(name));
        let contracts = Contracts { vault: vault?, splitter: splitter? };
        for contract in [contracts.vault, contracts.splitter] {
            if !self.node.has_code(contract, head.number).await? {
                bail!("there is no contract at {contract} on chain {chain_id}");
            }
        }
        let block = |name: &str| book.contracts.get(name).and_then(|entry| entry.block);
        let known = block("vault").zip(block("splitter")).map(|(one, other)| one.min(other));
        let first = match args.deployed_at.or(known) {
            Some(block) => block,
            None => self.first_block(contracts, head.number).await,
        };
        let asset = IVault::assetCall {};
        let asset = self.node.ask(contracts.vault, &asset, head.number).await?;
        Ok(Origin { chain_id, contracts, asset, first })
    }

    /// The block that created the first of the contracts, by bisection; zero if the node keeps no old
    /// state, which only costs time.
    async fn first_block(&self, contracts: Contracts, last: u64) -> u64 {
        let (mut without, mut with) = (0, last);
        while with - without > 1 {
            let middle = without + (with - without) / 2;
            let vault = self.node.has_code(contracts.vault, middle).await;
            let splitter = self.node.has_code(contracts.splitter, middle).await;
            match (vault, splitter) {
                (Ok(vault), Ok(splitter)) if vault || splitter => with = middle,
                (Ok(_), Ok(_)) => without = middle,
                _ => return 0,
            }
        }
        with
    }

    /// Names: tokens as they call themselves, sources as the splitter does.
    async fn subject(&self, books: &Books, origin: Origin) -> Subject {
        let Contracts { vault, splitter } = origin.contracts;
        let accounts = [(vault, "vault".to_owned()), (splitter, "splitter".to_owned())];
        let sources = &books.splitter().sources;
        Subject {
            contracts: origin.contracts,
            asset: origin.asset,
            tokens: self.tokens(books).await,
            accounts: accounts.into(),
            sources: sources.iter().map(|(id, (name, _))| (*id, text_of(*name))).collect(),
        }
    }

    /// Tickers and decimals. A ticker that is another's too, or of a token that anybody could have pushed,
    /// is told with the address, so that no two tokens have one name.
    async fn tokens(&self, books: &Books) -> BTreeMap<Address, (String, u8)> {
        let (mut named, mut taken) = (BTreeMap::new(), BTreeSet::new());
        let (of_vault, others): (Vec<_>, Vec<_>) =
            books.tokens().into_iter().partition(|token| books.is_of_vault(*token));
        for token in of_vault.into_iter().chain(others) {
            let Some((symbol, decimals)) = self.token(token).await else { continue };
            let alone = books.is_of_vault(token) && taken.insert(symbol.clone());
            let name = if alone { symbol } else { format!("{symbol} at {token}") };
            named.insert(token, (name, decimals));
        }
        named
    }

    /// A token's symbol, without what would disturb a terminal or a reader, and decimals; none if it has
    /// none.
    async fn token(&self, token: Address) -> Option<(String, u8)> {
        let latest = self.node.head(BlockNumberOrTag::Latest).await.ok()?.number;
        let symbol = self.node.ask(token, &IToken::symbolCall {}, latest).await.ok()?;
        let decimals = self.node.ask(token, &IToken::decimalsCall {}, latest).await.ok()?;
        let symbol: String = symbol.chars().filter(|one| is_shown(*one)).take(32).collect();
        (!symbol.is_empty()).then_some((symbol, decimals))
    }
}

/// Whether a character is one that is seen, and that does not turn or hide those beside it.
fn is_shown(one: char) -> bool {
    !one.is_control()
        && !matches!(one, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        && !matches!(one, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_named_by_its_number_or_by_a_tag() {
        assert_eq!(block("35"), Ok(BlockNumberOrTag::Number(35)));
        assert_eq!(block("finalized"), Ok(BlockNumberOrTag::Finalized));
        assert!(block("yesterday").is_err_and(|error| error.contains("write a number")));
    }

    #[test]
    fn a_ticker_cannot_turn_what_stands_beside_it() {
        let ticker: String =
            "US\u{202e}D\u{200b}₮0\n".chars().filter(|one| is_shown(*one)).collect();
        assert_eq!(ticker, "USD₮0");
    }
}
