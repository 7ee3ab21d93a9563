//! The node: a chain, served.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use jsonrpsee::server::ServerHandle;

use crate::{account::Account, chain::Chain, config::Config, rpc, store::Store};

/// Why a node did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken, or the interface isn't there.
    #[error("can't listen on {address}: {source}; choose another port, or 0 for any free one")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file that was to hold the chain does not.
    #[error("can't read the chain in {file}: {reason}; name another file, or remove this one")]
    State {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// A running node. Dropping it stops it.
#[derive(Debug)]
pub struct Node {
    address: SocketAddr,
    chain_id: u64,
    accounts: Vec<Account>,
    handle: ServerHandle,
    chain: Arc<Chain>,
    store: Option<Arc<Store>>,
}

impl Node {
    /// Starts a node with a chain of its own. Must be called inside a tokio runtime, which serves
    /// the requests for as long as it runs.
    ///
    /// # Errors
    /// When the address of `config` can't be listened on, or its state file can't be read.
    pub async fn start(config: Config) -> Result<Self, Error> {
        let address = SocketAddr::new(config.host, config.port);
        let chain = Arc::new(Chain::new(&config));
        let store = config.state.map(|file| open(file, &chain)).transpose()?;
        let (address, handle) = rpc::serve(Arc::clone(&chain), address)
            .await
            .map_err(|source| Error::Listen { address, source })?;
        if let Some(store) = &store {
            tokio::spawn(Arc::clone(store).keep_saving(Arc::downgrade(&chain)));
        }
        let (chain_id, accounts) = (config.chain_id, config.accounts);
        Ok(Self { address, chain_id, accounts, handle, chain, store })
    }

    /// Where to send requests over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}", self.reachable())
    }

    /// Where to connect a WebSocket to.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.reachable())
    }

    /// The chain id that transactions are signed for.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The funded accounts: by default Nitro's development account, then Anvil's ten.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Stops serving, and returns once every connection is closed.
    pub async fn stop(self) {
        // Fails when it has been stopped already, which is what is wanted.
        let _ = self.handle.stop();
        self.handle.clone().stopped().await;
    }

    /// Returns once the node has stopped, which it doesn't do by itself.
    pub async fn stopped(&self) {
        self.handle.clone().stopped().await;
    }

    /// An address to connect to: a node that listens everywhere is reached by loopback.
    fn reachable(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.handle.stop();
        if let Some(store) = &self.store
            && let Err(error) = store.save(&self.chain)
        {
            tracing::error!(%error, "can't save the chain");
        }
    }
}

/// The chain's file, after it has been read if it exists.
fn open(file: PathBuf, chain: &Chain) -> Result<Arc<Store>, Error> {
    let store = Store::new(file.clone());
    store.load(chain).map_err(|error| Error::State { file, reason: error.to_string() })?;
    Ok(Arc::new(store))
}
