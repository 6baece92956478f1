//! Settlement between merchants: agreements, runs, lines that explain themselves, months, what was posted to partners.

use super::super::call::{Answer, Call, Format, Page};
use super::super::context::Context;
use super::super::cursor::{Row, split};
use super::super::params::{Kind, Param};
use super::super::problem::Problem;
use super::super::route::{Route, Shape};
use super::super::settlement_views::{
    self as views, AgreementRow, LineRow, MonthRow, PostingRow, ReceivableRow, RefundRow, RunRow,
};
use super::super::views::value;
use super::catalog;
use crate::chart::{Figure, settlements};
use crate::domain::{
    Date, EventKey, Fault, LineKey, OwnerKey, PartnerId, PartnerKey, PostingKey, Program, ProgramId, RefundKey,
    Rejection, RequestId, RunKey, Subject, Timestamp,
};
use crate::engine::Error;
use crate::report::settlement::PreviewPage;
use crate::report::{self, settlement};
use crate::storage::Read;
use serde_json::Value;

const PAGED: &[Param] = &[
    Param::new("limit", Kind::Limit, "Rows of the page, at most."),
    Param::new("cursor", Kind::Cursor, "Where the page begins: `next` of the page before."),
];
/// Events that one page of a preview looks at, at most: it may be short, and then goes on at its cursor.
const LOOKED_AT_MAX: usize = 10_000;
const UNTIL: &[Param] = &[Param::new("until", Kind::Date, "A day of the last month. Default: today.")];
const TABLE: &[Format] = &[Format::Csv, Format::JsonLines];
const ALL: &[Format] = &[Format::Csv, Format::JsonLines, Format::Svg];

#[rustfmt::skip]
pub(crate) const ROUTES: &[Route] = &[
    Route::get("/v1/programs/{program}/agreements", "list_agreements", Shape::Page(|g| g.subschema_for::<AgreementRow>()), list_agreements)
        .with(PAGED).also_as(TABLE)
        .about("The agreements of groups and of partners, as they are now (rules C05 to C72)."),
    Route::get("/v1/programs/{program}/settlement-runs", "list_runs", Shape::Page(|g| g.subschema_for::<RunRow>()), list_runs)
        .with(PAGED).also_as(TABLE)
        .about("Settlement runs with all their executions, by the id of the run (rules C80 to C86)."),
    Route::get("/v1/programs/{program}/settlement-runs/{run}", "get_run", Shape::Page(|g| g.subschema_for::<RunRow>()), get_run)
        .also_as(TABLE)
        .about("The executions of a settlement run."),
    Route::get("/v1/programs/{program}/settlement-runs/{run}/preview", "preview_run", Shape::Page(|g| g.subschema_for::<LineRow>()), preview_run)
        .with(PAGED).also_as(TABLE).long()
        .about("The lines that a run would write now; nothing is changed. A page may be short where the run takes few events: go on at its cursor until there is none."),
    Route::get("/v1/programs/{program}/settlement-lines", "list_settlement_lines", Shape::Page(|g| g.subschema_for::<LineRow>()), list_lines)
        .with(PAGED).also_as(TABLE)
        .about("Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87)."),
    Route::get("/v1/programs/{program}/refunds", "list_refunds", Shape::Page(|g| g.subschema_for::<RefundRow>()), list_refunds)
        .with(PAGED).also_as(TABLE)
        .about("Requests for refunds that wait for the payment gateway (rule C109)."),
    Route::get("/v1/programs/{program}/reports/settlements", "report_settlements", Shape::Page(|g| g.subschema_for::<MonthRow>()), report_settlements)
        .with(UNTIL).also_as(ALL).long()
        .about("Settlements of all partners in twelve months: debits less credits (rules C98 to C100)."),
    Route::get("/v1/programs/{program}/partners/{partner}/agreement", "get_agreement", Shape::Object(|g| g.subschema_for::<AgreementRow>()), get_agreement)
        .about("The agreement that a partner is under: its own, or its group's (rules C07, C08)."),
    Route::get("/v1/programs/{program}/partners/{partner}/settlement-lines", "list_partner_settlement_lines", Shape::Page(|g| g.subschema_for::<LineRow>()), list_lines)
        .with(PAGED).also_as(TABLE)
        .about("Settled events of a partner, each with the rule that was applied."),
    Route::get("/v1/programs/{program}/partners/{partner}/settlements", "get_settlements", Shape::Page(|g| g.subschema_for::<MonthRow>()), report_settlements)
        .with(UNTIL).also_as(ALL)
        .about("Settlements of a partner in twelve months: debits less credits (rules C98, C99)."),
    Route::get("/v1/programs/{program}/partners/{partner}/receivables", "list_receivables", Shape::Page(|g| g.subschema_for::<ReceivableRow>()), list_receivables)
        .also_as(TABLE)
        .about("A partner's accounts of money; settlement posts to the primary one (rule C112)."),
    Route::get("/v1/programs/{program}/partners/{partner}/postings", "list_postings", Shape::Page(|g| g.subschema_for::<PostingRow>()), list_postings)
        .with(PAGED).also_as(TABLE)
        .about("Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules C91 to C92b)."),
];

/// Looks at a snapshot.
fn look<R>(context: &Context, at: impl FnOnce(&dyn Read) -> Result<R, Fault>) -> Result<R, Problem> {
    Ok(context.engine.with_snapshot(at)?.map_err(Error::from)?)
}

fn page(columns: &'static [&'static str], rows: Vec<Value>, next: Option<String>) -> Answer {
    Answer::Page(Box::new(Page { columns, rows, next, ..Page::default() }))
}

/// The partner of the path, where the route has one, and if it is there.
fn partner(program: &Program, call: &Call) -> Result<Option<PartnerKey>, Problem> {
    if !call.path.contains_key("partner") {
        return Ok(None);
    }
    let key = call.partner()?;
    match program.terms(key.partner) {
        Some(_) => Ok(Some(key)),
        None => Err(Rejection::PartnerUnknown { partner: key.partner }.into()),
    }
}

fn list_agreements(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let catalog = catalog::program(context, call)?.settlement;
    let limit = call.limit()?;
    let groups = catalog.group_agreements.iter().map(|(group, of)| AgreementRow::of_group(*group, of));
    let partners = catalog.agreements.iter().map(|(partner, of)| AgreementRow::of_partner(*partner, of));
    let from = call.cursor::<usize>()?.unwrap_or_default();
    let mut rows: Vec<Value> =
        groups.chain(partners).skip(from).take(limit.saturating_add(1)).map(|row| value(&row)).collect();
    let next = (rows.len() > limit).then(|| from.saturating_add(limit));
    rows.truncate(limit);
    Ok(page(views::AGREEMENT, rows, call.next(next)))
}

fn get_agreement(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let program = catalog::program(context, call)?;
    let key = partner(&program, call)?.map_or(PartnerId(0), |key| key.partner);
    let catalog = &program.settlement;
    let own = catalog.agreements.get(&key).map(|of| AgreementRow::of_partner(key, of));
    let of_group = || {
        let group = catalog.unit(key)?.group?;
        catalog.group_agreements.get(&group).map(|of| AgreementRow::of_group(group, of))
    };
    let found = own.or_else(of_group).ok_or_else(|| Problem::new("not_found", "the partner is under no agreement"))?;
    Ok(Answer::Object(value(&found)))
}

fn list_runs(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let (program, limit) = (call.program()?, call.limit()?);
    let from = call.cursor::<Row<RunKey>>()?.map(|row| row.0);
    let asked = report::Page { from, limit: limit.saturating_add(1) };
    let mut runs = look(context, |read| settlement::runs(read, program, asked))?;
    let next = call.next(split(&mut runs, limit));
    Ok(page(views::RUN, runs.into_iter().map(|run| value(&RunRow::from(run))).collect(), next))
}

fn unknown_run() -> Problem {
    Problem::new("not_found", "the program has no such settlement run")
}

fn get_run(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let (program, run) = (call.program()?, call.number::<RequestId>("run")?);
    let executions = look(context, |read| settlement::run_executions(read, program, run))?;
    if executions.is_empty() {
        return Err(unknown_run());
    }
    Ok(page(views::RUN, executions.into_iter().map(|run| value(&RunRow::from(run))).collect(), None))
}

fn preview_run(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let (program, run, limit) = (call.program()?, call.number::<RequestId>("run")?, call.limit()?);
    let now = context.engine.now();
    let from = call.cursor::<Row<EventKey>>()?.map(|row| row.0);
    if from.is_some_and(|from| from.program != program) {
        return Err(Problem::new("invalid_cursor", "the cursor is of another program").with("parameter", "cursor"));
    }
    let asked = PreviewPage { from, lines_max: limit, events_max: LOOKED_AT_MAX };
    let found = look(context, |read| settlement::preview(read, (program, run), now, asked))?.ok_or_else(unknown_run)?;
    let rows = found.lines.into_iter().map(|line| value(&LineRow::would_be(line)));
    Ok(page(views::LINE, rows.collect(), call.next(found.next.map(Row))))
}

fn list_lines(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let of = partner(&catalog::program(context, call)?, call)?;
    let (program, limit) = (call.program()?, call.limit()?);
    let first = call.cursor::<Row<LineKey>>()?.map(|row| row.0);
    let mut lines = look(context, |read| {
        let lines = settlement::lines(read, program, of.map(|key| key.partner), first);
        lines.take(limit.saturating_add(1)).collect::<Result<Vec<_>, Fault>>()
    })?;
    let next =
        lines.get(limit).map(|row| LineKey { program, partner: row.partner, sequence: row.sequence, place: row.place });
    lines.truncate(limit);
    let rows = lines.into_iter().map(|line| value(&LineRow::settled(line))).collect();
    Ok(page(views::LINE, rows, call.next(next.map(Row))))
}

fn list_refunds(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    catalog::program(context, call)?;
    let (program, limit) = (call.program()?, call.limit()?);
    let after = call.cursor::<Row<RefundKey>>()?.map(|row| row.0);
    if after.is_some_and(|after| after.program != program) {
        return Err(Problem::new("invalid_cursor", "the cursor is of another program").with("parameter", "cursor"));
    }
    let mut refunds = look(context, |read| settlement::pending_refunds(read, program, after, limit.saturating_add(1)))?;
    let more = refunds.len() > limit;
    refunds.truncate(limit);
    let next = refunds.last().map(|(key, _)| Row(*key)).filter(|_| more);
    Ok(page(views::REFUND, refunds.into_iter().map(|row| value(&RefundRow::from(row))).collect(), call.next(next)))
}

fn report_settlements(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let of = catalog::program(context, call)?;
    let key = partner(&of, call)?;
    let now = context.engine.now();
    let last = call.query::<Date>("until")?.unwrap_or_else(|| now.day_in(&of.settings.zone).date());
    let months = months(context, call.program()?, key.map(|key| key.partner), last)?;
    let figure = Some(figure(&months, now));
    let rows = months.iter().map(|row| value(&MonthRow::from(row))).collect();
    Ok(Answer::Page(Box::new(Page { columns: views::MONTH, rows, figure, ..Page::default() })))
}

fn months(
    context: &Context,
    program: ProgramId,
    partner: Option<PartnerId>,
    last: Date,
) -> Result<Vec<settlement::MonthRow>, Problem> {
    look(context, |read| settlement::months(read, program, partner, last))
}

/// The months, the partners on top of each other.
fn figure(months: &[settlement::MonthRow], now: Timestamp) -> Figure {
    let texts: Vec<String> = months.iter().map(settlement::MonthRow::month_text).collect();
    let amounts = months.iter().zip(&texts).map(|(row, month)| ((row.partner, month.as_str()), row.amount()));
    settlements("Invoiced to partners less credited to them", &amounts.collect(), now)
}

fn owner(context: &Context, call: &Call) -> Result<OwnerKey, Problem> {
    let key = partner(&catalog::program(context, call)?, call)?.unwrap_or(call.partner()?);
    Ok(OwnerKey { program: key.program, owner: Subject::Partner(key.partner) })
}

fn list_receivables(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let owner = owner(context, call)?;
    let accounts = look(context, |read| settlement::receivables(read, owner))?.accounts;
    Ok(page(views::RECEIVABLE, accounts.iter().map(|account| value(&ReceivableRow::from(account))).collect(), None))
}

fn list_postings(context: &Context, call: &Call, _: &[u8]) -> Result<Answer, Problem> {
    let (owner, limit) = (owner(context, call)?, call.limit()?);
    let from = call.cursor::<Row<PostingKey>>()?.map(|row| row.0);
    let asked = report::Page { from, limit: limit.saturating_add(1) };
    let mut postings = look(context, |read| settlement::postings_by_account(read, owner, asked))?;
    let next = call.next(split(&mut postings, limit));
    Ok(page(views::POSTING, postings.into_iter().map(|row| value(&PostingRow::from(row))).collect(), next))
}
