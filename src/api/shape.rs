//! Schemas without choices (`oneOf`), over which generators of clients stumble.

use serde_json::{Map, Value, json};

/// Takes the choices out of a set of schemas: each becomes a list of words, or one object with the fields of all its
/// kinds.
pub(crate) fn without_choices(schemas: &mut Map<String, Value>) {
    for schema in schemas.values_mut().filter(|schema| schema.get("oneOf").is_some()) {
        *schema = merged(schema);
    }
}

fn merged(schema: &Value) -> Value {
    let choices = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut words = Vec::new();
    let mut fields: Map<String, Value> = Map::new();
    for choice in &choices {
        words.extend(choice.get("const").cloned());
        words.extend(choice.get("enum").and_then(Value::as_array).cloned().unwrap_or_default());
        for (name, field) in choice.get("properties").and_then(Value::as_object).into_iter().flatten() {
            add(&mut fields, name, field);
        }
    }
    let description = schema.get("description").cloned().unwrap_or_default();
    if fields.is_empty() {
        return json!({ "description": description, "type": "string", "enum": words });
    }
    let text = description.as_str().unwrap_or_default();
    if words.is_empty() {
        let description = format!("{text} Exactly one of the fields.");
        return json!({ "description": description, "type": "object", "properties": fields, "additionalProperties": false });
    }
    // a word or an object: no one type says that
    let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    let names: Vec<&String> = fields.keys().collect();
    json!({ "description": format!("{text} One of the words {words:?}, or an object with one of the fields {names:?}.") })
}

/// Adds a field. One that several kinds have, of different widths, loses its limits.
fn add(fields: &mut Map<String, Value>, name: &str, field: &Value) {
    match fields.get_mut(name) {
        None => drop(fields.insert(name.to_owned(), field.clone())),
        Some(same) if same == field => {}
        Some(other) => {
            let without_text = |schema: &Value| {
                let mut schema = schema.clone();
                schema.as_object_mut().map(|object| object.remove("description"));
                schema
            };
            if without_text(other) != without_text(field) {
                let kind = other.get("type").filter(|kind| field.get("type") == Some(kind)).cloned();
                *other = kind.map_or_else(|| json!({}), |kind| json!({ "type": kind }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_have_no_choices_left() {
        let mut schemas = Map::new();
        let part = json!({ "oneOf": [
            { "type": "object", "properties": { "points": { "type": "integer" } } },
            { "type": "object", "properties": { "points": { "type": "integer", "maximum": 9 }, "whole": {} } },
        ]});
        schemas.insert("Part".into(), part);
        schemas.insert("Order".into(), json!({ "oneOf": [{ "const": "a" }, { "enum": ["b", "c"] }] }));
        without_choices(&mut schemas);
        assert_eq!(schemas["Part"]["properties"], json!({ "points": { "type": "integer" }, "whole": {} }));
        assert_eq!(schemas["Order"]["enum"], json!(["a", "b", "c"]));
        assert!(!Value::Object(schemas).to_string().contains("oneOf"));
    }
}
