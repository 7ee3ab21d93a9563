//! Tells `cargo stylus` the contract's interface: `cargo stylus export-abi`.

fn main() {
    components::export_abi(include_str!("../../../abi/IWeth.sol"), None);
}
