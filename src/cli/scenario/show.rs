//! What the engine answers, in the words of scenarios.

use super::answer::{Answer, Row};
use super::orders::block_name;
use crate::cli::blocks;
use crate::domain::{
    Action, Balance, Block, BlockId, BlockKind, Entry, Item, ItemId, Leg, MemberId, MemberStatus, Outcome, PartnerId,
    PauseReason, PointClass, PointState, PointType, PointTypeId, Points, Program, Receipt, Rejection, Restriction,
    SourceId, SourceStatus, Subject, Timestamp, TypeStatus, Versions,
};
use crate::engine::{Error, ErrorKind, ExecuteError, MemberState, PartnerState, SourceState};
use crate::report::{self, Expiring, LabelBalance, StatementLine};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The items that a scenario has named.
pub(super) type Names = BTreeMap<ItemId, String>;

pub(super) fn name(names: &Names, item: ItemId) -> String {
    names.get(&item).cloned().unwrap_or_else(|| item.to_string())
}

fn or_never(expires_at: Option<Timestamp>) -> String {
    expires_at.map_or("never".to_owned(), |expiry| expiry.to_string())
}

pub(super) fn or_none(value: Option<impl Display>) -> String {
    value.map_or("none".to_owned(), |value| value.to_string())
}

pub(super) fn of(point_type: PointTypeId) -> String {
    format!("T{point_type}")
}

fn paid_by(partner: Option<PartnerId>) -> String {
    partner.map_or("host".to_owned(), |partner| format!("P{partner}"))
}

pub(super) fn receipt(receipt: &Receipt, names: &Names) -> Answer {
    let mut answer = Answer::status(if receipt.replayed { "ok replayed" } else { "ok" });
    for leg in &receipt.legs {
        let (kind, row) = leg_row(leg, names);
        answer.push(kind, row);
    }
    answer
}

fn leg_row(leg: &Leg, names: &Names) -> (&'static str, Row) {
    let row = match *leg {
        Leg::Granted { member, item, point_type, points, available_from, expires_at, source, .. } => {
            let row = Row::new(name(names, item)).amount(points).figure("of", of(point_type)).figure("member", member);
            let row = row.figure("available_from", available_from).figure("expires_at", or_never(expires_at));
            row.figure("source", or_none(source))
        }
        Leg::Moved { member, item, point_type, points, remaining, expires_at, effective_at, .. } => {
            let row = Row::new(name(names, item)).amount(points).figure("of", of(point_type)).figure("member", member);
            let row = row.figure("left", remaining).figure("expires_at", or_never(expires_at));
            row.figure("effective_at", effective_at)
        }
        Leg::Owed { member, point_type, points }
        | Leg::Absorbed { member, point_type, points }
        | Leg::Forgiven { member, point_type, points } => {
            Row::default().amount(points).figure("of", of(point_type)).figure("member", member)
        }
        Leg::Block { partner, block, points, remaining, place, rate, .. } => {
            let row = Row::new(block_name(block)).amount(points).figure("partner", format!("P{partner}"));
            let row = row.figure("award", or_none(place)).figure("rate", or_none(rate));
            row.figure("left", remaining)
        }
        Leg::Charged { partner, place, points, rate } => {
            let row = Row::default().amount(points).figure("partner", format!("P{partner}"));
            row.figure("award", place).figure("rate", rate)
        }
        Leg::Clipped { member, point_type, place, points } => {
            let row = Row::default().amount(points).figure("of", of(point_type)).figure("member", member);
            row.figure("award", place)
        }
        Leg::ExpiringSoon { .. } => warning(leg).unwrap_or_default(),
        Leg::Extended { member, item, point_type, points, before, expires_at } => {
            let row = Row::new(name(names, item)).amount(points).figure("of", of(point_type)).figure("member", member);
            row.figure("before", or_never(before)).figure("expires_at", or_never(expires_at))
        }
        Leg::TierChanged { member, before, tier, until } => {
            let row = Row::new(or_none(tier)).figure("member", member).figure("before", or_none(before));
            row.figure("until", or_never(until))
        }
        Leg::Merged { member, other, point_type, points } => {
            let row = Row::default().amount(points).figure("of", of(point_type)).figure("member", member);
            row.figure("other", other)
        }
        Leg::Inventory { source, change, points, left } => {
            Row::new(source.to_string()).amount(points).figure("change", change.code()).figure("left", left)
        }
        Leg::SourceStatus { source, status } => source_row(source, status),
        Leg::Withheld { source, place, point_type, points } => {
            let row = Row::new(source.to_string()).amount(points).figure("award", place);
            row.figure("of", of(point_type))
        }
        Leg::InventoryLow { source, left } => Row::new(source.to_string()).figure("left", left),
        Leg::NotAwarded { reason } | Leg::NotSpent { reason } => Row::default().figure("reason", reason.code()),
        Leg::Spent { .. }
        | Leg::RefundAsked { .. }
        | Leg::RefundAnswered { .. }
        | Leg::Posted { .. }
        | Leg::Settled { .. } => settlement_row(leg),
        Leg::Credited { partner, points } => Row::default().amount(points).figure("partner", format!("P{partner}")),
        Leg::Charge { .. }
        | Leg::Event { .. }
        | Leg::Billed { .. }
        | Leg::BillClosed { .. }
        | Leg::FeeCharged { .. }
        | Leg::FeeRefunded { .. } => billing_row(leg),
    };
    (leg.kind(), row)
}

fn owner_name(owner: Subject) -> String {
    match owner {
        Subject::Partner(partner) => format!("P{partner}"),
        Subject::Member(member) => member.to_string(),
        other => other.to_string(),
    }
}

/// What a leg says of spends, refunds, postings and runs.
fn settlement_row(leg: &Leg) -> Row {
    match *leg {
        Leg::Spent { partner, way, reduction, amount } => {
            let row = Row::default().amount(amount).figure("partner", format!("P{partner}"));
            row.figure("way", word(&way)).figure("reduction", word(&reduction))
        }
        Leg::RefundAsked { place, amount } => Row::default().amount(amount).figure("place", place),
        Leg::RefundAnswered { state, amount } => Row::default().amount(amount).figure("state", state.code()),
        Leg::Posted { owner, receivable, posting, amount } => {
            let row = Row::new(owner_name(owner)).amount(amount).figure("receivable", receivable);
            row.figure("posting", posting.code())
        }
        Leg::Settled { run, number, events, state } => {
            let row = Row::default().figure("run", run).figure("number", number);
            row.figure("events", events).figure("state", state.code())
        }
        _ => Row::default(),
    }
}

/// What a leg says of charges, bills and fees.
fn billing_row(leg: &Leg) -> Row {
    match *leg {
        Leg::Charge { partner, place, cause, block, points, unit_price, currency } => {
            let row = Row::new(cause.code()).amount(points).figure("partner", format!("P{partner}"));
            let row = row.figure("block", block_name(block)).figure("price", unit_price).figure("place", place);
            row.figure("currency", currency)
        }
        Leg::Event { partner, event, block, remaining } => {
            let row = Row::new(event.code()).figure("partner", format!("P{partner}"));
            row.figure("block", or_none(block.map(block_name))).figure("left", remaining)
        }
        Leg::Billed { partner, bill, terms, lines, points, price, currency } => {
            let row = Row::default().amount(points).figure("partner", format!("P{partner}")).figure("bill", bill);
            let row = row.figure("terms", terms).figure("lines", lines).figure("price", price);
            row.figure("currency", currency)
        }
        Leg::BillClosed { partner, bill, points } => {
            Row::default().amount(points).figure("partner", format!("P{partner}")).figure("bill", bill)
        }
        Leg::FeeCharged { partner, amount, currency } => {
            let row = Row::default().figure("partner", format!("P{partner}")).figure("amount", amount);
            row.figure("currency", currency)
        }
        Leg::FeeRefunded { partner, fee, amount, currency } => {
            let row = Row::default().figure("partner", format!("P{partner}")).figure("fee", fee);
            row.figure("amount", amount).figure("currency", currency)
        }
        _ => Row::default(),
    }
}

/// A source with its status.
fn source_row(source: SourceId, status: SourceStatus) -> Row {
    let row = Row::new(source.to_string()).figure("status", status.code());
    let reason = match status.reason() {
        Some(PauseReason::Manual) => "manual",
        Some(PauseReason::Inventory) => "inventory",
        None => "none",
    };
    row.figure("reason", reason)
}

/// A source with what is set and counted of it.
pub(super) fn source(id: SourceId, state: &SourceState) -> Row {
    let mut row = source_row(id, state.source.status).figure("name", &*state.terms.name);
    row = row.figure("types", state.terms.point_types.len());
    row = row.figure("linked", state.terms.point_types.iter().map(|id| of(*id)).collect::<Vec<_>>().join("+"));
    let inventory = state.source.inventory;
    row = row.figure("left", or_none(inventory.map(|inventory| inventory.left())));
    row = row.figure("given", or_none(inventory.map(|inventory| inventory.given)));
    row = row.figure("issued", or_none(inventory.map(|inventory| inventory.issued)));
    row = row.figure("expired", or_none(inventory.map(|inventory| inventory.expired)));
    let limits = state.terms.limits.iter().map(|limit| {
        let Restriction { restriction, max, .. } = limit.restriction;
        format!("{restriction}:{max}")
    });
    let limits: Vec<String> = limits.collect();
    row.figure("restrictions", if limits.is_empty() { "none".to_owned() } else { limits.join("+") })
}

/// A setting as the word that it is in JSON.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// Why a command was not done.
pub(super) fn failure(error: &ExecuteError) -> Answer {
    match error {
        ExecuteError::Refused(rejection) => {
            let mut answer = Answer::status(format!("refused {}", rejection.code()));
            answer.push("", refusal(rejection, Row::default()));
            answer
        }
        ExecuteError::Failed(Error { kind: ErrorKind::Invalid, what }) => {
            let field = what.split_once(": ").map_or(what.as_str(), |(field, _)| field);
            Answer::status(format!("malformed {field}"))
        }
        ExecuteError::Failed(error) => Answer::status(format!("error: {error}")),
    }
}

/// Adds the figures of a refusal, as JSON names them.
fn refusal(rejection: &Rejection, mut row: Row) -> Row {
    let Ok(Value::Object(causes)) = serde_json::to_value(rejection) else { return row };
    for (name, value) in causes.iter().filter(|(name, _)| *name != "kind") {
        let letter = match name.as_str() {
            "point_type" => "T",
            "partner" => "P",
            "scheme" => "S",
            "offer" => "O",
            "group" => "G",
            _ => "",
        };
        let value = match (name.as_str(), value.as_u64()) {
            ("block", Some(id)) => block_name(BlockId(id)),
            _ => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        row = row.figure(name, format!("{letter}{value}"));
    }
    row
}

pub(super) fn balance(balance: &Balance, class: PointClass) -> Row {
    let row = Row::default().figure("available", balance.available).figure("qualifying", balance.qualifying);
    let row = row.figure("available_total", balance.available_total(class)).figure("future", balance.future);
    row.figure("held", balance.held).figure("debt", balance.debt).figure("lifetime", balance.lifetime)
}

pub(super) fn member(state: &MemberState) -> Row {
    let status = match state.status {
        MemberStatus::Active => "active",
        MemberStatus::Blocked => "blocked",
        MemberStatus::Closed => "closed",
    };
    let row = Row::default().figure("status", status).figure("tier", or_none(state.tier.map(|tier| tier.tier)));
    let row = row.figure("since", or_none(state.tier.map(|tier| tier.since)));
    let row = row.figure("until", or_never(state.tier.map(|tier| tier.until)));
    let row = row.figure("household", or_none(state.membership.map(|membership| membership.household)));
    let rolls_up = state.membership.is_some_and(|membership| membership.rolls_up);
    let row = row.figure("rolls_up", if rolls_up { "yes" } else { "no" });
    let row = row.figure("ends_at", or_never(state.membership.and_then(|membership| membership.ends_at)));
    row.figure("merged_into", or_none(state.merged_into))
}

pub(super) fn expiring(row: &Expiring) -> Row {
    let Expiring { member, point_type, at, points } = *row;
    Row::new(member.to_string()).amount(points).figure("of", of(point_type)).figure("expires_at", at)
}

/// Balances of one label; `none` for types without one.
pub(super) fn label(sum: &LabelBalance) -> Row {
    let label = if sum.label.is_empty() { "none" } else { &sum.label };
    let row = Row::new(label).figure("available", sum.available).figure("qualifying", sum.qualifying);
    row.figure("future", sum.future).figure("held", sum.held).figure("debt", sum.debt)
}

/// Point types by name: `T1`, and what is set for them.
pub(super) fn types(program: &Program, prefix: &str) -> Vec<Row> {
    let found = report::point_types(program, prefix).into_iter();
    let row = |(id, kind): (PointTypeId, &PointType)| {
        let status = match kind.status {
            TypeStatus::Active => "active",
            TypeStatus::Inactive => "inactive",
        };
        let versions = program.point_types.get(&id).map_or(0, Versions::number);
        let row = Row::new(of(id)).figure("label", &kind.label).figure("status", status);
        let row = row.figure("default", if kind.is_default { "yes" } else { "no" });
        row.figure("scale", kind.scale).figure("currency", &kind.currency).figure("versions", versions)
    };
    found.map(row).collect()
}

pub(super) fn item(id: ItemId, item: &Item, now: Timestamp, names: &Names) -> Row {
    let mut row = Row::new(name(names, id)).amount(item.remaining()).figure("granted", item.granted);
    for (state, points) in item.sums.iter() {
        let points = match state {
            // one word for both: gone to pay what the member owed
            PointState::Repaid => Points(points.0.saturating_add(item.sums.get(PointState::MadeUp).0)),
            _ => points,
        };
        row = row.figure(state.code(), points);
    }
    let row = row.figure("absorbed", item.absorbed).figure("claimed", item.claimed);
    let row = row.figure("available_from", item.available_from).figure("expires_at", or_never(item.expires_at));
    row.figure("source", or_none(item.source))
        .figure("paid_by", paid_by(item.partner))
        .figure("subtype", item.subtype)
        .figure("status", item.state(now))
}

pub(super) fn partner(state: &PartnerState) -> Row {
    let partner = &state.partner;
    let row = Row::default().figure("balance", state.balance).figure("debited", partner.debited);
    let row = row.figure("usable", partner.usable).figure("reserve", partner.reserve);
    row.figure("waiting", partner.waiting).figure("pending", partner.pending)
}

pub(super) fn block(id: BlockId, block: &Block, now: Timestamp) -> Row {
    let row = Row::new(block_name(id)).amount(block.remaining()).figure("status", blocks::state_of(block, now));
    let row = row.figure("kind", kind_of(block.kind));
    let mut row = row.figure("purchased", block.purchased).figure("credited", block.credited);
    for (state, points) in block.sums.iter() {
        row = row.figure(state.code(), points);
    }
    let row = row.figure("starts_at", block.starts_at);
    row.figure("expires_at", or_never(block.expires_at)).figure("price", block.unit_price)
}

fn kind_of(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Regular => "regular",
        BlockKind::Auto => "auto",
        BlockKind::Reserve => "reserve",
    }
}

/// An entry of a statement: what was done, and by how much it changed what the member has.
pub(super) fn entry(entry: &Entry, member: MemberId) -> Row {
    let verb = match entry.outcome {
        Outcome::Done { .. } => verb(&entry.command.action),
        Outcome::Refused(_) => "refused",
    };
    let line = StatementLine::of(entry.clone(), member);
    let (changes, tier) = (line.changes, line.tiers.last().and_then(|change| change.tier));
    let change = changes.iter().fold(0i128, |sum, change| sum.saturating_add(change.points));
    let row = Row::new(verb).amount(format_args!("{change:+}")).figure("as", entry.command.request_id);
    let row = row.figure("tier", or_none(tier));
    let row = row.figure("transaction_at", or_none(entry.command.transaction_at));
    row.figure("recorded_at", entry.recorded_at).figure("reference", or_none(entry.command.reference.as_deref()))
}

/// The word that a scenario has for a verb.
fn verb(action: &Action) -> &'static str {
    verb_of(action.verb())
}

/// The word that a scenario has for a verb of JSON.
pub(super) fn verb_of(word: &'static str) -> &'static str {
    match word {
        "create_program" => "program",
        "create_point_type" => "type",
        "create_partner" => "partner",
        "create_subtype" => "subtype",
        "edit_point_type" => "edit",
        "activate_program" => "activate",
        "set_member_status" => "status",
        "enrol_household" => "household",
        "join_household" => "join",
        "leave_household" => "leave",
        "edit_membership" => "membership",
        "define_tiers" => "tiers",
        "extend_items" => "extend",
        "reinstate_items" => "reinstate",
        "purchase_block" => "purchase",
        "approve_block" => "approve",
        "edit_partner" => "terms",
        "reject_block" => "reject",
        "adjust_block" => "adjust",
        "charge_fee" => "fee",
        "refund_fee" => "refund",
        "bill_partner" => "bill",
        word => word,
    }
}

/// Points that an entry of the journal tells of before they expire.
pub(super) fn warned(entry: &Entry) -> Vec<Row> {
    entry.legs().iter().filter_map(warning).collect()
}

fn warning(leg: &Leg) -> Option<Row> {
    let Leg::ExpiringSoon { member, point_type, points, first_expires_at } = *leg else { return None };
    let row = Row::new(member.to_string()).amount(points).figure("of", of(point_type));
    Some(row.figure("first_expires_at", first_expires_at))
}

/// An entry of the journal that refused something.
pub(super) fn refused(entry: &Entry) -> Option<Row> {
    let Outcome::Refused(rejection) = &entry.outcome else { return None };
    Some(refusal(rejection, Row::new(rejection.code()).figure("as", entry.command.request_id)))
}
