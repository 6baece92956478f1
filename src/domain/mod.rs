//! The words: ids, points, time, and the records and commands made of them; the tables they are kept in, by key. Plain
//! data, no rules.

mod agreement;
mod audit_kind;
mod audit_mark;
mod block;
mod catalog;
mod charge;
mod claim;
mod command;
mod currency;
mod entry;
mod evaluation;
mod expiry;
mod fault;
mod ids;
mod item;
pub mod keys;
mod ladder;
mod leg;
mod leg_parts;
mod list;
mod member;
mod missing;
mod numbers;
mod offer;
mod outcome;
mod own;
mod partner;
mod point_type;
mod points;
mod posting;
mod program;
mod rate;
mod receivable;
mod rejection;
mod request_page;
pub mod rollup;
mod settlement;
mod share;
mod skips;
mod source;
mod state;
pub mod tables;
mod tagged;
mod text;
mod tier;
mod time;
mod totals;
mod versions;
mod wide_id;

pub use agreement::{
    Agreement, AwardRules, ContributionRule, DocumentDefaults, LifeCycle, PeriodContribution, Priority, Reduction,
    SchemeChoice, SignUpRules, SpendRange, SpendRanges, SpendRules,
};
pub use audit_kind::AuditKind;
pub use audit_mark::{Mark, MarkKey, Marked, PROMPT_SECONDS};
pub use block::{Block, BlockKind, BlockStatus, BlockTurn, BlockTurnKey, OWN_BLOCKS_FROM, OpenBlockKey};
pub use catalog::{CatalogKey, Definition, Programs};
pub use charge::{
    Bill, BillKey, BillLine, BillLineKey, BillPart, Charge, ChargeCause, ChargeKey, Fee, FeeKey, PartnerEvent, Refund,
    UnbilledKey, UnbilledKeyTail,
};
pub use claim::*;
pub(crate) use command::for_each_verb;
pub use command::*;
pub use currency::{Currency, CurrencyError};
pub use entry::{ACTOR_BYTES_MAX, Actor, Correction, Entry, Link, Links, Outcome, own_ids};
pub use evaluation::{Evaluation, Period, Weekday};
pub use expiry::{Activity, Expiry, Inactivity};
pub use fault::{Fault, FaultKind};
pub use ids::{
    AccountKey, BlockId, BlockKey, ClaimKey, ForwardKey, GroupId, HoldTimeoutKey, HouseholdKey, ItemId, LockName,
    MemberKey, MerchantId, MergeKey, OfferId, PartnerId, PartnerKey, PointTypeId, ProgramId, ReceivableId, RequestKey,
    SchemeId, Sequence, SourceId, SourceKey, Subject, SubtypeId,
};
pub use item::{Item, ItemKey, ItemMore, ItemPosition};
pub use ladder::{Assessment, Ladder, QualifyingPeriod, Threshold, Tier};
pub use leg::{Leg, ReductionMethod, SpendWay};
pub use leg_parts::{Debit, Granted, Moved};
pub use member::{Account, AccountMore, Balance, Member, MemberMore, MemberStatus, Membership, PolicyDue};
pub use missing::{Kind, Setup};
#[doc(hidden)]
pub use numbers::{StoredNumber, stored_numbers};
pub use offer::{
    AwardBasis, Offer, OfferClass, PartnerGroup, PartnerUnit, RefundSetup, Scheme, SettlementCatalog,
    SettlementSettings, SpendMethod,
};
pub use outcome::Receipt;
pub use own::{Own, OwnIds};
pub use partner::{
    AutoCreation, Billing, BlockOrder, CreditCap, DueBlock, FeeAmount, OPEN_BLOCKS_KEPT, Partner, PartnerTerms,
    ScheduledFee,
};
pub use point_type::{
    HeldExpiry, Maximum, NegativeBalance, NegativeLimit, Overdraft, PointClass, PointType, TypeStatus, UseOrder,
    percent_of,
};
pub use points::Points;
pub use posting::ItemPosting;
pub use program::{Enrolment, NeverUsable, OnClosing, Program, ProgramSettings, ProgramStatus, SourceRule, Subtype};
pub use rate::{Rate, RateError, Rounding};
pub use receivable::{
    MonthKey, MonthSums, OwnerKey, PartnerCredit, PartnerCreditKey, PaymentPreference, Posting, PostingCause,
    PostingKey, PostingKind, Receivable, Receivables, RefundKey, RefundRequest, RefundState, Standing,
};
pub use rejection::Rejection;
pub use request_page::RequestPage;
pub use rollup::Rollup;
pub use settlement::{
    AppliedRule, Cancels, Contribution, Event, EventKey, EventKind, Line, LineKey, Participant, RuleOwner, Run,
    RunCriteria, RunDueKey, RunKey, RunProgress, RunState, SettlementType,
};
pub use share::{PARTS_MAX, SHARES_MAX, Share, split};
pub use skips::Skips;
pub use source::{
    Beyond, COUNTED_PARTS_MAX, CountKey, Counted, Counting, Inventory, InventoryChange, Limit, LimitScope, OpenWindow,
    PauseReason, Restriction, Source, SourceStatus, SourceTerms, Window,
};
pub use state::{AccountSums, BLOCK_MOVEMENTS, BlockState, BlockSums, MOVEMENTS, PointFate, PointState, PointSums};
pub use text::{Commitment, SALT_BYTES, TextKey, commitment, opened, stored};
pub use tier::{Qualified, TierId, TierState};
pub use time::{Date, Day, Span, TimeError, Timestamp, Unit, Zone};
pub use totals::{CohortKey, ExpiringKey, Figure, SourceDayKey, Sum, Totals, TotalsKey};
pub use versions::Versions;
pub use wide_id::{LongId, MemberId, RequestId, WideIdError, reading_long_ids, showing_long_ids};
