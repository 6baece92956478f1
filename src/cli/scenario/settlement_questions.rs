//! Questions about several partners: agreements, receivables, lines, runs, refunds, reports.

use super::answer::{Answer, Row};
use super::orders::in_program;
use super::words::{Syntax, Words};
use crate::domain::{
    Agreement, Date, EventKey, MemberId, OfferId, OwnerKey, PartnerId, PartnerKey, Posting, PostingCause, ProgramId,
    RefundKey, RequestId, RuleOwner, SchemeId, SettlementCatalog, Subject, Timestamp, Versions,
};
use crate::engine::{Engine, Error};
use crate::report::Page;
use crate::report::settlement::{self, AwardFilter, Dimension, LineRow, Measure, PreviewPage};
use std::ops::Range;

/// A question of this room, and the program that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    program: ProgramId,
    about: About,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    /// An agreement: of a partner, or else of a group.
    Agreement(Option<PartnerId>, u32),
    /// Its contribution rules.
    Rules(Option<PartnerId>, u32),
    Unit(PartnerId),
    Participant(MemberId),
    Receivables(Subject),
    Postings(Subject),
    Unsettled(Option<PartnerId>),
    Lines(Option<PartnerId>),
    Preview(RequestId),
    Run(RequestId),
    /// The settlement report of a time.
    Settled(PartnerId, Range<Timestamp>),
    Months(Option<PartnerId>, Date),
    Credits(PartnerId, Range<Timestamp>),
    /// Refunds that wait: behind so many, up to a number.
    Refunds {
        skip: usize,
        newest: usize,
    },
    Report(AwardFilter, Vec<Dimension>, Vec<Measure>),
}

/// Reads a question; `None` where the verb is none of this room.
pub(super) fn question(verb: &str, words: &mut Words<'_>) -> Result<Option<Question>, Syntax> {
    let about = match verb {
        "terms" | "rules" => {
            let partner = partner_if(words)?;
            let id = match partner {
                Some(partner) => partner.0,
                None => words.name('G', "a partner or a group")?,
            };
            if verb == "terms" { About::Agreement(partner, id) } else { About::Rules(partner, id) }
        }
        "group_of" => About::Unit(PartnerId(words.name('P', "a partner")?)),
        "schemes_of" => About::Participant(words.parse("a member like M1")?),
        "receivables" => About::Receivables(owner(words)?),
        "postings" => About::Postings(owner(words)?),
        "unsettled" => About::Unsettled(partner_if(words)?),
        "lines" => About::Lines(partner_if(words)?),
        "preview" => About::Preview(words.parse("a run like N1")?),
        "run" => About::Run(words.parse("a run like N1")?),
        "settled" => About::Settled(PartnerId(words.name('P', "a partner")?), during(words)?),
        "settlements" => {
            let partner = partner_if(words)?;
            words.must("until")?;
            About::Months(partner, words.parse("a date of the last month")?)
        }
        "credits" => About::Credits(PartnerId(words.name('P', "a partner")?), during(words)?),
        "refunds" => {
            let skip = if words.take("behind") { words.parse("how many")? } else { 0 };
            let newest = if words.take("first") { words.parse("how many")? } else { usize::MAX };
            About::Refunds { skip, newest }
        }
        "report" => report(words)?,
        _ => return Ok(None),
    };
    Ok(Some(Question { program: in_program(words)?, about }))
}

fn partner_if(words: &mut Words<'_>) -> Result<Option<PartnerId>, Syntax> {
    let is_partner = words.peek().is_some_and(|word| word.starts_with('P'));
    if is_partner { words.name('P', "a partner").map(PartnerId).map(Some) } else { Ok(None) }
}

fn owner(words: &mut Words<'_>) -> Result<Subject, Syntax> {
    match partner_if(words)? {
        Some(partner) => Ok(Subject::Partner(partner)),
        None => words.parse("a partner or a member").map(Subject::Member),
    }
}

/// `from 2026-01-01 to 2026-02-01`: from the first instant to before the second.
fn during(words: &mut Words<'_>) -> Result<Range<Timestamp>, Syntax> {
    let from = if words.take("from") { words.instant()? } else { Timestamp::MIN };
    let to = if words.take("to") { words.instant()? } else { Timestamp::MAX };
    Ok(from..to)
}

/// `report partners P1 schemes S1 offers O1 by partner month show events amount`.
fn report(words: &mut Words<'_>) -> Result<About, Syntax> {
    let (mut filter, mut group_by, mut fields) = (AwardFilter::default(), Vec::new(), Vec::new());
    loop {
        if let Some(partner) = partner_if(words)? {
            filter.partners.insert(partner);
        } else if words.take("scheme") {
            filter.schemes.insert(SchemeId(words.name('S', "a scheme")?));
        } else if words.take("offer") {
            filter.offers.insert(OfferId(words.name('O', "an offer")?));
        } else if words.take("kind") {
            filter.kinds.insert(words.choice()?);
        } else if words.peek() == Some("from") || words.peek() == Some("to") {
            filter.during = Some(during(words)?);
        } else if words.take("by") {
            group_by.push(words.parse("a dimension like partner")?);
        } else if words.take("show") {
            fields.push(words.parse("a figure like events")?);
        } else {
            return Ok(About::Report(filter, group_by, fields));
        }
    }
}

impl Question {
    /// What the engine answers.
    pub(super) fn answer(&self, engine: &Engine) -> Result<Answer, Error> {
        let program = self.program;
        let programs = engine.programs()?;
        let Some(known) = programs.get(&program) else { return Ok(Answer::status("unknown")) };
        let (catalog, zone) = (&known.settlement, &known.settings.zone);
        let now = engine.now();
        let rows = match &self.about {
            About::Agreement(partner, id) => match find(catalog, *partner, *id) {
                Some(versions) => vec![agreement(versions)],
                None => return Ok(Answer::status("unknown")),
            },
            About::Rules(partner, id) => match find(catalog, *partner, *id) {
                Some(versions) => rules(versions.current()),
                None => return Ok(Answer::status("unknown")),
            },
            About::Unit(partner) => match catalog.units.get(partner) {
                Some(unit) => vec![unit_row(unit)],
                None => return Ok(Answer::status("unknown")),
            },
            _ => {
                let read = engine.with_snapshot(|read| self.look(read, zone, now))?;
                match read.map_err(Error::from)? {
                    Some(rows) => rows,
                    None => return Ok(Answer::status("unknown")),
                }
            }
        };
        Ok(Answer::rows(rows))
    }

    /// The answer out of a snapshot. `None`: unknown.
    fn look(
        &self,
        read: &dyn crate::storage::Read,
        zone: &crate::domain::Zone,
        now: Timestamp,
    ) -> Result<Option<Vec<Row>>, crate::domain::Fault> {
        let program = self.program;
        let of = |owner: Subject| OwnerKey { program, owner };
        Ok(Some(match &self.about {
            About::Agreement(..) | About::Rules(..) | About::Unit(_) => return Ok(None),
            About::Participant(member) => {
                let key = crate::domain::MemberKey { program, member: *member };
                let found = crate::storage::rows::get::<crate::domain::tables::Participants>(read, &key)?;
                let Some(found) = found else { return Ok(None) };
                let schemes: Vec<String> = found.schemes.iter().map(|scheme| format!("S{scheme}")).collect();
                let group = found.group.map_or("none".to_owned(), |group| format!("G{group}"));
                let row = Row::new(group).figure("schemes", schemes.join("+"));
                vec![row.figure("automatic", if found.automatic_spending { "on" } else { "off" })]
            }
            About::Receivables(owner) => receivables(&settlement::receivables(read, of(*owner))?),
            About::Postings(owner) => {
                let all = settlement::postings(read, of(*owner), Timestamp::MIN..Timestamp::MAX)?;
                all.iter().map(|(_, posting)| posting_row(posting)).collect()
            }
            About::Unsettled(partner) => {
                let all = settlement::unsettled(read, program, *partner).collect::<Result<Vec<_>, _>>()?;
                let row = |(key, event): &(EventKey, crate::domain::Event)| {
                    Row::new(event.kind.code()).amount(event.amount).figure("partner", format!("P{}", key.partner))
                };
                all.iter().map(row).collect()
            }
            About::Lines(partner) => settlement::lines(read, program, *partner, None)
                .map(|row| row.map(|row| line(&row)))
                .collect::<Result<_, _>>()?,
            About::Preview(run) => {
                // small pages, so that every table that has a preview also walks over their edges
                let mut page = PreviewPage { from: None, lines_max: 2, events_max: 3 };
                let mut rows = Vec::new();
                loop {
                    let Some(found) = settlement::preview(read, (program, *run), now, page)? else { return Ok(None) };
                    rows.extend(found.lines.iter().map(line));
                    page.from = found.next;
                    if page.from.is_none() {
                        break rows;
                    }
                }
            }
            About::Run(run) => {
                let executions = settlement::run_executions(read, program, *run)?;
                if executions.is_empty() {
                    return Ok(None);
                }
                executions.iter().map(|(key, run)| run_row(key.number, run)).collect()
            }
            _ => self.look_at_reports(read, zone)?,
        }))
    }

    /// The answer of a report.
    fn look_at_reports(
        &self,
        read: &dyn crate::storage::Read,
        zone: &crate::domain::Zone,
    ) -> Result<Vec<Row>, crate::domain::Fault> {
        let program = self.program;
        let partner_key = |partner: PartnerId| PartnerKey { program, partner };
        Ok(match &self.about {
            About::Settled(partner, range) => {
                let report = settlement::settlement_report(read, partner_key(*partner), range.clone())?;
                let mut rows: Vec<Row> = report.postings.iter().map(|(_, posting)| posting_row(posting)).collect();
                rows.push(Row::new("sum").amount(report.balance()));
                rows
            }
            About::Months(partner, last) => settlement::months(read, program, *partner, *last)?
                .iter()
                .map(|row| {
                    let place = Row::new(row.month_text()).amount(row.amount());
                    let place = place.figure("partner", format!("P{}", row.partner));
                    place.figure("debits", row.sums.debits).figure("credits", row.sums.credits)
                })
                .collect(),
            About::Credits(partner, range) => {
                let all = settlement::partner_credits(read, partner_key(*partner), range.clone(), Page::ALL)?;
                let row = |(_, credit): &settlement::CreditRow| {
                    let row = Row::new(credit.member.to_string()).amount(credit.amount);
                    row.figure("receivable", credit.receivable).figure("reason", credit.cause.code())
                };
                all.iter().map(row).collect()
            }
            About::Refunds { skip, newest } => {
                let mut after: Option<RefundKey> = None;
                if *skip > 0 {
                    let page = settlement::pending_refunds(read, program, None, *skip)?;
                    after = page.last().map(|(key, _)| *key);
                }
                settlement::pending_refunds(read, program, after, *newest)?.iter().map(refund_row).collect()
            }
            About::Report(filter, group_by, fields) => {
                let rows = settlement::awards(read, (program, zone), filter, group_by, fields)?;
                let shown = |row: &settlement::AwardRow| {
                    let group = if row.group.is_empty() { "all".to_owned() } else { row.group.join("/") };
                    let figures = fields.iter().zip(&row.figures);
                    figures.fold(Row::new(group), |shown, (field, figure)| shown.figure(field.code(), figure))
                };
                rows.iter().map(shown).collect()
            }
            _ => Vec::new(),
        })
    }
}

fn find(catalog: &SettlementCatalog, partner: Option<PartnerId>, id: u32) -> Option<&Versions<Agreement>> {
    match partner {
        Some(partner) => catalog.agreements.get(&partner),
        None => catalog.group_agreements.get(&crate::domain::GroupId(id)),
    }
}

fn agreement(versions: &Versions<Agreement>) -> Row {
    let current = versions.current();
    let state = if current.life_cycle.is_effective() { "effective" } else { "not_effective" };
    let row = Row::new(format!("A{}", current.number)).figure("version", versions.number()).figure("state", state);
    row.figure("description", &current.description).figure("rules", current.rules.len())
}

fn rules(agreement: &Agreement) -> Vec<Row> {
    let row = |rule: &crate::domain::ContributionRule| {
        let row = Row::new(rule.number.to_string()).figure("name", &rule.name);
        row.figure("percentage", rule.percentage).figure("priority", rule.priority.code())
    };
    agreement.rules.iter().map(row).collect()
}

fn unit_row(versions: &Versions<crate::domain::PartnerUnit>) -> Row {
    let unit = versions.current();
    let group = unit.group.map_or("none".to_owned(), |group| format!("G{group}"));
    let before = versions.iter().filter_map(|unit| unit.group).map(|group| format!("G{group}"));
    let merchant = unit.merchant.map_or("none".to_owned(), |merchant| merchant.to_string());
    let row = Row::new(group).figure("merchant", merchant);
    row.figure("history", before.collect::<Vec<String>>().join("+"))
}

fn receivables(all: &crate::domain::Receivables) -> Vec<Row> {
    let row = |account: &crate::domain::Receivable| {
        let standing = match account.standing {
            crate::domain::Standing::Primary => "primary",
            crate::domain::Standing::Other => "other",
        };
        let row = Row::new(account.id.to_string()).amount(account.balance()).figure("standing", standing);
        let payment = account.payment.as_ref().map_or("none", |payment| &payment.provider);
        row.figure("debits", account.debits).figure("credits", account.credits).figure("payment", payment)
    };
    all.accounts.iter().map(row).collect()
}

fn posting_row(posting: &Posting) -> Row {
    let row = Row::new(posting.kind.code()).amount(posting.amount).figure("cause", posting.cause.code());
    let row = match posting.cause {
        PostingCause::Settlement { run, number } => row.figure("run", run).figure("number", number),
        PostingCause::Refund { partner } | PostingCause::WalletUnavailable { partner } => {
            row.figure("partner", format!("P{partner}"))
        }
    };
    let Some(document) = &posting.document else { return row };
    let row = row.figure("type", &document.document_type).figure("product", &document.product);
    row.figure("category", &document.category).figure("notes", &document.notes)
}

/// A line explains itself: event, award, rule, version, priority, period, percentage, amounts.
fn line(row: &LineRow) -> Row {
    let shown = &row.line;
    let base = Row::new(shown.event.kind.code()).amount(shown.amount).figure("partner", format!("P{}", row.partner));
    let base = base.figure("of", shown.event.request).figure("award", shown.event.amount).figure("host", shown.host);
    let base = base.figure("percentage", shown.contribution.percentage).figure("run", shown.run);
    let base = base.figure("number", shown.number).figure("reversed", shown.reversed);
    let rounding = serde_json::to_value(shown.contribution.rounding).unwrap_or_default();
    let base = base.figure("rounding", rounding.as_str().unwrap_or_default());
    let Some(rule) = shown.contribution.rule else { return base.figure("rule", "none") };
    let owner = match rule.owner {
        RuleOwner::Partner(partner) => format!("P{partner}"),
        RuleOwner::Group(group) => format!("G{group}"),
    };
    let period = rule.period.map_or("none".to_owned(), |period| period.to_string());
    let base = base.figure("rule", rule.rule).figure("owner", owner).figure("version", rule.version);
    base.figure("priority", rule.priority.code()).figure("period", period)
}

fn run_row(number: u32, run: &crate::domain::Run) -> Row {
    let due_at = run.due_at.map_or("none".to_owned(), |at| at.to_string());
    let row = Row::new(number.to_string()).figure("state", run.state.code()).figure("events", run.events);
    row.figure("debits", run.debits).figure("credits", run.credits).figure("due_at", due_at)
}

fn refund_row((key, refund): &(RefundKey, crate::domain::RefundRequest)) -> Row {
    let row = Row::new(refund.request.to_string()).amount(refund.amount).figure("member", key.member);
    let row = row.figure("place", key.place).figure("state", refund.state.code()).figure("method", &refund.method);
    let row = row.figure("provider", &refund.provider).figure("type", &refund.document.document_type);
    let row = row.figure("product", &refund.document.product).figure("category", &refund.document.category);
    row.figure("notes", &refund.document.notes).figure("partner", format!("P{}", refund.partner))
}
