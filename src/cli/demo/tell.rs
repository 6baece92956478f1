//! What the demo says at its end.

use super::super::output::{Failure, Output};
use super::super::table::{TextTable, grouped};
use super::super::{blocks, liability, statement, verify};
use super::history::{BASKET, BILLED, History, PARTNER, POINT_TYPE, PROGRAM, SINGLE};
use super::partners::Partners;
use crate::domain::{Balance, MemberId, MemberKey, PartnerKey, PointState, Points, Program, Zone};
use crate::engine::{Audit, Engine, Error, PartnerState};
use crate::report::{By, Liability, LiabilityRow};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Lines of each customer's statement, and of the one that is shown from beginning to end.
const STATEMENT_LINES: usize = 6;
const WHOLE_STATEMENT: usize = 100;

/// A customer to look at.
struct Customer {
    member: MemberId,
    why: &'static str,
    balances: Vec<Balance>,
    statement: Vec<statement::Line>,
}

/// Everything that is told.
struct Findings {
    program: Option<Program>,
    customers: Vec<Customer>,
    partner: Option<PartnerState>,
    partners: Partners,
    months: Vec<LiabilityRow>,
    sources: Vec<LiabilityRow>,
}

pub(super) fn tell(
    engine: &Engine,
    history: &History<'_>,
    audit: &Audit,
    db: &Path,
    output: &mut Output,
) -> Result<(), Failure> {
    let found = Findings::gather(engine, history)?;
    let now = engine.now();
    let customers = found.customers.iter().map(
        |customer| json!({ "member": customer.member, "balances": customer.balances, "statement": customer.statement }),
    );
    output.object(&json!({
        "db": db, "counts": history.counts, "customers": customers.collect::<Vec<_>>(),
        "partner": found.partner.as_ref().map(|state| blocks::to_json(PARTNER, state, now)),
        "partners": found.partners.to_json(),
        "liability": liability::to_json(&found.months, By::Month),
        "sources": liability::to_json(&found.sources, By::Source),
        "speed": history.latency.to_json(), "verify": verify::Verdict::from(audit),
    }))?;
    if output.is_json() {
        return Ok(());
    }
    output.line("CDNOW, January 1997 to June 1998: 10 points per dollar, expiring after 180 days")?;
    output.table_behind("  ", &found.happened(history))?;
    for customer in &found.customers {
        let available = customer.balances.first().map_or(Points::ZERO, |balance| balance.available);
        let (member, why) = (customer.member, customer.why);
        output.line(format!("\nCustomer {member}, {why}: {} points available", grouped(available.0)))?;
        output.table_behind("  ", &statement::table(&customer.statement, found.program.as_ref(), &Zone::UTC))?;
    }
    if let Some(partner) = &found.partner {
        output.line(format!("\nPartner {PARTNER}: {} points left", grouped(partner.balance.0)))?;
        output.table_behind("  ", &blocks::table(partner, now, &Zone::UTC))?;
    }
    found.partners.tell_charges(output)?;
    found.partners.tell_bills(output)?;
    output.line("\nPoints owed at the end of each month")?;
    output.table_behind("  ", &liability::table(&found.months, By::Month))?;
    output.line(format!("\nSpeed: {}", history.latency.line()))?;
    output.line("Verify:")?;
    indented(&verify::lines(audit), output)?;
    further(&found, db, output)
}

impl Findings {
    fn gather(engine: &Engine, history: &History<'_>) -> Result<Findings, Failure> {
        let most = |by: &BTreeMap<MemberId, i64>| by.iter().max_by_key(|(_, points)| **points).map(|(id, _)| *id);
        let mut available = BTreeMap::new();
        for member in history.earned.keys() {
            let balances = engine.balances(MemberKey { program: PROGRAM, member: *member })?.unwrap_or_default();
            available.insert(*member, balances.first().map_or(0, |balance| balance.available.0));
        }
        let chosen = [
            (most(&history.earned), "who earned the most", STATEMENT_LINES),
            (history.regular, "from the first purchase to the last", WHOLE_STATEMENT),
            (history.cancelled_last, "whose purchase was the last to be cancelled", STATEMENT_LINES),
            (most(&available), "who has the most points at the end", STATEMENT_LINES),
        ];
        let mut customers = Vec::new();
        let program = engine.programs()?.get(&PROGRAM).cloned();
        for (member, why, lines) in chosen {
            let Some(member) = member else { continue };
            let key = MemberKey { program: PROGRAM, member };
            let page = statement::Page::read(engine, program.as_ref(), key, None, lines)?;
            let statement = page.map(|page| page.lines).unwrap_or_default();
            let balances = engine.balances(key)?.unwrap_or_default();
            customers.push(Customer { member, why, balances, statement });
        }
        let report = |by| -> Result<Vec<LiabilityRow>, Error> {
            let query = Liability { program: PROGRAM, by, point_type: Some(POINT_TYPE), ..Liability::default() };
            Ok(engine.with_snapshot(|read| crate::report::liability(read, engine.now(), &query))??)
        };
        let partner = engine.partner(PartnerKey { program: PROGRAM, partner: PARTNER })?;
        let partners = Partners::gather(engine)?;
        let (months, sources) = (report(By::Month)?, report(By::Source)?);
        Ok(Findings { program, customers, partner, partners, months, sources })
    }

    /// What happened, in numbers.
    fn happened(&self, history: &History<'_>) -> TextTable {
        let counts = &history.counts;
        let sum = |part: fn(&LiabilityRow) -> i128| grouped(self.sources.iter().map(part).sum::<i128>());
        let gone = |state| grouped(self.sources.iter().map(|row| row.moved.gone(state)).sum::<i128>());
        let of = |source| {
            let row = self.sources.iter().find(|row| row.bucket == crate::report::Bucket::Source(source));
            grouped(row.map_or(0, |row| row.moved.issued))
        };
        let debts =
            |row: &LiabilityRow| row.moved.gone(PointState::Repaid).saturating_add(row.moved.gone(PointState::MadeUp));
        let none = String::new;
        let mut table = TextTable::new(&["", "count", "points"]);
        for (what, count, points) in [
            ("purchases that earned", grouped(counts.accruals), sum(|row| row.moved.issued)),
            ("  of them funded by both partners", grouped(counts.shared), none()),
            ("  of them for single CDs", none(), of(SINGLE)),
            ("  of them for baskets", none(), of(BASKET)),
            ("purchases without a point", grouped(counts.without_points), none()),
            ("redemptions of 500", grouped(counts.redemptions), gone(PointState::Redeemed)),
            ("purchases cancelled", grouped(counts.cancellations), gone(PointState::Cancelled)),
            ("expired", none(), gone(PointState::Expired)),
            ("taken for debts of cancellations", none(), sum(debts)),
            ("owed at the end", none(), sum(|row| row.outstanding)),
            ("blocks that the partner bought", grouped(counts.blocks_bought), none()),
            ("refused, then sent again", grouped(counts.refused_for_partner_points), none()),
        ] {
            table.row([what.to_owned(), count, points]);
        }
        table
    }
}

fn indented(lines: &[String], output: &mut Output) -> Result<(), Failure> {
    lines.iter().try_for_each(|line| output.line(format!("  {line}")))
}

/// Where the database is, and how to look further.
fn further(found: &Findings, db: &Path, output: &mut Output) -> Result<(), Failure> {
    let member = found.customers.first().map_or(MemberId(1), |customer| customer.member);
    let (program, db) = (own_name(), quoted(db));
    output.line(format!("\nThe database is in {db}. To look further:"))?;
    for verb in [
        format!("statement {member}"),
        format!("items {member} --all"),
        format!("balance {member} --as-of 1997-12-31"),
        format!("blocks {PARTNER}"),
        format!("partner charges {PARTNER}"),
        format!("partner forecast {PARTNER} --days 90"),
        format!("partner bills {BILLED}"),
        format!("partner reconcile {BILLED} --from 1997-02-01 --to 1997-02-28 --csv"),
        "show".to_owned(),
        "liability --by day --from 1998-06-01".to_owned(),
        "journal --limit 3".to_owned(),
        "verify".to_owned(),
    ] {
        output.pasteable(format!("  {program} {verb} --db {db} --clock commands"))?;
    }
    Ok(())
}

/// What to type for this program: its name where a shell finds it by that, else its path.
fn own_name() -> String {
    const NAME: &str = "accruedb";
    let Some(own) = std::env::current_exe().ok() else { return NAME.to_owned() };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(NAME)).find(|file| file.is_file());
    let is_own =
        found.and_then(|file| file.canonicalize().ok()).is_some_and(|file| Some(file) == own.canonicalize().ok());
    if is_own { NAME.to_owned() } else { quoted(&own) }
}

/// A path as a word of a shell.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
