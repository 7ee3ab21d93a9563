//! What `cargo stylus` asks a contract about itself.

use std::env;

/// Prints `interface`; or, if the program's first argument is `constructor`, the signature of the
/// constructor, and nothing if the contract has none.
///
/// `cargo stylus deploy` encodes the constructor's arguments by that signature, in the notation
/// `constructor(address owner, uint32[] memory points)`. What it can't read as one it takes for a
/// contract without constructor, and then it leaves the contract unconstructed.
pub fn export_abi(interface: &str, constructor: Option<&str>) {
    match env::args().nth(1).as_deref() {
        Some("constructor") => {
            constructor.into_iter().for_each(|signature| println!("{signature}"))
        }
        _ => print!("{interface}"),
    }
}
