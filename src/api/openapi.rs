//! The OpenAPI document, from the table of routes and the schemas that are derived from the types: 3.1 for readers,
//! 3.0.3 for generators of clients. It has no choices (`oneOf`, `anyOf`) but for what may be null.

use super::call::{Format, Method};
use super::command;
use super::json::NUMBER_MAX;
use super::params::Param;
use super::problem::CODES;
use super::problems;
use super::route::{Access, Body, Route, Shape};
use super::routes::takes_if_match;
use super::shape::without_choices;
use super::views::Event;
use crate::domain::Receipt;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Which version of OpenAPI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 3.0.3: what generators of clients read.
    V3_0,
    /// 3.1.0: JSON Schema as it is.
    V3_1,
}

/// A refusal, as RFC 9457 has it. The figures of the refusal are further members.
#[derive(JsonSchema)]
#[schemars(rename = "Problem", extend("additionalProperties" = true))]
#[expect(dead_code, reason = "read by schemars only")]
struct ProblemShape {
    /// The address of a page that explains it.
    r#type: String,
    /// The code, for people.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The cause as one word.
    code: String,
    /// What is wrong with this call.
    detail: String,
    /// A JSON pointer to the place in the body.
    #[schemars(default)]
    pointer: Option<String>,
    /// The name of the parameter.
    #[schemars(default)]
    parameter: Option<String>,
}

/// The answer to a line of a batch.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by schemars only")]
struct LineAnswer {
    /// The line's number in the body, from 1.
    line: u32,
    /// The HTTP status that a call of its own would have had.
    status: u16,
    receipt: Option<Receipt>,
    problem: Option<ProblemShape>,
}

/// A page of the feed.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "read by schemars only")]
struct FeedPage {
    events: Vec<Event>,
    /// Where the next page begins.
    next: String,
    /// Whether there may be more at once.
    more: bool,
}

/// The document.
#[must_use]
pub fn document(routes: impl Iterator<Item = &'static Route> + Clone, version: Version) -> Value {
    let settings = match version {
        Version::V3_0 => SchemaSettings::openapi3(),
        Version::V3_1 => SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        }),
    };
    let mut writer = Writer { version, generator: settings.into_generator(), bodies: Map::new() };
    let mut paths = Map::new();
    for route in routes.clone() {
        for (ending, format) in std::iter::once(("", Format::Json)).chain(Format::BY_ENDING) {
            if format != Format::Json && !route.formats.contains(&format) {
                continue;
            }
            let operation = writer.operation(route, format);
            let path = paths.entry(format!("{}{ending}", route.path)).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(route.method.word().to_lowercase(), operation);
            }
        }
    }
    let mut paths = Value::Object(paths);
    let (schemas, problems) = writer.schemas(&paths);
    let bodies = paths.as_object_mut().into_iter().flat_map(|paths| paths.values_mut());
    bodies.for_each(|path| mark_optional(path, &schemas));
    let number = if version == Version::V3_0 { "3.0.3" } else { "3.1.0" };
    json!({
        "openapi": number,
        "info": {
            "title": "AccrueDB", "version": env!("CARGO_PKG_VERSION"),
            "description": "Loyalty points: exact, durable, with every refusal's figures.",
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "acr_..." } },
            "schemas": schemas,
        },
        "x-problems": problems,
    })
}

/// What an `Idempotency-Key` is made of: no blanks, and not 0.
const KEY: &str = "^([!-/1-~][!-~]*|0[!-~]+)$";

struct Writer {
    version: Version,
    generator: SchemaGenerator,
    /// Bodies of commands.
    bodies: Map<String, Value>,
}

impl Writer {
    fn operation(&mut self, route: &Route, format: Format) -> Value {
        let suffix = match format {
            Format::Json => "",
            Format::Csv => "_csv",
            Format::JsonLines => "_jsonl",
            Format::Svg => "_svg",
        };
        let in_path = route.path_params().filter_map(|name| Some(parameter(Param::in_path(name)?, "path")));
        let in_query = route.params.iter().map(|param| parameter(param, "query"));
        let mut parameters: Vec<Value> = in_path.chain(in_query).collect();
        if matches!(route.body, Body::Command) {
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": true,
                "description": "The request id, chosen by you: the same with the same body has one effect, for ever. \
                                Another body is refused. A refused command does not use it up. An integer but 0, a \
                                UUID, or up to 255 printable ASCII characters without blanks.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY },
            }));
        }
        if takes_if_match(route.id) {
            parameters.push(json!({
                "name": "If-Match", "in": "header", "required": false,
                "description": "The `ETag` with which you saw what is edited: a command for another one is refused (412).",
                "schema": { "type": "string", "pattern": "^[!-~ ]+$", "maxLength": 1000 },
            }));
        }
        let mut operation = json!({
            "operationId": format!("{}{suffix}", route.id), "summary": route.summary,
            "parameters": parameters, "responses": self.responses(route, format),
        });
        let Some(fields) = operation.as_object_mut() else { return operation };
        if route.access != Access::Open {
            fields.insert("security".to_owned(), json!([{ "token": [] }]));
        }
        if let Access::Needs(scope) = route.access {
            fields.insert("x-scope".to_owned(), json!(scope.word()));
        }
        if let Some(body) = self.body(route) {
            fields.insert("requestBody".to_owned(), body);
        }
        operation
    }

    fn body(&mut self, route: &Route) -> Option<Value> {
        let (media_type, schema) = match route.body {
            Body::None => return None,
            Body::Lines => ("application/x-ndjson", json!({ "type": "string" })),
            Body::Object(schema) => ("application/json", json!(schema(&mut self.generator))),
            Body::Command => {
                let name = body_name(route.id);
                let said: Vec<&str> = route.path_params().collect();
                let schema = match route.verb {
                    Some(verb) => command::body_schema(verb.kind, &mut self.generator, &said),
                    None => command::any_body_schema(&mut self.generator),
                };
                self.bodies.extend(schema.map(|schema| (name.clone(), schema)));
                ("application/json", json!({ "$ref": format!("#/components/schemas/{name}") }))
            }
        };
        Some(json!({ "required": true, "content": { media_type: { "schema": schema } } }))
    }

    fn responses(&mut self, route: &Route, format: Format) -> Value {
        let text = json!({ "type": "string" });
        let generator = &mut self.generator;
        let (media_type, schema) = match (format, route.shape) {
            (Format::Json, Shape::Object(schema)) => ("application/json", json!(schema(generator))),
            (Format::Json, Shape::Receipt) => ("application/json", json!(generator.subschema_for::<Receipt>())),
            (Format::Json, Shape::Feed) => ("application/json", json!(generator.subschema_for::<FeedPage>())),
            (Format::Json, Shape::Page(row)) => ("application/json", page(&json!(row(generator)))),
            (Format::Json, Shape::Lines) => {
                generator.subschema_for::<LineAnswer>();
                ("application/x-ndjson", text)
            }
            (Format::Json, Shape::Text(media_type)) => (media_type, text),
            (format, _) => (format.media_type().split(';').next().unwrap_or_default(), text),
        };
        let problem = json!(generator.subschema_for::<ProblemShape>());
        let done = json!({ "description": "Done.", "content": { media_type: { "schema": schema } } });
        let mut responses = Map::new();
        if matches!(route.body, Body::Command) {
            responses.insert("201".to_owned(), done.clone());
        }
        responses.insert("200".to_owned(), done);
        if route.method == Method::Get && format == Format::Json && media_type == "application/json" {
            let same = "The caller has it already: the header `If-None-Match` says the `ETag` of this answer.";
            responses.insert("304".to_owned(), json!({ "description": same }));
        }
        for status in statuses(route) {
            let refused = json!({ "description": title(status),
                "content": { "application/problem+json": { "schema": problem } } });
            responses.insert(status.to_string(), refused);
        }
        Value::Object(responses)
    }

    /// The schemas of the components, the choices taken out; and the problems with their figures.
    fn schemas(mut self, paths: &Value) -> (Map<String, Value>, Value) {
        let mut problems = Value::Object(problems::by_code(&mut self.generator));
        let mut known = self.generator.take_definitions(true);
        known.extend(self.bodies);
        let cursor = match self.version {
            Version::V3_0 => json!({ "type": "string", "nullable": true }),
            Version::V3_1 => json!({ "type": ["string", "null"] }),
        };
        known.insert("Cursor".to_owned(), cursor);
        known.iter_mut().for_each(|(name, schema)| mark_limits(name, schema));
        mark_limits("", &mut problems);
        without_choices(&mut known);
        let version = self.version;
        // the forms of the engine's own JSON that are not sent nor answered go
        let mut names = BTreeSet::new();
        reach(paths, &known, &mut names);
        reach(&json!({ "$ref": "#/components/schemas/LineAnswer" }), &known, &mut names);
        reach(&problems, &known, &mut names);
        known.retain(|name, _| names.contains(name));
        let schemas = known.into_iter().map(|(name, schema)| (name, fitted(schema, version))).collect();
        (schemas, fitted(problems, version))
    }
}

/// The names of the schemas that a value refers to, and those that these refer to.
fn reach(value: &Value, known: &Map<String, Value>, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next());
            if let Some((name, schema)) = reference.and_then(|name| known.get_key_value(name))
                && names.insert(name.clone())
            {
                reach(schema, known, names);
            }
            fields.values().for_each(|value| reach(value, known, names));
        }
        Value::Array(values) => values.iter().for_each(|value| reach(value, known, names)),
        _ => {}
    }
}

/// A command whose fields all have defaults needs no body.
fn mark_optional(path: &mut Value, schemas: &Map<String, Value>) {
    let Some(body) = path.pointer_mut("/post/requestBody").and_then(Value::as_object_mut) else { return };
    let reference = body.get("content").and_then(|content| content.pointer("/application~1json/schema/$ref"));
    let name = reference.and_then(Value::as_str).and_then(|text| text.rsplit('/').next());
    if name.and_then(|name| schemas.get(name)).is_some_and(|schema| schema.get("required").is_none()) {
        body.insert("required".to_owned(), json!(false));
    }
}

/// `Redeem` for `redeem`, with `Body` behind it.
fn body_name(kind: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    kind.split('_').map(capital).chain(["Body".to_owned()]).collect()
}

/// Says what derived schemas leave out: the limits of numbers, and the forms of instants and dates.
fn mark_limits(name: &str, schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let most = match fields.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(i64::from(u32::MAX)),
                // ids and counts that callers send, and those that are answered
                Some("uint64") => Some(NUMBER_MAX),
                _ => None,
            };
            if let Some(most) = most {
                fields.entry("maximum").or_insert(json!(most));
            }
            let form = match name {
                "Timestamp" => Some("date-time"),
                "Date" => Some("date"),
                _ => None,
            };
            if let Some(form) = form {
                fields.insert("format".to_owned(), json!(form));
            }
            fields.values_mut().for_each(|value| mark_limits("", value));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| mark_limits("", value)),
        _ => {}
    }
}

/// A schema without what its version does not have: references to meta-schemas; and in 3.0, several types at once.
fn fitted(schema: Value, version: Version) -> Value {
    match schema {
        Value::Object(mut fields) => {
            // what may be null, as 3.0 says it
            let choices = fields.get("anyOf").and_then(Value::as_array).filter(|_| version == Version::V3_0);
            let one = choices.and_then(|choices| choices.iter().find(|choice| choice.get("$ref").is_some())).cloned();
            if let Some(one) = one {
                fields.remove("anyOf");
                fields.insert("allOf".to_owned(), json!([one]));
                fields.insert("nullable".to_owned(), json!(true));
            }
            let is_kept = |name: &str, value: &Value| match name {
                "$schema" => false,
                "type" => version == Version::V3_1 || !value.is_array(),
                _ => true,
            };
            let kept = fields.into_iter().filter(|(name, value)| is_kept(name, value));
            Value::Object(kept.map(|(name, value)| (name, fitted(value, version))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|value| fitted(value, version)).collect()),
        other => other,
    }
}

fn page(row: &Value) -> Value {
    json!({
        "type": "object", "required": ["rows", "next"],
        "properties": {
            "rows": { "type": "array", "items": row },
            "next": { "$ref": "#/components/schemas/Cursor" },
        },
    })
}

fn parameter(param: &Param, place: &str) -> Value {
    json!({
        "name": param.name, "in": place, "required": place == "path", "description": param.about,
        "schema": param.schema(),
    })
}

/// The statuses that a route may refuse with.
fn statuses(route: &Route) -> Vec<u16> {
    let mut statuses = vec![400, 404, 405, 421, 500, 503];
    if route.access != Access::Open {
        statuses.extend([401, 403, 429]);
    }
    if route.method == Method::Post {
        statuses.extend([409, 413, 415]);
    }
    if takes_if_match(route.id) {
        statuses.push(412);
    }
    if matches!(route.body, Body::Command) {
        statuses.push(422);
    }
    if !route.formats.is_empty() {
        statuses.push(406);
    }
    if matches!(route.id, "backup" | "verify") {
        statuses.push(501);
    }
    statuses.sort_unstable();
    statuses
}

fn title(status: u16) -> String {
    let codes: Vec<&str> = CODES.iter().filter(|(_, of, _)| *of == status).map(|(code, ..)| *code).collect();
    match status {
        404 | 409 | 422 => format!("A rule refuses: the code says which. {}", codes.join(", ")),
        _ => codes.join(", "),
    }
}
