//! `accruedb items`: the point items of an account, in the order of use.

use super::database::OneMember;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash};
use crate::domain::{Item, ItemId, ItemPosition, PointTypeId, Timestamp};
use serde::Serialize;
use serde_json::json;

/// Shows the point items of a member's account, the next to be used first, used-up ones too, as of now.
///
/// Exit codes: 0 done, 1 no such member, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb items --db shop 00004 --limit 20")]
pub(super) struct Args {
    #[command(flatten)]
    of: OneMember,
    /// The kind of points.
    #[arg(long, default_value_t = 1)]
    point_type: u16,
    /// At most this many that have matured, and as many that have not.
    #[arg(long, default_value_t = 100)]
    limit: usize,
}

/// An item as it is shown.
#[derive(Serialize)]
struct Shown {
    item: ItemId,
    state: &'static str,
    #[serde(flatten)]
    of: Item,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (engine, owner) = args.of.open(output)?;
    if engine.balances(owner)?.is_none() {
        output.object(&json!({ "member": args.of.member, "enrolled": false }))?;
        output.line(format!("no member {}", args.of.member))?;
        return Ok(Exit::Refused);
    }
    args.of.remark_on_time(&engine, output)?;
    let account = owner.account(PointTypeId(args.point_type));
    let items = engine.items(account, ItemPosition::FIRST, args.limit)?;
    let now = engine.now();
    let shown = |rows: Vec<(ItemPosition, Item)>| -> Vec<Shown> {
        rows.into_iter().map(|(position, of)| Shown { item: position.id, state: state(&of, now), of }).collect()
    };
    let (matured, future) = (shown(items.matured), shown(items.future));
    output.object(&json!({
        "member": args.of.member, "enrolled": true, "point_type": account.point_type, "at": now, "matured": matured,
        "future": future,
    }))?;
    let head =
        ["item", "state", "granted", "remaining", "redeemed", "expired", "cancelled", "from", "expires", "source"];
    let mut table = TextTable::new(&head);
    for Shown { item, state, of } in matured.iter().chain(&future) {
        let amounts = [of.granted, of.remaining, of.redeemed, of.expired, of.cancelled].map(|points| grouped(points.0));
        let from = of.available_from.to_string();
        let tail = [from, or_dash(of.expires_at), or_dash(of.source)];
        table.row([item.to_string(), (*state).to_owned()].into_iter().chain(amounts).chain(tail));
    }
    table.lines().iter().try_for_each(|line| output.line(line))?;
    Ok(Exit::Done)
}

fn state(item: &Item, now: Timestamp) -> &'static str {
    match item {
        item if !item.remaining.is_positive() => "closed",
        item if item.is_expired(now) => "expired",
        item if item.available_from > now => "future",
        _ => "open",
    }
}
