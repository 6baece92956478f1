//! Questions about reports: how they are written, and what is answered.

use super::answer::{Answer, Row};
use super::orders::in_program;
use super::show::{Names, name, of, or_none};
use super::step::Audit;
use super::words::{Syntax, Words};
use crate::cli::audit::EngineAudit;
use crate::domain::{PointTypeId, SourceId, Zone};
use crate::engine::{Engine, Error};
use crate::report::{AuditClock, AuditLine, AuditQuery, Preset, audit as audit_page};

/// Lines on a page: few, so that scenarios turn pages.
const PAGE: usize = 3;

/// `audit of T1 source 5 kind redemption member M1 reference "x" text "y" last 7 days newest 3`.
pub(super) fn audit(words: &mut Words<'_>) -> Result<Audit, Syntax> {
    let mut query = AuditQuery { limit: PAGE, ..AuditQuery::of(crate::domain::ProgramId(1)) };
    let (mut preset, mut newest) = (None, usize::MAX);
    while let Some(word) = words.peek().filter(|word| *word != "->") {
        if word == "in" {
            query.program = in_program(words)?;
            continue;
        }
        let wrong = words.expected("a filter, like `source 5` or `kind redemption`");
        words.next();
        match word {
            "of" => query.point_types.push(PointTypeId(words.name('T', "a point type")?)),
            "source" => query.sources.push(SourceId(words.parse("the number of a source")?)),
            "kind" => query.kinds.push(words.parse("a type of transaction, like issuance")?),
            "member" => query.member = Some(words.parse("a member like M1")?),
            "reference" => query.reference = Some(words.word("a text")?.into()),
            "text" => query.text = Some(words.word("a text")?.into()),
            "from" => query.from = Some(words.instant()?),
            "to" => query.to = Some(words.instant()?),
            "occurred" => query.clock = AuditClock::Occurred,
            "newest" => newest = words.parse("how many lines")?,
            "range" => preset = Some(words.parse::<Preset>("a range, like last-7-days")?),
            _ => return Err(wrong),
        }
    }
    Ok(Audit { query, preset, newest })
}

/// All pages of an answer.
pub(super) fn audit_rows(engine: &Engine, question: &Audit, names: &Names) -> Result<Answer, Error> {
    let mut query = question.query.clone();
    if let Some(preset) = question.preset {
        let range = preset.range(engine.now(), &Zone::UTC);
        (query.from, query.to) = (Some(range.start), Some(range.end));
    }
    let mut rows = Vec::new();
    loop {
        let page = audit_page(&EngineAudit::new(engine), &query)?;
        rows.extend(page.lines.iter().map(|line| audit_row(line, names)));
        query.before = page.next;
        if page.next.is_none() || rows.len() >= question.newest {
            rows.truncate(question.newest);
            return Ok(Answer::rows(rows));
        }
    }
}

fn audit_row(line: &AuditLine, names: &Names) -> Row {
    let row = Row::new(line.transaction_type.code()).amount(line.modification).figure("id", line.id);
    let row = row.figure("of", or_none(line.point_type.map(of))).figure("member", or_none(line.member));
    let row = row.figure("source", or_none(line.source)).figure("debt", line.debt).figure("verb", line.verb);
    let row = row.figure("item", or_none(line.item.map(|item| name(names, item))));
    let fate = line.fate.as_ref();
    let row = row.figure("spent", or_none(fate.map(|fate| fate.amount_spent)));
    let row = row.figure("expired", or_none(fate.map(|fate| fate.amount_expired)));
    let row = row.figure("cancelled", or_none(fate.map(|fate| fate.amount_cancelled)));
    let row = row.figure("moved", or_none(fate.map(|fate| fate.amount_moved)));
    let row = row.figure("left", or_none(fate.map(|fate| fate.left)));
    let row = row.figure("type", line.reference_type).figure("reference", or_none(line.reference.as_deref()));
    row.figure("actor", &*line.actor).figure("occurred_at", line.occurred_at).figure("recorded_at", line.recorded_at)
}
