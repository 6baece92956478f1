//! What members were given with a partner, beside what it paid for it: line by line, by month, and for how long its blocks
//! last at that rate. Both sides are read from the journal, each from its own part of an entry.

use crate::domain::{
    Action, Award, Block, BlockId, BlockState, Cancel, CancelAmount, Entry, Fault, Leg, MemberId, Outcome, PartnerId,
    PartnerKey, Points, Programs, RequestId, RequestKey, Sequence, Share, Timestamp, Zone, split,
};
use crate::storage::{Read, record, requests};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// An accrual that a partner pays for, alone or by its share, or the cancellation of one: what the member's side says, and what the blocks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct UseLine {
    /// The entry.
    pub sequence: Sequence,
    /// Its request.
    pub request: RequestId,
    /// Whose points they are.
    pub member: MemberId,
    /// When the transaction happened.
    pub transaction_at: Timestamp,
    /// Points that the member was given, of shared ones the partner's; below 0 where they were cancelled.
    pub given: i128,
    /// Partner points that these cost by the terms of the accrual.
    pub owed: i128,
    /// Partner points that left its blocks, or that it owes; below 0 where they came back.
    pub taken: i128,
}

impl UseLine {
    /// Whether both sides say the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.owed == self.taken
    }
}

/// All accruals and cancellations of a partner whose transactions happened from an instant on and before another, in the
/// order of the journal. Reads the journal from its beginning: what was cancelled of an accrual may be of any time.
pub fn partner_use(
    read: &dyn Read,
    partner: PartnerKey,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<UseLine>, Fault> {
    let programs = super::snapshot_view::programs(read)?;
    let mut walk = Walk { originals: read, partner, programs: &programs, cancelled: BTreeMap::new() };
    let mut lines = Vec::new();
    read.journal(Sequence(1), &mut |key, bytes| {
        let damaged = || Fault::corrupt(format!("journal: key {key:02x?}"));
        let first = crate::domain::keys::Key::from_bytes(key).ok_or_else(damaged)?;
        for entry in record::Record::read(first, bytes)?.entries(first) {
            let line = walk.line(&entry?)?;
            lines.extend(line.filter(|line| (from..to).contains(&line.transaction_at)));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lines)
}

/// Where the entry is found that a cancellation names.
pub(super) trait Originals {
    /// What may go wrong.
    type Error: From<Fault>;

    /// The entry of a request.
    fn original(&self, request: RequestKey) -> Result<Option<Entry>, Self::Error>;
}

impl Originals for &dyn Read {
    type Error = Fault;

    fn original(&self, request: RequestKey) -> Result<Option<Entry>, Fault> {
        let Some(sequence) = requests::find(*self, &request)? else { return Ok(None) };
        record::entry(*self, sequence).map(Some)
    }
}

/// The walk over entries.
pub(super) struct Walk<'a, O> {
    pub(super) originals: O,
    pub(super) partner: PartnerKey,
    pub(super) programs: &'a Programs,
    /// Points cancelled before the next entry, by the accrual and the award's place.
    pub(super) cancelled: BTreeMap<(Sequence, u16), i64>,
}

impl<O: Originals> Walk<'_, O> {
    pub(super) fn line(&mut self, entry: &Entry) -> Result<Option<UseLine>, O::Error> {
        if entry.command.program != self.partner.program || matches!(entry.outcome, Outcome::Refused(_)) {
            return Ok(None);
        }
        let (member, given, owed) = match &entry.command.action {
            Action::Cancel(body) => match self.cancel(body)? {
                Some(sums) => sums,
                None => return Ok(None),
            },
            action => {
                let Some(funded) = funded(action, entry.legs()) else { return Ok(None) };
                let Some(own) = funded.of(self.partner.partner) else { return Ok(None) };
                let mut sums = (0i128, 0i128);
                for award in &funded.awards {
                    let points = own.points(award.points);
                    sums.0 = sums.0.saturating_add(points.0.into());
                    let cost = self.cost(award.point_type, points, entry.sequence)?;
                    sums.1 = sums.1.saturating_add(cost.into());
                }
                (funded.member, sums.0, sums.1)
            }
        };
        Ok(Some(UseLine {
            sequence: entry.sequence,
            request: entry.command.request_id,
            member,
            transaction_at: entry.command.transaction_at.unwrap_or(entry.recorded_at),
            given,
            owed,
            taken: taken(entry, self.partner),
        }))
    }

    /// What an award costs the partner by the terms under which an entry was recorded.
    fn cost(&self, point_type: crate::domain::PointTypeId, points: Points, at: Sequence) -> Result<i64, Fault> {
        let versions = self.programs.get(&self.partner.program).and_then(|p| p.partners.get(&self.partner.partner));
        let terms = versions.and_then(|versions| versions.newest_where(|terms| terms.since <= at));
        let missing = || Fault::broken(self.partner.lock(), format!("it had no terms at entry {at}"));
        let (_, terms) = terms.ok_or_else(missing)?;
        let cost = terms.rates.get(&point_type).map_or(Some(Points::ZERO), |rate| rate.of(points, terms.rounding));
        let fits = || Fault::broken(self.partner.lock(), format!("what entry {at} costs does not fit"));
        Ok(cost.ok_or_else(fits)?.0)
    }

    /// Whose points a cancellation takes back, how many, and what of the cost that is; `None` where it is about anything
    /// else.
    fn cancel(&mut self, body: &Cancel) -> Result<Option<(MemberId, i128, i128)>, O::Error> {
        let key = RequestKey { program: self.partner.program, request: body.request };
        let Some(entry) = self.originals.original(key)? else { return Ok(None) };
        let original = entry.sequence;
        let Some(funded) = funded(&entry.command.action, entry.legs()) else { return Ok(None) };
        let Some(own) = funded.of(self.partner.partner) else { return Ok(None) };
        let mut sums = (0i128, 0i128);
        for (place, points) in self.parts(&funded, original, body.amount) {
            let Some(award) = funded.awards.get(usize::from(place)) else { continue };
            let before = self.cancelled.get(&(original, place)).copied().unwrap_or_default();
            let after = before.saturating_add(points);
            self.cancelled.insert((original, place), after);
            let [was, is] = [before, after].map(|gone| own.points(Points(award.points.0.saturating_sub(gone))));
            let [cost_was, cost_is] = [was, is].map(|kept| self.cost(award.point_type, kept, original));
            sums.0 = sums.0.saturating_add(is.0.into()).saturating_sub(was.0.into());
            sums.1 = sums.1.saturating_add(cost_is?.into()).saturating_sub(cost_was?.into());
        }
        Ok(Some((funded.member, sums.0, sums.1)))
    }

    /// How many points of which award a cancellation takes.
    fn parts(&self, funded: &Funded<'_>, original: Sequence, amount: CancelAmount) -> Vec<(u16, i64)> {
        let left = |place: u16, points: Points| {
            let gone = self.cancelled.get(&(original, place)).copied().unwrap_or_default();
            points.0.saturating_sub(gone)
        };
        match amount {
            CancelAmount::Points(points) => vec![(0, points.0)],
            CancelAmount::Award { place, points } => vec![(place, points.0)],
            CancelAmount::Whole => {
                let awards = funded.awards.iter().zip(0u16..);
                awards.map(|(award, place)| (place, left(place, award.points))).collect()
            }
        }
    }
}

/// Whether a partner pays for what an entry gave, or for a part of it.
pub(super) fn is_paid_by(partner: PartnerId, entry: &Entry) -> bool {
    funded(&entry.command.action, entry.legs()).is_some_and(|funded| funded.of(partner).is_some())
}

/// What an accrual or a purchase gave, and who pays for it.
struct Funded<'a> {
    member: MemberId,
    awards: Vec<Award>,
    payers: Payers<'a>,
}

enum Payers<'a> {
    One(PartnerId),
    Several(&'a [Share]),
}

/// What of each award a partner pays for.
#[derive(Clone, Copy)]
enum Part<'a> {
    Whole,
    Share(&'a [Share], usize),
}

impl<'a> Funded<'a> {
    /// The part of a partner; `None` where it pays nothing.
    fn of(&self, partner: PartnerId) -> Option<Part<'a>> {
        match self.payers {
            Payers::One(payer) => (payer == partner).then_some(Part::Whole),
            Payers::Several(shares) => {
                let place = shares.iter().position(|share| share.partner == partner)?;
                Some(Part::Share(shares, place))
            }
        }
    }
}

impl Part<'_> {
    fn points(self, points: Points) -> Points {
        match self {
            Part::Whole => points,
            Part::Share(shares, place) => split(points, shares).get(place).copied().unwrap_or_default(),
        }
    }
}

/// What an accrual or a purchase gave the member, by its legs: of an award that was clipped, fewer points than it names;
/// of one that names money, the points of that money. A purchase that was not rewarded gave nothing.
fn funded<'a>(action: &'a Action, legs: &[Leg]) -> Option<Funded<'a>> {
    let (member, awards, payers) = match action {
        Action::Accrue(body) => (body.member, Cow::Borrowed(&body.awards), Payers::One(body.partner?)),
        Action::AccrueShared(body) => (body.member, Cow::Borrowed(&body.awards), Payers::Several(&body.shares)),
        Action::RecordPurchase(body) => {
            let awards = vec![Award::new(body.point_type, body.award)];
            (body.member, Cow::Owned(awards), Payers::One(body.partner))
        }
        _ => return None,
    };
    let granted: BTreeMap<u16, Points> =
        legs.iter().filter_map(Leg::granted).map(|granted| (granted.item.place, granted.points)).collect();
    let given =
        |(award, place): (&Award, u16)| Award { points: granted.get(&place).copied().unwrap_or_default(), ..*award };
    let awards: Vec<Award> = awards.iter().zip(0..).map(given).collect();
    let is_awarded = !granted.is_empty() || !matches!(action, Action::RecordPurchase(_));
    is_awarded.then_some(Funded { member, awards, payers })
}

/// Partner points that an entry took, by its legs.
fn taken(entry: &Entry, of: PartnerKey) -> i128 {
    let legs = entry.legs().iter().map(|leg| match *leg {
        Leg::Block { partner, to: Some(BlockState::Debited), points, .. } if partner == of.partner => {
            i128::from(points.0)
        }
        Leg::Block { partner, from: Some(BlockState::Debited), points, .. } if partner == of.partner => {
            i128::from(points.0).saturating_neg()
        }
        Leg::Charged { partner, points, .. } if partner == of.partner => points.0.into(),
        Leg::Credited { partner, points } if partner == of.partner => i128::from(points.0).saturating_neg(),
        _ => 0,
    });
    legs.fold(0, i128::saturating_add)
}

/// What was given and taken in a month of the program's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MonthOfUse {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: i8,
    /// Accruals and cancellations.
    pub lines: u64,
    /// Points that members were given.
    pub given: i128,
    /// Partner points that these cost by the terms.
    pub owed: i128,
    /// Partner points that these took.
    pub taken: i128,
    /// Lines of which the two sides differ.
    pub differing: u64,
}

/// Sums up lines by month.
#[must_use]
pub fn by_month(lines: &[UseLine], zone: &Zone) -> Vec<MonthOfUse> {
    let mut months: BTreeMap<(i16, i8), MonthOfUse> = BTreeMap::new();
    lines.iter().for_each(|line| add_to_month(&mut months, line, zone));
    months.into_values().collect()
}

/// Adds a line to the sums of its month.
pub fn add_to_month(months: &mut BTreeMap<(i16, i8), MonthOfUse>, line: &UseLine, zone: &Zone) {
    let date = line.transaction_at.day_in(zone).date();
    let (year, month) = (date.year(), date.month());
    let empty = MonthOfUse { year, month, lines: 0, given: 0, owed: 0, taken: 0, differing: 0 };
    let sum = months.entry((year, month)).or_insert(empty);
    sum.lines = sum.lines.saturating_add(1);
    sum.given = sum.given.saturating_add(line.given);
    sum.owed = sum.owed.saturating_add(line.owed);
    sum.taken = sum.taken.saturating_add(line.taken);
    sum.differing = sum.differing.saturating_add(u64::from(!line.agrees()));
}

/// When a block will be used up at the rate of a window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunOut {
    /// The block.
    pub block: BlockId,
    /// Points left in it now.
    pub remaining: Points,
    /// When it ends: used up, or expired.
    pub ends_at: Timestamp,
    /// Points that will be left in it when it expires.
    pub lost: i128,
}

/// When each of a partner's open blocks will end, in the order of debit, if it goes on as in the last `window_ms`
/// milliseconds, when `taken` partner points were used. Nothing where nothing was used.
#[must_use]
pub fn forecast(open: &[(BlockId, Block)], now: Timestamp, (taken, window_ms): (i128, i64)) -> Vec<RunOut> {
    let mut ends: Vec<RunOut> = Vec::new();
    let mut at = i128::from(now.ms());
    for (id, block) in open.iter().filter(|_| taken > 0) {
        let left = i128::from(block.remaining().0);
        let lasts = left.saturating_mul(window_ms.into()).checked_div(taken).unwrap_or_default();
        let until = at.saturating_add(lasts);
        let expiry = block.expires_at.map(|expiry| i128::from(expiry.ms())).filter(|expiry| *expiry < until);
        let end = expiry.unwrap_or(until).max(at);
        let used = end.saturating_sub(at).saturating_mul(taken).checked_div(window_ms.into()).unwrap_or_default();
        let lost = expiry.map_or(0, |_| left.saturating_sub(used));
        let ends_at = i64::try_from(end).ok().and_then(Timestamp::from_ms).unwrap_or(Timestamp::MAX);
        ends.push(RunOut { block: *id, remaining: block.remaining(), ends_at, lost });
        at = end;
    }
    ends
}
