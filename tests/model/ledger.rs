//! The plain model: what the rules say, written a second time, on flat maps, with no storage and no shortcuts. It
//! shares the words of `domain` with the engine and nothing else. Slow and simple on purpose.

use super::calendar;
use super::member::{Given, Log, Member};
use super::partner::{ModelBlock, ModelPartner};
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
    /// The balances of the members and point types that it touched.
    pub(crate) balances: Vec<Balance>,
    /// What was paid more by each block, or by a post-paid partner; less than 0 where it was given back.
    pub(crate) paid: BTreeMap<Option<BlockId>, i64>,
    /// What is told of merchants.
    pub(crate) trade: Vec<Leg>,
}

/// What a command did, as far as it can be cancelled.
#[derive(Debug, Clone)]
pub(super) enum Transaction {
    Accrual {
        member: MemberId,
        partner: Option<PartnerId>,
        awards: Vec<Given>,
    },
    /// A redemption or a capture: items, and points of them that are still redeemed by it.
    Spending {
        member: MemberId,
        points: i64,
        cancelled: i64,
        parts: Vec<(usize, i64)>,
    },
    /// The giver's items, the receiver's, and points that are still moved.
    Transfer {
        from: MemberId,
        to: MemberId,
        point_type: PointTypeId,
        points: i64,
        cancelled: i64,
        moved: Vec<(usize, usize, i64)>,
    },
    Purchase(Bought),
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: Timestamp,
    /// Whether its clock stands still, whatever the commands are dated.
    pub(crate) stands: bool,
    program: Option<CreateProgram>,
    pub(super) types: BTreeMap<PointTypeId, CreatePointType>,
    pub(crate) partners: BTreeMap<PartnerId, ModelPartner>,
    pub(crate) members: BTreeMap<MemberId, Member>,
    pub(crate) trade: Trade,
    pub(super) done: BTreeMap<RequestId, Rc<(Command, Transaction)>>,
    /// Requests whose references were erased.
    erased: BTreeSet<RequestId>,
}

pub(super) type Effect = Result<Transaction, Rejection>;

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            now: Timestamp::MIN,
            stands: false,
            program: None,
            types: BTreeMap::new(),
            partners: BTreeMap::new(),
            members: BTreeMap::new(),
            trade: Trade::default(),
            done: BTreeMap::new(),
            erased: BTreeSet::new(),
        }
    }

    pub(crate) fn execute(&mut self, command: &Command) -> Expected {
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
        let mut next = self.clone();
        next.members.values_mut().for_each(|member| member.log = Log::default());
        next.trade.told.clear();
        match next.decide(command) {
            Ok(transaction) => {
                // what is granted too late to be used is gone at once
                next.advance(next.now);
                next.done.insert(command.request_id, Rc::new((command.clone(), transaction)));
                let logs = next.members.iter().filter(|(_, member)| member.log != Log::default());
                let logs = logs.map(|(id, member)| (*id, member.log.clone())).collect();
                let (paid, trade) = (next.paid_since(self), next.trade.told.clone());
                let done = Done { logs, balances: next.touched_balances(&command.action), paid, trade };
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

    /// Lets time pass: everything matures, times out and expires at its instant.
    pub(crate) fn advance(&mut self, to: Timestamp) {
        self.now = self.now.max(to);
        let now = self.now;
        for member in self.members.values_mut() {
            member.settle(now);
        }
        for block in self.partners.values_mut().flat_map(|partner| partner.blocks.values_mut()) {
            if block.approved && block.until.is_some_and(|until| until <= now) {
                block.left = 0;
            }
        }
    }

    pub(crate) fn balances(&self, member: MemberId) -> Option<Vec<Balance>> {
        let of = self.members.get(&member)?;
        let balance = |point_type: &PointTypeId| {
            let class = self.types[point_type].class;
            let (matured, debt) = (of.sum(*point_type, PointState::Matured), of.debt(*point_type));
            Balance {
                member,
                point_type: *point_type,
                available: Points(if class == PointClass::Qualifying { 0 } else { matured } - debt),
                qualifying: Points(if class == PointClass::Redeemable { 0 } else { matured }),
                future: Points(of.sum(*point_type, PointState::Future)),
                held: Points(of.sum(*point_type, PointState::Held)),
                debt: Points(debt),
                lifetime: Points(of.lifetime.get(point_type).copied().unwrap_or_default()),
            }
        };
        Some(of.types.iter().map(balance).collect())
    }

    /// The members that a transaction is about, each with the point types that it touches.
    pub(crate) fn touched(&self, action: &Action) -> Vec<(MemberId, Vec<PointTypeId>)> {
        match action {
            Action::Enrol(body) => vec![(body.member, Vec::new())],
            Action::Accrue(body) => vec![(body.member, body.awards.iter().map(|award| award.point_type).collect())],
            Action::Redeem(body) => vec![(body.member, vec![body.point_type])],
            Action::RecordPurchase(body) => vec![(body.member, vec![body.point_type])],
            Action::SpendAt(body) => vec![(body.member, vec![body.point_type])],
            Action::CreditMember(body) => vec![(body.member, vec![body.point_type])],
            Action::SetParticipant(body) => vec![(body.member, Vec::new())],
            Action::SignUp(body) => vec![(body.member, Vec::new())],
            Action::HoldPoints(body) => vec![(body.member, vec![body.point_type])],
            Action::Transfer(body) => vec![(body.member, vec![body.point_type]), (body.to, vec![body.point_type])],
            Action::Capture(Capture { hold, .. }) | Action::Release(Release { hold, .. }) => {
                self.done(*hold).map_or(Vec::new(), |hold| self.touched(hold))
            }
            Action::Cancel(body) => self.done(body.request).map_or(Vec::new(), |first| self.touched(first)),
            _ => Vec::new(),
        }
    }

    /// The balances of the members and the point types that an action touches.
    fn touched_balances(&self, action: &Action) -> Vec<Balance> {
        let mut balances = Vec::new();
        for (member, types) in self.touched(action) {
            let all = self.balances(member).unwrap_or_default();
            balances.extend(all.into_iter().filter(|balance| types.contains(&balance.point_type)));
        }
        balances
    }

    /// What each block and each post-paid partner paid so far.
    fn paid(&self) -> BTreeMap<(PartnerId, Option<BlockId>), i64> {
        let mut paid = BTreeMap::new();
        for (id, partner) in &self.partners {
            if partner.terms.billing == Billing::PostPaid {
                paid.insert((*id, None), partner.debited);
            }
            paid.extend(partner.blocks.iter().map(|(block, state)| ((*id, Some(*block)), state.debited)));
        }
        paid
    }

    /// What was paid since `before`. One command has one partner.
    fn paid_since(&self, before: &Model) -> BTreeMap<Option<BlockId>, i64> {
        let mut paid = self.paid();
        for (payer, points) in before.paid() {
            *paid.entry(payer).or_default() -= points;
        }
        paid.retain(|_, points| *points != 0);
        paid.into_iter().map(|((_, block), points)| (block, points)).collect()
    }

    fn decide(&mut self, command: &Command) -> Effect {
        let at = command.transaction_at.unwrap_or(self.now);
        let latest = self.now.ms() + 24 * 3_600_000;
        let latest = Timestamp::from_ms(latest).unwrap_or(Timestamp::MAX);
        let dated = if at > latest { Err(Rejection::TransactionAhead { latest }) } else { Ok(()) };
        if let Action::CreateProgram(body) = &command.action {
            return match self.program.replace(body.clone()) {
                Some(_) => Err(Rejection::ProgramExists),
                None => dated.map(|()| Transaction::Other),
            };
        }
        let Some(program) = self.program.clone() else { return Err(Rejection::ProgramUnknown) };
        dated?;
        match &command.action {
            Action::CreatePointType(body) => self.create_point_type(body, &program),
            Action::CreatePartner(body) => self.create_partner(body),
            Action::PurchaseBlock(body) => self.purchase(body, at, &program.zone),
            Action::ApproveBlock(body) => self.approve(body),
            Action::Enrol(body) => match self.members.insert(body.member, Member::default()) {
                Some(_) => Err(Rejection::MemberExists),
                None => Ok(Transaction::Other),
            },
            Action::Accrue(body) => self.accrue(body, at, &program),
            Action::Redeem(body) => self.redeem(body),
            Action::Transfer(body) => self.transfer(body, &program),
            Action::HoldPoints(body) => self.hold(command.request_id, body, at, &program.zone),
            Action::Capture(body) => self.capture(body),
            Action::Release(body) => self.release(body),
            Action::Cancel(body) => {
                let by = Cancelling { request: command.request_id, at, now: self.now };
                self.cancel(body, by)
            }
            Action::Erase(Erase { transaction: Some(transaction), .. }) => match self.done.contains_key(transaction) {
                true => {
                    self.erased.insert(*transaction);
                    Ok(Transaction::Other)
                }
                false => Err(Rejection::TransactionUnknown),
            },
            _ => self.decide_trade(command, at, &program),
        }
    }

    /// The program's zone, if there is a program.
    pub(crate) fn zone(&self) -> Option<Zone> {
        self.program.as_ref().map(|program| program.zone.clone())
    }

    pub(super) fn point_type(&self, point_type: PointTypeId) -> Result<&CreatePointType, Rejection> {
        self.types.get(&point_type).ok_or(Rejection::PointTypeUnknown { point_type })
    }

    fn create_point_type(&mut self, body: &CreatePointType, program: &CreateProgram) -> Effect {
        let limit = program.point_types_max.unwrap_or(8);
        let full = self.types.len() >= usize::from(limit);
        match self.types.insert(body.point_type, body.clone()) {
            Some(_) => Err(Rejection::PointTypeExists { point_type: body.point_type }),
            None if full => Err(Rejection::PointTypeLimit { limit }),
            None => Ok(Transaction::Other),
        }
    }

    fn create_partner(&mut self, body: &CreatePartner) -> Effect {
        for point_type in body.rates.keys() {
            self.point_type(*point_type)?;
        }
        let partner = ModelPartner { terms: body.clone(), blocks: BTreeMap::new(), debited: 0 };
        match self.partners.insert(body.partner, partner) {
            Some(_) => Err(Rejection::PartnerExists { partner: body.partner }),
            None => Ok(Transaction::Other),
        }
    }

    fn purchase(&mut self, body: &PurchaseBlock, at: Timestamp, zone: &Zone) -> Effect {
        let partner = self.partners.get_mut(&body.partner);
        let partner = partner.ok_or(Rejection::PartnerUnknown { partner: body.partner })?;
        if partner.terms.billing == Billing::PostPaid {
            return Err(Rejection::PartnerPostPaid { partner: body.partner });
        }
        if partner.blocks.contains_key(&body.block) {
            return Err(Rejection::BlockExists { block: body.block });
        }
        let starts_at = body.starts_at.unwrap_or(at);
        let until = calendar::expiry(body.expires, at, zone).ok_or(Rejection::Overflow)?;
        if let Some(expires_at) = until.filter(|until| *until <= starts_at.max(self.now)) {
            return Err(Rejection::BlockExpired { block: body.block, expires_at });
        }
        let bought = partner.blocks.len();
        let block = ModelBlock { left: body.points.0, debited: 0, approved: false, starts_at, until, bought };
        partner.blocks.insert(body.block, block);
        Ok(Transaction::Other)
    }

    fn approve(&mut self, body: &ApproveBlock) -> Effect {
        let partner = self.partners.get_mut(&body.partner);
        let partner = partner.ok_or(Rejection::PartnerUnknown { partner: body.partner })?;
        if partner.terms.billing == Billing::PostPaid {
            return Err(Rejection::PartnerPostPaid { partner: body.partner });
        }
        let block = partner.blocks.get_mut(&body.block).ok_or(Rejection::BlockUnknown { block: body.block })?;
        if block.approved {
            return Err(Rejection::BlockNotPending { block: body.block });
        }
        if let Some(expires_at) = block.until.filter(|until| *until <= self.now) {
            return Err(Rejection::BlockExpired { block: body.block, expires_at });
        }
        block.approved = true;
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
