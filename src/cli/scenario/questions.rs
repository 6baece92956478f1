//! Questions about partners: what they are charged and billed, what members got for it.

use super::answer::{Answer, Row};
use super::orders::{block_name, in_program, parse_block};
use super::show;
use super::step::Question;
use super::words::{Syntax, Words};
use crate::domain::{BillKey, BlockId, Fault, PartnerId, PartnerKey, ProgramId, Timestamp, Versions};
use crate::engine::{Engine, Error};
use crate::report::{self, FeeUnit, Page, PartnerLine};
use crate::storage::Read;

/// `charges P1`, `fees P1 points`, `bill_lines P1 1`; `None` where the verb is none of these.
pub(super) fn question(verb: &str, words: &mut Words<'_>) -> Result<Option<(PartnerKey, Question)>, Syntax> {
    const VERBS: [&str; 10] = [
        "charges",
        "fees",
        "bills",
        "bill_lines",
        "purchases",
        "partner_statement",
        "usage",
        "forecast",
        "reconcile",
        "terms_of",
    ];
    if !VERBS.contains(&verb) {
        return Ok(None);
    }
    let partner = PartnerId(words.name('P', "a partner")?);
    let question = match verb {
        "charges" => Question::Charges,
        "fees" if words.take("points") => Question::Fees(FeeUnit::Points),
        "fees" if words.take("money") => Question::Fees(FeeUnit::Money),
        "fees" => Question::Fees(FeeUnit::Any),
        "bills" => Question::Bills,
        "bill_lines" => Question::BillLines(words.parse("the number of a bill")?),
        "purchases" => Question::Purchases,
        "partner_statement" => Question::Statement(newest(words)?),
        "usage" => Question::Usage,
        "forecast" => Question::Forecast(words.parse("a number of days")?),
        "reconcile" => Question::Reconcile,
        _ => Question::Terms,
    };
    Ok(Some((PartnerKey { program: in_program(words)?, partner }, question)))
}

fn newest(words: &mut Words<'_>) -> Result<usize, Syntax> {
    if words.take("newest") { words.parse("how many") } else { Ok(usize::MAX) }
}

/// `from B2 newest 1`, behind `blocks P1`: a page.
pub(super) fn blocks_from(words: &mut Words<'_>) -> Result<Option<Question>, Syntax> {
    if !words.take("from") {
        return Ok(None);
    }
    let from = parse_block(words)?;
    Ok(Some(Question::BlocksFrom(from, newest(words)?)))
}

/// Partners whose name holds a text: `P1`, by name.
pub(super) fn find(engine: &Engine, program: ProgramId, name: &str) -> Result<Answer, Error> {
    let found = report::find_partners(&engine.programs()?, program, name);
    let rows = found.into_iter().map(|(key, name)| Row::new(format!("P{}", key.partner)).figure("name", name));
    Ok(Answer::rows(rows.collect()))
}

pub(super) fn answer(engine: &Engine, key: PartnerKey, question: &Question) -> Result<Answer, Error> {
    if engine.partner_record(key)?.is_none() {
        return Ok(Answer::status("unknown"));
    }
    let ask = |look: Look<'_>| -> Result<Answer, Error> { Ok(Answer::rows(engine.with_snapshot(|read| look(read))??)) };
    match question {
        Question::Charges => ask(&|read| charges(read, key)),
        Question::Fees(unit) => ask(&|read| fees(read, key, *unit)),
        Question::Bills => ask(&|read| bills(read, key)),
        Question::BillLines(number) => ask(&|read| bill_lines(read, BillKey { partner: key, number: *number })),
        Question::Reconcile => ask(&|read| reconcile(read, key)),
        Question::Usage => {
            let programs = engine.programs()?;
            let zone = programs.get(&key.program).map(|program| program.settings.zone.clone()).unwrap_or_default();
            ask(&|read| {
                let lines = report::partner_use(read, key, ALWAYS)?;
                let months = report::by_month(&lines, &zone);
                let row = |month: report::MonthOfUse| {
                    let row = Row::new(format!("{:04}-{:02}", month.year, month.month)).amount(month.taken);
                    row.figure("given", month.given).figure("lines", month.lines)
                };
                Ok(months.into_iter().map(row).collect())
            })
        }
        Question::Forecast(days) => forecast(engine, key, *days),
        Question::Statement(newest) => {
            let entries = engine.partner_statement(key, None, *newest)?.unwrap_or_default();
            let lines = entries.into_iter().map(|entry| PartnerLine::of(entry, key.partner));
            Ok(Answer::rows(lines.map(|line| statement_row(&line)).collect()))
        }
        Question::BlocksFrom(from, limit) => {
            let now = engine.now();
            let blocks = engine.blocks(key, *from, *limit)?.unwrap_or_default();
            Ok(Answer::rows(blocks.into_iter().map(|(id, block)| show::block(id, &block, now)).collect()))
        }
        Question::Purchases => {
            let now = engine.now();
            let blocks = engine.blocks(key, BlockId(0), usize::MAX)?.unwrap_or_default();
            let mut bought: Vec<_> =
                blocks.into_iter().filter(|(id, _)| id.0 < crate::domain::OWN_BLOCKS_FROM).collect();
            bought.sort_by_key(|(_, block)| block.created);
            Ok(Answer::rows(bought.into_iter().map(|(id, block)| show::block(id, &block, now)).collect()))
        }
        Question::Terms => {
            let programs = engine.programs()?;
            let versions = programs.get(&key.program).and_then(|program| program.partners.get(&key.partner));
            let number = versions.map(Versions::number).unwrap_or_default();
            let name = versions.map(|versions| versions.current().name.clone()).unwrap_or_default();
            Ok(Answer::rows(vec![Row::default().figure("version", number).figure("name", name)]))
        }
    }
}

/// A look at a snapshot.
type Look<'a> = &'a dyn Fn(&dyn Read) -> Result<Vec<Row>, Fault>;

const ALWAYS: (Timestamp, Timestamp) = (Timestamp::MIN, Timestamp::MAX);

fn charges(read: &dyn Read, key: PartnerKey) -> Result<Vec<Row>, Fault> {
    let rows = report::charges(read, key, Page::ALL)?.into_iter().map(|(id, charge)| {
        let row = Row::new(charge.cause.code()).amount(charge.points).figure("block", block_name(charge.block));
        let row = row.figure("price", charge.unit_price).figure("currency", charge.currency);
        row.figure("id", format!("{}.{}", id.sequence, id.place)).figure("recorded_at", charge.recorded_at)
    });
    Ok(rows.collect())
}

fn fees(read: &dyn Read, key: PartnerKey, unit: FeeUnit) -> Result<Vec<Row>, Fault> {
    let rows = report::fees(read, key, ALWAYS, unit, Page::ALL)?.0.into_iter().map(|line| {
        let row = Row::new(line.kind).amount(line.points).figure("as", line.request);
        let row = row.figure("block", show::or_none(line.block.map(block_name))).figure("amount", line.amount);
        let row = row.figure("currency", line.currency).figure("text", line.text);
        let row = row.figure("sequence", line.sequence).figure("linked", show::or_none(line.linked));
        row.figure("concerns", show::or_none(line.concerns)).figure("transaction_at", line.transaction_at)
    });
    Ok(rows.collect())
}

fn bills(read: &dyn Read, key: PartnerKey) -> Result<Vec<Row>, Fault> {
    let rows = report::bills(read, key, Page::ALL)?.into_iter().map(|(id, bill)| {
        let price = bill.parts.last().map(|part| part.price);
        let currency = bill.parts.last().map(|part| part.currency);
        let row = Row::new(id.number.to_string()).amount(bill.points()).figure("lines", bill.lines);
        let row = row.figure("until", bill.until).figure("as", bill.request).figure("parts", bill.parts.len());
        let row = row.figure("price", show::or_none(price)).figure("currency", show::or_none(currency));
        let row = row.figure("owed", report::bill_amount(&bill));
        row.figure("status", if bill.closed.is_some() { "closed" } else { "open" })
    });
    Ok(rows.collect())
}

fn bill_lines(read: &dyn Read, key: BillKey) -> Result<Vec<Row>, Fault> {
    let rows = report::bill_lines(read, key, Page::ALL)?.into_iter().map(|(id, line)| {
        let row = Row::new(line.member.to_string()).amount(line.points).figure("terms", line.terms);
        row.figure("transaction_at", id.at).figure("cancels", line.cancels).figure("award", id.place)
    });
    Ok(rows.collect())
}

/// Line by line: what the members' side costs, and what the blocks' side took.
fn reconcile(read: &dyn Read, key: PartnerKey) -> Result<Vec<Row>, Fault> {
    let rows = report::partner_use(read, key, ALWAYS)?.into_iter().map(|line| {
        let row = Row::new(line.member.to_string()).amount(line.taken).figure("given", line.given);
        row.figure("owed", line.owed).figure("as", line.request).figure("agrees", line.agrees())
    });
    Ok(rows.collect())
}

fn forecast(engine: &Engine, key: PartnerKey, days: i64) -> Result<Answer, Error> {
    let now = engine.now();
    let from = now.saturating_add_hours(days.saturating_mul(-24));
    let lines = engine.with_snapshot(|read| report::partner_use(read, key, (from, Timestamp::MAX)))??;
    let taken = lines.iter().map(|line| line.taken).fold(0, i128::saturating_add);
    let open = engine.open_blocks(key, usize::MAX)?;
    let window_ms = now.ms().saturating_sub(from.ms());
    let rows = report::forecast(&open, now, (taken, window_ms)).into_iter().map(|end| {
        let row = Row::new(block_name(end.block)).amount(end.remaining).figure("ends_at", end.ends_at);
        row.figure("lost", end.lost)
    });
    Ok(Answer::rows(rows.collect()))
}

fn statement_row(line: &PartnerLine) -> Row {
    let verb = show::verb_of(line.verb);
    let row = Row::new(if line.refused.is_some() { "refused" } else { verb }).figure("as", line.request);
    let row = row.figure("points", line.points).figure("type", line.transaction_type);
    let row = row.figure("block", show::or_none(line.block.map(block_name)));
    let row = row.figure("charges", line.charges).figure("events", line.events);
    let text = line.text.as_deref().unwrap_or("none");
    let row = row.figure("text", text).figure("transaction_at", show::or_none(line.transaction_at));
    row.figure("recorded_at", line.recorded_at)
}
