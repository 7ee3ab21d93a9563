//! The `tributary` command; all of it is in the library. Its exit codes are in [`tributary::failure`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    tributary::commands::main().await
}
