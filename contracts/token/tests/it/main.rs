//! The token on the native stage, function by function.

mod construction;
mod erc20;
mod permit;
mod surface;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;
use stage::Stage;

sol!("../../abi/IToken.sol");

/// A token, its holder of the whole supply, and somebody else.
struct Scene {
    stage: Stage,
    token: Address,
    alice: Address,
    bob: Address,
}

const SUPPLY: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
const DECIMALS: u8 = 6;

fn constructor(holder: Address, supply: U256) -> Vec<u8> {
    let word = |text: &str| B256::right_padding_from(text.as_bytes());
    stage::constructor((word("Bit Hash"), word("BITHASH"), U256::from(DECIMALS), holder, supply))
}

impl Scene {
    fn new() -> Self {
        let stage = Stage::new();
        let (alice, bob) = (stage.account("alice"), stage.account("bob"));
        let token = stage.deploy("token", token::main, constructor(alice, SUPPLY));
        let token = token.expect("the constructor takes these arguments");
        Self { stage, token, alice, bob }
    }

    fn balance(&self, account: Address) -> U256 {
        self.stage.view(self.token, IToken::balanceOfCall { account }).expect("a view")
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.stage.view(self.token, IToken::allowanceCall { owner, spender }).expect("a view")
    }

    fn total_supply(&self) -> U256 {
        self.stage.view(self.token, IToken::totalSupplyCall {}).expect("a view")
    }
}

fn units(amount: u64) -> U256 {
    U256::from(amount)
}
