//! The nodes: processes of their own, started and stopped.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use devnode::{CHAIN_ID, Config, Node};
use eyre::{Result, WrapErr, bail};
use serde_json::json;

use crate::Client;

/// The argument that makes this program a node.
const SERVE: &str = "--serve";

/// How long a node may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often a node that starts is asked whether it has.
const IMPATIENCE: Duration = Duration::from_micros(500);

/// Which node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Ours.
    Devnode,
    /// Anvil, and where it is.
    Anvil(PathBuf),
}

impl Kind {
    fn command(&self, port: u16) -> Result<Command> {
        let port = port.to_string();
        Ok(match self {
            Self::Devnode => {
                let mut command = Command::new(env::current_exe()?);
                command.args([SERVE, &port]);
                command
            }
            Self::Anvil(path) => {
                let mut command = Command::new(path);
                command.args(["--silent", "--port", &port, "--chain-id", &CHAIN_ID.to_string()]);
                command
            }
        })
    }
}

/// A running node, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub(crate) start_up: Duration,
}

impl Server {
    /// Starts a node and waits until it answers.
    pub(crate) fn start(kind: &Kind) -> Result<Self> {
        let address = free_address()?;
        let mut command = kind.command(address.port())?;
        let begin = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .wrap_err_with(|| format!("{kind:?} can't be started"))?;
        let mut server = Self { child, address, start_up: Duration::ZERO };
        while server.client().and_then(|mut client| client.ask("eth_chainId", json!([]))).is_err() {
            if begin.elapsed() > PATIENCE {
                bail!("{kind:?} does not answer");
            }
            thread::sleep(IMPATIENCE);
        }
        server.start_up = begin.elapsed();
        Ok(server)
    }

    /// A new connection.
    pub(crate) fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listened on a moment ago.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// The port to serve on, if this process was started to serve.
pub(crate) fn asked_to_serve() -> Option<u16> {
    let mut arguments = env::args().skip_while(|argument| argument != SERVE);
    arguments.nth(1).and_then(|port| port.parse().ok())
}

/// Runs our node until the process is killed.
pub(crate) fn serve(port: u16) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let node = Node::start(Config { port, ..Config::default() }).await?;
        node.stopped().await;
        Ok(())
    })
}
