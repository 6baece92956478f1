//! The tables: which key leads to which value, in one list. There are records (found by key, changed whole, kept in
//! memory as they are) and rows (many, encoded when they are put, sorted by a checkpoint).
//!
//! A table's name is that of its column family. Its number is its place in this list, which is the order in which a
//! checkpoint writes and a digest reads; it is stored nowhere.

use super::keys::{DueKey, Key};
use super::{
    Bill, BillKey, BillLine, BillLineKey, Block, BlockKey, BlockTurnKey, CatalogKey, Charge, ChargeKey, Claim,
    ClaimKey, CohortKey, Correction, CountKey, Counted, Definition, Event, EventKey, ExpiringKey, Fee, FeeKey, Forward,
    ForwardKey, Hold, HoldTimeoutKey, HouseholdKey, Item, ItemKey, Line, LineKey, LockName, MarkKey, Marked, Member,
    MemberId, MemberKey, Merge, MergeKey, MonthKey, MonthSums, OpenBlockKey, Own, OwnerKey, Participant, Partner,
    PartnerCredit, PartnerCreditKey, PartnerKey, Posting, PostingKey, Receivables as OwnerReceivables, RefundKey,
    RefundRequest, RequestKey, RequestPage, Run, RunDueKey, RunKey, Sequence, Source, SourceDayKey, SourceKey, Subject,
    Timestamp, Totals, TotalsKey, UnbilledKey,
};
use serde::{Serialize, de::DeserializeOwned};

/// A table with its types.
pub trait Table {
    /// Which table.
    const ID: TableId;
    /// What it is looked up by.
    type Key: Key + Own;
    /// What is found.
    type Value: Serialize + DeserializeOwned + Clone + Own;
}

/// A table of rows that rules read and write.
pub trait RowTable: Table {
    /// Whose lock guards a row.
    fn lock(key: &Self::Key) -> LockName;
}

macro_rules! tables {
    ($($(#[$doc:meta])* $number:literal $name:ident $text:literal $shape:literal: $key:ty => $value:ty;)*) => {
        /// A table of the store.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TableId {
            $($(#[$doc])* $name = $number),*
        }

        impl TableId {
            /// Every table, in the order in which a checkpoint writes and a digest reads them.
            pub const ALL: [TableId; [$($number),*].len()] = [$(TableId::$name),*];

            /// The table's name: that of its column family.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(TableId::$name => $text),* }
            }

            /// The number of the shape in which its values are written: the first byte of each.
            #[must_use]
            pub const fn shape(self) -> u8 {
                match self { $(TableId::$name => $shape),* }
            }
        }

        $($(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Table for $name {
            const ID: TableId = TableId::$name;
            type Key = $key;
            type Value = $value;
        })*
    };
}

tables! {
    /// Definitions of programs, each version a row.
    0 Catalog "catalog" 1: CatalogKey => Definition;
    /// Members with their accounts.
    1 Members "members" 1: MemberKey => Member;
    /// Partners.
    2 Partners "partners" 1: PartnerKey => Partner;
    /// Blocks, open and past.
    3 Blocks "blocks" 1: BlockKey => Block;
    /// Items that have matured, in the order of use; used-up ones stay.
    4 Items "items" 1: ItemKey => Item;
    /// Items that have not matured, by the instant at which they do: that is the order of their positions.
    5 Future "future" 1: ItemKey => Item;
    /// Open items of accounts of order `first_in`, by expiry, which is the order of their positions: such an account's
    /// items are not in that order.
    6 Expiries "expiries" 1: ItemKey => ();
    /// Request ids that came out of order, and the entries that used them.
    7 Requests "requests" 1: RequestKey => Sequence;
    /// What was cancelled of which transaction.
    8 Corrections "corrections" 1: RequestKey => Correction;
    /// What was claimed for spent points of cancelled accruals, and is not settled.
    9 Claims "claims" 1: ClaimKey => Claim;
    /// Points that are set aside, by the request that did it; captured and released ones stay.
    10 Holds "holds" 1: RequestKey => Hold;
    /// Open holds of a member, by the instant at which they time out.
    11 HoldTimeouts "hold_timeouts" 1: HoldTimeoutKey => ();
    /// Subjects, by the next instant at which something of theirs is due.
    12 Due "due" 1: DueKey => ();
    /// Sums by day, source and point type.
    13 TotalsByDay "totals" 1: TotalsKey => Totals;
    /// Blocks that can be debited, in the order of debit, with their expiry.
    14 OpenBlocks "open_blocks" 1: OpenBlockKey => Option<Timestamp>;
    /// When approved blocks with points left start, are about to expire, expire.
    15 BlockTurns "block_turns" 1: BlockTurnKey => ();
    /// What prepaid partners are charged.
    16 Charges "charges" 1: ChargeKey => Charge;
    /// Fees, with their refunds.
    17 Fees "fees" 1: FeeKey => Fee;
    /// What post-paid partners owe and are not billed for.
    18 Unbilled "unbilled" 1: UnbilledKey => BillLine;
    /// Bills, the last one perhaps still being made.
    19 Bills "bills" 1: BillKey => Bill;
    /// Lines of bills.
    20 BillLines "bill_lines" 1: BillLineKey => BillLine;
    /// Where items went that are not where their accrual put them.
    21 Forwards "forwards" 1: ForwardKey => Forward;
    /// Who belongs to which household.
    22 HouseholdMembers "household_members" 1: HouseholdKey => ();
    /// Which items came with which merge.
    23 Merges "merges" 1: MergeKey => Merge;
    /// Sources: what is counted of them.
    24 Sources "sources" 1: SourceKey => Source;
    /// What the limits of sources have counted.
    25 SourceCounts "source_counts" 1: CountKey => Counted;
    /// What became of the points that were issued on a day; how many were issued, the totals tell.
    26 Cohorts "cohorts" 1: CohortKey => Totals;
    /// Points that members still have, by the day on which they expire.
    27 Expiring "expiring" 1: ExpiringKey => i128;
    /// Members as participants: who owns them, and their schemes.
    28 Participants "participants" 1: MemberKey => Participant;
    /// Receivables of partners and members, all of one owner in a row.
    29 Receivables "receivables" 1: OwnerKey => OwnerReceivables;
    /// What was posted to receivables.
    30 Postings "postings" 1: PostingKey => Posting;
    /// Requests for refunds, in the order in which they came.
    31 Refunds "refunds" 1: RefundKey => RefundRequest;
    /// What settlement posted to primary receivables, by partner and month.
    32 Months "settlement_months" 1: MonthKey => MonthSums;
    /// Credit notes of members, by the partner where they spent.
    33 PartnerCredits "partner_credits" 1: PartnerCreditKey => PartnerCredit;
    /// Events that are not settled, by partner and time.
    34 Unsettled "unsettled" 1: EventKey => Event;
    /// Settled events.
    35 Lines "settlement_lines" 1: LineKey => Line;
    /// Settlement runs.
    36 Runs "settlement_runs" 1: RunKey => Run;
    /// Submitted runs, by the instant at which they are executed.
    37 RunsDue "settlement_runs_due" 1: RunDueKey => ();
    /// Request ids that came in order, many to a row, by the last of them.
    38 RequestPages "request_pages" 1: RequestKey => RequestPage;
    /// Which entries are about what: the index of the audit log.
    39 AuditMarks "audit_marks" 1: MarkKey => Marked;
    /// Totals by month: a key's day is the first of its month. See [`super::rollup`].
    40 TotalsByMonth "totals_by_month" 1: CohortKey => Totals;
    /// Cohorts by month, likewise.
    41 CohortsByMonth "cohorts_by_month" 1: CohortKey => Totals;
    /// Totals by day of all sources together: a key's source is 0.
    42 TotalsByType "totals_by_type" 1: CohortKey => Totals;
    /// Totals by source, then by day.
    43 TotalsBySource "totals_by_source" 1: SourceDayKey => Totals;
}

impl RowTable for Items {
    fn lock(key: &ItemKey) -> LockName {
        key.account.owner().lock()
    }
}

impl RowTable for Future {
    fn lock(key: &ItemKey) -> LockName {
        key.account.owner().lock()
    }
}

impl RowTable for Expiries {
    fn lock(key: &ItemKey) -> LockName {
        key.account.owner().lock()
    }
}

impl RowTable for Corrections {
    fn lock(key: &RequestKey) -> LockName {
        LockName::Request(*key)
    }
}

impl RowTable for Claims {
    fn lock(key: &ClaimKey) -> LockName {
        key.account.owner().lock()
    }
}

impl RowTable for Forwards {
    fn lock(key: &ForwardKey) -> LockName {
        key.account.owner().lock()
    }
}

impl RowTable for HouseholdMembers {
    fn lock(key: &HouseholdKey) -> LockName {
        key.household.lock()
    }
}

impl RowTable for Merges {
    fn lock(key: &MergeKey) -> LockName {
        key.into.lock()
    }
}

impl RowTable for Holds {
    fn lock(key: &RequestKey) -> LockName {
        LockName::Request(*key)
    }
}

impl RowTable for Due {
    fn lock(key: &DueKey) -> LockName {
        LockName::Subject(key.program, key.subject)
    }
}

/// Rows of one partner.
macro_rules! rows_of_partners {
    ($($table:ident: $key:ident),* $(,)?) => {
        $(impl RowTable for $table {
            fn lock(key: &$key) -> LockName {
                LockName::Subject(key.program, Subject::Partner(key.partner))
            }
        })*
    };
}

rows_of_partners!(Months: MonthKey, PartnerCredits: PartnerCreditKey, Unsettled: EventKey, Lines: LineKey);

impl RowTable for Participants {
    fn lock(key: &MemberKey) -> LockName {
        key.lock()
    }
}

impl RowTable for Receivables {
    fn lock(key: &OwnerKey) -> LockName {
        LockName::Subject(key.program, key.owner)
    }
}

impl RowTable for Postings {
    fn lock(key: &PostingKey) -> LockName {
        Receivables::lock(&key.owner)
    }
}

impl RowTable for Refunds {
    fn lock(key: &RefundKey) -> LockName {
        LockName::Subject(key.program, Subject::Member(key.member))
    }
}

impl RowTable for Runs {
    fn lock(key: &RunKey) -> LockName {
        LockName::Subject(key.program, Subject::Program)
    }
}

impl RowTable for RunsDue {
    fn lock(key: &RunDueKey) -> LockName {
        LockName::Subject(key.program, Subject::Program)
    }
}

impl RowTable for HoldTimeouts {
    fn lock(key: &HoldTimeoutKey) -> LockName {
        LockName::Subject(key.program, Subject::Member(key.member))
    }
}

/// Rows that a partner's lock guards.
macro_rules! of_partner {
    ($($table:ident: $($path:ident).+;)*) => {
        $(impl RowTable for $table {
            fn lock(key: &<$table as Table>::Key) -> LockName {
                key.$($path).+.lock()
            }
        })*
    };
}

of_partner! {
    OpenBlocks: partner;
    BlockTurns: partner;
    Charges: partner;
    Fees: partner;
    Unbilled: partner;
    Bills: partner;
    BillLines: bill.partner;
}

impl RowTable for SourceCounts {
    /// A member's count is under the member's lock: who accrues has it anyway, and the counts of a source that gives to
    /// everybody are then spread over all shards, as members are.
    fn lock(key: &CountKey) -> LockName {
        let subject = if key.member == MemberId(0) { Subject::Source(key.source) } else { Subject::Member(key.member) };
        LockName::Subject(key.program, subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ProgramId, SourceId};

    #[test]
    fn what_a_limit_counted_of_a_member_lies_with_the_member() {
        let key = |member| CountKey {
            program: ProgramId(1),
            source: SourceId(7),
            restriction: 1,
            version: 1,
            member: MemberId(member),
        };
        let lock = |subject| LockName::Subject(ProgramId(1), subject);
        assert_eq!(SourceCounts::lock(&key(0)), lock(Subject::Source(SourceId(7))));
        assert_eq!(SourceCounts::lock(&key(4711)), lock(Subject::Member(MemberId(4711))));
    }
}
