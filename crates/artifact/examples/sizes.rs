//! Builds the packages named on the command line and prints what each weighs, or why it is refused:
//! `cargo run -p artifact --example sizes -- token weth`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut exit = ExitCode::SUCCESS;
    for name in std::env::args().skip(1) {
        match artifact::build(&[&name]) {
            Ok(built) => built.iter().for_each(|artifact| println!("{name}: {}", artifact.report)),
            Err(error) => {
                println!("{error}");
                exit = ExitCode::FAILURE;
            }
        }
    }
    exit
}
