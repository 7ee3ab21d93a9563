//! What the accounts of a life choose to do: valid, invalid and weird.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};

use super::{
    Life,
    action::{Action, Signed},
};
use crate::{n, till::Manner};

sol! {
    struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }
}

impl Life {
    pub(super) fn sender(&mut self) -> Address {
        match self.dice.below(24) {
            0 => self.scene.owner,
            1 => self.scene.guardian,
            2 => self.shadow.keeper,
            _ => self.dice.pick(&self.accounts),
        }
    }

    /// Somebody who may do it, mostly, if only few may.
    pub(super) fn entitled(&mut self, sender: Address, action: &Action) -> Address {
        match action {
            Action::Unpause
            | Action::SetCurve { .. }
            | Action::SetPenalties { .. }
            | Action::Retire { .. }
            | Action::Add { .. }
                if !self.dice.chance(3) =>
            {
                self.scene.owner
            }
            Action::Pause if self.dice.chance(2) => self.scene.guardian,
            _ => sender,
        }
    }

    /// Somebody, or now and then somebody who cannot be paid.
    fn receiver(&mut self) -> Address {
        match self.dice.below(20) {
            0 => Address::ZERO,
            1 => self.scene.vault,
            _ => self.dice.pick(&self.accounts),
        }
    }

    /// Somebody to be paid, or the account that one token does not pay.
    fn payee(&mut self) -> Address {
        if self.dice.chance(4) { self.shadow.blocked.1 } else { self.receiver() }
    }

    fn token(&mut self) -> Address {
        let stranger = self.accounts[1];
        let known = self.dice.pick(&self.shadow.tokens);
        if self.dice.chance(20) { stranger } else { known }
    }

    fn tokens(&mut self) -> Vec<Address> {
        (0..self.dice.below(5)).map(|_| self.token()).collect()
    }

    /// Every other life knows short locks only, so that its vault is deserted now and then.
    fn duration(&mut self) -> U256 {
        let longest = if self.seed.is_multiple_of(2) { 208 } else { 3 };
        match self.dice.below(12) {
            0 => self.dice.pick(&[U256::ZERO, n(209), U256::MAX, U256::from(1_u64 << 32)]),
            1 => U256::from(longest),
            2 | 3 => n(1),
            4..8 => U256::from(1 + self.dice.below(longest.min(8))),
            _ => U256::from(1 + self.dice.below(longest)),
        }
    }

    pub(super) fn action(&mut self, sender: Address) -> Action {
        match self.dice.below(20) {
            0..6 => self.stake_action(sender),
            6..13 => self.lock_action(sender),
            13..18 => self.revenue_action(),
            18 => self.vote_action(),
            _ => self.setting(),
        }
    }

    fn stake_action(&mut self, sender: Address) -> Action {
        let from = if self.dice.chance(3) { self.dice.pick(&self.accounts) } else { sender };
        let (own, theirs) = (self.shadow.unlocked(sender), self.shadow.unlocked(from));
        match self.dice.below(40) {
            0..16 => self.entry(),
            16..22 => Action::Withdraw {
                assets: self.dice.amount(theirs),
                receiver: self.receiver(),
                owner: from,
            },
            22..26 => Action::Redeem {
                shares: self.dice.amount(theirs),
                receiver: self.receiver(),
                owner: from,
            },
            26..36 => Action::Transfer { to: self.receiver(), value: self.dice.amount(own) },
            _ => Action::Pull { from, to: self.receiver(), value: self.dice.amount(theirs) },
        }
    }

    fn lock_action(&mut self, sender: Address) -> Action {
        let own = self.shadow.unlocked(sender);
        if self.shadow.locks(sender).is_empty() && self.dice.chance(2) {
            return Action::DepositAndLock { assets: self.stake(), weeks: self.duration() };
        }
        match self.dice.below(28) {
            0..7 => Action::Lock { assets: self.dice.amount(own), weeks: self.duration() },
            7..10 => Action::DepositAndLock { assets: self.stake(), weeks: self.duration() },
            10..13 => {
                Action::Stand { assets: self.dice.amount(own), weeks: self.stand_for(sender) }
            }
            13..15 => Action::Unwind { assets: self.dice.amount(self.shadow.standing(sender).0) },
            15..21 => {
                let (unlock_time, locked) = self.some_lock(sender);
                Action::Extend {
                    unlock_time,
                    assets: self.dice.amount(locked),
                    weeks: self.duration(),
                }
            }
            _ => self.exit(sender),
        }
    }

    /// Mostly the duration that the standing lock has.
    fn stand_for(&mut self, sender: Address) -> U256 {
        let (there, _, weeks) = self.shadow.standing(sender);
        let other = there.is_zero() || self.dice.chance(4);
        if other { self.duration() } else { U256::from(weeks) }
    }

    /// When a lock of `account` ends, and what is in it; now and then it is none.
    fn some_lock(&mut self, account: Address) -> (U256, U256) {
        let locks = self.shadow.locks(account);
        let now = self.shadow.now;
        if locks.is_empty() || self.dice.chance(8) {
            return self.dice.pick(&[
                (U256::from(now / crate::WEEK * crate::WEEK), n(1)),
                (U256::from(now), n(5)),
                (U256::MAX, n(1)),
                (U256::ZERO, n(1)),
            ]);
        }
        let (end, locked, _) = self.dice.pick(&locks);
        // One second beside it there is none.
        let beside = u64::from(self.dice.chance(20));
        (U256::from(end + beside), locked)
    }

    fn exit(&mut self, sender: Address) -> Action {
        let (unlock_time, locked) = self.some_lock(sender);
        let manners = [
            Manner::Pulls,
            Manner::Pulls,
            Manner::Refuses,
            Manner::PullsHalf,
            Manner::PullsNothing,
            Manner::PullsTwice,
            Manner::GivesBack,
        ];
        let manner = self.dice.pick(&manners);
        self.till.turn(manner);
        let assets = self.dice.amount(locked);
        let high = self.dice.amount(assets);
        let max_penalty = if self.dice.chance(4) { high } else { U256::MAX };
        Action::Exit { unlock_time, assets, max_penalty }
    }

    fn revenue_action(&mut self) -> Action {
        match self.dice.below(35) {
            0..13 => {
                let most = self.dice.magnitude(90);
                Action::Notify { token: self.token(), amount: self.dice.amount(most) }
            }
            13..20 => Action::Claim { tokens: self.tokens() },
            20..23 => Action::ClaimTo { tokens: self.tokens(), receiver: self.payee() },
            23 | 24 => Action::SetPayout { payee: self.payee(), automatic: !self.dice.chance(3) },
            25..28 => Action::ClaimFor { account: self.receiver(), tokens: self.tokens() },
            28..31 => {
                let few = self.dice.below(6);
                let accounts = (0..few).map(|_| self.receiver()).collect();
                Action::ClaimMany { accounts, token: self.token() }
            }
            31 => Action::Compound,
            32 => self.sync(),
            _ => Action::Checkpoint { weeks: self.checkpoint() },
        }
    }

    /// Somebody looks for strays, mostly where some have just come.
    fn sync(&mut self) -> Action {
        let (token, from) = (self.token(), self.dice.pick(&self.accounts));
        let value = self.dice.magnitude(90);
        if self.shadow.tokens.contains(&token) && !self.dice.chance(3) {
            self.stray(from, token, value);
        }
        Action::Sync { token }
    }

    /// The length of a stream.
    fn weeks(&mut self) -> U256 {
        let valid = U256::from(1 + self.dice.below(52));
        if self.dice.chance(8) { self.dice.pick(&[n(0), n(53), U256::MAX]) } else { valid }
    }

    fn vote_action(&mut self) -> Action {
        let to = self.receiver();
        if self.dice.chance(2) { Action::Delegate { to } } else { self.signed(to) }
    }

    /// A delegation signed by somebody: now and then late, with a wrong nonce or broken.
    fn signed(&mut self, to: Address) -> Action {
        let wallet = self.dice.pick(&self.wallets);
        let next = self.shadow.nonce(wallet.address);
        let nonce = if self.dice.chance(5) { next + n(1) } else { next };
        let now = self.shadow.now;
        let expiry = U256::from(self.dice.pick(&[now, now, now + 1, now - 1]));
        let message = Delegation { delegatee: to, nonce, expiry };
        let domain = Eip712Domain::new(
            Some("Staked BitHash".into()),
            Some("1".into()),
            Some(U256::from(412_346)),
            Some(self.shadow.vault),
            None,
        );
        let (v, r, s) = wallet.sign(message.eip712_signing_hash(&domain));
        let broken = self.dice.chance(8);
        let signature = if broken { (29, r, B256::ZERO) } else { (v, r, s) };
        let signer = (!broken).then_some(wallet.address);
        Action::DelegateBySig(Signed { signer, to, nonce, expiry, signature })
    }

    fn setting(&mut self) -> Action {
        match self.dice.below(8) {
            0 => Action::Pause,
            1..5 => Action::Unpause,
            5 if self.dice.chance(4) => Action::Retire { token: self.token() },
            5 if self.dice.chance(2) => Action::Add { token: self.token(), weeks: self.weeks() },
            5 => self.change(),
            _ => self.change_penalties(),
        }
    }

    fn change_penalties(&mut self) -> Action {
        let steep = self.dice.below(10_000) as u32;
        let points = self.dice.pick(&[
            vec![(0, 1)],
            vec![(0, 10_000)],
            vec![(0, 1), (208, 1 + steep)],
            vec![(0, 1 + steep / 2), (3, 1 + steep / 2), (52, 1 + steep)],
            if steep.is_multiple_of(2) { vec![(0, 0)] } else { vec![(1, 5)] },
            vec![],
        ]);
        let zero = self.dice.chance(8);
        let some = self.dice.pick(&[self.till_address, self.nobody]);
        Action::SetPenalties { points, splitter: if zero { Address::ZERO } else { some } }
    }

    /// Small amounts are as likely as large ones.
    fn stake(&mut self) -> U256 {
        let most = self.dice.magnitude(108);
        self.dice.amount(most)
    }

    fn entry(&mut self) -> Action {
        let (amount, receiver) = (self.stake(), self.receiver());
        if self.dice.chance(2) {
            Action::Deposit { assets: amount, receiver }
        } else {
            Action::Mint { shares: amount, receiver }
        }
    }

    fn checkpoint(&mut self) -> U256 {
        let few = self.dice.below(4);
        self.dice.pick(&[U256::from(few), U256::MAX])
    }

    fn change(&mut self) -> Action {
        let steep = self.dice.below(90_001) as u32;
        let curves = [
            vec![(0, 10_000), (208, 10_000 + steep)],
            vec![(0, 10_000), (4, 10_001), (100, 10_001 + steep / 2)],
            vec![(0, 10_000)],
            vec![(0, 9_999)],
        ];
        Action::SetCurve { points: curves[self.dice.below(4) as usize].clone() }
    }
}
