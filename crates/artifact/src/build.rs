//! Compiling contracts, one cargo command each.

use std::{fs, process::Output};

use crate::{Artifact, Error, environment::Environment, from_wasm};

/// What a build is doing, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The WASM target is being added to the toolchain.
    InstallingTarget,
    /// A package is being compiled.
    Compiling(&'a str),
    /// Its WASM is being re-encoded, checked and compressed.
    Packing(&'a str),
}

/// Builds contracts of this workspace by their package names.
///
/// # Errors
/// See [`Error`]: a package that does not compile, a missing toolchain, a contract that Nitro would
/// refuse.
pub fn build(names: &[&str]) -> Result<Vec<Artifact>, Error> {
    build_with(names, &mut |_| ())
}

/// As [`build`], telling `progress` before each step.
///
/// # Errors
/// As [`build`].
pub fn build_with(
    names: &[&str],
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<Vec<Artifact>, Error> {
    let environment = Environment::locate()?;
    environment.ensure_target(|| progress(Step::InstallingTarget))?;
    names.iter().map(|name| build_one(&environment, name, progress)).collect()
}

fn build_one(
    environment: &Environment,
    name: &str,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<Artifact, Error> {
    progress(Step::Compiling(name));
    compile(environment, name)?;
    progress(Step::Packing(name));
    let path = environment.wasm_file(name);
    let wasm = fs::read(&path).map_err(|source| Error::Read { path, source })?;
    let artifact = from_wasm(name, &wasm)?;
    check_private_paths(environment, &artifact)?;
    Ok(artifact)
}

fn compile(environment: &Environment, package: &str) -> Result<(), Error> {
    let run = environment.cargo_build(package)?.output();
    let tool = |error: std::io::Error| Error::Tool {
        command: format!("cargo build --package {package}"),
        output: error.to_string(),
    };
    let Output { status, stderr, .. } = run.map_err(tool)?;
    if status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&stderr).trim().to_owned();
    Err(Error::Cargo { package: package.to_owned(), output })
}

fn check_private_paths(environment: &Environment, artifact: &Artifact) -> Result<(), Error> {
    for path in environment.private_paths() {
        let text = path.display().to_string();
        if artifact.wasm.windows(text.len()).any(|window| window == text.as_bytes()) {
            return Err(Error::MachinePath { package: artifact.name.clone(), path: text });
        }
    }
    Ok(())
}
