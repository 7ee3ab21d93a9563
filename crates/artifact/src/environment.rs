//! The environment that contracts are compiled in: the same on every machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::Error;

/// The target of Stylus programs.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Where everything is that a build touches.
pub(crate) struct Environment {
    root: PathBuf,
    cargo_home: PathBuf,
    target_dir: PathBuf,
}

impl Environment {
    /// The workspace that this crate was compiled in.
    pub(crate) fn locate() -> Result<Self, Error> {
        let compiled_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = compiled_in.canonicalize().map_err(|_| Error::NoWorkspace(compiled_in))?;
        let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
        let in_home = || env::home_dir().unwrap_or_default().join(".cargo");
        let target_dir = env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from);
        Ok(Self {
            // A relative directory is meant from where the build runs. Contracts have one of their own
            // in it: cargo locks a directory while it builds, and whoever runs this may be cargo.
            target_dir: root.join(target_dir).join("contracts"),
            cargo_home: cargo_home.unwrap_or_else(in_home),
            root,
        })
    }

    /// The file that cargo writes for a package.
    pub(crate) fn wasm_file(&self, package: &str) -> PathBuf {
        let file = format!("{}.wasm", package.replace('-', "_"));
        self.target_dir.join(TARGET).join("release").join(file)
    }

    /// `cargo build` for one package, in the workspace.
    pub(crate) fn cargo_build(&self, package: &str) -> Result<Command, Error> {
        let mut cargo = self.command("cargo");
        cargo.args(["build", "--locked", "--release", "--lib", "--color", "never"]);
        cargo.args(["--target", TARGET, "--package", package]);
        cargo.arg("--target-dir").arg(&self.target_dir);
        cargo.arg("--config").arg(self.remap_flags()?);
        Ok(cargo)
    }

    /// Adds the target to the workspace's toolchain if it is not there.
    pub(crate) fn ensure_target(&self, missing: impl FnOnce()) -> Result<(), Error> {
        let library = self.output("rustc", &["--print", "target-libdir", "--target", TARGET])?;
        if Path::new(&library).is_dir() {
            return Ok(());
        }
        missing();
        self.output("rustup", &["target", "add", TARGET]).map(drop)
    }

    /// Absolute paths that must not be in the code.
    pub(crate) fn private_paths(&self) -> [&Path; 3] {
        [&self.root, &self.cargo_home, &self.target_dir]
    }

    /// Panic locations name source files. Their machine-dependent beginnings are mapped: of two that
    /// match, rustc takes the later.
    fn remap_flags(&self) -> Result<String, Error> {
        let mut maps = vec![
            (self.cargo_home.clone(), "/cargo".to_owned()),
            (self.root.clone(), "/workspace".to_owned()),
            (self.target_dir.clone(), "/target".to_owned()),
            self.standard_library()?,
        ];
        maps.extend(self.registries().map(|directory| (directory, "/registry".to_owned())));
        let flag = |(from, to): &(PathBuf, String)| {
            format!("'--remap-path-prefix={}={to}'", from.display())
        };
        let flags: Vec<_> = maps.iter().map(flag).collect();
        Ok(format!("target.{TARGET}.rustflags=[{}]", flags.join(",")))
    }

    /// With the component `rust-src` installed, rustc names the standard library's files by where they
    /// are; without it, by the name used here.
    fn standard_library(&self) -> Result<(PathBuf, String), Error> {
        let sysroot = PathBuf::from(self.output("rustc", &["--print", "sysroot"])?);
        let version = self.output("rustc", &["-vV"])?;
        let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        let name = format!("/rustc/{}", commit.unwrap_or("unknown"));
        Ok((sysroot.join("lib/rustlib/src/rust"), name))
    }

    /// Each registry unpacks its crates into a directory named after its address, mirrors too.
    fn registries(&self) -> impl Iterator<Item = PathBuf> {
        let sources = fs::read_dir(self.cargo_home.join("registry").join("src"));
        sources.into_iter().flatten().flatten().map(|entry| entry.path())
    }

    fn output(&self, tool: &str, arguments: &[&str]) -> Result<String, Error> {
        let failed = |output: String| {
            let command = format!("{tool} {}", arguments.join(" "));
            Error::Tool { command, output }
        };
        let run = self.command(tool).args(arguments).output();
        let output = run.map_err(|error| failed(error.to_string()))?;
        if !output.status.success() {
            return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// A tool that runs in the workspace, so that its `rust-toolchain.toml` and `.cargo/config.toml`
    /// count, and without what could change the bytes.
    fn command(&self, tool: &str) -> Command {
        let mut command = Command::new(tool);
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(changes_bytes) {
                command.env_remove(name);
            }
        }
        command
    }
}

/// Whether a variable could change the compiled bytes: flags, profiles, wrappers, another toolchain,
/// and all that a running cargo sets for its children. What only concerns the network or the
/// terminal, and the linker of the machine itself, stays.
fn changes_bytes(variable: &str) -> bool {
    const KEPT: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_HTTP_",
        "CARGO_NET_",
        "CARGO_REGISTRIES_",
        "CARGO_REGISTRY_",
        "CARGO_TARGET_",
        "CARGO_TERM_",
    ];
    const DROPPED: [&str; 7] = [
        "CARGO",
        "RUSTC",
        "RUSTFLAGS",
        "RUSTDOC",
        "RUSTUP_TOOLCHAIN",
        "CARGO_TARGET_DIR",
        "CARGO_TARGET_WASM32_",
    ];
    // The longest prefix that matches decides.
    let longest = |list: &[&str]| {
        list.iter().filter(|prefix| variable.starts_with(**prefix)).map(|prefix| prefix.len()).max()
    };
    longest(&DROPPED) > longest(&KEPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_change_the_bytes_are_dropped() {
        for variable in [
            "CARGO",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_PKG_NAME",
            "CARGO_PROFILE_RELEASE_OPT_LEVEL",
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "RUSTC_WRAPPER",
            "RUSTFLAGS",
            "RUSTUP_TOOLCHAIN",
        ] {
            assert!(changes_bytes(variable), "{variable} should be dropped");
        }
    }

    #[test]
    fn variables_that_reach_the_network_or_the_machine_are_kept() {
        for variable in [
            "CARGO_HOME",
            "CARGO_HTTP_PROXY",
            "CARGO_REGISTRIES_CRATES_IO_PROTOCOL",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER",
            "PATH",
            "RUSTUP_HOME",
        ] {
            assert!(!changes_bytes(variable), "{variable} should be kept");
        }
    }
}
