//! The one place that knows how a command is written as JSON. To callers it is flat, with its `kind` beside the fields
//! of its verb; the engine's own form, in which the verb stands inside of `action`, ends here.

use super::json::{Bad, typed};
use crate::domain::{Command, Timestamp};
use serde_json::{Map, Value, json};

/// The fields that every command has, whatever its kind.
const COMMON: [&str; 5] = ["program", "request_id", "transaction_at", "reference", "kind"];

/// The command that a flat object says.
pub(crate) fn from_flat(flat: Map<String, Value>) -> Result<Command, Bad> {
    let kind = match flat.get("kind") {
        Some(Value::String(kind)) => kind.clone(),
        Some(_) => return Err(Bad { pointer: "/kind".to_owned(), what: "expected a text".to_owned() }),
        None => return Err(Bad { pointer: String::new(), what: "missing field `kind`".to_owned() }),
    };
    let (mut outer, mut inner) = (Map::new(), Map::new());
    for (name, value) in flat {
        match COMMON.contains(&name.as_str()) {
            true => outer.insert(name, value),
            false => inner.insert(name, value),
        };
    }
    outer.remove("kind");
    outer.insert("action".to_owned(), json!({ &kind: inner }));
    typed(&Value::Object(outer)).map_err(|bad| {
        let inside = format!("/action/{kind}");
        let pointer = bad.pointer.strip_prefix(&inside).or(bad.pointer.strip_prefix("/action")).unwrap_or(&bad.pointer);
        let what = bad.what.replace("unknown variant", "unknown kind");
        Bad { pointer: pointer.to_owned(), what }
    })
}

/// A command as a flat object.
pub(crate) fn to_flat(command: &Command) -> Value {
    let mut value = serde_json::to_value(command).unwrap_or_default();
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(Value::Object(action)) = fields.remove("action") {
        for (kind, inner) in action {
            fields.insert("kind".to_owned(), Value::String(kind));
            if let Value::Object(inner) = inner {
                fields.extend(inner);
            }
        }
    }
    value
}

/// A field of a command, whatever its kind: for bounds and for looking.
pub(crate) fn field(command: &Command, name: &str) -> Option<Value> {
    to_flat(command).get(name).filter(|value| !value.is_null()).cloned()
}

/// The points that a command moves: all amounts in it, added up.
pub(crate) fn points(command: &Command) -> i128 {
    fn sum(value: &Value) -> i128 {
        match value {
            Value::Object(fields) => fields.iter().fold(0, |total, (name, value)| {
                let own = value.as_i64().filter(|_| name == "points").map_or(0, i128::from);
                total.saturating_add(own).saturating_add(sum(value))
            }),
            Value::Array(values) => values.iter().map(sum).fold(0, i128::saturating_add),
            _ => 0,
        }
    }
    sum(&to_flat(command))
}

/// When a command says that it happened.
pub(crate) fn transaction_at(command: &Command) -> Option<Timestamp> {
    command.transaction_at
}

/// The schema of the body of a kind of command, from the derived schema of all commands: its verb's fields and those
/// that every command has, without those that the route or a header says. `None` where there is no such kind.
pub(crate) fn body_schema(commands: &Value, known: &Map<String, Value>, kind: &str, said: &[&str]) -> Option<Value> {
    let resolve = |schema: &Value| -> Value {
        // a reference with a text beside it is a list of one in OpenAPI 3.0
        let schema = schema.pointer("/allOf/0").unwrap_or(schema);
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
        name.and_then(|name| known.get(name)).unwrap_or(schema).clone()
    };
    let commands = resolve(commands);
    let action = resolve(commands.pointer("/properties/action")?);
    let choices = action.get("oneOf")?.as_array()?;
    let verb = choices.iter().find_map(|choice| choice.pointer(&format!("/properties/{kind}")))?;
    let mut body = resolve(verb);
    let schema = body.as_object_mut()?;
    let common = commands.get("properties")?.as_object()?;
    let fields = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut()?;
    for name in ["transaction_at", "reference"] {
        fields.extend(common.get(name).map(|field| (name.to_owned(), field.clone())));
    }
    fields.retain(|name, _| !said.contains(&name.as_str()));
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !said.contains(&name)));
        if required.is_empty() {
            schema.remove("required");
        }
    }
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("additionalProperties".to_owned(), json!(false));
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_line(line: &[u8]) -> Result<Command, Bad> {
        from_flat(super::super::json::object(line)?)
    }

    fn bad(line: &str) -> (String, String) {
        let bad = from_line(line.as_bytes()).unwrap_err();
        (bad.pointer, bad.what)
    }

    #[test]
    fn a_flat_command_is_read_and_written() {
        let line = r#"{"kind":"redeem","member":"M1","point_type":1,"points":250,"program":1,"reference":null,"request_id":"a","transaction_at":null}"#;
        let command = from_line(line.as_bytes()).unwrap();
        assert_eq!(to_flat(&command).to_string(), line);
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
