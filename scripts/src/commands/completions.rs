//! `tributary completions`: what a shell needs to complete commands and flags.

use clap::CommandFactory;
use clap_complete::Shell;
use eyre::Result;

use super::Cli;

/// Which shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to write for
    shell: Shell,
}

/// Prints the script.
///
/// # Errors
/// None.
pub fn run(args: &Args) -> Result<()> {
    clap_complete::generate(args.shell, &mut Cli::command(), "tributary", &mut std::io::stdout());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_complete_and_consistent() {
        Cli::command().debug_assert();
    }
}
