//! Prints the contract's Solidity interface: `cargo run -p weth --features export-abi`.

fn main() {
    print!("{}", include_str!("../../../abi/IWeth.sol"));
}
