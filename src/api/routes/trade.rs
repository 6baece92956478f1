//! What several partners share and settle, beside agreements and runs: groups, schemes and offers; what was posted by
//! settlement in a time; credit notes of members; awards by the reader's own criteria.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::cursor::{Row, split};
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::range;
use super::super::route::{Route, Shape};
use super::super::settlement_views::{POSTING, PostingRow};
use super::super::views::value;
use super::asked::look;
use super::catalog;
use super::partner_use::known;
use crate::domain::{
    AwardBasis, GroupId, LifeCycle, MemberId, Offer, OfferClass, OfferId, PartnerCreditKey, PartnerGroup, PartnerId,
    Points, ReceivableId, Scheme, SchemeId, Sequence, SpendMethod, Timestamp, Versions,
};
use crate::report;
use crate::report::settlement::{self, AwardFilter, AwardRow, CreditRow, Dimension, Measure};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const CREDITS: &[Param] = &[
    range::FROM,
    range::TO,
    range::RANGE,
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
const DURING: &[Param] = &[range::FROM, range::TO, range::RANGE];
const AWARDS: &[Param] = &[
    range::FROM,
    range::TO,
    range::RANGE,
    Param::new("partner", Kind::Numbers(u32::MAX as u64), "Only at these partners."),
    Param::new("scheme", Kind::Numbers(u32::MAX as u64), "Only of these schemes."),
    Param::new("offer", Kind::Numbers(u32::MAX as u64), "Only of these offers."),
    Param::new(
        "kind",
        Kind::Words,
        "Only these, of `purchase`, `spend`, `cancelled_purchase`, `cancelled_spend`, with commas between them.",
    ),
    Param::new(
        "by",
        Kind::Words,
        "What rows are grouped by, of `partner`, `member`, `offer`, `scheme`, `kind`, `brand`, `medium`, `month`, \
         `state`, `rule`, with commas between them. Default: partner.",
    ),
    Param::new(
        "show",
        Kind::Words,
        "Figures, of `events`, `amount`, `contribution`, `host`, with commas between them. Default: all.",
    ),
];
/// Rows of a report by the reader's own criteria, at most.
const AWARD_ROWS_MAX: usize = 10_000;
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/partner-groups", "list_groups", Shape::Page(|g| g.subschema_for::<GroupRow>()), list_groups)
        .with(PAGED).also_as(TABLE)
        .about("Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111)."),
    Route::get("/v1/programs/{program}/schemes", "list_schemes", Shape::Page(|g| g.subschema_for::<SchemeRow>()), list_schemes)
        .with(PAGED).also_as(TABLE)
        .about("Reward schemes, which partners share (rules C01, C47)."),
    Route::get("/v1/programs/{program}/offers", "list_offers", Shape::Page(|g| g.subschema_for::<OfferRow>()), list_offers)
        .with(PAGED).also_as(TABLE)
        .about("Reward offers, each with its scheme and its classification (rule C10)."),
    Route::get("/v1/programs/{program}/reports/awards", "report_awards", Shape::Page(|g| g.subschema_for::<AwardView>()), report_awards)
        .with(AWARDS).also_as(TABLE).long()
        .about("Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule C101)."),
    Route::get("/v1/programs/{program}/partners/{partner}/settled", "list_settled", Shape::Page(|g| g.subschema_for::<PostingRow>()), list_settled)
        .with(DURING).also_as(TABLE).long()
        .about("The settlement report: debits and credits that settlement posted to a partner in a time (rule C102)."),
    Route::get("/v1/programs/{program}/partners/{partner}/credits", "list_partner_credits", Shape::Page(|g| g.subschema_for::<CreditView>()), list_credits)
        .with(CREDITS).also_as(TABLE)
        .about("Credit notes that members got for spends at a partner, in the order in which they were posted (rules C103, C104)."),
];

fn page(columns: &'static [&'static str], rows: Vec<Value>, next: Option<String>) -> Answer {
    Answer::Page(Box::new(Page { columns, rows, next, ..Page::default() }))
}

/// How a number becomes an id, and back.
type Numbered<K> = (fn(u32) -> K, fn(K) -> u32);

/// A page of definitions by their ids, each at its newest version.
fn definitions<K: Ord + Copy, V>(
    call: &Call,
    all: &BTreeMap<K, Versions<V>>,
    (id, number): Numbered<K>,
    row: impl Fn(K, &V) -> Value,
) -> Result<(Vec<Value>, Option<String>), Problem> {
    let limit = call.limit()?;
    let after = call.cursor::<u32>()?.map(id).map_or(Bound::Unbounded, Bound::Excluded);
    let mut found: Vec<_> = all.range((after, Bound::Unbounded)).take(limit.saturating_add(1)).collect();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|(id, _)| number(**id)).filter(|_| more);
    Ok((found.iter().map(|(id, of)| row(**id, of.current())).collect(), call.next(next)))
}

/// A group of partners.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Group")]
struct GroupRow {
    group: GroupId,
    name: Box<str>,
    /// The partners that belong to it.
    partners: BTreeSet<PartnerId>,
    /// The groups whose members its partners may reward and serve.
    collaborating: BTreeSet<GroupId>,
}

fn list_groups(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let catalog = catalog::program(context, call)?.settlement;
    let partners = |group: GroupId| {
        let of_group = catalog.units.iter().filter(move |(_, unit)| unit.current().group == Some(group));
        of_group.map(|(partner, _)| *partner).collect()
    };
    let row = |group: GroupId, of: &PartnerGroup| {
        let PartnerGroup { name, collaborating } = of.clone();
        value(&GroupRow { group, name, partners: partners(group), collaborating })
    };
    let (rows, next) = definitions(call, &catalog.groups, (GroupId, |group| group.0), row)?;
    Ok(page(&["group", "name", "partners", "collaborating"], rows, next))
}

/// A reward scheme.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Scheme")]
struct SchemeRow {
    scheme: SchemeId,
    name: Box<str>,
    life_cycle: LifeCycle,
    /// The partners that it is accessible to; null: all.
    accessible_to: Option<BTreeSet<PartnerId>>,
}

fn list_schemes(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let catalog = catalog::program(context, call)?.settlement;
    let row = |scheme: SchemeId, of: &Scheme| {
        let Scheme { name, life_cycle, accessible_to } = of.clone();
        value(&SchemeRow { scheme, name, life_cycle, accessible_to })
    };
    let (rows, next) = definitions(call, &catalog.schemes, (SchemeId, |scheme| scheme.0), row)?;
    Ok(page(&["scheme", "name", "life_cycle", "accessible_to"], rows, next))
}

/// A reward offer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Offer")]
struct OfferRow {
    offer: OfferId,
    name: Box<str>,
    life_cycle: LifeCycle,
    scheme: SchemeId,
    class: OfferClass,
    spend_method: SpendMethod,
    basis: AwardBasis,
    /// Whether its awards are settled with partners.
    is_settled: bool,
}

fn list_offers(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let catalog = catalog::program(context, call)?.settlement;
    let row = |offer: OfferId, of: &Offer| {
        let is_settled = of.is_settled();
        let Offer { name, life_cycle, scheme, class, spend_method, basis } = of.clone();
        value(&OfferRow { offer, name, life_cycle, scheme, class, spend_method, basis, is_settled })
    };
    let (rows, next) = definitions(call, &catalog.offers, (OfferId, |offer| offer.0), row)?;
    Ok(page(&["offer", "name", "life_cycle", "scheme", "class", "spend_method", "basis", "is_settled"], rows, next))
}

/// Awards and spends of one group. What was not asked for is null.
#[derive(Default, Serialize, JsonSchema)]
#[schemars(rename = "AwardReportRow")]
struct AwardView {
    partner: Option<String>,
    member: Option<String>,
    offer: Option<String>,
    scheme: Option<String>,
    kind: Option<String>,
    brand: Option<String>,
    medium: Option<String>,
    /// As `2026-03`, in the program's zone.
    month: Option<String>,
    /// `settled` or `unsettled`.
    state: Option<String>,
    /// The contribution rule that was applied.
    rule: Option<String>,
    /// How many events, exactly.
    events_exact: Option<String>,
    /// Awards and spends in minor units, exactly; cancellations count against what they cancel.
    amount_exact: Option<String>,
    /// What partners bear or are credited with, exactly.
    contribution_exact: Option<String>,
    /// What the host bears, exactly.
    host_exact: Option<String>,
}

#[rustfmt::skip]
const AWARD: &[&str] = &["partner", "member", "offer", "scheme", "kind", "brand", "medium", "month", "state", "rule", "events_exact", "amount_exact", "contribution_exact", "host_exact"];

impl AwardView {
    fn new(row: AwardRow, by: &[Dimension], show: &[Measure]) -> AwardView {
        let mut view = AwardView::default();
        for (dimension, text) in by.iter().zip(row.group) {
            let place = match dimension {
                Dimension::Partner => &mut view.partner,
                Dimension::Member => &mut view.member,
                Dimension::Offer => &mut view.offer,
                Dimension::Scheme => &mut view.scheme,
                Dimension::Kind => &mut view.kind,
                Dimension::Brand => &mut view.brand,
                Dimension::Medium => &mut view.medium,
                Dimension::Month => &mut view.month,
                Dimension::State => &mut view.state,
                Dimension::Rule => &mut view.rule,
            };
            *place = Some(text);
        }
        for (measure, figure) in show.iter().zip(row.figures) {
            let place = match measure {
                Measure::Events => &mut view.events_exact,
                Measure::Amount => &mut view.amount_exact,
                Measure::Contribution => &mut view.contribution_exact,
                Measure::Host => &mut view.host_exact,
            };
            *place = Some(figure.to_string());
        }
        view
    }
}

fn report_awards(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = catalog::program(context, call)?;
    let zone = &program.settings.zone;
    let is_dated = ["from", "to", "range"].iter().any(|name| call.query.contains_key(name));
    let during = range::instants(call, context.engine.now(), zone)?;
    let kind = |word: &String| {
        serde_json::from_value(Value::from(word.as_str()))
            .map_err(|_| Problem::parameter("kind", format!("{word} is none")))
    };
    let kinds = call.listed::<String>("kind")?;
    let filter = AwardFilter {
        partners: call.listed("partner")?.into_iter().map(PartnerId).collect(),
        schemes: call.listed("scheme")?.into_iter().map(SchemeId).collect(),
        offers: call.listed("offer")?.into_iter().map(OfferId).collect(),
        kinds: kinds.iter().map(kind).collect::<Result<_, Problem>>()?,
        during: is_dated.then_some(during),
    };
    let mut by = call.listed::<Dimension>("by")?;
    if by.is_empty() {
        by.push(Dimension::Partner);
    }
    let mut show = call.listed::<Measure>("show")?;
    if show.is_empty() {
        show.extend(Measure::ALL);
    }
    let of = (call.program()?, zone);
    let found = look(context, |read| settlement::awards(read, of, &filter, &by, &show))?;
    if found.len() > AWARD_ROWS_MAX {
        let what = format!("{} rows, at most {AWARD_ROWS_MAX}: choose fewer criteria, or a shorter time", found.len());
        return Err(Problem::parameter("by", what));
    }
    let rows = found.into_iter().map(|row| value(&AwardView::new(row, &by, &show))).collect();
    Ok(page(AWARD, rows, None))
}

fn list_settled(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, key) = known(context, call)?;
    let during = range::instants(call, context.engine.now(), &program.settings.zone)?;
    let found = look(context, |read| settlement::settlement_report(read, key, during))?;
    let rows = found.postings.into_iter().map(|posting| value(&PostingRow::from(posting))).collect();
    Ok(page(POSTING, rows, None))
}

/// A credit note of a member for a spend at a partner.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PartnerCredit")]
struct CreditView {
    /// The entry that posted it.
    sequence: Sequence,
    /// Its place among the member's postings of the entry.
    place: u16,
    member: MemberId,
    /// The member's account that was credited.
    receivable: ReceivableId,
    /// How much, in minor units.
    amount: Points,
    posted_at: Timestamp,
    /// `refund`, or `wallet_unavailable` where the wallet could not be used (rule C105).
    reason: &'static str,
}

fn list_credits(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (program, key) = known(context, call)?;
    let during = range::instants(call, context.engine.now(), &program.settings.zone)?;
    let limit = call.limit()?;
    let from = call.cursor::<Row<PartnerCreditKey>>()?.map(|row| row.0);
    let asked = report::Page { from, limit: limit.saturating_add(1) };
    let mut found = look(context, |read| settlement::partner_credits(read, key, during, asked))?;
    let next = call.next(split(&mut found, limit));
    let row = |(key, credit): CreditRow| {
        value(&CreditView {
            sequence: key.sequence,
            place: key.place,
            member: credit.member,
            receivable: credit.receivable,
            amount: credit.amount,
            posted_at: credit.posted_at,
            reason: credit.cause.code(),
        })
    };
    let columns = &["sequence", "place", "member", "receivable", "amount", "posted_at", "reason"];
    Ok(page(columns, found.into_iter().map(row).collect(), next))
}
