//! What the engine answers, in the words of scenarios.

use super::answer::{Answer, Row};
use crate::cli::{blocks, items};
use crate::domain::{
    Action, Balance, Block, BlockId, Entry, Item, ItemId, Leg, MemberId, Outcome, PartnerId, PointClass, PointState,
    PointTypeId, Points, Receipt, Rejection, Subject, Timestamp,
};
use crate::engine::{Error, ErrorKind, ExecuteError, PartnerState};
use crate::report::StatementLine;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The items that a scenario has named.
pub(super) type Names = BTreeMap<ItemId, String>;

fn name(names: &Names, item: ItemId) -> String {
    names.get(&item).cloned().unwrap_or_else(|| item.to_string())
}

fn or_never(expires_at: Option<Timestamp>) -> String {
    expires_at.map_or("never".to_owned(), |expiry| expiry.to_string())
}

fn or_none(value: Option<impl Display>) -> String {
    value.map_or("none".to_owned(), |value| value.to_string())
}

fn of(point_type: PointTypeId) -> String {
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
        Leg::Granted { member, item, point_type, points, available_from, expires_at, source } => {
            let row = Row::new(name(names, item)).amount(points).figure("of", of(point_type)).figure("member", member);
            let row = row.figure("available_from", available_from).figure("expires_at", or_never(expires_at));
            row.figure("source", or_none(source))
        }
        Leg::Moved { member, item, point_type, points, remaining, expires_at, effective_at, .. } => {
            let row = Row::new(name(names, item)).amount(points).figure("of", of(point_type)).figure("member", member);
            let row = row.figure("left", remaining).figure("expires_at", or_never(expires_at));
            row.figure("effective_at", effective_at)
        }
        Leg::Owed { member, point_type, points } | Leg::Absorbed { member, point_type, points } => {
            Row::default().amount(points).figure("of", of(point_type)).figure("member", member)
        }
        Leg::Block { partner, block, points, remaining, place, rate, .. } => {
            let row = Row::new(format!("B{block}")).amount(points).figure("partner", format!("P{partner}"));
            let row = row.figure("award", or_none(place)).figure("rate", or_none(rate));
            row.figure("left", remaining)
        }
        Leg::Charged { partner, place, points, rate } => {
            let row = Row::default().amount(points).figure("partner", format!("P{partner}"));
            row.figure("award", place).figure("rate", rate)
        }
        Leg::NotAwarded { reason } | Leg::NotSpent { reason } => Row::default().figure("reason", reason.code()),
        Leg::Spent { partner, way, reduction, amount } => {
            let row = Row::default().amount(amount).figure("partner", format!("P{partner}"));
            row.figure("way", word(&way)).figure("reduction", word(&reduction))
        }
        Leg::RefundAsked { place, amount } => Row::default().amount(amount).figure("place", place),
        Leg::RefundAnswered { state, amount } => Row::default().amount(amount).figure("state", state.code()),
        Leg::Posted { owner, receivable, posting, amount } => {
            let owner = match owner {
                Subject::Partner(partner) => format!("P{partner}"),
                Subject::Member(member) => member.to_string(),
                other => other.to_string(),
            };
            let row = Row::new(owner).amount(amount).figure("receivable", receivable);
            row.figure("posting", posting.code())
        }
        Leg::Settled { run, number, events, state } => {
            let row = Row::default().figure("run", run).figure("number", number);
            row.figure("events", events).figure("state", state.code())
        }
        Leg::Credited { partner, points } => Row::default().amount(points).figure("partner", format!("P{partner}")),
    };
    (leg.kind(), row)
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
            "block" => "B",
            "scheme" => "S",
            "offer" => "O",
            "group" => "G",
            _ => "",
        };
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        row = row.figure(name, format!("{letter}{value}"));
    }
    row
}

pub(super) fn balance(balance: &Balance, class: PointClass) -> Row {
    let row = Row::default().figure("available", balance.available).figure("qualifying", balance.qualifying);
    let row = row.figure("available_total", balance.available_total(class)).figure("future", balance.future);
    row.figure("held", balance.held).figure("debt", balance.debt).figure("lifetime", balance.lifetime)
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
        .figure("status", items::state_of(item, now))
}

pub(super) fn partner(state: &PartnerState) -> Row {
    Row::default().figure("balance", state.balance).figure("debited", state.partner.debited)
}

pub(super) fn block(id: BlockId, block: &Block, now: Timestamp) -> Row {
    let row = Row::new(format!("B{id}")).amount(block.remaining()).figure("status", blocks::state_of(block, now));
    let mut row = row.figure("purchased", block.purchased).figure("credited", block.credited);
    for (state, points) in block.sums.iter() {
        row = row.figure(state.code(), points);
    }
    let row = row.figure("starts_at", block.starts_at);
    row.figure("expires_at", or_never(block.expires_at)).figure("price", block.unit_price)
}

/// An entry of a statement: what was done, and by how much it changed what the member has.
pub(super) fn entry(entry: &Entry, member: MemberId) -> Row {
    let verb = match entry.outcome {
        Outcome::Done { .. } => verb(&entry.command.action),
        Outcome::Refused(_) => "refused",
    };
    let changes = StatementLine::of(entry.clone(), member).changes;
    let change = changes.iter().fold(0i128, |sum, change| sum.saturating_add(change.points));
    let row = Row::new(verb).amount(format_args!("{change:+}")).figure("as", entry.command.request_id);
    let row = row.figure("transaction_at", or_none(entry.command.transaction_at));
    row.figure("recorded_at", entry.recorded_at).figure("reference", or_none(entry.command.reference.as_deref()))
}

/// The word that a scenario has for a verb.
fn verb(action: &Action) -> &'static str {
    match action.verb() {
        "create_program" => "program",
        "create_point_type" => "type",
        "create_partner" => "partner",
        "purchase_block" => "purchase",
        "approve_block" => "approve",
        word => word,
    }
}

/// An entry of the journal that refused something.
pub(super) fn refused(entry: &Entry) -> Option<Row> {
    let Outcome::Refused(rejection) = &entry.outcome else { return None };
    Some(refusal(rejection, Row::new(rejection.code()).figure("as", entry.command.request_id)))
}
