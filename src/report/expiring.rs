//! What expires soon: of one member the sum of each coming date; of a program the members of whom something expires until
//! an instant, page by page. What a reminder is written from.

use crate::domain::keys::{DueKey, Key};
use crate::domain::{
    Account, AccountKey, Fault, Inactivity, Item, ItemKey, ItemPosition, MemberId, MemberKey, PointState, PointTypeId,
    Points, Program, ProgramId, Subject, Timestamp, percent_of,
};
use crate::storage::rows::{self, Rows};
use crate::storage::{Due, Future, Items, Members, Read};
use std::collections::BTreeMap;

/// Points of a member that expire at an instant, unless they are used before, or the member does something where that
/// keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiring {
    /// Whose.
    pub member: MemberId,
    /// The kind of points.
    pub point_type: PointTypeId,
    /// When: from then on they are not usable.
    pub at: Timestamp,
    /// How many.
    pub points: Points,
}

/// A page of [`expiring`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpiringPage {
    /// What expires, member by member, each in the order of time.
    pub rows: Vec<Expiring>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<DueKey>,
}

/// What expires of one member after `now` and at or before `until`. Points that wait to mature are in it. Held ones are
/// not.
pub fn expiring_of(
    read: &dyn Read,
    program: &Program,
    key: MemberKey,
    (now, until): (Timestamp, Timestamp),
) -> Result<Vec<Expiring>, Fault> {
    let Some(member) = rows::get::<Members>(read, &key)? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for account in &member.accounts {
        let dates = dates(read, program, key.account(account.point_type), account)?;
        let within = dates.into_iter().filter(|(at, points)| now < *at && *at <= until && points.is_positive());
        let (member, point_type) = (key.member, account.point_type);
        all.extend(within.map(|(at, points)| Expiring { member, point_type, at, points }));
    }
    all.sort_by_key(|row| (row.at, row.point_type));
    Ok(all)
}

/// What expires of the members of a program after `now` and at or before `until`: a page of up to `limit` members, from
/// `from` on, or from the beginning. Members are looked at in the order in which something of theirs is due next: one
/// of whom something is booked between two pages may be told twice, or not at all.
pub fn expiring(
    read: &dyn Read,
    (id, program): (ProgramId, &Program),
    (now, until): (Timestamp, Timestamp),
    (from, limit): (Option<DueKey>, usize),
) -> Result<ExpiringPage, Fault> {
    let due = DueKey::until(id, until);
    let start = from.unwrap_or(due.start);
    let mut page = ExpiringPage::default();
    let mut members = 0usize;
    for row in Rows::<Due>::between(read, start.to_bytes(), due.end.to_bytes(), limit.clamp(16, 1024)) {
        let (key, ()) = row?;
        let Subject::Member(member) = key.subject else { continue };
        let rows = expiring_of(read, program, MemberKey { program: id, member }, (now, until))?;
        if rows.is_empty() {
            continue;
        }
        if members >= limit {
            page.next = Some(key);
            break;
        }
        members = members.saturating_add(1);
        page.rows.extend(rows);
    }
    Ok(page)
}

type Dates = BTreeMap<Timestamp, Points>;

/// How many points of an account expire at which instant.
fn dates(read: &dyn Read, program: &Program, of: AccountKey, account: &Account) -> Result<Dates, Fault> {
    let mut dates = Dates::new();
    let mut by_policy: BTreeMap<u32, Points> = BTreeMap::new();
    let whole = |policy: u32| {
        let due = account.more.iter().flat_map(|more| &more.due).find(|due| due.policy == policy)?;
        is_whole(program, account.point_type, policy).then_some(due.at)
    };
    for row in under::<Items>(read, of) {
        let (_, item) = row?;
        let points = item.sums.get(PointState::Matured);
        let at = item.expires_at.into_iter().chain(whole(item.policy())).min();
        at.into_iter().for_each(|at| add(&mut dates, at, points));
        add(&mut by_policy, item.policy(), points);
    }
    for row in under::<Future>(read, of) {
        let (_, item): (ItemKey, Item) = row?;
        item.expires_at.into_iter().for_each(|at| add(&mut dates, at, item.sums.get(PointState::Future)));
    }
    for due in account.more.iter().flat_map(|more| &more.due) {
        let total = by_policy.get(&due.policy).copied().unwrap_or_default();
        let percent = percent(program, account.point_type, due.policy);
        if let Some(points) = percent.and_then(|percent| percent_of(percent, total)) {
            add(&mut dates, due.at, points);
        }
    }
    Ok(dates)
}

fn add<K: Ord>(sums: &mut BTreeMap<K, Points>, at: K, points: Points) {
    let sum = sums.entry(at).or_default();
    *sum = Points(sum.0.saturating_add(points.0));
}

fn under<T: crate::storage::Table<Key = ItemKey>>(read: &dyn Read, account: AccountKey) -> Rows<'_, T> {
    let key = |position| ItemKey { account, position }.to_bytes();
    Rows::between(read, key(ItemPosition::FIRST), key(ItemPosition::LAST), 64)
}

fn inactivity(program: &Program, point_type: PointTypeId, policy: u32) -> Option<&Inactivity> {
    program.point_types.get(&point_type)?.version(policy).map(|kind| &kind.inactivity)
}

/// Whether all points under a policy expire at once.
fn is_whole(program: &Program, point_type: PointTypeId, policy: u32) -> bool {
    matches!(inactivity(program, point_type, policy), Some(Inactivity::Expires { percent: None, .. }))
}

fn percent(program: &Program, point_type: PointTypeId, policy: u32) -> Option<crate::domain::Rate> {
    match inactivity(program, point_type, policy) {
        Some(Inactivity::Expires { percent, .. }) => *percent,
        Some(Inactivity::Ignored) | None => None,
    }
}
