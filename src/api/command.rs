//! Commands as JSON: flat objects, with the `kind` beside the fields of its verb.

use super::json::{Bad, typed};
use crate::domain::{Command, Timestamp};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The command that an object says.
pub(crate) fn read(fields: Map<String, Value>) -> Result<Command, Bad> {
    match fields.get("kind") {
        Some(Value::String(_)) => {}
        Some(_) => return Err(Bad { pointer: "/kind".to_owned(), what: "expected a text".to_owned() }),
        None => return Err(Bad { pointer: String::new(), what: "missing field `kind`".to_owned() }),
    }
    typed(&Value::Object(fields))
        .map_err(|bad| Bad { what: bad.what.replace("unknown variant", "unknown kind"), ..bad })
}

/// A command as an object.
pub(crate) fn shown(command: &Command) -> Value {
    serde_json::to_value(command).unwrap_or_default()
}

/// A field of a command, whatever its kind: for bounds and for looking.
pub(crate) fn field(command: &Command, name: &str) -> Option<Value> {
    shown(command).get(name).filter(|value| !value.is_null()).cloned()
}

/// Whether a command's points are less than 0: it takes them from a member.
pub(crate) fn takes(command: &Command) -> bool {
    field(command, "points").and_then(|points| points.as_i64()).is_some_and(i64::is_negative)
}

/// The points that a command moves: all amounts in it, added up, whatever their sign.
pub(crate) fn points(command: &Command) -> i128 {
    fn sum(value: &Value) -> i128 {
        match value {
            Value::Object(fields) => fields.iter().fold(0, |total, (name, value)| {
                let is_amount = matches!(name.as_str(), "points" | "fee" | "award");
                let own = value.as_i64().filter(|_| is_amount).map_or(0, |points| i128::from(points).abs());
                total.saturating_add(own).saturating_add(sum(value))
            }),
            Value::Array(values) => values.iter().map(sum).fold(0, i128::saturating_add),
            _ => 0,
        }
    }
    sum(&shown(command))
}

/// When a command says that it happened.
pub(crate) fn transaction_at(command: &Command) -> Option<Timestamp> {
    command.transaction_at
}

/// The schema of the body of a kind of command: its verb's fields and those that every command has, without those that
/// the route or a header says. `None` where there is no such kind.
pub(crate) fn body_schema(kind: &str, generator: &mut SchemaGenerator, said: &[&str]) -> Option<Value> {
    let mut body = Command::schema_of(kind, generator)?.to_value();
    without(&mut body, &|name| matches!(name, "kind" | "program" | "request_id") || said.contains(&name))?;
    Some(body)
}

/// The schema of the body of a command of any kind.
pub(crate) fn any_body_schema(generator: &mut SchemaGenerator) -> Option<Value> {
    let mut body = Command::json_schema(generator).to_value();
    without(&mut body, &|name| matches!(name, "program" | "request_id"))?;
    Some(body)
}

/// Takes fields that are said elsewhere out of the schema of a body.
fn without(body: &mut Value, is_said: &dyn Fn(&str) -> bool) -> Option<()> {
    let schema = body.as_object_mut()?;
    let fields = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
    fields.retain(|name, _| !is_said(name));
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !is_said(name)));
        if required.is_empty() {
            schema.remove("required");
        }
    }
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("additionalProperties".to_owned(), json!(false));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_line(line: &[u8]) -> Result<Command, Bad> {
        super::read(super::super::json::object(line)?)
    }

    fn bad(line: &str) -> (String, String) {
        let bad = from_line(line.as_bytes()).unwrap_err();
        (bad.pointer, bad.what)
    }

    #[test]
    fn a_flat_command_is_read_and_written() {
        let line = r#"{"kind":"redeem","member":"M1","point_type":1,"points":250,"program":1,"request_id":"a"}"#;
        let command = from_line(line.as_bytes()).unwrap();
        assert_eq!(shown(&command).to_string(), line);
        assert_eq!(points(&command), 250);
        let awards = r#"{"kind":"accrue","program":1,"request_id":"a","member":"M1","awards":[{"point_type":1,"points":3},{"point_type":1,"points":4}]}"#;
        assert_eq!(points(&from_line(awards.as_bytes()).unwrap()), 7);
    }

    #[test]
    fn places_are_those_of_the_flat_form() {
        assert_eq!(
            bad(r#"{"kind":"redeem","program":1,"request_id":"a","member":"M1","point_type":1,"points":"5"}"#).0,
            "/points"
        );
        let program = r#"{"kind":"enrol","program":"x","request_id":"a","member":"M1"}"#;
        assert_eq!(bad(program).0, "/program");
        let (pointer, what) = bad(r#"{"kind":"steal","program":1,"request_id":"a"}"#);
        assert!(what.starts_with("unknown kind `steal`"), "{pointer} {what}");
        let (_, what) = bad(r#"{"kind":"enrol","program":1,"request_id":"a","memer":"M1"}"#);
        assert!(what.starts_with("unknown field `memer`"), "{what}");
        assert_eq!(bad(r#"{"program":1}"#).1, "missing field `kind`");
        assert_eq!(bad(r#"{"kind":["enrol"],"program":1}"#).0, "/kind");
    }
}
