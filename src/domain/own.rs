//! What is known only when an entry has its number: a record that is being decided names the entry by
//! [`Sequence::OWN`], and a leg names the entry's first member by [`MemberId::OWN`], which is one byte in the journal.
//! One trait fills both in; every implementation takes its record apart, so that a new field is not forgotten.

use super::{ItemId, MemberId, Sequence};

/// What an entry fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnIds {
    /// The entry's number.
    pub sequence: Sequence,
    /// The member whom the entry is about first; [`MemberId::OWN`] where there is none.
    pub member: MemberId,
}

/// Something that may name the entry it belongs to.
pub trait Own {
    /// Puts the entry's own ids where they are named.
    fn fill(&mut self, own: &OwnIds);
}

/// For what never names its own entry.
macro_rules! names_no_entry {
    ($($type:ty),* $(,)?) => {
        $(impl $crate::domain::Own for $type {
            fn fill(&mut self, _: &$crate::domain::OwnIds) {}
        })*
    };
}

pub(crate) use names_no_entry;

names_no_entry!((), u64, u16);

impl Own for Sequence {
    fn fill(&mut self, own: &OwnIds) {
        *self = self.or_own(own.sequence);
    }
}

impl Own for MemberId {
    fn fill(&mut self, own: &OwnIds) {
        if *self == MemberId::OWN {
            *self = own.member;
        }
    }
}

impl Own for super::Subject {
    fn fill(&mut self, own: &OwnIds) {
        if let super::Subject::Member(member) = self {
            member.fill(own);
        }
    }
}

impl Own for ItemId {
    fn fill(&mut self, own: &OwnIds) {
        let ItemId { sequence, place: _ } = self;
        sequence.fill(own);
    }
}

impl<T: Own> Own for Option<T> {
    fn fill(&mut self, own: &OwnIds) {
        self.iter_mut().for_each(|value| value.fill(own));
    }
}
