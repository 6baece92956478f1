//! The tables: which key leads to which value. Their numbers are part of the format and never reused.

use super::keys::{DueKey, Key};
use crate::domain::{
    Block, BlockKey, Correction, CorrectionKey, Item, ItemKey, Member, MemberKey, Partner, PartnerKey, Program,
    ProgramId, RequestKey, Sequence, Totals, TotalsKey,
};
use serde::{Serialize, de::DeserializeOwned};

/// A table of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableId {
    /// Programs with their point types.
    Catalog,
    /// Members with their accounts.
    Members,
    /// Partners.
    Partners,
    /// Blocks, open and past.
    Blocks,
    /// Items that have matured, in the order of use; used-up ones stay.
    Items,
    /// Items that have not matured, by the instant at which they do.
    Future,
    /// Open items of accounts of order `first_in`, by expiry: such an account's items are not in that order.
    Expiries,
    /// Request ids and the entries that used them.
    Requests,
    /// What was cancelled of which transaction.
    Corrections,
    /// Members and partners, by the next instant at which something of theirs matures or expires.
    Due,
    /// Sums by day, source and point type.
    Totals,
}

impl TableId {
    /// Every table, in the order in which a checkpoint writes and a digest reads them.
    pub const ALL: [TableId; 11] = [
        TableId::Catalog,
        TableId::Members,
        TableId::Partners,
        TableId::Blocks,
        TableId::Items,
        TableId::Future,
        TableId::Expiries,
        TableId::Requests,
        TableId::Corrections,
        TableId::Due,
        TableId::Totals,
    ];

    /// The table's name: that of its column family.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TableId::Catalog => "catalog",
            TableId::Members => "members",
            TableId::Partners => "partners",
            TableId::Blocks => "blocks",
            TableId::Items => "items",
            TableId::Future => "future",
            TableId::Expiries => "expiries",
            TableId::Requests => "requests",
            TableId::Corrections => "corrections",
            TableId::Due => "due",
            TableId::Totals => "totals",
        }
    }
}

/// A table with its types.
pub trait Table {
    /// Which table.
    const ID: TableId;
    /// What it is looked up by.
    type Key: Key;
    /// What is found.
    type Value: Serialize + DeserializeOwned + Clone;
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $id:expr, $key:ty => $value:ty);* $(;)?) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl Table for $name {
            const ID: TableId = $id;
            type Key = $key;
            type Value = $value;
        })*
    };
}

tables!(
    /// [`TableId::Catalog`].
    Catalog = TableId::Catalog, ProgramId => Program;
    /// [`TableId::Members`].
    Members = TableId::Members, MemberKey => Member;
    /// [`TableId::Partners`].
    Partners = TableId::Partners, PartnerKey => Partner;
    /// [`TableId::Blocks`].
    Blocks = TableId::Blocks, BlockKey => Block;
    /// [`TableId::Items`].
    Items = TableId::Items, ItemKey => Item;
    /// [`TableId::Future`]. The position's order is the instant of maturing.
    Future = TableId::Future, ItemKey => Item;
    /// [`TableId::Expiries`]. The position's order is the instant of expiry.
    Expiries = TableId::Expiries, ItemKey => ();
    /// [`TableId::Requests`].
    Requests = TableId::Requests, RequestKey => Sequence;
    /// [`TableId::Corrections`].
    Corrections = TableId::Corrections, CorrectionKey => Correction;
    /// [`TableId::Due`].
    Due = TableId::Due, DueKey => ();
    /// [`TableId::Totals`].
    TotalsByDay = TableId::Totals, TotalsKey => Totals;
);
