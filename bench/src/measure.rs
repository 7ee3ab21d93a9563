//! The measurements: the same thing done by each node in turn, and the median of the rounds.

use std::{
    thread,
    time::{Duration, Instant},
};

use alloy::signers::local::PrivateKeySigner;
use eyre::{Result, ensure, eyre};

use crate::{
    Client, Kind, Peers, Server,
    table::Row,
    workload::{self, Token},
};

/// How often everything is measured. Odd, so that there is a median.
const ROUNDS: usize = 3;
/// Starts per round: one alone is noise.
const STARTS: u32 = 5;
/// Transactions per round.
const TRANSACTIONS: u64 = 1_000;
/// How long calls are made in each round.
const CALLING: Duration = Duration::from_secs(1);
/// Clients at once, of transactions and of calls.
const SENDERS: usize = 8;
const CALLERS: usize = 16;

/// Everything that both nodes can do, each time on a fresh chain: Anvil slows down as its chain grows.
pub(crate) fn beside_anvil(peers: &Peers) -> Result<Vec<Row>> {
    let kinds = [Kind::Devnode, Kind::Anvil(peers.anvil()?)];
    let senders = workload::senders(SENDERS)?;
    let (code, mut rows) = (peers.token()?, vec![start_up(&kinds)?]);
    let site = |kind: &Kind| -> Result<Site> {
        let server = Server::start(kind)?;
        let token = Token::evm(&mut server.client()?, &code, &senders)?;
        Ok(Site { server, token })
    };
    for clients in [1, SENDERS] {
        let what = format!("ERC-20 transfers per second, {}", crowd(clients));
        rows.push(row(what, &kinds, |kind: &Kind| site(kind)?.transfers(&senders[..clients]))?);
    }
    for clients in [1, CALLERS] {
        let what = format!("eth_call of balanceOf per second, {}", crowd(clients));
        rows.push(row(what, &kinds, |kind: &Kind| site(kind)?.calls(clients, &senders[0]))?);
    }
    Ok(rows)
}

/// What only a Stylus node can do.
pub(crate) fn stylus() -> Result<Vec<Row>> {
    let senders = workload::senders(SENDERS)?;
    let server = Server::start(&Kind::Devnode)?;
    let token = Token::stylus(&mut server.client()?, &senders)?;
    let sites = [Site { server, token }];
    let mut rows = Vec::new();
    for clients in [1, SENDERS] {
        let what = format!("Stylus token transfers per second, {}", crowd(clients));
        rows.push(row(what, &sites, |site| site.transfers(&senders[..clients]))?);
    }
    for clients in [1, CALLERS] {
        let what = format!("eth_call of Stylus balanceOf per second, {}", crowd(clients));
        rows.push(row(what, &sites, |site| site.calls(clients, &senders[0]))?);
    }
    Ok(rows)
}

/// Milliseconds from the start of the process to its first answer.
pub(crate) fn start_up(kinds: &[Kind]) -> Result<Row> {
    let once = |kind: &Kind| {
        let starts = (0..STARTS).map(|_| Ok(Server::start(kind)?.start_up));
        let total: Duration = starts.collect::<Result<Vec<_>>>()?.iter().sum();
        Ok((total / STARTS).as_secs_f64() * 1e3)
    };
    let what = "milliseconds from start to first answer".to_owned();
    Ok(Row { less_is_better: true, ..row(what, kinds, once)? })
}

fn crowd(clients: usize) -> String {
    if clients == 1 { "1 client".into() } else { format!("{clients} clients") }
}

/// Measures every subject in every round; the first is ours.
fn row<S>(what: String, subjects: &[S], measure: impl Fn(&S) -> Result<f64>) -> Result<Row> {
    let mut figures = vec![Vec::new(); subjects.len()];
    for _ in 0..ROUNDS {
        for (subject, figures) in subjects.iter().zip(&mut figures) {
            figures.push(measure(subject)?);
        }
    }
    let mut medians = figures.into_iter().map(median);
    let ours = medians.next().ok_or_else(|| eyre!("nothing to measure"))?;
    let row = Row { what, ours, anvil: medians.next(), less_is_better: false };
    eprintln!("{}: {:.1} (anvil: {:.1?})", row.what, row.ours, row.anvil);
    Ok(row)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A node with a token on it.
struct Site {
    server: Server,
    token: Token,
}

impl Site {
    /// Mined transfers per second, one client per sender.
    fn transfers(&self, senders: &[PrivateKeySigner]) -> Result<f64> {
        let each = TRANSACTIONS / senders.len() as u64;
        let mut work = Vec::new();
        for sender in senders {
            let mut client = self.server.client()?;
            let requests = self.token.transfers(&mut client, sender, each)?;
            let until = workload::nonce(&mut client, sender.address())? + each;
            work.push((client, requests, sender.address(), until));
        }
        let begin = Instant::now();
        together(work, |(mut client, requests, sender, until)| {
            for request in &requests {
                succeeded(client.send(request)?)?;
            }
            while workload::nonce(&mut client, sender)? < until {}
            Ok(0)
        })?;
        Ok((each * senders.len() as u64) as f64 / begin.elapsed().as_secs_f64())
    }

    /// Answered calls per second.
    fn calls(&self, clients: usize, holder: &PrivateKeySigner) -> Result<f64> {
        let request = self.token.balance(holder.address());
        let clients: Vec<_> = (0..clients).map(|_| self.server.client()).collect::<Result<_>>()?;
        let begin = Instant::now();
        let made = together(clients, |client| calls_until(client, &request, begin + CALLING))?;
        Ok(made as f64 / begin.elapsed().as_secs_f64())
    }
}

fn calls_until(mut client: Client, request: &[u8], end: Instant) -> Result<u64> {
    let mut made = 0;
    while Instant::now() < end {
        succeeded(client.send(request)?)?;
        made += 1;
    }
    Ok(made)
}

/// Whether an answer carries a result, told without parsing it.
fn succeeded(answer: &[u8]) -> Result<()> {
    let result = answer.windows(9).any(|window| window == b"\"result\":");
    ensure!(result, "refused: {}", String::from_utf8_lossy(answer));
    Ok(())
}

/// Does all of it at once, each piece on a thread of its own; returns the sum.
fn together<W: Send>(work: Vec<W>, each: impl Fn(W) -> Result<u64> + Sync) -> Result<u64> {
    thread::scope(|scope| {
        let each = &each;
        let threads: Vec<_> = work.into_iter().map(|one| scope.spawn(move || each(one))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<u64>>| {
            thread.join().map_err(|_| eyre!("a client panicked"))?
        };
        threads.into_iter().map(join).sum()
    })
}
