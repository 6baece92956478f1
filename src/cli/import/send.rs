//! Sending a plan: accruals and cancellations in order, many in flight at once. A refund looks up what there is to take
//! back, so that what came before it of the same member is done first.

use super::flight::{Flight, Landed, Sent};
use super::item::{Act, Item, Take};
use super::past::{Given, Past};
use super::plan::Plan;
use super::summary::{RefundFate, Summary};
use crate::cli::database::Clock;
use crate::cli::output::{Failure, Output};
use crate::cli::posting::{Answer, Earners, Earning, IN_FLIGHT_MAX, Latency, RedeemRule};
use crate::cli::request_ids;
use crate::domain::{Award, Cancel, CancelAmount, Command, LongId, MemberId, Points, RequestId, Timestamp};
use crate::engine::Engine;
use std::ops::ControlFlow;
use std::time::Duration;

/// Lines after which members redeem, on the system's clock.
const LINES_TOGETHER: u64 = IN_FLIGHT_MAX as u64;
/// A refund takes back from so many awards, about.
const PARTS_MAX: usize = 1_000;

/// An import under way.
pub(super) struct Sending<'a> {
    pub(super) engine: &'a Engine,
    pub(super) earning: &'a Earning,
    pub(super) rule: Option<RedeemRule>,
    pub(super) clock: Clock,
    pub(super) latency: Latency,
    pub(super) summary: &'a mut Summary,
}

impl Sending<'_> {
    /// Sends everything. Where members redeem, it is after each day on the commands' clock, and after so many lines on
    /// the system's: a bad line that was mended moves no other one into another part, where the redemptions would have
    /// other ids.
    pub(super) fn send(&mut self, plan: &Plan, output: &Output) -> Result<(), Failure> {
        let mut progress = super::progress::Bar::new(output, plan.items.len(), Duration::from_secs(10));
        let mut items = plan.items.items()?;
        let mut flight = Flight::new(self.engine, self.rule.is_some());
        let (mut earners, mut last, mut count) = (Earners::default(), None, 0_usize);
        loop {
            let next = items.next()?;
            let is_end = match (&next, last) {
                (Some(next), Some(last)) => !self.is_together(last, (next.at, next.line)),
                (None, _) => true,
                (Some(_), None) => false,
            };
            if is_end || count >= IN_FLIGHT_MAX {
                progress.advance(count as u64);
                count = 0;
                if is_end || plan.has_takes {
                    self.land_all(&mut flight, &mut earners)?;
                }
            }
            if is_end && let Some(rule) = &self.rule {
                let earners = std::mem::take(&mut earners);
                let count = |member, answer: &_| self.summary.count_redemption(member, answer);
                let left = rule.redeem(self.engine, earners, count)?;
                left.into_iter().for_each(|(member, points)| self.summary.count_left(member, points));
            }
            let Some(next) = next else { break };
            last = Some((next.at, next.line));
            count = count.saturating_add(1);
            self.item(&next, plan.has_takes, &mut flight, &mut earners)?;
        }
        progress.end();
        Ok(())
    }

    /// Whether two items that follow each other are sent before anybody redeems.
    fn is_together(&self, (at, line): (Timestamp, u64), (next_at, next_line): (Timestamp, u64)) -> bool {
        match self.clock {
            _ if self.rule.is_none() => true,
            Clock::Commands => at.day() == next_at.day(),
            Clock::System => line / LINES_TOGETHER == next_line / LINES_TOGETHER,
        }
    }

    /// Sends the commands of an item, and waits for those that were sent long before.
    fn item(
        &mut self,
        item: &Item,
        has_takes: bool,
        flight: &mut Flight<'_>,
        earners: &mut Earners,
    ) -> Result<(), Failure> {
        if has_takes {
            if flight.holds(item) {
                self.land_all(flight, earners)?;
            }
            flight.touch(item);
        }
        match &item.act {
            Act::Give { .. } => self.give(item, flight)?,
            Act::Take(take) => self.take(item, take, flight)?,
        }
        while flight.len() >= IN_FLIGHT_MAX {
            self.land(flight, earners)?;
        }
        Ok(())
    }

    /// Waits for all answers.
    fn land_all(&mut self, flight: &mut Flight<'_>, earners: &mut Earners) -> Result<(), Failure> {
        while self.land(flight, earners)? {}
        flight.touched.clear();
        Ok(())
    }

    /// Waits for the answer to the command that was sent first, and counts it. Returns whether there was one.
    fn land(&mut self, flight: &mut Flight<'_>, earners: &mut Earners) -> Result<bool, Failure> {
        let Some(Landed { line, sent, since, answer, command }) = flight.land()? else { return Ok(false) };
        self.latency.count(since);
        if let (Some(rule), Some(command)) = (&self.rule, &command) {
            rule.earned(earners, command, &answer);
        }
        let member = match sent {
            Sent::Accrual => {
                self.summary.count(line, &answer);
                return Ok(true);
            }
            Sent::Correction(member, points) => {
                self.summary.count_taken(line, points, &answer);
                member
            }
            Sent::Refund(member, points, last) => {
                let fate = self.summary.count_taken(line, points, &answer);
                if let Some(last) = last {
                    let is_whole = matches!((&last, &fate), (RefundFate::Taken, _) | (_, RefundFate::Refused));
                    self.summary.count_refund(line, if is_whole { fate } else { last });
                }
                member
            }
        };
        // points that were taken back are not redeemed
        if let (Some(rule), Some(earner), Answer::Done(receipt)) = (&self.rule, earners.get_mut(&member), &answer) {
            earner.available = rule.available(receipt);
        }
        Ok(true)
    }

    fn give(&mut self, item: &Item, flight: &mut Flight<'_>) -> Result<(), Failure> {
        let Act::Give { member, points, source, more } = &item.act else { return Ok(()) };
        let earning = self.earning;
        let details = more.as_ref().map(|more| &more.0);
        let point_type = details.and_then(|details| details.point_type).unwrap_or(earning.point_type);
        let expires = details.and_then(|details| details.expires);
        let base = Award { source: *source, expires, ..Award::new(point_type, *points) };
        let promotions = details.into_iter().flat_map(|details| &details.promotions);
        let promotions = promotions.map(|(source, points)| Award {
            source: Some(*source),
            expires,
            ..Award::new(point_type, *points)
        });
        let awards = match details {
            None => vec![base],
            Some(_) => Some(base).filter(|award| award.points.is_positive()).into_iter().chain(promotions).collect(),
        };
        let partner = details.and_then(|details| details.partner).or(earning.partner);
        let reference = details.and_then(|details| details.reference.clone());
        // a text of its own for each purchase costs as much as the purchase: the line's number is not worth one
        let own = self.summary.has_own_ids.then(|| item.request.to_string().into());
        let accrual = earning.accrual_of(*member, partner, awards, item.request, item.at);
        let accrual = Command { reference: reference.or(own), ..accrual };
        // a line that was given another request id does not name its own any more
        let is_named = |long: &LongId| long.id() == *member || long.id().0 == item.request.0;
        let texts = details.into_iter().flat_map(|details| &details.long_ids);
        let accrual = accrual.naming(texts.filter_map(|text| LongId::new(text)).filter(is_named));
        flight.push(item.line, accrual, Sent::Accrual);
        match more.as_ref().and_then(|more| more.1) {
            None => Ok(()),
            Some(kept) => self.correct(item, *member, (*points, kept), flight),
        }
    }

    /// Takes back what was refunded of a purchase by its own line, less what was taken back before.
    fn correct(
        &mut self,
        item: &Item,
        member: MemberId,
        (points, kept): (Points, Points),
        flight: &mut Flight<'_>,
    ) -> Result<(), Failure> {
        let refunded = Points(points.0.saturating_sub(kept.0));
        let request = request_ids::following(item.request, &format!("refunded {refunded}"));
        if let Some((command, taken)) = self.past().cancelled(request)? {
            flight.push(item.line, command, Sent::Correction(member, taken));
            return Ok(());
        }
        let given = self.past().given(item.request)?;
        let taken = given.as_ref().map_or(Points::ZERO, Given::taken_of_first);
        let missing = Points(refunded.0.saturating_sub(taken.0));
        if !missing.is_positive() {
            return Ok(());
        }
        let Act::Give { more, .. } = &item.act else { return Ok(()) };
        let is_single = more.as_ref().is_none_or(|more| more.0.promotions.is_empty());
        let amount =
            if is_single { CancelAmount::Points(missing) } else { CancelAmount::Award { place: 0, points: missing } };
        let body = Cancel { request: item.request, amount };
        let command = Command::new(self.earning.program, request, body).at(item.at);
        flight.push(item.line, command.reference(format!("line {}", item.line)), Sent::Correction(member, missing));
        Ok(())
    }

    /// Takes points back: of the purchase that the refund names, or of the member's latest ones.
    fn take(&mut self, item: &Item, take: &Take, flight: &mut Flight<'_>) -> Result<(), Failure> {
        let named = match take.of {
            Some(of) => self.past().given(of)?,
            None => None,
        };
        // later purchases were not there when this was sent first; and a number that is not said to be that of the
        // purchase may be anybody's
        let is_own = |given: &Given| take.is_only_of || take.member == Some(given.member);
        let named = named.filter(|given| given.at <= item.at && is_own(given));
        match (take.points, named) {
            (None, Some(given)) => self.take_all(item, take, &given, flight),
            (None, None) => {
                self.summary.undone_for_nothing();
                Ok(())
            }
            (Some(points), named) => self.take_some(item, take, (points, named), flight),
        }
    }

    /// Undoes a purchase.
    fn take_all(&mut self, item: &Item, take: &Take, given: &Given, flight: &mut Flight<'_>) -> Result<(), Failure> {
        if let Some((command, points)) = self.past().cancelled(item.request)? {
            flight.push(item.line, command, Sent::Refund(given.member, points, Some(RefundFate::Taken)));
            return Ok(());
        }
        if given.left_in_all() == Points::ZERO {
            self.summary.count_refund(item.line, RefundFate::Replayed);
            return Ok(());
        }
        let body = Cancel { request: given.request, amount: CancelAmount::Whole };
        let command = self.cancellation(item, take, item.request, body);
        flight.touched.extend([given.member.0, given.request.0]);
        let sent = Sent::Refund(given.member, given.left_in_all(), Some(RefundFate::Taken));
        flight.push(item.line, command, sent);
        Ok(())
    }

    /// Takes so many points back, from as many purchases as it takes. What an earlier run took counts.
    fn take_some(
        &mut self,
        item: &Item,
        take: &Take,
        (points, named): (Points, Option<Given>),
        flight: &mut Flight<'_>,
    ) -> Result<(), Failure> {
        let mut missing = points.0;
        let mut parts: Vec<(Command, MemberId, Points)> = Vec::new();
        let id = |parts: &Vec<_>| match parts.len() {
            0 => item.request,
            count => request_ids::following(item.request, &format!("part {count}")),
        };
        // sent again, so that their answers are those of the first time
        while let Some((command, taken)) = self.past().cancelled(id(&parts))? {
            missing = missing.saturating_sub(taken.0);
            parts.push((command, take.member.unwrap_or_default(), taken));
        }
        for (given, place, left) in self.purchases(item, take, named, missing)? {
            let taken = Points(left.0.min(missing));
            missing = missing.saturating_sub(taken.0);
            let body = Cancel { request: given.request, amount: given.amount(place, taken) };
            let command = self.cancellation(item, take, id(&parts), body);
            flight.touched.extend([given.member.0, given.request.0]);
            parts.push((command, given.member, taken));
        }
        let fate = Self::fate(take, points, missing);
        let Some((last, member, taken)) = parts.pop() else {
            self.summary.count_refund(item.line, fate);
            return Ok(());
        };
        for (command, member, taken) in parts {
            flight.push(item.line, command, Sent::Refund(member, taken, None));
        }
        flight.push(item.line, last, Sent::Refund(member, taken, Some(fate)));
        Ok(())
    }

    /// The outcome of a refund of which so many points find nothing.
    fn fate(take: &Take, points: Points, missing: i64) -> RefundFate {
        if missing <= 0 {
            return RefundFate::Taken;
        }
        let whose = match (take.of.filter(|_| take.is_only_of), take.member) {
            (Some(of), _) => format!("purchase {of}"),
            (None, Some(member)) => format!("member {member}"),
            (None, None) => "nobody".to_owned(),
        };
        RefundFate::Unfound { found: Points(points.0.saturating_sub(missing)), points: Some(points), whose }
    }

    /// The purchases from which so many points are taken back, each with an award and what is left of it.
    fn purchases(
        &self,
        item: &Item,
        take: &Take,
        named: Option<Given>,
        mut missing: i64,
    ) -> Result<Vec<(Given, u16, Points)>, Failure> {
        let mut found: Vec<(Given, u16, Points)> = Vec::new();
        let mut add = |given: &Given| {
            for (place, left) in given.left(take.point_type) {
                if missing <= 0 {
                    break;
                }
                missing = missing.saturating_sub(left.0);
                found.push((given.clone(), place, left));
            }
            if missing <= 0 || found.len() >= PARTS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        match (named, take.member) {
            (Some(given), _) => drop(add(&given)),
            (None, Some(member)) if !take.is_only_of => {
                let until = |given: &Given| if given.at <= item.at { add(given) } else { ControlFlow::Continue(()) };
                self.past().walk(member, until)?;
            }
            (None, _) => {}
        }
        Ok(found)
    }

    fn cancellation(&self, item: &Item, take: &Take, request: RequestId, body: Cancel) -> Command {
        let command = Command::new(self.earning.program, request, body).reference(format!("line {}", item.line));
        if take.is_dated { command.at(item.at) } else { command }
    }

    fn past(&self) -> Past<'_> {
        Past { engine: self.engine, program: self.earning.program }
    }
}
