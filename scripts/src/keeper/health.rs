//! What the keeper tells whoever asks whether it is well: `GET /health`.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::primitives::utils::format_ether;
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use eyre::{Report, Result, WrapErr};
use serde::Serialize;
use tokio::{net::TcpListener, task::JoinHandle};

use super::{Round, store::Store};

/// Intervals without a good round after which the keeper is not well.
const PATIENCE: u32 = 3;

/// The keeper's health, shared with the endpoint.
#[derive(Clone, Debug)]
pub struct Health {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    interval: Duration,
    last_good: Instant,
    facts: Facts,
}

/// What the endpoint tells.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    /// Whether there was a good round within the last three intervals.
    healthy: bool,
    /// Rounds since the keeper was started.
    rounds: u64,
    failures_in_a_row: u64,
    /// Transactions since it was started.
    done: u64,
    /// Of those, the ones that skipped somebody.
    partial: u64,
    /// Duties of the last round that were put off.
    postponed: usize,
    /// Payments of the last round that a payee would have refused.
    refused: usize,
    /// Ether spent or set aside today.
    spent_today: String,
    last_error: Option<String>,
    seconds_since_good_round: u64,
}

impl Health {
    /// Of a keeper that begins now.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        let inner = Inner { interval, last_good: Instant::now(), facts: Facts::default() };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// A round is over.
    pub fn note(&self, round: &Round, failure: Option<&Report>, store: &Store) {
        let spent = store.read().map(|state| format_ether(state.spent));
        let mut inner = self.lock();
        let facts = &mut inner.facts;
        facts.rounds += 1;
        facts.done += (round.done + round.partial) as u64;
        facts.partial += round.partial as u64;
        (facts.postponed, facts.refused) = (round.postponed, round.refused);
        facts.spent_today = spent.unwrap_or_default();
        facts.last_error = failure.map(|error| format!("{error:#}"));
        if failure.is_some() {
            facts.failures_in_a_row += 1;
        } else {
            facts.failures_in_a_row = 0;
            inner.last_good = Instant::now();
        }
    }

    fn facts(&self) -> Facts {
        let inner = self.lock();
        let silent = inner.last_good.elapsed();
        let healthy = silent <= inner.interval * PATIENCE;
        let seconds_since_good_round = silent.as_secs();
        Facts { healthy, seconds_since_good_round, ..inner.facts.clone() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers at `address`, until the process ends.
    ///
    /// # Errors
    /// The address is taken.
    pub async fn serve(&self, address: SocketAddr) -> Result<(SocketAddr, JoinHandle<()>)> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.wrap_err_with(|| format!("{address} cannot be listened at"))?;
        let bound = listener.local_addr()?;
        let app = Router::new().route("/health", get(answer)).with_state(self.clone());
        let server = tokio::spawn(async move {
            // It ends with the process; until then it has nothing to say of its own.
            let _ = axum::serve(listener, app).await;
        });
        Ok((bound, server))
    }
}

async fn answer(State(health): State<Health>) -> (StatusCode, Json<Facts>) {
    let facts = health.facts();
    let status = if facts.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keeper_without_a_good_round_for_three_intervals_is_not_well() {
        let store = Store::at("/nowhere/keeper.json".into());
        let round = Round { done: 2, ..Round::default() };
        let health = Health::new(Duration::from_millis(10));
        health.note(&round, None, &store);
        assert!(health.facts().healthy);
        std::thread::sleep(Duration::from_millis(40));
        health.note(&Round::default(), Some(&eyre::eyre!("silence")), &store);
        let facts = health.facts();
        assert!(!facts.healthy);
        assert_eq!((facts.done, facts.failures_in_a_row), (2, 1));
        assert_eq!(facts.last_error.as_deref(), Some("silence"));
    }
}
