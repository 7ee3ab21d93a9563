//! `tributary build`: the contracts, compiled to what is deployed, and what they weigh.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alloy::hex;
use artifact::Artifact;
use comfy_table::{CellAlignment, Table, presets};
use eyre::{Result, WrapErr};

use crate::{progress::Progress, system::PACKAGES, units::separated};

/// Which contracts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Packages to build; all of them if none is named.
    packages: Vec<String>,
    /// Writes each contract to this directory, for other tools: `NAME.hex`, the 0x-prefixed data of the
    /// transaction that creates it, and `NAME.wasm`, what runs.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Builds, and prints a table.
///
/// # Errors
/// A contract does not compile, or Nitro would refuse it.
pub fn run(args: &Args) -> Result<()> {
    let named: Vec<&str> = args.packages.iter().map(String::as_str).collect();
    let artifacts = contracts(if named.is_empty() { &PACKAGES } else { &named })?;
    if let Some(directory) = &args.out {
        write(directory, &artifacts)
            .wrap_err_with(|| format!("cannot write to {}", directory.display()))?;
    }
    println!("{}", table(&artifacts));
    Ok(())
}

fn write(directory: &Path, artifacts: &[Artifact]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for Artifact { name, init_code, wasm, .. } in artifacts {
        let path = directory.join(name);
        fs::write(path.with_extension("hex"), hex::encode_prefixed(init_code))?;
        fs::write(path.with_extension("wasm"), wasm)?;
    }
    Ok(())
}

/// Builds `packages`, showing progress.
///
/// # Errors
/// A contract does not compile, or Nitro would refuse it.
pub fn contracts(packages: &[&str]) -> Result<Vec<Artifact>> {
    let job = Progress::default().job("build", packages.len() as u64);
    let mut tell = |step: artifact::Step<'_>| match step {
        artifact::Step::InstallingTarget => job.say("adding the WASM target to the toolchain"),
        artifact::Step::Compiling(package) => job.say(&format!("compiling {package}")),
        artifact::Step::Packing(_) => job.step(),
    };
    let artifacts =
        artifact::build_with(packages, &mut tell).wrap_err("the contracts do not build")?;
    job.done("contracts are built");
    Ok(artifacts)
}

fn table(artifacts: &[Artifact]) -> Table {
    let mut table = Table::new();
    let headings =
        ["contract", "code bytes", "of limit", "WASM bytes", "pages", "imports", "functions"];
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    for Artifact { name, report, .. } in artifacts {
        let percent = report.compressed * 100 / artifact::CODE_LIMIT;
        table.add_row([
            name.clone(),
            separated(&report.compressed.to_string()),
            format!("{percent} %"),
            separated(&report.raw.to_string()),
            report.pages.to_string(),
            report.imports.len().to_string(),
            report.functions.to_string(),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_contract_is_the_data_that_creates_it_and_the_wasm_that_runs() {
        let empty_module = b"\0asm\x01\0\0\0".to_vec();
        let report = artifact::Report {
            raw: empty_module.len(),
            compressed: 0,
            pages: 0,
            imports: Vec::new(),
            functions: 0,
            data: 0,
            largest_function: 0,
        };
        let (name, init_code) = ("sample".to_owned(), vec![0x7f, 0xef]);
        let sample =
            Artifact { name, wasm: empty_module.clone(), code: vec![0xef], init_code, report };
        let directory =
            std::env::temp_dir().join(format!("tributary-build-{}", std::process::id()));
        write(&directory, &[sample]).unwrap();
        assert_eq!(fs::read_to_string(directory.join("sample.hex")).unwrap(), "0x7fef");
        assert_eq!(fs::read(directory.join("sample.wasm")).unwrap(), empty_module);
        fs::remove_dir_all(directory).unwrap();
    }
}
