//! A line of JSON: the command that it says, or its column and what is wrong there, for people.

use super::super::{request_ids, text};
use super::lists::{Lists, lists_of};
use crate::domain::Command;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use std::collections::BTreeSet;
use std::fmt;

/// The command that a line of JSON says, or its column and what is wrong there. Where it names no request id, it gets
/// that of the line, unless the file has no name (an empty one): then the line is wrong.
pub fn parse(file: &str, line: u64, text: &[u8]) -> Result<Command, String> {
    let invalid = |error: std::str::Utf8Error| format!("column {}: not UTF-8", error.valid_up_to().saturating_add(1));
    let text = std::str::from_utf8(text).map_err(invalid)?;
    // the mark that some editors put before the first line
    let text = text.strip_prefix('\u{FEFF}').filter(|_| line == 1).unwrap_or(text);
    let has_id = has_request_id(text).map_err(|error| problem(text, 0, &error))?;
    let body = text.trim_start().strip_prefix('{').map(str::trim_start);
    match body.filter(|body| !has_id && !body.starts_with('}')) {
        None => command(text, 0),
        Some(_) if file.is_empty() => {
            Err("no request_id, and standard input has no name to derive one from: give --name".to_owned())
        }
        Some(body) => {
            let id = request_ids::of_line(file, line, text.trim().as_bytes());
            let head = format!("{{\"request_id\":\"{id}\",");
            let shift = head.len().saturating_sub(text.len().saturating_sub(body.len()));
            command(&(head + body), shift)
        }
    }
}

/// The command that a text says, which is JSON and has a request id.
fn command(sent: &str, shift: usize) -> Result<Command, String> {
    Command::from_json(sent).map_err(|error: serde_json::Error| {
        if !error.is_syntax() {
            return problem(sent, shift, &error);
        }
        // of what is JSON, one thing is called wrongly written: the name of a field that has to be a number
        let what = ", field \"rates\": a point type is a number in quotes, like \"1\"";
        format!("column {}{what}", error.column().saturating_sub(shift))
    })
}

/// What is wrong with a text, in which `shift` bytes at its beginning are not the caller's.
fn problem(sent: &str, shift: usize, error: &serde_json::Error) -> String {
    let what = error.to_string();
    let what = what.split(" at line ").next().unwrap_or_default();
    let before = sent.get(..error.column()).unwrap_or_default();
    // other messages name the field themselves
    let field = Some(before).filter(|_| what.starts_with("invalid")).and_then(field_before).unwrap_or_default();
    let what = match what {
        // JSON's own numbers end here
        what if what.starts_with("invalid type: floating point") && what.contains("expected an id") => {
            format!("{what}; an integer of more than 64 bits is written as text")
        }
        // that of an expiry, a span and the like
        "missing field `kind`" if error.column() < sent.trim_end().len() => {
            format!("{what} in the object that ends here: `accruedb schema --example all` shows one of each")
        }
        "missing field `kind`" => {
            // an earlier version had {"program":1,"action":{"accrue":{...}}}
            let is_old = sent.contains("\"action\"");
            let hint = if is_old { "; \"kind\" stands beside \"program\", without \"action\"" } else { "" };
            format!("{what}, as \"accrue\": `accruedb schema --example all` shows one of each{hint}")
        }
        what => in_words_of_json(what),
    };
    text::on_one_line(&format!("column {}{field}: {what}", error.column().saturating_sub(shift))).into_owned()
}

/// What serde says, in the words of JSON: it speaks of structs, enums and sequences.
fn in_words_of_json(what: &str) -> String {
    // what a caller wrote stands in backquotes, or in double quotes, and is before the last comma
    let Some((found, expected)) = what.rsplit_once(", expected ") else { return what.to_owned() };
    let found = match found {
        "invalid type: map" => "invalid type: an object",
        "invalid type: sequence" => "invalid type: a list",
        "invalid type: unit variant" | "invalid type: newtype variant" => "invalid type: a name",
        found => found,
    };
    let found = match found.strip_prefix("unknown variant ") {
        Some(word) => format!("unknown word {word}"),
        None => found.to_owned(),
    };
    let first = expected.split(' ').next().unwrap_or_default();
    let expected = match first {
        "struct" | "enum" | "internally" | "adjacently" | "newtype" | "tuple" | "variant" => "an object",
        "unit" => "a name alone, without an object",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "u128" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        _ => match expected {
            "a map" => "an object",
            "a sequence" => "a list",
            "a borrowed string" | "a string key" => "a string",
            expected => expected,
        },
    };
    format!("{found}, expected {expected}")
}

/// The field whose value a text ends in, as `, field "points"`.
fn field_before(text: &str) -> Option<String> {
    let names = text.rmatch_indices(':').filter_map(|(colon, _)| text.get(..colon)?.trim_end().strip_suffix('"'));
    let name = names.filter_map(|before| before.rsplit_once('"')).map(|(_, name)| name).next()?;
    Some(format!(", field {name:?}"))
}

/// Whether a line is an object with a request id. It is looked over for what serde would let pass: lists that stand
/// for objects, and fields that are said twice.
fn has_request_id(text: &str) -> Result<bool, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let has_id = Look { lists: Lists::None }.deserialize(&mut json)?;
    json.end().map(|()| has_id)
}

/// A look at a value. Gives whether it is an object with a request id.
struct Look {
    lists: Lists,
}

impl<'de> DeserializeSeed<'de> for Look {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<bool, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a single value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        if self.lists != Lists::Here {
            return Err(A::Error::invalid_type(Unexpected::Other("a list"), &self));
        }
        while list.next_element_seed(Look { lists: Lists::None })?.is_some() {}
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<bool, A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            let lists = if self.lists == Lists::Inside { Lists::Here } else { lists_of(&name) };
            object.next_value_seed(Look { lists })?;
            names.insert(name);
        }
        Ok(names.contains("request_id"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::examples;
    use serde_json::Value;

    fn problem(text: &str) -> String {
        parse("file", 1, text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_wrong_is_named_with_its_column() {
        assert_eq!(problem("{\"program\":}"), "column 12: expected value");
        assert!(problem("{}").starts_with("column 2: missing field `kind`, as \"accrue\":"), "{}", problem("{}"));
        let inner = r#"{"program":1,"kind":"create_point_type","point_type":1,"expiry":{"at":"2026-03-01"}}"#;
        assert!(problem(inner).starts_with("column 83: missing field `kind` in the object"), "{}", problem(inner));
        assert_eq!(parse("file", 1, b"\"\xFF\"").unwrap_err(), "column 2: not UTF-8");
        let enrol = r#"{"program":1,"kind":"enrol","member":true}"#;
        assert!(
            problem(enrol).starts_with("column 41, field \"member\": invalid type: boolean `true`, expected an id"),
            "{}",
            problem(enrol)
        );
        let with_id = r#"{"request_id":5,"program":1,"kind":"enrol","memer":1}"#;
        assert!(problem(with_id).contains("unknown field `memer`, expected `member`"), "{}", problem(with_id));
    }

    #[test]
    fn what_serde_would_let_pass_is_refused() {
        let list = "invalid type: a list, expected an object or a single value";
        assert_eq!(problem(r#"[7,"R9",null,null,"enrol",1]"#), format!("column 1: {list}"));
        let redeem = r#"{"request_id":5,"program":1,"kind":"redeem","member":["M1",1,5]}"#;
        assert!(problem(redeem).ends_with(&format!(", field \"member\": {list}")), "{}", problem(redeem));
        let award = r#"{"program":1,"kind":"accrue","member":1,"awards":[[1,5]]}"#;
        assert!(problem(award).ends_with(&format!(", field \"awards\": {list}")), "{}", problem(award));
        let twice = r#"{"program":1,"kind":"create_partner","partner":1,"rates":{"1":"1","1":"2"}}"#;
        assert!(problem(twice).ends_with(": duplicate field `1`"), "{}", problem(twice));
    }

    #[test]
    fn a_verb_that_is_missing_or_unknown_is_named() {
        let none = problem(r#"{"program":1,"member":1}"#);
        assert!(none.contains(": missing field `kind`, as "), "{none}");
        let unknown = problem(r#"{"program":1,"kind":"steal","member":1}"#);
        assert!(unknown.contains(": unknown word `steal`, expected one of `create_program`"), "{unknown}");
        let expiry = r#"{"program":1,"kind":"create_point_type","point_type":1,"expiry":{"kind":"soon"}}"#;
        assert!(problem(expiry).contains("unknown word `soon`, expected one of `never`"), "{}", problem(expiry));
    }

    #[test]
    fn names_and_numbers_that_json_does_not_have_are_explained() {
        for rates in [r#"{"T1":"0.1"}"#, r#"{"1":"1","":"1"}"#, r#"{"1x":"1"}"#] {
            let partner = format!(r#"{{"program":1,"kind":"create_partner","partner":1,"rates":{rates}}}"#);
            let told = problem(&partner);
            assert!(told.ends_with(", field \"rates\": a point type is a number in quotes, like \"1\""), "{told}");
        }
        let wide = |id: &str| format!(r#"{{"program":1,"kind":"enrol","member":{id}}}"#);
        assert!(parse("file", 1, wide("18446744073709551615").as_bytes()).is_ok());
        let told = problem(&wide("18446744073709551616"));
        assert!(told.ends_with("; an integer of more than 64 bits is written as text"), "{told}");
        assert!(parse("file", 1, wide("\"18446744073709551616\"").as_bytes()).is_ok());
    }

    /// Words of the language that this is written in, which a message about JSON must not speak.
    const RUST: [&str; 12] = [
        "struct",
        "enum",
        "variant",
        "newtype",
        "tuple",
        "a sequence",
        " map",
        "unit value",
        "u16",
        "u32",
        "i64",
        "Option",
    ];

    /// A value of a JSON text, by the way to it.
    fn places(value: &Value, way: &str, found: &mut Vec<String>) {
        found.push(way.to_owned());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, of)| places(of, &format!("{way}/{name}"), found)),
            Value::Array(list) => (0..).zip(list).for_each(|(at, of)| places(of, &format!("{way}/{at}"), found)),
            _ => {}
        }
    }

    #[test]
    fn no_message_speaks_of_the_language_that_this_is_written_in() {
        let wrong = ["null", "true", "-5", "1.5", "70000", "1e300", "\"x\"", "[]", "[[1]]", "{}", "{\"x\":1}"];
        let mut told = 0;
        for (kind, command) in examples::commands() {
            let good = serde_json::to_value(&command).unwrap();
            let mut ways = Vec::new();
            places(&good, "", &mut ways);
            for way in ways {
                for value in wrong {
                    let mut bad = good.clone();
                    *bad.pointer_mut(&way).unwrap() = serde_json::from_str(value).unwrap();
                    let Err(what) = parse("file", 1, bad.to_string().as_bytes()) else { continue };
                    let is_plain = RUST.iter().all(|word| !what.contains(word));
                    assert!(is_plain && what.starts_with("column "), "{kind} {way} {value}: {what}");
                    told += 1;
                }
            }
        }
        assert!(told > 300, "{told}");
    }

    #[test]
    fn what_a_caller_wrote_cannot_reach_a_terminal_as_it_is() {
        let evil = "\u{1b}[2J\u{202e}\\n\u{9b}";
        for line in [
            format!(r#"{{"program":1,"kind":"enrol","{evil}":1,"member":1}}"#),
            format!(r#"{{"program":1,"kind":"{evil}","member":1}}"#),
            format!(r#"{{"program":1,"kind":"enrol","member":"{evil}"}}"#),
            format!(r#"{{"program":1,"kind":"create_point_type","point_type":1,"class":"{evil}"}}"#),
            format!(r#"{{"program":1,"kind":"create_program","zone":"{evil}"}}"#),
            format!(r#"{{"program":1,"kind":"enrol","{evil}":1,"{evil}":1}}"#),
        ] {
            let line = line.replace('\u{1b}', "\\u001b");
            let told = problem(&line);
            // an id that is none is not repeated
            assert!(
                (told.contains("\\u{") || told.contains("not an id"))
                    && !told.contains(char::is_control)
                    && !told.contains('\u{202e}'),
                "{told}"
            );
        }
    }

    #[test]
    fn ids_are_those_of_the_line_unless_given() {
        let enrol = r#"  {"program":1,"kind":"enrol","member":"M1"}"#;
        let parsed = |file, line, text: &str| parse(file, line, text.as_bytes()).unwrap().request_id;
        assert_eq!(parsed("a", 1, enrol), parsed("a", 1, enrol));
        assert_eq!(parsed("a", 1, enrol), parsed("a", 1, &format!("\u{FEFF}{enrol}")));
        assert_ne!(parsed("a", 1, enrol), parsed("a", 2, enrol));
        assert_ne!(parsed("a", 1, enrol), parsed("b", 1, enrol));
        let given = r#"{"request_id":"R7","program":1,"kind":"enrol","member":"M1"}"#;
        assert_eq!(parsed("a", 1, given), "R7".parse().unwrap());
        assert_eq!(parsed("", 1, given), "R7".parse().unwrap());
        assert!(parse("", 1, enrol.as_bytes()).unwrap_err().starts_with("no request_id"));
    }
}
