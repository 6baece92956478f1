//! How a command is written: in JSON one flat object, in the journal its number and its fields.
//!
//! A flat object is read as it comes, field by field: errors keep their position, unknown fields are refused, and ids
//! keep their 128 bits.

use super::*;
use crate::domain::{ProgramId, RequestId, Timestamp, reading_long_ids, showing_long_ids};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple, Serializer};
use std::fmt;

macro_rules! bodies {
    ($($number:literal $verb:ident $word:literal $(of $member:ident)?;)*) => {
        /// The body alone, without the verb.
        struct Body<'a>(&'a Action);

        impl Serialize for Body<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 { $(Action::$verb(body) => body.serialize(serializer),)* }
            }
        }

        /// Reads the body of a verb.
        fn read_body<'de, A: MapAccess<'de>>(verb: &str, fields: A) -> Result<Action, A::Error> {
            let from = MapAccessDeserializer::new(fields);
            match verb {
                $($word => $verb::deserialize(from).map(Action::$verb),)*
                other => Err(A::Error::unknown_variant(other, Action::VERBS)),
            }
        }

        fn read_stored<'de, A: SeqAccess<'de>>(number: u16, from: &mut A) -> Result<Action, A::Error> {
            let ended = || A::Error::custom("a command ends early");
            match number {
                $($number => from.next_element::<$verb>()?.map(Action::$verb).ok_or_else(ended),)*
                other => Err(A::Error::custom(format!("no verb {other}"))),
            }
        }

        /// The schemas of all bodies.
        #[cfg(feature = "cli")]
        fn body_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
            vec![$(($word, <$verb as schemars::JsonSchema>::json_schema(generator)),)*]
        }
    };
}

for_each_verb!(bodies);

/// In the journal: the verb's number, then its body.
impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut to = serializer.serialize_tuple(2)?;
        to.serialize_element(&self.number())?;
        to.serialize_element(&Body(self))?;
        to.end()
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Action, D::Error> {
        struct Stored;

        impl<'de> Visitor<'de> for Stored {
            type Value = Action;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a verb and its body")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Action, A::Error> {
                let number = from.next_element()?.ok_or_else(|| A::Error::custom("a command ends early"))?;
                read_stored(number, &mut from)
            }
        }

        deserializer.deserialize_tuple(2, Stored)
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Flat<'a> {
            program: ProgramId,
            request_id: RequestId,
            #[serde(skip_serializing_if = "Option::is_none")]
            transaction_at: Option<Timestamp>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reference: Option<&'a str>,
            kind: &'static str,
            #[serde(flatten)]
            body: Body<'a>,
        }

        let Command { program, request_id, transaction_at, reference, action, long_ids } = self;
        if !serializer.is_human_readable() {
            return (program, request_id, transaction_at, reference, action).serialize(serializer);
        }
        let (program, request_id, transaction_at) = (*program, *request_id, *transaction_at);
        let (kind, body, reference) = (action.verb(), Body(action), reference.as_deref());
        let flat = Flat { program, request_id, transaction_at, reference, kind, body };
        if long_ids.is_empty() {
            return flat.serialize(serializer);
        }
        let texts = long_ids.clone();
        let known = move |id| texts.iter().find(|long| long.id().0 == id).map(|long| long.text().to_owned());
        showing_long_ids(known, || flat.serialize(serializer))
    }
}

/// In JSON `kind` has to come before the fields of its kind; [`Command::from_json`] reads them in any order.
impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Command, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_map(FlatCommand { kind: None });
        }
        let (program, request_id, transaction_at, reference, action) = Deserialize::deserialize(deserializer)?;
        Ok(Command { program, request_id, transaction_at, reference, action, long_ids: Vec::new() })
    }
}

#[cfg(feature = "cli")]
impl Command {
    /// Reads a command from JSON, its fields in any order.
    ///
    /// Errors: what is wrong, with line and column.
    pub fn from_json(text: &str) -> Result<Command, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Kind {
            kind: String,
        }

        let Kind { kind } = serde_json::from_str(text)?;
        let mut from = serde_json::Deserializer::from_str(text);
        let command = FlatCommand { kind: Some(kind) }.deserialize(&mut from)?;
        from.end()?;
        Ok(command)
    }
}

/// Reads a flat object; `kind` may be known before.
struct FlatCommand {
    kind: Option<String>,
}

impl<'de> DeserializeSeed<'de> for FlatCommand {
    type Value = Command;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Command, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FlatCommand {
    type Value = Command;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a command: an object with `program`, `request_id`, `kind` and its fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Command, A::Error> {
        let (command, mut long_ids) = reading_long_ids(|| self.read(map));
        // whatever the order of the fields, and however often an id is named
        long_ids.sort_unstable();
        long_ids.dedup();
        Ok(Command { long_ids, ..command? })
    }
}

impl FlatCommand {
    fn read<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Command, A::Error> {
        let mut head = Head::default();
        let first = head.read_until_body(&mut map)?;
        let kind = self.kind.or_else(|| head.kind.clone());
        let Some(kind) = kind else {
            return Err(match first {
                Some(field) => A::Error::custom(format!("`kind` must come before `{field}`")),
                None => A::Error::missing_field("kind"),
            });
        };
        let action = read_body(&kind, Fields { next: first, head: &mut head, map })?;
        Ok(Command {
            program: head.program.ok_or_else(|| A::Error::missing_field("program"))?,
            request_id: head.request_id.ok_or_else(|| A::Error::missing_field("request_id"))?,
            transaction_at: head.transaction_at.flatten(),
            reference: head.reference.flatten(),
            action,
            long_ids: Vec::new(),
        })
    }
}

/// The fields that every command has.
#[derive(Default)]
struct Head {
    program: Option<ProgramId>,
    request_id: Option<RequestId>,
    transaction_at: Option<Option<Timestamp>>,
    reference: Option<Option<Box<str>>>,
    kind: Option<String>,
}

impl Head {
    /// Reads fields that every command has; returns the first that belongs to the body.
    fn read_until_body<'de, A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<String>, A::Error> {
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "program" => set(&mut self.program, "program", map)?,
                "request_id" => set(&mut self.request_id, "request_id", map)?,
                "transaction_at" => set(&mut self.transaction_at, "transaction_at", map)?,
                "reference" => set(&mut self.reference, "reference", map)?,
                "kind" => set(&mut self.kind, "kind", map)?,
                _ => return Ok(Some(field)),
            }
        }
        Ok(None)
    }
}

fn set<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    to: &mut Option<T>,
    field: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    match to.replace(map.next_value()?) {
        None => Ok(()),
        Some(_) => Err(A::Error::duplicate_field(field)),
    }
}

/// The fields of the body, with those of the head read in passing.
struct Fields<'a, A> {
    next: Option<String>,
    head: &'a mut Head,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let next = match self.next.take() {
            Some(field) => Some(field),
            None => self.head.read_until_body(&mut self.map)?,
        };
        next.map(|field| seed.deserialize(field.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Command {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut properties = serde_json::Map::new();
        for (_, schema) in body_schemas(generator) {
            if let Some(serde_json::Value::Object(fields)) = schema.get("properties") {
                properties.extend(fields.clone());
            }
        }
        properties.insert("program".to_owned(), generator.subschema_for::<ProgramId>().to_value());
        properties.insert("request_id".to_owned(), generator.subschema_for::<RequestId>().to_value());
        properties.insert("transaction_at".to_owned(), generator.subschema_for::<Option<Timestamp>>().to_value());
        properties.insert("reference".to_owned(), generator.subschema_for::<Option<Box<str>>>().to_value());
        properties.insert("kind".to_owned(), serde_json::json!({ "type": "string", "enum": Action::VERBS }));
        schemars::json_schema!({
            "type": "object",
            "properties": properties,
            "required": ["program", "request_id", "kind"],
            "additionalProperties": false
        })
    }
}

#[cfg(feature = "cli")]
impl Command {
    /// The JSON Schema of the commands of one verb. `None` where there is no such verb.
    #[must_use]
    pub fn schema_of(verb: &str, generator: &mut schemars::SchemaGenerator) -> Option<schemars::Schema> {
        let (word, mut schema) = body_schemas(generator).into_iter().find(|(word, _)| *word == verb)?;
        let object = schema.ensure_object();
        let mut properties = match object.remove("properties") {
            Some(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let mut required = match object.remove("required") {
            Some(serde_json::Value::Array(fields)) => fields,
            _ => Vec::new(),
        };
        properties.insert("program".to_owned(), generator.subschema_for::<ProgramId>().to_value());
        properties.insert("request_id".to_owned(), generator.subschema_for::<RequestId>().to_value());
        properties.insert("transaction_at".to_owned(), generator.subschema_for::<Option<Timestamp>>().to_value());
        properties.insert("reference".to_owned(), generator.subschema_for::<Option<Box<str>>>().to_value());
        properties.insert("kind".to_owned(), serde_json::json!({ "type": "string", "enum": [word] }));
        required.extend(["program", "request_id", "kind"].map(serde_json::Value::from));
        object.insert("properties".to_owned(), properties.into());
        object.insert("required".to_owned(), required.into());
        Some(schema)
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;
    use crate::domain::{MemberId, PointTypeId, Points};

    #[test]
    fn a_command_is_one_flat_object() {
        let body = Redeem { member: "M1".parse().unwrap(), point_type: PointTypeId(1), points: Points(250) };
        let redeem = Command::new(ProgramId(1), "a".parse().unwrap(), body);
        let text = r#"{"program":1,"request_id":"a","kind":"redeem","member":"M1","point_type":1,"points":250}"#;
        assert_eq!(serde_json::to_string(&redeem).unwrap(), text);
        assert_eq!(serde_json::from_str::<Command>(text).unwrap(), redeem);
        let mixed = r#"{"points":250,"request_id":"a","member":"M1","kind":"redeem","point_type":1,"program":1}"#;
        assert_eq!(Command::from_json(mixed).unwrap(), redeem);
    }

    #[test]
    fn errors_say_what_and_where() {
        let error = |text: &str| Command::from_json(text).unwrap_err().to_string();
        let unknown = r#"{"program":1,"request_id":"a","kind":"redeem","member":"M1","point_type":1,"points":2,"x":1}"#;
        assert!(error(unknown).starts_with("unknown field `x`"), "{}", error(unknown));
        assert!(error(unknown).contains("line 1 column"), "{}", error(unknown));
        assert!(error(r#"{"program":1,"request_id":"a"}"#).starts_with("missing field `kind`"));
        assert!(error(r#"{"program":1,"kind":"enrol","member":1}"#).starts_with("missing field `request_id`"));
        assert!(error(r#"{"program":1,"program":2,"kind":"enrol"}"#).starts_with("duplicate field `program`"));
        assert!(error(r#"{"kind":"steal"}"#).starts_with("unknown variant `steal`"));
    }

    #[test]
    fn ids_keep_their_128_bits() {
        let id = u128::from(u64::MAX) + 17;
        let text = format!(r#"{{"program":1,"request_id":"{id}","kind":"enrol","member":"{}"}}"#, MemberId(id << 40));
        let command = Command::from_json(&text).unwrap();
        assert_eq!(command.request_id, RequestId(id));
        assert_eq!(command.action.member(), Some(MemberId(id << 40)));
    }
}
