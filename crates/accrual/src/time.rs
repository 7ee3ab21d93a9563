//! The weekly grid on which locks and streams end.

/// Seconds in a week. Week `n` starts at Unix time `n × WEEK`.
pub const WEEK: u64 = 604_800;

/// The week that contains Unix time `at`, in seconds.
#[must_use]
pub const fn week_of(at: u64) -> u64 {
    at / WEEK
}

/// The first second of `week`; saturates, which no week of a 32-bit clock reaches.
#[must_use]
pub const fn start_of(week: u64) -> u64 {
    week.saturating_mul(WEEK)
}
