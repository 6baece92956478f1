//! What makes sums those of a past instant: what was recorded later is taken out again, item by item.

use super::history;
use super::unbooked::{Unbooked, programs, unbooked};
use crate::domain::keys::Key;
use crate::domain::tables::Table;
use crate::domain::{
    AccountKey, CohortKey, Entry, ExpiringKey, Fault, Figure, ForwardKey, Item, ItemId, ItemKey, ItemPosition, Leg,
    MemberId, MemberKey, PointTypeId, Points, ProgramId, Timestamp, Totals, TotalsKey, Zone,
};
use crate::machine::laws;
use crate::storage::rows::{self, Rows};
use crate::storage::{Forwards, Future, Items, Members, Read};
use std::collections::BTreeMap;

/// An item that went from member to member is followed so often.
const HOPS_MAX: usize = 64;

/// What makes all sums of a program those of an instant, with what is due until then. Where nothing was recorded later,
/// the journal's end is all that is read; else the journal from there on, and the accounts that were touched since.
pub(super) fn as_of(read: &dyn Read, program: ProgramId, at: Timestamp) -> Result<Unbooked, Fault> {
    let mut found = unbooked(read, program, at)?;
    // nothing is later than the last instant
    let Some(after) = Timestamp::from_ms(at.ms().saturating_add(1)) else { return Ok(found) };
    let mut later: Vec<Entry> = Vec::new();
    history::entries_from(read, after, &mut |entry| {
        if entry.command.program == program && !entry.legs().is_empty() {
            later.push(entry.clone());
        }
    })?;
    if later.is_empty() {
        return Ok(found);
    }
    let zone = programs(read)?.get(&program).map_or(Zone::UTC, |program| program.settings.zone.clone());
    let mut past = Past { read, program, at, zone, accounts: BTreeMap::new(), touched: BTreeMap::new() };
    for entry in later.iter().rev() {
        for leg in entry.legs().iter().rev() {
            past.undo(entry, leg, &mut found)?;
        }
    }
    past.touched.into_values().for_each(|item| item.correct(program, &past.zone, &mut found));
    Ok(found)
}

/// The items of an account.
type Account = BTreeMap<ItemId, Item>;

/// An item that changed since: as it is, and as it was.
struct Touched {
    point_type: PointTypeId,
    now: Item,
    then: Option<Item>,
}

struct Past<'a> {
    read: &'a dyn Read,
    program: ProgramId,
    at: Timestamp,
    zone: Zone,
    accounts: BTreeMap<AccountKey, Account>,
    touched: BTreeMap<ItemId, Touched>,
}

impl Past<'_> {
    /// Takes a leg back, if it took effect later.
    fn undo(&mut self, entry: &Entry, leg: &Leg, found: &mut Unbooked) -> Result<(), Fault> {
        if let Leg::Extended { member, item, point_type, before, .. } = *leg {
            if let Some(then) = &mut self.touched(member, point_type, item)?.then {
                then.expires_at = before;
            }
            return Ok(());
        }
        let Some(posting) = leg.posting().filter(|posting| posting.effective_at(entry.recorded_at) > self.at) else {
            return Ok(());
        };
        let [day, utc_day] = [&self.zone, &Zone::UTC].map(|zone| posting.day(entry.recorded_at, zone));
        let (program, point_type) = (self.program, posting.point_type);
        let touched = self.touched(posting.member, point_type, posting.item)?;
        let mut totals = Totals::NONE;
        let points = posting.points.0;
        match posting.movement {
            None => {
                totals.count(Figure::given(&touched.now), i128::from(points).saturating_neg());
                touched.then = None;
            }
            Some((from, to, _)) => {
                totals.add_gone(from, points.into());
                totals.add_gone(to, i128::from(points).saturating_neg());
                if let Some(then) = &mut touched.then {
                    let change = |sum: &mut Points, by: i64| *sum = Points(sum.0.saturating_add(by));
                    change(then.sums.get_mut(from), points);
                    change(then.sums.get_mut(to), points.saturating_neg());
                }
            }
        }
        let key = TotalsKey { program, day, utc_day, source: posting.source, point_type, subtype: posting.subtype };
        found.totals.push((key, totals));
        Ok(())
    }

    fn touched(&mut self, member: MemberId, point_type: PointTypeId, item: ItemId) -> Result<&mut Touched, Fault> {
        if !self.touched.contains_key(&item) {
            let now = self.item(member, point_type, item)?;
            self.touched.insert(item, Touched { point_type, now, then: Some(now) });
        }
        let missing = || Fault::corrupt(format!("item {item} is not there"));
        self.touched.get_mut(&item).ok_or_else(missing)
    }

    /// An item as it is, wherever it went since.
    fn item(&mut self, member: MemberId, point_type: PointTypeId, item: ItemId) -> Result<Item, Fault> {
        let mut key = AccountKey { program: self.program, member, point_type };
        for _ in 0..HOPS_MAX {
            if let Some(found) = self.account(key)?.get(&item) {
                return Ok(*found);
            }
            let forward = rows::get::<Forwards>(self.read, &ForwardKey { account: key, item })?;
            let owner = MemberKey { program: self.program, member: key.member };
            let next = match forward.and_then(|forward| forward.member) {
                Some(next) => Some(next),
                None => rows::get::<Members>(self.read, &owner)?.and_then(|member| member.more?.merged_into),
            };
            match next {
                Some(member) => key.member = member,
                None => break,
            }
        }
        Err(Fault::corrupt(format!("item {item} of member {member} is not there")))
    }

    fn account(&mut self, key: AccountKey) -> Result<&Account, Fault> {
        if !self.accounts.contains_key(&key) {
            let mut account = Account::new();
            add::<Items>(self.read, key, &mut account)?;
            add::<Future>(self.read, key, &mut account)?;
            self.accounts.insert(key, account);
        }
        Ok(self.accounts.entry(key).or_default())
    }
}

/// Reads the items of an account in a table.
fn add<T: Table<Key = ItemKey, Value = Item>>(read: &dyn Read, key: AccountKey, to: &mut Account) -> Result<(), Fault> {
    let at = |position| ItemKey { account: key, position }.to_bytes();
    for row in Rows::<T>::between(read, at(ItemPosition::FIRST), at(ItemPosition::LAST), 64) {
        let (key, item) = row?;
        to.insert(key.position.id, item);
    }
    Ok(())
}

impl Touched {
    /// Cohorts and expiries lose the item as it is, and have it as it was.
    fn correct(&self, program: ProgramId, zone: &Zone, found: &mut Unbooked) {
        let (point_type, now) = (self.point_type, &self.now);
        let (source, subtype) = (now.source.unwrap_or_default(), now.subtype);
        let key = CohortKey { program, day: now.issued_at().day_in(zone), source, point_type, subtype };
        let mut change = Totals::NONE.less(&laws::totals_of(now));
        if let Some(then) = &self.then {
            change.add(&laws::totals_of(then));
        }
        found.cohorts.push((key, change));
        for (item, sign) in [(Some(now), -1i128), (self.then.as_ref(), 1)] {
            let Some((item, expires_at)) = item.and_then(|item| Some((item, item.expires_at?))) else { continue };
            let owned = item.sums.iter().filter(|(state, _)| state.is_owned());
            let points = owned.fold(0i128, |sum, (_, points)| sum.saturating_add(points.0.into()));
            let key = ExpiringKey { program, day: expires_at.last_day_before(zone), point_type, source };
            found.expiring.push((key, points.saturating_mul(sign)));
        }
    }
}
