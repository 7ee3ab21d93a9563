//! A token with vices, played by an actor. An honest one has none.
//!
//! Whoever was given coins with [`give`] allows everybody to move them, so that tests need not say so;
//! what was received by transfer moves as ERC-20 says, with an allowance.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stage::{Actor, Answer, Frame, Revert, Stage, slot};

sol! {
    interface IToken {
        function balanceOf(address account) external view returns (uint256);
        function decimals() external view returns (uint8);
        function allowance(address owner, address spender) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
        /// Sets a balance, as a token that rebases does.
        function setBalance(address account, uint256 value) external;
    }
}

/// What a transfer of the token does beside moving the value.
#[derive(Clone, Debug, Default)]
pub(crate) enum Vice {
    #[default]
    None,
    /// The receiver gets this many basis points less.
    Fee(u64),
    /// Succeeds without data, as USDT does.
    ReturnsNothing,
    /// Moves nothing and says so.
    ReturnsFalse,
    Reverts,
    BurnsAllGas,
    /// Moves nothing and reverts with a megabyte of data.
    RevertsWithMegabytes,
    /// Moves the value and returns a megabyte that begins with `true`.
    ReturnsMegabytes,
    /// Sends `calldata` to `to` before it moves the value or refuses a permit; its own transfers then are
    /// honest.
    Calls {
        to: Address,
        calldata: Vec<u8>,
    },
}

/// A token. Clones share the vice and the record of what was answered to [`Vice::Calls`].
#[derive(Clone, Default)]
pub(crate) struct Coin {
    vice: Rc<RefCell<Vice>>,
    blocked: Rc<Cell<Option<Address>>>,
    answers: Rc<RefCell<Vec<Answer>>>,
}

const DECIMALS: u8 = 9;
const MEGABYTE: usize = 1 << 20;

impl Coin {
    pub(crate) fn with(vice: Vice) -> Self {
        Self { vice: Rc::new(RefCell::new(vice)), ..Self::default() }
    }

    /// From now on it behaves like this.
    pub(crate) fn turn(&self, vice: Vice) {
        *self.vice.borrow_mut() = vice;
    }

    /// From now on it has its vice only when it pays `account`, and is honest otherwise.
    pub(crate) fn block(&self, account: Address) {
        self.blocked.set(Some(account));
    }

    /// What the calls of [`Vice::Calls`] were answered, since last asked.
    pub(crate) fn answers(&self) -> Vec<Answer> {
        self.answers.take()
    }

    /// Once: what is called may call the token again.
    fn call_back(&self, frame: &Frame<'_>, to: Address, calldata: Vec<u8>) {
        self.turn(Vice::None);
        let answer = frame.call_raw(to, U256::ZERO, u64::MAX, calldata);
        self.answers.borrow_mut().push(answer);
    }

    fn transfer(&self, frame: &Frame<'_>, from: Address, to: Address, value: U256) -> Answer {
        let honest = self.blocked.get().is_some_and(|blocked| blocked != to);
        let vice = if honest { Vice::None } else { self.vice.borrow().clone() };
        let moved = |value| shift(frame, from, to, value).map(|()| word(1));
        match vice {
            Vice::None => moved(value),
            Vice::Fee(bps) => {
                burn(frame, from, value * U256::from(bps) / U256::from(10_000))?;
                moved(value - value * U256::from(bps) / U256::from(10_000))
            }
            Vice::ReturnsNothing => moved(value).map(|_| Vec::new()),
            Vice::ReturnsFalse => Ok(word(0)),
            Vice::Reverts => Err(Revert(b"no".to_vec())),
            Vice::BurnsAllGas => frame.burn_all_gas(),
            Vice::RevertsWithMegabytes => Err(Revert(vec![7; MEGABYTE])),
            Vice::ReturnsMegabytes => moved(value).map(|mut answer| {
                answer.resize(MEGABYTE, 7);
                answer
            }),
            Vice::Calls { to, calldata } => {
                self.call_back(frame, to, calldata);
                moved(value)
            }
        }
    }
}

impl Actor for Coin {
    fn call(&self, frame: &Frame<'_>) -> Answer {
        if let Ok(call) = frame.decode::<IToken::balanceOfCall>() {
            return Ok(frame.load(slot(call.account)).to_be_bytes::<32>().to_vec());
        }
        if frame.is::<IToken::decimalsCall>() {
            return Ok(word(DECIMALS));
        }
        if let Ok(call) = frame.decode::<IToken::transferCall>() {
            return self.transfer(frame, frame.sender(), call.to, call.value);
        }
        if let Ok(call) = frame.decode::<IToken::transferFromCall>() {
            spend(frame, call.from, call.value)?;
            return self.transfer(frame, call.from, call.to, call.value);
        }
        if let Ok(call) = frame.decode::<IToken::allowanceCall>() {
            return Ok(frame.load(slot((call.owner, call.spender))).to_be_bytes::<32>().to_vec());
        }
        if let Ok(call) = frame.decode::<IToken::approveCall>() {
            frame.store(slot((frame.sender(), call.spender)), call.value);
            return Ok(word(1));
        }
        if let Vice::Calls { to, calldata } = self.vice.borrow().clone()
            && frame.is::<IToken::permitCall>()
        {
            self.call_back(frame, to, calldata);
        }
        let set = frame.decode::<IToken::setBalanceCall>()?;
        frame.store(slot(set.account), set.value);
        frame.store(trusting(set.account), U256::ONE);
        Ok(Vec::new())
    }
}

fn word(value: u8) -> Vec<u8> {
    U256::from(value).to_be_bytes::<32>().to_vec()
}

/// Where it is kept whether an account allows everybody.
fn trusting(account: Address) -> U256 {
    slot((account, U256::MAX))
}

fn spend(frame: &Frame<'_>, owner: Address, value: U256) -> Result<(), Revert> {
    if frame.load(trusting(owner)).is_zero() {
        let allowance = slot((owner, frame.sender()));
        let rest = frame.load(allowance).checked_sub(value);
        frame.store(allowance, rest.ok_or(Revert(b"not allowed".to_vec()))?);
    }
    Ok(())
}

fn burn(frame: &Frame<'_>, from: Address, value: U256) -> Result<(), Revert> {
    let rest = frame.load(slot(from)).checked_sub(value);
    frame.store(slot(from), rest.ok_or(Revert(b"too little".to_vec()))?);
    Ok(())
}

fn shift(frame: &Frame<'_>, from: Address, to: Address, value: U256) -> Result<(), Revert> {
    burn(frame, from, value)?;
    frame.store(slot(to), frame.load(slot(to)) + value);
    Ok(())
}

/// Lets `account` have exactly `value`.
pub(crate) fn give(stage: &Stage, token: Address, account: Address, value: U256) {
    let call = IToken::setBalanceCall { account, value };
    assert!(stage.call(account, token, call).is_ok());
}

/// Has `from` send coins, as any holder can.
pub(crate) fn send(stage: &Stage, token: Address, from: Address, to: Address, value: U256) {
    assert!(stage.call(from, token, IToken::transferCall { to, value }).is_ok());
}

pub(crate) fn balance(stage: &Stage, token: Address, account: Address) -> U256 {
    stage.view(token, IToken::balanceOfCall { account }).expect("a view of the coin")
}
