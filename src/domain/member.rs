//! A member and the member's accounts: one record, so that one read gives a balance.

use super::{
    AccountSums, ItemPosition, MemberId, Own, OwnIds, PointClass, PointState, PointTypeId, Points, Qualified, Sequence,
    Skips, TierId, TierState, Timestamp,
};
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

/// A member of a program.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// When the member was enrolled.
    pub enrolled_at: Timestamp,
    /// The member's newest journal entry, 0 before the first: the head of the chain that a statement walks.
    pub last_sequence: Sequence,
    /// No item of the member matures, expires or is about to before this instant. May be early, never late.
    pub next_due: Option<Timestamp>,
    /// The accounts, in order of point type: most members have one.
    #[serde(deserialize_with = "super::list::read")]
    pub accounts: SmallVec<[Account; 1]>,
    /// What few members have. One byte on disk where there is nothing of it.
    pub more: Option<Box<MemberMore>>,
}

/// Whether a member earns and spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// The member earns and spends.
    #[default]
    Active,
    /// The member earns, and spends nothing.
    Blocked,
    /// The member neither earns nor spends.
    Closed,
}

/// What few members have.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MemberMore {
    /// Whether the member earns and spends.
    pub status: MemberStatus,
    /// The member's tier.
    pub tier: Option<TierState>,
    /// Qualifying points by day, as far back as the ladder's period needs.
    pub counted: Vec<Qualified>,
    /// Whether it is a household.
    pub is_household: bool,
    /// The household that the member belongs to.
    pub membership: Option<Membership>,
    /// The member into whom this one was merged.
    pub merged_into: Option<MemberId>,
    /// Up to where the member was told of points that are about to expire.
    pub warned: Vec<Warned>,
}

/// Up to where a member was told of points of one type that are about to expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Nothing that comes before this place in the order of expiry is told any more.
    pub before: ItemPosition,
}

/// That a member belongs to a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The household.
    pub household: MemberId,
    /// When it is over: after its last day (rule D41). `None`: it has no end.
    pub ends_at: Option<Timestamp>,
    /// Whether qualifying points roll up (rule D40).
    pub rolls_up: bool,
}

impl Member {
    /// A member without points.
    #[must_use]
    pub fn new(enrolled_at: Timestamp) -> Member {
        Member { enrolled_at, last_sequence: Sequence(0), next_due: None, accounts: SmallVec::new(), more: None }
    }

    /// The account of a point type, if the member ever had points of it.
    #[must_use]
    pub fn account(&self, point_type: PointTypeId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.point_type == point_type)
    }

    /// The account of a point type, opened where there is none yet.
    pub fn account_mut(&mut self, point_type: PointTypeId) -> &mut Account {
        let at = match self.accounts.binary_search_by_key(&point_type, |account| account.point_type) {
            Ok(at) => at,
            Err(at) => {
                self.accounts.insert(at, Account::new(point_type));
                at
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the line above found or made it")]
        &mut self.accounts[at]
    }

    /// What few members have, made where there is nothing of it yet.
    pub fn more_mut(&mut self) -> &mut MemberMore {
        self.more.get_or_insert_default()
    }

    /// The member's tier.
    #[must_use]
    pub fn tier(&self) -> Option<TierId> {
        self.more.as_ref()?.tier.map(|state| state.tier)
    }

    /// Whether the member earns and spends.
    #[must_use]
    pub fn status(&self) -> MemberStatus {
        self.more.as_ref().map(|more| more.status).unwrap_or_default()
    }

    /// The place in the order of expiry from which on points of a type are still to be told of before they expire.
    #[must_use]
    pub fn warned(&self, point_type: PointTypeId) -> ItemPosition {
        let warned = self.more.iter().flat_map(|more| &more.warned).find(|warned| warned.point_type == point_type);
        warned.map_or(ItemPosition::FIRST, |warned| warned.before)
    }

    /// Nothing that comes before a place in the order of expiry is told any more.
    pub fn warn_to(&mut self, point_type: PointTypeId, before: ItemPosition) {
        let warned = &mut self.more_mut().warned;
        match warned.iter_mut().find(|warned| warned.point_type == point_type) {
            Some(warned) => warned.before = warned.before.max(before),
            None => warned.push(Warned { point_type, before }),
        }
    }

    /// Whether something matures or expires at `now` that is not booked yet.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.next_due.is_some_and(|due| due <= now)
    }

    /// Makes sure that [`Member::next_due`] is not after `instant`.
    pub fn due_by(&mut self, instant: Timestamp) {
        self.next_due = Some(self.next_due.map_or(instant, |due| due.min(instant)));
    }
}

/// Each command copies the records that it changes: here the usual one account is copied as one piece.
impl Clone for Member {
    fn clone(&self) -> Member {
        let Member { enrolled_at, last_sequence, next_due, accounts, more } = self;
        let accounts = match accounts.as_slice() {
            [account] => smallvec![account.clone()],
            accounts => accounts.into(),
        };
        Member {
            enrolled_at: *enrolled_at,
            last_sequence: *last_sequence,
            next_due: *next_due,
            accounts,
            more: more.clone(),
        }
    }
}

impl Own for Member {
    fn fill(&mut self, own: &OwnIds) {
        let Member { enrolled_at: _, last_sequence, next_due: _, accounts, more } = self;
        last_sequence.fill(own);
        accounts.iter_mut().for_each(|account| account.fill(own));
        let warned = more.iter_mut().flat_map(|more| &mut more.warned);
        warned.for_each(|Warned { point_type: _, before }| before.fill(own));
    }
}

/// A member's points of one type. All sums are over the account's items, as booked.
///
/// Law: `granted` is the sum over all states.
/// Law: `debt > 0` only where nothing is available.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Whose sums these are.
    pub point_type: PointTypeId,
    /// Ever granted.
    pub granted: Points,
    /// Where these points are.
    pub sums: AccountSums,
    /// Owed by the member: spent points whose accrual was cancelled.
    pub debt: Points,
    /// Ever granted, less cancelled (rule D54).
    pub lifetime: Points,
    /// Spent points of cancelled accruals that the host bears (rule E65).
    pub absorbed: Points,
    /// No open item of the account comes before this place in the order of use.
    pub first_open: ItemPosition,
    /// Stretches behind it without an open item.
    pub skips: Skips,
    /// What few accounts have. One byte on disk where there is nothing of it.
    pub more: Option<Box<AccountMore>>,
}

/// What accounts have whose points expire when their member does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountMore {
    /// When the member did something last.
    pub last_activity: Timestamp,
    /// When points expire unless the member does something; an entry for each policy under which points are left.
    pub due: Vec<PolicyDue>,
}

/// When points under one version of a point type expire unless the member does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDue {
    /// The version of the point type.
    pub policy: u32,
    /// When.
    pub at: Timestamp,
}

impl Account {
    /// An account without points.
    #[must_use]
    pub fn new(point_type: PointTypeId) -> Account {
        Account {
            point_type,
            granted: Points::ZERO,
            sums: AccountSums::default(),
            debt: Points::ZERO,
            lifetime: Points::ZERO,
            absorbed: Points::ZERO,
            first_open: ItemPosition::LAST,
            skips: Skips::default(),
            more: None,
        }
    }

    /// Points that have matured and are left: available, qualifying, or both, as the type says.
    #[must_use]
    pub fn matured(&self) -> Points {
        self.sums.get(PointState::Matured)
    }

    /// What a balance shows; `class` is that of the point type.
    #[must_use]
    pub fn balance(&self, member: MemberId, class: PointClass) -> Balance {
        let matured = |shown: bool| if shown { self.matured() } else { Points::ZERO };
        Balance {
            member,
            point_type: self.point_type,
            available: Points(matured(class.is_redeemable()).0.saturating_sub(self.debt.0)),
            qualifying: matured(class.is_qualifying()),
            future: self.sums.get(PointState::Future),
            held: self.sums.get(PointState::Held),
            debt: self.debt,
            lifetime: self.lifetime,
        }
    }

    /// Makes sure that an open item at `position` is not passed over.
    pub fn open_at(&mut self, position: ItemPosition) {
        if position < self.first_open {
            // where no points ever left, no item between is used up
            if self.granted != self.sums.left() {
                self.skips.add(position.successor(), self.first_open);
            }
            self.first_open = position;
        } else {
            self.skips.open(position);
        }
    }

    /// No item before `position` is open.
    pub fn walk_to(&mut self, position: ItemPosition) {
        self.first_open = self.skips.past(position);
        self.skips.begin_at(self.first_open);
    }
}

impl Own for Account {
    fn fill(&mut self, own: &OwnIds) {
        let Account {
            point_type: _,
            granted: _,
            sums: _,
            debt: _,
            lifetime: _,
            absorbed: _,
            first_open,
            skips,
            more: _,
        } = self;
        first_open.fill(own);
        skips.fill(own);
    }
}

/// The balance of one account (rules D28, D29, D31, D51 to D55).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub struct Balance {
    /// Whose it is.
    pub member: MemberId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// Redeemable now; below 0 where the member owes points.
    pub available: Points,
    /// Counting toward a tier.
    pub qualifying: Points,
    /// Granted, but not available yet.
    pub future: Points,
    /// Set aside by holds.
    pub held: Points,
    /// Owed.
    pub debt: Points,
    /// Ever granted, less cancelled.
    pub lifetime: Points,
}

impl Balance {
    /// Brings a movement of points of this type from one state to another into it. The other way round takes it out
    /// again.
    pub(crate) fn shift(&mut self, from: PointState, to: PointState, points: Points, class: Option<PointClass>) {
        self.add(from, points.0.saturating_neg(), class);
        self.add(to, points.0, class);
    }

    fn add(&mut self, state: PointState, points: i64, class: Option<PointClass>) {
        let add = |sum: &mut Points, points: i64| *sum = Points(sum.0.saturating_add(points));
        match state {
            PointState::Matured => {
                if class.is_none_or(PointClass::is_redeemable) {
                    add(&mut self.available, points);
                }
                if class.is_some_and(PointClass::is_qualifying) {
                    add(&mut self.qualifying, points);
                }
            }
            PointState::Future => add(&mut self.future, points),
            PointState::Held => add(&mut self.held, points),
            // what is repaid leaves the items and the debt alike
            PointState::Repaid => {
                add(&mut self.available, points);
                add(&mut self.debt, points.saturating_neg());
            }
            // the others are no longer the member's
            _ => {}
        }
    }
}

impl Balance {
    /// The balance of an account that never had points.
    #[must_use]
    pub fn zero(member: MemberId, point_type: PointTypeId) -> Balance {
        Account::new(point_type).balance(member, PointClass::Redeemable)
    }

    /// Available and qualifying points together; points of a type that is both count once (rule D28).
    #[must_use]
    pub fn available_total(&self, class: PointClass) -> Points {
        match class {
            PointClass::Both => self.available,
            PointClass::Redeemable | PointClass::Qualifying => {
                Points(self.available.0.saturating_add(self.qualifying.0))
            }
        }
    }
}

impl Own for Balance {
    fn fill(&mut self, own: &OwnIds) {
        let Balance { member, point_type: _, available: _, qualifying: _, future: _, held: _, debt: _, lifetime: _ } =
            self;
        member.fill(own);
    }
}
