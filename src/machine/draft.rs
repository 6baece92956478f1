//! One command being decided: what every rule needs of it. Reads see what the command itself changed before.

use super::effects::{At, Effect, Effects};
use super::view::{FoundRows, Undecided, View};
use crate::domain::tables::Items;
use crate::domain::{
    AHEAD_HOURS_MAX, AccountKey, Action, Block, BlockKey, CatalogKey, Command, Definition, Entry, Fault, Item, ItemKey,
    Link, Member, MemberId, MemberKey, Partner, PartnerId, PartnerKey, PartnerTerms, PointType, PointTypeId, Program,
    ProgramId, ProgramSettings, ProgramStatus, Rejection, RequestId, RequestKey, Sequence, Subject, SubtypeId,
    Timestamp, TypeStatus,
};
use std::ops::Range;

/// One command being decided.
pub(super) struct Draft<'a, V> {
    pub(super) view: &'a V,
    pub(super) id: ProgramId,
    program: Option<&'a Program>,
    /// The member whom the command names first.
    named: Option<MemberId>,
    pub(super) request: RequestId,
    /// Whether the command has a reference text.
    pub(super) says_reference: bool,
    /// When the transaction happened.
    pub(super) transaction_at: Timestamp,
    pub(super) now: Timestamp,
    /// When what is decided takes effect: now, or the instant of what is booked.
    pub(super) at: Timestamp,
    /// Whether what happens at `at` has not all been booked yet: in a booking.
    pub(super) is_booking: bool,
    /// Whether what is due is booked along, untold: in a preview.
    pub(super) books_due: bool,
    pub(super) effects: &'a mut Effects,
}

impl<'a, V: View> Draft<'a, V> {
    /// Begins to decide a command of a caller. The effects are empty.
    pub(super) fn new(
        view: &'a V,
        command: &Command,
        now: Timestamp,
        effects: &'a mut Effects,
    ) -> Result<Draft<'a, V>, Undecided> {
        let mut draft = Draft::of(view, command.program, now, effects);
        draft.request = command.request_id;
        draft.says_reference = command.reference.is_some();
        draft.named = command.action.member();
        if draft.program.is_none() && !founds_program(command) {
            return Err(Rejection::ProgramUnknown.into());
        }
        if draft.program.is_some() && founds_program(command) {
            return Err(Rejection::ProgramExists.into());
        }
        draft.transaction_at = dated(command, now)?;
        Ok(draft)
    }

    /// The same, with what is due booked along.
    pub(super) fn with_due_booked(self) -> Draft<'a, V> {
        Draft { books_due: true, ..self }
    }

    /// Begins to book what is due of a program's subject.
    pub(super) fn booking(
        view: &'a V,
        id: ProgramId,
        subject: Subject,
        now: Timestamp,
        effects: &'a mut Effects,
    ) -> Draft<'a, V> {
        Draft { named: subject.member(), ..Draft::of(view, id, now, effects) }
    }

    fn of(view: &'a V, id: ProgramId, now: Timestamp, effects: &'a mut Effects) -> Draft<'a, V> {
        Draft {
            view,
            id,
            program: view.program(id),
            named: None,
            request: RequestId(0),
            says_reference: false,
            transaction_at: now,
            now,
            at: now,
            is_booking: false,
            books_due: false,
            effects,
        }
    }

    /// The program. A command for one that is not there is refused before.
    pub(super) fn program(&self) -> Result<&'a Program, Rejection> {
        self.program.ok_or(Rejection::ProgramUnknown)
    }

    /// What is set for the whole program.
    pub(super) fn settings(&self) -> Result<&'a ProgramSettings, Rejection> {
        self.program().map(|program| &program.settings)
    }

    /// The newest version of a point type.
    pub(super) fn point_type(&self, id: PointTypeId) -> Result<&'a PointType, Rejection> {
        self.program()?.point_type(id).ok_or(Rejection::PointTypeUnknown { point_type: id })
    }

    /// The newest version of a point type that members may earn and spend (rules D17, E17).
    pub(super) fn usable_type(&self, id: PointTypeId) -> Result<&'a PointType, Rejection> {
        let program = self.program()?;
        if program.settings.status == ProgramStatus::Draft {
            return Err(Rejection::ProgramDraft);
        }
        let point_type = self.point_type(id)?;
        match point_type.status {
            TypeStatus::Active => Ok(point_type),
            TypeStatus::Inactive => Err(Rejection::PointTypeInactive { point_type: id }),
        }
    }

    /// The point type of an account that is there: it has to be known.
    pub(super) fn type_of(&self, account: &AccountKey) -> Result<&'a PointType, Fault> {
        let known = self.program.and_then(|program| program.point_type(account.point_type));
        known.ok_or_else(|| {
            Fault::broken(account.owner().lock(), format!("an account of the unknown type {}", account.point_type))
        })
    }

    /// The subtype of an award: that of the program where it names none (rule D16).
    pub(super) fn subtype(&self, named: SubtypeId) -> Result<SubtypeId, Rejection> {
        let program = self.program()?;
        match named {
            SubtypeId(0) => Ok(program.default_subtype),
            known if program.subtypes.is_empty() || program.subtypes.contains_key(&known) => Ok(known),
            subtype => Err(Rejection::SubtypeUnknown { subtype }),
        }
    }

    /// Adds the next version of a definition.
    pub(super) fn define(&mut self, id: u32, version: u32, definition: Definition) {
        let key: CatalogKey = definition.key(self.id, id, version);
        self.effects.definitions.push((key, definition));
    }

    pub(super) fn member_key(&self, member: MemberId) -> MemberKey {
        MemberKey { program: self.id, member }
    }

    /// A member, whatever is due. The id of one who was merged leads to the member who stayed.
    pub(super) fn member_as_booked(&mut self, id: MemberId) -> Result<Option<At<Member>>, Undecided> {
        let mut found = self.member_record(id)?;
        while let Some(at) = found {
            let merged_into = self.effects.members[at].more.as_ref().and_then(|more| more.merged_into);
            let Some(id) = merged_into else { break };
            found = self.member_record(id)?;
        }
        Ok(found)
    }

    /// A member by the record of this very id, whether or not it leads elsewhere.
    pub(super) fn member_record(&mut self, id: MemberId) -> Result<Option<At<Member>>, Undecided> {
        let key = self.member_key(id);
        if let Some(at) = self.effects.members.find(&key) {
            return Ok(Some(at));
        }
        let Some(member) = self.view.member(key)? else { return Ok(None) };
        let due = member.next_due;
        Ok(Some(self.effects.members.load_due(key, member, due)))
    }

    /// A member that has to be there.
    pub(super) fn known_member(&mut self, id: MemberId) -> Result<At<Member>, Undecided> {
        Ok(self.member(id)?.ok_or(Rejection::MemberUnknown)?)
    }

    /// Enrols a member.
    pub(super) fn create_member(&mut self, id: MemberId) -> At<Member> {
        let key = self.member_key(id);
        self.effects.members.create(key, Member::new(self.now))
    }

    /// Makes this the newest entry in a member's chain.
    pub(super) fn link_member(&mut self, at: At<Member>) {
        let id = self.effects.members.key(at).member;
        let subject = Subject::Member(if self.named == Some(id) { MemberId::OWN } else { id });
        let member = &mut self.effects.members[at];
        let previous = std::mem::replace(&mut member.last_sequence, Sequence::OWN);
        if previous != Sequence::OWN {
            self.effects.link(Link { subject, previous });
        }
    }

    /// How a leg or a balance names a member: the entry's first one is not written out.
    pub(super) fn shown_member(&self, at: At<Member>) -> MemberId {
        let id = self.effects.members.key(at).member;
        let linked = || self.effects.links.iter().find_map(|link| link.subject.member());
        if self.named.or_else(linked) == Some(id) { MemberId::OWN } else { id }
    }

    /// Puts the balance of a member's account into the receipt.
    pub(super) fn tell_balance(&mut self, at: At<Member>, point_type: PointTypeId) -> Result<(), Undecided> {
        let key = self.effects.members.key(at);
        let class = self.type_of(&key.account(point_type))?.class;
        let account = self.effects.members[at].account(point_type);
        let balance = account.map(|account| account.balance(self.shown_member(at), class));
        self.effects.balances.extend(balance);
        Ok(())
    }

    pub(super) fn partner_key(&self, partner: PartnerId) -> PartnerKey {
        PartnerKey { program: self.id, partner }
    }

    /// The newest terms of a partner that is there.
    pub(super) fn terms(&self, at: At<Partner>) -> Result<&'a PartnerTerms, Fault> {
        let key = self.effects.partners.key(at);
        let known = self.program.and_then(|program| program.terms(key.partner));
        known.ok_or_else(|| Fault::broken(key.lock(), "it has no terms"))
    }

    /// The terms under which an entry was recorded, with their version.
    pub(super) fn terms_at(&self, at: At<Partner>, sequence: Sequence) -> Result<(u32, &'a PartnerTerms), Fault> {
        let key = self.effects.partners.key(at);
        let versions = self.program.and_then(|program| program.partners.get(&key.partner));
        let known = versions.and_then(|versions| versions.newest_where(|terms| terms.since <= sequence));
        known.ok_or_else(|| Fault::broken(key.lock(), format!("it had no terms at entry {sequence}")))
    }

    /// A partner, whatever is due.
    pub(super) fn partner_as_booked(&mut self, id: PartnerId) -> Result<Option<At<Partner>>, Undecided> {
        let key = self.partner_key(id);
        if let Some(at) = self.effects.partners.find(&key) {
            return Ok(Some(at));
        }
        let Some(partner) = self.view.partner(key)? else { return Ok(None) };
        let due = partner.next_due;
        Ok(Some(self.effects.partners.load_due(key, partner, due)))
    }

    /// Makes this the newest entry in the chain of commands about a partner.
    pub(super) fn link_partner(&mut self, at: At<Partner>) {
        let subject = Subject::Partner(self.effects.partners.key(at).partner);
        let partner = &mut self.effects.partners[at];
        let previous = std::mem::replace(&mut partner.last_sequence, Sequence::OWN);
        if previous != Sequence::OWN {
            self.effects.link(Link { subject, previous });
        }
    }

    /// A block, if the partner has it.
    pub(super) fn block(&mut self, key: BlockKey) -> Result<Option<At<Block>>, Undecided> {
        if let Some(at) = self.effects.blocks.find(&key) {
            return Ok(Some(at));
        }
        Ok(self.view.block(key)?.map(|block| self.effects.blocks.load(key, block)))
    }

    /// A block that another record names.
    pub(super) fn named_block(&mut self, key: BlockKey) -> Result<At<Block>, Undecided> {
        let missing = || Fault::broken(key.owner().lock(), format!("block {} is not there", key.block));
        Ok(self.block(key)?.ok_or_else(missing)?)
    }

    /// A row, as this command has it.
    pub(super) fn row<T: Effect>(&self, key: &T::Key) -> Result<Option<T::Value>, Undecided> {
        match T::of(&self.effects.rows).get(key) {
            Some(row) => Ok(row.clone()),
            None => self.view.row::<T>(key),
        }
    }

    /// A matured item, as this command has it.
    pub(super) fn item(&self, key: &ItemKey) -> Result<Option<Item>, Undecided> {
        match Items::of(&self.effects.rows).get(key) {
            Some(item) => Ok(*item),
            None => self.view.item(key),
        }
    }

    /// Up to `limit` rows of a range in order, as this command has them.
    pub(super) fn rows<T: Effect>(&self, range: Range<T::Key>, limit: usize) -> Result<FoundRows<T>, Undecided> {
        let limit_known = self.limit_known::<T>(&range, limit);
        let known = self.view.rows::<T>(range.clone(), limit_known)?;
        Ok(self.as_changed::<T>(known, limit_known, range, limit))
    }

    /// Up to `limit` matured items of an account, in the order of use, as this command has them.
    pub(super) fn items(&self, range: Range<ItemKey>, limit: usize) -> Result<FoundRows<Items>, Undecided> {
        let limit_known = self.limit_known::<Items>(&range, limit);
        let known = self.view.items(range.clone(), limit_known)?;
        Ok(self.as_changed::<Items>(known, limit_known, range, limit))
    }

    /// How many rows of the view give `limit` of this command: those that it deleted are read for nothing.
    fn limit_known<T: Effect>(&self, range: &Range<T::Key>, limit: usize) -> usize {
        let written = T::of(&self.effects.rows).iter();
        let deleted = written.filter(|(key, row)| row.is_none() && range.contains(key)).count();
        limit.saturating_add(deleted)
    }

    /// Lays what this command changed over rows of the view.
    fn as_changed<T: Effect>(
        &self,
        known: FoundRows<T>,
        limit_known: usize,
        range: Range<T::Key>,
        limit: usize,
    ) -> FoundRows<T> {
        let written = T::of(&self.effects.rows);
        if written.is_empty() {
            return known;
        }
        let end = known.last().map(|(key, _)| *key).filter(|_| known.len() >= limit_known);
        let mut rows: FoundRows<T> = known.into_iter().filter(|(key, _)| written.get(key).is_none()).collect();
        let changed = written.range(&range).into_iter().filter(|(key, _)| end.is_none_or(|end| *key <= end));
        rows.extend(changed.filter_map(|(key, row)| Some((key, row.clone()?))));
        rows.sort_by_key(|(key, _)| *key);
        rows.truncate(limit);
        rows
    }

    /// Writes a row; `None` deletes it.
    pub(super) fn put<T: Effect>(&mut self, key: T::Key, row: Option<T::Value>) {
        T::of_mut(&mut self.effects.rows).put(key, row);
    }

    pub(super) fn request_key(&self, request: RequestId) -> RequestKey {
        RequestKey { program: self.id, request }
    }

    /// An entry of the journal.
    pub(super) fn entry(&self, sequence: Sequence) -> Result<Entry, Undecided> {
        self.view.entry(sequence)
    }
}

/// Whether a command creates its program.
fn founds_program(command: &Command) -> bool {
    matches!(command.action, Action::CreateProgram(_))
}

/// When the command's transaction happened.
pub(super) fn dated(command: &Command, now: Timestamp) -> Result<Timestamp, Rejection> {
    let latest = now.saturating_add_hours(AHEAD_HOURS_MAX);
    match command.transaction_at {
        Some(at) if at > latest => Err(Rejection::TransactionAhead { latest }),
        at => Ok(at.unwrap_or(now)),
    }
}

/// A sum that must fit in 64 bits.
pub(super) fn fits<T>(sum: Option<T>) -> Result<T, Rejection> {
    sum.ok_or(Rejection::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Enrol;

    #[test]
    fn a_transaction_is_dated_a_day_ahead_at_most() {
        let now = Timestamp::from_ms(1_000_000_000_000).unwrap();
        let command = Command::new(ProgramId(1), RequestId(1), Enrol { member: MemberId(1) });
        assert_eq!(dated(&command, now), Ok(now));
        let day = 24 * 3_600_000;
        let at = |ms| {
            dated(&command.clone().at(Timestamp::from_ms(now.ms() + ms).unwrap()), now).map(|at| at.ms() - now.ms())
        };
        assert_eq!([-day, -1, 0, 1, day].map(at), [-day, -1, 0, 1, day].map(Ok));
        let latest = Timestamp::from_ms(now.ms() + day).unwrap();
        assert_eq!([day + 1, 90 * day].map(at), [Err(Rejection::TransactionAhead { latest }); 2]);
    }
}
