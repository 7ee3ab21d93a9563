//! Tells `cargo stylus` the contract's interface and constructor: `cargo stylus export-abi`.

/// How `cargo stylus deploy --constructor-args` encodes what it is given.
const CONSTRUCTOR: &str =
    "constructor(bytes32 name, bytes32 symbol, uint8 decimals, address holder, uint256 supply)";

fn main() {
    components::export_abi(include_str!("../../../abi/IToken.sol"), Some(CONSTRUCTOR));
}
