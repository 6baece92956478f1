//! What is done to members, drawn: adjusted, blocked, extended, joined, merged.

use super::Draw;
use crate::model::world::item_of;
use accruedb::domain::*;

impl Draw<'_> {
    /// Why something is done; seldom nothing is said.
    fn reason(&mut self) -> Box<str> {
        if self.world.malformed && self.rng.one_in(24) { " ".into() } else { "goodwill".into() }
    }

    pub(super) fn adjustment(&mut self, member: MemberId) -> Action {
        let (point_type, Points(points)) = (self.kind(), self.points());
        let takes = self.rng.one_in(2);
        let points = Points(if takes { points.saturating_neg() } else { points });
        let expires = if !takes && self.rng.one_in(3) { Some(self.expiry()) } else { None };
        let subtype = self.subtype();
        AdjustPoints { member, point_type, points, expires, subtype, reason: self.reason() }.into()
    }

    pub(super) fn status(&mut self, member: MemberId) -> Action {
        use MemberStatus::{Active, Blocked, Closed};
        let status = *self.rng.pick(&[Active, Active, Active, Active, Blocked, Blocked, Closed]);
        SetMemberStatus { member, status, reason: self.reason() }.into()
    }

    /// Items, mostly some that were granted a while ago: to a member who may have them still.
    fn items(&mut self, member: MemberId) -> (MemberId, Vec<ItemId>) {
        let grants = |sent: &&(u128, Command)| match &sent.1.action {
            Action::Accrue(body) => Some((body.member, body.awards.len())),
            Action::Transfer(body) => Some((body.to, 2)),
            Action::AdjustPoints(body) => Some((body.member, 1)),
            _ => None,
        };
        let sent: Vec<(u128, Command)> = (1u128..).zip(self.sent.iter().cloned()).collect();
        let recent = sent.len().saturating_sub(if self.rng.one_in(3) { usize::MAX } else { 24 });
        let known: Vec<_> = sent[recent..].iter().filter(|sent| grants(sent).is_some()).collect();
        if known.is_empty() || self.rng.one_in(24) {
            let sequence = Sequence(self.rng.below(400));
            return (member, vec![ItemId { sequence, place: 0 }]);
        }
        let (number, command) = *self.rng.pick(&known);
        let (owner, places) = grants(&&(*number, command.clone())).expect("it grants");
        let member = if self.rng.one_in(12) { member } else { owner };
        let place = self.rng.below(places as u64) as u16;
        let mut items = vec![item_of(*number, place)];
        if self.rng.one_in(3) {
            items.push(item_of(*number, self.rng.below(places as u64 + 1) as u16));
        }
        if !self.world.malformed {
            items.dedup();
        }
        (member, items)
    }

    pub(super) fn extension(&mut self, member: MemberId) -> Action {
        let (member, items) = self.items(member);
        let expires = if self.rng.one_in(5) { Expiry::Never } else { self.expiry() };
        ExtendItems { member, items, expires, reason: self.reason() }.into()
    }

    pub(super) fn reinstatement(&mut self, member: MemberId) -> Action {
        let (member, items) = self.items(member);
        let expires = if self.rng.one_in(5) { Expiry::Never } else { self.expiry() };
        ReinstateItems { member, items, expires, reason: self.reason() }.into()
    }

    /// Mostly one that is there: the last members are households in some worlds.
    fn home(&mut self) -> MemberId {
        MemberId(if self.rng.one_in(8) {
            100 + u128::from(self.rng.below(6))
        } else {
            105 + u128::from(self.rng.below(2))
        })
    }

    pub(super) fn household(&mut self, member: MemberId) -> Action {
        let household = self.home();
        let ends_on = match self.rng.below(3) {
            0 => self.instant().to_string()[..10].parse().ok(),
            _ => None,
        };
        match self.rng.below(8) {
            0 | 1 => EnrolHousehold { member: household }.into(),
            2..=4 => JoinHousehold { member, household, rolls_up: !self.rng.one_in(5), ends_on }.into(),
            5 | 6 => {
                let rolls_up = *self.rng.pick(&[None, Some(true), Some(false)]);
                EditMembership { member, rolls_up, ends_on }.into()
            }
            _ => LeaveHousehold { member }.into(),
        }
    }

    pub(super) fn merge(&mut self, member: MemberId) -> Action {
        MergeMembers { member, other: self.member(), reason: self.reason() }.into()
    }

    /// Mostly a merge of before.
    pub(super) fn unmerge(&mut self, member: MemberId) -> Action {
        let merges = self.sent.iter().rev().filter_map(|sent| match &sent.action {
            Action::MergeMembers(body) => Some((body.member, body.other)),
            _ => None,
        });
        let merges: Vec<_> = merges.take(6).collect();
        let (member, other) = match merges.as_slice() {
            [_, ..] if !self.rng.one_in(8) => *self.rng.pick(&merges),
            _ => (member, self.member()),
        };
        UnmergeMembers { member, other, reason: self.reason() }.into()
    }
}
