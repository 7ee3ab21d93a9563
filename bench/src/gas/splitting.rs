//! Our splitter beside OpenZeppelin's PaymentSplitter: revenue in, and out to one payee.
//!
//! Every payee was paid before and holds some of the token, and some lies in the splitter. Theirs takes
//! revenue in by a plain transfer and keeps no books of it; ours is deposited under a source, whose total
//! is kept.

use alloy::{
    primitives::{Address, B256, U256},
    sol,
    sol_types::SolValue,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IToken},
    deploy::arguments,
};

use super::{
    book::Book,
    peers::Peers,
    site::{HOUR, Sample, Site, coins},
};

sol! {
    interface PaymentSplitter {
        function release(address token, address account) external;
    }
}

/// Revenue comes in; one payee is paid; all are, by us in one transaction, by them in one each.
pub(super) const RECEIPT: &str = "receipt";
pub(super) const PULL: &str = "pull";
pub(super) const EVERYBODY: &str = "pull for everybody";

/// What both are fed with each time.
const PAYMENT: u64 = 1_000;

/// The payees; the first is looked at.
fn payees(count: u32) -> Vec<Address> {
    (1..=count).map(|number| Address::left_padding_from(&(0x1000 + number).to_be_bytes())).collect()
}

/// Ours, with `count` payees.
pub(super) async fn ours(peers: &Peers, cached: bool, count: u32) -> Result<Book> {
    let mut site = Site::start(peers, cached).await?;
    let (owner, token) = (site.owner(), site.token().await?);
    let roles = (owner.address(), owner.address(), token);
    let splitter = site.program("splitter", arguments(&roles)).await?;
    let source = B256::repeat_byte(1);
    let add = ISplitter::addSourceCall { source, name: source, policyId: U256::ONE };
    site.send(&owner, splitter, &policy(count)).await?;
    site.send(&owner, splitter, &add).await?;
    site.endow(token, splitter, &[&owner]).await?;
    let deposit = ISplitter::depositCall { source, token, amount: coins(PAYMENT) };
    let release = ISplitter::releaseCall { policyId: U256::ONE, payeeIndex: U256::ZERO, token };
    let everybody = ISplitter::releaseManyCall {
        policyId: U256::ONE,
        payeeIndices: (0..count).map(U256::from).collect(),
        token,
    };
    site.send(&owner, splitter, &deposit).await?;
    site.send(&owner, splitter, &everybody).await?;
    site.send(&owner, splitter, &deposit).await?;
    site.wait(HOUR);
    let mut book = Book::default();
    book.note(RECEIPT, site.measure(&owner, splitter, &deposit).await?);
    book.note(PULL, site.measure(&owner, splitter, &release).await?);
    site.send(&owner, splitter, &deposit).await?;
    book.note(EVERYBODY, site.measure(&owner, splitter, &everybody).await?);
    Ok(book)
}

/// A policy that divides among `count` plain accounts.
fn policy(count: u32) -> ISplitter::createPolicyCall {
    let (part, payees) = (10_000 / count, payees(count));
    let mut bps = vec![part; payees.len()];
    bps[0] += 10_000 - part * count;
    ISplitter::createPolicyCall {
        name: B256::right_padding_from(b"a policy"),
        kinds: vec![0; payees.len()],
        tags: vec![B256::ZERO; payees.len()],
        payees,
        bps,
    }
}

/// OpenZeppelin's, with `count` payees.
pub(super) async fn theirs(peers: &Peers, count: u32) -> Result<Book> {
    let mut site = Site::start(peers, false).await?;
    let (owner, token, payees) = (site.owner(), site.token().await?, payees(count));
    let parts = vec![U256::ONE; payees.len()];
    let arguments = (payees.clone(), parts).abi_encode_params();
    let splitter = site.create(&peers.code("PaymentSplitter")?, &arguments).await?;
    let pay = IToken::transferCall { to: splitter, value: coins(PAYMENT) };
    let release = |account| PaymentSplitter::releaseCall { token, account };
    site.send(&owner, token, &pay).await?;
    for payee in &payees {
        site.send(&owner, splitter, &release(*payee)).await?;
    }
    site.send(&owner, token, &pay).await?;
    site.wait(HOUR);
    let mut book = Book::default();
    book.note(RECEIPT, site.measure(&owner, token, &pay).await?);
    book.note(PULL, site.measure(&owner, splitter, &release(payees[0])).await?);
    site.send(&owner, token, &pay).await?;
    let mut everybody = Sample::default();
    for payee in &payees {
        everybody.gas += site.measure(&owner, splitter, &release(*payee)).await?.gas;
    }
    book.note(EVERYBODY, everybody);
    Ok(book)
}
