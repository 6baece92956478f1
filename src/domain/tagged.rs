//! One list for an enum that is stored and shown: the number that is stored, the word that people read, the fields.
//!
//! | where | form |
//! |---|---|
//! | stored | the number, then the fields in their order |
//! | JSON | one flat object: `kind`, then the fields by name; `kind` comes first |
//!
//! A number belongs to one variant for ever. The order of the list is free.

#[cfg(feature = "cli")]
use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// How the variants of a listed enum are named in JSON.
pub(crate) trait Tagged {
    /// Every word.
    const KINDS: &'static [&'static str];

    /// The word of this value.
    fn tag(&self) -> &'static str;

    /// The stored number of the variant that a word stands for.
    fn number_of(kind: &str) -> Option<u16>;
}

/// Reads what does not begin with its kind, as JSON of sorted names does.
pub(crate) fn kind_first<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    first: Option<String>,
    mut from: A,
) -> Result<T, A::Error> {
    #[cfg(feature = "cli")]
    {
        let (mut fields, mut next) = (Vec::new(), first);
        while let Some(name) = next {
            fields.push((name, from.next_value::<serde_json::Value>()?));
            next = from.next_key()?;
        }
        let Some(at) = fields.iter().position(|(name, _)| name == "kind") else {
            return Err(A::Error::missing_field("kind"));
        };
        let kind = fields.remove(at);
        fields.insert(0, kind);
        T::deserialize(MapDeserializer::new(fields.into_iter()))
            .map_err(|error: serde_json::Error| A::Error::custom(error))
    }
    #[cfg(not(feature = "cli"))]
    {
        let _ = (first, &mut from);
        Err(A::Error::custom("`kind` must come first"))
    }
}

/// Adds a variant's field to the schema of all variants. A field that variants have with different types keeps what is
/// common to them: the type, or nothing.
#[cfg(feature = "cli")]
pub(crate) fn add_field(fields: &mut serde_json::Map<String, serde_json::Value>, name: &str, field: serde_json::Value) {
    match fields.get_mut(name) {
        None => drop(fields.insert(name.to_owned(), field)),
        Some(known) if *known == field => {}
        Some(known) => {
            let kind = known.get("type").filter(|kind| field.get("type") == Some(kind)).cloned();
            *known = kind.map_or_else(|| serde_json::json!({}), |kind| serde_json::json!({ "type": kind }));
        }
    }
}

/// Defines an enum by its list. Variants are units, have named fields, or one unnamed field with a name in JSON:
/// `3 After "after" (span: Span)`. With `words by hand`, the implementation of [`Tagged`] is the caller's.
macro_rules! tagged {
    ($(#[$meta:meta])* pub enum $name:ident { $($list:tt)* }) => {
        $crate::domain::tagged::tagged! { @type $(#[$meta])* $name { $($list)* } }
        $crate::domain::tagged::tagged! { @words $name { $($list)* } }
    };
    ($(#[$meta:meta])* pub enum $name:ident, words by hand { $($list:tt)* }) => {
        $crate::domain::tagged::tagged! { @type $(#[$meta])* $name { $($list)* } }
    };
    (@words $name:ident { $($(#[$vmeta:meta])* $number:literal $variant:ident $code:literal
        $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })?
        $(( $inner:ident: $inner_type:ty ))?
    ),+ $(,)? }) => {
        impl $crate::domain::tagged::Tagged for $name {
            const KINDS: &'static [&'static str] = &[$($code),+];

            fn tag(&self) -> &'static str {
                self.code()
            }

            fn number_of(kind: &str) -> Option<u16> {
                match kind {
                    $($code => Some($number),)+
                    _ => None,
                }
            }
        }
    };
    (@type $(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $number:literal $variant:ident $code:literal
        $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })?
        $(( $inner:ident: $inner_type:ty ))?
    ),+ $(,)? }) => {
        $(#[$meta])*
        pub enum $name {
            $($(#[$vmeta])* $variant $({ $($(#[$fmeta])* $field: $type),* })? $(($inner_type))?),+
        }

        impl $name {
            /// The variant as one word.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $($name::$variant { .. } => $code,)+
                }
            }

            /// The stored number of the variant.
            #[must_use]
            pub fn number(&self) -> u16 {
                match self {
                    $($name::$variant { .. } => $number,)+
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::{SerializeStruct, SerializeTuple};
                let human = serializer.is_human_readable();
                match self {
                    $($name::$variant $({ $($field),* })? $(($inner))? => {
                        let fields = [$($(stringify!($field),)*)? $(stringify!($inner),)? "kind"].len();
                        if human {
                            let mut to = serializer.serialize_struct(stringify!($name), fields)?;
                            to.serialize_field("kind", $crate::domain::tagged::Tagged::tag(self))?;
                            $($(to.serialize_field(stringify!($field), $field)?;)*)?
                            $(to.serialize_field(stringify!($inner), $inner)?;)?
                            to.end()
                        } else {
                            let mut to = serializer.serialize_tuple(fields)?;
                            to.serialize_element::<u16>(&$number)?;
                            $($(to.serialize_element($field)?;)*)?
                            $(to.serialize_element($inner)?;)?
                            to.end()
                        }
                    })+
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                struct List;

                impl<'de> serde::de::Visitor<'de> for List {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object with `kind` first")
                    }

                    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut from: A) -> Result<$name, A::Error> {
                        use serde::de::Error;
                        let ended = || A::Error::custom(concat!(stringify!($name), " ends early"));
                        let number: u16 = from.next_element()?.ok_or_else(ended)?;
                        match number {
                            $($number => {
                                #[derive(serde::Deserialize)]
                                struct Fields { $($($field: $type),*)? $($inner: $inner_type)? }
                                let Fields { $($($field),*)? $($inner)? } = from.next_element()?.ok_or_else(ended)?;
                                Ok($name::$variant $({ $($field),* })? $(($inner))?)
                            })+
                            other => Err(A::Error::custom(format!(concat!("no ", stringify!($name), " {}"), other))),
                        }
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut from: A) -> Result<$name, A::Error> {
                        use $crate::domain::tagged::Tagged;
                        use serde::de::{Deserialize, Error, value::MapAccessDeserializer};
                        let first: Option<String> = from.next_key()?;
                        if first.as_deref() != Some("kind") {
                            return $crate::domain::tagged::kind_first(first, from);
                        }
                        let kind: String = from.next_value()?;
                        match <$name as Tagged>::number_of(&kind) {
                            $(Some($number) => {
                                #[derive(serde::Deserialize)]
                                #[serde(deny_unknown_fields)]
                                struct Fields { $($($field: $type),*)? $($inner: $inner_type)? }
                                let Fields { $($($field),*)? $($inner)? } =
                                    Fields::deserialize(MapAccessDeserializer::new(from))?;
                                Ok($name::$variant $({ $($field),* })? $(($inner))?)
                            })+
                            _ => Err(A::Error::unknown_variant(&kind, <$name as Tagged>::KINDS)),
                        }
                    }
                }

                if deserializer.is_human_readable() {
                    deserializer.deserialize_map(List)
                } else {
                    deserializer.deserialize_tuple(usize::from(u8::MAX), List)
                }
            }
        }

        #[cfg(feature = "cli")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut properties = serde_json::Map::new();
                let kinds: std::collections::BTreeSet<_> =
                    <$name as $crate::domain::tagged::Tagged>::KINDS.iter().collect();
                properties.insert("kind".to_owned(), serde_json::json!({ "type": "string", "enum": kinds }));
                let mut add = |name: &str, field: schemars::Schema| {
                    $crate::domain::tagged::add_field(&mut properties, name, field.to_value());
                };
                $($($(add(stringify!($field), generator.subschema_for::<$type>());)*)?
                $(add(stringify!($inner), generator.subschema_for::<$inner_type>());)?)+
                schemars::json_schema!({
                    "type": "object",
                    "properties": properties,
                    "required": ["kind"],
                    "additionalProperties": false
                })
            }
        }
    };
}

/// Defines the states in which points can be, and the sums over them: one list for both.
macro_rules! states {
    ($(#[$meta:meta])* pub enum $name:ident, $(#[$sums_meta:meta])* $sums:ident {
        $($(#[$vmeta:meta])* $number:literal $variant:ident $code:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant = $number),+ }

        impl $name {
            /// Every state, in the order of their numbers.
            pub const ALL: [$name; [$($number),+].len()] = [$($name::$variant),+];

            /// The state as one word.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.code())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match serializer.is_human_readable() {
                    true => serializer.serialize_str(self.code()),
                    false => serializer.serialize_u8(*self as u8),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                use serde::de::Error;
                if deserializer.is_human_readable() {
                    let code = String::deserialize(deserializer)?;
                    let known = $name::ALL.into_iter().find(|state| state.code() == code);
                    return known.ok_or_else(|| D::Error::unknown_variant(&code, &[$($code),+]));
                }
                let number = u8::deserialize(deserializer)?;
                let known = $name::ALL.into_iter().find(|state| *state as u8 == number);
                known.ok_or_else(|| D::Error::custom(format!("no {} {number}", stringify!($name))))
            }
        }

        #[cfg(feature = "cli")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($code),+] })
            }
        }

        $(#[$sums_meta])*
        ///
        /// Stored as a number whose bits say which sums are not 0, and those sums.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $sums([$crate::domain::Points; $name::ALL.len()]);

        impl $sums {
            /// No points in any state.
            pub const NONE: $sums = $sums([$crate::domain::Points::ZERO; $name::ALL.len()]);

            /// The points in a state.
            #[must_use]
            pub const fn get(&self, state: $name) -> $crate::domain::Points {
                #[expect(clippy::indexing_slicing, reason = "a state's number is its place")]
                self.0[state as usize]
            }

            /// The points in a state, to be changed.
            pub const fn get_mut(&mut self, state: $name) -> &mut $crate::domain::Points {
                #[expect(clippy::indexing_slicing, reason = "a state's number is its place")]
                &mut self.0[state as usize]
            }

            /// The states with their points.
            pub fn iter(&self) -> impl Iterator<Item = ($name, $crate::domain::Points)> + '_ {
                $name::ALL.into_iter().zip(self.0)
            }

            /// Points over all states.
            #[must_use]
            pub fn total(&self) -> i128 {
                self.0.into_iter().sum()
            }

            /// Whether no state has less than nothing.
            #[must_use]
            pub fn none_negative(&self) -> bool {
                self.0.into_iter().all(|points| points >= $crate::domain::Points::ZERO)
            }
        }

        impl serde::Serialize for $sums {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.collect_map(self.iter().map(|(state, points)| (state.code(), points)));
                }
                $crate::domain::tagged::write_sparse(&self.0, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $sums {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$sums, D::Error> {
                $crate::domain::tagged::read_sparse(deserializer).map($sums)
            }
        }
    };
}

pub(crate) use {states, tagged};

use serde::ser::{Serialize, SerializeTuple, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// Writes the numbers that are not 0, behind a number whose bits say which they are.
pub(crate) fn write_sparse<S, T, const N: usize>(sums: &[T; N], to: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Serialize + Default + PartialEq,
{
    let zero = T::default();
    let mask = sums.iter().rev().fold(0u32, |mask, sum| mask << 1 | u32::from(*sum != zero));
    let mut to = to.serialize_tuple(N.saturating_add(1))?;
    to.serialize_element(&mask)?;
    for sum in sums.iter().filter(|sum| **sum != zero) {
        to.serialize_element(sum)?;
    }
    to.end()
}

struct Sparse<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default + PartialEq + Copy, const N: usize> Visitor<'de> for Sparse<T, N> {
    type Value = [T; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers by state")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<[T; N], A::Error> {
        let ended = || A::Error::custom("numbers by state end early");
        let mask: u32 = from.next_element()?.ok_or_else(ended)?;
        if mask.checked_shr(N as u32).unwrap_or(0) != 0 {
            return Err(A::Error::custom("numbers of states that are not known"));
        }
        let mut sums = [T::default(); N];
        for (bit, sum) in sums.iter_mut().enumerate() {
            if mask >> bit & 1 == 1 {
                *sum = from.next_element()?.filter(|sum| *sum != T::default()).ok_or_else(ended)?;
            }
        }
        Ok(sums)
    }
}

/// Reads what [`write_sparse`] wrote.
pub(crate) fn read_sparse<'de, D, T, const N: usize>(from: D) -> Result<[T; N], D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default + PartialEq + Copy,
{
    from.deserialize_tuple(N.saturating_add(1), Sparse(PhantomData))
}
