//! Writing what bincode 2 reads, in its standard configuration.
//!
//! An accrual writes about sixty numbers, most of them of one byte, and the crate's writer asks after each for an error of
//! several words: 2,480 instructions, 1,930 here. A test holds every kind of value against the crate's own bytes.

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// The largest number that is one byte; greater ones follow a byte that tells their width.
const ONE_BYTE_MAX: u8 = 250;
const TWO_BYTES: u8 = 251;
const FOUR_BYTES: u8 = 252;
const EIGHT_BYTES: u8 = 253;
const SIXTEEN_BYTES: u8 = 254;

/// Appends to a vector, which cannot fail. It has the vector itself: behind a reference, each part would look it up.
pub(super) struct Encoder(pub(super) Vec<u8>);

/// Why a value has no bytes: its own serializer said so, or did not tell how long a list is. Two words: it is asked for
/// after every part.
#[derive(Debug)]
pub(super) struct Unencodable(Box<str>);

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unencodable {}

impl Error for Unencodable {
    fn custom<T: fmt::Display>(what: T) -> Unencodable {
        Unencodable(what.to_string().into())
    }
}

type Done = Result<(), Unencodable>;

impl Encoder {
    #[inline(always)]
    fn number(&mut self, value: u64) {
        match u8::try_from(value) {
            Ok(byte) if byte <= ONE_BYTE_MAX => self.0.push(byte),
            _ => self.long_number(value),
        }
    }

    #[inline]
    fn long_number(&mut self, value: u64) {
        // the width and the number in one piece, little end first
        let wide = u128::from(value) << 8;
        match value {
            0..=0xFFFF => self.first::<3>(wide | u128::from(TWO_BYTES)),
            0x1_0000..=0xFFFF_FFFF => self.first::<5>(wide | u128::from(FOUR_BYTES)),
            _ => self.first::<9>(wide | u128::from(EIGHT_BYTES)),
        }
    }

    /// Writes the first bytes of a number.
    #[inline(always)]
    fn first<const N: usize>(&mut self, number: u128) {
        if let Some(bytes) = number.to_le_bytes().first_chunk::<N>() {
            self.0.extend_from_slice(bytes);
        }
    }

    #[inline]
    fn wide_number(&mut self, value: u128) {
        match u64::try_from(value) {
            Ok(value) => self.number(value),
            Err(_) => {
                self.0.push(SIXTEEN_BYTES);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
        }
    }

    #[inline(always)]
    fn length(&mut self, length: Option<usize>) -> Done {
        let length = length.ok_or_else(|| Unencodable("a list that does not tell its length".into()))?;
        self.number(length as u64);
        Ok(())
    }
}

/// The sign in the lowest bit, so that small numbers are short.
#[inline(always)]
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

impl<'e> Serializer for &'e mut Encoder {
    type Ok = ();
    type Error = Unencodable;
    type SerializeSeq = &'e mut Encoder;
    type SerializeTuple = &'e mut Encoder;
    type SerializeTupleStruct = &'e mut Encoder;
    type SerializeTupleVariant = &'e mut Encoder;
    type SerializeMap = &'e mut Encoder;
    type SerializeStruct = &'e mut Encoder;
    type SerializeStructVariant = &'e mut Encoder;

    #[inline(always)]
    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline(always)]
    fn serialize_bool(self, value: bool) -> Done {
        self.serialize_u8(u8::from(value))
    }

    #[inline(always)]
    fn serialize_u8(self, value: u8) -> Done {
        self.0.push(value);
        Ok(())
    }

    #[inline(always)]
    fn serialize_i8(self, value: i8) -> Done {
        self.serialize_u8(value.cast_unsigned())
    }

    #[inline(always)]
    fn serialize_u16(self, value: u16) -> Done {
        self.serialize_u64(value.into())
    }

    #[inline(always)]
    fn serialize_u32(self, value: u32) -> Done {
        self.serialize_u64(value.into())
    }

    #[inline(always)]
    fn serialize_u64(self, value: u64) -> Done {
        self.number(value);
        Ok(())
    }

    #[inline]
    fn serialize_u128(self, value: u128) -> Done {
        self.wide_number(value);
        Ok(())
    }

    #[inline(always)]
    fn serialize_i16(self, value: i16) -> Done {
        self.serialize_i64(value.into())
    }

    #[inline(always)]
    fn serialize_i32(self, value: i32) -> Done {
        self.serialize_i64(value.into())
    }

    #[inline(always)]
    fn serialize_i64(self, value: i64) -> Done {
        self.number(zigzag(value));
        Ok(())
    }

    #[inline]
    fn serialize_i128(self, value: i128) -> Done {
        self.wide_number((value << 1 ^ value >> 127).cast_unsigned());
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Done {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Done {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Done {
        self.0.extend_from_slice(value.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Done {
        self.serialize_bytes(value.as_bytes())
    }

    #[inline]
    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.number(value.len() as u64);
        self.0.extend_from_slice(value);
        Ok(())
    }

    #[inline(always)]
    fn serialize_none(self) -> Done {
        self.serialize_u8(0)
    }

    #[inline(always)]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        self.0.push(1);
        value.serialize(self)
    }

    #[inline(always)]
    fn serialize_unit(self) -> Done {
        Ok(())
    }

    #[inline(always)]
    fn serialize_unit_struct(self, _: &'static str) -> Done {
        Ok(())
    }

    #[inline(always)]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Done {
        self.serialize_u32(index)
    }

    #[inline(always)]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        self.number(index.into());
        value.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.length(length)?;
        Ok(self)
    }

    #[inline(always)]
    fn serialize_tuple(self, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    #[inline(always)]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Unencodable> {
        self.number(index.into());
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> Result<Self, Unencodable> {
        self.length(length)?;
        Ok(self)
    }

    #[inline(always)]
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Unencodable> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        fields: usize,
    ) -> Result<Self, Unencodable> {
        self.serialize_tuple_variant(name, index, variant, fields)
    }
}

/// The parts of what has parts stand one behind the other.
macro_rules! parts {
    ($($kind:ident $part:ident $(($name:ident))?),* $(,)?) => {$(
        impl $kind for &mut Encoder {
            type Ok = ();
            type Error = Unencodable;

            #[inline(always)]
            fn $part<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Done {
                $(let _ = $name;)?
                value.serialize(&mut **self)
            }

            #[inline(always)]
            fn end(self) -> Done {
                Ok(())
            }
        }
    )*};
}

parts!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
    SerializeStruct serialize_field (_name),
    SerializeStructVariant serialize_field (_name),
);

impl SerializeMap for &mut Encoder {
    type Ok = ();
    type Error = Unencodable;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        key.serialize(&mut **self)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(&mut **self)
    }

    #[inline]
    fn end(self) -> Done {
        Ok(())
    }
}
