//! `accruedb blocks`: a partner's point blocks.

use super::database::Database;
use super::output::{Exit, Failure, Output};
use super::table::{TextTable, grouped, or_dash};
use crate::domain::{Block, BlockState, BlockStatus, Partner, PartnerId, PartnerKey, ProgramId, Timestamp};
use crate::engine::PartnerState;
use serde_json::{Value, json};

/// Shows a partner's blocks, open and past.
///
/// Exit codes: 0 done, 1 no such partner, 2 wrong call, 3 engine error.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  accruedb blocks --db shop 1")]
pub(super) struct Args {
    /// The partner.
    partner: u32,
    #[command(flatten)]
    database: Database,
    /// The program.
    #[arg(long, default_value_t = 1)]
    program: u32,
}

pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let engine = args.database.open_existing(output)?;
    let key = PartnerKey { program: ProgramId(args.program), partner: PartnerId(args.partner) };
    let now = engine.now();
    let Some(state) = engine.partner(key)? else {
        output.object(&json!({ "partner": args.partner, "known": false }))?;
        output.line(format!("no partner {}", args.partner))?;
        return Ok(Exit::Refused);
    };
    args.database.remark_on_time(&engine, output)?;
    output.object(&to_json(key.partner, &state, now))?;
    let partner = &state.partner;
    output.line(format!(
        "partner {}: {} points usable now, {} left in {} open blocks, {} debited",
        key.partner,
        grouped(state.balance.0),
        grouped(left(partner)),
        partner.open_blocks,
        grouped(partner.debited.0)
    ))?;
    lines(&state, now).iter().try_for_each(|line| output.line(line))?;
    Ok(Exit::Done)
}

/// Points left in all approved blocks, also in those whose validity has not started.
fn left(partner: &Partner) -> i64 {
    partner.balance().0.saturating_add(partner.waiting.0)
}

/// A partner and its blocks, as one object.
pub(super) fn to_json(partner: PartnerId, state: &PartnerState, now: Timestamp) -> Value {
    let blocks = state.blocks.iter().map(|(id, block)| {
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

/// The blocks as a table.
pub(super) fn lines(state: &PartnerState, now: Timestamp) -> Vec<String> {
    let mut table =
        TextTable::new(&["block", "state", "purchased", "remaining", "debited", "expired", "starts", "expires"]);
    for (id, block) in &state.blocks {
        let amounts = [
            block.purchased,
            block.remaining(),
            block.sums.get(BlockState::Debited),
            block.sums.get(BlockState::Expired),
        ];
        let amounts = amounts.map(|points| grouped(points.0));
        let tail = [block.starts_at.to_string(), or_dash(block.expires_at)];
        table.row([id.to_string(), state_of(block, now).to_owned()].into_iter().chain(amounts).chain(tail));
    }
    table.lines()
}

pub(super) fn state_of(block: &Block, now: Timestamp) -> &'static str {
    match block.status {
        BlockStatus::Rejected => "rejected",
        BlockStatus::Cancelled => "cancelled",
        _ if block.is_expired(now) => "expired",
        BlockStatus::Pending => "pending",
        BlockStatus::Approved if !block.remaining().is_positive() => "used_up",
        BlockStatus::Approved if block.starts_at > now => "waiting",
        BlockStatus::Approved => "open",
    }
}
