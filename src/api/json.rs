//! Reading JSON strictly: what serde would let pass and a caller did not mean is refused, with the place.
//!
//! Refused are fields that are said twice, numbers that are not whole, and whole numbers that a reader in JavaScript
//! would round: those beyond 2^53 - 1.

use super::tracked;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The greatest whole number that every reader of JSON keeps.
pub(crate) const NUMBER_MAX: i64 = (1 << 53) - 1;

/// What is wrong with a body, and where: a JSON pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bad {
    pub(crate) pointer: String,
    pub(crate) what: String,
}

/// The object that a body says.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Bad> {
    let text = std::str::from_utf8(bytes).map_err(|_| Bad { pointer: String::new(), what: "not UTF-8".to_owned() })?;
    let mut path = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let value = Strict { path: &mut path }.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Bad { pointer: String::new(), what: "expected an object".to_owned() }),
        Err(error) => Err(Bad { pointer: pointer(&path), what: without_place(&error) }),
    }
}

/// Reads a type from a value, and names the place where it does not fit.
pub(crate) fn typed<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Bad> {
    tracked::read(value).map_err(|(path, error)| Bad { pointer: pointer(&path), what: without_place(&error) })
}

fn without_place(error: &serde_json::Error) -> String {
    let what = error.to_string();
    what.split(" at line ").next().unwrap_or_default().to_owned()
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Reads a value. Where it fails, `path` is the place.
struct Strict<'p> {
    path: &'p mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Value, D::Error> {
        value.deserialize_any(self)
    }
}

fn whole<E: Error>(number: Option<i64>) -> Result<Value, E> {
    let number = number.filter(|number| number.abs() <= NUMBER_MAX);
    let number = number.ok_or_else(|| E::custom(format!("a number is at most {NUMBER_MAX}; an id may be text")))?;
    Ok(Value::Number(Number::from(number)))
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        whole(value.checked_abs().map(|_| value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        whole(i64::try_from(value).ok())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom(format!("expected a whole number of at most {NUMBER_MAX}, without point or exponent")))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            self.path.push(values.len().to_string());
            let Some(value) = list.next_element_seed(Strict { path: self.path })? else { break };
            values.push(value);
            self.path.pop();
        }
        self.path.pop();
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            self.path.push(name.clone());
            if fields.contains_key(&name) {
                return Err(A::Error::custom(format!("duplicate field {name:?}")));
            }
            let value = object.next_value_seed(Strict { path: self.path })?;
            fields.insert(name, value);
            self.path.pop();
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Accrue;
    use serde_json::json;

    fn bad(text: &str) -> (String, String) {
        let bad = object(text.as_bytes()).unwrap_err();
        (bad.pointer, bad.what)
    }

    #[test]
    fn what_a_caller_did_not_mean_is_refused_with_its_place() {
        assert_eq!(bad(r#"{"a":1,"a":2}"#), ("/a".into(), "duplicate field \"a\"".into()));
        assert_eq!(bad(r#"{"a":[1,{"b/c":1.0}]}"#).0, "/a/1/b~1c");
        for number in ["9007199254740992", "-9007199254740992", "18446744073709551616", "1e3", "-0.0", "1e400"] {
            assert_eq!(bad(&format!("{{\"points\":{number}}}")).0, "/points", "{number}");
        }
        for text in ["", "[]", "{", "{}x", "\u{feff}{}", "{\"a\":NaN}", "{\"a\":\"\\ud800\"}"] {
            assert!(object(text.as_bytes()).is_err(), "{text}");
        }
        assert!(object(&[b'"', 0xff]).is_err());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(bad(&deep).1.contains("recursion limit"));
        assert_eq!(object(b"{\"a\":9007199254740991}").unwrap().get("a"), Some(&json!(NUMBER_MAX)));
    }

    #[test]
    fn a_type_that_does_not_fit_is_told_with_its_place() {
        let told = |value: Value| typed::<Accrue>(&value).unwrap_err().pointer;
        assert_eq!(told(json!({ "member": "M1", "awards": [{ "point_type": 1, "points": "x" }] })), "/awards/0/points");
        assert_eq!(told(json!({ "member": "a\"b,c", "awards": [{ "pionts": 1 }] })), "/awards/0/pionts");
        assert_eq!(told(json!({ "member": true, "awards": [] })), "/member");
        assert_eq!(told(json!({ "awards": [] })), "");
        let list = json!({ "member": "M1", "awards": [[1, 5]] });
        assert_eq!(told(list), "/awards/0");
        let start = json!({ "member": "M1", "awards": [{ "point_type": 1, "points": 1, "start": { "kind": "at", "instant": "soon" } }] });
        assert_eq!(told(start), "/awards/0/start/instant");
        let rates = json!({ "partner": 1, "rates": { "T1": "0.1" } });
        assert_eq!(typed::<crate::domain::CreatePartner>(&rates).unwrap_err().pointer, "/rates/T1");
    }
}
