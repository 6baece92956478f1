//! What visitors may do: each form is a command of the API, and each field one of its fields.

use super::ask::Ask;
use super::blocks::{Block, Cell, Field, Form, Table, plain};
use super::effect;
use super::page::{Page, own_path};
use crate::api::{Problem, encoded, routes};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Fields whose values are numbers where they look like numbers, and texts otherwise: ids may be either, and keep
/// their zeros.
fn typed(text: &str) -> Value {
    let number = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    number.map_or_else(|| json!(text), |number| json!(number))
}

/// Fields that are texts, also where they look like numbers: words of people, and exact rates.
const TEXTS: [&str; 11] = [
    "description",
    "reason",
    "reference",
    "name",
    "zone",
    "percent",
    "percentage",
    "amount",
    "currency",
    "price",
    "unit_price",
];

/// Whether a field is a text, wherever it stands.
fn is_text(name: &str) -> bool {
    name.starts_with("rates.") || TEXTS.contains(&name.rsplit('.').next().unwrap_or(name))
}

/// A form for a command. `id` is the route's; `hidden` are the parameters of its path and fixed fields.
pub(super) fn command(
    id: &'static str,
    title: &str,
    hidden: &[(&str, String)],
    fields: Vec<Field>,
    key: String,
) -> Block {
    let mut all: Vec<(String, String)> =
        hidden.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    all.push(("key".to_owned(), key));
    Block::Form(Form {
        action: format!("/do/{id}"),
        is_post: true,
        title: title.to_owned(),
        fields,
        hidden: all,
        button: title.to_owned(),
        has_dry_run: routes().any(|route| route.id == id && route.verb.is_some()),
        is_folded: true,
    })
}

/// A form that is not folded away.
pub(super) fn unfolded(block: Block) -> Block {
    match block {
        Block::Form(form) => Block::Form(Form { is_folded: false, ..form }),
        other => other,
    }
}

/// Does what a form says, and shows what became of it.
pub(super) fn act(ask: &Ask<'_>, id: &str, form: &BTreeMap<String, String>) -> Result<Page, Problem> {
    let nothing = || Problem::new("not_found", "there is no such form");
    let route = routes().find(|route| route.id == id && route.method.word() == "POST").ok_or_else(nothing)?;
    let in_path: Vec<&str> = route.path_params().collect();
    let path = in_path.iter().fold(route.path.to_owned(), |path, name| {
        let value = form.get(*name).map(|value| encoded(value)).unwrap_or_default();
        path.replace(&format!("{{{name}}}"), &value)
    });
    let mut body = Map::new();
    for (name, text) in form.iter().filter(|(_, text)| !text.trim().is_empty()) {
        match name.as_str() {
            "key" | "proof" | "dry_run" | "back" | "sure" => {}
            name if in_path.contains(&name) => {}
            name if is_text(name) => put(&mut body, name, json!(text.trim())),
            "confirm" => put(&mut body, name, json!(text == "yes")),
            name => match name.strip_suffix("[]") {
                None => put(&mut body, name, typed(text.trim())),
                Some(name) => {
                    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                    put(&mut body, name, parts.map(typed).collect());
                }
            },
        }
    }
    let is_tried = route.verb.is_some() && form.contains_key("dry_run");
    if !is_tried && form.get("sure").is_some_and(|sure| sure != "yes") {
        let asked = Problem::new("malformed", "nothing was done: say yes where the form asks whether you are sure");
        return Err(Problem { status: 422, code: "needs_confirm".into(), ..asked });
    }
    let key = form.get("key").map_or("", String::as_str);
    let sent = if body.is_empty() { Value::Null } else { Value::Object(body.clone()) };
    let answer = ask.post(&if is_tried { format!("{path}?dry_run=true") } else { path }, key, &sent)?;
    let program = form.get("program").and_then(|program| program.parse().ok());
    let mut page = outcome(id, program, &answer);
    if is_tried {
        page.trail.clear();
        let text = "Nothing was done: this is what would happen now.".to_owned();
        page.blocks.splice(..1, [Block::Note { tone: "plain", text }]);
        body.extend(in_path.iter().filter_map(|name| Some(((*name).to_owned(), typed(form.get(*name)?)))));
        page.blocks.extend(effect::of(ask, id, program.unwrap_or_default(), &body)?);
        page.blocks.push(carry_out(id, &page.title, form));
    }
    page.trail.splice(..0, back(form));
    Ok(page)
}

/// The form that does what was tried: with all that was said, and the same request id. Whoever saw what it does is sure.
fn carry_out(id: &str, title: &str, form: &BTreeMap<String, String>) -> Block {
    let said = form.iter().filter(|(name, _)| !["proof", "dry_run", "sure"].contains(&name.as_str()));
    Block::Form(Form {
        action: format!("/do/{}", encoded(id)),
        is_post: true,
        title: format!("{title}: carry it out"),
        fields: Vec::new(),
        hidden: said.map(|(name, value)| (name.clone(), value.clone())).collect(),
        button: "Carry it out".to_owned(),
        has_dry_run: false,
        is_folded: false,
    })
}

/// The way back to the page that a form was on.
pub(super) fn back(form: &BTreeMap<String, String>) -> Option<(String, String)> {
    let page = form.get("back").map(|page| own_path(page)).filter(|page| *page != "/")?;
    Some(("Back".to_owned(), page.to_owned()))
}

/// Places of a list in a form, at most.
const PLACES_MAX: usize = 16;

/// Sets a field. A name with dots is a place inside; `awards.0.points` is in a list. What is one of several kinds has its
/// kind behind a colon: `expires:after.span.count`.
fn put(body: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(body.insert(name.to_owned(), value)),
        Some((list, rest)) if place(rest).is_some() => {
            let Some((at, rest)) = place(rest) else { return };
            let list = body.entry(list.to_owned()).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.resize_with(list.len().max(at.saturating_add(1)), || json!({}));
            }
            if let Some(Value::Object(inner)) = list.get_mut(at) {
                put(inner, rest, value);
            }
        }
        Some((outer, rest)) => {
            let (outer, kind) = outer.split_once(':').map_or((outer, None), |(outer, kind)| (outer, Some(kind)));
            let inner = body.entry(outer.to_owned()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                inner.extend(kind.map(|kind| ("kind".to_owned(), json!(kind))));
                put(inner, rest, value);
            }
        }
    }
}

/// The place of a list that a name begins with, and what is behind it.
fn place(name: &str) -> Option<(usize, &str)> {
    let (at, rest) = name.split_once('.')?;
    Some((at.parse().ok().filter(|at| *at < PLACES_MAX)?, rest))
}

fn outcome(id: &str, program: Option<u32>, answer: &Value) -> Page {
    let title = id.replace('_', " ");
    let (first, rest) = title.split_at(title.len().min(1));
    let mut page = Page::note(&format!("{}{rest}", first.to_uppercase()), "good", "Done.");
    page.program = program;
    if let Some(sequence) = answer.get("sequence").and_then(Value::as_u64) {
        let text = match answer.get("replayed").and_then(Value::as_bool) {
            Some(true) => format!("This was done before, as entry {sequence}."),
            _ => format!("Done and durable: entry {sequence}."),
        };
        page.blocks = vec![Block::Note { tone: "good", text }];
        page.trail = vec![(format!("Entry {sequence}"), format!("/entries/{sequence}"))];
        page.blocks.push(legs(answer.get("legs")));
    } else {
        let rows = answer.as_object().into_iter().flatten();
        let rows = rows.map(|(name, _)| vec![Cell::text(name.replace('_', " ")), Cell::text(plain(answer, name))]);
        let head = vec![Cell::text("what"), Cell::text("value")];
        page.blocks.push(Block::Table(Table {
            caption: title.clone(),
            head,
            rows: rows.collect(),
            ..Table::default()
        }));
    }
    page
}

/// The legs of an entry: what happened to which item or block.
pub(super) fn legs(legs: Option<&Value>) -> Block {
    let rows = legs.and_then(Value::as_array).cloned().unwrap_or_default();
    let rows = rows.iter().map(|leg| {
        let item = leg.get("item").map(|item| match item {
            Value::Object(_) => format!("{}.{}", plain(item, "sequence"), plain(item, "place")),
            other => other.to_string(),
        });
        let rest = leg.as_object().into_iter().flatten();
        let rest =
            rest.filter(|(name, value)| !["kind", "item", "points"].contains(&name.as_str()) && !value.is_null());
        // where points went from and to is said by what happened
        let rest = rest.filter(|(name, _)| !["from", "to"].contains(&name.as_str()));
        let rest: Vec<String> =
            rest.map(|(name, _)| format!("{} {}", name.replace('_', " "), Cell::of(leg, name).text)).collect();
        vec![
            Cell::text(plain(leg, "kind").replace('_', " ")),
            item_cell(&item.unwrap_or_default()),
            Cell::of(leg, "points"),
            Cell::text(rest.join(", ")),
        ]
    });
    Block::Table(Table {
        caption: "What happened".to_owned(),
        head: vec![Cell::text("what"), Cell::text("item"), Cell::number_head("points"), Cell::text("with")],
        rows: rows.collect(),
        empty: "No points moved.",
        ..Table::default()
    })
}

/// An item, leading to the entry that gave it.
pub(super) fn item_cell(item: &str) -> Cell {
    let given = item.split('.').next().filter(|given| !given.is_empty());
    given.map_or_else(|| Cell::text(item), |given| Cell::text(item).to(format!("/entries/{given}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_words_are_texts() {
        for (name, expected) in [
            ("reason", true),
            ("rates.1", true),
            ("rules.0.percentage", true),
            ("amount:money.amount", true),
            ("amount:points.points", false),
            ("member", false),
        ] {
            assert_eq!(is_text(name), expected, "{name}");
        }
    }

    #[test]
    fn names_with_dots_are_places_inside() {
        let mut body = Map::new();
        put(&mut body, "member", json!("M1"));
        put(&mut body, "awards.0.points", json!(5));
        put(&mut body, "awards.0.point_type", json!(1));
        put(&mut body, "tiers.1.any_of.0.points", json!(9));
        put(&mut body, "expires:after.span.count", json!(6));
        let expected = json!({ "member": "M1", "awards": [{ "points": 5, "point_type": 1 }], "tiers": [{}, { "any_of": [{ "points": 9 }] }], "expires": { "kind": "after", "span": { "count": 6 } } });
        assert_eq!(Value::Object(body), expected);
    }
}
