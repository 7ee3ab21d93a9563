//! `tributary build`: the contracts, compiled to what is deployed, and what they weigh.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::hex;
use artifact::Artifact;
use comfy_table::{CellAlignment, Table, presets};
use eyre::{Result, WrapErr};

use crate::{console, deploy::fragments, progress::Progress, system::PACKAGES, units::separated};

/// Which contracts.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Packages to build; all of them if none is named.
    packages: Vec<String>,
    /// Writes each contract to this directory, for other tools: `NAME.wasm`, what runs; `NAME.hex`, the
    /// 0x-prefixed data of the transaction that creates it; and, if one account cannot hold it,
    /// `NAME.fragment-1.hex` and so on, to be sent before it, in any order, to the CREATE2 factory
    /// 0x4e59b44847b379578588920cA78FbF26c0B4956C.
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
    console::line(table(&artifacts))?;
    Ok(())
}

fn write(directory: &Path, artifacts: &[Artifact]) -> Result<()> {
    fs::create_dir_all(directory)?;
    for artifact in artifacts {
        let file = |ending: &str| directory.join(format!("{}.{ending}", artifact.name));
        let program = artifact.code.program(&fragments::addresses_of(artifact))?;
        fs::write(file("hex"), hex::encode_prefixed(artifact::init_code(&program)))?;
        fs::write(file("wasm"), &artifact.wasm)?;
        let fragment = |number| file(&format!("fragment-{number}.hex"));
        for (place, code) in artifact.code.fragments().iter().enumerate() {
            fs::write(fragment(place + 1), hex::encode_prefixed(fragments::factory_input(code)))?;
        }
        // What an earlier build wrote, when the contract was larger.
        for stale in artifact.report.fragments + 1..=artifact::FRAGMENT_LIMIT {
            if fragment(stale).exists() {
                fs::remove_file(fragment(stale))?;
            }
        }
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
        artifact::Step::Dependency(unit) => job.whisper(&format!("compiling {unit}")),
        artifact::Step::Waiting(package) => {
            job.say(&format!("waiting for another cargo, then compiling {package}"));
        }
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
        ["contract", "code bytes", "fragments", "WASM bytes", "pages", "imports", "functions"];
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    for Artifact { name, report, .. } in artifacts {
        table.add_row([
            name.clone(),
            separated(&report.compressed.to_string()),
            report.fragments.to_string(),
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

    /// A contract with `length` bytes of data that no compressor makes smaller.
    fn sample(length: u32) -> Artifact {
        let noise =
            (0..length).map(|n| (n.wrapping_mul(n).wrapping_mul(2_654_435_761) >> 24) as u8);
        let data: String = noise.map(|byte| format!("\\{byte:02x}")).collect();
        let text = format!(
            r#"(module (memory (export "memory") 1 1) (data (i32.const 0) "{data}")
                (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
        );
        artifact::from_wasm("sample", &wat::parse_str(text).unwrap()).unwrap()
    }

    fn written(sample: &Artifact, kind: &str) -> PathBuf {
        let name = format!("tributary-build-{kind}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        write(&directory, std::slice::from_ref(sample)).unwrap();
        directory
    }

    #[test]
    fn a_written_contract_is_the_data_that_creates_it_and_the_wasm_that_runs() {
        let sample = sample(3);
        let directory = written(&sample, "one");
        let init = artifact::init_code(&sample.code.program(&[]).unwrap());
        let text = fs::read_to_string(directory.join("sample.hex")).unwrap();
        assert_eq!(text, hex::encode_prefixed(init));
        assert_eq!(fs::read(directory.join("sample.wasm")).unwrap(), sample.wasm);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_written_contract_of_fragments_names_where_the_factory_places_them() {
        let sample = sample(30_000);
        let directory = written(&sample, "split");
        let read =
            |file: &str| hex::decode(fs::read_to_string(directory.join(file)).unwrap()).unwrap();
        let root = read("sample.hex");
        for (place, code) in sample.code.fragments().iter().enumerate() {
            let input = read(&format!("sample.fragment-{}.hex", place + 1));
            assert_eq!(input[..32], [0; 32]);
            assert_eq!(input[32..], artifact::init_code(code));
            let address = fragments::address_of(code);
            assert!(root.windows(20).any(|window| window == address.as_slice()));
        }
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2 + sample.report.fragments);
        // It shrinks; its fragments go.
        write(&directory, &[self::sample(3)]).unwrap();
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        fs::remove_dir_all(directory).unwrap();
    }
}
