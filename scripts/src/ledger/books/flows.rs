//! What the tokens say they moved, against what the contracts say.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, U256};

use crate::{
    abi::IVault::IVaultEvents as Event,
    ledger::{
        Contracts,
        difference::Notes,
        entry::{Manner, TokenMove},
    },
};

/// One token's moves through one contract.
#[derive(Clone, Copy, Debug, Default)]
struct Through {
    taken_in: U256,
    sent_out: U256,
    /// Made for it and ended by it, as told by WETH's own events alone.
    wrapped: U256,
    unwrapped: U256,
}

/// One token's moves.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    vault: Through,
    splitter: Through,
    splitter_to_vault: U256,
    /// Whether this token tells by `Transfer` too that it is wrapped, and unwrapped.
    tells_wraps: bool,
    tells_unwraps: bool,
    /// What the vault says: revenue from the splitter, revenue from anybody, claims that left.
    brought: U256,
    notified: U256,
    claimed: U256,
}

/// All tokens' moves into and out of the contracts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    by_token: BTreeMap<Address, Flow>,
    /// What the vault says of stake: in, out, and in by compounding, which moves no token.
    staked: U256,
    unstaked: U256,
    compounded: U256,
}

impl Through {
    fn enter(&mut self, told: &TokenMove, here: Address) {
        let (into, out) = match told.manner {
            Manner::Transfer => (&mut self.taken_in, &mut self.sent_out),
            Manner::Wrap => (&mut self.wrapped, &mut self.unwrapped),
        };
        if told.to == here {
            *into += told.value;
        }
        if told.from == here {
            *out += told.value;
        }
    }
}

impl Flow {
    /// What came in and went out, wraps counted once.
    fn totals(&self, through: &Through) -> (U256, U256) {
        let wrapped = if self.tells_wraps { U256::ZERO } else { through.wrapped };
        let unwrapped = if self.tells_unwraps { U256::ZERO } else { through.unwrapped };
        (through.taken_in + wrapped, through.sent_out + unwrapped)
    }
}

impl Flows {
    /// Enters what a token told.
    pub(crate) fn moved(&mut self, told: &TokenMove, contracts: Contracts) {
        let flow = self.by_token.entry(told.token).or_default();
        flow.vault.enter(told, contracts.vault);
        flow.splitter.enter(told, contracts.splitter);
        if told.manner == Manner::Transfer {
            flow.tells_wraps |= told.from.is_zero();
            flow.tells_unwraps |= told.to.is_zero();
        }
        if told.from == contracts.splitter && told.to == contracts.vault {
            flow.splitter_to_vault += told.value;
        }
    }

    /// Enters what the vault told.
    pub(crate) fn told(&mut self, event: &Event, contracts: Contracts) {
        match event {
            Event::Deposit(told) => self.staked += told.assets,
            Event::Withdraw(told) => self.unstaked += told.assets,
            Event::RevenueNotified(told) => {
                let flow = self.by_token.entry(told.token).or_default();
                flow.notified += told.amount;
                if told.sender == contracts.splitter {
                    flow.brought += told.amount;
                }
            }
            Event::RevenueClaimed(told) if told.receiver == contracts.vault => {
                self.compounded += told.amount;
            }
            Event::RevenueClaimed(told) => {
                self.by_token.entry(told.token).or_default().claimed += told.amount;
            }
            _ => {}
        }
    }

    /// The tokens that moved.
    pub(crate) fn tokens(&self) -> BTreeSet<Address> {
        self.by_token.keys().copied().collect()
    }

    /// What vault and splitter have of `token`; none if more went out than came in.
    pub(crate) fn balances(&self, token: Address) -> [Option<U256>; 2] {
        let flow = self.by_token.get(&token).copied().unwrap_or_default();
        [&flow.vault, &flow.splitter].map(|through| {
            let (taken_in, sent_out) = flow.totals(through);
            taken_in.checked_sub(sent_out)
        })
    }

    /// What lies in vault and splitter beyond their books: tokens that somebody sent there without a call,
    /// or less than nothing if tokens are missing. `asset` is what is staked; the splitter says that it
    /// took in `received`.
    fn strays(&self, token: Address, asset: Address, received: U256) -> [(U256, U256); 2] {
        let flow = self.by_token.get(&token).copied().unwrap_or_default();
        let staked = if token == asset { self.staked } else { U256::ZERO };
        let compounded = if token == asset { self.compounded } else { U256::ZERO };
        let vault = (flow.notified + staked, flow.totals(&flow.vault).0 + compounded);
        [vault, (received, flow.totals(&flow.splitter).0)]
    }

    /// What came into vault and splitter without their taking notice.
    pub(crate) fn unnoticed(&self, token: Address, asset: Address, received: U256) -> [U256; 2] {
        self.strays(token, asset, received).map(|(noticed, came)| came.saturating_sub(noticed))
    }

    /// Compares what the contracts say with what the tokens say, for one token of which the splitter says
    /// that it took in, paid out, and paid to the vault so much.
    pub(crate) fn check(
        &self,
        token: Address,
        asset: Address,
        (received, paid, streamed): (U256, U256, U256),
        notes: &mut Notes<'_>,
    ) {
        let flow = self.by_token.get(&token).copied().unwrap_or_default();
        let unstaked = if token == asset { self.unstaked } else { U256::ZERO };
        notes.same(flow.claimed + unstaked, flow.totals(&flow.vault).1, || {
            format!("vault, {token} sent out, by claims and withdrawals against transfers")
        });
        notes.same(paid, flow.totals(&flow.splitter).1, || {
            format!("splitter, {token} sent out, by payments against transfers")
        });
        let strays = self.strays(token, asset, received);
        for (name, (noticed, came)) in ["vault", "splitter"].into_iter().zip(strays) {
            if came < noticed {
                let what = format!("{name}, {token} taken in, as it says against transfers");
                notes.note(what, format!("at least {noticed}"), came.to_string());
            }
        }
        let way = |side: &str| format!("{token} from splitter to vault, {side} against each other");
        notes.same(streamed, flow.brought, || way("as the splitter and as the vault say"));
        if flow.splitter_to_vault < streamed {
            let moved = flow.splitter_to_vault.to_string();
            notes.note(way("as the splitter says and transfers"), streamed.to_string(), moved);
        }
    }
}
