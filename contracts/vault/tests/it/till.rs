//! The splitter that gets penalties, played by an actor: it should pull them, and may do otherwise.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;
use stage::{Actor, Answer, Frame, Revert};

use crate::coin::IToken;

sol! {
    interface ISplitter {
        function deposit(bytes32 source, address token, uint256 amount) external returns (uint256 received);
    }
}

/// What the till does when it is told of a penalty.
#[derive(Clone, Debug, Default)]
pub(crate) enum Manner {
    /// Pulls it.
    #[default]
    Pulls,
    Refuses,
    BurnsAllGas,
    /// Pulls half of it and says that it has it all.
    PullsHalf,
    /// Pulls nothing and says that it has it all.
    PullsNothing,
    /// Tries to pull twice as much, and fails with it.
    PullsTwice,
    /// Pulls it, gives it back, and says that it has it.
    GivesBack,
    /// Pulls it and returns a megabyte.
    ReturnsMegabytes,
    /// Pulls it, then sends `calldata` to whoever told it.
    PullsAndCalls(Vec<u8>),
    /// Sends `calldata` to whoever told it and pulls nothing.
    Calls(Vec<u8>),
}

/// A penalty as the till was told of it.
pub(crate) type Told = (B256, Address, U256);

/// A splitter. Clones share the manner and the records.
#[derive(Clone, Default)]
pub(crate) struct Till {
    manner: Rc<RefCell<Manner>>,
    told: Rc<RefCell<Vec<Told>>>,
    answers: Rc<RefCell<Vec<Answer>>>,
}

impl Till {
    /// From now on it behaves like this.
    pub(crate) fn turn(&self, manner: Manner) {
        *self.manner.borrow_mut() = manner;
    }

    /// What it was told, since last asked, in calls that failed too.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.take()
    }

    /// What its calls back were answered, since last asked.
    pub(crate) fn answers(&self) -> Vec<Answer> {
        self.answers.take()
    }

    fn call_back(&self, frame: &Frame<'_>, calldata: Vec<u8>) {
        // Once: what it calls may tell it of a penalty again.
        self.turn(Manner::Pulls);
        let answer = frame.call_raw(frame.sender(), U256::ZERO, u64::MAX, calldata);
        self.answers.borrow_mut().push(answer);
    }
}

impl Actor for Till {
    fn call(&self, frame: &Frame<'_>) -> Answer {
        let ISplitter::depositCall { source, token, amount } = frame.decode()?;
        self.told.borrow_mut().push((source, token, amount));
        let (teller, here) = (frame.sender(), frame.address());
        let pull =
            |value| frame.call(token, &IToken::transferFromCall { from: teller, to: here, value });
        let done = Ok(amount.to_be_bytes::<32>().to_vec());
        let manner = self.manner.borrow().clone();
        match manner {
            Manner::Pulls => pull(amount)?,
            Manner::Refuses => return Err(Revert(b"not of this source".to_vec())),
            Manner::BurnsAllGas => frame.burn_all_gas(),
            Manner::PullsHalf => pull(amount / U256::from(2))?,
            Manner::PullsNothing => true,
            Manner::PullsTwice => pull(amount * U256::from(2))?,
            Manner::GivesBack => {
                pull(amount)?;
                frame.call(token, &IToken::transferCall { to: teller, value: amount })?
            }
            Manner::ReturnsMegabytes => {
                pull(amount)?;
                return Ok(vec![7; 1 << 20]);
            }
            Manner::PullsAndCalls(calldata) => {
                pull(amount)?;
                self.call_back(frame, calldata);
                true
            }
            Manner::Calls(calldata) => {
                self.call_back(frame, calldata);
                true
            }
        };
        done
    }
}
