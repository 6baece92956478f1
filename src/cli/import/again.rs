//! Lines of an earlier import that come again under another name: without the shop's own numbers they would count twice.

use super::item::{Act, Item};
use super::past::Past;
use super::plan::Plan;
use super::summary::Summary;
use crate::cli::output::Failure;
use crate::cli::table::grouped;
use crate::domain::{MemberId, RequestId};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Lines that are looked up; of more, these many, evenly spread.
const LOOKED_UP_MAX: u64 = 10_000;

/// Accruals of a member that a line is compared with.
const NEWEST: u32 = 500;

/// Looks for purchases that the database has already: of the same member, at the same instant, of as many points, under
/// a request id that is not of this file. Says so where there are any.
pub(super) fn told(past: Past<'_>, plan: &Plan, summary: &mut Summary) -> Result<Option<String>, Failure> {
    let newest = past.engine.now();
    let old = |item: &Item| item.at <= newest && matches!(item.act, Act::Give { .. });
    let (mut count, mut items) = (0_u64, plan.items.items()?);
    while let Some(item) = items.next()? {
        count = count.saturating_add(u64::from(old(&item)));
    }
    let step = count.div_ceil(LOOKED_UP_MAX).max(1);
    let (mut looked_up, mut place, mut found) = (0_u64, 0_u64, Vec::new());
    let mut items = plan.items.items()?;
    while let Some(item) = items.next()? {
        if !old(&item) {
            continue;
        }
        place = place.saturating_add(1);
        let Act::Give { member, .. } = &item.act else { continue };
        if place.checked_rem(step) == Some(0) {
            looked_up = looked_up.saturating_add(1);
            if !past.is_done(item.request)? {
                found.extend(like(past, *member, &item)?.map(|request| (request, item.line)));
            }
        }
    }
    let again = of_others(plan, &found)?;
    let first = again.iter().min().copied();
    let again = again.len() as u64;
    summary.seen_before = again;
    let Some(first) = first else { return Ok(None) };
    let of = if step > 1 { format!("of {} lines that were looked up, ", grouped(looked_up)) } else { String::new() };
    Ok(Some(format!(
        "{of}{} are in the database already, from an earlier import (the first: line {first}). They count again. \
         --id-column names the shop's order number, by which an order counts once",
        grouped(again)
    )))
}

/// The lines whose like is not of this file itself, of which an earlier run may have done a part.
fn of_others(plan: &Plan, found: &[(RequestId, u64)]) -> Result<Vec<u64>, Failure> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut others: HashSet<RequestId> = found.iter().map(|(request, _)| *request).collect();
    let mut items = plan.items.items()?;
    while let Some(item) = items.next()? {
        others.remove(&item.request);
    }
    Ok(found.iter().filter(|(request, _)| others.contains(request)).map(|(_, line)| *line).collect())
}

/// An accrual that looks like a line, among the member's newest ones.
fn like(past: Past<'_>, member: MemberId, item: &Item) -> Result<Option<RequestId>, Failure> {
    let (mut left, mut found) = (NEWEST, None);
    past.walk(member, |given| {
        left = left.saturating_sub(1);
        if given.at == item.at && given.points() == item.points() {
            found = Some(given.request);
        }
        if left == 0 || found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(found)
}
