//! Which fields of a command hold lists, as its schema says. Elsewhere a list would be taken for an object without the
//! names.

use crate::domain::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where a value may hold lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// Nowhere.
    None,
    /// It is one.
    Here,
    /// It is an object whose values are.
    Inside,
}

static FIELDS: LazyLock<BTreeMap<String, Lists>> = LazyLock::new(|| {
    let mut fields = BTreeMap::new();
    collect(schemars::schema_for!(Command).as_value(), &mut fields);
    fields
});

/// Where the value of a field may hold lists.
pub(super) fn lists_of(field: &str) -> Lists {
    FIELDS.get(field).copied().unwrap_or(Lists::None)
}

fn collect(schema: &Value, fields: &mut BTreeMap<String, Lists>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, of) in properties {
            if is_list(of) {
                fields.insert(name.clone(), Lists::Here);
            } else if of.get("additionalProperties").is_some_and(is_list) {
                fields.insert(name.clone(), Lists::Inside);
            }
        }
    }
    match schema {
        Value::Object(parts) => parts.values().for_each(|part| collect(part, fields)),
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, fields)),
        _ => {}
    }
}

fn is_list(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|of| of == "array"),
        of => of.is_some_and(|of| of == "array"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_those_of_the_schema() {
        for field in ["awards", "point_types", "restrictions", "tiers", "rules", "any_of"] {
            assert_eq!(lists_of(field), Lists::Here, "{field}");
        }
        assert_eq!(lists_of("providers"), Lists::Inside);
        assert_eq!([lists_of("member"), lists_of("rates"), lists_of("nothing")], [Lists::None; 3]);
        assert!(FIELDS.len() > 15, "{FIELDS:?}");
    }
}
