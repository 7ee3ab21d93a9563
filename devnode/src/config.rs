//! What a node can be told before it starts.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use alloy::primitives::{U256, utils::Unit};

use crate::account::{Account, well_known_accounts};

/// The chain id of Nitro's own development chain, which Arbitrum's tools expect.
pub const CHAIN_ID: u64 = 412_346;

/// The port Nitro listens on.
pub const PORT: u16 = 8547;

/// How much ether each account of [`Config::accounts`] starts with, unless told otherwise.
const INITIAL_ETHER: u64 = 10_000;

/// Everything a [`Node`](crate::Node) needs to know to start. The default is a node that listens
/// on loopback, port 8547, with chain id 412346 and the well-known accounts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The interface to listen on. The accounts are unlocked: whoever reaches this interface can
    /// spend from them.
    pub host: IpAddr,
    /// The TCP port for HTTP and WebSocket alike; 0 takes any free one.
    pub port: u16,
    /// The chain id that transactions are signed for.
    pub chain_id: u64,
    /// The accounts that the node funds and signs for, in the order `eth_accounts` lists them.
    pub accounts: Vec<Account>,
    /// What each of the accounts owns in the first block, in wei.
    pub balance: U256,
    /// Whether Nitro's debug precompile and the programs' console are there.
    pub debug: bool,
    /// The time of the first block in Unix seconds, and what the chain's clock counts on from;
    /// `None` means the wall clock.
    pub timestamp: Option<u64>,
    /// A file to keep the chain in. If it exists, the chain is what it holds, and the settings above
    /// that describe a first block are not looked at; it is saved a second after a change at the
    /// latest, and when the node stops. `None` keeps the chain in memory only.
    pub state: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: PORT,
            chain_id: CHAIN_ID,
            accounts: well_known_accounts(),
            balance: U256::from(INITIAL_ETHER) * Unit::ETHER.wei(),
            debug: true,
            timestamp: None,
            state: None,
        }
    }
}
