//! `accruedb blocks`: a partner's point blocks.

use super::database::{Database, OneProgram};
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, counted, grouped, or_dash};
use super::words::word;
use crate::domain::{Block, BlockId, BlockState, BlockStatus, Partner, PartnerId, PartnerKey, Timestamp, Zone};
use crate::engine::PartnerState;
use serde_json::{Value, json};

/// Shows a partner's blocks.
///
/// Open and past ones, in the order in which they were bought.
///
/// Exit codes: 0 done, 1 no such partner, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb blocks --db shop 1")]
pub(super) struct Args {
    /// The partner.
    partner: u32,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    program: OneProgram,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_to_look(output)?;
    let program = args.program.of(&engine)?;
    let key = PartnerKey { program: program.id, partner: PartnerId(args.partner) };
    let now = engine.now();
    let Some(state) = engine.partner(key)? else {
        output.object(&json!({ "partner": args.partner, "known": false }))?;
        let why = program.missing().map_or_else(String::new, |why| format!(": {why}"));
        output.line(format!("no partner {}{why}", args.partner))?;
        return Ok(Exit::Refused);
    };
    args.database.remark_on_time(&engine, output)?;
    output.object(&to_json(key.partner, &state, now))?;
    let partner = &state.partner;
    output.line(format!(
        "partner {}: {} points usable now, {} left in {}, {} debited (times in {})",
        key.partner,
        grouped(state.balance.0),
        grouped(left(partner)),
        counted(state.blocks.values().filter(|block| is_open(block)).count() as u64, "open block"),
        grouped(partner.debited.0),
        program.zone()
    ))?;
    output.table(&table(&state, now, &program.zone()))?;
    Ok(Exit::Done)
}

fn is_open(block: &Block) -> bool {
    block.status == BlockStatus::Approved && block.remaining().is_positive()
}

/// Points left in all approved blocks, also in those whose validity has not started.
fn left(partner: &Partner) -> i64 {
    partner.balance().0.saturating_add(partner.waiting.0)
}

/// A partner and its blocks, as one object.
pub(super) fn to_json(partner: PartnerId, state: &PartnerState, now: Timestamp) -> Value {
    let blocks = as_bought(state).into_iter().map(|(id, block)| {
        json!({
            "block": id, "kind": block.kind, "state": state_of(block, now), "purchased": block.purchased, "credited": block.credited,
            "remaining": block.remaining(), "debited": block.sums.get(BlockState::Debited),
            "expired": block.sums.get(BlockState::Expired), "fees": block.sums.get(BlockState::Fee),
            "adjusted": block.sums.get(BlockState::Adjusted),
            "cancelled": block.sums.get(BlockState::Cancelled), "starts_at": block.starts_at,
            "expires_at": block.expires_at, "unit_price": block.unit_price, "created": block.created,
        })
    });
    json!({
        "partner": partner, "known": true, "usable": state.balance, "remaining": left(&state.partner),
        "reserve": state.partner.reserve, "waiting": state.partner.waiting, "pending": state.partner.pending,
        "debited": state.partner.debited, "at": now, "blocks": blocks.collect::<Vec<Value>>(),
    })
}

/// The blocks in the order in which they were bought, as a scenario's question lists them.
fn as_bought(state: &PartnerState) -> Vec<(&BlockId, &Block)> {
    let mut blocks: Vec<(&BlockId, &Block)> = state.blocks.iter().collect();
    blocks.sort_by_key(|(_, block)| block.created);
    blocks
}

/// The blocks as a table.
pub(super) fn table(state: &PartnerState, now: Timestamp, zone: &Zone) -> TextTable {
    let head = ["block", "kind", "state", "purchased", "remaining", "debited", "expired", "starts", "expires"];
    let mut table = TextTable::new(&head).may_drop(&["starts", "expired", "kind"]);
    for (id, block) in as_bought(state) {
        let used = [BlockState::Debited, BlockState::Expired].map(|state| block.sums.get(state));
        let amounts = [block.purchased, block.remaining()].into_iter().chain(used).map(|points| grouped(points.0));
        let expires = or_dash(block.expires_at.map(|expiry| expiry.on_the_wall(zone)));
        let tail = [block.starts_at.on_the_wall(zone), expires];
        let named = [id.to_string(), word(&block.kind), state_of(block, now).to_owned()];
        table.row(named.into_iter().chain(amounts).chain(tail));
    }
    table
}

/// The state of a block, in one word: as long as points are left, whether they may be used; then what took the last of
/// them.
pub(super) fn state_of(block: &Block, now: Timestamp) -> &'static str {
    let is_used = !block.remaining().is_positive();
    match block.status {
        BlockStatus::Rejected => "rejected",
        BlockStatus::Cancelled => "cancelled",
        _ if is_used && block.sums.get(BlockState::Expired).is_positive() => "expired",
        _ if is_used => "used_up",
        _ if block.is_expired(now) => "expired",
        BlockStatus::Pending => "pending",
        BlockStatus::Approved if block.starts_at > now => "waiting",
        BlockStatus::Approved => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BlockKind, BlockSums, Points, Sequence};

    #[test]
    fn a_state_says_what_took_the_last_points() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let starts = at("2026-01-01T00:00:00Z");
        let block = Block { status: BlockStatus::Approved, ..Block::new(BlockKind::Regular, Points(10), starts) };
        let block = Block { expires_at: Some(at("2026-03-01T00:00:00Z")), created: Sequence(1), ..block };
        let instants = ["2025-12-31T00:00:00Z", "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"].map(at);
        let with = |parts: &[(BlockState, i64)]| {
            let mut sums = BlockSums::NONE;
            parts.iter().for_each(|(state, points)| *sums.get_mut(*state) = Points(*points));
            Block { sums, ..block.clone() }
        };
        let status = |status| Block { status, ..block.clone() };
        for (block, states) in [
            (block.clone(), ["waiting", "open", "expired"]),
            (status(BlockStatus::Pending), ["pending", "pending", "expired"]),
            (status(BlockStatus::Rejected), ["rejected"; 3]),
            (status(BlockStatus::Cancelled), ["cancelled"; 3]),
            (with(&[(BlockState::Debited, 10)]), ["used_up"; 3]),
            (with(&[(BlockState::Debited, 4), (BlockState::Expired, 6)]), ["expired"; 3]),
        ] {
            assert_eq!(instants.map(|now| state_of(&block, now)), states, "{block:?}");
        }
    }
}
