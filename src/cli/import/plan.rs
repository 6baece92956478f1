//! What a file's lines come to, in the order in which it is sent: points to give and points to take back.

use super::args::Bounds;
use super::summary::Summary;
use crate::cli::database::Clock;
use crate::cli::output::Failure;
use crate::cli::posting::Earning;
use crate::cli::purchases::{BadLine, Details, Line, Lines, Purchase, Refund, Worth};
use crate::domain::{MemberId, PointTypeId, Points, RequestId, SourceId, Timestamp};
use std::io::Read;

/// A line that changes points.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) line: u64,
    pub(super) at: Timestamp,
    pub(super) request: RequestId,
    pub(super) act: Act,
}

/// What a line does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Gives points.
    Give {
        member: MemberId,
        points: Points,
        source: Option<SourceId>,
        /// What few lines say, and the points that stay of them where a part was refunded.
        more: Option<Box<(Details, Option<Points>)>>,
    },
    /// Takes points back.
    Take(Box<Take>),
}

/// Points to take back.
#[derive(Debug, Clone)]
pub(super) struct Take {
    pub(super) member: Option<MemberId>,
    /// How many; `None` is all.
    pub(super) points: Option<Points>,
    /// The purchase.
    pub(super) of: Option<RequestId>,
    /// Whether only that purchase is meant.
    pub(super) is_only_of: bool,
    pub(super) point_type: PointTypeId,
    /// Whether the line names an instant.
    pub(super) is_dated: bool,
}

/// All that a file asks for.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    /// Whether points are taken back.
    pub(super) has_takes: bool,
    /// Points that are to be given.
    pub(super) points: i128,
    /// The first and the last instant of a purchase or refund, also of those too small for a point.
    pub(super) span: Option<(Timestamp, Timestamp)>,
}

/// How lines become a plan.
pub(super) struct Planner<'a> {
    pub(super) earning: &'a Earning,
    pub(super) bounds: Bounds,
    pub(super) clock: Clock,
    /// The columns that messages name.
    pub(super) date_column: Option<String>,
    pub(super) amount_column: Option<String>,
}

impl Planner<'_> {
    /// Reads all lines, counts each as what it is, and puts what is to be sent in order.
    pub(super) fn read(
        &self,
        lines: &mut Lines<impl Read>,
        summary: &mut Summary,
        mut each: impl FnMut(&Line),
    ) -> Result<Plan, Failure> {
        let mut plan = Plan::default();
        while let Some(line) = lines.next_line().map_err(Failure::Usage)? {
            let line = self.within(line);
            each(&line);
            summary.read = summary.read.saturating_add(1);
            match line {
                Line::Purchase(purchase) => self.purchase(purchase, &mut plan, summary),
                Line::Refund(refund) => self.refund(refund, &mut plan, summary),
                Line::Skipped { rule, .. } => summary.skip(rule),
                Line::Nobody { line, who } => summary.nobody(who, line),
                Line::Bad(bad) => summary.bad(bad),
            }
        }
        plan.sort(self.clock);
        Ok(plan)
    }

    /// A line that is dated beyond the bounds is bad.
    fn within(&self, line: Line) -> Line {
        let (number, at) = match &line {
            Line::Purchase(purchase) => (purchase.line, Some(purchase.at)),
            Line::Refund(refund) => (refund.line, refund.at),
            Line::Skipped { .. } | Line::Nobody { .. } | Line::Bad(_) => return line,
        };
        match at.and_then(|at| self.bounds.problem(at)) {
            None => line,
            Some(problem) => Line::Bad(BadLine { line: number, column: self.date_column.clone(), problem }),
        }
    }

    fn too_much(&self, line: u64, text: &str) -> BadLine {
        let problem = format!("{text} gives more points than there can be");
        BadLine { line, column: self.amount_column.clone(), problem }
    }

    /// The points of a purchase, and those that stay where a part of it was refunded; `None` where they do not fit.
    pub(super) fn points(&self, purchase: &Purchase) -> Option<(Points, Option<Points>)> {
        let points = self.earning.points(purchase.worth)?;
        let kept = match (purchase.refunded, purchase.worth) {
            (None, _) => None,
            (Some(refunded), Worth::Money(amount)) => Some(self.earning.tariff.points(amount.less(refunded)?)?),
            (Some(refunded), Worth::Points(_)) => {
                let taken = self.earning.tariff.points(refunded)?;
                Some(Points(points.0.saturating_sub(taken.0).max(0)))
            }
        };
        Some((points, kept))
    }

    fn purchase(&self, purchase: Purchase, plan: &mut Plan, summary: &mut Summary) {
        let Some((points, kept)) = self.points(&purchase) else {
            return summary.bad(self.too_much(purchase.line, &purchase.amount_text));
        };
        summary.purchases = summary.purchases.saturating_add(1);
        plan.reach(purchase.at);
        let Purchase { line, customer: member, at, source, request, details, .. } = purchase;
        if points == Points::ZERO && details.as_ref().is_none_or(|details| details.promotions.is_empty()) {
            summary.without_points = summary.without_points.saturating_add(1);
            return;
        }
        let kept = kept.filter(|kept| *kept < points);
        plan.has_takes |= kept.is_some();
        let details = details.map(|details| *details);
        let more = (details.is_some() || kept.is_some()).then(|| Box::new((details.unwrap_or_default(), kept)));
        let item = Item { line, at, request, act: Act::Give { member, points, source, more } };
        plan.points = plan.points.saturating_add(i128::from(item.points().0));
        plan.items.push(item);
    }

    fn refund(&self, refund: Refund, plan: &mut Plan, summary: &mut Summary) {
        let points = match refund.worth.map(|worth| self.earning.points(worth)) {
            None => None,
            Some(Some(points)) => Some(points),
            Some(None) => return summary.bad(self.too_much(refund.line, "the refund")),
        };
        summary.refunds.lines = summary.refunds.lines.saturating_add(1);
        if let Some(at) = refund.at {
            plan.reach(at);
        }
        if points == Some(Points::ZERO) {
            summary.refunds.without_points = summary.refunds.without_points.saturating_add(1);
            return;
        }
        plan.has_takes = true;
        let take = Take {
            member: refund.customer,
            points,
            of: refund.of,
            is_only_of: refund.is_only_of,
            point_type: refund.point_type.unwrap_or(self.earning.point_type),
            is_dated: refund.at.is_some(),
        };
        // an order that was undone at no date is undone last
        let at = refund.at.unwrap_or(Timestamp::MAX);
        plan.items.push(Item { line: refund.line, at, request: refund.request, act: Act::Take(Box::new(take)) });
    }
}

impl Item {
    /// The points that it gives.
    pub(super) fn points(&self) -> Points {
        let Act::Give { points, more, .. } = &self.act else { return Points::ZERO };
        let promotions = more.iter().flat_map(|more| &more.0.promotions).map(|(_, points)| points.0);
        Points(promotions.fold(points.0, i64::saturating_add))
    }
}

impl Plan {
    fn reach(&mut self, at: Timestamp) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    /// On the commands' clock in the order of time, purchases before the refunds of the same instant: many exports
    /// tell the newest first. Late postings in the order of the file, refunds last. In either order a refund finds the
    /// same purchases when the file is sent again.
    fn sort(&mut self, clock: Clock) {
        let takes = |item: &Item| matches!(item.act, Act::Take(_));
        match clock {
            Clock::Commands => self.items.sort_unstable_by_key(|item| (item.at, takes(item), item.line)),
            Clock::System => self.items.sort_unstable_by_key(|item| {
                let at = if takes(item) { item.at } else { Timestamp::MIN };
                (takes(item), at, item.line)
            }),
        }
    }
}
