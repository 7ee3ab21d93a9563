//! Tells `cargo stylus` the contract's interface and constructor: `cargo stylus export-abi`.

/// How `cargo stylus deploy --constructor-args` encodes what it is given.
const CONSTRUCTOR: &str = "constructor(address asset, address owner, address guardian, bytes32 name, bytes32 symbol, \
     uint32[] memory durations, uint32[] memory multipliers)";

fn main() {
    components::export_abi(include_str!("../../../abi/IVault.sol"), Some(CONSTRUCTOR));
}
