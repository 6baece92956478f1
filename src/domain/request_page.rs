//! Request ids that came in order, many to a row: most callers' ids follow time.

use super::own::names_no_entry;
use super::{RequestId, RequestKey, Sequence};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Requests of one program with the entries that used them, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestPage(Vec<(RequestId, Sequence)>);

names_no_entry!(RequestPage);

/// Most requests of a page: one that is looked for is found by decoding so many.
const REQUESTS_MAX: usize = 128;

impl RequestPage {
    /// Cuts requests, which are in order, into pages. A page's key is its last request.
    pub fn cut(requests: &[(RequestKey, Sequence)]) -> impl Iterator<Item = (RequestKey, RequestPage)> + '_ {
        let of_programs = requests.chunk_by(|(one, _), (next, _)| one.program == next.program);
        of_programs.flat_map(|requests| requests.chunks(REQUESTS_MAX)).filter_map(|requests| {
            let (last, _) = requests.last()?;
            Some((*last, RequestPage(requests.iter().map(|(key, sequence)| (key.request, *sequence)).collect())))
        })
    }

    /// The entry that used a request id, if it is in the page.
    #[must_use]
    pub fn get(&self, id: RequestId) -> Option<Sequence> {
        let at = self.0.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        self.0.get(at).map(|(_, sequence)| *sequence)
    }

    /// The requests in order.
    pub fn iter(&self) -> impl Iterator<Item = (RequestId, Sequence)> + '_ {
        self.0.iter().copied()
    }
}

/// An id and an entry as the differences to those before: of the id's two halves, and of the entry's number. Where the
/// upper half differs, the lower one is whole.
type Step = (u64, u64, i64);

/// The upper and the lower half of an id.
fn halves(id: RequestId) -> (u64, u64) {
    ((id.0 >> 64) as u64, id.0 as u64)
}

impl Serialize for RequestPage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (mut upper, mut lower, mut number) = (0u64, 0u64, 0u64);
        let steps = self.0.iter().map(|(id, sequence)| {
            let (known_upper, known_lower, known) = (upper, lower, number);
            (upper, lower) = halves(*id);
            number = sequence.0;
            let lower = if upper == known_upper { lower.wrapping_sub(known_lower) } else { lower };
            let step: Step = (upper.wrapping_sub(known_upper), lower, number.wrapping_sub(known).cast_signed());
            step
        });
        serializer.collect_seq(steps)
    }
}

impl<'de> Deserialize<'de> for RequestPage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RequestPage, D::Error> {
        let steps = Vec::<Step>::deserialize(deserializer)?;
        let (mut upper, mut lower, mut number) = (0u64, 0u64, 0u64);
        let requests = steps.into_iter().map(|(up, low, step)| {
            lower = if up == 0 { lower.wrapping_add(low) } else { low };
            upper = upper.wrapping_add(up);
            number = number.wrapping_add_signed(step);
            (RequestId(u128::from(upper) << 64 | u128::from(lower)), Sequence(number))
        });
        Ok(RequestPage(requests.collect()))
    }
}
