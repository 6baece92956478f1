//! The model's merchants: schemes, offers, groups, agreements, purchases, spends, and settlement runs: what the rules say
//! of them, written a second time, on flat lists of events and lines.

mod compare;
mod definitions;
mod events;
mod purchase;
mod runs;
mod terms;

pub(super) use events::Cancelling;

use super::member::Handle;
use super::partner::Payer;
use accruedb::domain::*;
use std::collections::{BTreeMap, BTreeSet};

/// A contribution rule with its number.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    pub(super) number: u32,
    pub(super) rule: NewContributionRule,
}

/// A version of an agreement.
#[derive(Debug, Clone)]
pub(super) struct Deal {
    pub(super) body: SetAgreement,
    pub(super) rules: Vec<Numbered>,
}

/// What waits for settlement, or was settled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) partner: PartnerId,
    pub(super) at: Timestamp,
    /// The command that it is of, and its place there.
    pub(super) request: RequestId,
    pub(super) place: u16,
    pub(super) kind: EventKind,
    pub(super) member: MemberId,
    pub(super) amount: i64,
    pub(super) offer: Option<OfferId>,
    pub(super) scheme: Option<SchemeId>,
    pub(super) brand: Option<Box<str>>,
    pub(super) medium: Option<Box<str>>,
    pub(super) recorded_at: Timestamp,
    /// What it is the opposite of, and how much of that was cancelled before.
    pub(super) cancels: Option<(RequestId, u16, i64)>,
}

/// An event that was settled.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) event: Event,
    pub(super) contribution: Contribution,
    pub(super) amount: i64,
    pub(super) host: i64,
    pub(super) run: RequestId,
    pub(super) number: u32,
    pub(super) settled_at: Timestamp,
    pub(super) reversed: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) body: CreateRun,
    pub(super) state: RunState,
    pub(super) due_at: Option<Timestamp>,
    pub(super) events: u64,
    pub(super) debits: i128,
    pub(super) credits: i128,
}

/// An account of money: its id, whether it is primary, debits and credits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Account {
    pub(super) id: u32,
    pub(super) primary: bool,
    pub(super) debits: i64,
    pub(super) credits: i64,
}

/// What merchants have to do with a program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trade {
    schemes: BTreeMap<SchemeId, SetScheme>,
    offers: BTreeMap<OfferId, SetOffer>,
    groups: BTreeMap<GroupId, SetGroup>,
    /// Units, and the groups that they belong to.
    units: BTreeMap<PartnerId, Option<GroupId>>,
    /// All versions.
    agreements: BTreeMap<PartnerId, Vec<Deal>>,
    group_agreements: BTreeMap<GroupId, Vec<Deal>>,
    /// How many rules there ever were.
    rules_made: u32,
    rounding: Option<Rounding>,
    participants: BTreeMap<MemberId, SetParticipant>,
    events: Vec<Event>,
    lines: Vec<Line>,
    runs: BTreeMap<(RequestId, u32), Run>,
    accounts: BTreeMap<Subject, Vec<Account>>,
    /// What settlement posted, by month.
    months: BTreeMap<(PartnerId, i64), (i64, i64)>,
    /// What was posted, by kind.
    posted: BTreeMap<(Subject, u32, PostingKind), i64>,
    /// What the command under way tells of merchants.
    pub(in crate::model) told: Vec<Leg>,
}

/// What a purchase did, as far as it can be cancelled.
#[derive(Debug, Clone)]
pub(crate) struct Bought {
    pub(in crate::model) award: Option<super::member::Given>,
    /// Items that were spent of, as they were.
    pub(super) parts: Vec<(Handle, i64)>,
    pub(super) payer: Payer,
    /// The spends, by place.
    pub(super) spends: Vec<(u16, i64)>,
    pub(in crate::model) returned: bool,
    /// To whom, and on which day it counts.
    pub(super) member: MemberId,
    pub(super) day: i64,
}

impl Bought {
    pub(in crate::model) fn spent(&self) -> i64 {
        self.spends.iter().map(|(_, points)| points).sum()
    }
}

fn scheme_set(choice: &SchemeChoice) -> Option<&BTreeSet<SchemeId>> {
    match choice {
        SchemeChoice::All => None,
        SchemeChoice::Specific(schemes) => Some(schemes),
    }
}
