//! The order in which lines are sent. A file of any size is put in order with bounded memory: sorted runs go into
//! temporary files, and are merged while they are read back.

use super::item::{Act, Item};
use crate::cli::database::Clock;
use crate::cli::output::Failure;
use crate::domain::Timestamp;
use crate::storage::codec;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// Items that are held in memory; more go into temporary files. About 200 MB.
const HELD_MAX: usize = 2_000_000;

/// Items in the order in which they are sent.
pub(super) struct Ordered {
    clock: Clock,
    held_max: usize,
    held: Vec<Item>,
    runs: Vec<File>,
    count: u64,
}

/// Where an item stands: on the commands' clock in the order of time, purchases before the refunds of the same instant,
/// for many exports tell the newest first. Late postings in the order of the file, refunds last. In either order a
/// refund finds the same purchases when the file is sent again.
type Key = (bool, Timestamp, bool, u64);

impl Ordered {
    pub(super) fn new(clock: Clock) -> Ordered {
        Ordered::holding(clock, HELD_MAX)
    }

    fn holding(clock: Clock, held_max: usize) -> Ordered {
        Ordered { clock, held_max, held: Vec::new(), runs: Vec::new(), count: 0 }
    }

    /// How many items there are.
    pub(super) fn len(&self) -> u64 {
        self.count
    }

    fn key(&self, item: &Item) -> Key {
        let takes = matches!(item.act, Act::Take(_));
        match self.clock {
            Clock::Commands => (false, item.at, takes, item.line),
            Clock::System => (takes, if takes { item.at } else { Timestamp::MIN }, takes, item.line),
        }
    }

    pub(super) fn push(&mut self, item: Item) -> Result<(), Failure> {
        self.held.push(item);
        self.count = self.count.saturating_add(1);
        if self.held.len() >= self.held_max { self.spill() } else { Ok(()) }
    }

    /// Puts what is held in order.
    fn sort(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_unstable_by_key(|item| self.key(item));
        self.held = held;
    }

    /// Puts what is held into a file.
    fn spill(&mut self) -> Result<(), Failure> {
        self.sort();
        let mut file = BufWriter::new(tempfile::tempfile()?);
        let mut bytes = Vec::new();
        for item in self.held.drain(..) {
            bytes.clear();
            codec::encode(&item, &mut bytes).map_err(|fault| unwritten(&fault))?;
            file.write_all(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes())?;
            file.write_all(&bytes)?;
        }
        self.runs.push(file.into_inner().map_err(std::io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) -> Result<(), Failure> {
        if self.runs.is_empty() {
            self.sort();
            return Ok(());
        }
        self.spill()?;
        self.held = Vec::new();
        Ok(())
    }

    /// All items in order, from the beginning.
    pub(super) fn items(&self) -> Result<Items<'_>, Failure> {
        let mut merged = Items { of: self, held: self.held.iter(), runs: Vec::new(), next: BinaryHeap::new() };
        for (place, file) in self.runs.iter().enumerate() {
            let mut file = file;
            file.seek(SeekFrom::Start(0))?;
            merged.runs.push(BufReader::new(file));
            merged.refill(place)?;
        }
        Ok(merged)
    }
}

/// The items of an [`Ordered`], one by one.
pub(super) struct Items<'a> {
    of: &'a Ordered,
    held: std::slice::Iter<'a, Item>,
    runs: Vec<BufReader<&'a File>>,
    /// The next item of each run, the earliest on top.
    next: BinaryHeap<Reverse<Ahead>>,
}

/// The next item of a run.
struct Ahead {
    key: Key,
    run: usize,
    item: Item,
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Ahead) -> bool {
        self.key == other.key
    }
}

impl Eq for Ahead {}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Ahead) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ahead {
    fn cmp(&self, other: &Ahead) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl Items<'_> {
    pub(super) fn next(&mut self) -> Result<Option<Item>, Failure> {
        if self.runs.is_empty() {
            return Ok(self.held.next().cloned());
        }
        let Some(Reverse(Ahead { run, item, .. })) = self.next.pop() else { return Ok(None) };
        self.refill(run)?;
        Ok(Some(item))
    }

    /// Reads on in a run.
    fn refill(&mut self, run: usize) -> Result<(), Failure> {
        let Some(reader) = self.runs.get_mut(run) else { return Ok(()) };
        let mut length = [0; 4];
        match reader.read_exact(&mut length) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
        reader.read_exact(&mut bytes)?;
        let item: Item = codec::decode(&bytes, "a line on its way").map_err(|fault| unwritten(&fault))?;
        self.next.push(Reverse(Ahead { key: self.of.key(&item), run, item }));
        Ok(())
    }
}

fn unwritten(fault: &crate::domain::Fault) -> Failure {
    std::io::Error::other(format!("{fault:?}")).into()
}

#[cfg(test)]
mod tests {
    use super::super::item::Take;
    use super::*;
    use crate::cli::purchases::Details;
    use crate::domain::{Expiry, MemberId, PointTypeId, Points, RequestId, SourceId};

    fn item(number: u64) -> Item {
        let at = Timestamp::from_ms(i64::try_from(number.wrapping_mul(7919) % 101).unwrap()).unwrap();
        let member = MemberId(u128::from(number));
        let act = match number % 3 {
            0 => Act::Take(Box::new(Take {
                member: Some(member),
                points: Some(Points(5)),
                of: Some(RequestId(9)),
                is_only_of: true,
                point_type: PointTypeId(1),
                is_dated: true,
            })),
            1 => Act::Give { member, points: Points(5), source: None, more: None },
            _ => {
                let reference = Some("a text".into());
                let promotions = vec![(SourceId(7), Points(1))];
                let expires = Some(Expiry::On("2027-01-31".parse().unwrap()));
                let details = Details { expires, reference, promotions, ..Details::default() };
                Act::Give {
                    member,
                    points: Points(5),
                    source: Some(SourceId(2)),
                    more: Some(Box::new((details, None))),
                }
            }
        };
        Item { line: number, at, request: RequestId(u128::MAX ^ u128::from(number)), act }
    }

    #[test]
    fn runs_in_files_are_merged_into_the_order_of_memory() {
        for clock in [Clock::Commands, Clock::System] {
            let all = |held_max| {
                let mut ordered = Ordered::holding(clock, held_max);
                (0..1_000).for_each(|number| ordered.push(item(number)).unwrap());
                ordered.end().unwrap();
                let (mut items, mut found) = (ordered.items().unwrap(), Vec::new());
                while let Some(item) = items.next().unwrap() {
                    found.push(format!("{item:?}"));
                }
                let first = ordered.items().unwrap().next().unwrap().map(|item| format!("{item:?}"));
                assert_eq!(first.as_ref(), found.first(), "it can be read again");
                found
            };
            let in_memory = all(usize::MAX);
            assert_eq!(in_memory.len(), 1_000);
            for held_max in [1, 7, 300, 999, 1_000] {
                assert!(all(held_max) == in_memory, "{held_max} held, {clock:?}");
            }
        }
    }
}
