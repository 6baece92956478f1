//! The plain model: what the rules say, written a second time, on flat maps, with no storage and no shortcuts. It
//! shares the words of `domain` with the engine and nothing else. Slow and simple on purpose.

use super::member::{Given, Member};
use super::partner::{ModelBlock, ModelPartner};
use accruedb::domain::*;
use std::collections::BTreeMap;
use std::rc::Rc;

#[path = "calendar.rs"]
pub(crate) mod calendar;

/// What the model says becomes of a command.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expected {
    /// It is not well formed: an error, and time does not move.
    Malformed,
    /// The receipt of the first command with this request id.
    Replayed,
    Done(Done),
    Refused(Rejection),
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Done {
    /// The items that were granted, by the member's item number.
    pub(crate) granted: Vec<usize>,
    /// The items that points were redeemed from, and how many.
    pub(crate) redeemed: Vec<(usize, i64)>,
    /// The member's balances of the point types that it touched.
    pub(crate) balances: Vec<Balance>,
    /// What was paid more by each block, or by a post-paid partner; less than 0 where it was given back.
    pub(crate) paid: BTreeMap<Option<BlockId>, i64>,
}

#[derive(Debug, Clone)]
enum Transaction {
    Accrual { member: MemberId, partner: Option<PartnerId>, awards: Vec<Given> },
    Redemption { member: MemberId, points: i64, cancelled: i64, parts: Vec<(usize, i64)> },
    Other,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: Timestamp,
    /// Whether its clock stands still, whatever the commands are dated.
    pub(crate) stands: bool,
    program: Option<CreateProgram>,
    types: BTreeMap<PointTypeId, CreatePointType>,
    pub(crate) partners: BTreeMap<PartnerId, ModelPartner>,
    pub(crate) members: BTreeMap<MemberId, Member>,
    done: BTreeMap<RequestId, Rc<(Command, Transaction)>>,
}

type Effect = Result<(Transaction, Done), Rejection>;

fn done(transaction: Transaction) -> Effect {
    Ok((transaction, Done::default()))
}

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            now: Timestamp::MIN,
            stands: false,
            program: None,
            types: BTreeMap::new(),
            partners: BTreeMap::new(),
            members: BTreeMap::new(),
            done: BTreeMap::new(),
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
            Some(first) if first.0 == *command => return Expected::Replayed,
            Some(_) => return Expected::Refused(Rejection::RequestIdReused { first: Sequence(0) }),
            None => {}
        }
        let mut next = self.clone();
        match next.decide(command) {
            Ok((transaction, done)) => {
                let (balances, paid) = (next.touched_balances(&command.action), next.paid_since(self));
                *self = next;
                self.done.insert(command.request_id, Rc::new((command.clone(), transaction)));
                self.advance(self.now);
                Expected::Done(Done { balances, paid, ..done })
            }
            Err(rejection) => Expected::Refused(rejection),
        }
    }

    /// Whether the command would leave no entry in the journal: it is malformed, or was done before.
    pub(crate) fn is_silent(&self, command: &Command) -> bool {
        malformed(command) || self.done.get(&command.request_id).is_some_and(|first| first.0 == *command)
    }

    /// What a request id did.
    pub(crate) fn done(&self, request: RequestId) -> Option<&Action> {
        self.done.get(&request).map(|first| &first.0.action)
    }

    /// Lets time pass: everything matures and expires at its instant.
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
        let member = self.members.get(&member)?;
        let balance = |point_type: PointTypeId| {
            let sum = |waits: bool| -> i64 {
                let of = member.items.iter().filter(|item| item.point_type == point_type && item.waits == waits);
                of.map(|item| item.left).sum()
            };
            let qualifies = self.types[&point_type].class == PointClass::Qualifying;
            let (matured, debt) = (sum(false), member.debt.get(&point_type).copied().unwrap_or(0));
            Balance {
                point_type,
                available: Points(if qualifies { 0 } else { matured } - debt),
                qualifying: Points(if qualifies { matured } else { 0 }),
                future: Points(sum(true)),
                held: Points(0),
                debt: Points(debt),
                lifetime: Points(member.lifetime[&point_type]),
            }
        };
        Some(member.lifetime.keys().map(|point_type| balance(*point_type)).collect())
    }

    /// The balances of the member and the point types that an action touches.
    fn touched_balances(&self, action: &Action) -> Vec<Balance> {
        let (member, types) = match action {
            Action::Accrue(body) => (body.member, body.awards.iter().map(|award| award.point_type).collect()),
            Action::Redeem(body) => (body.member, vec![body.point_type]),
            Action::Cancel(body) => {
                return self.done(body.request).map_or(Vec::new(), |first| self.touched_balances(first));
            }
            _ => return Vec::new(),
        };
        let mut balances = self.balances(member).unwrap_or_default();
        balances.retain(|balance| types.contains(&balance.point_type));
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
                None => dated.and_then(|()| done(Transaction::Other)),
            };
        }
        let Some(program) = self.program.clone() else { return Err(Rejection::ProgramUnknown) };
        dated?;
        match &command.action {
            Action::CreatePointType(body) => {
                let limit = program.point_types_max.unwrap_or(8);
                let full = self.types.len() >= usize::from(limit);
                match self.types.insert(body.point_type, body.clone()) {
                    Some(_) => Err(Rejection::PointTypeExists { point_type: body.point_type }),
                    None if full => Err(Rejection::PointTypeLimit { limit }),
                    None => done(Transaction::Other),
                }
            }
            Action::CreatePartner(body) => {
                for point_type in body.rates.keys() {
                    self.point_type(*point_type)?;
                }
                let partner = ModelPartner { terms: body.clone(), blocks: BTreeMap::new(), debited: 0 };
                match self.partners.insert(body.partner, partner) {
                    Some(_) => Err(Rejection::PartnerExists { partner: body.partner }),
                    None => done(Transaction::Other),
                }
            }
            Action::PurchaseBlock(body) => self.purchase(body, at, &program.zone),
            Action::ApproveBlock(body) => self.approve(body),
            Action::Enrol(body) => {
                let member = Member { enrolled_at: Some(self.now), ..Member::default() };
                match self.members.insert(body.member, member) {
                    Some(_) => Err(Rejection::MemberExists),
                    None => done(Transaction::Other),
                }
            }
            Action::Accrue(body) => self.accrue(body, at, &program),
            Action::Redeem(body) => self.redeem(body),
            Action::Cancel(body) => self.cancel(body),
            Action::CreateProgram(_) | Action::BookDue(_) => unreachable!("answered before"),
        }
    }

    fn point_type(&self, point_type: PointTypeId) -> Result<&CreatePointType, Rejection> {
        self.types.get(&point_type).ok_or(Rejection::PointTypeUnknown { point_type })
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
        done(Transaction::Other)
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
        done(Transaction::Other)
    }

    fn accrue(&mut self, body: &Accrue, at: Timestamp, program: &CreateProgram) -> Effect {
        for award in &body.awards {
            self.point_type(award.point_type)?;
        }
        if let Some(partner) = body.partner.filter(|partner| !self.partners.contains_key(partner)) {
            return Err(Rejection::PartnerUnknown { partner });
        }
        if !self.members.contains_key(&body.member) && program.enrolment == Enrolment::Explicit {
            return Err(Rejection::MemberUnknown);
        }
        let now = self.now;
        let types = self.types.clone();
        let member = self.members.entry(body.member).or_default();
        member.enrolled_at.get_or_insert(now);
        let mut awards = Vec::new();
        for (award, place) in body.awards.iter().zip(0u16..) {
            let kind = &types[&award.point_type];
            let start = match award.start {
                Start::At(instant) => instant,
                Start::After(span) if kind.class == PointClass::Redeemable => {
                    calendar::after(span, at, &program.zone).ok_or(Rejection::Overflow)?
                }
                Start::After(_) | Start::Transaction => at,
            };
            let from = if kind.class == PointClass::Qualifying { now } else { start.max(now) };
            let lasts = kind.class == PointClass::Qualifying && kind.expiry == Expiry::Never;
            let until = award.expires.filter(|_| !lasts).unwrap_or(kind.expiry);
            let until = calendar::expiry(until, at, &program.zone).ok_or(Rejection::Overflow)?;
            let never = until.filter(|until| *until <= from);
            if let (Some(expires_at), NeverUsable::Refuse) = (never, program.never_usable) {
                return Err(Rejection::NeverUsable { place, available_from: from, expires_at });
            }
            let granted: i128 = member.of(award.point_type).map(|item| i128::from(item.granted)).sum();
            if granted + i128::from(award.points.0) > i128::from(i64::MAX) {
                return Err(Rejection::Overflow);
            }
            let waits = kind.class == PointClass::Redeemable && (from > now || never.is_some());
            let item = member.grant(award, body.partner, from, until, waits);
            let (point_type, points) = (award.point_type, award.points.0);
            awards.push(Given { item, point_type, points, cancelled: 0, debits: Vec::new() });
        }
        if let Some(id) = body.partner {
            self.partners.get_mut(&id).unwrap().pay(id, &mut awards, now)?;
        }
        let granted = awards.iter().map(|award| award.item).collect();
        let transaction = Transaction::Accrual { member: body.member, partner: body.partner, awards };
        Ok((transaction, Done { granted, ..Done::default() }))
    }

    fn redeem(&mut self, body: &Redeem) -> Effect {
        let kind = self.point_type(body.point_type)?.clone();
        let member = self.members.get_mut(&body.member).ok_or(Rejection::MemberUnknown)?;
        let point_type = body.point_type;
        if kind.class != PointClass::Redeemable {
            return Err(Rejection::NotRedeemable { point_type });
        }
        let available = member.available(point_type) - member.debt.get(&point_type).copied().unwrap_or(0);
        if body.points.0 > available {
            let short = Points(body.points.0 - available);
            return Err(Rejection::InsufficientPoints { point_type, available: Points(available), short });
        }
        let parts = member.take(&kind, body.points.0);
        for (item, points) in &parts {
            member.items[*item].redeemed += points;
        }
        let done = Done { redeemed: parts.clone(), ..Done::default() };
        Ok((Transaction::Redemption { member: body.member, points: body.points.0, cancelled: 0, parts }, done))
    }

    fn cancel(&mut self, body: &Cancel) -> Effect {
        let Some(original) = self.done.get(&body.request).cloned() else {
            return Err(Rejection::TransactionUnknown);
        };
        let (command, mut transaction) = Rc::unwrap_or_clone(original);
        match &mut transaction {
            Transaction::Other => return Err(Rejection::NotCancellable),
            Transaction::Redemption { member, points, cancelled, parts } => {
                let left = *points - *cancelled;
                let back = match body.amount {
                    CancelAmount::Award { .. } => return Err(Rejection::AwardUnknown { awards: 0 }),
                    CancelAmount::Points(points) => points.0,
                    CancelAmount::Whole => left,
                };
                if back > left || back == 0 {
                    return Err(Rejection::CancelExceeds { left: Points(left) });
                }
                *cancelled += back;
                self.members.get_mut(member).unwrap().give_back(parts, back, self.now);
            }
            Transaction::Accrual { member, partner, awards } => {
                let parts = cancelled_parts(&body.amount, awards)?;
                self.members.get_mut(member).unwrap().take_back(&parts, awards, &self.types);
                for (place, points) in &parts {
                    let award = &mut awards[*place];
                    let before = award.cancelled;
                    award.cancelled += points;
                    if let Some(partner) = partner {
                        self.partners.get_mut(partner).unwrap().refund(award, before, self.now);
                    }
                }
            }
        }
        self.done.insert(body.request, Rc::new((command, transaction)));
        done(Transaction::Other)
    }
}

/// Which places, and how many points of each.
fn cancelled_parts(amount: &CancelAmount, awards: &[Given]) -> Result<Vec<(usize, i64)>, Rejection> {
    let unknown = Rejection::AwardUnknown { awards: awards.len() as u16 };
    let left = |place: usize| awards[place].points - awards[place].cancelled;
    let (place, points) = match *amount {
        CancelAmount::Whole => {
            let parts: Vec<_> = (0..awards.len()).map(|at| (at, left(at))).filter(|part| part.1 > 0).collect();
            let none = Rejection::CancelExceeds { left: Points(0) };
            return if parts.is_empty() { Err(none) } else { Ok(parts) };
        }
        CancelAmount::Points(points) if awards.len() == 1 => (0, points.0),
        CancelAmount::Points(_) => return Err(unknown),
        CancelAmount::Award { place, points } => (usize::from(place), points.0),
    };
    if place >= awards.len() {
        return Err(unknown);
    }
    if points > left(place) {
        return Err(Rejection::CancelExceeds { left: Points(left(place)) });
    }
    Ok(vec![(place, points)])
}

/// Whether a command is not well formed: then nothing happens, not even time.
pub(crate) fn malformed(command: &Command) -> bool {
    let bad_span = |span: &Span| !(1..=36_500).contains(&span.count);
    let bad_expiry = |expiry: &Expiry| match expiry {
        Expiry::After(span) => bad_span(span),
        Expiry::On(date) => ["9999-12-30", "9999-12-31"].contains(&date.to_string().as_str()),
        Expiry::Never | Expiry::At(_) => false,
    };
    let bad_award = |award: &Award| {
        award.points.0 <= 0
            || matches!(&award.start, Start::After(span) if bad_span(span))
            || award.expires.as_ref().is_some_and(bad_expiry)
    };
    let bad_text = |text: &str| text.len() > 128 || text.chars().any(char::is_control);
    let bad_action = match &command.action {
        Action::CreateProgram(body) => body.point_types_max.is_some_and(|max| max == 0 || max > 256),
        Action::CreatePointType(body) => bad_expiry(&body.expiry),
        Action::Accrue(body) => !(1..=64).contains(&body.awards.len()) || body.awards.iter().any(bad_award),
        Action::Redeem(body) => body.points.0 <= 0,
        Action::PurchaseBlock(body) => body.points.0 <= 0 || bad_expiry(&body.expires),
        Action::Cancel(body) => match body.amount {
            CancelAmount::Whole => false,
            CancelAmount::Points(points) | CancelAmount::Award { points, .. } => points.0 <= 0,
        },
        Action::BookDue(_) => true,
        Action::CreatePartner(_) | Action::ApproveBlock(_) | Action::Enrol(_) => false,
    };
    command.request_id == RequestId(0) || command.reference.as_deref().is_some_and(bad_text) || bad_action
}
