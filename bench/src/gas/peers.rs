//! The field's MIT contracts: fetched from npm and compiled when the bench runs, never committed.

use std::{collections::BTreeMap, path::Path, process::Command};

use alloy::hex;
use eyre::{Result, WrapErr, ensure, eyre};

/// Names the packages, pins them, and compiles them; `node_modules` beside it is ignored by git.
const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// Init codes by contract name, less the constructors' arguments.
#[derive(Debug)]
pub(super) struct Peers(BTreeMap<String, String>);

impl Peers {
    /// Installs what the lock file pins, unless it is there, and compiles it.
    pub(super) fn fetch() -> Result<Self> {
        if !Path::new(HOME).join("node_modules").is_dir() {
            run("npm", &["ci"]).wrap_err("the peers come from npm")?;
        }
        let codes = run("node", &["compile.js"]).wrap_err("the peers do not compile")?;
        Ok(Self(serde_json::from_slice(&codes)?))
    }

    /// The init code of `contract`.
    pub(super) fn code(&self, contract: &str) -> Result<Vec<u8>> {
        let code = self.0.get(contract).ok_or_else(|| eyre!("{contract} was not compiled"))?;
        Ok(hex::decode(code)?)
    }
}

/// What a program prints.
fn run(program: &str, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = Command::new(program);
    let output = command.args(arguments).current_dir(HOME).output();
    let output = output.wrap_err_with(|| format!("{program} can't be run"))?;
    let problem = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program} failed: {problem}");
    Ok(output.stdout)
}
