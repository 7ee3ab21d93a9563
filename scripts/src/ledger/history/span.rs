//! How many blocks to ask for at once.

/// The first question.
const FIRST: u64 = 10_000;
/// The widest question.
const WIDEST: u64 = 1 << 24;
/// With more logs than this in one answer the next question does not get wider, so that a chunk stays
/// small in memory.
const MANY: usize = 5_000;
/// After so many answers in a row, a width that was refused is tried again.
const CALM: u32 = 32;

/// A width that follows what the node can do: halved when it refuses, doubled when it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    blocks: u64,
    refused: u64,
    answered: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self { blocks: FIRST, refused: u64::MAX, answered: 0 }
    }
}

impl Span {
    /// The last block of the next question, which starts at `from` and ends at `to` at the latest.
    pub(crate) fn end(&self, from: u64, to: u64) -> u64 {
        from.saturating_add(self.blocks - 1).min(to)
    }

    /// The node refused a question of `asked` blocks; returns whether there is a smaller one.
    pub(crate) fn refuse(&mut self, asked: u64) -> bool {
        self.refused = asked;
        self.answered = 0;
        self.blocks = (asked / 2).max(1);
        asked > 1
    }

    /// The node answered with so many logs.
    pub(crate) fn answer(&mut self, logs: usize) {
        self.answered += 1;
        if self.answered >= CALM {
            (self.refused, self.answered) = (u64::MAX, 0);
        }
        let wider = (self.blocks * 2).min(WIDEST);
        if logs > 4 * MANY {
            self.blocks = (self.blocks / 2).max(1);
        } else if logs <= MANY && wider < self.refused {
            self.blocks = wider;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_halves_and_answers_double_up_to_below_what_was_refused() {
        let mut span = Span::default();
        assert_eq!(span.end(100, 1_000_000), 10_099);
        assert!(span.refuse(10_000));
        assert!(span.refuse(5_000));
        assert_eq!(span.end(0, 1_000_000), 2_499);
        span.answer(1);
        assert_eq!(span.end(0, 1_000_000), 2_499, "5,000 were refused");
        for _ in 0..CALM {
            span.answer(1);
        }
        assert_eq!(span.end(0, 1_000_000), 9_999, "after a while the node is asked again");
    }

    #[test]
    fn a_question_never_goes_beyond_the_end_and_one_block_is_the_least() {
        let mut span = Span::default();
        assert_eq!(span.end(5, 7), 7);
        assert!(!span.refuse(1));
        assert_eq!(span.end(5, 7), 5);
    }

    #[test]
    fn answers_full_of_logs_make_the_next_question_smaller() {
        let mut span = Span::default();
        span.answer(MANY + 1);
        assert_eq!(span.end(0, u64::MAX), FIRST - 1);
        span.answer(4 * MANY + 1);
        assert_eq!(span.end(0, u64::MAX), FIRST / 2 - 1);
    }
}
