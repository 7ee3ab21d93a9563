//! Prints the contract's Solidity interface: `cargo run -p vault --features export-abi`.

fn main() {
    print!("{}", include_str!("../../../abi/IVault.sol"));
}
