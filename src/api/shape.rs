//! One flat form for what is one of several kinds: `{"kind": "redeemed", "points": 5}`. Here values and schemas that
//! name the kind outside, as `{"redeemed": {"points": 5}}`, are brought into it, and schemas lose their choices
//! (`oneOf`), over which generators of clients stumble.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A value whose kind stands outside, with the kind in it. One that is flat already stays as it is.
pub(crate) fn flat(value: Value) -> Value {
    match value {
        Value::String(kind) => json!({ "kind": kind }),
        Value::Object(object) if object.len() == 1 && !object.contains_key("kind") => {
            let mut flat = Map::new();
            for (kind, fields) in object {
                flat.insert("kind".to_owned(), Value::String(kind));
                if let Value::Object(fields) = fields {
                    flat.extend(fields);
                }
            }
            Value::Object(flat)
        }
        other => other,
    }
}

/// Takes the choices out of a set of schemas: each becomes one object with the fields of all its kinds, or a list of
/// words. Those named in `tagged` name their kind outside, and get a field `kind`.
pub(crate) fn without_choices(schemas: &mut Map<String, Value>, tagged: &[&str]) {
    let known: BTreeMap<String, Value> = schemas.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect();
    for (name, schema) in schemas {
        if schema.get("oneOf").is_some() {
            *schema = merged(schema, &known, tagged.contains(&name.as_str()));
        }
    }
}

fn merged(schema: &Value, known: &BTreeMap<String, Value>, is_tagged: bool) -> Value {
    let choices = schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut words = Vec::new();
    let mut fields: Map<String, Value> = Map::new();
    for choice in &choices {
        words.extend(choice.get("const").cloned());
        words.extend(choice.get("enum").and_then(Value::as_array).cloned().unwrap_or_default());
        for (name, field) in choice.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if !is_tagged {
                add(&mut fields, name, field);
                continue;
            }
            words.push(json!(name));
            let inner = resolved(field, known);
            let inner = inner.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
            inner.iter().for_each(|(name, field)| add(&mut fields, name, field));
        }
    }
    let description = schema.get("description").cloned().unwrap_or_default();
    if is_tagged {
        fields.insert("kind".to_owned(), json!({ "type": "string", "enum": words }));
        return json!({ "description": description, "type": "object", "properties": fields, "required": ["kind"] });
    }
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

fn resolved<'a>(schema: &'a Value, known: &'a BTreeMap<String, Value>) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
    name.and_then(|name| known.get(name)).unwrap_or(schema)
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
    fn a_kind_goes_inside_once() {
        let flat_already = json!({ "kind": "redeemed", "points": 5 });
        assert_eq!(flat(json!({ "redeemed": { "points": 5 } })), flat_already);
        assert_eq!(flat(flat_already.clone()), flat_already);
        assert_eq!(flat(json!("overflow")), json!({ "kind": "overflow" }));
        assert_eq!(flat(json!({ "kind": "overflow" })), json!({ "kind": "overflow" }));
    }

    #[test]
    fn schemas_have_no_choices_left() {
        let mut schemas = Map::new();
        schemas.insert("Part".into(), json!({ "type": "object", "properties": { "points": { "type": "integer" } } }));
        let reference = json!({ "$ref": "#/components/schemas/Part" });
        let leg = json!({ "oneOf": [
            { "type": "object", "properties": { "redeemed": reference } },
            { "type": "object", "properties": { "owed": { "properties": { "points": { "type": "integer", "maximum": 9 } } } } },
            { "type": "string", "const": "none" },
        ]});
        schemas.insert("Leg".into(), leg);
        schemas.insert("Order".into(), json!({ "oneOf": [{ "const": "a" }, { "enum": ["b", "c"] }] }));
        without_choices(&mut schemas, &["Leg"]);
        let fields = &schemas["Leg"]["properties"];
        assert_eq!(fields["points"], json!({ "type": "integer" }));
        assert_eq!(fields["kind"]["enum"], json!(["redeemed", "owed", "none"]));
        assert_eq!(schemas["Order"]["enum"], json!(["a", "b", "c"]));
        assert!(!Value::Object(schemas).to_string().contains("oneOf"));
    }
}
