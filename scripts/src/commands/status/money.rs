//! What the contracts hold beside what their books say, and what is owed to whom.

use std::fmt;

use alloy::primitives::{Address, U256};
use eyre::Result;
use serde::Serialize;

use crate::session::{Catalog, Site, Sum, Token, table};

/// Holdings and debts.
#[derive(Debug, Serialize)]
pub(super) struct Money {
    holdings: Vec<Holding>,
    owed: Vec<Owed>,
}

/// What one contract holds of one token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Holding {
    contract: &'static str,
    held: Sum,
    /// What its books say it has to hold.
    booked: Sum,
    #[serde(skip)]
    difference: Difference,
}

/// How what is held compares with the books.
#[derive(Debug)]
enum Difference {
    None,
    /// More than the books say: sent without a call, or by a token that grows by itself.
    Stray(String),
    Missing(String),
}

/// What a payee of a policy is owed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Owed {
    policy: u64,
    payee_index: usize,
    payee: Address,
    amount: Sum,
}

/// Reads them for all the tokens that the vault knows.
pub(super) async fn read(site: &Site, catalog: &Catalog) -> Result<Money> {
    let tokens = site.tokens().await?;
    let (mut holdings, mut owed) = (Vec::new(), Vec::new());
    for token in &tokens {
        holdings.push(in_vault(site, token).await?);
        holdings.push(in_splitter(site, token).await?);
        owed.extend(debts(site, catalog, token).await?);
    }
    Ok(Money { holdings, owed })
}

/// Revenue that came in and was not paid out yet; of the asset also what is staked.
async fn in_vault(site: &Site, token: &Token) -> Result<Holding> {
    let vault = site.vault()?;
    let mut booked = U256::ZERO;
    if vault.rewardTokens().call().await?.contains(&token.address) {
        let state = vault.rewardState(token.address).call().await?;
        booked = state.received.saturating_sub(state.paid);
    }
    if vault.asset().call().await? == token.address {
        booked += vault.totalSupply().call().await?;
    }
    holding(site, "vault", token, booked).await
}

async fn in_splitter(site: &Site, token: &Token) -> Result<Holding> {
    let booked = site.splitter()?.undistributed(token.address).call().await?;
    holding(site, "splitter", token, booked).await
}

async fn holding(
    site: &Site,
    contract: &'static str,
    token: &Token,
    booked: U256,
) -> Result<Holding> {
    let holder = site.book.address(contract)?;
    let held = site.erc20(token.address).balanceOf(holder).call().await?;
    let difference = match (held.saturating_sub(booked), booked.saturating_sub(held)) {
        (_, missing) if !missing.is_zero() => Difference::Missing(token.show(missing)),
        (stray, _) if !stray.is_zero() => Difference::Stray(token.show(stray)),
        _ => Difference::None,
    };
    Ok(Holding { contract, held: token.sum(held), booked: token.sum(booked), difference })
}

async fn debts(site: &Site, catalog: &Catalog, token: &Token) -> Result<Vec<Owed>> {
    let splitter = site.splitter()?;
    let mut owed = Vec::new();
    for policy in &catalog.policies {
        for (index, payee) in policy.payees.iter().enumerate() {
            let (id, place) = (U256::from(policy.id), U256::from(index));
            let amount = splitter.owed(id, place, token.address).call().await?;
            if !amount.is_zero() {
                let (policy, payee, amount) = (policy.id, payee.address, token.sum(amount));
                owed.push(Owed { policy, payee_index: index, payee, amount });
            }
        }
    }
    Ok(owed)
}

impl Money {
    /// What is missing. What is there beside the books harms nobody.
    pub(super) fn findings(&self) -> impl Iterator<Item = String> {
        self.holdings.iter().filter_map(|one| match &one.difference {
            Difference::Missing(amount) => {
                Some(format!("the {} holds {amount} less than its books say", one.contract))
            }
            Difference::None | Difference::Stray(_) => None,
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.holdings.iter().map(|one| {
            let difference = match &one.difference {
                Difference::None => String::new(),
                Difference::Stray(amount) => format!("{amount} beside the books"),
                Difference::Missing(amount) => format!("{amount} MISSING"),
            };
            [one.contract.into(), one.held.shown.clone(), one.booked.shown.clone(), difference]
        });
        let headings = ["contract", "holds", "by its books", "difference"];
        write!(f, "Holdings\n{}", table(&headings, lines))?;
        if self.owed.is_empty() {
            return write!(f, "\n\nThe splitter owes nobody anything.");
        }
        let lines = self.owed.iter().map(|one| {
            let place = one.payee_index.to_string();
            [one.policy.to_string(), place, one.payee.to_string(), one.amount.shown.clone()]
        });
        write!(f, "\n\nOwed\n{}", table(&["policy", "payee", "address", "amount"], lines))
    }
}
