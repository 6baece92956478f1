//! Reading what a line expects: the words after `->`.

use super::answer::{Answer, GRANTED, Group, Row};
use super::step::{Question, Verb};
use super::words::{Syntax, Words, instant};
use crate::domain::{Action, BLOCK_MOVEMENTS, MOVEMENTS, Rate};

/// What the rows of one kind may say.
#[derive(Clone, Copy)]
struct Shape {
    kind: &'static str,
    has_subject: bool,
    /// The figures that it may name; none: any, as the JSON of a refusal has them.
    figures: &'static [&'static str],
}

const fn shape(kind: &'static str, has_subject: bool, figures: &'static [&'static str]) -> Shape {
    Shape { kind, has_subject, figures }
}

const PART: &[&str] = &["of", "member", "left", "expires_at", "effective_at"];
const BLOCK_PART: &[&str] = &["partner", "award", "rate", "left"];
const ANY: &[&str] = &[];

/// The legs of receipts, but for those that are movements.
const LEGS: &[Shape] = &[
    shape(GRANTED, true, &["of", "member", "available_from", "expires_at", "source"]),
    shape("charged", false, &["partner", "award", "rate"]),
    shape("credited", false, &["partner"]),
    shape("charge", true, &["partner", "block", "price", "place", "currency"]),
    shape("event", true, &["partner", "block", "left"]),
    shape("billed", false, &["partner", "bill", "terms", "lines", "price", "currency"]),
    shape("bill_closed", false, &["partner", "bill"]),
    shape("fee_charged", false, &["partner", "amount", "currency"]),
    shape("fee_refunded", false, &["partner", "fee", "amount", "currency"]),
    shape("owed", false, &["of", "member"]),
    shape("absorbed", false, &["of", "member"]),
    shape("forgiven", false, &["of", "member"]),
    shape("clipped", false, &["of", "member", "award"]),
    shape("extended", true, &["of", "member", "before", "expires_at"]),
    shape("tier", true, &["member", "before", "until"]),
    shape("merged", false, &["of", "member", "other"]),
    shape("inventory", true, &["change", "left"]),
    shape("source_status", true, &["status", "reason"]),
    shape("withheld", true, &["award", "of"]),
    shape("inventory_low", true, &["left"]),
    shape("not_awarded", false, &["reason"]),
    shape("spent", false, &["partner", "way", "reduction"]),
    shape("not_spent", false, &["reason"]),
    shape("refund_asked", false, &["place"]),
    shape("refund_answered", false, &["state"]),
    shape("posted", true, &["receivable", "posting"]),
    shape("settled", false, &["run", "number", "events", "state"]),
];

/// The legs of a kind, by the name that it has in JSON.
fn leg(kind: &str) -> Option<Shape> {
    let plain = || LEGS.iter().find(|shape| shape.kind == kind).copied();
    let moved = || MOVEMENTS.iter().find(|(.., name)| *name == kind).map(|(.., name)| shape(name, true, PART));
    let block =
        || BLOCK_MOVEMENTS.iter().find(|(.., name)| *name == kind).map(|(.., name)| shape(name, true, BLOCK_PART));
    plain().or_else(moved).or_else(block)
}

/// The kind of legs that a receipt begins with where it names none.
fn first_leg(action: &Action) -> Option<&'static str> {
    match action {
        Action::Accrue(_) | Action::AccrueShared(_) | Action::Transfer(_) | Action::RecordPurchase(_) => Some(GRANTED),
        Action::Redeem(_) | Action::SpendAt(_) => Some("redeemed"),
        Action::HoldPoints(_) => Some("held"),
        Action::Capture(_) => Some("captured"),
        Action::Release(_) => Some("released"),
        Action::BillPartner(_) | Action::ContinueBill(_) => Some("billed"),
        _ => None,
    }
}

const BALANCE: &[&str] = &["available", "qualifying", "available_total", "future", "held", "debt", "lifetime"];
const ITEM: &[&str] = &[
    "granted",
    "matured",
    "future",
    "held",
    "redeemed",
    "expired",
    "cancelled",
    "repaid",
    "transferred",
    "adjusted",
    "rolled_over",
    "made_up",
    "fee",
    "absorbed",
    "claimed",
    "available_from",
    "expires_at",
    "source",
    "paid_by",
    "subtype",
    "status",
];
const MEMBER: &[&str] = &["status", "tier", "since", "until", "household", "rolls_up", "ends_at", "merged_into"];
const HOUSEHOLD: &[&str] =
    &["members", "available", "qualifying", "available_total", "future", "held", "debt", "lifetime"];
const TYPE: &[&str] = &["label", "status", "default", "scale", "currency", "versions"];
const PARTNER: &[&str] = &["balance", "debited", "usable", "reserve", "waiting", "pending"];
const BLOCK: &[&str] = &[
    "status",
    "kind",
    "purchased",
    "credited",
    "remaining",
    "debited",
    "expired",
    "fee",
    "adjusted",
    "cancelled",
    "starts_at",
    "expires_at",
    "price",
];
const AUDIT: &[&str] = &[
    "id",
    "of",
    "member",
    "source",
    "item",
    "debt",
    "spent",
    "expired",
    "cancelled",
    "moved",
    "left",
    "type",
    "verb",
    "reference",
    "actor",
    "occurred_at",
    "recorded_at",
];
const SOURCE: &[&str] =
    &["status", "reason", "name", "types", "linked", "left", "given", "issued", "expired", "restrictions"];
const ENTRY: &[&str] = &["tier", "as", "transaction_at", "recorded_at", "reference"];

/// Reads what is expected of a verb's answer.
pub(super) fn expectation(words: &mut Words<'_>, verb: &Verb) -> Result<Answer, Syntax> {
    let expected = match verb {
        Verb::Do(orders) => outcome(words, orders.first().map(|order| &order.command.action))?,
        Verb::Member(_) => rows(words, &shape("", false, MEMBER))?,
        Verb::Household(_) => rows(words, &shape("", false, HOUSEHOLD))?,
        Verb::Qualifying(..) => rows(words, &shape("", false, BALANCE))?,
        Verb::Expiring(..) => listed(words, &shape("", true, &["of", "expires_at"]))?,
        Verb::Labels(_) => listed(words, &shape("", true, BALANCE))?,
        Verb::Types(..) => listed(words, &shape("", true, TYPE))?,
        Verb::Balance(..) | Verb::BalanceByTransaction(..) => rows(words, &shape("", false, BALANCE))?,
        Verb::Partner(_) => rows(words, &shape("", false, PARTNER))?,
        Verb::Items { .. } | Verb::ItemsAt(..) => rows(words, &shape("", true, ITEM))?,
        Verb::Blocks(_) => rows(words, &shape("", true, BLOCK))?,
        Verb::Ask(_, Question::Terms) => rows(words, &shape("", false, &["version", "name"]))?,
        Verb::Ask(..) | Verb::Find(..) => rows(words, &shape("", true, ANY))?,
        Verb::Statement { .. } | Verb::Transaction(_) => rows(words, &shape("", true, ENTRY))?,
        Verb::Sums(_) => listed(words, &shape("", true, ANY))?,
        Verb::Audit(_) => listed(words, &shape("", true, AUDIT))?,
        Verb::Source(_) => rows(words, &shape("", true, SOURCE))?,
        Verb::Sources { .. } => rows(words, &shape("", true, SOURCE))?,
        Verb::Dependents(_) => rows(words, &shape("", true, &["sources"]))?,
        Verb::Warnings => listed(words, &shape("", true, &["of", "first_expires_at"]))?,
        Verb::Refusals => listed(words, &shape("", true, ANY))?,
        Verb::AskSettlement(_) => rows(words, &shape("", true, ANY))?,
        Verb::Sweep => listed(words, &shape("", false, &["booked"]))?,
        Verb::Digest if words.take("another") => Answer::status("another"),
        Verb::Digest => status(words, "same")?,
        Verb::At(_) | Verb::Checkpoint | Verb::Reopen | Verb::Crash | Verb::Verify => status(words, "ok")?,
    };
    words.finish()?;
    Ok(expected)
}

fn status(words: &mut Words<'_>, status: &str) -> Result<Answer, Syntax> {
    words.must(status)?;
    Ok(Answer::status(status))
}

/// What becomes of a command.
fn outcome(words: &mut Words<'_>, action: Option<&Action>) -> Result<Answer, Syntax> {
    let wrong = words.expected("`ok`, `refused` or `malformed`");
    match words.next() {
        Some("ok") => receipt(words, action),
        Some("refused") => {
            let code = words.word("the cause of the refusal, like insufficient_points")?;
            let mut answer = Answer::status(format!("refused {code}"));
            if words.peek().is_some() {
                answer.push("", row(words, &shape("", false, ANY))?);
            }
            Ok(answer)
        }
        Some("malformed") => {
            let field = words.word("the field that is wrong, like awards[0].points")?;
            Ok(Answer::status(format!("malformed {field}")))
        }
        _ => Err(wrong),
    }
}

/// The legs of a receipt, in groups; those of the first group need no word.
fn receipt(words: &mut Words<'_>, action: Option<&Action>) -> Result<Answer, Syntax> {
    let replayed = words.take("replayed");
    let mut answer = Answer::status(if replayed { "ok replayed" } else { "ok" });
    while let Some(word) = words.peek() {
        let unnamed = || action.filter(|_| answer.groups.is_empty()).and_then(first_leg).and_then(leg);
        let shape = match leg(word) {
            Some(shape) => {
                words.next();
                Some(shape)
            }
            None => unnamed(),
        };
        let shape = shape.ok_or_else(|| words.expected("what became of the points, like `debited` or `expired`"))?;
        let rows = if words.take("nothing") { Vec::new() } else { list(words, &shape)? };
        answer.groups.push(Group { kind: shape.kind.to_owned(), rows });
        if words.peek().is_some() {
            words.must(";")?;
        }
    }
    Ok(answer)
}

/// The rows of a question about something that may be unknown.
fn rows(words: &mut Words<'_>, shape: &Shape) -> Result<Answer, Syntax> {
    if words.take("unknown") { Ok(Answer::status("unknown")) } else { listed(words, shape) }
}

/// The rows of a question; or `nothing`.
fn listed(words: &mut Words<'_>, shape: &Shape) -> Result<Answer, Syntax> {
    let rows = if words.take("nothing") { Vec::new() } else { list(words, shape)? };
    Ok(Answer::rows(rows))
}

fn list(words: &mut Words<'_>, shape: &Shape) -> Result<Vec<Row>, Syntax> {
    let mut rows = vec![row(words, shape)?];
    while words.take(",") {
        rows.push(row(words, shape)?);
    }
    Ok(rows)
}

/// `I1 200 expires_at 2026-03-01`: a subject, an amount, figures; each where it may be.
fn row(words: &mut Words<'_>, shape: &Shape) -> Result<Row, Syntax> {
    let subject = if shape.has_subject { words.word("a name")? } else { "" };
    let mut row = Row::new(subject);
    if let Some(amount) = words.peek().filter(|word| word.parse::<i64>().is_ok()) {
        words.next();
        row = row.amount(amount);
    }
    while let Some(name) = words.peek().filter(|word| !matches!(*word, "," | ";")) {
        if !shape.figures.is_empty() && !shape.figures.contains(&name) {
            return Err(words.expected(format_args!("one of {}", shape.figures.join(", "))));
        }
        words.next();
        let value = words.word(format_args!("the value of {name}"))?;
        row = row.figure(name, figure(name, value));
    }
    let says_nothing = !shape.has_subject && row.amount.is_none() && row.figures.is_empty();
    if says_nothing { Err(words.expected(format_args!("one of {}", shape.figures.join(", ")))) } else { Ok(row) }
}

/// The value of a figure, written as the engine's own is: an instant in full, a rate in lowest terms.
fn figure(name: &str, value: &str) -> String {
    let written = match name {
        "rate" | "price" | "amount" | "percentage" => value.parse().ok().map(|rate: Rate| rate.to_string()),
        "available_from" | "latest" | "before" | "since" | "until" | "billed_until" => {
            instant(value).map(|instant| instant.to_string())
        }
        name if name.ends_with("_at") => instant(value).map(|instant| instant.to_string()),
        _ => None,
    };
    written.unwrap_or_else(|| value.to_owned())
}
