//! A contract's refusal as an operator reads it: amounts with their ticker, times as dates, shares as
//! percentages, each beside the number that the contract gave.

use alloy::{
    dyn_abi::DynSolValue,
    json_abi::Param,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolCall,
    transports::TransportError,
};
use eyre::{Report, Result};

use super::{Plan, Site, Step, Token, decode};
use crate::{
    chain::in_words,
    failure::{Failure, advice_on},
    units::{date, percent},
};

/// Parameters that are times.
const TIMES: [&str; 5] = ["unlockTime", "newUnlockTime", "deadline", "expiry", "timepoint"];
/// Errors whose other numbers are amounts.
const AMOUNTS: [&str; 7] = [
    "ERC20InsufficientBalance",
    "ERC20InsufficientAllowance",
    "SharesLocked",
    "AmountTooLarge",
    "LockTooSmall",
    "PenaltyTooHigh",
    "AssetShortfall",
];
/// Errors whose numbers are basis points.
const SHARES: [&str; 2] = ["StakersShareOutOfRange", "SharesDoNotAddUp"];

impl Site {
    /// Why `step` cannot be done, by what the node said, and what to do about it.
    pub(super) async fn refusal(&self, step: &Step, error: &TransportError) -> Report {
        let data = error.as_error_resp().and_then(|response| response.as_revert_data());
        let Some(told) = data.and_then(|data| decode::error(&data)) else { return in_words(error) };
        let call = decode::call(&step.data);
        let unit = self.unit(step, call.as_ref()).await;
        let values = told.parameters.iter().zip(&told.values);
        let values =
            values.map(|(one, value)| self.with_meaning(&told.name, one, value, unit.as_ref()));
        let what = match values.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => told.name.clone(),
            values => format!("{} {{ {values} }}", told.name),
        };
        let function = call.as_ref().map(|call| call.name.as_str()).unwrap_or_default();
        Failure::Refused { advice: advice_on(&told.name, function), what }.into()
    }

    /// Why `from` cannot `call` the contract at `to`, if it cannot.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn objection(
        &self,
        from: Address,
        to: Address,
        call: &impl SolCall,
    ) -> Result<Option<Report>> {
        let plan = Plan::one("", to, call);
        let request = TransactionRequest::default().from(from).to(to);
        let request = request.input(call.abi_encode().into());
        match (self.chain.provider().call(request).await, plan.steps.first()) {
            (Err(error), Some(step)) if error.as_error_resp().is_some() => {
                Ok(Some(self.refusal(step, &error).await))
            }
            (Err(error), _) => Err(in_words(&error)),
            (Ok(_), _) => Ok(None),
        }
    }

    /// The token whose amounts a refusal of `step` is about: that of the call, or else what is staked.
    async fn unit(&self, step: &Step, call: Option<&decode::Decoded>) -> Option<Token> {
        let named = call.and_then(|call| {
            let place = call.parameters.iter().position(|one| one.name == "token")?;
            call.values.get(place)?.as_address()
        });
        let vault = self.book.address("vault").ok();
        let splitter = self.book.address("splitter").ok();
        match named {
            Some(token) => self.token(token).await.ok(),
            None if Some(step.to) == vault => self.asset().await.ok(),
            None if Some(step.to) == splitter => Some(Token::ether()),
            None => self.token(step.to).await.ok(),
        }
    }

    /// `name: value`, and what the value means.
    fn with_meaning(
        &self,
        error: &str,
        parameter: &Param,
        value: &DynSolValue,
        unit: Option<&Token>,
    ) -> String {
        let exact = format!("{}: {}", parameter.name, decode::told(parameter, value));
        let meaning = match value {
            DynSolValue::Uint(number, _) => meaning(error, &parameter.name, *number, unit),
            DynSolValue::Address(address) => self.book.name_of(*address).map(str::to_owned),
            _ => None,
        };
        meaning.map_or_else(|| exact.clone(), |meaning| format!("{exact} ({meaning})"))
    }
}

fn meaning(error: &str, parameter: &str, number: U256, unit: Option<&Token>) -> Option<String> {
    if TIMES.contains(&parameter) {
        return Some(date(number.saturating_to()));
    }
    if SHARES.contains(&error) {
        return Some(percent(number.saturating_to()));
    }
    unit.filter(|_| AMOUNTS.contains(&error)).map(|unit| unit.show(number))
}

impl Token {
    /// Ether, at no address.
    #[must_use]
    pub fn ether() -> Self {
        Self::new(Address::ZERO, Some("ETH".to_owned()), Some(18))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_errors_are_told_by_what_they_are() {
        let unit = Token::new(Address::ZERO, Some("OP".into()), Some(2));
        let told = |error, parameter, number: u64| {
            meaning(error, parameter, U256::from(number), Some(&unit))
        };
        assert_eq!(told("SharesLocked", "unlocked", 250).as_deref(), Some("2.5 OP"));
        let end = told("LockTooSmall", "unlockTime", 2_923 * 604_800);
        assert_eq!(end.as_deref(), Some("2026-01-08 00:00 UTC"));
        assert_eq!(told("StakersShareOutOfRange", "max", 8_000).as_deref(), Some("80 %"));
        assert_eq!(told("TooManyRewardTokens", "max", 8), None);
    }

    #[test]
    fn every_error_with_a_meaning_is_declared() {
        for name in AMOUNTS.iter().chain(&SHARES) {
            assert!(crate::abi::known().iter().any(|abi| abi.error(name).is_some()), "{name}");
        }
    }
}
