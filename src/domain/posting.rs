//! What legs say of members' points and of sources, for those who add up or look for either.

use super::{
    Day, InventoryChange, ItemId, Leg, MemberId, PointState, PointTypeId, Points, SourceId, Subject, SubtypeId,
    Timestamp, Zone,
};

/// Points of an item that came into being, or went from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemPosting {
    /// Whose they are.
    pub member: MemberId,
    /// The item.
    pub item: ItemId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// How many.
    pub points: Points,
    /// From which state to which, and when; `None` for a new item.
    pub movement: Option<(PointState, PointState, Timestamp)>,
    /// Of a new item: when it becomes available.
    pub available_from: Option<Timestamp>,
    /// When the item expires.
    pub expires_at: Option<Timestamp>,
    /// What they come from; 0 without a source.
    pub source: SourceId,
    /// Why they were given.
    pub subtype: SubtypeId,
}

impl ItemPosting {
    /// How many more points the member has by it; less than 0: how many fewer.
    #[must_use]
    pub fn gain(&self) -> i64 {
        match self.movement.map(|(from, to, _)| (from.is_owned(), to.is_owned())) {
            None | Some((false, true)) => self.points.0,
            Some((true, false)) => self.points.0.saturating_neg(),
            Some((true, true) | (false, false)) => 0,
        }
    }

    /// When it took effect, where its entry was recorded at an instant. Of the new items of an entry only those that
    /// others rolled over into are available earlier: they came into being when those expired, and were booked later.
    #[must_use]
    pub fn effective_at(&self, recorded_at: Timestamp) -> Timestamp {
        let earlier = self.available_from.map_or(recorded_at, |from| from.min(recorded_at));
        self.movement.map_or(earlier, |(_, _, at)| at)
    }

    /// The day of a zone to which it counts: points that expire at midnight expire with the day before.
    #[must_use]
    pub fn day(&self, recorded_at: Timestamp, zone: &Zone) -> Day {
        let at = self.effective_at(recorded_at);
        let expires = self.movement.is_some_and(|(_, to, _)| to == PointState::Expired);
        if expires && self.expires_at == Some(at) { at.last_day_before(zone) } else { at.day_in(zone) }
    }
}

impl Leg {
    /// What it says of an item's points.
    #[must_use]
    pub fn posting(&self) -> Option<ItemPosting> {
        match *self {
            Leg::Granted { member, item, point_type, points, available_from, expires_at, source, subtype } => {
                Some(ItemPosting {
                    member,
                    item,
                    point_type,
                    points,
                    movement: None,
                    available_from: Some(available_from),
                    expires_at,
                    source: source.unwrap_or_default(),
                    subtype,
                })
            }
            Leg::Moved {
                member,
                item,
                point_type,
                from,
                to,
                points,
                expires_at,
                effective_at,
                source,
                subtype,
                ..
            } => {
                let (movement, source) = (Some((from, to, effective_at)), source.unwrap_or_default());
                let available_from = None;
                Some(ItemPosting {
                    member,
                    item,
                    point_type,
                    points,
                    movement,
                    available_from,
                    expires_at,
                    source,
                    subtype,
                })
            }
            _ => None,
        }
    }

    /// The change of an inventory that it tells of.
    #[must_use]
    pub fn inventory(&self) -> Option<(SourceId, InventoryChange, Points)> {
        let Leg::Inventory { source, change, points, .. } = *self else { return None };
        Some((source, change, points))
    }

    /// Whether it names a subject.
    #[must_use]
    pub fn names(&self, subject: Subject) -> bool {
        let is_source = |source: SourceId| subject == Subject::Source(source);
        match *self {
            Leg::Granted { member, source, .. } | Leg::Moved { member, source, .. } => {
                subject == Subject::Member(member) || source.is_some_and(is_source)
            }
            Leg::Owed { member, .. }
            | Leg::Absorbed { member, .. }
            | Leg::Forgiven { member, .. }
            | Leg::Clipped { member, .. }
            | Leg::ExpiringSoon { member, .. }
            | Leg::Extended { member, .. }
            | Leg::TierChanged { member, .. } => subject == Subject::Member(member),
            Leg::Merged { member, other, .. } => {
                subject == Subject::Member(member) || subject == Subject::Member(other)
            }
            Leg::Block { partner, .. }
            | Leg::Charged { partner, .. }
            | Leg::Credited { partner, .. }
            | Leg::Charge { partner, .. }
            | Leg::Event { partner, .. }
            | Leg::Billed { partner, .. }
            | Leg::BillClosed { partner, .. }
            | Leg::FeeCharged { partner, .. }
            | Leg::FeeRefunded { partner, .. }
            | Leg::Spent { partner, .. } => subject == Subject::Partner(partner),
            Leg::Posted { owner, .. } => subject == owner,
            Leg::NotAwarded { .. }
            | Leg::NotSpent { .. }
            | Leg::RefundAsked { .. }
            | Leg::RefundAnswered { .. }
            | Leg::Settled { .. } => false,
            Leg::Inventory { source, .. }
            | Leg::SourceStatus { source, .. }
            | Leg::Withheld { source, .. }
            | Leg::InventoryLow { source, .. } => is_source(source),
        }
    }
}
