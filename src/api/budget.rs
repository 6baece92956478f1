//! Budgets: how many points a token has moved today. What is spent is written down before it is spent, in leases: after
//! a crash, a budget may have less left than it should, never more.

use super::problem::Problem;
use super::token::{Budget, Token};
use super::token_file;
use crate::domain::{Day, Points, Timestamp};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a command does to a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spends {
    /// Nothing.
    Nothing,
    /// Its points are granted.
    Granted,
    /// Its points are redeemed.
    Redeemed,
    /// Its points are granted, or redeemed where they are less than 0.
    BySign,
}

impl Spends {
    /// The budget that points with this sign are taken from.
    pub(crate) fn of_points(self, is_negative: bool) -> Spends {
        match self {
            Spends::BySign if is_negative => Spends::Redeemed,
            Spends::BySign => Spends::Granted,
            other => other,
        }
    }
}

/// A share of a day's limit that is written down at once: the budget costs one sync of a file for each share.
const SHARES: i64 = 64;

/// Points of both kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Sums {
    granted: i64,
    redeemed: i64,
}

impl Sums {
    fn of(&mut self, spends: Spends) -> Option<&mut i64> {
        match spends {
            Spends::Nothing => None,
            Spends::Granted | Spends::BySign => Some(&mut self.granted),
            Spends::Redeemed => Some(&mut self.redeemed),
        }
    }
}

/// What was spent on a day, by the token's id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Spent {
    day: i32,
    spent: BTreeMap<String, Sums>,
}

#[derive(Debug, Default)]
struct State {
    /// Spent so far.
    now: Spent,
    /// What the file says: never less.
    leased: Spent,
}

/// The budgets of all tokens.
#[derive(Debug, Default)]
pub(crate) struct Budgets {
    /// Without a file, budgets begin anew with the process.
    file: Option<PathBuf>,
    state: Mutex<State>,
}

impl Budgets {
    /// Budgets that are kept beside a file of tokens, as they were left.
    pub(crate) fn beside(tokens: &Path) -> Result<Budgets, String> {
        let mut name = tokens.as_os_str().to_owned();
        name.push(".spent");
        let file = PathBuf::from(name);
        let leased: Spent = match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Spent::default(),
            Err(error) => return Err(format!("cannot read {}: {error}", file.display())),
        };
        Ok(Budgets { file: Some(file), state: Mutex::new(State { now: leased.clone(), leased }) })
    }

    /// Takes `points` from a token's budget of the day, or says that they are not there.
    pub(crate) fn take(&self, token: &Token, spends: Spends, points: i128, at: Timestamp) -> Result<(), Problem> {
        let Budget { granted, redeemed, largest } = token.budget;
        let limit = match spends {
            Spends::Nothing => return Ok(()),
            Spends::Granted | Spends::BySign => granted,
            Spends::Redeemed => redeemed,
        };
        if let Some(largest) = largest.filter(|largest| i128::from(largest.0) < points) {
            return Err(exceeded("largest", largest, 0, points, at));
        }
        let Some(limit) = limit else { return Ok(()) };
        let mut state = self.state.lock();
        state.begin(at.day());
        let used = state.now.spent.entry(token.id.clone()).or_default().of(spends).copied().unwrap_or_default();
        let Some(sum) = i64::try_from(points).ok().and_then(|points| used.checked_add(points)) else {
            return Err(exceeded("day", limit, used, points, at));
        };
        if sum > limit.0 {
            return Err(exceeded("day", limit, used, points, at));
        }
        self.lease(&mut state, &token.id, spends, sum, limit)?;
        state.set(&token.id, spends, sum);
        Ok(())
    }

    /// Gives points back: their command was not done, or had been done before.
    pub(crate) fn give_back(&self, token: &Token, spends: Spends, points: i128, at: Timestamp) {
        let mut state = self.state.lock();
        // what was taken yesterday is gone with yesterday
        if state.now.day == at.day().0
            && let Some(used) = state.now.spent.get_mut(&token.id).and_then(|sums| sums.of(spends))
        {
            *used = used.saturating_sub(i64::try_from(points).unwrap_or_default()).max(0);
        }
    }

    /// Makes sure that the file says at least `sum`.
    fn lease(&self, state: &mut State, id: &str, spends: Spends, sum: i64, limit: Points) -> Result<(), Problem> {
        let leased = state.leased.spent.entry(id.to_owned()).or_default().of(spends).copied().unwrap_or_default();
        if sum <= leased {
            return Ok(());
        }
        let share = limit.0.checked_div(SHARES).unwrap_or_default();
        let ahead = sum.saturating_add(share).min(limit.0);
        let mut fresh = state.leased.clone();
        if let Some(leased) = fresh.spent.entry(id.to_owned()).or_default().of(spends) {
            *leased = ahead;
        }
        self.save(&fresh)?;
        state.leased = fresh;
        Ok(())
    }

    fn save(&self, spent: &Spent) -> Result<(), Problem> {
        let Some(file) = &self.file else { return Ok(()) };
        let failed = |_| Problem::new("busy", "the budget cannot be written down");
        let text = serde_json::to_vec(spent).map_err(|error| failed(error.to_string()))?;
        token_file::replace(file, &text).map_err(|error| failed(error.to_string()))
    }

    /// Writes down what was really spent: the server stops in good order.
    pub(crate) fn settle(&self) -> Result<(), Problem> {
        let mut state = self.state.lock();
        if state.leased.spent.is_empty() {
            return Ok(());
        }
        let now = state.now.clone();
        self.save(&now)?;
        state.leased = now;
        Ok(())
    }
}

impl State {
    /// A new day begins with nothing spent. A clock that goes back does not give a day again.
    fn begin(&mut self, day: Day) {
        if self.now.day < day.0 {
            self.now = Spent { day: day.0, spent: BTreeMap::new() };
            self.leased = self.now.clone();
        }
    }

    fn set(&mut self, id: &str, spends: Spends, sum: i64) {
        if let Some(used) = self.now.spent.entry(id.to_owned()).or_default().of(spends) {
            *used = sum;
        }
    }
}

fn exceeded(which: &str, limit: Points, used: i64, points: i128, at: Timestamp) -> Problem {
    const DAY_MS: i64 = 86_400_000;
    let detail = format!("the token's budget is {limit} ({which}), {used} of it used; the command needs {points}");
    let mut problem = Problem::new("budget_exceeded", detail)
        .with("budget", which)
        .with("limit", limit.0)
        .with("used", used)
        .with("asked", i64::try_from(points).unwrap_or(i64::MAX));
    if which == "day" {
        let left_ms = DAY_MS.saturating_sub(at.ms().rem_euclid(DAY_MS));
        problem.retry_after = u32::try_from(left_ms.div_euclid(1000).saturating_add(1)).ok();
    }
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(budget: Budget) -> Token {
        Token { budget, ..Token::mint("till", &[1; 38], Timestamp::MIN).0 }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_budget_is_for_a_day_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tokens.json");
        let till = token(Budget { granted: Some(Points(1_000)), ..Budget::default() });
        let today = at("2026-03-01T23:00:00Z");
        let budgets = Budgets::beside(&file).unwrap();
        let take = |budgets: &Budgets, points, at| budgets.take(&till, Spends::Granted, points, at);
        assert_eq!(take(&budgets, 600, today), Ok(()));
        let problem = take(&budgets, 401, today).unwrap_err();
        assert_eq!((problem.status, problem.retry_after), (429, Some(3_601)));
        assert_eq!(problem.members["used"], 600);
        drop(budgets);
        // after a crash, the lease counts as spent: never less than what was
        let after_crash = Budgets::beside(&file).unwrap();
        assert!(take(&after_crash, 401, today).is_err());
        assert_eq!(take(&after_crash, 300, today), Ok(()));
        after_crash.give_back(&till, Spends::Granted, 300, today);
        after_crash.settle().unwrap();
        let after_stop = Budgets::beside(&file).unwrap();
        assert!(take(&after_stop, 401, today).is_err());
        assert_eq!(take(&after_stop, 1_000, at("2026-03-02T00:00:00Z")), Ok(()));
        assert!(take(&after_stop, 1, today).is_err(), "a clock that goes back gives nothing again");
    }

    #[test]
    fn a_single_command_may_be_too_large() {
        let till = token(Budget { largest: Some(Points(50)), ..Budget::default() });
        let budgets = Budgets::default();
        let now = at("2026-03-01T23:00:00Z");
        assert_eq!(budgets.take(&till, Spends::Redeemed, 50, now), Ok(()));
        assert_eq!(budgets.take(&till, Spends::Redeemed, 51, now).unwrap_err().members["budget"], "largest");
        assert_eq!(budgets.take(&till, Spends::Nothing, 51, now), Ok(()));
        assert!(budgets.take(&till, Spends::Granted, i128::MAX, now).is_err());
    }
}
