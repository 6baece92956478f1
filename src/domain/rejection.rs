//! Refusals: one list gives number, precedence, code, text and figures.

use super::tagged::tagged;
use super::{
    BlockId, Date, GroupId, Kind, MemberId, MerchantId, OfferId, PartnerId, PointTypeId, Points, Rate, ReceivableId,
    RefundState, SchemeId, Sequence, Setup, SourceId, SubtypeId, Timestamp,
};
use std::fmt;

/// Makes the list into [`Rejection`], with the text of each.
macro_rules! rejections {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])+ $number:literal $variant:ident $code:literal => $text:literal
        $({ $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)? })?
    ),+ $(,)? }) => {
        tagged! {
            $(#[$meta])*
            pub enum $name {
                $($(#[doc = $doc])+ $number $variant $code $({ $($(#[$fmeta])* $field: $type),* })?),+
            }
        }

        impl $name {
            /// Every code, in the order of precedence.
            pub const CODES: &'static [&'static str] = <$name as super::tagged::Tagged>::KINDS;
            /// What each code means, in the same order.
            pub const MEANINGS: &'static [&'static str] = &[$(concat!($($doc),+)),+];
        }

        #[cfg(feature = "cli")]
        impl $name {
            /// The names and schemas of each code's figures, in the same order.
            pub fn figures(generator: &mut schemars::SchemaGenerator) -> Vec<Vec<(&'static str, schemars::Schema)>> {
                vec![$(vec![$($((stringify!($field), generator.subschema_for::<$type>())),*)?]),+]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                #[allow(unused_variables, reason = "not every figure is in the text")]
                match self {
                    $($name::$variant $({ $($field),* })? => write!(f, $text),)+
                }
            }
        }
    };
}

rejections! {
    /// A business refusal: a value, with its figures. Nothing changed. Where several apply, the first of this list is
    /// told; only an overflow may be told before others. In JSON `kind` is its code.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    #[non_exhaustive]
    pub enum Rejection {
        /// The request id was used before, with another body.
        0 RequestIdReused "request_id_reused" => "request id used before, by entry {first}" {
            /** The entry that used it. */ first: Sequence,
        },
        /// No such program.
        1 ProgramUnknown "program_unknown" => "no such program",
        /// The program exists already.
        2 ProgramExists "program_exists" => "the program exists already",
        /// The transaction is dated too far ahead of the engine's clock.
        3 TransactionAhead "transaction_ahead" => "transaction dated ahead: at most {latest}" {
            /** The latest instant that would do. */ latest: Timestamp,
        },
        /// No such point type.
        4 PointTypeUnknown "point_type_unknown" => "no point type {point_type}" {
            /** The point type. */ point_type: PointTypeId,
        },
        /// The point type exists already.
        5 PointTypeExists "point_type_exists" => "point type {point_type} exists already" {
            /** The point type. */ point_type: PointTypeId,
        },
        /// The program has as many point types as it may (rule D06).
        6 PointTypeLimit "point_type_limit" => "the program has its {limit} point types" {
            /** How many it may have. */ limit: u16,
        },
        /// The program is a draft: nobody earns or spends (rule D17).
        100 ProgramDraft "program_draft" => "the program is not activated yet",
        /// The program is active already.
        101 ProgramActive "program_active" => "the program is active already",
        /// A program without a subtype cannot be activated (rule D17).
        102 NoSubtype "no_subtype" => "the program has no subtype",
        /// The program has no such subtype.
        103 SubtypeUnknown "subtype_unknown" => "no subtype {subtype}" { /** The subtype. */ subtype: SubtypeId },
        /// The subtype exists already.
        104 SubtypeExists "subtype_exists" => "subtype {subtype} exists already" {
            /** The subtype. */ subtype: SubtypeId,
        },
        /// The point type is inactive: nobody earns or spends it, and it can only be activated (rule E17).
        105 PointTypeInactive "point_type_inactive" => "point type {point_type} is inactive" {
            /** The point type. */ point_type: PointTypeId,
        },
        /// Default types of one program share one order of use (rule E63).
        106 MixedOrder "mixed_order" => "default point type {point_type} has another order of use" {
            /** A default type. */ point_type: PointTypeId,
        },
        /// Points roll over into other types, never back (rule E79).
        107 RolloverCycle "rollover_cycle" => "points would roll over into point type {point_type}, from which they come" {
            /** The point type that the chain comes back to. */ point_type: PointTypeId,
        },
        /// The program has no default type, and the command names none.
        108 NoDefaultType "no_default_type" => "the program has no default point type, and none was named",
        /// No such partner.
        7 PartnerUnknown "partner_unknown" => "no partner {partner}" { /** The partner. */ partner: PartnerId },
        /// The partner exists already.
        8 PartnerExists "partner_exists" => "partner {partner} exists already" {
            /** The partner. */ partner: PartnerId,
        },
        /// The terms have no fee of this name.
        200 FeeUnknown "fee_unknown" => "the partner's terms have no such fee",
        /// A prepaid partner gets no bills (rule A26).
        201 PartnerPrepaid "partner_prepaid" => "partner {partner} is prepaid and gets no bills" {
            /** The partner. */ partner: PartnerId,
        },
        /// The partner has no bill that is being made.
        202 NoOpenBill "no_open_bill" => "the partner has no open bill",
        /// The partner's last bill is still being made.
        203 BillOpen "bill_open" => "bill {bill} is still being made" { /** Its number. */ bill: u32 },
        /// The partner is billed up to a later cut-off already (rule A27).
        204 BilledAlready "billed_already" => "billed until {billed_until} already" {
            /** The last cut-off. */ billed_until: Timestamp,
        },
        /// The cut-off of a bill is ahead of the engine's time.
        205 CutOffAhead "cut_off_ahead" => "the cut-off is ahead: at most {latest}" {
            /** The latest instant that would do. */ latest: Timestamp,
        },
        /// The transaction is no fee (rule B36).
        206 NotAFee "not_a_fee" => "the transaction is no fee",
        /// The fee is refunded already (rule B39).
        207 AlreadyRefunded "already_refunded" => "refunded already, by entry {refund}" {
            /** The entry that refunded it. */ refund: Sequence,
        },
        /// A post-paid partner has no blocks (rule A25).
        9 PartnerPostPaid "partner_post_paid" => "partner {partner} is post-paid and has no blocks" {
            /** The partner. */ partner: PartnerId,
        },
        /// No such block.
        10 BlockUnknown "block_unknown" => "no block {block}" { /** The block. */ block: BlockId },
        /// The partner has a block of this id already.
        11 BlockExists "block_exists" => "block {block} exists already" { /** The block. */ block: BlockId },
        /// The block is approved already.
        12 BlockNotPending "block_not_pending" => "block {block} is not pending" { /** The block. */ block: BlockId },
        /// The block was rejected or cancelled before.
        208 BlockClosed "block_closed" => "block {block} is closed" { /** The block. */ block: BlockId },
        /// The block is not approved, or not within its validity (rule B09).
        209 BlockNotActive "block_not_active" => "block {block} is not active" { /** The block. */ block: BlockId },
        /// More than what is left in the block (rules B23, B28, B33).
        210 ExceedsBlock "exceeds_block" => "block {block} has {available} points, short by {short}" {
            /// The block.
            block: BlockId,
            /// Left in it.
            available: Points,
            /// Missing.
            short: Points,
        },
        /// The block has expired, or would before it starts.
        13 BlockExpired "block_expired" => "block {block} expires at {expires_at}" {
            /// The block.
            block: BlockId,
            /// When.
            expires_at: Timestamp,
        },
        /// The partner has too many open blocks to change their order.
        14 BlockLimit "block_limit" => "the partner has more than {limit} open blocks" {
            /** With how many it could be done. */ limit: u32,
        },
        /// No such member.
        15 MemberUnknown "member_unknown" => "no such member",
        /// The member is enrolled already.
        16 MemberExists "member_exists" => "the member is enrolled already",
        /// The member may not earn or spend.
        120 MemberClosed "member_closed" => "the member is closed",
        /// The member may not spend.
        121 MemberBlocked "member_blocked" => "the member is blocked for spending",
        /// It is a household, or it is none.
        122 NotAHousehold "not_a_household" => "the member is not a household",
        /// A household belongs to no other.
        123 IsAHousehold "is_a_household" => "the member is a household",
        /// The member belongs to a household already (rule D37).
        124 InHousehold "in_household" => "the member belongs to household {household} already" {
            /** Which. */ household: MemberId,
        },
        /// The member belongs to no household.
        125 NoHousehold "no_household" => "the member belongs to no household",
        /// The household has as many members as it may.
        126 HouseholdLimit "household_limit" => "the household has {limit} members" {
            /** How many it may have. */ limit: u32,
        },
        /// The other member was not merged into this one.
        127 NotMerged "not_merged" => "the other member was not merged into this one",
        /// What is owed or borne for points of both cannot be told apart any more.
        128 MergeEntangled "merge_entangled" => "claims for cancelled accruals stand against points of both members",
        /// Every award must name a source (rule E05).
        250 SourceRequired "source_required" => "award {place} names no source" {
            /** The award's place in the accrual. */ place: u16,
        },
        /// No such source.
        251 SourceUnknown "source_unknown" => "no source {source}" { /** The source. */ source: SourceId },
        /// The source exists already.
        252 SourceExists "source_exists" => "source {source} exists already" { /** The source. */ source: SourceId },
        /// A source needs at least one point type to give (rule E90).
        253 SourceWithoutTypes "source_without_types" => "source {source} would have no point type" {
            /** The source. */ source: SourceId,
        },
        /// The source may not give points of this type (rule E68).
        254 SourceNotLinked "source_not_linked" => "source {source} gives no points of type {point_type}" {
            /// The source.
            source: SourceId,
            /// The point type.
            point_type: PointTypeId,
        },
        /// The source is paused: it gives no points, and its terms do not change (rule E24).
        255 SourcePaused "source_paused" => "source {source} is paused" { /** The source. */ source: SourceId },
        /// The source is archived.
        256 SourceArchived "source_archived" => "source {source} is archived" { /** The source. */ source: SourceId },
        /// The source is active (rule E28).
        257 SourceActive "source_active" => "source {source} is active: pause it first" {
            /** The source. */ source: SourceId,
        },
        /// Archiving has to be confirmed (rule E29).
        258 NeedsConfirm "needs_confirm" => "archiving source {source} expires {left} points of its inventory: confirm it" {
            /// The source.
            source: SourceId,
            /// What would expire.
            left: Points,
        },
        /// The source has an inventory: it is modified, not set again (rule E101).
        259 InventoryExists "inventory_exists" => "source {source} has an inventory: modify it" {
            /** The source. */ source: SourceId,
        },
        /// The source has no inventory.
        260 InventoryUnset "inventory_unset" => "source {source} has no inventory" {
            /** The source. */ source: SourceId,
        },
        /// The inventory of the source is 0 (rule E25).
        261 InventoryEmpty "inventory_empty" => "the inventory of source {source} is 0" {
            /** The source. */ source: SourceId,
        },
        /// More than the inventory of the source holds (rules E100, E102).
        262 InventoryExceeded "inventory_exceeded" => "source {source} has only {left} points left" {
            /// The source.
            source: SourceId,
            /// What is left.
            left: Points,
        },
        /// More than the source may give in this time (rules E95 to E98).
        263 LimitReached "limit_reached" => "restriction {restriction} of source {source} leaves {left} points" {
            /// The source.
            source: SourceId,
            /// The restriction.
            restriction: u16,
            /// What it still allows.
            left: Points,
        },
        /// The source has no such restriction.
        264 RestrictionUnknown "restriction_unknown" => "source {source} has no restriction {restriction}" {
            /// The source.
            source: SourceId,
            /// The restriction.
            restriction: u16,
        },
        /// No such offer.
        301 OfferUnknown "offer_unknown" => "no offer {offer}" { /** The offer. */ offer: OfferId },
        /// No such partner group.
        302 GroupUnknown "group_unknown" => "no partner group {group}" { /** The group. */ group: GroupId },
        /// The partner is no unit.
        303 UnitUnknown "unit_unknown" => "partner {partner} is no unit" { /** The partner. */ partner: PartnerId },
        /// The unit represents another merchant (rule C11).
        304 UnitTaken "unit_taken" => "the unit represents merchant {merchant}" {
            /** That merchant. */ merchant: MerchantId,
        },
        /// The unit has a group; only a switch moves it (rule C13).
        305 GroupReadOnly "group_read_only" => "the unit belongs to group {group}: switch_group moves it" {
            /** Its group. */ group: GroupId,
        },
        /// No such scheme.
        300 SchemeUnknown "scheme_unknown" => "no scheme {scheme}" { /** The scheme. */ scheme: SchemeId },
        /// There is no such agreement.
        306 AgreementUnknown "agreement_unknown" => "there is no such agreement",
        /// There is an agreement already (rule C61).
        307 AgreementExists "agreement_exists" => "there is an agreement, of version {version}" {
            /** Its version. */ version: u32,
        },
        /// The agreement was changed meanwhile.
        308 AgreementChanged "agreement_changed" => "the agreement has version {version}" {
            /** Its version. */ version: u32,
        },
        /// No such contribution rule.
        309 RuleUnknown "rule_unknown" => "the agreement has no rule {rule}" { /** The rule's number. */ rule: u32 },
        /// A percentage is not between 0 and 100 (rules C52, C58).
        310 PercentageOutOfRange "percentage_out_of_range" => "{percentage} percent; between 0 and 100" {
            /** The percentage. */ percentage: Rate,
        },
        /// Two periods of a rule overlap (rule C59).
        311 PeriodOverlap "period_overlap" => "two periods have the day {date}" {
            /** The first day that both have. */ date: Date,
        },
        /// Partners take no part in offers of this classification (rule C09), or rules cannot name them (rule C57).
        312 ClassNotAllowed "class_not_allowed" => "offer {offer} has a classification that does not go here" {
            /** The offer. */ offer: OfferId,
        },
        /// The receivable is not there, or not this owner's (rule C12).
        313 ReceivableUnknown "receivable_unknown" => "the owner has no receivable {receivable}" {
            /** The receivable. */ receivable: ReceivableId,
        },
        /// The receivable exists already.
        314 ReceivableExists "receivable_exists" => "the owner has receivable {receivable} already" {
            /** The receivable. */ receivable: ReceivableId,
        },
        /// The owner has a primary receivable (rule C112).
        315 PrimaryExists "primary_exists" => "receivable {receivable} is the primary one" {
            /** That one. */ receivable: ReceivableId,
        },
        /// Something is not set up (rules C73, C107).
        316 NotConfigured "not_configured" => "not set up: {missing:?}" { /** What is missing. */ missing: Setup },
        /// A merchant, scheme or offer is not in force (rules C14, C47, C57).
        317 NotEffective "not_effective" => "{what:?} {id} is not effective" {
            /// Of what kind.
            what: Kind,
            /// Its id.
            id: u32,
        },
        /// The scheme is not accessible to the partner (rule C47).
        318 NotAccessible "not_accessible" => "scheme {scheme} is not accessible to partner {partner}" {
            /// The scheme.
            scheme: SchemeId,
            /// The partner.
            partner: PartnerId,
        },
        /// The merchant does not use this scheme (rules C19, C45).
        319 SchemeNotUsed "scheme_not_used" => "partner {partner} does not use scheme {scheme} for it" {
            /// The scheme.
            scheme: SchemeId,
            /// The partner.
            partner: PartnerId,
        },
        /// New members are not signed up here (rule C42).
        320 NewMembersNotAllowed "new_members_not_allowed" => "partner {partner} signs up no new members" {
            /** The partner. */ partner: PartnerId,
        },
        /// Members of the merchant's own group are left out (rules C16, C20, C43).
        321 OwnGroupNotAllowed "own_group_not_allowed" => "partner {partner} leaves out members of its own group {group}" {
            /// The partner.
            partner: PartnerId,
            /// The group.
            group: GroupId,
        },
        /// Members of other groups are left out, or this one does not collaborate (rules C17, C21, C44, C111).
        322 OtherGroupNotAllowed "other_group_not_allowed" => "partner {partner} leaves out members of group {group}" {
            /// The partner.
            partner: PartnerId,
            /// The group.
            group: GroupId,
        },
        /// The member takes part in none of the merchant's schemes (rules C18, C22).
        323 NoCommonScheme "no_common_scheme" => "the member takes part in no scheme of partner {partner}" {
            /** The partner. */ partner: PartnerId,
        },
        /// The amounts depend on the scheme, and none is named (rule C25).
        324 SchemeMissing "scheme_missing" => "name the scheme: the amounts depend on it",
        /// Less than may be spent at a time (rules C23, C27).
        325 SpendBelowMinimum "spend_below_minimum" => "{amount}; at least {minimum} at a time" {
            /// What was to be spent.
            amount: Points,
            /// At least this.
            minimum: Points,
        },
        /// More than may be spent at a time (rules C24, C28).
        326 SpendAboveMaximum "spend_above_maximum" => "{amount}; at most {maximum} at a time" {
            /// What was to be spent.
            amount: Points,
            /// At most this.
            maximum: Points,
        },
        /// There is nothing in the wallet, or nothing left to pay.
        327 NothingToSpend "nothing_to_spend" => "nothing can be spent",
        /// The member has no payment preference (rule C108).
        328 NoPaymentPreference "no_payment_preference" => "the member has no payment preference",
        /// The command's reference has to identify the member with the provider (rule C108).
        333 ReferenceMissing "reference_missing" => "the reference has to identify the member with the provider",
        /// No such request for a refund.
        329 RefundUnknown "refund_unknown" => "no such request for a refund",
        /// The gateway has answered already (rule C110).
        330 RefundNotPending "refund_not_pending" => "the refund is {state:?}" {
            /** What became of it. */ state: RefundState,
        },
        /// No such settlement run.
        331 RunUnknown "run_unknown" => "no such settlement run",
        /// The run is in another state (rule C80).
        332 RunState "run_state" => "the run is {state:?}" { /** Its state. */ state: super::RunState },
        /// Points of this type are not for spending (rule D31).
        17 NotRedeemable "not_redeemable" => "points of type {point_type} are not redeemable" {
            /** The point type. */ point_type: PointTypeId,
        },
        /// Points of this type do not count toward a tier.
        111 NotQualifying "not_qualifying" => "points of type {point_type} are not qualifying" {
            /** The point type. */ point_type: PointTypeId,
        },
        /// The points would expire before they can be used (rules D57, D58).
        18 NeverUsable "never_usable" => "award {place} would never be usable: from {available_from}, expires {expires_at}" {
            /// The award's place in the accrual.
            place: u16,
            /// When they would become available.
            available_from: Timestamp,
            /// When they would expire.
            expires_at: Timestamp,
        },
        /// The transaction to cancel is unknown.
        19 TransactionUnknown "transaction_unknown" => "no such transaction",
        /// Transactions of this kind cannot be cancelled.
        20 NotCancellable "not_cancellable" => "a transaction of this kind cannot be cancelled",
        /// The accrual has no such award, or several and none was named.
        21 AwardUnknown "award_unknown" => "name one of the {awards} awards of the transaction, from 0" {
            /** How many awards it has. */ awards: u16,
        },
        /// The member has no such item that has matured.
        112 ItemUnknown "item_unknown" => "the member has no matured item {sequence}.{place}" {
            /// The entry that granted it.
            sequence: Sequence,
            /// Its place.
            place: u16,
        },
        /// Nothing is left of the item.
        113 ItemClosed "item_closed" => "nothing is left of item {sequence}.{place}" {
            /// The entry that granted it.
            sequence: Sequence,
            /// Its place.
            place: u16,
        },
        /// Nothing has expired of the item.
        114 ItemNotExpired "item_not_expired" => "nothing has expired of item {sequence}.{place}" {
            /// The entry that granted it.
            sequence: Sequence,
            /// Its place.
            place: u16,
        },
        /// The items would expire at once.
        115 ExpiryOver "expiry_over" => "{expires_at} is past" { /** When they would expire. */ expires_at: Timestamp },
        /// No such hold.
        27 HoldUnknown "hold_unknown" => "no such hold",
        /// The hold would time out before it begins.
        30 HoldOver "hold_over" => "the hold would time out at {times_out_at}, which is past" {
            /** When it would time out. */ times_out_at: Timestamp,
        },
        /// More than what is still held.
        28 HoldExceeds "hold_exceeds" => "only {left} points are still held" { /** Points still held. */ left: Points },
        /// Nobody transfers points to himself.
        29 SameMember "same_member" => "both are the same member",
        /// More than what is left to cancel.
        22 CancelExceeds "cancel_exceeds" => "only {left} points are left to cancel" {
            /** Points that can still be cancelled. */ left: Points,
        },
        /// The partner's usable blocks hold too little (rule A06).
        23 InsufficientPartnerPoints "insufficient_partner_points" => "partner {partner} has {available} points, short by {short}" {
            /// The partner.
            partner: PartnerId,
            /// In its usable blocks.
            available: Points,
            /// Missing.
            short: Points,
        },
        /// The member has too few redeemable points.
        24 InsufficientPoints "insufficient_points" => "{available} points of type {point_type} available, short by {short}" {
            /// The kind of points.
            point_type: PointTypeId,
            /// Redeemable now.
            available: Points,
            /// Missing: more than the largest number of points where the member owes much.
            short: u64,
        },
        /// The member's default accounts have too few points (rule E62).
        109 InsufficientDefaults "insufficient_defaults" => "{available} points available in all default accounts, short by {short}" {
            /// Redeemable now.
            available: Points,
            /// Missing.
            short: u64,
        },
        /// The account would have more points than it may (rule E67).
        110 MaximumBalance "maximum_balance" => "at most {maximum} points of type {point_type}: there is room for {room}" {
            /// The kind of points.
            point_type: PointTypeId,
            /// How many there may be.
            maximum: Points,
            /// How many more there may be.
            room: Points,
        },
        /// It would touch more items than one command may.
        25 TooManyItems "too_many_items" => "more than {limit} items in one command: {points} points can be taken at once" {
            /// How many it may touch.
            limit: u32,
            /// How many points the first of them hold.
            points: Points,
        },
        /// A sum would not fit in 64 bits, or an instant would lie past the year 9999.
        26 Overflow "overflow" => "a sum does not fit",
    }
}

impl std::error::Error for Rejection {}
