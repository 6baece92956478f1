//! Merging two members: the items of the other go over whole, and the other's id leads to the member from then on. And
//! undoing it: what is left of these items goes back.

use crate::domain::tables::{Claims, Future, HoldTimeouts, Holds, Items, Merges, Table};
use crate::domain::{
    AccountKey, ClaimKey, HoldTimeoutKey, ITEMS_PER_COMMAND_MAX, Item, ItemKey, ItemPosition, Leg, Member, Merge,
    MergeKey, MergeMembers, MergedItem, PointState, PointTypeId, Points, Program, Rejection, Sequence, Subject,
    UnmergeMembers,
};
use crate::machine::draft::{Draft, fits};
use crate::machine::effects::At;
use crate::machine::points::ledger::{Open, add};
use crate::machine::points::timeouts;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed};
use crate::machine::view::{FoundRows, Undecided, View};

impl Rule for MergeMembers {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::member("other", self.other)?;
        validate::reason("reason", &self.reason)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Member(self.other));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;
        let other = draft.known_member(self.other)?;
        let more = draft.effects.members[other].more.as_ref();
        if more.is_some_and(|more| more.is_household) {
            return Err(Rejection::IsAHousehold.into());
        }
        if owner == other {
            return Err(Rejection::SameMember.into());
        }

        draft.link_member(owner);
        draft.link_member(other);
        let accounts = &draft.effects.members[other].accounts;
        let types: Vec<PointTypeId> = accounts.iter().map(|account| account.point_type).collect();
        let mut merge = Merge::default();
        for point_type in types {
            draft.merge_account((owner, other), point_type, &mut merge)?;
        }
        draft.merge_holds((owner, other))?;
        draft.merge_participant((owner, other))?;
        draft.merge_record((owner, other))?;
        let other = draft.effects.members.key(other).member;
        let key = MergeKey { into: draft.effects.members.key(owner), other };
        draft.put::<Merges>(key, Some(merge));
        Ok(())
    }
}

impl Rule for UnmergeMembers {
    fn check(&self) -> Result<(), Malformed> {
        validate::member("member", self.member)?;
        validate::member("other", self.other)?;
        validate::reason("reason", &self.reason)
    }

    fn names(&self, _: Option<&Program>, names: &mut LockSet) {
        names.subject(Subject::Member(self.member));
        names.subject(Subject::Member(self.other));
    }

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let owner = draft.known_member(self.member)?;
        let other = draft.member_record(self.other)?.ok_or(Rejection::MemberUnknown)?;
        let key = MergeKey { into: draft.effects.members.key(owner), other: self.other };
        let merge = draft.row::<Merges>(&key)?.ok_or(Rejection::NotMerged)?;
        let mut found = Vec::with_capacity(merge.items.len());
        for item in &merge.items {
            found.extend(draft.merged_item(owner, item)?);
        }
        draft.check_apart(owner, &found)?;

        draft.link_member(owner);
        draft.link_member(other);
        draft.put::<Merges>(key, None);
        if let Some(more) = &mut draft.effects.members[other].more {
            more.merged_into = None;
        }
        let mut types: Vec<PointTypeId> = found.iter().map(|open| open.key.account.point_type).collect();
        types.sort_unstable();
        types.dedup();
        for point_type in &types {
            let items = found.iter().filter(|open| open.key.account.point_type == *point_type);
            draft.give_back((owner, other), *point_type, items)?;
        }
        for point_type in types {
            draft.tell_balance(owner, point_type)?;
            draft.tell_balance(other, point_type)?;
        }
        Ok(())
    }
}

impl<V: View> Draft<'_, V> {
    /// Moves one account: its items, claims, debt and lifetime sum.
    fn merge_account(
        &mut self,
        (owner, other): (At<Member>, At<Member>),
        point_type: PointTypeId,
        merge: &mut Merge,
    ) -> Result<(), Undecided> {
        let account = self.effects.members.key(other).account(point_type);
        let order = self.type_of(&account)?.order;
        let range = key_range(account);
        let matured = self.items(range.clone(), ITEMS_PER_COMMAND_MAX)?;
        let waiting = self.rows::<Future>(range, ITEMS_PER_COMMAND_MAX)?;
        few::<Items>(&matured)?;
        few::<Future>(&waiting)?;
        let claims = self.rows::<Claims>(claim_range(account), ITEMS_PER_COMMAND_MAX)?;
        few::<Claims>(&claims)?;

        let all = matured.into_iter().map(|row| (row, false)).chain(waiting.into_iter().map(|row| (row, true)));
        for ((key, item), waits) in all {
            let position = ItemPosition::new(order, item.expires_at, key.position.id);
            let (position, waited_at) = if waits { (position, Some(key.position)) } else { (key.position, None) };
            merge.items.push(MergedItem { point_type, position, waited_at });
            self.carry(Open { owner: other, key, waits, item }, owner, false)?;
        }
        let into = self.effects.members.key(owner).account(point_type);
        for (key, claim) in claims {
            self.put::<Claims>(key, None);
            self.put::<Claims>(ClaimKey { account: into, ..key }, Some(claim));
        }
        let from = self.effects.members[other].account_mut(point_type);
        let (debt, lifetime) = (std::mem::take(&mut from.debt), std::mem::take(&mut from.lifetime));
        let booked = self.effects.members[owner].account_mut(point_type);
        add(&mut booked.debt, debt)?;
        booked.lifetime = fits(booked.lifetime.plus(lifetime))?;
        self.tell_merged((owner, other), point_type, fits(self.owned_by(merge, into)?.minus(debt))?);
        self.settle_all(owner, into)?;
        self.tell_balance(owner, point_type)?;
        self.tell_balance(other, point_type)
    }

    /// How many points came with a merge that are still the member's.
    fn owned_by(&self, merge: &Merge, account: AccountKey) -> Result<Points, Undecided> {
        let mut sum = Points::ZERO;
        for item in merge.items.iter().filter(|item| item.point_type == account.point_type) {
            let row = match item.waited_at {
                Some(position) => self.row::<Future>(&ItemKey { account, position })?,
                None => self.item(&ItemKey { account, position: item.position })?,
            };
            row.into_iter().try_for_each(|item| add(&mut sum, owned(&item)?))?;
        }
        Ok(sum)
    }

    fn tell_merged(&mut self, (owner, other): (At<Member>, At<Member>), point_type: PointTypeId, points: Points) {
        let (member, other) = (self.shown_member(owner), self.shown_member(other));
        self.effects.legs.push(Leg::Merged { member, other, point_type, points });
    }

    /// Points of one settle what the other owed.
    fn settle_all(&mut self, owner: At<Member>, account: AccountKey) -> Result<(), Undecided> {
        let mut from = ItemPosition::FIRST;
        loop {
            let booked = self.effects.members[owner].account_mut(account.point_type);
            if !booked.debt.is_positive() || !booked.matured().is_positive() {
                return Ok(());
            }
            from = from.max(booked.first_open);
            let range = ItemKey { account, position: from }..ItemKey { account, position: ItemPosition::LAST };
            let Some((key, item)) = self.items(range, 1)?.into_iter().next() else { return Ok(()) };
            from = key.position.successor();
            let mut open = Open { owner, key, waits: false, item };
            self.settle_debt(&mut open, item.sums.get(PointState::Matured))?;
            self.put_item(&open)?;
        }
    }

    /// Open holds of the other that time out are the member's.
    fn merge_holds(&mut self, (owner, other): (At<Member>, At<Member>)) -> Result<(), Undecided> {
        let (into, from) = (self.effects.members.key(owner), self.effects.members.key(other));
        let open = self.rows::<HoldTimeouts>(timeouts(from.program, from.member), ITEMS_PER_COMMAND_MAX)?;
        few::<HoldTimeouts>(&open)?;
        for (key, ()) in open {
            self.put::<HoldTimeouts>(key, None);
            self.put::<HoldTimeouts>(HoldTimeoutKey { member: into.member, ..key }, Some(()));
            self.effects.members[owner].due_by(key.at);
            let request = self.request_key(key.request);
            if let Some(mut hold) = self.row::<Holds>(&request)? {
                hold.member = into.member;
                self.put::<Holds>(request, Some(hold));
            }
        }
        Ok(())
    }

    /// The other's record leads to the member; what was counted toward a tier counts there.
    fn merge_record(&mut self, (owner, other): (At<Member>, At<Member>)) -> Result<(), Undecided> {
        if let Some(membership) = self.membership(other) {
            self.leave(other, membership)?;
        }
        let into = self.effects.members.key(owner).member;
        let record = &mut self.effects.members[other];
        record.accounts.clear();
        record.next_due = None;
        let more = record.more_mut();
        more.merged_into = Some(into);
        more.tier = None;
        more.warned.clear();
        for part in std::mem::take(&mut more.counted) {
            self.count(owner, (part.point_type, part.day), part.points)?;
        }
        self.promote(owner)
    }

    /// An item that came with a merge, where it is now. `None` where the member has it no more.
    fn merged_item(&mut self, owner: At<Member>, item: &MergedItem) -> Result<Option<Open>, Undecided> {
        let account = self.effects.members.key(owner).account(item.point_type);
        if let Some(position) = item.waited_at {
            let key = ItemKey { account, position };
            if let Some(item) = self.row::<Future>(&key)? {
                return Ok(Some(Open { owner, key, waits: true, item }));
            }
        }
        self.find_item(owner, account, item.position)
    }

    /// Refuses to part what stands against points of both.
    fn check_apart(&self, owner: At<Member>, found: &[Open]) -> Result<(), Undecided> {
        for open in found {
            let account = open.key.account;
            let owes = self.effects.members[owner]
                .account(account.point_type)
                .is_some_and(|booked| booked.debt.is_positive() || booked.absorbed.is_positive());
            let is_held = open.item.sums.get(PointState::Held).is_positive();
            if owes || is_held || !self.rows::<Claims>(claim_range(account), 1)?.is_empty() {
                return Err(Rejection::MergeEntangled.into());
            }
        }
        Ok(())
    }

    /// Moves items of one type back.
    fn give_back<'b>(
        &mut self,
        (owner, other): (At<Member>, At<Member>),
        point_type: PointTypeId,
        items: impl Iterator<Item = &'b Open>,
    ) -> Result<(), Undecided> {
        let mut points = Points::ZERO;
        for open in items {
            let item = open.item;
            self.carry(*open, other, true)?;
            add(&mut points, owned(&item)?)?;
            if item.origin.is_none() {
                // as far as the item tells: what was cancelled counts no more
                let gone = fits(item.sums.get(PointState::Cancelled).plus(item.claimed))?;
                let lifetime = fits(item.granted.minus(gone))?.max(Points::ZERO);
                let booked = self.effects.members[owner].account_mut(point_type);
                booked.lifetime = fits(booked.lifetime.minus(lifetime))?;
                let booked = self.effects.members[other].account_mut(point_type);
                booked.lifetime = fits(booked.lifetime.plus(lifetime))?;
            }
        }
        self.tell_merged((other, owner), point_type, points);
        Ok(())
    }
}

fn owned(item: &Item) -> Result<Points, Rejection> {
    let states = PointState::ALL.into_iter().filter(|state| state.is_owned());
    let sum: i128 = states.map(|state| item.sums.get(state)).sum();
    fits(i64::try_from(sum).ok().map(Points))
}

fn key_range(account: AccountKey) -> std::ops::Range<ItemKey> {
    ItemKey { account, position: ItemPosition::FIRST }..ItemKey { account, position: ItemPosition::LAST }
}

fn claim_range(account: AccountKey) -> std::ops::Range<ClaimKey> {
    let key = |item, sequence| ClaimKey { account, item, sequence };
    key(ItemPosition::FIRST.id, Sequence(0))..key(ItemPosition::LAST.id, Sequence(u64::MAX))
}

/// Refuses what would touch more rows than one command may.
fn few<T: Table>(rows: &FoundRows<T>) -> Result<(), Rejection> {
    match rows.len() < ITEMS_PER_COMMAND_MAX {
        true => Ok(()),
        false => Err(Rejection::TooManyItems { limit: ITEMS_PER_COMMAND_MAX as u32, points: Points::ZERO }),
    }
}
