//! What stands against a member because the accrual of spent points was cancelled: claims; and points that are set
//! aside for a purchase that is not paid yet: holds.

use super::own::names_no_entry;
use super::{ItemPosition, MemberId, Own, OwnIds, PointState, PointTypeId, Points, Timestamp};
use serde::{Deserialize, Serialize};

/// How the spent points of one item were claimed by one cancellation. When such points come back, they settle it: what
/// the host absorbed first, then the debt, then the items that paid.
///
/// A claim without points has no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Where the item is whose points were claimed.
    pub position: ItemPosition,
    /// Points that the host bears.
    pub absorbed: Points,
    /// Points that became the member's debt.
    pub debt: Points,
    /// Points that other items of the account gave, in the order in which they were taken.
    pub repaid: Vec<ClaimPart>,
}

/// Points of one item that went into a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimPart {
    /// Where the item is.
    pub position: ItemPosition,
    /// How many points of it.
    pub points: Points,
    /// Where these points are: [`PointState::MadeUp`], or [`PointState::Repaid`] where they went into a debt that the
    /// claim was before.
    pub state: PointState,
}

impl Claim {
    /// Whether all of it is settled.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.absorbed == Points::ZERO && self.debt == Points::ZERO && self.repaid.is_empty()
    }
}

impl Own for Claim {
    fn fill(&mut self, own: &OwnIds) {
        let Claim { position, absorbed: _, debt: _, repaid } = self;
        position.fill(own);
        for ClaimPart { position, points: _, state: _ } in repaid {
            position.fill(own);
        }
    }
}

impl Own for super::ClaimKey {
    fn fill(&mut self, own: &OwnIds) {
        let super::ClaimKey { account: _, item, sequence } = self;
        item.fill(own);
        sequence.fill(own);
    }
}

/// Points that a member set aside. The row stays when nothing is held any more, so that a second capture is refused
/// with figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Whose points they are.
    pub member: MemberId,
    /// The exact items, in the order in which they are captured.
    pub parts: Vec<HoldPart>,
    /// Points held at first.
    pub points: Points,
    /// Points captured, those whose capture was cancelled as well: what is neither captured nor held was released.
    pub captured: Points,
    /// When what is still held is released. `None`: never by itself.
    pub times_out_at: Option<Timestamp>,
}

/// Points of one item that are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldPart {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Where the item is.
    pub position: ItemPosition,
    /// How many points of it are still held.
    pub points: Points,
}

impl Hold {
    /// Points that are still held.
    #[must_use]
    pub fn held(&self) -> Points {
        Points(self.parts.iter().fold(0i64, |sum, part| sum.saturating_add(part.points.0)))
    }
}

/// Where an item went from the place in which its accrual put it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Forward {
    /// Its place now: it was extended or reinstated. `None`: it is where it was.
    pub moved_to: Option<ItemPosition>,
    /// Who has it now: it went there when a merge was undone. `None`: it is this account's.
    pub member: Option<MemberId>,
    /// Its points that went on into other accounts when they expired.
    pub rolled: Vec<Rolled>,
}

/// Points that went on into another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rolled {
    /// Whose they became: the member who had the item then.
    pub member: MemberId,
    /// The kind of points that they became.
    pub point_type: PointTypeId,
    /// Where the item is that they became.
    pub position: ItemPosition,
    /// How many, less those that were taken back.
    pub points: Points,
}

impl Own for Forward {
    fn fill(&mut self, own: &OwnIds) {
        let Forward { moved_to, member: _, rolled } = self;
        moved_to.fill(own);
        for Rolled { member: _, point_type: _, position, points: _ } in rolled {
            position.fill(own);
        }
    }
}

impl Own for super::ForwardKey {
    fn fill(&mut self, own: &OwnIds) {
        let super::ForwardKey { account: _, item } = self;
        item.fill(own);
    }
}

/// The items that came with a merge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Merge {
    /// Which.
    pub items: Vec<MergedItem>,
}

/// An item that came with a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedItem {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Where it stands once it has matured.
    pub position: ItemPosition,
    /// Where it waited, if it had not matured.
    pub waited_at: Option<ItemPosition>,
}

names_no_entry!(
    super::HouseholdKey,
    super::MergeKey,
    Merge,
    Hold,
    super::HoldTimeoutKey,
    super::keys::DueKey,
    super::RequestKey
);
names_no_entry!(super::MemberKey, super::PartnerKey, super::BlockKey, super::SourceKey);
