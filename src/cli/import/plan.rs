//! The plan of an import: points to give and points to take back, in the order in which they are sent.

use super::args::Bounds;
use super::item::{Act, Item, Take};
use super::order::Ordered;
use super::summary::Summary;
use crate::cli::database::Clock;
use crate::cli::output::Failure;
use crate::cli::posting::Earning;
use crate::cli::purchases::{BadLine, Line, Lines, Purchase, Refund, Worth};
use crate::domain::{Points, Timestamp};
use std::io::Read;

/// All that a file asks for.
pub(super) struct Plan {
    pub(super) items: Ordered,
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
        let mut plan = Plan { items: Ordered::new(self.clock), has_takes: false, points: 0, span: None };
        while let Some(line) = lines.next_line().map_err(Failure::Usage)? {
            let line = self.within(line);
            each(&line);
            summary.read = summary.read.saturating_add(1);
            match line {
                Line::Purchase(purchase) => self.purchase(purchase, &mut plan, summary)?,
                Line::Refund(refund) => self.refund(refund, &mut plan, summary)?,
                Line::Skipped { rule, .. } => summary.skip(rule),
                Line::Nobody { line, who } => summary.nobody(who, line),
                Line::Bad(bad) => summary.bad(bad),
            }
        }
        plan.items.end()?;
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

    fn purchase(&self, purchase: Purchase, plan: &mut Plan, summary: &mut Summary) -> Result<(), Failure> {
        let Some((points, kept)) = self.points(&purchase) else {
            summary.bad(self.too_much(purchase.line, &purchase.worth.to_string()));
            return Ok(());
        };
        summary.purchases = summary.purchases.saturating_add(1);
        plan.reach(purchase.at);
        let Purchase { line, customer: member, at, source, request, details, .. } = purchase;
        if points == Points::ZERO && details.as_ref().is_none_or(|details| details.promotions.is_empty()) {
            summary.without_points = summary.without_points.saturating_add(1);
            return Ok(());
        }
        let kept = kept.filter(|kept| *kept < points);
        plan.has_takes |= kept.is_some();
        let details = details.map(|details| *details);
        let more = (details.is_some() || kept.is_some()).then(|| Box::new((details.unwrap_or_default(), kept)));
        let item = Item { line, at, request, act: Act::Give { member, points, source, more } };
        plan.points = plan.points.saturating_add(i128::from(item.points().0));
        plan.items.push(item)
    }

    fn refund(&self, refund: Refund, plan: &mut Plan, summary: &mut Summary) -> Result<(), Failure> {
        let points = match refund.worth.map(|worth| self.earning.points(worth)) {
            None => None,
            Some(Some(points)) => Some(points),
            Some(None) => {
                summary.bad(self.too_much(refund.line, "the refund"));
                return Ok(());
            }
        };
        summary.refunds.lines = summary.refunds.lines.saturating_add(1);
        if let Some(at) = refund.at {
            plan.reach(at);
        }
        if points == Some(Points::ZERO) {
            summary.refunds.without_points = summary.refunds.without_points.saturating_add(1);
            return Ok(());
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
        plan.items.push(Item { line: refund.line, at, request: refund.request, act: Act::Take(Box::new(take)) })
    }
}

impl Plan {
    fn reach(&mut self, at: Timestamp) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }
}
