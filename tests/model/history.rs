//! Histories: bytes to commands, crashes and checkpoints. The fuzzer gives the bytes, or a seed does. Names are few,
//! so that commands meet; neighbours of each are among them.

use accruedb::domain::*;
use accruedb::engine::{ClockSource, EngineOptions};
use arbitrary::{Result, Unstructured};

pub(crate) const PROGRAM: ProgramId = ProgramId(7);
const DAY: i64 = 86_400_000;
/// 2026-01-01T00:00Z
const BEGIN: i64 = 1_767_225_600_000;

/// One step of a history.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// One command.
    Do(Command),
    /// Some commands in flight together.
    Batch(Vec<Command>),
    /// Time passes without a command.
    Advance(i64),
    /// The sweeper books what is due.
    Sweep,
    Checkpoint,
    /// Closed and opened again.
    Reopen,
    /// Gone without a word, and opened again.
    Crash,
    /// A past instant is looked at.
    LookBack(i64),
}

#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) shards: u16,
    pub(crate) checkpoint_changes: u32,
    pub(crate) book_items_max: u32,
    pub(crate) cache_members: u32,
    pub(crate) steps: Vec<Step>,
}

impl History {
    pub(crate) fn options(&self) -> EngineOptions {
        EngineOptions {
            clock: ClockSource::Commands,
            shards: self.shards,
            checkpoint_changes: self.checkpoint_changes,
            delta_changes_max: self.checkpoint_changes.saturating_mul(2),
            book_items_max: self.book_items_max,
            cache_members: self.cache_members,
            ..EngineOptions::default()
        }
    }

    pub(crate) fn draw(bytes: &[u8], steps_max: usize) -> History {
        let mut draw = Draw { from: Unstructured::new(bytes), now: BEGIN, next: 1, sent: Vec::new() };
        draw.history(steps_max).unwrap_or_else(|_| unreachable!("empty bytes draw zeros"))
    }

    /// A history from a seed: the same on every machine.
    pub(crate) fn seeded(seed: u64, steps_max: usize) -> History {
        let mut state = seed;
        let bytes: Vec<u8> = (0..steps_max * 12).flat_map(|_| next(&mut state).to_le_bytes()).collect();
        History::draw(&bytes, steps_max)
    }
}

/// The next number of a sequence that looks random (splitmix64).
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

struct Draw<'a> {
    from: Unstructured<'a>,
    now: i64,
    /// The next request id.
    next: u128,
    sent: Vec<Command>,
}

impl Draw<'_> {
    fn history(&mut self, steps_max: usize) -> Result<History> {
        let shards = *self.from.choose(&[1, 1, 2, 3, 4])?;
        let checkpoint_changes = self.from.int_in_range(1..=50)?;
        let book_items_max = self.from.int_in_range(1..=5)?;
        let cache_members = *self.from.choose(&[0, 1, 2, 100])?;
        let mut steps = Vec::new();
        for action in self.set_up()? {
            let command = self.command(action, Some(self.now));
            steps.push(Step::Do(command));
        }
        while steps.len() < steps_max && !self.from.is_empty() {
            steps.push(self.step()?);
        }
        Ok(History { shards, checkpoint_changes, book_items_max, cache_members, steps })
    }

    fn set_up(&mut self) -> Result<Vec<Action>> {
        let enrolment = *self.from.choose(&[Enrolment::OnFirstAccrual, Enrolment::Explicit])?;
        let never_usable = *self.from.choose(&[NeverUsable::Refuse, NeverUsable::Allow])?;
        let mut actions: Vec<Action> =
            vec![CreateProgram { enrolment, never_usable, ..CreateProgram::default() }.into()];
        for (id, order) in [(1, UseOrder::EarliestExpiry), (2, UseOrder::FirstIn), (3, UseOrder::EarliestExpiry)] {
            let class = if id == 3 { PointClass::Qualifying } else { PointClass::Redeemable };
            let expiry = match self.from.int_in_range(0..=2)? {
                0 => Expiry::Never,
                days => Expiry::After(Span::days(days * 10)),
            };
            let negative_balance = *self.from.choose(&[NegativeBalance::Allowed, NegativeBalance::Refused])?;
            actions
                .push(CreatePointType { point_type: PointTypeId(id), class, order, expiry, negative_balance }.into());
        }
        for (id, order) in [(1, BlockOrder::EarliestExpiry), (2, BlockOrder::EarliestStart), (3, BlockOrder::Created)] {
            let billing = if self.from.ratio(1, 5)? { Billing::PostPaid } else { Billing::Prepaid };
            let mut rates = std::collections::BTreeMap::new();
            for point_type in 1..=3 {
                let rate = *self.from.choose(&["", "1", "1", "2", "0.5", "1/3", "0.1", "0"])?;
                rates.extend(rate.parse().ok().map(|rate| (PointTypeId(point_type), rate)));
            }
            let rounding = *self.from.choose(&[Rounding::HalfUp, Rounding::Down, Rounding::Up])?;
            actions.push(CreatePartner { partner: PartnerId(id), billing, rates, rounding, order }.into());
            for block in 1..=2 {
                let body = self.block(PartnerId(id), BlockId(block))?;
                actions.push(PurchaseBlock { points: Points(60), starts_at: None, ..body }.into());
                actions.push(ApproveBlock { partner: PartnerId(id), block: BlockId(block) }.into());
            }
        }
        Ok(actions)
    }

    fn step(&mut self) -> Result<Step> {
        Ok(match self.from.int_in_range(0..=63)? {
            0 => Step::Checkpoint,
            1 => Step::Crash,
            2 => Step::Reopen,
            3 | 4 => Step::Sweep,
            5 | 6 => Step::LookBack(self.ahead()?),
            7..=9 => {
                let ahead = self.ahead()?;
                self.now += ahead;
                Step::Advance(self.now)
            }
            10..=13 => Step::Batch((0..self.from.int_in_range(2..=6)?).map(|_| self.send()).collect::<Result<_>>()?),
            _ => Step::Do(self.send()?),
        })
    }

    /// A step of time, often none.
    fn ahead(&mut self) -> Result<i64> {
        Ok(*self.from.choose(&[0, 0, 0, 1, DAY - 1, DAY, DAY, 3 * DAY, 10 * DAY])?)
    }

    fn send(&mut self) -> Result<Command> {
        if self.from.ratio(1, 16)? && !self.sent.is_empty() {
            // the same command again; sometimes with another body
            let mut again = self.from.choose(&self.sent)?.clone();
            if self.from.ratio(1, 4)? {
                again.reference = Some("changed".into());
            }
            return Ok(again);
        }
        let action = self.action()?;
        let at = match self.from.int_in_range(0..=5)? {
            0 => None,
            1 => Some(self.now - self.ahead()?),
            2 => {
                let ahead = self.ahead()?;
                self.now += ahead;
                Some(self.now)
            }
            _ => Some(self.now),
        };
        Ok(self.command(action, at))
    }

    fn command(&mut self, action: Action, at: Option<i64>) -> Command {
        let mut command = Command::new(PROGRAM, RequestId(self.next), action);
        command.transaction_at = at.and_then(Timestamp::from_ms);
        self.next += 1;
        self.sent.push(command.clone());
        command
    }

    fn action(&mut self) -> Result<Action> {
        let (member, partner) = (self.member()?, PartnerId(self.from.int_in_range(0..=3)?));
        Ok(match self.from.int_in_range(0..=31)? {
            0 => Enrol { member }.into(),
            1 | 2 => {
                let block = BlockId(self.from.int_in_range(1..=9)?);
                self.block(partner, block)?.into()
            }
            3 | 4 => ApproveBlock { partner, block: BlockId(self.from.int_in_range(1..=9)?) }.into(),
            5 => self.set_up()?.swap_remove(usize::from(self.from.int_in_range(0u8..=6)?)),
            6..=11 => {
                let point_type = self.point_type()?;
                Redeem { member, point_type, points: self.points()? }.into()
            }
            12..=18 => Cancel { request: self.request()?, amount: self.amount()? }.into(),
            19 if self.from.ratio(1, 4)? => {
                let huge = Award::new(self.point_type()?, Points(i64::MAX - self.from.int_in_range(0..=100)?));
                Accrue { member, partner: None, awards: vec![huge] }.into()
            }
            _ => {
                let count = *self.from.choose(&[1, 1, 1, 2, 3])?;
                let awards = (0..count).map(|_| self.award()).collect::<Result<_>>()?;
                let partner = self.from.ratio(3, 4)?.then_some(partner);
                Accrue { member, partner, awards }.into()
            }
        })
    }

    fn member(&mut self) -> Result<MemberId> {
        Ok(MemberId(u128::from(*self.from.choose(&[100u8, 100, 101, 101, 102, 103])?)))
    }

    fn point_type(&mut self) -> Result<PointTypeId> {
        Ok(PointTypeId(*self.from.choose(&[1, 1, 1, 2, 2, 2, 3, 9])?))
    }

    fn points(&mut self) -> Result<Points> {
        Ok(Points(match self.from.int_in_range(0..=15)? {
            0 => 0,
            1 => 1,
            2 => self.from.int_in_range(50..=200)?,
            _ => self.from.int_in_range(1..=30)?,
        }))
    }

    fn award(&mut self) -> Result<Award> {
        let point_type = PointTypeId(*self.from.choose(&[1, 1, 1, 2, 2, 2, 3])?);
        let mut award = Award::new(point_type, self.points()?);
        award.source = self.from.ratio(1, 4)?.then_some(SourceId(1));
        award.start = match self.from.int_in_range(0..=7)? {
            0 => Start::At(self.instant()?),
            1 => Start::After(Span::days(self.from.int_in_range(1..=12)?)),
            _ => Start::Transaction,
        };
        award.expires = match self.from.int_in_range(0..=7)? {
            0 => Some(Expiry::At(self.instant()?)),
            1 => Some(Expiry::After(Span::days(self.from.int_in_range(1..=12)?))),
            2 => Some(Expiry::Never),
            _ => None,
        };
        Ok(award)
    }

    /// An instant around now.
    fn instant(&mut self) -> Result<Timestamp> {
        let days = self.from.int_in_range(-2..=12)?;
        Ok(Timestamp::from_ms(self.now + days * DAY).unwrap_or(Timestamp::MAX))
    }

    fn block(&mut self, partner: PartnerId, block: BlockId) -> Result<PurchaseBlock> {
        let points = self.points()?;
        let starts_at = if self.from.ratio(1, 4)? { Some(self.instant()?) } else { None };
        let expires = match self.from.int_in_range(0..=3)? {
            0 => Expiry::Never,
            1 => Expiry::At(self.instant()?),
            _ => Expiry::After(Span::days(self.from.int_in_range(1..=40)?)),
        };
        Ok(PurchaseBlock { partner, block, points, starts_at, expires, unit_price: None })
    }

    /// A request to cancel: mostly a recent one.
    fn request(&mut self) -> Result<RequestId> {
        let back = if self.from.ratio(1, 4)? { self.next } else { 12 };
        Ok(RequestId(self.next.saturating_sub(self.from.int_in_range(0..=back)?)))
    }

    fn amount(&mut self) -> Result<CancelAmount> {
        Ok(match self.from.int_in_range(0..=3)? {
            0 => CancelAmount::Points(self.points()?),
            1 => CancelAmount::Award { place: self.from.int_in_range(0..=2)?, points: self.points()? },
            _ => CancelAmount::Whole,
        })
    }
}
