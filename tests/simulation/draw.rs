//! A seed becomes a world and its history. Each seed switches features on and off, and turns others up, so that what
//! is rare together in an average history is common in some.

use crate::model::history::next;
use crate::model::ledger::calendar::{ZONES, after};
use accruedb::domain::*;
use accruedb::storage::memory::{Call, Trouble};

pub(super) const DAY: i64 = 86_400_000;
pub(super) const PROGRAMS: [ProgramId; 2] = [ProgramId(7), ProgramId(8)];
/// Names that histories use, with a neighbour on each side.
pub(super) const MEMBERS: std::ops::RangeInclusive<u128> = 99..=106;
pub(super) const PARTNERS: std::ops::RangeInclusive<u32> = 0..=4;

/// A planned fault: the call of the kind after the next so many.
pub(super) type Plan = (Call, u64, Trouble);

/// One step of a history.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Do(Command),
    /// Some commands in flight together.
    Batch(Vec<Command>),
    /// Some commands are sent, and nobody lives to see the answers.
    Flight(Vec<Command>),
    /// Time passes without a command.
    Advance(i64),
    Sweep,
    Checkpoint,
    Reopen,
    /// Gone without a word, and opened again, after so many troubles with opening.
    Crash(Vec<Plan>),
    /// A past instant is looked at.
    LookBack(i64),
    Audit,
    Trouble(Plan),
    /// Opened again on the system's clock, which is far behind; the command is the last of the time before.
    StandStill(Command),
    /// Opened again on the commands' clock.
    MoveOn,
}

/// What a world is like: the features that its seed switches on, and how often each kind of step comes.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) programs: usize,
    pub(super) shards: u16,
    /// A checkpoint begins by itself after so many changes; none does where it is a million.
    pub(super) checkpoint_changes: u32,
    pub(super) cache_members: u32,
    pub(super) book_items_max: u32,
    pub(super) looks_back: bool,
    era: i64,
    latest: i64,
    zone: &'static str,
    members: u64,
    partners: u64,
    random_ids: bool,
    malformed: bool,
    huge: bool,
    spans: bool,
    troubles: Vec<(Call, Trouble)>,
    jumps: Vec<i64>,
    back: Vec<i64>,
    /// Weights of the verbs: enrol, purchase, approve, set up, redeem, cancel, accrue, repeat.
    verbs: [u64; 8],
    /// Weights of the steps, in the order of [`Step`].
    steps: [u64; 13],
}

#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) world: World,
    pub(super) steps: Vec<Step>,
}

/// Which worlds are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    Everything,
    /// Time goes wrong in every one.
    Clock,
}

pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        next(&mut self.0) % end
    }

    pub(super) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        weights.iter().position(|weight| at.checked_sub(*weight).map(|rest| at = rest).is_none()).unwrap()
    }
}

const TROUBLES: [(Call, Trouble); 9] = [
    (Call::Append, Trouble::Fail),
    (Call::Append, Trouble::FailAfter),
    (Call::Checkpoint, Trouble::Fail),
    (Call::Checkpoint, Trouble::FailAfter),
    (Call::Checkpoint, Trouble::Tear),
    (Call::Read, Trouble::Fail),
    (Call::Journal, Trouble::Fail),
    (Call::Release, Trouble::Fail),
    (Call::Release, Trouble::FailAfter),
];

const AT_OPENING: [(Call, Trouble); 5] = [
    (Call::Claim, Trouble::Fail),
    (Call::Claim, Trouble::FailAfter),
    (Call::Claim, Trouble::Tear),
    (Call::Read, Trouble::Fail),
    (Call::Journal, Trouble::Fail),
];

/// Where histories begin: an instant and the latest they may reach. Today's rules of the zones hold from 2008 on.
fn era(rng: &mut Rng, zone: &str, theme: Theme) -> (i64, i64) {
    let at = |text: &str| text.parse::<Timestamp>().unwrap().ms();
    let last = Timestamp::MAX.ms();
    let eras = [
        ("2026-01-01T00:00:00Z", last),
        ("2026-03-27T23:00:00Z", last),
        ("2026-10-23T22:30:00Z", last),
        ("2026-10-31T05:30:00Z", last),
        ("2027-04-02T14:00:00Z", last),
        ("2028-02-28T12:00:00Z", last),
        ("2028-01-31T23:59:59.999Z", last),
        ("2199-12-31T23:59:59.999Z", last),
        ("9999-11-20T00:00:00Z", last),
        ("0001-01-01T00:00:00Z", at("0100-01-01T00:00:00Z")),
        ("1969-12-30T12:00:00Z", at("1975-01-01T00:00:00Z")),
        ("1900-02-27T12:00:00Z", at("1970-01-03T00:00:00Z")),
    ];
    let usual = theme == Theme::Everything && !rng.one_in(3);
    let known = if zone == "UTC" { eras.len() } else { 10 };
    let (from, to) = if usual { eras[0] } else { *rng.pick(&eras[..known]) };
    (at(from), to)
}

impl World {
    fn draw(rng: &mut Rng, theme: Theme) -> World {
        let on = |rng: &mut Rng, n: u64, weight: u64| if rng.one_in(n) { 0 } else { 1 + rng.below(weight) };
        let zone = if theme == Theme::Everything && !rng.one_in(3) { "UTC" } else { *rng.pick(&ZONES) };
        let (era, latest) = era(rng, zone, theme);
        let small = [0, 0, 1, DAY - 1, DAY, 3 * DAY, 10 * DAY];
        let big = [0, 1, 3_600_000, DAY, 30 * DAY, 365 * DAY, 366 * DAY, 3_652 * DAY, 4 * 365 * DAY + DAY];
        let jumps = if theme == Theme::Everything && !rng.one_in(4) { &small[..] } else { &big[..] };
        let back = [1, DAY, 30 * DAY, i64::MAX];
        let back = back[..rng.between(if theme == Theme::Clock { 3 } else { 1 }, 4) as usize].to_vec();
        let some = rng.below(TROUBLES.len() as u64 + 1) as usize;
        let troubles: Vec<_> = (0..some).map(|_| *rng.pick(&TROUBLES)).collect();
        let faulty = if troubles.is_empty() { 0 } else { on(rng, 4, 4) };
        let stand = if theme == Theme::Clock { 1 } else { on(rng, 3, 1) };
        World {
            programs: if rng.one_in(4) { 2 } else { 1 },
            shards: *rng.pick(&[1, 2, 3, 4, 64]),
            checkpoint_changes: if rng.one_in(4) { rng.between(1, 30) as u32 } else { 1_000_000 },
            cache_members: *rng.pick(&[0, 1, 2, 100]),
            book_items_max: rng.between(1, 6) as u32,
            looks_back: rng.one_in(4),
            era,
            latest,
            zone,
            members: rng.between(1, 6),
            partners: rng.between(1, 3),
            random_ids: rng.one_in(3),
            malformed: rng.one_in(4),
            huge: rng.one_in(8),
            spans: theme == Theme::Clock || rng.one_in(3),
            troubles,
            jumps: jumps.to_vec(),
            back,
            verbs: [
                on(rng, 3, 2),
                on(rng, 3, 4),
                on(rng, 3, 4),
                on(rng, 3, 2),
                on(rng, 6, 16),
                on(rng, 4, 16),
                4 + rng.below(16),
                on(rng, 4, 6),
            ],
            steps: [
                40 + rng.below(40),
                on(rng, 2, 10),
                on(rng, 3, 3),
                on(rng, 4, 8),
                on(rng, 3, 3),
                on(rng, 3, 6),
                on(rng, 2, 2),
                on(rng, 3, 3),
                on(rng, 2, 4),
                on(rng, 2, 1),
                faulty,
                stand,
                2 * stand,
            ],
        }
    }
}

struct Draw {
    rng: Rng,
    world: World,
    now: i64,
    next: u128,
    sent: Vec<Command>,
}

impl History {
    /// The history of a seed: the same on every machine.
    pub(super) fn draw(seed: u64, steps_max: usize, theme: Theme) -> History {
        let mut rng = Rng(seed);
        let world = World::draw(&mut rng, theme);
        let mut draw = Draw { now: world.era, rng, world, next: 1, sent: Vec::new() };
        let mut steps = Vec::with_capacity(steps_max);
        for program in &PROGRAMS[..draw.world.programs] {
            for action in draw.set_up() {
                let command = draw.command(*program, action, Some(draw.now));
                steps.push(Step::Do(command));
            }
        }
        while steps.len() < steps_max {
            steps.push(draw.step());
        }
        History { world: draw.world, steps }
    }
}

impl Draw {
    fn set_up(&mut self) -> Vec<Action> {
        let rng = &mut self.rng;
        let enrolment = *rng.pick(&[Enrolment::OnFirstAccrual, Enrolment::OnFirstAccrual, Enrolment::Explicit]);
        let never_usable = *rng.pick(&[NeverUsable::Refuse, NeverUsable::Allow]);
        let zone = self.world.zone.parse().unwrap();
        let point_types_max = *rng.pick(&[None, None, Some(3), Some(4)]);
        let mut actions: Vec<Action> = vec![CreateProgram { zone, enrolment, never_usable, point_types_max }.into()];
        for id in 1..=3 {
            let body = self.point_type(id);
            actions.push(body.into());
        }
        for id in 1..=self.world.partners as u32 {
            let (partner, body) = (PartnerId(id), self.partner(id));
            actions.push(body.into());
            for block in [1, 2].map(BlockId) {
                let body = self.block(partner, block);
                let points = Points(self.rng.between(60, 400) as i64);
                actions.push(PurchaseBlock { points, starts_at: None, ..body }.into());
                actions.push(ApproveBlock { partner, block }.into());
            }
        }
        if enrolment == Enrolment::Explicit {
            let some = 100..100 + u128::from(self.world.members.div_ceil(2));
            actions.extend(some.map(|member| Enrol { member: MemberId(member) }.into()));
        }
        actions
    }

    fn point_type(&mut self, id: u16) -> CreatePointType {
        let order = *self.rng.pick(&[UseOrder::EarliestExpiry, UseOrder::FirstIn]);
        let class = if id == 3 { PointClass::Qualifying } else { PointClass::Redeemable };
        let expiry = if self.rng.one_in(3) { Expiry::Never } else { Expiry::After(self.span()) };
        let negative_balance = *self.rng.pick(&[NegativeBalance::Allowed, NegativeBalance::Refused]);
        CreatePointType { point_type: PointTypeId(id), class, order, expiry, negative_balance }
    }

    fn partner(&mut self, id: u32) -> CreatePartner {
        let rng = &mut self.rng;
        let order = *rng.pick(&[BlockOrder::EarliestExpiry, BlockOrder::EarliestStart, BlockOrder::Created]);
        let billing = if rng.one_in(5) { Billing::PostPaid } else { Billing::Prepaid };
        let rates = (1..=3).filter_map(|point_type| {
            let rate = rng.pick(&["", "1", "1", "2", "0.5", "1/3", "0.1", "0", "7/3"]).parse().ok()?;
            Some((PointTypeId(point_type), rate))
        });
        let rates = rates.collect();
        let rounding = *rng.pick(&[Rounding::HalfUp, Rounding::Down, Rounding::Up]);
        CreatePartner { partner: PartnerId(id), billing, rates, rounding, order }
    }

    fn step(&mut self) -> Step {
        match self.rng.weighted(&self.world.steps) {
            0 => Step::Do(self.send()),
            1 => Step::Batch(self.some()),
            2 => Step::Flight(self.some()),
            3 => Step::Advance(self.move_on()),
            4 => Step::Sweep,
            5 => Step::Checkpoint,
            6 => Step::Reopen,
            7 => {
                let chain = if self.rng.one_in(2) { self.rng.between(1, 5) } else { 0 };
                Step::Crash((0..chain).map(|_| self.plan(&AT_OPENING)).collect())
            }
            8 => Step::LookBack(*self.rng.pick(&self.world.jumps)),
            9 => Step::Audit,
            10 => {
                let kinds = self.world.troubles.clone();
                Step::Trouble(self.plan(&kinds))
            }
            11 => {
                let member = self.member();
                Step::StandStill(self.command(PROGRAMS[0], Enrol { member }.into(), None))
            }
            _ => Step::MoveOn,
        }
    }

    fn plan(&mut self, kinds: &[(Call, Trouble)]) -> Plan {
        let (call, trouble) = *self.rng.pick(kinds);
        let after = match call {
            Call::Claim | Call::Release | Call::Checkpoint => 0,
            Call::Append | Call::Journal => self.rng.below(4),
            Call::Read => self.rng.below(12),
        };
        (call, after, trouble)
    }

    fn some(&mut self) -> Vec<Command> {
        let count = if self.rng.one_in(4) { 30 } else { 6 };
        (0..self.rng.between(2, count)).map(|_| self.send()).collect()
    }

    fn move_on(&mut self) -> i64 {
        let ahead = match self.rng.below(64) {
            0 if self.world.latest == Timestamp::MAX.ms() && self.world.jumps.len() > 7 => i64::MAX,
            _ => *self.rng.pick(&self.world.jumps),
        };
        self.now = self.now.saturating_add(ahead).min(self.world.latest);
        self.now
    }

    /// A past instant. Between the old rules and today's the zones are not known: there, where the history began.
    fn before(&mut self) -> i64 {
        let back = *self.rng.pick(&self.world.back);
        let first = Timestamp::MIN.ms();
        let at = self.now.saturating_sub(back).max(first);
        let unknown = self.world.zone != "UTC" && at != first && at < self.world.era - 40 * DAY;
        if unknown { self.world.era } else { at }
    }

    fn send(&mut self) -> Command {
        let at = match self.rng.below(6) {
            0 => None,
            1 => Some(self.before()),
            2 => Some(self.move_on()),
            3 if self.rng.one_in(4) => Some(self.now.saturating_add(DAY + self.rng.below(2) as i64)),
            _ => Some(self.now),
        };
        let verb = self.rng.weighted(&self.world.verbs);
        if verb == 7 && !self.sent.is_empty() {
            return self.again(at);
        }
        let program = PROGRAMS[self.rng.below(self.world.programs as u64) as usize];
        let action = self.action(verb);
        let mut command = self.command(program, action, at);
        if self.world.malformed && self.rng.one_in(24) {
            match self.rng.below(4) {
                0 => command.request_id = RequestId(0),
                1 => command.reference = Some("x".repeat(129).into()),
                2 => command.reference = Some("a\nb".into()),
                _ => command.action = BookDue { subject: Subject::Member(MemberId(100)), limit: 9 }.into(),
            }
        }
        command
    }

    /// A request id of before: with the same body, with another, or in another program.
    fn again(&mut self, at: Option<i64>) -> Command {
        let recent = self.sent.len().saturating_sub(if self.rng.one_in(2) { 8 } else { usize::MAX });
        let mut again = self.rng.pick(&self.sent[recent..]).clone();
        match self.rng.below(8) {
            0 => again.reference = Some("changed".into()),
            1 => again.transaction_at = at.and_then(Timestamp::from_ms),
            2 => again.program = PROGRAMS[self.world.programs - 1],
            3 => {
                let verb = self.rng.weighted(&self.world.verbs[..7]);
                again.action = self.action(verb);
            }
            _ => {}
        }
        again
    }

    fn command(&mut self, program: ProgramId, action: Action, at: Option<i64>) -> Command {
        let id = self.next;
        self.next += 1;
        let spread =
            if self.world.random_ids { id.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) } else { id };
        let mut command = Command::new(program, RequestId(spread.max(1)), action);
        command.transaction_at = at.and_then(Timestamp::from_ms);
        self.sent.push(command.clone());
        command
    }

    fn action(&mut self, verb: usize) -> Action {
        let (member, partner) = (self.member(), self.payer());
        match verb {
            0 => Enrol { member }.into(),
            1 => {
                let block = BlockId(self.rng.between(1, 9));
                self.block(partner, block).into()
            }
            2 => ApproveBlock { partner, block: BlockId(self.rng.between(1, 9)) }.into(),
            3 => match self.rng.below(8) {
                0 => self.set_up().swap_remove(0),
                1..=3 => {
                    let id = self.rng.between(1, 5) as u32;
                    self.partner(id.min(4)).into()
                }
                _ => {
                    let id = self.rng.between(1, 6) as u16;
                    self.point_type(id).into()
                }
            },
            4 => Redeem { member, point_type: self.kind(), points: self.points() }.into(),
            5 => Cancel { request: self.request(), amount: self.amount() }.into(),
            _ => {
                let count = *self.rng.pick(&[1, 1, 1, 2, 3]);
                let mut awards: Vec<Award> = (0..count).map(|_| self.award()).collect();
                let mut partner = if self.rng.one_in(4) { None } else { Some(partner) };
                if self.world.huge && self.rng.one_in(8) {
                    awards[0].points = Points(i64::MAX - self.rng.below(100) as i64);
                    partner = None;
                }
                Accrue { member, partner, awards }.into()
            }
        }
    }

    /// One of the partners, seldom a neighbour.
    fn payer(&mut self) -> PartnerId {
        let known = self.world.partners as u32;
        PartnerId(if self.rng.one_in(16) { known + 1 } else { self.rng.between(1, known.into()) as u32 })
    }

    fn member(&mut self) -> MemberId {
        MemberId(100 + u128::from(self.rng.below(self.world.members)))
    }

    fn kind(&mut self) -> PointTypeId {
        PointTypeId(*self.rng.pick(&[1, 1, 1, 2, 2, 2, 3, 9]))
    }

    fn points(&mut self) -> Points {
        Points(match self.rng.below(16) {
            0 if self.world.malformed => *self.rng.pick(&[0, -1, i64::MIN]),
            1 => 1,
            2 => self.rng.between(50, 200) as i64,
            _ => self.rng.between(1, 30) as i64,
        })
    }

    fn award(&mut self) -> Award {
        let point_type = PointTypeId(*self.rng.pick(&[1, 1, 1, 2, 2, 2, 3]));
        let mut award = Award::new(point_type, self.points());
        award.source = self.rng.one_in(4).then_some(SourceId(1));
        award.start = match self.rng.below(8) {
            0 => Start::At(self.instant()),
            1 => Start::After(self.span()),
            _ => Start::Transaction,
        };
        award.expires = match self.rng.below(8) {
            0 | 1 => Some(self.expiry()),
            2 => Some(Expiry::Never),
            _ => None,
        };
        award
    }

    fn expiry(&mut self) -> Expiry {
        match self.rng.below(if self.world.spans { 4 } else { 3 }) {
            0 => Expiry::At(self.instant()),
            3 => {
                let text = self.instant().to_string();
                // the first and the last days have no neighbours
                text[..10].parse().map_or(Expiry::Never, Expiry::On)
            }
            _ => Expiry::After(self.span()),
        }
    }

    fn span(&mut self) -> Span {
        let rng = &mut self.rng;
        if !self.world.spans {
            return Span::days(rng.between(1, 20) as u16);
        }
        let unit = *rng.pick(&[Unit::Days, Unit::Days, Unit::Weeks, Unit::Months, Unit::Months, Unit::Years]);
        let count = match rng.below(64) {
            0 if self.world.malformed => *rng.pick(&[0, 36_501]),
            1 => 36_500,
            _ if unit == Unit::Days => rng.between(1, 40) as u16,
            _ => rng.between(1, 4) as u16,
        };
        Span { count, unit }
    }

    /// An instant around now, often one at which a day begins in the program's zone or a millisecond beside it.
    fn instant(&mut self) -> Timestamp {
        let days = self.rng.between(0, 14) as i64 - 2;
        let mut at = self.now.saturating_add(days * DAY);
        if self.world.spans && self.rng.one_in(2) {
            let zone: Zone = self.world.zone.parse().unwrap();
            let from = Timestamp::from_ms(self.now).and_then(|now| after(Span::days(1), now, &zone));
            at = from.map_or(at, Timestamp::ms) + self.rng.below(3) as i64 - 1;
        }
        Timestamp::from_ms(at).unwrap_or(Timestamp::MAX)
    }

    fn block(&mut self, partner: PartnerId, block: BlockId) -> PurchaseBlock {
        let points = self.points();
        let starts_at = if self.rng.one_in(4) { Some(self.instant()) } else { None };
        let expires = if self.rng.one_in(4) { Expiry::Never } else { self.expiry() };
        PurchaseBlock { partner, block, points, starts_at, expires, unit_price: None }
    }

    /// A request to cancel: mostly a recent one that can be.
    fn request(&mut self) -> RequestId {
        let recent = self.sent.len().saturating_sub(if self.rng.one_in(4) { usize::MAX } else { 16 });
        let cancels = |sent: &&Command| matches!(sent.action, Action::Accrue(_) | Action::Redeem(_));
        let any = self.rng.one_in(8);
        let sent: Vec<&Command> = self.sent[recent..].iter().filter(|sent| any || cancels(sent)).collect();
        match sent.as_slice() {
            [_, ..] if !self.rng.one_in(24) => self.rng.pick(&sent).request_id,
            _ => RequestId(u128::from(self.rng.below(1_000))),
        }
    }

    fn amount(&mut self) -> CancelAmount {
        match self.rng.below(4) {
            0 => CancelAmount::Points(self.points()),
            1 => CancelAmount::Award { place: self.rng.below(3) as u16, points: self.points() },
            _ => CancelAmount::Whole,
        }
    }
}
