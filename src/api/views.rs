//! How records are shown as JSON: the only file of the routes that knows the fields of legs, items, blocks and balances.

use super::command;
use crate::domain::{
    Balance, Beyond, Billing, Block, BlockId, BlockOrder, BlockState, BlockStatus, Counting, Enrolment, Entry, Item,
    ItemId, Leg, MemberId, NeverUsable, Outcome, Partner, PartnerId, PartnerTerms, PointState, PointType, PointTypeId,
    Points, Program, ProgramId, Rate, Rejection, RequestId, Restriction, Rounding, Sequence, Source, SourceId,
    SourceTerms, Timestamp, Zone,
};
use crate::report::{LiabilityRow, StatementLine};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The value of anything that can be shown.
pub(crate) fn value(shown: &impl Serialize) -> Value {
    serde_json::to_value(shown).unwrap_or_default()
}

/// The JSON of anything that can be shown.
pub(crate) fn text(shown: &impl Serialize) -> String {
    serde_json::to_string(shown).unwrap_or_default()
}

/// An entry of the journal.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Entry")]
pub(crate) struct EntryRow {
    /// Its number.
    sequence: Sequence,
    /// When it was decided.
    recorded_at: Timestamp,
    /// Of which program.
    program: ProgramId,
    /// The request id.
    request_id: RequestId,
    /// What was asked, in one word.
    kind: String,
    /// The member that the command names, if it does.
    #[schemars(with = "Option<MemberId>")]
    member: Option<Value>,
    /// When it happened, where the caller said so.
    transaction_at: Option<Timestamp>,
    /// The caller's own text.
    reference: Option<String>,
    /// The id of the token that asked; null where the command came another way.
    actor: Option<String>,
    /// Whether it was done.
    done: bool,
    /// The whole command, flat.
    #[schemars(with = "BTreeMap<String, Value>")]
    command: Value,
    /// What happened to which item or block.
    #[schemars(with = "Vec<Leg>")]
    legs: Value,
    /// The balances after it.
    balances: Vec<Balance>,
    /// Why nothing was done.
    #[schemars(with = "Option<Rejection>")]
    refused: Option<Value>,
}

impl From<Entry> for EntryRow {
    fn from(entry: Entry) -> EntryRow {
        let command = command::shown(&entry.command);
        let (legs, balances, refused) = match entry.outcome {
            Outcome::Done { legs, balances } => (value(&legs), balances, None),
            Outcome::Refused(rejection) => (json!([]), Vec::new(), Some(value(&rejection))),
        };
        EntryRow {
            sequence: entry.sequence,
            recorded_at: entry.recorded_at,
            program: entry.command.program,
            request_id: entry.command.request_id,
            kind: command.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned(),
            member: command.get("member").or(command.pointer("/subject/member")).cloned(),
            transaction_at: command::transaction_at(&entry.command),
            reference: entry.command.reference.map(Into::into),
            actor: Some(entry.actor.name().to_owned()).filter(|name| !name.is_empty()),
            done: refused.is_none(),
            command,
            legs,
            balances,
            refused,
        }
    }
}

impl EntryRow {
    /// What was asked.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// The member that the command names.
    pub(crate) fn member(&self) -> Option<String> {
        self.member.as_ref().map(|member| member.as_str().map_or_else(|| member.to_string(), str::to_owned))
    }
}

/// Something that happened: a leg of an entry that was done, or an entry without legs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Event {
    /// The entry's number and the leg's place in it: never twice, always rising.
    pub(crate) id: String,
    /// What happened, in one word: the leg's kind, else the command's.
    pub(crate) kind: String,
    /// When it was recorded.
    pub(crate) recorded_at: Timestamp,
    /// Of which program.
    pub(crate) program: ProgramId,
    /// The request id of the command.
    pub(crate) request_id: RequestId,
    /// What was asked.
    pub(crate) command: String,
    /// Whose points, where the command or the leg says so.
    #[schemars(with = "Option<MemberId>")]
    pub(crate) member: Option<Value>,
    /// The leg, or the command where there is none.
    #[schemars(with = "BTreeMap<String, Value>")]
    pub(crate) data: Value,
}

/// The events of an entry, in their order: of refused commands none.
pub(crate) fn events(entry: Entry) -> Vec<Event> {
    let row = EntryRow::from(entry);
    if !row.done {
        return Vec::new();
    }
    let event = |leg: usize, kind: String, data: Value| Event {
        id: format!("{}.{leg}", row.sequence),
        kind,
        recorded_at: row.recorded_at,
        program: row.program,
        request_id: row.request_id,
        command: row.kind.clone(),
        member: data.get("member").or(row.member.as_ref()).cloned(),
        data,
    };
    match row.legs.as_array().filter(|legs| !legs.is_empty()) {
        None => vec![event(0, row.kind.clone(), row.command.clone())],
        Some(legs) => {
            let kind = |leg: &Value| leg.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
            legs.iter().enumerate().map(|(at, leg)| event(at, kind(leg), leg.clone())).collect()
        }
    }
}

/// A program.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Program")]
pub(crate) struct ProgramRow {
    program: ProgramId,
    name: Box<str>,
    /// The zone of its calendar rules.
    zone: Zone,
    enrolment: Enrolment,
    never_usable: NeverUsable,
    /// How many point types it has.
    point_types: u32,
    /// How many it may have (rule D06).
    point_types_max: u16,
}

impl From<(ProgramId, &Program)> for ProgramRow {
    fn from((program, of): (ProgramId, &Program)) -> ProgramRow {
        ProgramRow {
            program,
            name: of.settings.name.clone(),
            zone: of.settings.zone.clone(),
            enrolment: of.settings.enrolment,
            never_usable: of.settings.never_usable,
            point_types: u32::try_from(of.point_types.len()).unwrap_or(u32::MAX),
            point_types_max: of.settings.point_types_max,
        }
    }
}

/// A point type, with all that is set of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PointTypeRow")]
pub(crate) struct PointTypeRow {
    pub(crate) point_type: PointTypeId,
    #[serde(flatten)]
    pub(crate) settings: PointType,
}

/// A partner.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Partner")]
pub(crate) struct PartnerRow {
    partner: PartnerId,
    name: Box<str>,
    billing: Billing,
    /// Partner points per member point, by point type.
    rates: BTreeMap<PointTypeId, Rate>,
    rounding: Rounding,
    order: BlockOrder,
    /// In its usable blocks, the reserve too (rule A05).
    balance: Points,
    /// Of it, in reserve blocks.
    reserve: Points,
    /// In approved blocks that have not started.
    waiting: Points,
    /// In blocks that are not approved.
    pending: Points,
    /// Debited or owed so far, less what cancellations gave back.
    debited: Points,
    /// Blocks that can be debited.
    open_blocks: u32,
    /// Its points are low when those outside of the reserve come down to this; null: they never are (rule A11).
    low_balance: Option<Points>,
    /// Whether they are low.
    is_low: bool,
}

impl PartnerRow {
    pub(crate) fn new(partner: PartnerId, terms: &PartnerTerms, of: &Partner) -> PartnerRow {
        PartnerRow {
            partner,
            name: terms.name.clone(),
            billing: terms.billing,
            rates: terms.rates.clone(),
            rounding: terms.rounding,
            order: terms.order,
            balance: of.balance(),
            reserve: of.reserve,
            waiting: of.waiting,
            pending: of.pending,
            debited: of.debited,
            open_blocks: of.open_blocks,
            low_balance: terms.low_balance,
            is_low: terms.low_balance.is_some_and(|low| of.usable <= low),
        }
    }
}

/// A block.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Block")]
pub(crate) struct BlockRow {
    block: BlockId,
    /// `pending`, `future`, `usable`, `used_up`, `expired`, `rejected` or `cancelled`.
    state: &'static str,
    purchased: Points,
    remaining: Points,
    debited: Points,
    expired: Points,
    starts_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// What a point cost, for the record (rule B15).
    unit_price: Rate,
    /// The entry that bought it.
    created: Sequence,
}

/// The columns of [`BlockRow`].
#[rustfmt::skip]
pub(crate) const BLOCK: &[&str] = &["block", "state", "purchased", "remaining", "debited", "expired", "starts_at", "expires_at", "unit_price", "created"];

impl BlockRow {
    pub(crate) fn new(block: BlockId, of: &Block, now: Timestamp) -> BlockRow {
        let state = match of {
            of if of.status == BlockStatus::Rejected => "rejected",
            of if of.status == BlockStatus::Cancelled => "cancelled",
            of if !of.remaining().is_positive() && !of.sums.get(BlockState::Expired).is_positive() => "used_up",
            of if of.is_expired(now) => "expired",
            of if of.status == BlockStatus::Pending => "pending",
            of if of.starts_at > now => "future",
            _ => "usable",
        };
        BlockRow {
            block,
            state,
            purchased: of.purchased,
            remaining: of.remaining(),
            debited: of.sums.get(BlockState::Debited),
            expired: of.sums.get(BlockState::Expired),
            starts_at: of.starts_at,
            expires_at: of.expires_at,
            unit_price: of.unit_price,
            created: of.created,
        }
    }
}

/// An item.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Item")]
pub(crate) struct ItemRow {
    /// The accrual's entry and the award's place in it.
    item: String,
    /// `open`, `future`, `used_up`, `cancelled` or `expired`.
    pub(crate) state: &'static str,
    granted: Points,
    remaining: Points,
    redeemed: Points,
    expired: Points,
    cancelled: Points,
    available_from: Timestamp,
    expires_at: Option<Timestamp>,
    source: Option<SourceId>,
    partner: Option<PartnerId>,
}

/// The columns of [`ItemRow`].
#[rustfmt::skip]
pub(crate) const ITEM: &[&str] = &["item", "state", "granted", "remaining", "redeemed", "expired", "cancelled", "available_from", "expires_at", "source", "partner"];

impl ItemRow {
    pub(crate) fn new(id: ItemId, of: &Item, now: Timestamp) -> ItemRow {
        ItemRow {
            item: id.to_string(),
            state: of.state(now),
            granted: of.granted,
            remaining: of.remaining(),
            redeemed: of.sums.get(PointState::Redeemed),
            expired: of.sums.get(PointState::Expired),
            cancelled: of.sums.get(PointState::Cancelled),
            available_from: of.available_from,
            expires_at: of.expires_at,
            source: of.source,
            partner: of.partner,
        }
    }
}

/// A source.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Source")]
pub(crate) struct SourceRow {
    source: SourceId,
    name: Box<str>,
    /// `active`, `paused` or `archived`.
    status: &'static str,
    /// Why it is paused: `manual` or `inventory`; null where it is not.
    reason: Option<String>,
    /// The point types that it may give.
    point_types: BTreeSet<PointTypeId>,
    counting: Counting,
    beyond: Beyond,
    /// From this many points on the inventory is low; null: it never is.
    low_at: Option<Points>,
    /// Set, added, less reduced; null where it may give any number.
    given: Option<Points>,
    /// Taken by accruals.
    issued: Option<Points>,
    /// Left.
    left: Option<Points>,
    /// How many in what time.
    restrictions: Vec<Restriction>,
}

/// The columns of [`SourceRow`].
#[rustfmt::skip]
pub(crate) const SOURCE: &[&str] = &["source", "name", "status", "reason", "point_types", "given", "issued", "left", "low_at", "restrictions"];

impl SourceRow {
    pub(crate) fn new(source: SourceId, terms: &SourceTerms, of: &Source) -> SourceRow {
        SourceRow {
            source,
            name: terms.name.clone(),
            status: of.status.code(),
            reason: of
                .status
                .reason()
                .map(|reason| value(&reason))
                .and_then(|reason| Some(reason.as_str()?.to_owned())),
            point_types: terms.point_types.clone(),
            counting: terms.counting,
            beyond: terms.beyond,
            low_at: terms.low_at,
            given: of.inventory.map(|inventory| inventory.given),
            issued: of.inventory.map(|inventory| inventory.issued),
            left: of.inventory.map(|inventory| inventory.left()),
            restrictions: terms.limits.iter().map(|limit| limit.restriction).collect(),
        }
    }
}

/// A line of a statement: what an entry changed of one point type.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatementLine")]
pub(crate) struct StatementRow {
    /// The number of the entry.
    pub(crate) sequence: Sequence,
    recorded_at: Timestamp,
    transaction_at: Option<Timestamp>,
    /// What was done, in one word.
    kind: &'static str,
    reference: Option<Box<str>>,
    /// Null where it changed nothing.
    point_type: Option<PointTypeId>,
    /// How many more, or less.
    points: i64,
    /// Redeemable after it.
    available: Option<Points>,
}

/// The columns of [`StatementRow`].
#[rustfmt::skip]
pub(crate) const STATEMENT: &[&str] = &["sequence", "recorded_at", "transaction_at", "kind", "reference", "point_type", "points", "available"];

/// The lines of an entry: one for each point type that it changed.
pub(crate) fn statement(entry: Entry, member: MemberId) -> Vec<StatementRow> {
    let line = StatementLine::of(entry, member);
    let row = |point_type, points: i128, available| StatementRow {
        sequence: line.sequence,
        recorded_at: line.recorded_at,
        transaction_at: line.transaction_at,
        kind: line.verb,
        reference: line.reference.clone(),
        point_type,
        points: i64::try_from(points).unwrap_or(if points < 0 { i64::MIN } else { i64::MAX }),
        available,
    };
    let changes = line.changes.iter().zip(&line.balances);
    let rows: Vec<StatementRow> =
        changes.map(|(change, balance)| row(Some(change.point_type), change.points, Some(balance.available))).collect();
    if rows.is_empty() && line.verb != "book_due" { vec![row(None, 0, None)] } else { rows }
}

/// Points by what happened to them, in a day, month or source. A sum that may pass 2^53 - 1 is text in a second field;
/// the number is then null.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Movement")]
pub(crate) struct MovementRow {
    /// The day, the month or the source.
    bucket: String,
    point_type: PointTypeId,
    issued: Option<i64>,
    redeemed: Option<i64>,
    expired: Option<i64>,
    cancelled: Option<i64>,
    repaid: Option<i64>,
    /// Owed at the end.
    outstanding: Option<i64>,
    /// `issued`, exactly.
    issued_exact: String,
    /// `outstanding`, exactly.
    outstanding_exact: String,
}

/// The columns of [`MovementRow`].
#[rustfmt::skip]
pub(crate) const MOVEMENT: &[&str] = &["bucket", "point_type", "issued_exact", "redeemed", "expired", "cancelled", "repaid", "outstanding_exact"];

impl From<&LiabilityRow> for MovementRow {
    fn from(row: &LiabilityRow) -> MovementRow {
        let small = |sum: i128| i64::try_from(sum).ok().filter(|sum| sum.unsigned_abs() < 1 << 53);
        MovementRow {
            bucket: row.bucket.to_string(),
            point_type: row.point_type,
            issued: small(row.moved.issued),
            redeemed: small(row.moved.gone(PointState::Redeemed)),
            expired: small(row.moved.gone(PointState::Expired)),
            cancelled: small(row.moved.gone(PointState::Cancelled)),
            repaid: small(row.moved.gone(PointState::Repaid)),
            outstanding: small(row.outstanding),
            issued_exact: row.moved.issued.to_string(),
            outstanding_exact: row.outstanding.to_string(),
        }
    }
}
