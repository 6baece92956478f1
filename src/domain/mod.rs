//! The words: ids, points, time, and the records and commands made of them. Plain data, no rules.

mod command;
mod entry;
mod fault;
mod ids;
mod item;
mod list;
mod member;
mod outcome;
mod partner;
mod points;
mod program;
mod rate;
mod time;
mod totals;
mod wide_id;

pub use command::*;
pub use entry::{Correction, Entry, Outcome};
pub use fault::{Fault, FaultKind};
pub use ids::{
    AccountKey, BlockId, BlockKey, CorrectionKey, ItemId, MemberKey, PartnerId, PartnerKey, PointTypeId, ProgramId,
    RequestKey, Sequence, SourceId,
};
pub use item::{Item, ItemKey, ItemPosition};
pub use member::{Account, Balance, Member};
pub use outcome::{ItemPart, Leg, Receipt, Rejection};
pub use partner::{Billing, Block, BlockOrder, BlockStatus, Partner, PartnerTerms};
pub use points::Points;
pub use program::{Enrolment, Expiry, NegativeBalance, NeverUsable, PointClass, PointType, Program, UseOrder};
pub use rate::{Rate, RateError, Rounding};
pub use time::{Date, Day, Span, TimeError, Timestamp, Unit, Zone};
pub use totals::{Totals, TotalsKey};
pub use wide_id::{MemberId, RequestId, WideIdError};
