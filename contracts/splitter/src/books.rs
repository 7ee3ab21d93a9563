//! What the splitter has of a token, beside what its books say it has.

use alloy_primitives::{Address, U256};
use stylus_sdk::prelude::*;

use crate::{Result, Splitter, layout};

/// A token's balance and the books' holdings of it, at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    balance: U256,
    held: U256,
}

impl Position {
    /// How much more of the token lay beside the books here than at `other`; zero if it was less.
    ///
    /// Between two moments that is what came (or, the other way round, what left) and was not
    /// booked in between. A nested receipt or payment moves balance and holdings alike, and so does
    /// not count twice. Sums saturate only for a token that lies about astronomical balances, and
    /// then cost nobody but its own payees.
    pub(crate) fn surplus_over(self, other: Self) -> U256 {
        let here = self.balance.saturating_add(other.held);
        here.saturating_sub(other.balance.saturating_add(self.held))
    }

    /// What lies here and was never booked.
    pub(crate) fn unbooked(self) -> U256 {
        self.balance.saturating_sub(self.held)
    }

    /// The same moment after `amount` was booked as paid.
    pub(crate) fn after_paying(self, amount: U256) -> Self {
        Self { held: self.held.saturating_sub(amount), ..self }
    }
}

impl Splitter {
    /// The position in `token` now. *Reverts* with `TokenTransferFailed` if the token does not tell.
    pub(crate) fn position(&self, token: Address) -> Result<Position> {
        let balance = components::balance_of(&self.vm, token, self.vm.contract_address())?;
        Ok(Position { balance, held: layout::held(token).get(&self.vm) })
    }
}
