//! The command line as its user meets it: arguments in; exit code, text and JSON out; and what happened
//! on chain.
//!
//! The command is this very executable, started again with [`MARK`] in its environment: then it does
//! what the `tributary` executable does, and no second one has to be built.

mod bids;
mod deploy;
mod foundation;
mod holder;
pub(crate) mod hostile;
mod keeper;
mod keeper_money;
mod networks;
mod owner;
mod pipe;
mod status;
#[cfg(unix)]
mod terminal;
mod tokens;
mod treasury;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use alloy::{primitives::keccak256, providers::Provider, signers::local::PrivateKeySigner};
use eyre::{Result, ensure};
use serde_json::Value;
use tributary::deploy::record::{Contract, Record};
use tributary_tests::{Case, World};

/// Set in the environment of a process that shall be the command line.
const MARK: &str = "TRIBUTARY_TESTS_COMMAND_LINE";

/// Whether this process shall be the command line.
pub(crate) fn is_called_for() -> bool {
    env::var_os(MARK).is_some()
}

pub(crate) fn cases() -> Vec<Case> {
    [
        bids::cases(),
        deploy::cases(),
        foundation::cases(),
        holder::cases(),
        keeper::cases(),
        keeper_money::cases(),
        networks::cases(),
        owner::cases(),
        pipe::cases(),
        status::cases(),
        #[cfg(unix)]
        terminal::cases(),
        tokens::cases(),
        treasury::cases(),
    ]
    .concat()
}

/// A directory of its own, with a record of the deployment, where commands are run.
struct Desk {
    /// The node, unless a file is to name it.
    url: Option<String>,
    directory: PathBuf,
}

/// What a command said, and how it ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    async fn new(world: &World) -> Result<Self> {
        // Every test has contracts of its own, at the same addresses perhaps, but an owner of its own.
        let name = format!("tributary-desk-{}-{}", std::process::id(), world.owner.address());
        let url = Some(world.url().to_owned());
        let desk = Self { url, directory: env::temp_dir().join(name) };
        let mut contracts = BTreeMap::new();
        for one in &world.system.contracts {
            let code_hash = keccak256(world.chain.provider().get_code_at(one.address).await?);
            let block = Some(one.block);
            let contract = Contract {
                address: one.address,
                code_hash,
                block,
                transaction: None,
                constructed: None,
                external: false,
            };
            contracts.insert(one.name.clone(), contract);
        }
        let (chain_id, deployer) = (world.chain.chain_id(), world.owner.address());
        let record = Record { contracts, ..Record::new(chain_id, "test", deployer) };
        record.save(&desk.file("deployments"))?;
        Ok(desk)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Runs a command that nobody signs.
    fn run(&self, line: &str) -> Result<Said> {
        self.started(line, &[])
    }

    /// Runs a command signed by `key`.
    fn signed(&self, key: &PrivateKeySigner, line: &str) -> Result<Said> {
        self.started(line, &[("ETH_PRIVATE_KEY", &key.to_bytes().to_string())])
    }

    /// Runs a command signed by `key` that has to succeed, and reads its JSON.
    fn done(&self, key: &PrivateKeySigner, line: &str) -> Result<Value> {
        self.signed(key, &format!("{line} --broadcast --json"))?.json()
    }

    fn started(&self, line: &str, variables: &[(&str, &str)]) -> Result<Said> {
        Ok(self.command(line, variables)?.output()?.into())
    }

    /// The command line, about to be run.
    fn command(&self, line: &str, variables: &[(&str, &str)]) -> Result<Command> {
        let foreign = env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("ETH_") || name.starts_with("TRIBUTARY_")
        });
        let mut command = Command::new(env::current_exe()?);
        foreign.for_each(|name| {
            command.env_remove(name);
        });
        if let Some(url) = &self.url {
            command.env("ETH_RPC_URL", url);
        }
        command
            .args(line.split_whitespace())
            .env(MARK, "yes")
            .envs(variables.iter().copied())
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        Ok(command)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Said {
    /// The one JSON object of a command that succeeded.
    fn json(&self) -> Result<Value> {
        ensure!(self.code == Some(0), "ended with {:?}: {}", self.code, self.err);
        Ok(serde_json::from_str(&self.out)?)
    }

    /// Makes sure that it ended with `code`, and said all of `words` on its way.
    #[track_caller]
    fn ends(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        let said = format!("{}{}", self.out, self.err);
        for word in words {
            assert!(said.contains(word), "nobody said {word:?}: {self:#?}");
        }
    }
}

/// Lets the world's clock, which stands still, go past the blocks that commands made by the node's own:
/// to be called between a command and what the world sends itself.
async fn catch_up(world: &World) -> Result<()> {
    if world.moves_time() {
        world.at(world.now().await? + 1).await?;
    }
    Ok(())
}

/// The names of the events of transaction number `place` of what a command said.
fn events(said: &Value, place: usize) -> Vec<&str> {
    let events = said["transactions"][place]["events"].as_array();
    events.into_iter().flatten().filter_map(|event| event["event"].as_str()).collect()
}

fn read_json(file: &Path) -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}
