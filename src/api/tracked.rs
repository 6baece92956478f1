//! Reading a type from a JSON value, with the path to what does not fit.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};
use std::cell::RefCell;

/// Reads a type. The error comes with the names and places that lead to it.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, (Vec<String>, Error)> {
    let found = RefCell::new(None);
    let read = T::deserialize(Tracked { value, path: &Path::Root, found: &found });
    read.map_err(|error| (found.into_inner().unwrap_or_default(), error))
}

/// A way from the root, without a list of its own.
enum Path<'a> {
    Root,
    Step(&'a Path<'a>, String),
}

impl Path<'_> {
    fn list(&self) -> Vec<String> {
        match self {
            Path::Root => Vec::new(),
            Path::Step(before, name) => {
                let mut list = before.list();
                list.push(name.clone());
                list
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Tracked<'a> {
    value: &'a Value,
    path: &'a Path<'a>,
    found: &'a RefCell<Option<Vec<String>>>,
}

impl Tracked<'_> {
    /// Remembers this place, unless one further inside is known.
    fn note<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        if result.is_err() {
            self.found.borrow_mut().get_or_insert_with(|| self.path.list());
        }
        result
    }
}

impl<'de> Deserializer<'de> for Tracked<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let read = match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => Err(Error::custom("expected a whole number")),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(values) => visitor.visit_seq(List { of: self, values: values.iter().enumerate() }),
            // types that are one of several kinds read their kind first
            Value::Object(fields) => {
                let kind = fields.get_key_value("kind");
                let others = fields.iter().filter(|(name, _)| *name != "kind");
                visitor.visit_map(Fields { of: self, fields: kind.into_iter().chain(others), value: None })
            }
        };
        self.note(read)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let read = if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) };
        self.note(read)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        let read = visitor.visit_newtype_struct(self);
        self.note(read)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // a list would be taken for an object without the names
        if self.value.is_array() {
            return self.note(Err(Error::custom("expected an object, not a list")));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let read = match self.value {
            Value::String(name) => visitor.visit_enum(Choice { of: self, name, inner: None }),
            Value::Object(fields) => match fields.iter().next().filter(|_| fields.len() == 1) {
                Some((name, inner)) => visitor.visit_enum(Choice { of: self, name, inner: Some(inner) }),
                None => Err(Error::custom("expected an object with one field")),
            },
            _ => Err(Error::custom("expected a word, or an object with one field")),
        };
        self.note(read)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

struct List<'a, I> {
    of: Tracked<'a>,
    values: I,
}

impl<'de, 'a, I: Iterator<Item = (usize, &'a Value)>> SeqAccess<'de> for List<'a, I> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((at, value)) = self.values.next() else { return Ok(None) };
        let path = Path::Step(self.of.path, at.to_string());
        let inner = Tracked { value, path: &path, found: self.of.found };
        inner.note(seed.deserialize(inner)).map(Some)
    }
}

struct Fields<'a, I> {
    of: Tracked<'a>,
    fields: I,
    value: Option<(&'a String, &'a Value)>,
}

impl<'de, 'a, I: Iterator<Item = (&'a String, &'a Value)>> MapAccess<'de> for Fields<'a, I> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.value = self.fields.next();
        let Some((name, value)) = self.value else { return Ok(None) };
        let path = Path::Step(self.of.path, name.clone());
        let inner = Tracked { value, path: &path, found: self.of.found };
        inner.note(seed.deserialize(Name(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((name, value)) = self.value.take() else { return Err(Error::custom("a value without a name")) };
        let path = Path::Step(self.of.path, name.clone());
        let inner = Tracked { value, path: &path, found: self.of.found };
        inner.note(seed.deserialize(inner))
    }
}

struct Choice<'a> {
    of: Tracked<'a>,
    name: &'a str,
    inner: Option<&'a Value>,
}

impl<'de, 'a> EnumAccess<'de> for Choice<'a> {
    type Error = Error;
    type Variant = Choice<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Choice<'a>), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.inner {
            None => Ok(()),
            Some(_) => Err(Error::custom(format!("{:?} has no fields: expected the word alone", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let Some(value) = self.inner else {
            return Err(Error::custom(format!(
                "{:?} alone does not do: expected an object with that field",
                self.name
            )));
        };
        let path = Path::Step(self.of.path, self.name.to_owned());
        let inner = Tracked { value, path: &path, found: self.of.found };
        inner.note(seed.deserialize(inner))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.struct_variant(&[], visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let value = self.inner.unwrap_or(&Value::Null);
        let path = Path::Step(self.of.path, self.name.to_owned());
        Tracked { value, path: &path, found: self.of.found }.deserialize_any(visitor)
    }
}

/// The name of a field, which stands for a number where one is asked for.
struct Name<'a>(&'a str);

macro_rules! number_names {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let number = self.0.parse::<u64>().ok().filter(|number| number.to_string() == self.0);
            match number {
                Some(number) => visitor.visit_u64(number),
                None => Err(Error::custom("expected a number in quotes as the name, like \"1\"")),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Name<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    number_names! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple tuple_struct
        map struct enum identifier ignored_any
    }
}
