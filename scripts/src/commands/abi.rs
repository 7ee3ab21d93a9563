//! `tributary abi`: the interfaces as JSON, for tools that do not read Solidity.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::json_abi::JsonAbi;
use eyre::{Result, WrapErr, ensure};

use crate::{abi::interfaces, console};

/// What to do with the files.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Writes nothing; fails if a file is not what it would write.
    #[arg(long)]
    check: bool,
    /// Where the files are.
    #[arg(long, default_value = "abi")]
    directory: PathBuf,
}

/// Writes or checks every file.
///
/// # Errors
/// A file cannot be written, or is out of date.
pub fn run(args: &Args) -> Result<()> {
    if args.check {
        return check(&args.directory);
    }
    for (name, text) in documents()? {
        let path = file(&args.directory, name);
        fs::write(&path, text).wrap_err_with(|| format!("{} cannot be written", path.display()))?;
        console::line(path.display())?;
    }
    Ok(())
}

/// Makes sure that every file in `directory` is what would be written.
///
/// # Errors
/// Names the first that is not.
pub fn check(directory: &Path) -> Result<()> {
    for (name, text) in documents()? {
        let path = file(directory, name);
        let current = fs::read_to_string(&path).is_ok_and(|found| found == text);
        ensure!(current, "{} is out of date; run `tributary abi`", path.display());
    }
    Ok(())
}

fn documents() -> Result<Vec<(&'static str, String)>> {
    let text = |abi: &JsonAbi| serde_json::to_string_pretty(abi).map(|text| text + "\n");
    interfaces().iter().map(|(name, abi)| Ok((*name, text(abi)?))).collect()
}

fn file(directory: &Path, name: &str) -> PathBuf {
    directory.join(name).with_extension("json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_in_the_repository_is_current() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi");
        check(&directory).unwrap();
    }
}
