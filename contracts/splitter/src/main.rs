//! Prints the contract's Solidity interface: `cargo run -p splitter --features export-abi`.

fn main() {
    print!("{}", include_str!("../../../abi/ISplitter.sol"));
}
