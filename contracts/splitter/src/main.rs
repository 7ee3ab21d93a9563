//! Tells `cargo stylus` the contract's interface and constructor: `cargo stylus export-abi`.

/// How `cargo stylus deploy --constructor-args` encodes what it is given.
const CONSTRUCTOR: &str = "constructor(address owner, address guardian, address weth)";

fn main() {
    components::export_abi(include_str!("../../../abi/ISplitter.sol"), Some(CONSTRUCTOR));
}
