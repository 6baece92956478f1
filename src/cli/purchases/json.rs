//! The fields of a JSON object as cells: a number with the digits that it has, no value for two names.

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// A JSON object whose values are not read yet.
#[derive(Debug)]
pub(super) struct Object<'j>(BTreeMap<String, &'j RawValue>);

impl<'j> Object<'j> {
    /// Reads the object that a line is, or says why it is none.
    pub(super) fn read(line: &'j [u8]) -> Result<Object<'j>, String> {
        serde_json::from_slice(line).map_err(|error| {
            if error.is_data() && !error.to_string().starts_with(TWICE) {
                return "is no JSON object".to_owned();
            }
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            let what: String = what.chars().take(160).flat_map(char::escape_debug).collect();
            format!("is no JSON object: column {}: {what}", error.column())
        })
    }

    /// The value of a field as text; a name with points leads into objects inside of it. Empty where there is none.
    pub(super) fn value(&self, field: &str) -> Result<String, String> {
        let problem = |what: &str| format!("field {:?} {what}", super::text::shown(field).trim_matches('"'));
        let found = match (self.0.get(field), field.split_once('.')) {
            (Some(found), _) => *found,
            (None, Some((outer, inner))) => match self.0.get(outer) {
                None => return Ok(String::new()),
                Some(outer) if !outer.get().starts_with('{') => return Ok(String::new()),
                Some(outer) => return Object::read(outer.get().as_bytes()).map_err(|why| problem(&why))?.value(inner),
            },
            (None, None) => return Ok(String::new()),
        };
        let text = found.get();
        match text.chars().next() {
            Some('"') => serde_json::from_str(text).map_err(|_| problem("is no text")),
            Some('{') => Err(problem("is an object")),
            Some('[') => Err(problem("is a list")),
            _ if text == "null" => Ok(String::new()),
            _ => Ok(text.to_owned()),
        }
    }
}

const TWICE: &str = "a field is there twice";

impl<'de: 'j, 'j> Deserialize<'de> for Object<'j> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut fields = BTreeMap::new();
                while let Some((name, value)) = object.next_entry::<String, &RawValue>()? {
                    if let Some(_before) = fields.insert(name, value) {
                        return Err(A::Error::custom(TWICE));
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Fields).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str, field: &str) -> Result<String, String> {
        Object::read(line.as_bytes())?.value(field)
    }

    #[test]
    fn values_are_what_is_written() {
        let line = r#"{"a":"M1","b":12345678901234567.25,"c":null,"d":{"e":{"f":"\u00e4"}},"g":true,"h.i":1.10}"#;
        for (field, expected) in [
            ("a", "M1"),
            ("b", "12345678901234567.25"),
            ("c", ""),
            ("d.e.f", "ä"),
            ("d.x", ""),
            ("a.x", ""),
            ("g", "true"),
            ("h.i", "1.10"),
            ("x", ""),
        ] {
            assert_eq!(value(line, field).as_deref(), Ok(expected), "{field}");
        }
    }

    #[test]
    fn what_may_be_misread_is_refused() {
        let told = |line: &str| value(line, "a").unwrap_err();
        assert_eq!(told(r#"{"a":{"b":1}}"#), "field \"a\" is an object");
        assert_eq!(told(r#"{"a":[1]}"#), "field \"a\" is a list");
        assert_eq!(told(r#"{"a":1,"b":2,"a":1}"#), "is no JSON object: column 19: a field is there twice");
        assert_eq!([told("[1]"), told("5"), told("\"a\"")], ["is no JSON object"; 3]);
        assert!(told("{\"a\":\u{1b}}").starts_with("is no JSON object: column 6: expected value"));
        assert!(told("{\"a\":\"\\ud800\"}").starts_with("field \"a\" is no text"), "{}", told("{\"a\":\"\\ud800\"}"));
        assert!(told(&format!("{{\"b\":{}{},\"a\":{{}}}}", "[".repeat(9_000), "]".repeat(9_000))).contains("object"));
    }
}
