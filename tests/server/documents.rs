//! The OpenAPI documents: golden files, and laws that keep generators of clients from stumbling. To write the files
//! anew: `ACCRUEDB_GOLDEN=write cargo test`.

use accruedb::api::{Version, document, routes};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn golden(name: &str, version: Version) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let made = serde_json::to_string_pretty(&document(routes(), version)).unwrap() + "\n";
    if std::env::var_os("ACCRUEDB_GOLDEN").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = made.lines().zip(kept.lines()).position(|(made, kept)| made != kept);
    assert!(made == kept, "{name} is not what the routes say, from line {differs:?} on: write it anew, look at it");
}

#[test]
fn the_documents_are_what_they_were() {
    golden("openapi-3.1.json", Version::V3_1);
    golden("openapi-3.0.json", Version::V3_0);
}

/// Every value of the document, with its path.
fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Value)) {
    visit(path, value);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), visit)),
        Value::Array(values) => values.iter().enumerate().for_each(|(at, v)| walk(v, &format!("{path}/{at}"), visit)),
        _ => {}
    }
}

#[test]
fn nothing_in_the_documents_is_a_choice_and_every_reference_leads_somewhere() {
    for version in [Version::V3_0, Version::V3_1] {
        let document = document(routes(), version);
        let mut used = BTreeSet::new();
        walk(&document, "", &mut |path, value| {
            if let Value::Object(fields) = value {
                assert!(!fields.contains_key("oneOf"), "{path}");
                if let Some(Value::Array(any)) = fields.get("anyOf") {
                    let nulls = any.iter().filter(|schema| schema["type"] == "null").count();
                    assert!(any.len() == 2 && nulls == 1, "{path}: {any:?}");
                }
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    used.insert(reference.trim_start_matches("#/components/schemas/").to_owned());
                    assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{path}: {reference}");
                }
                if version == Version::V3_0 {
                    assert!(
                        !fields.get("type").is_some_and(Value::is_array) || path.ends_with("/properties"),
                        "{path}"
                    );
                    assert!(!fields.contains_key("const"), "{path}");
                }
            }
        });
        let defined = document["components"]["schemas"].as_object().unwrap();
        let unused: Vec<&String> = defined.keys().filter(|name| !used.contains(*name)).collect();
        assert_eq!(unused, ["LineAnswer"], "the answer to a line is in no JSON body");
    }
}

#[test]
fn every_route_is_in_the_document_with_a_summary() {
    let document = document(routes(), Version::V3_1);
    let mut ids = BTreeSet::new();
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.word().to_lowercase()];
        assert_eq!(operation["operationId"], route.id);
        assert!(route.summary.ends_with('.') && route.summary.len() > 10, "{}", route.id);
        assert!(ids.insert(route.id), "{} twice", route.id);
    }
    let body = &document["components"]["schemas"]["RedeemBody"];
    let fields: Vec<&String> = body["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["member", "point_type", "points", "reference", "transaction_at"]);
    assert_eq!(body["required"], serde_json::json!(["member", "points"]));
}
