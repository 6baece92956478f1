//! The model's holds: points set aside, from exact items.

use super::member::Member;
use accruedb::domain::*;

#[derive(Debug, Clone)]
pub(crate) struct Hold {
    /// Items with the points of them that are still held, in the order in which they are captured.
    parts: Vec<(usize, i64)>,
    pub(super) until: Option<Timestamp>,
}

impl Hold {
    pub(super) fn new(parts: Vec<(usize, i64)>, until: Option<Timestamp>) -> Hold {
        Hold { parts, until }
    }

    pub(super) fn held(&self) -> i64 {
        self.parts.iter().map(|(_, points)| points).sum()
    }

    fn take(&mut self, mut points: i64) -> Vec<(usize, i64)> {
        let mut taken = Vec::new();
        for (item, held) in &mut self.parts {
            let part = points.min(*held);
            *held -= part;
            points -= part;
            if part > 0 {
                taken.push((*item, part));
            }
        }
        taken
    }
}

impl Member {
    /// How many points are wanted of a hold.
    pub(super) fn wanted(&self, hold: RequestId, points: Option<Points>) -> Result<i64, Rejection> {
        let left = self.holds[&hold].held();
        let wanted = points.map_or(left, |points| points.0);
        if wanted == 0 || wanted > left { Err(Rejection::HoldExceeds { left: Points(left) }) } else { Ok(wanted) }
    }

    /// Captures held points. Returns the parts, as a redemption would.
    pub(super) fn capture(&mut self, hold: RequestId, points: i64) -> Vec<(usize, i64)> {
        let parts = self.holds.get_mut(&hold).unwrap().take(points);
        for (item, points) in &parts {
            self.shift(*item, PointState::Held, PointState::Redeemed, *points);
        }
        parts
    }

    /// Held points come back to their items.
    pub(super) fn release(&mut self, hold: RequestId, points: i64, now: Timestamp) {
        for (item, points) in self.holds.get_mut(&hold).unwrap().take(points) {
            self.come_back(item, PointState::Held, points, now);
        }
    }

    pub(super) fn time_out(&mut self, hold: RequestId, at: Timestamp) {
        let left = self.holds[&hold].held();
        self.release(hold, left, at);
    }
}
