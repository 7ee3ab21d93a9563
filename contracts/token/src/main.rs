//! Prints the contract's Solidity interface: `cargo run -p token --features export-abi`.

fn main() {
    print!("{}", include_str!("../../../abi/IToken.sol"));
}
