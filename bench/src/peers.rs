//! What others have written and we measure ourselves by: fetched from npm, never committed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use eyre::{Result, WrapErr, ensure, eyre};
use serde_json::Value;

/// The packages, pinned.
const PACKAGES: [&str; 2] = ["@foundry-rs/anvil@1.7.1", "@openzeppelin/contracts@4.9.6"];

/// Under this name, git ignores them.
const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules");

/// Where the peers are.
#[derive(Debug)]
pub(crate) struct Peers {
    home: PathBuf,
}

impl Peers {
    /// Installs the peers unless they are there; without npm there are none, and a note says so.
    pub(crate) fn fetch() -> Option<Self> {
        let peers = Self { home: HOME.into() };
        match peers.install() {
            Ok(()) => Some(peers),
            Err(error) => {
                eprintln!("Anvil is left out, since npm did not deliver it: {error:#}");
                None
            }
        }
    }

    fn install(&self) -> Result<()> {
        if self.anvil().is_ok() && self.token().is_ok() {
            return Ok(());
        }
        let prefix = self.home.parent().unwrap_or(Path::new("."));
        let status = Command::new("npm")
            .args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"])
            .arg("--prefix")
            .arg(prefix)
            .args(PACKAGES)
            .status()
            .wrap_err("npm can't be run")?;
        ensure!(status.success(), "npm failed with {status}");
        self.anvil().map(drop)
    }

    /// Anvil's executable, in the package for this platform.
    pub(crate) fn anvil(&self) -> Result<PathBuf> {
        let packages = fs::read_dir(self.home.join("@foundry-rs"))?;
        let mut candidates = packages.flatten().map(|package| package.path().join("bin/anvil"));
        candidates.find(|path| path.is_file()).ok_or_else(|| eyre!("no anvil for this platform"))
    }

    /// The init code of OpenZeppelin's ERC-20 preset, less the constructor's arguments.
    pub(crate) fn token(&self) -> Result<Vec<u8>> {
        let file = "@openzeppelin/contracts/build/contracts/ERC20PresetFixedSupply.json";
        let json: Value = serde_json::from_slice(&fs::read(self.home.join(file))?)?;
        let code = json["bytecode"].as_str().ok_or_else(|| eyre!("{file} has no bytecode"))?;
        Ok(alloy::hex::decode(code)?)
    }
}
