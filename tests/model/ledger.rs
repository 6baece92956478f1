//! The plain model: what the rules say, written a second time, on flat maps, with no storage and no shortcuts. It
//! shares the words of `domain` with the engine and nothing else. Slow and simple on purpose.

use super::member::{Given, Handle, Item, Log, Member};
use super::partner::{ModelPartner, Payer};
use super::points::in_points;
use super::rules::Rules;
use super::sources::ModelSource;
use super::trade::{Bought, Cancelling, Trade};
use super::wellformed::malformed;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What the model says becomes of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// It is not well formed: an error, and time does not move.
    Malformed,
    /// The receipt of the first command with this request id, and what was cancelled of it since.
    Replayed(Vec<Points>),
    Done(Done),
    Refused(Rejection),
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Done {
    /// Of whose points, what.
    pub(crate) logs: BTreeMap<MemberId, Log>,
    /// The balances that the receipt tells, in order.
    pub(crate) balances: Vec<Balance>,
    /// What is told of each partner.
    pub(crate) partners: BTreeMap<PartnerId, Vec<Leg>>,
    /// What became of sources, in order.
    pub(crate) of_sources: Vec<Leg>,
    /// What is told of merchants.
    pub(crate) trade: Vec<Leg>,
    /// Whose statements show it.
    pub(crate) linked: BTreeSet<MemberId>,
}

/// What a command did, as far as it can be cancelled.
#[derive(Debug, Clone)]
pub(super) enum Transaction {
    Accrual {
        member: MemberId,
        payers: Vec<Payer>,
        awards: Vec<Given>,
        /// On which day it counts.
        day: i64,
        body: Rc<Accrue>,
    },
    /// A redemption or a capture: items, and points of them that are still redeemed by it.
    Spending {
        member: MemberId,
        points: i64,
        cancelled: i64,
        parts: Vec<(Handle, i64)>,
        /// What it took beyond, less what was taken back.
        overdraft: i64,
        types: BTreeSet<PointTypeId>,
    },
    /// The giver's items, the receiver's, and points that are still moved.
    Transfer {
        from: MemberId,
        to: MemberId,
        point_type: PointTypeId,
        points: i64,
        cancelled: i64,
        moved: Vec<(Handle, Handle, i64)>,
    },
    Purchase(Bought),
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: Timestamp,
    /// Whether its clock stands still, whatever the commands are dated.
    pub(crate) stands: bool,
    pub(crate) rules: Rules,
    pub(crate) partners: BTreeMap<PartnerId, ModelPartner>,
    pub(crate) members: BTreeMap<MemberId, Member>,
    /// Who was merged into whom, and with which items.
    pub(super) merges: BTreeMap<(MemberId, MemberId), Vec<Handle>>,
    /// Who was merged once, if only for a while.
    pub(super) were_merged: BTreeSet<MemberId>,
    pub(crate) sources: BTreeMap<SourceId, ModelSource>,
    /// What the command under way tells of sources.
    pub(super) told_of_sources: Vec<Leg>,
    pub(crate) trade: Trade,
    pub(super) done: BTreeMap<RequestId, Rc<(Command, Transaction)>>,
    /// Requests whose references were erased.
    erased: BTreeSet<RequestId>,
    /// What the command that is decided tells, and in whose statements it is.
    pub(super) told: Vec<Balance>,
    pub(super) linked: BTreeSet<MemberId>,
    /// How many commands it was asked.
    pub(super) serial: u64,
}

pub(super) type Effect = Result<Transaction, Rejection>;

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            now: Timestamp::MIN,
            stands: false,
            rules: Rules::default(),
            partners: BTreeMap::new(),
            members: BTreeMap::new(),
            merges: BTreeMap::new(),
            were_merged: BTreeSet::new(),
            sources: BTreeMap::new(),
            told_of_sources: Vec::new(),
            trade: Trade::default(),
            done: BTreeMap::new(),
            erased: BTreeSet::new(),
            told: Vec::new(),
            linked: BTreeSet::new(),
            serial: 0,
        }
    }

    pub(crate) fn execute(&mut self, command: &Command) -> Expected {
        self.linked.clear();
        if malformed(command) {
            return Expected::Malformed;
        }
        if !self.stands {
            self.advance(command.transaction_at.unwrap_or(self.now));
        }
        match self.done.get(&command.request_id) {
            Some(first) if self.repeats(&first.0, command) => return Expected::Replayed(cancelled(&first.1)),
            Some(_) => return Expected::Refused(Rejection::RequestIdReused { first: Sequence(0) }),
            None => {}
        }
        self.serial += 1;
        let mut next = self.clone();
        next.told.clear();
        next.members.values_mut().for_each(|member| member.log = Log::default());
        next.trade.told.clear();
        match next.decide(command) {
            Ok(transaction) => {
                next.done.insert(command.request_id, Rc::new((command.clone(), transaction)));
                let logs = next.members.iter().filter(|(_, member)| member.log != Log::default());
                let logs = logs.map(|(id, member)| (*id, member.log.clone())).collect();
                let (balances, linked, trade) = (next.told.clone(), next.linked.clone(), next.trade.told.clone());
                let (partners, of_sources) = (next.told_since(self), std::mem::take(&mut next.told_of_sources));
                let done = Done { logs, balances, partners, of_sources, trade, linked };
                // what is due of others is booked later
                next.advance(next.now);
                *self = next;
                Expected::Done(done)
            }
            Err(rejection) => Expected::Refused(rejection),
        }
    }

    /// Whether the command would leave no entry in the journal: it is malformed, or was done before.
    pub(crate) fn is_silent(&self, command: &Command) -> bool {
        malformed(command) || self.done.get(&command.request_id).is_some_and(|first| self.repeats(&first.0, command))
    }

    /// Whether a command asks for the same again. A reference that was erased is equal to any.
    fn repeats(&self, first: &Command, again: &Command) -> bool {
        let any = self.erased.contains(&first.request_id) && first.reference.is_some() && again.reference.is_some();
        let again = if any { &Command { reference: first.reference.clone(), ..again.clone() } } else { again };
        first == again
    }

    /// What a request id did.
    pub(crate) fn done(&self, request: RequestId) -> Option<&Action> {
        self.done.get(&request).map(|first| &first.0.action)
    }

    /// Whose statements the last command is in, and who is named in it.
    pub(crate) fn touched(&self, action: &Action) -> BTreeSet<MemberId> {
        self.linked.iter().copied().chain(action.member()).collect()
    }

    /// Lets time pass: everything matures, times out and expires at its instant.
    pub(crate) fn advance(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
        let now = self.now;
        for member in self.members.values_mut() {
            member.settle(now, &self.rules, None);
        }
        let warning_days = self.rules.program.as_ref().map_or(0, |program| program.block_warning_days);
        for partner in self.partners.values_mut() {
            partner.settle(now, warning_days);
        }
    }

    pub(crate) fn balances(&self, member: MemberId) -> Option<Vec<Balance>> {
        let of = self.members.get(&member)?;
        Some(of.types.iter().map(|point_type| of.balance(*point_type, &self.rules)).collect())
    }

    /// Puts a balance into the receipt.
    pub(super) fn tell(&mut self, member: MemberId, point_type: PointTypeId) {
        let of = &self.members[&member];
        if of.types.contains(&point_type) {
            self.told.push(of.balance(point_type, &self.rules));
        }
    }

    /// The id that a member has now: whoever was merged is part of another.
    pub(super) fn resolve(&self, mut id: MemberId) -> Option<MemberId> {
        while let Some(into) = self.members.get(&id)?.merged_into {
            id = into;
        }
        Some(id)
    }

    pub(super) fn known(&self, id: MemberId) -> Result<MemberId, Rejection> {
        self.resolve(id).ok_or(Rejection::MemberUnknown)
    }

    pub(super) fn member_mut(&mut self, id: MemberId) -> &mut Member {
        self.members.get_mut(&id).expect("it is there")
    }

    /// A member who earns: enrolled by the first points, where the program says so.
    pub(super) fn earner(&mut self, id: MemberId) -> Result<MemberId, Rejection> {
        let program = self.rules.program.as_ref().ok_or(Rejection::ProgramUnknown)?;
        match self.resolve(id) {
            None if program.enrolment == Enrolment::Explicit => Err(Rejection::MemberUnknown),
            None => {
                self.members.insert(id, Member::new(id, self.now));
                Ok(id)
            }
            Some(id) => Ok(id),
        }
    }

    /// Who has an item now.
    pub(super) fn owner(&self, item: Handle) -> MemberId {
        let owner = self.members.iter().find(|(_, member)| member.items.contains_key(&item));
        *owner.expect("items never get lost").0
    }

    /// The owner of an item that is looked for at a member: another one is told of it.
    pub(super) fn find(&mut self, item: Handle, at: MemberId) -> MemberId {
        let owner = self.owner(item);
        if owner != at {
            self.linked.insert(owner);
        }
        owner
    }

    pub(crate) fn item(&self, item: Handle) -> &Item {
        &self.members[&self.owner(item)].items[&item]
    }

    /// What was told of each partner since `before`.
    fn told_since(&self, before: &Model) -> BTreeMap<PartnerId, Vec<Leg>> {
        let mut told = BTreeMap::new();
        for (id, partner) in &self.partners {
            let known = before.partners.get(id).map_or(0, |before| before.legs.len());
            told.insert(*id, partner.legs[known..].to_vec());
        }
        told.retain(|_, legs| !legs.is_empty());
        told
    }

    fn decide(&mut self, command: &Command) -> Effect {
        let at = command.transaction_at.unwrap_or(self.now);
        let latest = self.now.ms() + 24 * 3_600_000;
        let latest = Timestamp::from_ms(latest).unwrap_or(Timestamp::MAX);
        let dated = if at > latest { Err(Rejection::TransactionAhead { latest }) } else { Ok(()) };
        if let Action::CreateProgram(body) = &command.action {
            return match self.rules.program.replace(body.clone()) {
                Some(_) => Err(Rejection::ProgramExists),
                None => dated.map(|()| Transaction::Other),
            };
        }
        if self.rules.program.is_none() {
            return Err(Rejection::ProgramUnknown);
        }
        dated?;
        let (now, zone) = (self.now, self.rules.zone());
        let other = |()| Transaction::Other;
        match &command.action {
            Action::CreatePointType(body) => self.rules.create_point_type(body, now).map(other),
            Action::EditPointType(body) => self.rules.edit_point_type(body, now).map(other),
            Action::CreateSubtype(body) => self.rules.create_subtype(body).map(other),
            Action::ActivateProgram(_) => self.rules.activate().map(other),
            Action::DefineTiers(body) => self.rules.define_tiers(body, now).map(other),
            Action::Enrol(body) => self.enrol(body.member),
            Action::Accrue(body) => {
                let payers: Vec<_> = body.partner.iter().map(|partner| (*partner, 1)).collect();
                self.accrue(command.request_id, &in_points(body)?, &payers, at)
            }
            Action::AccrueShared(body) => {
                let payers: Vec<_> = body.shares.iter().map(|share| (share.partner, share.parts)).collect();
                self.accrue(command.request_id, &in_points(&body.as_accrual())?, &payers, at)
            }
            Action::Redeem(body) => self.redeem(command.request_id, body, at),
            Action::Transfer(body) => self.transfer(body, at),
            Action::HoldPoints(body) => self.hold(command.request_id, body, at),
            Action::Capture(body) => self.capture(body, at),
            Action::Release(body) => self.release(body),
            Action::Cancel(body) => {
                let by = Cancelling { request: command.request_id, at, now };
                self.cancel(body, by, &zone)
            }
            Action::AdjustPoints(body) => self.adjust(body, at),
            Action::SetMemberStatus(body) => self.set_status(body),
            Action::ExtendItems(body) => self.extend(body),
            Action::ReinstateItems(body) => self.reinstate(body),
            Action::EnrolHousehold(body) => self.enrol_household(body),
            Action::JoinHousehold(body) => self.join(body),
            Action::EditMembership(body) => self.edit_membership(body),
            Action::LeaveHousehold(body) => self.leave(body),
            Action::MergeMembers(body) => self.merge(body),
            Action::UnmergeMembers(body) => self.unmerge(body),
            Action::Erase(Erase { transaction: Some(transaction), .. }) => match self.done.contains_key(transaction) {
                true => {
                    self.erased.insert(*transaction);
                    Ok(Transaction::Other)
                }
                false => Err(Rejection::TransactionUnknown),
            },
            _ => self.decide_of_partner(command, at, &zone),
        }
    }

    fn enrol(&mut self, member: MemberId) -> Effect {
        if self.resolve(member).is_some() {
            return Err(Rejection::MemberExists);
        }
        self.members.insert(member, Member::new(member, self.now));
        self.linked.insert(member);
        Ok(Transaction::Other)
    }
}

/// What was cancelled of a transaction, by award, or in one figure; up to the last that something was cancelled of.
fn cancelled(transaction: &Transaction) -> Vec<Points> {
    let mut cancelled = match transaction {
        Transaction::Accrual { awards, .. } => awards.iter().map(|award| Points(award.cancelled)).collect(),
        Transaction::Spending { cancelled, .. } | Transaction::Transfer { cancelled, .. } => vec![Points(*cancelled)],
        Transaction::Purchase(bought) => {
            let award = bought.award.as_ref().map_or(0, |award| award.cancelled);
            vec![Points(award), Points(if bought.returned { bought.spent() } else { 0 })]
        }
        Transaction::Other => Vec::new(),
    };
    while cancelled.pop_if(|points| *points == Points(0)).is_some() {}
    cancelled
}
