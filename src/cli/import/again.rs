//! Lines of an earlier import that come again under another name: without the shop's own numbers they would count twice.

use super::past::Past;
use super::plan::{Act, Item, Plan};
use super::summary::Summary;
use crate::cli::output::{Failure, Output};
use crate::cli::purchases::plain;
use crate::cli::table::grouped;
use crate::domain::{MemberId, RequestId};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Lines that are looked up; of more, these many, evenly spread.
const LOOKED_UP_MAX: usize = 10_000;

/// Looks for purchases that the database has already: of the same member, at the same instant, of as many points, under
/// a request id that is not of this file. Warns where there are any.
pub(super) fn warn(
    past: Past<'_>,
    plan: &Plan,
    name: &str,
    summary: &mut Summary,
    output: &Output,
) -> Result<(), Failure> {
    let newest = past.engine.now();
    let old = |item: &&Item| item.at <= newest && matches!(item.act, Act::Give { .. });
    let count = plan.items.iter().filter(old).count();
    let step = count.div_ceil(LOOKED_UP_MAX).max(1);
    let mut own: Option<HashSet<RequestId>> = None;
    let (mut looked_up, mut again, mut first) = (0_u64, 0_u64, None);
    for item in plan.items.iter().filter(old).step_by(step) {
        let Act::Give { member, .. } = &item.act else { continue };
        looked_up = looked_up.saturating_add(1);
        if past.is_done(item.request)? {
            continue;
        }
        let Some(request) = like(past, *member, item)? else { continue };
        let own = own.get_or_insert_with(|| plan.items.iter().map(|item| item.request).collect());
        if !own.contains(&request) {
            again = again.saturating_add(1);
            first = first.or(Some(item.line));
        }
    }
    summary.seen_before = again;
    if let Some(first) = first {
        let of =
            if step > 1 { format!("of {} lines that were looked up, ", grouped(looked_up)) } else { String::new() };
        output.remark(format!(
            "{}: {of}{} are in the database already, from an earlier import (the first: line {first}). They count \
             again. --id-column names the shop's order number, by which an order counts once",
            plain(name),
            grouped(again)
        ));
    }
    Ok(())
}

/// An accrual that looks like a line.
fn like(past: Past<'_>, member: MemberId, item: &Item) -> Result<Option<RequestId>, Failure> {
    let given = past.walk(member, |given| match given.at == item.at && given.points() == item.points() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    })?;
    Ok(given.map(|given| given.request))
}
