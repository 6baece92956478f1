//! The history of the demo, day by day: cancellations, purchases, redemptions; at a month's end everything due is
//! booked, so that the months' reports are exact. One customer's redemptions are reserved first, as a checkout does.

use super::super::output::{Failure, Output};
use super::super::posting::{Answer, Earner, Earners, Earning, Latency, RedeemRule, answer, post};
use super::super::purchases::{Purchase, Ratio, Tariff};
use super::super::request_ids;
use crate::domain::{
    AccrueShared, Action, ApproveBlock, AutoCreation, Award, BillPartner, BillUntil, Billing, BlockId, BlockKind,
    Cancel, CancelAmount, Capture, Command, ContinueBill, CreatePartner, CreatePointType, CreateProgram, Currency,
    Date, Day, DefineTiers, EditPartner, Enrolment, Expiry, HoldPoints, MemberId, PartnerId, PartnerKey, PointClass,
    PointTypeId, Points, ProgramId, PurchaseBlock, QualifyingPeriod, Rate, Rejection, RequestId, Rounding, Share,
    SourceId, Span, Threshold, Tier, TierId, Timestamp, Unit, Zone,
};
use crate::engine::Engine;
use std::collections::BTreeMap;

pub(super) const PROGRAM: ProgramId = ProgramId(1);
pub(super) const POINT_TYPE: PointTypeId = PointTypeId(1);
/// Points that count toward a tier: one for each full dollar.
pub(super) const STATUS: PointTypeId = PointTypeId(2);
/// The tiers, with the status points of a calendar year that each needs.
const TIERS: [(&str, i64); 2] = [("Silver", 100), ("Gold", 250)];
/// Pays for baskets, out of blocks that it buys.
pub(super) const PARTNER: PartnerId = PartnerId(1);
/// Pays for single CDs once a month, when it is billed.
pub(super) const BILLED: PartnerId = PartnerId(2);
/// Purchases of one CD.
pub(super) const SINGLE: SourceId = SourceId(1);
/// Purchases of several.
pub(super) const BASKET: SourceId = SourceId(2);
const BLOCK_POINTS: Points = Points(400_000);
const RESERVE_POINTS: Points = Points(100_000);
/// Blocks that are created from the day on which the partner agreed to that.
const CREATED_POINTS: Points = Points(200_000);
const REORDER_LIMIT: Points = Points(20_000);
const LOW_BALANCE: Points = Points(50_000);
/// Purchases of so many CDs are funded by both, half each.
const SHARED_FROM: u32 = 10;
const REDEEMED_POINTS: Points = Points(500);
const POINTS_EXPIRE_AFTER: Span = Span { count: 180, unit: Unit::Days };
const BLOCKS_EXPIRE_AFTER: Span = Span { count: 1, unit: Unit::Years };
/// Of so many purchases, one is cancelled.
const CANCELLED_EVERY: u64 = 50;
const CANCELLED_AFTER_DAYS: i32 = 14;
/// Most purchases of the customer whose whole statement is shown.
const PURCHASES_SHOWN: usize = 10;

/// What happened, in numbers of commands.
#[derive(Debug, Default, serde::Serialize)]
pub(super) struct Counts {
    pub(super) purchases: u64,
    pub(super) accruals: u64,
    /// Of them, those that both partners funded.
    pub(super) shared: u64,
    pub(super) without_points: u64,
    pub(super) redemptions: u64,
    pub(super) cancellations: u64,
    pub(super) blocks_bought: u64,
    /// Accruals that the partner's points did not cover; each was sent again.
    pub(super) refused_for_partner_points: u64,
}

/// A purchase that will be cancelled.
#[derive(Debug, Clone, Copy)]
struct Planned {
    purchase: RequestId,
    customer: MemberId,
}

/// The history while it is played.
pub(super) struct History<'a> {
    engine: &'a Engine,
    earning: Earning,
    status: Earning,
    rule: RedeemRule,
    planned: BTreeMap<Day, Vec<Planned>>,
    /// Whether blocks are created for the partner.
    creates: bool,
    /// The day for which the partner bought a block last.
    blocks_for: Option<Timestamp>,
    pub(super) counts: Counts,
    pub(super) latency: Latency,
    /// Whose purchase was cancelled last.
    pub(super) cancelled_last: Option<MemberId>,
    /// Points earned, by customer.
    pub(super) earned: BTreeMap<MemberId, i64>,
    /// The customer whose whole statement is shown.
    pub(super) regular: Option<MemberId>,
}

/// What a customer bought in all.
#[derive(Debug, Default)]
struct Bought {
    points: i64,
    purchases: usize,
    cancelled: usize,
    last: Day,
    is_last_cancelled: bool,
}

/// The customer to look at from beginning to end: of those who have one purchase cancelled that is not the last, not too
/// many in all, and the last so early that what is left of it expires, the one who earns most.
fn regular(earning: &Earning, by_day: &BTreeMap<Day, Vec<Purchase>>) -> Option<MemberId> {
    let mut customers: BTreeMap<MemberId, Bought> = BTreeMap::new();
    let end = by_day.keys().next_back().map_or(0, |day| day.0);
    for (purchase, count) in by_day.values().flatten().zip(1u64..) {
        let points = earning.points(purchase.worth).map_or(0, |points| points.0);
        let bought = customers.entry(purchase.customer).or_default();
        bought.points = bought.points.saturating_add(points);
        bought.purchases = bought.purchases.saturating_add(1);
        bought.last = purchase.at.day();
        bought.is_last_cancelled = count.is_multiple_of(CANCELLED_EVERY);
        bought.cancelled = bought.cancelled.saturating_add(usize::from(bought.is_last_cancelled));
    }
    let early = Day(end.saturating_sub(i32::from(POINTS_EXPIRE_AFTER.count)));
    let fitting = customers.iter().filter(|(_, bought)| {
        let shows = bought.cancelled == 1 && !bought.is_last_cancelled && bought.last < early;
        shows && bought.purchases <= PURCHASES_SHOWN
    });
    fitting.max_by_key(|(_, bought)| bought.points).map(|(customer, _)| *customer)
}

impl<'a> History<'a> {
    /// Plays all purchases, in the order of their dates.
    pub(super) fn play(engine: &'a Engine, purchases: Vec<Purchase>, output: &Output) -> Result<History<'a>, Failure> {
        let tariff = Tariff { rate: Ratio::whole(10), step: None, rounding: Rounding::HalfUp };
        let mut history = History {
            engine,
            earning: Earning { program: PROGRAM, point_type: POINT_TYPE, partner: Some(PARTNER), tariff },
            status: Earning {
                program: PROGRAM,
                point_type: STATUS,
                partner: None,
                tariff: Tariff { rate: Ratio::whole(1), step: None, rounding: Rounding::Down },
            },
            rule: RedeemRule { program: PROGRAM, point_type: POINT_TYPE, points: REDEEMED_POINTS },
            planned: BTreeMap::new(),
            creates: false,
            blocks_for: None,
            counts: Counts::default(),
            latency: Latency::new()?,
            cancelled_last: None,
            earned: BTreeMap::new(),
            regular: None,
        };
        let bar = output.bar("playing 1997 and 1998", Some(purchases.len() as u64));
        let mut by_day: BTreeMap<Day, Vec<Purchase>> = BTreeMap::new();
        for purchase in purchases {
            by_day.entry(purchase.at.day()).or_default().push(purchase);
        }
        history.regular = regular(&history.earning, &by_day);
        let days = by_day.keys().next().copied().zip(by_day.keys().next_back().copied());
        let Some((first, last)) = days else { return Ok(history) };
        history.set_up(begin(first)?)?;
        for day in (first.0..=last.0).map(Day) {
            history.cancel(day)?;
            history.create_from_now_on(day)?;
            if let Some(purchases) = by_day.remove(&day) {
                history.buy(&purchases)?;
                bar.inc(purchases.len() as u64);
            }
            history.close_month(day, day == last)?;
        }
        bar.finish_and_clear();
        Ok(history)
    }

    /// The program, its points, and both partners: the first with a block, and a reserve that it may need.
    fn set_up(&mut self, at: Timestamp) -> Result<(), Failure> {
        let program = CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() };
        let expiry = Expiry::After(POINTS_EXPIRE_AFTER);
        let points =
            CreatePointType { point_type: POINT_TYPE, label: "Points".into(), expiry, ..CreatePointType::default() };
        let class = PointClass::Qualifying;
        let status =
            CreatePointType { point_type: STATUS, label: "Status".into(), class, ..CreatePointType::default() };
        let tier = |((name, points), id): ((&str, i64), u16)| Tier {
            tier: TierId(id),
            name: name.into(),
            any_of: vec![Threshold { point_type: STATUS, points: Points(points) }],
        };
        let tiers = TIERS.into_iter().zip(1u16..).map(tier).collect();
        self.send("program", at, program)?;
        self.send("points", at, points)?;
        self.send("status", at, status)?;
        self.send("tiers", at, DefineTiers { tiers, period: QualifyingPeriod::CalendarYear })?;
        let EditPartner { partner, name, rates, low_balance, currency, .. } = terms();
        let partner = CreatePartner { partner, name, rates, low_balance, currency, ..CreatePartner::default() };
        self.send("partner", at, partner)?;
        let billed = CreatePartner {
            partner: BILLED,
            name: "Single of the Month".into(),
            billing: Billing::PostPaid,
            rates: [(POINT_TYPE, Rate::ONE)].into(),
            price: price("0.008")?,
            currency: dollars(),
            ..CreatePartner::default()
        };
        self.send("billed partner", at, billed)?;
        self.buy_block(at, BlockKind::Regular)?;
        self.buy_block(at, BlockKind::Reserve)
    }

    /// From May 1997 on blocks are created where the partner's points run out.
    fn create_from_now_on(&mut self, day: Day) -> Result<(), Failure> {
        let date = day.date();
        if self.creates || (date.year(), date.month()) < (1997, 5) {
            return Ok(());
        }
        self.creates = true;
        let (expires, unit_price) = (Expiry::After(BLOCKS_EXPIRE_AFTER), price("0.011")?);
        let auto = AutoCreation { size: CREATED_POINTS, unit_price, expires, reorder_limit: REORDER_LIMIT };
        let terms = EditPartner { auto_creation: Some(Box::new(auto)), ..terms() };
        self.send("auto-creation", begin(day)?, terms)
    }

    /// The partner buys a block, or is given a reserve, and the host approves it.
    fn buy_block(&mut self, at: Timestamp, block_kind: BlockKind) -> Result<(), Failure> {
        let (points, unit_price) = match block_kind {
            BlockKind::Reserve => (RESERVE_POINTS, price("0.012")?),
            BlockKind::Regular | BlockKind::Auto => (BLOCK_POINTS, price("0.01")?),
        };
        self.counts.blocks_bought = self.counts.blocks_bought.saturating_add(1);
        let block = BlockId(self.counts.blocks_bought);
        let purchase = PurchaseBlock {
            partner: PARTNER,
            block_kind,
            block,
            points,
            starts_at: None,
            expires: Expiry::After(BLOCKS_EXPIRE_AFTER),
            unit_price: Some(unit_price),
        };
        self.send(&format!("buy {block}"), at, purchase)?;
        self.send(&format!("approve {block}"), at, ApproveBlock { partner: PARTNER, block })
    }

    /// A command that must succeed.
    fn send(&self, name: &str, at: Timestamp, action: impl Into<Action>) -> Result<(), Failure> {
        let request = request_ids::derived(&[b"demo", name.as_bytes()]);
        self.engine.execute(&Command::new(PROGRAM, request, action).at(at))?;
        Ok(())
    }

    /// A day's purchases, all in flight together; then the redemptions that they make possible.
    fn buy(&mut self, purchases: &[Purchase]) -> Result<(), Failure> {
        let accruals: Vec<Command> = purchases.iter().filter_map(|purchase| self.accrual(purchase)).collect();
        let mut answers = post(self.engine, &accruals, &mut self.latency)?;
        for (accrual, answer) in accruals.iter().zip(&mut answers) {
            self.cover(accrual, answer)?;
        }
        self.counts.accruals = self.counts.accruals.saturating_add(accruals.len() as u64);
        let mut earners = Earners::default();
        let earned = accruals.iter().zip(&answers);
        earned.for_each(|(accrual, answer)| self.rule.earned(&mut earners, accrual, answer));
        let regular = self.regular.and_then(|regular| earners.remove(&regular));
        regular.map_or(Ok(()), |earner| self.reserve(&earner))?;
        let redemptions = &mut self.counts.redemptions;
        let count = |_, _: &Answer| *redemptions = redemptions.saturating_add(1);
        self.rule.redeem(self.engine, earners, count)?;
        Ok(())
    }

    /// What the others redeem at once, one customer reserves at the checkout, and then pays.
    fn reserve(&mut self, earner: &Earner) -> Result<(), Failure> {
        let Earner { member, at, cause, mut available } = *earner;
        let times_out = Expiry::After(Span { count: 1, unit: Unit::Days });
        for round in 1u32.. {
            if available < REDEEMED_POINTS {
                break;
            }
            let hold = request_ids::following(cause, &format!("hold {round}"));
            let body = HoldPoints { member, point_type: POINT_TYPE, points: REDEEMED_POINTS, times_out };
            let held = Command::new(PROGRAM, hold, body).at(at).reference("reserved at the checkout");
            let receipt = self.engine.execute(&held)?;
            available = self.rule.available(&receipt);
            let capture = request_ids::following(cause, &format!("capture {round}"));
            let paid = Command::new(PROGRAM, capture, Capture { hold, points: None });
            self.engine.execute(&paid.at(at).reference("paid"))?;
            self.counts.redemptions = self.counts.redemptions.saturating_add(1);
        }
        Ok(())
    }

    /// The accrual of a purchase, unless it is too small for a point. Every fiftieth will be cancelled.
    fn accrual(&mut self, purchase: &Purchase) -> Option<Command> {
        let count = self.counts.purchases.saturating_add(1);
        self.counts.purchases = count;
        let Some(points) = self.earning.points(purchase.worth).filter(|points| points.is_positive()) else {
            self.counts.without_points = self.counts.without_points.saturating_add(1);
            return None;
        };
        if count.is_multiple_of(CANCELLED_EVERY) {
            let day = Day(purchase.at.day().0.saturating_add(CANCELLED_AFTER_DAYS));
            let planned = Planned { purchase: purchase.request, customer: purchase.customer };
            self.planned.entry(day).or_default().push(planned);
        }
        let earned = self.earned.entry(purchase.customer).or_default();
        *earned = earned.saturating_add(points.0);
        let cds = purchase.source.unwrap_or_default().0;
        let source = if cds > 1 { BASKET } else { SINGLE };
        let award = Award { source: Some(source), ..Award::new(POINT_TYPE, points) };
        let status = self.status.points(purchase.worth).filter(|points| points.is_positive());
        let awards = [Some(award), status.map(|points| Award::new(STATUS, points))].into_iter().flatten().collect();
        let accrual = self.paid(purchase, awards, cds);
        let noun = if cds == 1 { "CD" } else { "CDs" };
        Some(accrual.reference(format!("{cds} {noun} for ${:.2}", purchase.worth)))
    }

    /// The accrual of a purchase, and who pays for it: one partner, or both.
    fn paid(&mut self, purchase: &Purchase, awards: Vec<Award>, cds: u32) -> Command {
        let member = purchase.customer;
        if cds >= SHARED_FROM {
            self.counts.shared = self.counts.shared.saturating_add(1);
            let shares = [PARTNER, BILLED].map(|partner| Share { partner, parts: 1 }).into();
            let body = AccrueShared { member, shares, awards };
            return Command::new(PROGRAM, purchase.request, body).at(purchase.at);
        }
        let partner = if cds > 1 { PARTNER } else { BILLED };
        self.earning.accrual_of(member, Some(partner), awards, purchase.request, purchase.at)
    }

    /// An accrual that the partner's points did not cover is sent again, once the partner has bought a block.
    fn cover(&mut self, accrual: &Command, told: &mut Answer) -> Result<(), Failure> {
        let mut is_first = true;
        while let Answer::Refused(rejection) = told {
            if !matches!(rejection, Rejection::InsufficientPartnerPoints { .. }) {
                return Err(Failure::Refused(format!("refused: {rejection}")));
            }
            // a block that was bought for another of the same day may cover this one too
            if !std::mem::take(&mut is_first) || self.blocks_for != accrual.transaction_at {
                self.buy_block(accrual.transaction_at.unwrap_or_default(), BlockKind::Regular)?;
                self.blocks_for = accrual.transaction_at;
            }
            self.counts.refused_for_partner_points = self.counts.refused_for_partner_points.saturating_add(1);
            *told = answer(self.engine.execute(accrual))?;
        }
        Ok(())
    }

    /// The cancellations of a day.
    fn cancel(&mut self, day: Day) -> Result<(), Failure> {
        for planned in self.planned.remove(&day).unwrap_or_default() {
            let body = Cancel { request: planned.purchase, amount: CancelAmount::Whole };
            let request = request_ids::following(planned.purchase, "cancellation");
            let command = Command::new(PROGRAM, request, body).at(begin(day)?).reference("returned");
            self.engine.execute(&command)?;
            self.counts.cancellations = self.counts.cancellations.saturating_add(1);
            self.cancelled_last = Some(planned.customer);
        }
        Ok(())
    }

    /// At a month's last day, and at the end: what has expired until its last millisecond is booked.
    fn close_month(&self, day: Day, is_last: bool) -> Result<(), Failure> {
        let next = Day(day.0.saturating_add(1));
        if !is_last && next.date().month() == day.date().month() {
            return Ok(());
        }
        let end = Timestamp::from_ms(begin(next)?.ms().saturating_sub(1));
        self.engine.advance_to(end.unwrap_or(Timestamp::MAX))?;
        self.engine.book_due()?;
        // the last month is not over yet
        if is_last { Ok(()) } else { self.bill(day.date(), begin(next)?) }
    }

    /// The month's bill, in as many steps as it takes.
    fn bill(&self, month: Date, at: Timestamp) -> Result<(), Failure> {
        let name = format!("bill {month}");
        let first = BillPartner { partner: BILLED, until: BillUntil::Month(month), lines_max: None };
        self.send(&name, at, first)?;
        let key = PartnerKey { program: PROGRAM, partner: BILLED };
        let mut steps = 1u32;
        while self.engine.partner_record(key)?.is_some_and(|record| record.is_billing) {
            steps = steps.saturating_add(1);
            self.send(&format!("{name}, step {steps}"), at, ContinueBill { partner: BILLED, lines_max: None })?;
        }
        Ok(())
    }
}

/// What the first partner agrees to.
fn terms() -> EditPartner {
    EditPartner {
        partner: PARTNER,
        name: "Basket Bonus".into(),
        rates: [(POINT_TYPE, Rate::ONE)].into(),
        low_balance: Some(LOW_BALANCE),
        currency: dollars(),
        ..EditPartner::default()
    }
}

fn dollars() -> Currency {
    "USD".parse().unwrap_or_default()
}

fn price(text: &str) -> Result<Rate, Failure> {
    text.parse().map_err(|error| Failure::Usage(format!("{text}: {error}")))
}

fn begin(day: Day) -> Result<Timestamp, Failure> {
    day.date().start(&Zone::UTC).ok_or_else(|| Failure::Usage(format!("{day} is out of range")))
}
