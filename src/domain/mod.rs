//! The words: ids, points, time, and the records and commands made of them; the tables they are kept in, by key. Plain
//! data, no rules.

mod agreement;
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
mod offer;
mod outcome;
mod own;
mod partner;
mod points;
mod program;
mod rate;
mod receivable;
mod rejection;
mod settlement;
mod state;
pub mod tables;
mod tagged;
mod time;
mod totals;
mod versions;
mod wide_id;

pub use agreement::{
    Agreement, AwardRules, ContributionRule, DocumentDefaults, LifeCycle, PeriodContribution, Priority, Reduction,
    SchemeChoice, SignUpRules, SpendRange, SpendRanges, SpendRules,
};
pub use catalog::{CatalogKey, Definition, Programs};
pub use claim::{Claim, ClaimPart, Hold, HoldPart};
pub(crate) use command::for_each_verb;
pub use command::*;
pub use entry::{ACTOR_BYTES_MAX, Actor, Correction, Entry, Link, Links, Outcome, own_ids};
pub use fault::{Fault, FaultKind};
pub use ids::{
    AccountKey, BlockId, BlockKey, ClaimKey, GroupId, HoldTimeoutKey, ItemId, LockName, MemberKey, MerchantId, OfferId,
    PartnerId, PartnerKey, PointTypeId, ProgramId, ReceivableId, RequestKey, SchemeId, Sequence, SourceId, SourceKey,
    Subject, SubtypeId,
};
pub use item::{Item, ItemKey, ItemPosition};
pub use leg::{Debit, Granted, Leg, Moved, ReductionMethod, SpendWay};
pub use member::{Account, Balance, Member};
pub use offer::{
    AwardBasis, Offer, OfferClass, PartnerGroup, PartnerUnit, RefundSetup, Scheme, SettlementCatalog,
    SettlementSettings, SpendMethod,
};
pub use outcome::Receipt;
pub use own::{Own, OwnIds};
pub use partner::{Billing, Block, BlockOrder, BlockStatus, Partner, PartnerTerms};
pub use points::Points;
pub use program::{
    Enrolment, Expiry, NegativeBalance, NeverUsable, PointClass, PointType, Program, ProgramSettings, UseOrder,
};
pub use rate::{Rate, RateError, Rounding};
pub use receivable::{
    MonthKey, MonthSums, OwnerKey, PartnerCredit, PartnerCreditKey, PaymentPreference, Posting, PostingCause,
    PostingKey, PostingKind, Receivable, Receivables, Refund, RefundKey, RefundState, Standing,
};
pub use rejection::{Kind, Rejection, Setup};
pub use settlement::{
    AppliedRule, Cancels, Contribution, Event, EventKey, EventKind, Line, LineKey, Participant, RuleOwner, Run,
    RunCriteria, RunDueKey, RunKey, RunProgress, RunState, SettlementType,
};
pub use state::{BLOCK_MOVEMENTS, BlockState, BlockSums, MOVEMENTS, PointState, PointSums};
pub use time::{Date, Day, Span, TimeError, Timestamp, Unit, Zone};
pub use totals::{Totals, TotalsKey};
pub use versions::Versions;
pub use wide_id::{MemberId, RequestId, WideIdError};
