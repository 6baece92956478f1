//! How fast: calls of a token in a second, and wrong tokens of an address. Both are kept by the second in whole numbers.

use crate::api::{Problem, Token};
use crate::domain::Timestamp;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Wrong tokens that an address may send in a minute.
const WRONG_MAX: u32 = 30;
const MINUTE_MS: i64 = 60_000;
const SECOND_MS: i64 = 1_000;
/// Addresses that are remembered. Where there are more, all are forgotten: memory is bounded, and a token is too long to
/// be guessed anyway.
const ADDRESSES_MAX: usize = 10_000;

/// How often something happened since a span of time began.
#[derive(Debug, Clone, Copy)]
struct Span {
    begun: Timestamp,
    count: u32,
}

impl Span {
    /// Counts one more at `at`. Returns after how many milliseconds there is room again, where there is none.
    fn count(&mut self, at: Timestamp, most: u32, length_ms: i64) -> Option<i64> {
        let passed = at.ms().saturating_sub(self.begun.ms());
        if !(0..length_ms).contains(&passed) {
            *self = Span { begun: at, count: 0 };
        }
        if self.count >= most {
            return Some(length_ms.saturating_sub(passed));
        }
        self.count = self.count.saturating_add(1);
        None
    }
}

/// The pace of all callers.
#[derive(Debug, Default)]
pub(super) struct Pace {
    calls: Mutex<BTreeMap<String, Span>>,
    wrong: Mutex<BTreeMap<IpAddr, Span>>,
}

impl Pace {
    /// Counts a call of a token. One without a limit costs nothing.
    pub(super) fn call(&self, token: &Token, at: Timestamp) -> Result<(), Problem> {
        let Some(most) = token.calls_a_second else { return Ok(()) };
        let mut calls = self.calls.lock();
        let span = match calls.get_mut(&token.id) {
            Some(span) => span,
            None => calls.entry(token.id.clone()).or_insert(Span { begun: at, count: 0 }),
        };
        match span.count(at, most, SECOND_MS) {
            None => Ok(()),
            Some(_) => {
                let mut problem = Problem::new("too_fast", format!("the token may make {most} calls a second"));
                problem.retry_after = Some(1);
                Err(problem.with("limit", most))
            }
        }
    }

    /// Counts a wrong token of an address. Returns what it is told: that the token is wrong, or that it is too fast.
    pub(super) fn wrong_token(&self, peer: IpAddr, at: Timestamp) -> Problem {
        let mut wrong = self.wrong.lock();
        if wrong.len() >= ADDRESSES_MAX && !wrong.contains_key(&peer) {
            wrong.clear();
        }
        let span = wrong.entry(peer).or_insert(Span { begun: at, count: 0 });
        match span.count(at, WRONG_MAX, MINUTE_MS) {
            None => Problem::new("unauthorized", "the token is unknown, expired or revoked"),
            Some(wait_ms) => {
                let mut problem = Problem::new("too_fast", "too many wrong tokens came from this address");
                problem.retry_after = u32::try_from(wait_ms.div_euclid(SECOND_MS).saturating_add(1)).ok();
                problem.with("limit", WRONG_MAX)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(ms).unwrap()
    }

    #[test]
    fn a_token_has_so_many_calls_a_second() {
        let pace = Pace::default();
        let (mut token, _) = Token::mint("till", &[1; 38], at(0));
        assert!((0..100).all(|_| pace.call(&token, at(5)).is_ok()), "no limit");
        token.calls_a_second = Some(3);
        let done = |ms| (0..5).filter(|_| pace.call(&token, at(ms)).is_ok()).count();
        assert_eq!((done(1_000), done(1_999), done(2_000)), (3, 0, 3));
        let problem = pace.call(&token, at(2_500)).unwrap_err();
        assert_eq!((problem.status, problem.retry_after), (429, Some(1)));
        assert_eq!(done(500), 3, "a clock that goes back locks nobody out");
    }

    #[test]
    fn wrong_tokens_of_an_address_are_slowed_down() {
        let pace = Pace::default();
        let (one, other) = ([127, 0, 0, 1].into(), [127, 0, 0, 2].into());
        let told: Vec<u16> = (0..31).map(|_| pace.wrong_token(one, at(0)).status).collect();
        assert_eq!((told[29], told[30]), (401, 429));
        assert_eq!(pace.wrong_token(one, at(0)).retry_after, Some(61));
        assert_eq!(pace.wrong_token(other, at(0)).status, 401);
        assert_eq!(pace.wrong_token(one, at(60_000)).status, 401);
    }
}
