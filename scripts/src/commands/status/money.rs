//! What the contracts hold beside what their books say, what is owed to whom, and whether it can be paid.

use std::{collections::BTreeMap, fmt};

use alloy::primitives::{Address, U256};
use eyre::Result;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::arrivals::{self, Arrivals};
use crate::{
    keeper::{
        debts::{Debt, Debts, name_of, refusal},
        holdings::{self, Holding},
    },
    session::{AT_ONCE, Roster, Site, Sum, Token, refused, table},
};

/// Holdings and debts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Money {
    holdings: Vec<Line>,
    owed: Vec<Owed>,
    /// Tokens of the vault that cannot be read.
    unreadable: Vec<Unreadable>,
    #[serde(flatten)]
    arrivals: Arrivals,
}

/// A token that does not work.
#[derive(Debug, Serialize)]
struct Unreadable {
    address: Address,
    /// What it answered, or did not.
    why: String,
}

/// What one contract holds of one token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    contract: &'static str,
    held: Sum,
    /// What its books say it has to hold.
    booked: Sum,
    /// What is there beside that: sent without a call, or by a token that grows by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    stray: Option<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Sum>,
    /// What to do about a stray that is worth it.
    #[serde(skip)]
    cure: Option<String>,
}

/// What a payee of a policy is owed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Owed {
    policy: u64,
    payee_index: usize,
    payee: Address,
    amount: Sum,
    /// Why it cannot be paid, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(skip)]
    name: String,
    #[serde(skip)]
    units: U256,
    #[serde(skip)]
    token: Token,
    /// What is too little to raise an alarm: anybody can push a unit of a retired token.
    #[serde(skip)]
    least: U256,
}

/// What a reader of money needs to know.
struct Reader<'a> {
    site: &'a Site,
    roster: Roster,
    debts: Debts<'a>,
}

/// Reads them for all the tokens that the vault or the deployment knows.
pub(super) async fn read(site: &Site) -> Result<Money> {
    let roster = site.roster().await?;
    let mut money = Money::default();
    let tokens = [roster.tokens.clone(), vouched(site, &roster).await?].concat();
    let mut reader = Reader { site, roster, debts: Debts::of(site) };
    for token in &tokens {
        match reader.token(token).await {
            Ok((holdings, owed)) => {
                money.holdings.extend(holdings);
                money.owed.extend(owed);
            }
            Err(error) => {
                let why = refused(&error).ok_or(error)?;
                money.unreadable.push(Unreadable { address: token.address, why });
            }
        }
    }
    let known = tokens.iter().map(|token| token.address).collect();
    money.arrivals = arrivals::read(site, known, &mut reader.debts).await?;
    Ok(money)
}

/// Tokens of the deployment that the vault does not deal in, as far as the splitter has any: nobody can
/// pass off another token as one of them.
async fn vouched(site: &Site, roster: &Roster) -> Result<Vec<Token>> {
    let splitter = site.splitter()?;
    let others =
        site.book.contracts.iter().filter(|(name, _)| *name != "vault" && *name != "splitter");
    let mut addresses: Vec<_> = others.map(|(_, entry)| entry.address).collect();
    addresses.push(splitter.weth().call().await?);
    addresses.sort_unstable();
    addresses.dedup();
    addresses.retain(|address| *address != roster.asset && !roster.rewards.contains(address));
    let mut tokens = Vec::new();
    for address in addresses {
        if !splitter.undistributed(address).call().await?.is_zero() {
            tokens.push(site.token(address).await?);
        }
    }
    Ok(tokens)
}

impl Reader<'_> {
    async fn token(&mut self, token: &Token) -> Result<([Line; 2], Vec<Owed>)> {
        let (site, address) = (self.site, token.address);
        let in_vault = holdings::in_vault(site, &self.roster, address).await?;
        let in_splitter = holdings::in_splitter(site, address).await?;
        let least = site.network.keeper.revenue(&[]).least(token, &site.book)?;
        let sync = format!("`tributary sync {address}`");
        let opens = if self.is_taken(address).await? {
            sync.clone()
        } else {
            format!("{}, then {sync}", add(address))
        };
        let lines = [
            Line::new("vault", token, in_vault, least, opens),
            Line::new("splitter", token, in_splitter, least, sync),
        ];
        let debts = self.debts.in_token(address).await?;
        Ok((lines, owed(site, debts, token, least).await?))
    }

    /// Whether the vault takes revenue in `token`.
    async fn is_taken(&self, token: Address) -> Result<bool> {
        let is_reward = self.roster.rewards.contains(&token);
        Ok(is_reward && !self.site.vault()?.rewardState(token).call().await?.retired)
    }
}

/// What is owed, each with why it cannot be paid if it cannot.
async fn owed(site: &Site, debts: Vec<Debt>, token: &Token, least: U256) -> Result<Vec<Owed>> {
    let owed = debts.into_iter().map(async |debt| {
        let refused = refusal(site, &debt, token.address).await?;
        eyre::Ok(Owed {
            policy: debt.policy,
            payee_index: debt.index,
            payee: debt.payee.address,
            amount: token.sum(debt.amount),
            refused,
            name: site.name(debt.payee.address),
            units: debt.amount,
            token: token.clone(),
            least,
        })
    });
    stream::iter(owed).buffered(AT_ONCE).try_collect().await
}

impl Line {
    fn new(
        contract: &'static str,
        token: &Token,
        holding: Holding,
        least: U256,
        cure: String,
    ) -> Self {
        let sum = |amount: U256| (!amount.is_zero()).then(|| token.sum(amount));
        Self {
            contract,
            held: token.sum(holding.held),
            booked: token.sum(holding.booked),
            stray: sum(holding.stray()),
            missing: sum(holding.missing()),
            cure: (holding.stray() >= least).then_some(cure),
        }
    }

    fn finding(&self) -> Option<String> {
        let (contract, token) = (self.contract, self.held.token);
        if let Some(Sum { shown, .. }) = &self.missing {
            return Some(format!(
                "the {contract} holds {shown} less than its books say: push none of it until you know \
                 why (`tributary reward retire {token}`), and see `tributary report`"
            ));
        }
        let (Sum { shown, .. }, cure) = (self.stray.as_ref()?, self.cure.as_ref()?);
        Some(format!("{shown} lie in the {contract} beside its books: {cure}"))
    }

    fn cells(&self) -> [String; 4] {
        let stray = self.stray.as_ref().map(|sum| format!("{} beside the books", sum.shown));
        let missing = self.missing.as_ref().map(|sum| format!("{} MISSING", sum.shown));
        let difference = missing.or(stray).unwrap_or_default();
        [self.contract.into(), self.held.shown.clone(), self.booked.shown.clone(), difference]
    }
}

impl Owed {
    fn cells(&self) -> [String; 5] {
        let place = self.payee_index.to_string();
        let refused = self.refused.as_ref().map(|why| format!("REFUSED, {}", name_of(why)));
        let (payee, refused) = (self.payee.to_string(), refused.unwrap_or_default());
        [self.policy.to_string(), place, payee, self.amount.shown.clone(), refused]
    }
}

/// The command by which the vault takes revenue in `token`, or takes it again.
pub(super) fn add(token: Address) -> String {
    format!("`tributary reward add {token} --stream-weeks 1`")
}

/// What opens the way for a payment of `token` that was refused because of `why`.
fn cure(why: &str, token: Address) -> String {
    let again = format!("then `tributary distribute {token}`");
    match name_of(why) {
        why if why.starts_with("RewardTokenIsRetired") => {
            format!("{} opens it again, {again}", add(token))
        }
        why if why.starts_with("UnknownRewardToken") => {
            format!("{}, {again}", add(token))
        }
        why if why.starts_with("EnforcedPause") => {
            format!("`tributary unpause --of vault`, {again}")
        }
        _ => "it stays owed; `tributary source set-policy` for what is still to come".to_owned(),
    }
}

impl Money {
    /// What is missing, lies about, cannot be read or cannot be paid.
    pub(super) fn findings(&self) -> impl Iterator<Item = String> {
        let unreadable = self.unreadable.iter().map(|Unreadable { address, why }| {
            format!("the token {address} is left out: {why}; `tributary reward retire {address}`")
        });
        self.holdings.iter().filter_map(Line::finding).chain(unreadable).chain(self.refusals())
    }

    /// What is worth a look, though nothing may be wrong.
    pub(super) fn notes(&self) -> Vec<String> {
        self.arrivals.notes()
    }

    /// One for each payee, token and reason, however many policies there are.
    fn refusals(&self) -> impl Iterator<Item = String> {
        let mut groups: BTreeMap<_, Vec<&Owed>> = BTreeMap::new();
        for owed in &self.owed {
            if let Some(why) = &owed.refused {
                groups.entry((owed.payee, owed.token.address, why)).or_default().push(owed);
            }
        }
        groups.into_iter().filter_map(|((_, token, why), owed)| {
            let total: U256 = owed.iter().map(|one| one.units).sum();
            if total < owed[0].least {
                return None;
            }
            let policies: Vec<_> = owed.iter().map(|one| one.policy.to_string()).collect();
            let (policies, shown) = (policies.join(", "), owed[0].token.show(total));
            let (why, cure) = (name_of(why), cure(why, token));
            let payee = &owed[0].name;
            let owes = format!("{payee} refuses {shown} that it is owed by policy {policies}");
            Some(format!("{owes}, {why}: {cure}"))
        })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings = ["contract", "holds", "by its books", "difference"];
        write!(f, "Holdings\n{}", table(&headings, self.holdings.iter().map(Line::cells)))?;
        if self.owed.is_empty() {
            return write!(f, "\n\nThe splitter owes nobody anything.");
        }
        let headings = ["policy", "payee", "address", "amount", ""];
        write!(f, "\n\nOwed\n{}", table(&headings, self.owed.iter().map(Owed::cells)))
    }
}
