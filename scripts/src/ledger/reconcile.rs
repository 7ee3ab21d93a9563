//! The verdict.

use model::Snapshot;

use super::{
    Books, Difference, Entry, HistoryError, Observation, Subject, compare::compare, exact,
};

/// What the audit found.
#[derive(Debug)]
pub struct Verdict {
    /// Everything that does not add up; empty if all is well.
    pub differences: Vec<Difference>,
    /// The exact books at each observation; none if the facts contradict the protocol.
    pub exact: Vec<Snapshot>,
    /// The books at the last log.
    pub books: Books,
}

impl Verdict {
    /// Whether everything adds up.
    #[must_use]
    pub const fn reconciled(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Books {
    /// Compares the books, entered up to the end of `seen`'s block, with what was seen there.
    pub fn compare(&mut self, seen: &Observation) {
        let accounts: Vec<_> = seen.accounts.keys().copied().collect();
        let tokens: Vec<_> = seen.tokens.keys().copied().collect();
        let expected = self.expect(seen.block, seen.time, &accounts, &tokens);
        compare(&expected, seen, &mut self.findings_mut().at(&seen.label));
    }
}

/// Judges what `entries` tell by what was seen at each of `observations`, in order of their blocks.
///
/// # Errors
/// The logs cannot be read.
pub fn reconcile(
    entries: impl IntoIterator<Item = Result<Entry, HistoryError>>,
    observations: &[Observation],
    subject: &Subject,
) -> Result<Verdict, HistoryError> {
    let mut books = Books::new(subject.contracts, subject.asset);
    let (mut facts, mut ahead) = (exact::Facts::default(), observations.iter().peekable());
    for entry in entries {
        let entry = entry?;
        while let Some(seen) = ahead.next_if(|seen| seen.block < entry.place.block) {
            books.balance(&seen.label);
            books.compare(seen);
        }
        facts.enter(&entry);
        books.enter(&entry);
    }
    for seen in ahead {
        books.balance(&seen.label);
        books.compare(seen);
    }
    let exact = facts.replay(observations, books.findings_mut());
    for (snapshot, seen) in exact.iter().zip(observations) {
        exact::judge(snapshot, seen, subject, &mut books.findings_mut().at(&seen.label));
    }
    let differences = books.findings().list().iter().map(|one| one.named(subject)).collect();
    Ok(Verdict { differences, exact, books })
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{Address, U256},
        sol_types::SolEvent,
    };

    use super::*;
    use crate::{
        abi::{ISplitter, IToken, IVault},
        ledger::{
            StoredLog,
            sample::{FIRST, SPLITTER, Sample, TOKEN, VAULT, entries, sample},
        },
    };

    fn verdict(sample: &Sample) -> Vec<String> {
        let seen = std::slice::from_ref(&sample.seen);
        let verdict = reconcile(entries(&sample.logs).map(Ok), seen, &sample.subject).unwrap();
        verdict.differences.iter().map(ToString::to_string).collect()
    }

    fn assert_named(found: &[String], what: &str) {
        assert!(found.iter().any(|line| line.contains(what)), "{what:?} is not among {found:#?}");
    }

    fn is<E: SolEvent>(log: &StoredLog, address: Address) -> bool {
        log.address == address && log.topics.first() == Some(&E::SIGNATURE_HASH)
    }

    /// Rewrites the first log of an event of `address`.
    fn tamper<E: SolEvent>(sample: &mut Sample, address: Address, change: impl Fn(&mut E)) {
        let log = sample.logs.iter_mut().find(|log| is::<E>(log, address)).unwrap();
        let mut event = E::decode_raw_log(log.topics.iter().copied(), &log.data).unwrap();
        change(&mut event);
        let data = event.encode_log_data();
        (log.topics, log.data) = (data.topics().to_vec(), data.data);
    }

    /// Loses the first log of an event of `address`.
    fn lose<E: SolEvent>(sample: &mut Sample, address: Address) {
        let place = sample.logs.iter().position(|log| is::<E>(log, address)).unwrap();
        sample.logs.remove(place);
    }

    #[test]
    fn a_consistent_history_reconciles() {
        assert_eq!(verdict(&sample()), Vec::<String>::new());
    }

    #[test]
    fn every_log_that_is_lost_is_missed() {
        for place in 0..sample().logs.len() {
            let mut sample = sample();
            let lost = sample.logs.remove(place);
            assert!(!verdict(&sample).is_empty(), "nobody missed {lost:?}");
        }
    }

    #[test]
    fn every_log_that_comes_twice_is_noticed() {
        for place in 0..sample().logs.len() {
            let mut sample = sample();
            let twin = sample.logs[place].clone();
            sample.logs.insert(place, twin);
            assert_named(&verdict(&sample), "order of the logs");
        }
    }

    #[test]
    fn a_claim_of_one_unit_more_is_named_at_its_log() {
        let mut sample = sample();
        tamper::<IVault::RevenueClaimed>(&mut sample, VAULT, |claim| claim.amount += U256::ONE);
        let found = verdict(&sample);
        assert_named(&found, "vault, COIN paid to first, who had earned and not been paid");
        assert_named(&found, "vault, COIN sent out, by claims and withdrawals against transfers");
        assert!(found[0].starts_with("log 1 of block 3, time "), "{}", found[0]);
    }

    #[test]
    fn a_claim_that_was_never_earned_is_named() {
        let mut sample = sample();
        lose::<IVault::RevenueNotified>(&mut sample, VAULT);
        assert_named(
            &verdict(&sample),
            "vault, COIN paid to first, who had earned and not been paid: expected 0, found",
        );
    }

    #[test]
    fn a_missing_claim_is_named() {
        let mut sample = sample();
        lose::<IVault::RevenueClaimed>(&mut sample, VAULT);
        let found = verdict(&sample);
        assert_named(&found, "the end: first, COIN claimable: expected ");
        assert_named(&found, "the end: vault, COIN, paid: expected 0, found");
        assert_named(&found, "vault, COIN sent out");
    }

    #[test]
    fn a_missing_stake_is_named_with_its_block() {
        let mut sample = sample();
        lose::<IVault::Transfer>(&mut sample, VAULT);
        assert_named(
            &verdict(&sample),
            "vault, assets deposited since the beginning, by Deposit against Transfer: expected 0, found 100",
        );
    }

    #[test]
    fn a_holder_who_can_claim_one_unit_more_is_named() {
        let mut sample = sample();
        let view = sample.seen.accounts.get_mut(&FIRST).unwrap();
        *view.claimable.get_mut(&TOKEN).unwrap() += U256::ONE;
        let found = verdict(&sample);
        assert_named(&found, "the end: first, COIN claimable: expected ");
        assert_named(&found, "first, COIN paid and claimable: expected at most ");
    }

    #[test]
    fn a_holder_who_is_two_units_short_is_named_by_the_exact_model_too() {
        let mut sample = sample();
        let view = sample.seen.accounts.get_mut(&FIRST).unwrap();
        *view.claimable.get_mut(&TOKEN).unwrap() -= U256::from(2);
        assert_named(
            &verdict(&sample),
            "first, COIN paid and claimable: expected at most one less",
        );
    }

    #[test]
    fn a_weight_that_is_off_by_one_is_named() {
        let mut sample = sample();
        sample.seen.accounts.get_mut(&FIRST).unwrap().weight += U256::ONE;
        assert_named(&verdict(&sample), "first, weight: expected 100, found 101");
    }

    #[test]
    fn a_payment_that_the_splitter_misreports_is_named() {
        let mut sample = sample();
        tamper::<ISplitter::PayeePaid>(&mut sample, SPLITTER, |paid| paid.amount += U256::ONE);
        let found = verdict(&sample);
        assert_named(&found, "splitter, COIN paid to vault: expected at most 600, found 601");
        assert_named(&found, "COIN from splitter to vault, as the splitter and as the vault say");
        assert_named(&found, "splitter, COIN sent out, by payments against transfers");
    }

    #[test]
    fn revenue_that_the_splitter_keeps_silent_about_is_named() {
        let mut sample = sample();
        lose::<ISplitter::RevenueReceived>(&mut sample, SPLITTER);
        let found = verdict(&sample);
        assert_named(
            &found,
            "splitter, COIN paid to vault: expected a payee of a policy that received",
        );
        assert_named(
            &found,
            "splitter, COIN received from advertising: expected nothing, found 1001",
        );
    }

    #[test]
    fn revenue_that_the_vault_misreports_is_named() {
        let mut sample = sample();
        tamper::<IVault::RevenueNotified>(&mut sample, VAULT, |push| push.amount -= U256::ONE);
        assert_named(
            &verdict(&sample),
            "COIN from splitter to vault, as the splitter and as the vault say",
        );
    }

    #[test]
    fn a_balance_that_does_not_match_the_books_is_named() {
        let mut sample = sample();
        sample.seen.tokens.get_mut(&TOKEN).unwrap().in_vault -= U256::ONE;
        assert_named(&verdict(&sample), "vault, balance of COIN");
    }

    #[test]
    fn tokens_that_left_without_a_claim_are_named() {
        let mut sample = sample();
        tamper::<IToken::Transfer>(&mut sample, TOKEN, |moved| moved.value -= U256::ONE);
        assert_named(&verdict(&sample), "splitter, COIN taken in, as it says against transfers");
    }

    #[test]
    fn a_holder_whom_the_audit_does_not_know_is_named() {
        let mut sample = sample();
        sample.seen.accounts.remove(&FIRST);
        assert_named(&verdict(&sample), "first: expected an account of the audit");
    }

    #[test]
    fn a_log_that_no_interface_knows_is_named() {
        let mut sample = sample();
        sample.logs[3].topics[0] = alloy::primitives::B256::repeat_byte(9);
        assert_named(&verdict(&sample), "a log: expected an event of the interface");
    }
}
