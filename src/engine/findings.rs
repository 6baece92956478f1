//! What an audit finds: told one by one up to a limit, counted beyond it.

/// Violations that are told one by one; more are counted.
const TOLD_MAX: usize = 100;

/// What an audit has found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) told: Vec<String>,
    pub(super) total: u64,
}

impl Findings {
    pub(super) fn add(&mut self, place: impl FnOnce() -> String, broken: impl IntoIterator<Item = String>) {
        let mut broken = broken.into_iter().peekable();
        if broken.peek().is_none() {
            return;
        }
        let place = place();
        for what in broken {
            self.total = self.total.saturating_add(1);
            if self.told.len() < TOLD_MAX {
                self.told.push(format!("{place}: {what}"));
            }
        }
    }
}
