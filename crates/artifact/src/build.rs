//! Compiling contracts, one cargo command each.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::{Artifact, Error, environment::Environment, from_wasm};

/// What a build is doing, for a progress display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The WASM target is being added to the toolchain.
    InstallingTarget,
    /// A package is being compiled.
    Compiling(&'a str),
    /// Cargo says that it compiles this for the package, first of all what the package depends on.
    Dependency(&'a str),
    /// Another build of contracts is under way; this one goes on when that is done.
    Waiting(&'a str),
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
    compile(environment, name, progress)?;
    progress(Step::Packing(name));
    let path = environment.wasm_file(name);
    let wasm = fs::read(&path).map_err(|source| Error::Read { path, source })?;
    let artifact = from_wasm(name, &wasm)?;
    check_private_paths(environment, &artifact)?;
    Ok(artifact)
}

fn compile(
    environment: &Environment,
    package: &str,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<(), Error> {
    let cargo = environment.cargo_build(package)?;
    let mut output = String::new();
    let run = follow(cargo, |line| {
        output.push_str(line);
        output.push('\n');
        if let Some(step) = step(package, line) {
            progress(step);
        }
    });
    match run {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Error::Cargo { package: package.to_owned(), output: output.trim().to_owned() })
        }
        Err(error) => Err(Error::Tool {
            command: format!("cargo build --package {package}"),
            output: error.to_string(),
        }),
    }
}

/// Runs a command, hands over each line it writes to standard error as it comes, and says whether the
/// command succeeded.
fn follow(mut command: Command, mut line: impl FnMut(&str)) -> io::Result<bool> {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    if let Some(stderr) = child.stderr.take() {
        for bytes in BufReader::new(stderr).split(b'\n') {
            line(&String::from_utf8_lossy(&bytes?));
        }
    }
    Ok(child.wait()?.success())
}

/// What a line of cargo's tells of the build of `package`.
fn step<'a>(package: &'a str, line: &'a str) -> Option<Step<'a>> {
    let line = line.trim();
    if line.starts_with("Blocking waiting for file lock") {
        return Some(Step::Waiting(package));
    }
    line.strip_prefix("Compiling ").map(Step::Dependency)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_lines_tell_what_it_compiles_and_that_it_waits() {
        assert_eq!(step("vault", "   Compiling hex v0.4.3"), Some(Step::Dependency("hex v0.4.3")));
        let waits = "    Blocking waiting for file lock on build directory";
        assert_eq!(step("vault", waits), Some(Step::Waiting("vault")));
        assert_eq!(step("vault", "    Finished `release` profile in 1.2s"), None);
    }
}
