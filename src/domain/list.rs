//! Reading a short list. The reader that comes with it takes memory for as many elements as damaged bytes say there
//! are; this one takes it as they come.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use smallvec::{Array, SmallVec};
use std::fmt;
use std::marker::PhantomData;

struct List<A>(PhantomData<A>);

impl<'de, A: Array> Visitor<'de> for List<A>
where
    A::Item: Deserialize<'de>,
{
    type Value = SmallVec<A>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut from: S) -> Result<SmallVec<A>, S::Error> {
        let mut list = SmallVec::new();
        while let Some(element) = from.next_element()? {
            list.push(element);
        }
        Ok(list)
    }
}

/// For `#[serde(deserialize_with)]`.
pub(super) fn read<'de, D: Deserializer<'de>, A: Array>(from: D) -> Result<SmallVec<A>, D::Error>
where
    A::Item: Deserialize<'de>,
{
    from.deserialize_seq(List(PhantomData))
}
