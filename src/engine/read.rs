//! Reading: balances, items, blocks, statements. A reader is not shown a state that is not durable: it waits for the
//! last entry of what it read.

use super::core::Core;
use super::error::Error;
use super::locks::LockedShards;
use crate::domain::{
    AccountKey, Balance, Entry, ForwardKey, Granted, Item, ItemKey, ItemPosition, Leg, Member, MemberId, MemberKey,
    Outcome, PartnerKey, Points, Program, ProgramId, RequestKey, Sequence, Source, SourceKey, SourceTerms, Subject,
    Timestamp,
};
use crate::machine::{Effects, LockSet, Undecided, View, would_book};
use crate::storage::{Forwards, Future};
use std::collections::BTreeMap;

/// Balances with the entry that has to be durable before anybody is shown them.
type SeenBalances = (Option<Vec<Balance>>, Sequence);

/// How often an item is looked for at yet another member.
const ITEM_MOVES_MAX: usize = 64;

pub(super) fn lock_of(program: ProgramId, subject: Subject) -> LockSet {
    let mut names = LockSet::new(program);
    names.subject(subject);
    names
}

impl Core {
    /// Looks at a subject with what is due of it until `at` as if it were booked. So much of it that it takes long under
    /// the lock is booked first.
    pub(super) fn look_as_booked<R>(
        &self,
        (program, subject): (ProgramId, Subject),
        at: Timestamp,
        look: impl Fn(&LockedShards<'_, '_>, Effects) -> Result<R, Undecided>,
    ) -> Result<R, Error> {
        let limit = self.options.book_items_max;
        loop {
            let seen = self.look(lock_of(program, subject), |locked| {
                let booked = would_book(locked, program, subject, at, limit)?;
                // an item that comes into being has no id before it is booked
                if is_due_after(&booked, at) || booked.legs.iter().any(|leg| leg.granted().is_some()) {
                    return Ok(None);
                }
                look(locked, booked).map(Some)
            })?;
            match seen {
                Some(seen) => return Ok(seen),
                None => drop(self.book(program, subject, None)?),
            }
        }
    }

    /// A member's balances as of now: with everything booked that is due, whether or not it is.
    pub(super) fn balances_now(&self, key: MemberKey) -> Result<SeenBalances, Error> {
        let now = self.clock.stamp(None);
        self.look_as_booked((key.program, Subject::Member(key.member)), now, |locked, booked| {
            let Some(member) = locked.member(key)? else { return Ok((None, Sequence(0))) };
            let last = member.last_sequence;
            let program = locked.program(key.program);
            let member = booked_member(&booked, member);
            Ok((Some(balances(program, key, &member)), last))
        })
    }

    /// A source's record, with its terms; waits until both are durable.
    pub(super) fn source(&self, key: SourceKey) -> Result<Option<(SourceTerms, Source)>, Error> {
        let seen = self.look(lock_of(key.program, Subject::Source(key.source)), |locked| {
            let terms = locked.program(key.program).and_then(|program| program.source(key.source)).cloned();
            Ok((terms, locked.source(key)?, self.state.journal.last()))
        })?;
        let (terms, source, last) = seen;
        self.state.journal.wait(last)?;
        Ok(terms.zip(source))
    }

    /// What a booking of the member at `at` would do.
    pub(super) fn due(&self, key: MemberKey, at: Timestamp) -> Result<Vec<Leg>, Error> {
        let subject = (key.program, Subject::Member(key.member));
        let seen = self.look_as_booked(subject, at, |locked, booked| {
            Ok(locked.member(key)?.map(|member| (member.last_sequence, booked.legs)))
        })?;
        let Some((last, legs)) = seen else { return Ok(Vec::new()) };
        self.state.journal.wait(last)?;
        Ok(legs)
    }

    /// Up to `limit` items of an account from a position on, in the order of use, used-up ones too; then those that
    /// have not matured, by the instant at which they do. As of now, booked or not.
    pub(super) fn items(
        &self,
        account: AccountKey,
        from: ItemPosition,
        limit: usize,
    ) -> Result<(PlacedItems, PlacedItems), Error> {
        let now = self.clock.stamp(None);
        let owner = account.owner();
        let placed = |rows: Vec<(ItemKey, Item)>| rows.into_iter().map(|(key, item)| (key.position, item));
        let range = |from| ItemKey { account, position: from }..ItemKey { account, position: ItemPosition::LAST };
        let subject = (owner.program, Subject::Member(owner.member));
        let (matured, future, last) = self.look_as_booked(subject, now, |locked, booked| {
            let last = locked.member(owner)?.map(|member| member.last_sequence);
            let mut matured: BTreeMap<ItemPosition, Item> = placed(locked.items(range(from), limit)?).collect();
            // what waits until now or before is booked, or would be
            let future: PlacedItems = placed(locked.rows::<Future>(range(ItemPosition::after(now)), limit)?).collect();
            let page_end = matured.last_key_value().map(|(last, _)| *last).filter(|_| matured.len() >= limit);
            let changed = booked.rows.items.iter().filter(|(key, _)| key.account == account);
            for (key, item) in changed {
                if key.position >= from && page_end.is_none_or(|end| key.position <= end) {
                    matured.extend(item.map(|item| (key.position, item)));
                }
            }
            Ok((matured.into_iter().take(limit).collect(), future, last))
        })?;
        self.state.journal.wait(last.unwrap_or_default())?;
        Ok((matured, future))
    }

    /// Up to `limit` entries of a member, the newest first: from `from` on, or from the newest.
    pub(super) fn statement(
        &self,
        key: MemberKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        let subject = Subject::Member(key.member);
        let member = self.look(lock_of(key.program, subject), |locked| locked.member(key))?;
        let Some(member) = member else { return Ok(None) };
        self.chain((key.program, subject), member.last_sequence, from, limit).map(Some)
    }

    /// Up to `limit` entries of a partner, likewise.
    pub(super) fn partner_statement(
        &self,
        key: PartnerKey,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Option<Vec<Entry>>, Error> {
        let subject = Subject::Partner(key.partner);
        let partner = self.look(lock_of(key.program, subject), |locked| locked.partner(key))?;
        let Some(partner) = partner else { return Ok(None) };
        self.chain((key.program, subject), partner.last_sequence, from, limit).map(Some)
    }

    /// Walks a subject's chain back: from `from` on, or from its head.
    fn chain(
        &self,
        (program, subject): (ProgramId, Subject),
        head: Sequence,
        from: Option<Sequence>,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        self.state.journal.wait(head)?;
        if let Some(from) = from.filter(|from| *from != Sequence(0)) {
            let entry = self.state.entry(from)?;
            let is_refused = matches!(entry.outcome, Outcome::Refused(_));
            if entry.command.program != program || entry.previous_of(subject).is_none() || is_refused {
                return Err(Error::invalid(format!("entry {from} is not one of {subject}")));
            }
        }
        let mut next = from.unwrap_or(head);
        let mut entries = Vec::new();
        while next != Sequence(0) && entries.len() < limit {
            let entry = self.state.entry(next)?;
            next = previous(&entry, subject)?;
            entries.push(entry);
        }
        Ok(entries)
    }

    /// An item as of now, booked or not: the one that an entry granted, wherever it went since. `None` where it is not
    /// there any more.
    pub(super) fn item(
        &self,
        program: ProgramId,
        granted: &Granted,
        recorded_at: Timestamp,
    ) -> Result<Option<Item>, Error> {
        let mut member = granted.member;
        for _ in 0..ITEM_MOVES_MAX {
            match self.item_at((program, member), granted, recorded_at)? {
                Found::Here(item) => return Ok(item),
                Found::Of(next) => member = next,
            }
        }
        Ok(None)
    }

    /// An item where a member has it, or who may have it instead.
    fn item_at(
        &self,
        (program, member): (ProgramId, MemberId),
        granted: &Granted,
        recorded_at: Timestamp,
    ) -> Result<Found, Error> {
        let now = self.clock.stamp(None);
        let account = AccountKey { program, member, point_type: granted.point_type };
        let until = granted.expires_at.map_or(granted.available_from, |expiry| expiry.min(granted.available_from));
        let waiting = ItemKey { account, position: ItemPosition::at(until.max(recorded_at), granted.item) };
        self.look_as_booked((program, Subject::Member(member)), now, |locked, booked| {
            let known = locked.program(program).and_then(|program| program.point_type(granted.point_type));
            let Some(order) = known.map(|kind| kind.order) else { return Ok(Found::Here(None)) };
            let forward = locked.row::<Forwards>(&ForwardKey { account, item: granted.item })?;
            let moved_to = forward.as_ref().and_then(|forward| forward.moved_to);
            for position in moved_to.into_iter().chain([granted.position(order)]) {
                let key = ItemKey { account, position };
                if let Some((_, item)) = booked.rows.items.iter().find(|(known, _)| **known == key) {
                    return Ok(Found::Here(*item));
                }
                if let Some(item) = locked.item(&key)? {
                    return Ok(Found::Here(Some(item)));
                }
            }
            if let Some(item) = locked.row::<Future>(&waiting)? {
                return Ok(Found::Here(Some(item)));
            }
            let owner =
                locked.member(account.owner())?.and_then(|member| member.more).and_then(|more| more.merged_into);
            let next = forward.and_then(|forward| forward.member).or(owner);
            Ok(next.map_or(Found::Here(None), Found::Of))
        })
    }

    /// The transaction that used a request id.
    pub(super) fn transaction(&self, key: RequestKey) -> Result<Option<Entry>, Error> {
        let Some(sequence) = self.request(key)? else { return Ok(None) };
        Ok(Some(self.state.entry(sequence)?))
    }
}

/// Where an item is looked for.
enum Found {
    /// Here, or nowhere.
    Here(Option<Item>),
    /// Another member may have it: by a merge, or because one was undone.
    Of(MemberId),
}

/// Items with their places.
pub(super) type PlacedItems = Vec<(ItemPosition, Item)>;

/// The entry before this one in a chain that it is in.
pub(super) fn previous(entry: &Entry, subject: Subject) -> Result<Sequence, Error> {
    let missing =
        || Error::corrupt(format!("entry {} is in the chain of {subject}, but does not say so", entry.sequence));
    entry.previous_of(subject).ok_or_else(missing)
}

/// Whether something is due until `at` that a booking left.
fn is_due_after(booked: &Effects, at: Timestamp) -> bool {
    booked.members.changed().any(|(_, member)| member.is_due(at))
        || booked.partners.changed().any(|(_, partner)| partner.is_due(at))
}

/// The member after a booking, or as it was where there was nothing to book.
pub(super) fn booked_member(booked: &Effects, member: Member) -> Member {
    booked.members.changed().next().map_or(member, |(_, booked)| booked.clone())
}

/// What a member's accounts show.
fn balances(program: Option<&Program>, key: MemberKey, member: &Member) -> Vec<Balance> {
    let shown = member.accounts.iter().filter_map(|account| {
        let point_type = program?.point_type(account.point_type)?;
        Some(account.balance(key.member, point_type.class))
    });
    shown.collect()
}

/// Brings a leg that was booked later, but took effect until `at`, into a balance.
pub(super) fn book(balance: &mut Balance, leg: &Leg, at: Timestamp, program: Option<&Program>) {
    if let Some(granted) = leg.granted() {
        // an item that another one rolled over into
        let class = program.and_then(|program| program.point_type(granted.point_type)).map(|kind| kind.class);
        let is_here = granted.member == balance.member && granted.point_type == balance.point_type;
        if let (Some(class), true) = (class, is_here && granted.available_from <= at) {
            let add = |sum: &mut Points| *sum = Points(sum.0.saturating_add(granted.points.0));
            class.is_redeemable().then(|| add(&mut balance.available));
            class.is_qualifying().then(|| add(&mut balance.qualifying));
        }
        return;
    }
    let Leg::Moved { member, point_type, from, to, points, effective_at, .. } = *leg else { return };
    if member != balance.member || point_type != balance.point_type || effective_at > at {
        return;
    }
    let class = program.and_then(|program| program.point_type(point_type)).map(|kind| kind.class);
    balance.shift(from, to, points, class);
}
