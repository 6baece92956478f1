//! Settlement between merchants: what was settled by month, agreements, runs and the lines that they wrote.

use super::super::ask::Ask;
use super::super::blocks::{Block, Cell, Fact, Field, Table, chart, filter, plain, words};
use super::super::forms;
use super::super::page::{Page, Way, home, nothing};
use crate::api::{Problem, Scope, encoded};
use crate::chart::{Figure, settlements};
use serde_json::Value;

/// All partners: twelve months, agreements, runs, lines (rules C80, C98 to C100).
pub(super) fn settlement(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Result<Page, Problem> {
    let base = format!("/v1/programs/{program}");
    let query = way.pass(&["until"]);
    let months = ask.rows(&format!("{base}/reports/settlements?{query}"))?;
    let fields = vec![Field::line("until", "Twelve months until", "date", way.asked("until"))];
    let links = [("Awards by your own criteria", "awards"), ("Groups, schemes and offers", "definitions")];
    let links = links.map(|(name, page)| (name.to_owned(), format!("/p/{program}/settlement/{page}")));
    let here = format!("/p/{program}/settlement");
    let mut blocks = vec![Block::Links(links.into()), filter(here, "Which months", fields)];
    if months.is_empty() {
        blocks.push(Block::Note { tone: "plain", text: "Nothing was settled in these months.".to_owned() });
    } else {
        let svg = format!("/data{base}/reports/settlements.svg?{query}");
        blocks.extend(chart(&figure(&months, &ask.api.now().to_string()), "settlements", Some(svg)));
    }
    blocks.push(Block::Table(runs(ask, program, &format!("{base}/settlement-runs"))?));
    blocks.push(Block::Table(agreements(ask, program, &format!("{base}/agreements"))?));
    let path = format!("{base}/settlement-lines");
    let here = format!("/p/{program}/settlement");
    blocks.push(Block::Table(lines(ask, way, &path, &here)?));
    let refunds = ask.rows(&format!("{base}/refunds?limit=100"))?;
    let columns = [
        ("purchase", "purchase"),
        ("member", "member"),
        ("partner", "partner"),
        ("amount", "amount"),
        ("provider", "gateway"),
        ("requested_at", "asked for"),
    ];
    let mut table = Table::of("Refunds that wait for the gateway", &columns, &refunds);
    table.empty = "No refund waits.";
    blocks.push(Block::Table(table.exported(&format!("{base}/refunds"), "")));
    blocks.extend(actions(ask, way, program));
    Ok(Page { title: "Settlement".to_owned(), trail: home(), program: Some(program), blocks })
}

/// A run: its executions, and what it would settle now.
pub(super) fn run(ask: &Ask<'_>, way: &Way<'_>, program: u32, run: &str) -> Result<Page, Problem> {
    let path = format!("/v1/programs/{program}/settlement-runs/{}", encoded(run));
    let executions = ask.rows(&path)?;
    let last = executions.last().ok_or_else(nothing)?;
    let fact = |name, value: String| Fact { name, value, about: String::new() };
    let once = |text: String| if text.is_empty() { "once".to_owned() } else { format!("every {text}") };
    let facts = vec![
        fact("State", plain(last, "state")),
        fact("Settles", words(last.get("criteria").unwrap_or(&Value::Null)).replace('_', " ")),
        fact("Runs", once(words(last.get("every").unwrap_or(&Value::Null)))),
    ];
    let mut blocks = vec![Block::Facts(facts), Block::Table(executed(program, &executions).exported(&path, ""))];
    let preview = ask.page(&format!("{path}/preview?limit=100&{}", way.place("cursor")))?;
    let mut table = explained(ask, "What it would settle now", &preview.rows).exported(&format!("{path}/preview"), "");
    table.empty = match preview.next {
        None => "Nothing: all that it takes is settled.",
        Some(_) => "None of the events that this page looked at. Go on at the next page.",
    };
    table.next = preview.next.map(|next| format!("/p/{program}/settlement/runs/{}?cursor={next}", encoded(run)));
    blocks.push(Block::Table(table));
    if ask.may(Scope::Adjust) {
        let hidden = [("program", program.to_string()), ("run", run.to_owned())];
        match plain(last, "state").as_str() {
            "draft" => blocks.push(forms::command("save_run", "Save this run", &hidden, Vec::new(), (way.fresh)())),
            "saved" => {
                let fields = vec![Field::line("starts_at", "At (empty: now), as 2026-03-01T06:00:00Z", "text", "")];
                blocks.push(forms::command("submit_run", "Submit this run", &hidden, fields, (way.fresh)()));
            }
            _ => {}
        }
    }
    let mut trail = home();
    trail.push(("Settlement".to_owned(), format!("/p/{program}/settlement")));
    Ok(Page { title: format!("Settlement run {run}"), trail, program: Some(program), blocks })
}

fn runs(ask: &Ask<'_>, program: u32, path: &str) -> Result<Table, Problem> {
    let rows = ask.rows(&format!("{path}?limit=100"))?;
    let mut table = executed(program, &rows).exported(path, "");
    table.caption = "Runs and their executions".to_owned();
    table.empty = "There is no run yet.";
    Ok(table)
}

fn executed(program: u32, rows: &[Value]) -> Table {
    let columns = [
        ("run", "run"),
        ("execution", "execution"),
        ("state", "state"),
        ("due_at", "executed, or will be"),
        ("events", "events"),
        ("debits_exact", "debited"),
        ("credits_exact", "credited"),
    ];
    let link = |at: usize| {
        let run = rows.get(at).map(|row| plain(row, "run")).unwrap_or_default();
        format!("/p/{program}/settlement/runs/{}", encoded(&run))
    };
    Table::of("Executions", &columns, rows).linked(0, link)
}

fn agreements(ask: &Ask<'_>, program: u32, path: &str) -> Result<Table, Problem> {
    let rows = ask.rows(&format!("{path}?limit=200"))?;
    let cells = |row: &Value| {
        let (partner, group) = (plain(row, "partner"), plain(row, "group"));
        let whose = if partner.is_empty() {
            Cell::text(format!("group {group}"))
        } else {
            Cell::text(format!("partner {partner}")).to(format!("/p/{program}/partners/{partner}"))
        };
        vec![
            whose,
            Cell::of(row, "number"),
            Cell::of(row, "version"),
            Cell::text(plain(row, "life_cycle").replace('_', " ")),
            Cell::text(shares(row)),
            Cell::of(row, "description"),
        ]
    };
    let numbers = [Cell::number_head("number"), Cell::number_head("version")];
    let texts = ["life cycle", "the partner bears", "description"].map(Cell::text);
    let head = std::iter::once(Cell::text("of")).chain(numbers).chain(texts).collect();
    let table = Table {
        caption: "Agreements".to_owned(),
        head,
        rows: rows.iter().map(cells).collect(),
        empty: "There is no agreement yet.",
        ..Table::default()
    };
    Ok(table.exported(path, ""))
}

/// The contribution rules of an agreement in short.
pub(super) fn shares(agreement: &Value) -> String {
    let rules = agreement.get("rules").and_then(Value::as_array).cloned().unwrap_or_default();
    let rule = |rule: &Value| {
        let which: Vec<String> = ["offers", "brands", "mediums", "periods"]
            .iter()
            .filter_map(|name| {
                let text = rule.get(*name).map(words).unwrap_or_default();
                (!text.is_empty()).then(|| format!("{name} {text}"))
            })
            .collect();
        let of = if which.is_empty() { String::new() } else { format!(" of {}", which.join("; ")) };
        format!("{} %{of} (rule {}, {})", plain(rule, "percentage"), plain(rule, "number"), plain(rule, "priority"))
    };
    if rules.is_empty() { "100 %".to_owned() } else { rules.iter().map(rule).collect::<Vec<String>>().join(", ") }
}

/// Settled lines, each with its reason.
pub(super) fn lines(ask: &Ask<'_>, way: &Way<'_>, path: &str, here: &str) -> Result<Table, Problem> {
    let page = ask.page(&format!("{path}?limit=50&{}", way.place("lines")))?;
    let mut table = explained(ask, "Settled lines, and why", &page.rows).exported(path, "");
    table.empty = "Nothing was settled yet.";
    table.next = page.next.map(|next| format!("{here}?lines={next}"));
    Ok(table)
}

fn explained(ask: &Ask<'_>, caption: &str, rows: &[Value]) -> Table {
    let columns = [
        ("sequence", "entry"),
        ("partner", "partner"),
        ("event", "what"),
        ("member", "member"),
        ("at", "happened"),
        ("amount", "award or spend"),
        ("contribution", "partner"),
        ("host", "host"),
    ];
    let mut table = Table::of(caption, &columns, rows);
    if ask.token.partner.is_none() {
        table = table.leading(0, rows, "sequence", "/entries");
    }
    table.head.push(Cell::text("why"));
    for (cells, row) in table.rows.iter_mut().zip(rows) {
        if let Some(cell) = cells.get_mut(2) {
            *cell = Cell::text(cell.text.replace('_', " "));
        }
        cells.push(Cell::text(why(row)));
    }
    table
}

/// Why a partner bears what it bears.
fn why(row: &Value) -> String {
    let rule = plain(row, "rule");
    let percentage = plain(row, "percentage");
    if rule.is_empty() {
        return match plain(row, "event").ends_with("spend") {
            true => "a spend is the partner's, whole".to_owned(),
            false => format!("no rule applies: {percentage} %"),
        };
    }
    let (partner, group) = (plain(row, "rule_of_partner"), plain(row, "rule_of_group"));
    let whose = if partner.is_empty() { format!("group {group}") } else { format!("partner {partner}") };
    let period = plain(row, "period");
    let period = if period.is_empty() { String::new() } else { format!(", its period {period}") };
    let (version, priority) = (plain(row, "agreement_version"), plain(row, "priority"));
    format!("{percentage} %: rule {rule} of {whose}, version {version}, priority {priority}{period}")
}

/// Settlements by month, the partners on top of each other.
pub(super) fn figure(months: &[Value], now: &str) -> Figure {
    let texts: Vec<String> = months.iter().map(|row| plain(row, "month")).collect();
    let amounts = months.iter().zip(&texts).map(|(row, month)| {
        let partner: u32 = plain(row, "partner").parse().unwrap_or_default();
        ((partner, month.as_str()), plain(row, "settlement_exact").parse().unwrap_or_default())
    });
    settlements("Invoiced to partners less credited to them", &amounts.collect(), now)
}

fn actions(ask: &Ask<'_>, way: &Way<'_>, program: u32) -> Vec<Block> {
    let hidden = [("program", program.to_string())];
    let mut actions = Vec::new();
    if ask.may(Scope::Adjust) {
        let fields = vec![
            Field::line("criteria.partners[]", "Partners, with commas (empty: all)", "text", ""),
            Field::line("criteria.days_ago", "Purchases of so many days ago or more", "number", ""),
            Field::choice("criteria.settlement_type", "What", &["debit_and_credit", "debit", "credit"], ""),
            Field::line("every.count", "Again after (empty: once)", "number", ""),
            Field::choice("every.unit", "days, weeks, ...", &["", "days", "weeks", "months", "years"], ""),
        ];
        actions.push(forms::command("create_run", "Create a settlement run", &hidden, fields, (way.fresh)()));
    }
    if ask.may(Scope::Catalog) {
        let fields = vec![
            Field::line("partner", "Of partner", "number", ""),
            Field::line("group", "or of group", "number", ""),
            Field::line("replaces", "Replaces version (empty: it is new)", "number", ""),
            Field::choice("life_cycle", "Life cycle", &["effective", "not_effective"], "effective"),
            Field::line("description", "Description", "text", ""),
        ];
        actions.push(forms::command("set_agreement", "Make or replace an agreement", &hidden, fields, (way.fresh)()));
        let fields = vec![
            Field::line("partners[]", "Partners, with commas", "text", ""),
            Field::line("groups[]", "Groups, with commas", "text", ""),
            Field::line("rules.0.percentage", "They bear, in percent", "text", "").required(),
            Field::choice("rules.0.priority", "Priority", &["normal", "low", "medium", "high"], "normal"),
            Field::line("rules.0.offers[]", "Of offers, with commas (empty: all)", "text", ""),
        ];
        actions.push(forms::command(
            "set_contribution_rules",
            "Set who bears how much",
            &hidden,
            fields,
            (way.fresh)(),
        ));
    }
    actions
}
