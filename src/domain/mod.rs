//! The words: ids, points, time, and the records and commands made of them; the tables they are kept in, by key. Plain
//! data, no rules.

mod catalog;
mod claim;
mod command;
mod entry;
mod fault;
mod ids;
mod item;
pub mod keys;
mod leg;
mod list;
mod member;
mod outcome;
mod own;
mod partner;
mod points;
mod posting;
mod program;
mod rate;
mod rejection;
mod source;
mod state;
pub mod tables;
mod tagged;
mod time;
mod totals;
mod wide_id;

pub use catalog::{CatalogKey, Definition, Programs};
pub use claim::{Claim, ClaimPart, Hold, HoldPart};
pub(crate) use command::for_each_verb;
pub use command::*;
pub use entry::{ACTOR_BYTES_MAX, Actor, Correction, Entry, Link, Links, Outcome, own_ids};
pub use fault::{Fault, FaultKind};
pub use ids::{
    AccountKey, BlockId, BlockKey, ClaimKey, HoldTimeoutKey, ItemId, LockName, MemberKey, PartnerId, PartnerKey,
    PointTypeId, ProgramId, RequestKey, Sequence, SourceId, SourceKey, Subject, SubtypeId,
};
pub use item::{Item, ItemKey, ItemPosition};
pub use leg::{Debit, Granted, Leg, Moved};
pub use member::{Account, Balance, Member};
pub use outcome::Receipt;
pub use own::{Own, OwnIds};
pub use partner::{Billing, Block, BlockOrder, BlockStatus, Partner, PartnerTerms};
pub use points::Points;
pub use posting::Posting;
pub use program::{
    Enrolment, Expiry, NegativeBalance, NeverUsable, PointClass, PointType, Program, ProgramSettings, SourceRule,
    UseOrder, Versions,
};
pub use rate::{Rate, RateError, Rounding};
pub use rejection::Rejection;
pub use source::{
    Beyond, COUNTED_PARTS_MAX, CountKey, Counted, Counting, Inventory, InventoryChange, Limit, LimitScope, PauseReason,
    Restriction, Source, SourceStatus, SourceTerms, Window,
};
pub use state::{BLOCK_MOVEMENTS, BlockState, BlockSums, MOVEMENTS, PointState, PointSums};
pub use time::{Date, Day, Span, TimeError, Timestamp, Unit, Zone};
pub use totals::{CohortKey, ExpiringKey, Sum, Totals, TotalsKey};
pub use wide_id::{MemberId, RequestId, WideIdError};
