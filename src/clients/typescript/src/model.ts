// The types, operations and problems of AccrueDB. Made by src/clients/generate.py from the OpenAPI document. Not to be changed by hand.

import { Base, How, Pages, Refused } from "./base.js";

/** What a member does that may count as activity (rule E85). */
export type Activity = "accrue" | "redeem" | "hold" | "transfer" | "adjust";
/** What an offer's award is for. */
export type AwardBasis = "purchase" | "accumulation";
/** What happens to an accrual beyond an inventory or a limit (rules E95, E100). */
export type Beyond = "reject" | "clip";
/** When a partner pays (rules A09, A25). */
export type Billing = "prepaid" | "post_paid";
/** A block of points that a partner bought; unique within the partner. */
export type BlockId = number;
/** Where a block comes from. In the order of debit (rules A15, A21). */
export type BlockKind = "regular" | "auto" | "reserve";
/** Which of a partner's blocks is debited first (rule B13). Ties: the order in which they were bought. */
export type BlockOrder = "earliest_expiry" | "earliest_start" | "created";
/** Why a partner is charged. */
export type ChargeCause = "purchase" | "auto_creation" | "reserve_usage" | "block_purchase_due" | "reserve_returned" | "purchase_cancelled";
/** How an accrual with several awards of one source counts (rule E91). */
export type Counting = "each_award" | "once";
/** How much a credit adjustment may add to a block (rules B28, B30). */
export type CreditCap = "none" | "available";
export type Currency = string;
export type Cursor = string | null;
/** a civil date, like 2026-03-01 */
export type CivilDate = string;
/** Whether an adjustment takes points or adds some. */
export type Direction = "debit" | "credit";
/** Whether members must be enrolled before they earn. */
export type Enrolment = "explicit" | "on_first_accrual";
/** What an event does to a partner's receivable. */
export type EventKind = "purchase" | "spend" | "cancelled_purchase" | "cancelled_spend";
/** What a payment gateway answered. */
export type GatewayAnswer = "ok" | "failed";
/** A group of partners. */
export type GroupId = number;
/** What becomes of held points whose item expires meanwhile. */
export type HeldExpiry = "honour" | "expire";
/** What changed an inventory. */
export type InventoryChange = "set" | "modified" | "drawn" | "returned" | "expired";
/** A kind of definition. */
export type Kind = "merchant" | "scheme" | "offer";
/** Whether something is in force (rules C14, C62). */
export type LifeCycle = "effective" | "not_effective";
/** Whose points a limit counts. */
export type LimitScope = "member" | "source";
/** an integer, a UUID, or up to 255 printable ASCII characters without blanks */
export type MemberId = string | number;
/** Whether a member earns and spends. */
export type MemberStatus = "active" | "blocked" | "closed";
/** A merchant that a partner represents. */
export type MerchantId = number;
/** Whether an account may owe points after a cancellation (rules E64 to E66). */
export type NegativeBalance = "allowed" | "refused";
/** What happens to points that would expire before they can be used (rules D57, D58). */
export type NeverUsable = "refuse" | "allow";
/** The classification of an offer. Partners take part in the eleven that need a customer event (rules C09, C10). */
export type OfferClass = "just_money" | "reward_achievement" | "reward_behavior" | "reward_financial_achievement" | "reward_loyalty_transaction_amount_based" | "reward_loyalty_transaction_number_based" | "reward_loyalty_item_quantity_based" | "reward_referrals" | "utilise_free_capacity" | "increase_revenue_product_based" | "increase_revenue_transaction_based" | "without_event";
/** A reward offer of a scheme. */
export type OfferId = number;
/** What becomes of the points of a member who is closed. */
export type OnClosing = "keep" | "expire";
/** What a partner is to be told of: once each time its points cross a mark. */
export type PartnerEvent = "points_low" | "reserve_touched" | "block_expiring";
/** A partner of a program: the one who pays for points. */
export type PartnerId = number;
/** A part of the calendar, in the program's zone. */
export type Period = "month" | "quarter" | "year";
/** Whether points of a type are for spending or for counting. */
export type PointClass = "redeemable" | "qualifying" | "both";
/** A kind of points of a program. */
export type PointTypeId = number;
/**
 * A number of points (or of a partner's points). Arithmetic is checked: a sum that does not fit is `None`, which
 * a rule turns into a refusal.
 */
export type Points = number;
/** What a posting is. */
export type PostingKind = "invoice" | "credit_note" | "debit" | "credit";
/** Which of several contribution rules goes first (rule C53). */
export type Priority = "low" | "normal" | "medium" | "high";
/** A loyalty program. */
export type ProgramId = number;
/** Whether a program gives points (rule D17). */
export type ProgramStatus = "active" | "draft";
/** an exact rate: a decimal like 0.1 or a fraction like 1/3, as text */
export type Rate = string;
/** A receivable; unique with its owner. */
export type ReceivableId = number;
/** Where a discount is given (rules C38, C39). */
export type ReductionMethod = "front_end" | "back_end";
/** What became of a request for a refund (rules C106, C110). */
export type RefundState = "pending" | "settled" | "failed" | "cancelled";
/** an integer, a UUID, or up to 255 printable ASCII characters without blanks */
export type RequestId = string | number;
/** How a fraction of a point is rounded. */
export type Rounding = "half_up" | "down" | "up";
/** What becomes of a contribution rule of the group that is left (rule C96). */
export type RuleTransfer = "move" | "copy";
/** Where a run is in its life (rule C80). */
export type RunState = "draft" | "saved" | "submitted" | "completed";
/** A reward scheme that partners share. */
export type SchemeId = number;
/** The place of an entry in the journal: 1, 2, 3, ... without holes. */
export type Sequence = number;
/** Whether a run debits receivables, credits them, or both (rule C85). */
export type SettlementType = "debit_and_credit" | "debit" | "credit";
/** What has to be set up first. */
export type Setup = "settlement_settings" | "refund_setup" | "refund_method" | "refund_type" | "refund_provider" | "payment_run";
/** What points come from: a promotion, an offer, a campaign. */
export type SourceId = number;
/** Whether awards must name a source (rule E05). */
export type SourceRule = "optional" | "required";
/** Whether a source gives points (rule E19). */
export type SourceStatus = "active" | "paused" | "exhausted" | "archived";
/** How the award of an offer is spent. */
export type SpendMethod = "wallet" | "spend_instantly";
/** How a member came to spend. */
export type SpendWay = "instant" | "automatic" | "requested" | "credited";
/** Whether a receivable is the one that settlement posts to. */
export type Standing = "primary" | "other";
/** Why points were given: a reason for reports, with no effect of its own (rule D13). */
export type SubtypeId = number;
/** A step of a program's ladder. */
export type TierId = number;
/** an instant in RFC 3339, like 2026-03-01T12:00:00Z */
export type Timestamp = string;
/** Whether accounts of a type are in use (rules E10, E11, E17). */
export type TypeStatus = "active" | "inactive";
/** The unit of a [`Span`]. */
export type Unit = "days" | "weeks" | "months" | "years";
/** Which points of an account go first (rule D22). Ties: the order in which they were issued. */
export type UseOrder = "earliest_expiry" | "first_in";
/** A day of the week. */
export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
/** an IANA time zone, like Europe/Vienna */
export type Zone = string;

/** Gives a member points: one transaction, one point item for each award (rules D18 to D20). */
export interface AccrueBody {
  /** 1 to 64 awards; all are given, or none. */
  awards: Array<Award>;
  /** Who earns. */
  member: MemberId;
  /** Who pays; without one, the host. */
  partner?: PartnerId | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/**
 * Gives a member points that several partners fund, each by its share. All of them pay, or nothing is given. The
 * points of each award are split among the partners in the ratio of their parts, rounded so that they add up;
 * each pays for its own by its own terms. What is cancelled goes back to each partner's own blocks.
 */
export interface AccrueSharedBody {
  /** 1 to 64 awards; all are given, or none. */
  awards: Array<Award>;
  /** Who earns. */
  member: MemberId;
  reference?: string | null;
  /** Who pays, and how much: 1 to 16 partners, each once. Items name the first as their partner. */
  shares: Array<Share>;
  transaction_at?: Timestamp | null;
}

/** Records what a payment gateway answered to a request for a refund, once (rule C110). */
export interface AcknowledgeRefundBody {
  /** What the gateway answered. */
  answer: GatewayAnswer;
  /** The spend's place in it: 1 the instant one, 2 the automatic one. */
  place: number;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Lets members of a draft earn and spend. It needs a default subtype (rule D17). */
export interface ActivateProgramBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/**
 * Corrects the points of an active block (rules B09, B14 to B30). It needs a `transaction_at` (rule B16), is
 * never changed, and makes no points of members.
 */
export interface AdjustBlockBody {
  /** Why: 1 to 256 bytes (rule B22). */
  description: string;
  /** Whether points are taken or added. */
  direction: Direction;
  /** How many, more than 0. */
  points: Points;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Gives a member points, or takes some, by hand. It is neither an issue nor a redemption in any report. */
export interface AdjustBody {
  /** When given points expire; a span counts from the transaction. Default: as the point type says. */
  expires?: Expiry | null;
  /** Whose points. */
  member: MemberId;
  /** The kind of points. */
  point_type: PointTypeId;
  /** How many: more than 0 are given, less than 0 are taken, from the items next in order. */
  points: Points;
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  /** Why they are given, for reports. Default: the program's default subtype. */
  subtype?: SubtypeId;
  transaction_at?: Timestamp | null;
}

/** An agreement of a partner or of a group. */
export interface Agreement {
  /** Which members are rewarded. */
  award: AwardRules;
  description: string;
  /** Whose it is, where it is a group's. */
  group?: GroupId | null;
  life_cycle: LifeCycle;
  /** Its number within the program (rule C60). */
  number: number;
  /** Whose it is, where it is a partner's own. */
  partner?: PartnerId | null;
  /** How instant and automatic spends are handled. */
  reduction: Reduction;
  /** Who contributes how much of an award. */
  rules: Array<ContributionRule>;
  sign_up: SignUpRules;
  /** Which members spend, and how much. */
  spend: SpendRules;
  /** The version: lines name the one that they applied. */
  version: number;
}

/**
 * Makes a bought block usable (rules A31, A32). A regular block is charged for with this (rule B10), a reserve
 * block only as far as it is used (rule A35).
 */
export interface ApproveBlockBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Puts a paused source away; what is left of its inventory expires (rules E26, E28 to E30). */
export interface ArchiveSourceBody {
  /** Must be true: what is left of the inventory is lost. */
  confirm?: boolean;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** A line of the audit log. */
export interface AuditLine {
  /** The id of the token that asked; null where the command came another way. */
  actor?: string | null;
  /** Of added points: taken back by a cancellation or an adjustment. */
  amount_cancelled?: Points | null;
  /** Of added points: expired. */
  amount_expired?: Points | null;
  /** Of added points: gone to another member or another account. */
  amount_moved?: Points | null;
  /** Of added points: redeemed, gone into a debt, or kept as a fee. */
  amount_spent?: Points | null;
  /** How many more points the member owes. */
  debt: number;
  /** Its number: the entry, and the leg's place in it. */
  id: string;
  /** The point item: the accrual's entry and the award's place in it. */
  item?: string | null;
  /** Of added points: left, waiting, or set aside. */
  left?: Points | null;
  /** Whose points. */
  member?: MemberId | null;
  /** How many more points the account (for an inventory, the source) has; less than 0: how many fewer. */
  modification: number;
  /** When it happened: the instant of an expiry, else that of the transaction, as it was given. */
  occurred_at: Timestamp;
  point_type?: PointTypeId | null;
  /** When it was recorded. */
  recorded_at: Timestamp;
  /** The caller's own text. */
  reference?: string | null;
  /** The same, for people. */
  reference_type: string;
  source?: SourceId | null;
  subtype?: SubtypeId | null;
  /** The type of the transaction. */
  transaction_type: string;
  /** What was asked, in one word. */
  verb: string;
}

/** How blocks of a prepaid partner are created when its points run out (rules A20 to A24). */
export interface AutoCreation {
  /** When a new block expires; a span counts from its creation. Default: never. */
  expires?: Expiry;
  /** A block is created when the regular points come down to this. Default: 0. */
  reorder_limit?: Points;
  /** Points of a new block, more than 0. An accrual that needs more makes the block a multiple of it. */
  size: Points;
  /** What a point of it costs. Default: 0. */
  unit_price?: Rate;
}

/** The points of one promotion within an accrual. */
export interface Award {
  /**
   * When they expire; a span counts from the transaction. Default: as the point type says. Qualifying points
   * expire only where their type has an expiry (rule D33): where it has none, this is ignored.
   */
  expires?: Expiry | null;
  /** The kind of points. */
  point_type: PointTypeId;
  /** How many, more than 0. 0 where `spend` says how they are computed. */
  points?: Points;
  /** The promotion that gives them. */
  source?: SourceId | null;
  /** What the member spent, and how many points that gives. Default: `points` says it. */
  spend?: Spend | null;
  /** When they become available. Qualifying points always count at once (rule D55). */
  start?: Start;
  /** Why they are given, for reports only (rule D13). Default: 0. */
  subtype?: SubtypeId;
}

/** Awards and spends of one group. What was not asked for is null. */
export interface AwardReportRow {
  /** Awards and spends in minor units, exactly; cancellations count against what they cancel. */
  amount_exact?: string | null;
  brand?: string | null;
  /** What partners bear or are credited with, exactly. */
  contribution_exact?: string | null;
  /** How many events, exactly. */
  events_exact?: string | null;
  /** What the host bears, exactly. */
  host_exact?: string | null;
  kind?: string | null;
  medium?: string | null;
  member?: string | null;
  /** As `2026-03`, in the program's zone. */
  month?: string | null;
  offer?: string | null;
  partner?: string | null;
  /** The contribution rule that was applied. */
  rule?: string | null;
  scheme?: string | null;
  /** `settled` or `unsettled`. */
  state?: string | null;
}

/** Which members a merchant rewards. */
export interface AwardRules {
  /** Refuses events of members who take part in none of its schemes (rules C18, C64). Default: no. */
  block_without_scheme?: boolean | null;
  /** Rewards members whom a collaborating group owns (rule C17). Default: yes. */
  collaborating?: boolean | null;
  /** Rewards members whom its own group owns (rule C16). Default: yes. */
  own_group?: boolean | null;
  /** The schemes that it awards in (rules C19, C65). Default: all. */
  schemes?: SchemeChoice | null;
}

/** The name of a backup. */
export interface Backup {
  /** Letters, digits, `-` and `_`; up to 64. There must be no such backup yet. */
  name: string;
}

/** The balance of one account (rules D28, D29, D31, D51 to D55). */
export interface Balance {
  /** Redeemable now; below 0 where the member owes points. */
  available: Points;
  /** Owed. */
  debt: Points;
  /** Granted, but not available yet. */
  future: Points;
  /** Set aside by holds. */
  held: Points;
  /** Ever granted, less cancelled. */
  lifetime: Points;
  /** Whose it is. */
  member: MemberId;
  /** The kind of points. */
  point_type: PointTypeId;
  /** Counting toward a tier. */
  qualifying: Points;
}

/** A bill. */
export interface Bill {
  /** What it comes to, by currency: `12.5 EUR`. */
  amount: string;
  /** Its number, from 1. */
  bill: number;
  /** The entry that closed it. */
  closed?: Sequence | null;
  /** The cut-off of the bill before. */
  from?: Timestamp | null;
  lines: number;
  /** The entry that opened it. */
  opened: Sequence;
  /** What is owed under each version of the terms. */
  parts: Array<BillPart>;
  /** Partner points owed, exactly; below 0 where more was cancelled than given. */
  points_exact: string;
  /** The request that opened it. */
  request_id: RequestId;
  /** `open` while it is being made, then `closed`. */
  state: string;
  /** Its own cut-off. */
  until: Timestamp;
}

/** A line of a bill. */
export interface BillLine {
  /** The entry that was cancelled. */
  cancels?: Sequence | null;
  member: MemberId;
  /** The award's place in it. */
  place: number;
  /** Partner points owed; below 0 where they were cancelled. */
  points: Points;
  /** The entry that gave the points, or took them back. */
  sequence: Sequence;
  /** The version of the terms whose price counts. */
  terms: number;
  transaction_at: Timestamp;
}

/** What a bill says of one version of the terms. */
export interface BillPart {
  currency: Currency;
  points: Points;
  /** What a point costs. */
  price: Rate;
  /** The version. */
  terms: number;
}

/**
 * Bills a post-paid partner for all that happened since the last bill, up to a cut-off (rules A26 to A29). The
 * first step of it: a bill of many lines goes on by [`ContinueBill`].
 */
export interface BillPartnerBody {
  /** Lines of a step, 1 to 10,000. Default: 1,000. */
  lines_max?: number | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
  /** Up to when. */
  until: BillUntil;
}

export interface BillUntil {
  date?: CivilDate;
  instant?: Timestamp;
  kind: "at" | "day" | "month" | "week";
}

/** A block. */
export interface Block {
  block: BlockId;
  /** The entry that bought it. */
  created: Sequence;
  debited: Points;
  expired: Points;
  expires_at?: Timestamp | null;
  purchased: Points;
  remaining: Points;
  starts_at: Timestamp;
  /** `pending`, `future`, `usable`, `used_up`, `expired`, `rejected` or `cancelled`. */
  state: string;
  /** What a point cost, for the record (rule B15). */
  unit_price: Rate;
}

/** When a block will end. */
export interface BlockForecast {
  block: BlockId;
  /** When it ends: used up, or expired. */
  ends_at: Timestamp;
  /** Points that will be left in it when it expires, exactly. */
  lost_exact: string;
  /** Points left in it now. */
  remaining: Points;
}

export interface CancelAmount {
  kind: "award" | "points" | "whole";
  place?: number;
  points?: Points;
}

/** Takes a block back: what is left of it is gone, and a regular block's charge is lowered by as much. */
export interface CancelBlockBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/**
 * Undoes an accrual, a redemption, a capture or a transfer (rule D45). The original stays; this is a transaction
 * of its own.
 */
export interface CancelBody {
  /** How much of it. */
  amount?: CancelAmount;
  reference?: string | null;
  /** The request id of the transaction. */
  request: RequestId;
  transaction_at?: Timestamp | null;
}

/** Redeems held points. A hold may be captured in parts. */
export interface CaptureBody {
  /** How many, more than 0. Default: all that is still held. */
  points?: Points | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** What a prepaid partner is charged. */
export interface Charge {
  block: BlockId;
  cause: ChargeCause;
  currency: Currency;
  /** Its place in the entry. */
  place: number;
  points: Points;
  recorded_at: Timestamp;
  sequence: Sequence;
  unit_price: Rate;
}

/** Charges a fee, in points of a block or in money (rules B01 to B08, B31 to B35). It needs a `transaction_at`. */
export interface ChargeFeeBody {
  /** How much. */
  amount: FeeAmount;
  /** The block that pays a fee in points; none of a fee in money. */
  block?: BlockId | null;
  /** The request of the transaction that was late or wrong (rule B05). */
  concerns?: RequestId | null;
  /** What for: 1 to 256 bytes. */
  description: string;
  /** A fee is a debit (rule B31). Default: debit. */
  direction?: Direction;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** The engine's time. */
export interface Clock {
  now: Timestamp;
  /** `system` or `commands`. */
  source: string;
}

/** What became of the points of a source and a type that were issued in some days. Exact sums, as texts. */
export interface Cohort {
  cancelled_exact: string;
  expired_exact: string;
  issued_exact: string;
  /** Left to be used. */
  left_exact: string;
  /** Moved to others, repaid, adjusted, rolled over, less what came in this way. */
  other_exact: string;
  point_type: PointTypeId;
  redeemed_exact: string;
  /** What they come from; 0: without a source. */
  source: SourceId;
  /** Why they were given; 0 where rows are not told apart by it. */
  subtype: SubtypeId;
}

export interface CommandBody {
  /** The partners that it is accessible to (rule C47). Default: all. */
  accessible_to?: Array<PartnerId> | null;
  /** What it costs, in minor units, more than 0. */
  amount?: Points;
  /** What the gateway answered. */
  answer?: GatewayAnswer;
  /** How blocks are created when points run out; of prepaid partners only (rules A20, A22). Default: none is. */
  auto_creation?: AutoCreation | null;
  /** Whether purchases may draw on the wallet (rule C30). Default: no. */
  automatic_spending?: boolean;
  /** The award, in minor units, more than 0. */
  award?: Points;
  /** 1 to 64 awards; all are given, or none. */
  awards?: Array<Award>;
  /** What its award is for (rule C78). Default: one purchase. */
  basis?: AwardBasis;
  /** What happens beyond its inventory or a limit. */
  beyond?: Beyond | null;
  /** When it pays. Default: before, by blocks. */
  billing?: Billing;
  /** The block that pays a fee in points; none of a fee in money. */
  block?: BlockId | null;
  /** Regular or reserve. Default: regular. */
  block_kind?: BlockKind;
  /**
   * How many days before its expiry a partner's block with points left is about to expire, up to 3,660. Default:
   * 0, nobody is told.
   */
  block_warning_days?: number;
  /** The brand of the payment medium. Default: unknown. */
  brand?: string | null;
  /** Its classification (rule C10). */
  class?: OfferClass;
  /** The groups whose members its partners may reward and serve. Default: none. */
  collaborating?: Array<GroupId>;
  /** The request of the transaction that was late or wrong (rule B05). */
  concerns?: RequestId | null;
  /** Must be true: what is left of the inventory is lost. */
  confirm?: boolean;
  /** How several awards of one accrual count (rule E91). Default: each. */
  counting?: Counting;
  /** How much a credit adjustment may add (rule B28). Default: any number of points. */
  credit_cap?: CreditCap;
  /** Which events it settles (rules C81 to C85). */
  criteria?: RunCriteria;
  /** For points that are money: the currency. */
  currency?: string | null;
  /** What people say of it. */
  description?: string;
  /** A fee is a debit (rule B31). Default: debit. */
  direction?: Direction;
  /** The block that is due once the reserve is used (rule A18). Default: one like the last that was bought. */
  due_block?: DueBlock | null;
  /** The last day of it, in the program's zone. */
  ends_on?: CivilDate | null;
  /** How members come into being. Default: by `Enrol` only. */
  enrolment?: Enrolment;
  /** How long after it the next one is, in the program's zone. Default: it runs once. */
  every?: Span | null;
  /** When the award expires. Default: as the point type says. */
  expires?: Expiry | null;
  /** When points expire that are granted from now on. */
  expiry?: Expiry | null;
  /** The request of the fee. */
  fee?: RequestId;
  /** Fees by name: up to 64. Default: none. */
  fees?: Record<string, ScheduledFee>;
  /** Or all merchants of this group. */
  from?: GroupId | null;
  /** The group that owns the member. Default: none. */
  group?: GroupId | null;
  /** And of these groups. */
  groups?: Array<GroupId>;
  /** What becomes of held points whose item expires. */
  held_expiry?: HeldExpiry | null;
  /** The request id of the hold. */
  hold?: RequestId;
  /** The household. */
  household?: MemberId;
  /** The member, or request, whose long id is shown by its UUID from now on. */
  id?: MemberId | null;
  /** What becomes of points that are granted from now on when their member does nothing. */
  inactivity?: Inactivity | null;
  /** How many points it may give, 0 or more (rule E99). Default: any number. */
  inventory?: Points | null;
  /** Whether a redemption that names no type spends them. */
  is_default?: boolean | null;
  /**
   * How many days before the last one on which they are good a member's points are about to expire, up to 3,660:
   * that day's beginning in the program's zone is when the feed tells of them. Default: 0, nobody is told.
   */
  item_warning_days?: number;
  /** 1 to 1,000 items of which points have expired. */
  items?: Array<ItemId>;
  kind: "create_program" | "create_point_type" | "create_partner" | "purchase_block" | "approve_block" | "enrol" | "accrue" | "redeem" | "cancel" | "book_due" | "transfer" | "hold" | "capture" | "release" | "erase" | "accrue_shared" | "edit_partner" | "reject_block" | "cancel_block" | "adjust_block" | "charge_fee" | "refund_fee" | "bill_partner" | "continue_bill" | "create_subtype" | "activate_program" | "edit_point_type" | "define_tiers" | "extend_items" | "reinstate_items" | "set_member_status" | "adjust" | "merge" | "unmerge" | "enrol_household" | "join_household" | "leave_household" | "edit_membership" | "create_source" | "edit_source" | "pause_source" | "resume_source" | "archive_source" | "set_inventory" | "modify_inventory" | "restrict_source" | "unrestrict_source" | "set_scheme" | "set_offer" | "set_group" | "set_unit" | "set_agreement" | "set_contribution_rules" | "switch_group" | "set_settlement" | "set_refunds" | "open_receivable" | "set_payment_preference" | "set_participant" | "sign_up" | "record_purchase" | "spend" | "credit_member" | "acknowledge_refund" | "create_run" | "save_run" | "submit_run";
  /** What balances show. */
  label?: string | null;
  /** Whether it is in force. Default: effective. */
  life_cycle?: LifeCycle;
  /** At most this many. */
  limit?: number;
  /** Lines of a step, 1 to 10,000. Default: 1,000. */
  lines_max?: number | null;
  /** From this many points on the inventory is low. */
  low_at?: Points | null;
  /**
   * The partner's points are low when its regular ones come down to this, 0 or more (rule A11). Default: nobody
   * is told.
   */
  low_balance?: Points | null;
  /** How many points an account may have. */
  maximum?: Maximum | null;
  /** The type of the payment medium. Default: unknown. */
  medium?: string | null;
  /** Who is credited. */
  member?: MemberId;
  /** The merchant that it represents, once and for all. Default: none yet. */
  merchant?: MerchantId | null;
  /** What people call it. Default: nothing. */
  name?: string;
  /** Whether an account may owe points after a cancellation. */
  negative_balance?: NegativeBalance | null;
  /** How far below zero cancellations may take a balance. */
  negative_limit?: NegativeLimit | null;
  /** What happens to points that would expire before they can be used. Default: the accrual is refused. */
  never_usable?: NeverUsable;
  /** The offer that gives the award. */
  offer?: OfferId;
  /** What becomes of the points of members who are closed. Default: they stay. */
  on_closing?: OnClosing;
  /** Which block is debited first (rule B13). Default: the one that expires first. */
  order?: BlockOrder;
  /** Who was merged into the member. */
  other?: MemberId;
  /** Whether a redemption may take more than there is. */
  overdraft?: Overdraft | null;
  /** Where the member spent. */
  partner?: PartnerId;
  /** These merchants, all of one group. */
  partners?: Array<PartnerId>;
  /** In which time points count (rule D34). Default: the calendar year. */
  period?: QualifyingPeriod;
  /** The spend's place in it: 1 the instant one, 2 the automatic one. */
  place?: number;
  /** The wallet. */
  point_type?: PointTypeId;
  /** The point types that it may give, at least one. */
  point_types?: Array<PointTypeId> | null;
  /** How many point types it may have, up to 256. Default: 8 (rule D06). */
  point_types_max?: number | null;
  /** How much, in minor units, more than 0. */
  points?: Points;
  /** What a point that a post-paid partner gave costs (rule A36). Default: 0. */
  price?: Rate;
  /** The provider: a payment gateway of the refund setup. */
  provider?: string;
  /** The request id of the purchase. */
  purchase?: RequestId;
  /**
   * Partner points per member point, by point type; a type without a rate debits nothing (rule A03). Default:
   * none, so that the partner pays nothing.
   */
  rates?: Record<string, Rate>;
  /** Why, up to 128 bytes. */
  reason?: string;
  /** The account. Default: the primary one. */
  receivable?: ReceivableId | null;
  /** How instant and automatic spends are handled. Default: at the point of sale. Not of a group. */
  reduction?: Reduction;
  reference?: string | null;
  /** The version that it takes the place of; without it, there is none yet (rule C61). */
  replaces?: number | null;
  /** The request id of the transaction. */
  request?: RequestId;
  /** Whether every award must name a source of the program. Default: it need not (rule E05). */
  require_source?: SourceRule;
  /** The number of the restriction. */
  restriction?: number;
  /** How many in what time (rules E93 to E98). Default: any number. */
  restrictions?: Array<Restriction>;
  /** The type into which points go on when they expire; 0: none. */
  rollover?: PointTypeId | null;
  /** Whether qualifying points roll up from now on. */
  rolls_up?: boolean | null;
  /** How a contribution is rounded to whole minor units. Default: half up. */
  rounding?: Rounding;
  /** Rules of the group that is left which become the merchants' own. */
  rules?: Array<TransferredRule>;
  /** The run. */
  run?: RequestId;
  /** Decimal places with which people are shown amounts. */
  scale?: number | null;
  /** The scheme; needed where the amounts depend on it (rule C25). */
  scheme?: SchemeId | null;
  /** The schemes, one at least. */
  schemes?: Array<SchemeId>;
  /** Methods, types, providers and payment runs. */
  setup?: RefundSetup;
  /** Who pays, and how much: 1 to 16 partners, each once. Items name the first as their partner. */
  shares?: Array<Share>;
  /** Whom the merchant may sign up. Not of a group. */
  sign_up?: SignUpRules | null;
  /** The source. */
  source?: SourceId;
  /** Which members spend, and how much. */
  spend?: SpendRules;
  /** How its award is spent (rule C36). Default: it goes into the wallet. */
  spend_method?: SpendMethod;
  /** Whether settlement posts to it. A second primary one is refused (rule C112). Default: other. */
  standing?: Standing;
  /** When. Default: at once. */
  starts_at?: Timestamp | null;
  /** What the member may do from now on. */
  status?: MemberStatus;
  /** Whose. */
  subject?: Subject;
  /** Why they are given, for reports. Default: the program's default subtype. */
  subtype?: SubtypeId;
  /** From the lowest to the highest, 1 to 16 of them. */
  tiers?: Array<Tier>;
  /** When what is still held is released by itself. Default: never. */
  times_out?: Expiry;
  /** The group that they join. */
  to?: GroupId;
  /** The request id of the transaction whose reference is erased. */
  transaction?: RequestId | null;
  transaction_at?: Timestamp | null;
  /** What a point costs, in the currency of the partner's terms (rule B15). Default: 0. */
  unit_price?: Rate | null;
  /** Up to when. */
  until?: BillUntil;
  /** IANA time zone of its calendar rules. Default: UTC. */
  zone?: Zone;
}

/** The next step of a bill that is not whole yet. */
export interface ContinueBillBody {
  /** Lines of a step, 1 to 10,000. Default: 1,000. */
  lines_max?: number | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** How much of an award the partner contributes. */
export interface ContributionRule {
  /** The payment medium brands that it is for (rule C55). Empty: all. */
  brands: Array<string>;
  /** The payment medium types that it is for (rule C56). Empty: all. */
  mediums: Array<string>;
  /** Made from the number (rule C51). */
  name: string;
  /** Its number within the program; of equal priorities the lowest applies (rule C53). */
  number: number;
  /** The offers that it is for (rule C54). Empty: all. */
  offers: Array<OfferId>;
  /** Percent of the award, 0 to 100 (rule C52). */
  percentage: Rate;
  /** Percentages of periods (rules C58, C59). They do not overlap. */
  periods: Array<PeriodContribution>;
  /** Which rule goes first. */
  priority: Priority;
}

/** Creates a partner. */
export interface CreatePartnerBody {
  /** How blocks are created when points run out; of prepaid partners only (rules A20, A22). Default: none is. */
  auto_creation?: AutoCreation | null;
  /** When it pays. Default: before, by blocks. */
  billing?: Billing;
  /** How much a credit adjustment may add (rule B28). Default: any number of points. */
  credit_cap?: CreditCap;
  /** The currency of all prices of these terms. Default: the code that ISO 4217 has for none. */
  currency?: Currency;
  /** The block that is due once the reserve is used (rule A18). Default: one like the last that was bought. */
  due_block?: DueBlock | null;
  /** Fees by name: up to 64. Default: none. */
  fees?: Record<string, ScheduledFee>;
  /**
   * The partner's points are low when its regular ones come down to this, 0 or more (rule A11). Default: nobody
   * is told.
   */
  low_balance?: Points | null;
  /** What people call it (rule B25). Default: nothing. */
  name?: string;
  /** Which block is debited first (rule B13). Default: the one that expires first. */
  order?: BlockOrder;
  /** Its id. */
  partner: PartnerId;
  /** What a point that a post-paid partner gave costs (rule A36). Default: 0. */
  price?: Rate;
  /**
   * Partner points per member point, by point type; a type without a rate debits nothing (rule A03). Default:
   * none, so that the partner pays nothing.
   */
  rates?: Record<string, Rate>;
  reference?: string | null;
  /** How a debit is rounded (rule A04). Default: half up. */
  rounding?: Rounding;
  transaction_at?: Timestamp | null;
}

/** Creates a point type (rules D02, D03, D04, D06). */
export interface CreatePointTypeBody {
  /** For spending or for counting. Default: for spending. */
  class?: PointClass;
  /** For points that are money: the ISO 4217 code of the currency. Default: they are none. */
  currency?: string;
  /** When points of this type expire, unless an award says otherwise. Default: never. */
  expiry?: Expiry;
  /** What becomes of held points whose item expires. Default: they are as good as before. */
  held_expiry?: HeldExpiry;
  /** What becomes of points when their member does nothing (rule E71). Default: nothing. */
  inactivity?: Inactivity;
  /** Whether a redemption that names no type spends them (rule E12). Default: no. */
  is_default?: boolean;
  /** What balances show; accounts of the same label are summed up (rule E61). Default: nothing. */
  label?: string;
  /** How many points an account may have (rule E67). Default: any number. */
  maximum?: Maximum;
  /** What people in the company call it (rule E09). Default: nothing. */
  name?: string;
  /** Whether an account may owe points after a cancellation (rule E66). Default: it may. */
  negative_balance?: NegativeBalance;
  /** How far below zero cancellations may take a balance (rule E66). Default: as far as they must. */
  negative_limit?: NegativeLimit;
  /** Which points go first (rule D22). Default: those that expire first. */
  order?: UseOrder;
  /** Whether a redemption may take more than there is (rule D09). Default: no. */
  overdraft?: Overdraft;
  /** Its id. */
  point_type: PointTypeId;
  reference?: string | null;
  /** The type into which points go on when they expire (rule E77). Default: none. */
  rollover?: PointTypeId | null;
  /** Decimal places with which people are shown amounts, 0 to 4. Default: 0. */
  scale?: number;
  transaction_at?: Timestamp | null;
}

/** Creates the program that the command names. */
export interface CreateProgramBody {
  /**
   * How many days before its expiry a partner's block with points left is about to expire, up to 3,660. Default:
   * 0, nobody is told.
   */
  block_warning_days?: number;
  /** How members come into being. Default: by `Enrol` only. */
  enrolment?: Enrolment;
  /**
   * How many days before the last one on which they are good a member's points are about to expire, up to 3,660:
   * that day's beginning in the program's zone is when the feed tells of them. Default: 0, nobody is told.
   */
  item_warning_days?: number;
  /** What people call it. Default: nothing. */
  name?: string;
  /** What happens to points that would expire before they can be used. Default: the accrual is refused. */
  never_usable?: NeverUsable;
  /** What becomes of the points of members who are closed. Default: they stay. */
  on_closing?: OnClosing;
  /** How many point types it may have, up to 256. Default: 8 (rule D06). */
  point_types_max?: number | null;
  reference?: string | null;
  /** Whether every award must name a source of the program. Default: it need not (rule E05). */
  require_source?: SourceRule;
  /** Whether members earn and spend at once. Default: they do. A draft is activated later (rule D17). */
  status?: ProgramStatus;
  transaction_at?: Timestamp | null;
  /** IANA time zone of its calendar rules. Default: UTC. */
  zone?: Zone;
}

/** Defines a settlement run: a draft (rule C80). Its request id names it. */
export interface CreateRunBody {
  /** Which events it settles (rules C81 to C85). */
  criteria?: RunCriteria;
  /** How long after it the next one is, in the program's zone. Default: it runs once. */
  every?: Span | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Creates a source; it is active (rules E20, E92). */
export interface CreateSourceBody {
  /** What happens beyond its inventory or a limit (rules E95, E100). Default: the accrual is refused. */
  beyond?: Beyond;
  /** How several awards of one accrual count (rule E91). Default: each. */
  counting?: Counting;
  /** How many points it may give, 0 or more (rule E99). Default: any number. */
  inventory?: Points | null;
  /** From this many points on the inventory is low. Default: it never is. */
  low_at?: Points | null;
  /** What people in the company call it (rule E18). Default: nothing. */
  name?: string;
  /** The point types that it may give, at least one (rule E90). Default: all that the program has (rule E32). */
  point_types?: Array<PointTypeId> | null;
  reference?: string | null;
  /** How many in what time (rules E93 to E98). Default: any number. */
  restrictions?: Array<Restriction>;
  /** Its id. */
  source: SourceId;
  transaction_at?: Timestamp | null;
}

/**
 * Creates a subtype, for all point types of the program (rules D13 to D16). Once there is one, awards name known
 * ones only.
 */
export interface CreateSubtypeBody {
  /** Whether it is from now on that of awards that name none (rule D16). The first one always is. */
  is_default?: boolean;
  /** What people call it. Default: nothing. */
  name?: string;
  reference?: string | null;
  /** Its id. */
  subtype: SubtypeId;
  transaction_at?: Timestamp | null;
}

/**
 * Credits a member's receivable with an award where the wallet could not be used (rule C105). The award is
 * consumed; the merchant, whom the member pays in full, gets no credit note.
 */
export interface CreditMemberBody {
  /** Who is credited. */
  member: MemberId;
  /** Where the member spent. */
  partner: PartnerId;
  /** The wallet. */
  point_type: PointTypeId;
  /** How much, in minor units, more than 0. */
  points: Points;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** What happened to points on a day, and since the range began. Exact sums, as texts. */
export interface DayOfPoints {
  /** Taken by adjustments. */
  adjusted_exact: string;
  /** Given by adjustments. */
  adjusted_in_exact: string;
  day: string;
  expired_exact: string;
  /** Expired since the range began. */
  expired_so_far_exact: string;
  issued_exact: string;
  /** Issued since the range began. */
  issued_so_far_exact: string;
  redeemed_exact: string;
  /** Redeemed since the range began. */
  redeemed_so_far_exact: string;
}

/**
 * Deferred revenue of the points of a source and a type that were issued in some days. Exact sums, as texts;
 * money in its smallest unit.
 */
export interface DeferredRevenue {
  /** Breakage: points that nobody is expected to redeem. */
  breakage_exact: string;
  /** Money deferred when they were issued. */
  deferred_exact: string;
  /** Points expected to be redeemed in all. */
  expected_exact: string;
  /** Points issued, less those cancelled. */
  issued_exact: string;
  /** Of it, still owed. */
  liability_exact: string;
  point_type: PointTypeId;
  /** Of it, revenue by now. */
  recognised_exact: string;
  /** Points redeemed so far. */
  redeemed_exact: string;
  /** How many of a thousand points are expected to be redeemed. */
  redeemed_per_mille_exact: string;
  /** What they come from; 0: without a source. */
  source: SourceId;
  /** Why they were given; 0 where rows are not told apart by it. */
  subtype: SubtypeId;
}

/**
 * Defines the tiers, all of them at once; a later one replaces them. Members keep the tier they have until it is
 * evaluated again.
 */
export interface DefineTiersBody {
  /** In which time points count (rule D34). Default: the calendar year. */
  period?: QualifyingPeriod;
  reference?: string | null;
  /** From the lowest to the highest, 1 to 16 of them. */
  tiers: Array<Tier>;
  transaction_at?: Timestamp | null;
}

/** What a generated document is filled with by default. */
export interface DocumentDefaults {
  /** Its category. */
  category?: string;
  /** Its type. Of a refund: a refund transaction type of the refund setup. */
  document_type?: string;
  /** Its notes. */
  notes?: string;
  /** The product of its lines. */
  product?: string;
}

/** The large block that a partner has to buy once its reserve is used (rule A18). */
export interface DueBlock {
  /** Points of it, more than 0. */
  points: Points;
  /** What a point of it costs. Default: 0. */
  unit_price?: Rate;
}

/** Changes how a member belongs to a household (rules D40, D41). What is not named stays. */
export interface EditMembershipBody {
  /** The last day of it, in the program's zone. */
  ends_on?: CivilDate | null;
  reference?: string | null;
  /** Whether qualifying points roll up from now on. */
  rolls_up?: boolean | null;
  transaction_at?: Timestamp | null;
}

/**
 * Agrees on new terms with a partner: all of them, as the next version. What was recorded before stays under the
 * terms of its time.
 */
export interface EditPartnerBody {
  /** How blocks are created when points run out; of prepaid partners only (rules A20, A22). Default: none is. */
  auto_creation?: AutoCreation | null;
  /** When it pays. Default: before, by blocks. */
  billing?: Billing;
  /** How much a credit adjustment may add (rule B28). Default: any number of points. */
  credit_cap?: CreditCap;
  /** The currency of all prices of these terms. Default: the code that ISO 4217 has for none. */
  currency?: Currency;
  /** The block that is due once the reserve is used (rule A18). Default: one like the last that was bought. */
  due_block?: DueBlock | null;
  /** Fees by name: up to 64. Default: none. */
  fees?: Record<string, ScheduledFee>;
  /**
   * The partner's points are low when its regular ones come down to this, 0 or more (rule A11). Default: nobody
   * is told.
   */
  low_balance?: Points | null;
  /** What people call it (rule B25). Default: nothing. */
  name?: string;
  /** Which block is debited first (rule B13). Default: the one that expires first. */
  order?: BlockOrder;
  /** What a point that a post-paid partner gave costs (rule A36). Default: 0. */
  price?: Rate;
  /**
   * Partner points per member point, by point type; a type without a rate debits nothing (rule A03). Default:
   * none, so that the partner pays nothing.
   */
  rates?: Record<string, Rate>;
  reference?: string | null;
  /** How a debit is rounded (rule A04). Default: half up. */
  rounding?: Rounding;
  transaction_at?: Timestamp | null;
}

/** Changes a point type (rule E16). What is not named stays. What was granted keeps its expiry. */
export interface EditPointTypeBody {
  /** For points that are money: the currency. */
  currency?: string | null;
  /** When points expire that are granted from now on. */
  expiry?: Expiry | null;
  /** What becomes of held points whose item expires. */
  held_expiry?: HeldExpiry | null;
  /** What becomes of points that are granted from now on when their member does nothing. */
  inactivity?: Inactivity | null;
  /** Whether a redemption that names no type spends them. */
  is_default?: boolean | null;
  /** What balances show. */
  label?: string | null;
  /** How many points an account may have. */
  maximum?: Maximum | null;
  /** What people in the company call it. */
  name?: string | null;
  /** Whether an account may owe points after a cancellation. */
  negative_balance?: NegativeBalance | null;
  /** How far below zero cancellations may take a balance. */
  negative_limit?: NegativeLimit | null;
  /** Whether a redemption may take more than there is. */
  overdraft?: Overdraft | null;
  reference?: string | null;
  /** The type into which points go on when they expire; 0: none. */
  rollover?: PointTypeId | null;
  /** Decimal places with which people are shown amounts. */
  scale?: number | null;
  /** Whether accounts are in use. An inactive type can only be activated (rule E17). */
  status?: TypeStatus | null;
  transaction_at?: Timestamp | null;
}

/** Changes the terms of an active source (rule E33). Fields that are not given stay. */
export interface EditSourceBody {
  /** What happens beyond its inventory or a limit. */
  beyond?: Beyond | null;
  /** From this many points on the inventory is low. */
  low_at?: Points | null;
  /** What people in the company call it. */
  name?: string | null;
  /** The point types that it may give, at least one. */
  point_types?: Array<PointTypeId> | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Enrols a member. */
export interface EnrolBody {
  /** The member. */
  member: MemberId;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Enrols a household: a member to whom the qualifying points of others roll up (rule D35). */
export interface EnrolHouseholdBody {
  /** The household. */
  member: MemberId;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** An entry of the journal. */
export interface Entry {
  /** The id of the token that asked; null where the command came another way. */
  actor?: string | null;
  /** The balances after it. */
  balances: Array<Balance>;
  /** The whole command, flat. */
  command: Record<string, any>;
  /** Whether it was done. */
  done: boolean;
  /** What was asked, in one word. */
  kind: string;
  /** What happened to which item or block. */
  legs: Array<Leg>;
  /** The member that the command names, if it does. */
  member?: MemberId | null;
  /** Of which program. */
  program: ProgramId;
  /** When it was decided. */
  recorded_at: Timestamp;
  /** The caller's own text. */
  reference?: string | null;
  /** Why nothing was done. */
  refused?: Rejection | null;
  /** The request id. */
  request_id: RequestId;
  /** Its number. */
  sequence: Sequence;
  /** When it happened, where the caller said so. */
  transaction_at?: Timestamp | null;
}

/**
 * Erases a text: the reference of a transaction, or the text of a long id. Just one is named. What the text was
 * is in no entry of the journal; `verify` goes on to hold. Backups that were made before keep it until they are
 * removed.
 */
export interface EraseBody {
  /** The member, or request, whose long id is shown by its UUID from now on. */
  id?: MemberId | null;
  reference?: string | null;
  /** The request id of the transaction whose reference is erased. */
  transaction?: RequestId | null;
  transaction_at?: Timestamp | null;
}

export interface Evaluation {
  day?: number;
  every?: number;
  kind: "daily" | "monthly" | "weekly" | "yearly";
  month?: number;
  weekday?: Weekday;
}

/** Something that happened: a leg of an entry that was done, or an entry without legs. */
export interface Event {
  /** What was asked. */
  command: string;
  /** The leg, or the command where there is none. */
  data: Record<string, any>;
  /** The entry's number and the leg's place in it: never twice, always rising. */
  id: string;
  /** What happened, in one word: the leg's kind, else the command's. */
  kind: string;
  /** Whose points, where the command or the leg says so. */
  member?: MemberId | null;
  /** Of which program. */
  program: ProgramId;
  /** When it was recorded. */
  recorded_at: Timestamp;
  /** The request id of the command. */
  request_id: RequestId;
}

/** Points of a member that expire at an instant, unless they are used before. */
export interface Expiring {
  /** From then on they cannot be used. */
  at: Timestamp;
  member: MemberId;
  point_type: PointTypeId;
  points: Points;
}

export interface Expiry {
  age?: Span;
  date?: CivilDate;
  evaluated?: Evaluation;
  instant?: Timestamp;
  kind: "after" | "at" | "end_of" | "never" | "on" | "rolling";
  period?: Period;
  since?: Timestamp | null;
  span?: any;
}

/** Points that expire with a day or a month. */
export interface ExpiryCurveRow {
  /** The last day, or the month, in which they can be used. */
  bucket: string;
  point_type: PointTypeId;
  /** How many, exactly. */
  points_exact: string;
  /** What they come from; 0: without a source. Null where sources are not told apart. */
  source?: SourceId | null;
}

/** Lets items expire at another instant, later or sooner. Their points keep everything else. */
export interface ExtendItemsBody {
  /** When they expire from now on; a span counts from now. */
  expires: Expiry;
  /** 1 to 1,000 items that have matured and have points left. */
  items: Array<ItemId>;
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** A fee, or the refund of one. */
export interface Fee {
  /** Money: of a fee what the partner pays, of a refund what it gets back. */
  amount: Rate;
  /** The block that paid, or took the points back. */
  block?: BlockId | null;
  /** The request of the transaction that a fee is about. */
  concerns?: RequestId | null;
  currency: Currency;
  /** `fee` or `refund`. */
  kind: string;
  /** The entry of its refund, or of the fee that it refunds. */
  linked?: Sequence | null;
  /** What the partner pays; below 0 where it gets them back. 0 where the fee is in money. */
  points: Points;
  request_id: RequestId;
  /** The entry that recorded it. */
  sequence: Sequence;
  /** The description of a fee, the reason of a refund. */
  text: string;
  transaction_at: Timestamp;
}

export interface FeeAmount {
  amount?: Rate;
  currency?: Currency;
  kind: "money" | "points" | "scheduled";
  name?: string;
  points?: Points;
}

/** A page of the feed. */
export interface FeedPage {
  events: Array<Event>;
  /** Whether there may be more at once. */
  more: boolean;
  /** Where the next page begins. */
  next: string;
}

/** A group of partners. */
export interface Group {
  /** The groups whose members its partners may reward and serve. */
  collaborating: Array<GroupId>;
  group: GroupId;
  name: string;
  /** The partners that belong to it. */
  partners: Array<PartnerId>;
}

/** Points on hold. */
export interface Hold {
  /** Redeemed of them. */
  captured: Points;
  /** Still on hold. */
  held: Points;
  /** The request that set them aside. */
  hold: RequestId;
  /** Set aside at first. */
  points: Points;
  /** When they are given back; null: never by itself. */
  times_out_at?: Timestamp | null;
}

/** Sets points aside, from the items next in order. Its request id names the hold. */
export interface HoldBody {
  /** Whose points. */
  member: MemberId;
  /**
   * The kind of points: of a redeemable type. Default: 0, which is all default types of the program, in one
   * order over all of them (rules E12, E62, E63).
   */
  point_type?: PointTypeId;
  /** How many, more than 0. */
  points: Points;
  reference?: string | null;
  /** When what is still held is released by itself. Default: never. */
  times_out?: Expiry;
  transaction_at?: Timestamp | null;
}

/** A household. */
export interface Household {
  /** What they and the household have together, by point type. */
  balances: Array<Balance>;
  household: MemberId;
  members: Array<MemberId>;
}

export interface Inactivity {
  activity?: Array<Activity> | null;
  evaluated?: Evaluation | null;
  kind: "expires" | "ignored";
  percent?: Rate | null;
  period?: Span;
  since?: Timestamp | null;
}

/** An item. */
export interface Item {
  available_from: Timestamp;
  cancelled: Points;
  expired: Points;
  expires_at?: Timestamp | null;
  granted: Points;
  /** The accrual's entry and the award's place in it. */
  item: string;
  partner?: PartnerId | null;
  redeemed: Points;
  remaining: Points;
  source?: SourceId | null;
  /** `open`, `future`, `used_up`, `cancelled` or `expired`. */
  state: string;
}

/** A point item: the accrual that granted it and its place among that accrual's awards, from 0. */
export interface ItemId {
  /** Which of the accrual's awards, from 0. */
  place: number;
  /** Number of the accrual's journal entry. */
  sequence: Sequence;
}

/** A member becomes one of a household (rules D35 to D38). */
export interface JoinHouseholdBody {
  /** The last day of it, in the program's zone (rule D41). Default: it has no end. */
  ends_on?: CivilDate | null;
  /** The household. */
  household: MemberId;
  reference?: string | null;
  /** Whether the member's qualifying points roll up (rule D40). Default: they do. */
  rolls_up?: boolean;
  transaction_at?: Timestamp | null;
}

/** A program's tiers. */
export interface Ladder {
  /** In which time points count. */
  period: QualifyingPeriod;
  /** When this version was set. */
  since: Timestamp;
  /** From the lowest to the highest. */
  tiers: Array<Tier>;
}

/** A member leaves the household (rule D39). What rolled up stays there. */
export interface LeaveHouseholdBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

export interface Leg {
  amount?: any;
  available_from?: Timestamp;
  before?: any;
  bill?: number;
  block?: any;
  cause?: ChargeCause;
  change?: InventoryChange;
  currency?: Currency;
  effective_at?: Timestamp;
  event?: PartnerEvent;
  events?: number;
  expires_at?: Timestamp | null;
  fee?: Sequence;
  first_expires_at?: Timestamp;
  from?: any;
  item?: ItemId;
  kind: "absorbed" | "adjusted" | "bill_closed" | "billed" | "block_adjusted" | "block_cancelled" | "block_credited" | "block_expired" | "block_fee" | "block_refunded" | "cancelled" | "captured" | "charge" | "charged" | "clipped" | "credited" | "debited" | "event" | "expired" | "expiring_soon" | "extended" | "fee" | "fee_charged" | "fee_refunded" | "forgiven" | "given_back" | "granted" | "held" | "inventory" | "inventory_low" | "lapsed" | "matured" | "merged" | "not_awarded" | "not_spent" | "owed" | "posted" | "redeemed" | "refund_answered" | "refund_asked" | "reinstated" | "released" | "repaid" | "restored" | "returned" | "rolled_over" | "settled" | "source_status" | "spent" | "tier" | "transferred" | "transferred_back" | "withheld";
  left?: Points;
  lines?: number;
  member?: MemberId;
  number?: number;
  other?: MemberId;
  owner?: Subject;
  partner?: PartnerId;
  place?: any;
  point_type?: PointTypeId;
  points?: Points;
  posting?: PostingKind;
  price?: Rate;
  rate?: any;
  reason?: Rejection;
  receivable?: ReceivableId;
  reduction?: ReductionMethod;
  remaining?: Points;
  run?: RequestId;
  source?: any;
  state?: any;
  status?: SourceStatus;
  subtype?: SubtypeId;
  terms?: number;
  tier?: TierId | null;
  to?: any;
  unit_price?: Rate;
  until?: Timestamp | null;
  way?: SpendWay;
}

/** A restriction that is in force. */
export interface Limit {
  /** What it says. */
  restriction: Restriction;
  /** When that was. */
  since: Timestamp;
  /** The version of the source's terms that began to count it. */
  version: number;
}

/** The answer to a line of a batch. */
export interface LineAnswer {
  /** The line's number in the body, from 1. */
  line: number;
  problem?: Problem | null;
  receipt?: Receipt | null;
  /** The HTTP status that a call of its own would have had. */
  status: number;
}

export interface Maximum {
  kind: "clip" | "reject" | "unlimited";
  points?: Points;
}

/** A member with balances. */
export interface Member {
  /** The instant at which the balances are so. */
  as_of: Timestamp;
  balances: Array<Balance>;
  member: MemberId;
}

/** A member of a list. */
export interface MemberRow {
  member: MemberId;
}

/**
 * Two members become one: the items of the other go over whole, with their ids. The other's id leads to the
 * member.
 */
export interface MergeBody {
  /** Who becomes part of the member: a second account, or a guest. */
  other: MemberId;
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Adds points to an inventory, or takes some out (rules E101, E102). */
export interface ModifyInventoryBody {
  /** More than 0 to add, less than 0 to take out; not 0. */
  points: Points;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** What was given with a partner in a month, and what it cost. Exact sums, as texts. */
export interface MonthOfUse {
  /** Whether none differs. */
  agrees: boolean;
  /** Lines of which the two differ. */
  differing: number;
  /** Points that members were given, less those cancelled. */
  given_exact: string;
  /** Accruals and cancellations. */
  lines: number;
  /** As `2026-03`, in the program's zone. */
  month: string;
  /** Partner points that these cost by its terms. */
  owed_exact: string;
  /** Partner points that left its blocks, or that it was charged, less those given back. */
  taken_exact: string;
}

/** Where the clock is to be. */
export interface MoveClock {
  /** An instant; one that is past changes nothing. */
  to: Timestamp;
}

/**
 * Points by what happened to them, in a day, month or source. A sum that may pass 2^53 - 1 is text in a second
 * field; the number is then null.
 */
export interface Movement {
  /** The day, the month or the source. */
  bucket: string;
  cancelled?: number | null;
  expired?: number | null;
  issued?: number | null;
  /** `issued`, exactly. */
  issued_exact: string;
  /** Owed at the end. */
  outstanding?: number | null;
  /** `outstanding`, exactly. */
  outstanding_exact: string;
  point_type: PointTypeId;
  redeemed?: number | null;
  repaid?: number | null;
}

export interface NegativeLimit {
  kind: "absolute" | "max" | "min" | "percent" | "unlimited";
  percent?: Rate;
  points?: Points;
}

/** A contribution rule as it is asked for. */
export interface NewContributionRule {
  /** The payment medium brands that it is for (rule C55). Default: all. */
  brands?: Array<string>;
  /** The payment medium types that it is for (rule C56). Default: all. */
  mediums?: Array<string>;
  /** The number of a rule that the agreement has: it is changed. Default: it is a new one. */
  number?: number | null;
  /** The offers that it is for (rules C54, C57). Default: all. */
  offers?: Array<OfferId>;
  /** Percent of the award, 0 to 100 (rule C52). */
  percentage: Rate;
  /** Percentages of periods (rules C58, C59). Default: none. */
  periods?: Array<PeriodContribution>;
  /** Which rule goes first (rule C53). Default: normal. */
  priority?: Priority;
}

/** A reward offer. */
export interface Offer {
  basis: AwardBasis;
  class: OfferClass;
  /** Whether its awards are settled with partners. */
  is_settled: boolean;
  life_cycle: LifeCycle;
  name: string;
  offer: OfferId;
  scheme: SchemeId;
  spend_method: SpendMethod;
}

/** Opens a receivable of a partner or of a member, or makes one primary (rules C12, C112). */
export interface OpenReceivableBody {
  /** The member who owns it. */
  member?: MemberId | null;
  /** The partner that owns it. */
  partner?: PartnerId | null;
  /** Its id, unique with its owner. */
  receivable: ReceivableId;
  reference?: string | null;
  /** Whether settlement posts to it. A second primary one is refused (rule C112). Default: other. */
  standing?: Standing;
  transaction_at?: Timestamp | null;
}

/** Points owed of a source and a type. */
export interface Outstanding {
  /** How many, exactly. */
  owed_exact: string;
  point_type: PointTypeId;
  /** What they come from; 0: without a source. */
  source: SourceId;
  /** Why they were given; 0 where rows are not told apart by it. */
  subtype: SubtypeId;
}

export interface Overdraft {
  kind: "all" | "refused" | "tiers";
  points?: Points;
  tiers?: Array<TierId>;
}

/** A partner. */
export interface Partner {
  /** In its usable blocks, the reserve too (rule A05). */
  balance: Points;
  billing: Billing;
  /** Debited or owed so far, less what cancellations gave back. */
  debited: Points;
  /** Whether they are low. */
  is_low: boolean;
  /** Its points are low when those outside of the reserve come down to this; null: they never are (rule A11). */
  low_balance?: Points | null;
  name: string;
  /** Blocks that can be debited. */
  open_blocks: number;
  order: BlockOrder;
  partner: PartnerId;
  /** In blocks that are not approved. */
  pending: Points;
  /** Partner points per member point, by point type. */
  rates: Record<string, Rate>;
  /** Of it, in reserve blocks. */
  reserve: Points;
  rounding: Rounding;
  /** In approved blocks that have not started. */
  waiting: Points;
}

/** A credit note of a member for a spend at a partner. */
export interface PartnerCredit {
  /** How much, in minor units. */
  amount: Points;
  member: MemberId;
  /** Its place among the member's postings of the entry. */
  place: number;
  posted_at: Timestamp;
  /** `refund`, or `wallet_unavailable` where the wallet could not be used (rule C105). */
  reason: string;
  /** The member's account that was credited. */
  receivable: ReceivableId;
  /** The entry that posted it. */
  sequence: Sequence;
}

/** A line of a partner's statement. */
export interface PartnerStatementLine {
  block?: BlockId | null;
  /** What was done, in one word. */
  kind: string;
  /** How many more points its approved blocks hold, or less; exactly. */
  points_exact: string;
  recorded_at: Timestamp;
  /** Why nothing was done. */
  refused?: Rejection | null;
  request_id: RequestId;
  sequence: Sequence;
  /** Description or reason. */
  text?: string | null;
  transaction_at?: Timestamp | null;
  /** `purchase`, `adjustment`, `fee`, `refund`, `bill`, or another (rule B18). */
  transaction_type: string;
}

/** What a partner and the host agreed: one version of it. */
export interface PartnerTerms {
  /** How blocks are created when points run out. */
  auto_creation?: AutoCreation | null;
  /** When it pays. */
  billing: Billing;
  /** How much a credit adjustment may add. */
  credit_cap: CreditCap;
  /** The currency of all prices of these terms. */
  currency: Currency;
  /** The block that is due once the reserve is used; without it, one like the last that was bought. */
  due_block?: DueBlock | null;
  /** Fees by name. */
  fees: Record<string, ScheduledFee>;
  /** The partner's points are low when its regular points come down to this (rule A11). */
  low_balance?: Points | null;
  /** What people call the partner (rule B25). */
  name: string;
  /** Which block is debited first. */
  order: BlockOrder;
  /** What a point that a post-paid partner gave costs (rule A36). */
  price: Rate;
  /** Partner points per member point, by point type; a type without a rate debits nothing (rule A03). */
  rates: Record<string, Rate>;
  /** How a debit is rounded (rule A04). */
  rounding: Rounding;
  /** The entry that agreed on them: what was recorded from there on is under this version. */
  since: Sequence;
}

/** Pauses an active source: it gives no points until it is resumed (rules E23, E24). */
export interface PauseSourceBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** How much of the awards of a period the partner contributes. */
export interface PeriodContribution {
  /** Its first day, in the program's zone. */
  from: CivilDate;
  /** Percent of the award, 0 to 100. */
  percentage: Rate;
  /** Its last day. */
  to: CivilDate;
}

/** A point type, with all that is set of it. */
export interface PointTypeRow {
  /** For spending or for counting. */
  class: PointClass;
  /** For points that are money: the ISO 4217 code of the currency. Empty where they are not. */
  currency: string;
  /** When they expire, unless the award says otherwise. */
  expiry: Expiry;
  /** What becomes of held points whose item expires. */
  held_expiry: HeldExpiry;
  /** What becomes of points when their member does nothing. */
  inactivity: Inactivity;
  /** Whether a redemption that names no type spends them (rules E12, E62). */
  is_default: boolean;
  /** What balances show: accounts of the same label are summed up (rules E03, E61). */
  label: string;
  /** How many points an account may have. */
  maximum: Maximum;
  /** What people in the company call it (rule E09): no balance and no receipt shows it. */
  name: string;
  /** Whether an account may owe points after a cancellation. */
  negative_balance: NegativeBalance;
  /** How many. */
  negative_limit: NegativeLimit;
  /** Which points go first. */
  order: UseOrder;
  /** Whether a redemption may take more than there is. */
  overdraft: Overdraft;
  point_type: PointTypeId;
  /** The type into which its points go on when they expire (rule E77). */
  rollover?: PointTypeId | null;
  /** Decimal places with which people are shown amounts, 0 to 4. Arithmetic never sees it. */
  scale: number;
  /** When this version was set. */
  since: Timestamp;
  /** Whether accounts are in use. */
  status: TypeStatus;
}

/** An amount posted to a receivable. */
export interface Posting {
  amount: Points;
  cause: PostingCause;
  kind: PostingKind;
  /** Its place in the entry. */
  place: number;
  posted_at: Timestamp;
  receivable: ReceivableId;
  /** The entry that posted it. */
  sequence: Sequence;
}

export interface PostingCause {
  kind: "refund" | "settlement" | "wallet_unavailable";
  number?: number;
  partner?: PartnerId;
  run?: RequestId;
}

/** A refusal, as RFC 9457 has it. The figures of the refusal are further members. */
export interface Problem {
  /** The cause as one word. */
  code: string;
  /** What is wrong with this call. */
  detail: string;
  /** The name of the parameter. */
  parameter?: string | null;
  /** A JSON pointer to the place in the body. */
  pointer?: string | null;
  /** The HTTP status. */
  status: number;
  /** The code, for people. */
  title: string;
  /** The address of a page that explains it. */
  type: string;
}

/** A program. */
export interface Program {
  enrolment: Enrolment;
  name: string;
  never_usable: NeverUsable;
  /** How many point types it has. */
  point_types: number;
  /** How many it may have (rule D06). */
  point_types_max: number;
  program: ProgramId;
  /** The zone of its calendar rules. */
  zone: Zone;
}

/**
 * Records that a partner bought a block (rules A10, B12), or that the host set up a reserve block for it (rule
 * A13). It is usable once approved.
 */
export interface PurchaseBlockBody {
  /** The block's id, unique within the partner, below 2 to the 52nd: from there on ids are the engine's own. */
  block: BlockId;
  /** Regular or reserve. Default: regular. */
  block_kind?: BlockKind;
  /** When it expires; a span counts from the transaction, not from `starts_at`. Default: never. */
  expires?: Expiry;
  /** How many points, more than 0. */
  points: Points;
  reference?: string | null;
  /** When its validity starts. Default: the transaction's time. */
  starts_at?: Timestamp | null;
  transaction_at?: Timestamp | null;
  /** What a point costs, in the currency of the partner's terms (rule B15). Default: 0. */
  unit_price?: Rate | null;
}

export interface QualifyingPeriod {
  kind: "anniversary" | "calendar_year" | "rolling";
  span?: Span;
}

/** A command was done, and is durable. */
export interface Receipt {
  /** The members' balances after it, of the point types it touched. */
  balances: Array<Balance>;
  /**
   * On a repeated request: what was cancelled of it since, by the award's place for an accrual, else in one
   * figure.
   */
  cancelled?: Array<Points>;
  /** What happened to which item or block. */
  legs: Array<Leg>;
  /** When the engine recorded it. */
  recorded_at: Timestamp;
  /** Whether this answers a repeated request: the receipt is that of the first. */
  replayed: boolean;
  /** The number of its journal entry. */
  sequence: Sequence;
}

/** An account of money. */
export interface Receivable {
  /** Debits less credits, exactly: above 0 where the partner owes. */
  balance_exact: string;
  credits: Points;
  debits: Points;
  /** The payment gateway through which its owner is paid. */
  provider?: string | null;
  receivable: ReceivableId;
  /** Settlement posts to the primary one. */
  standing: Standing;
}

/**
 * A purchase at a merchant, and the award that an offer gives for it. It is awarded, left without an award, or
 * refused (rules C14 to C19, C64, C65). Instant and automatic spends are part of it.
 */
export interface RecordPurchaseBody {
  /** What it costs, in minor units, more than 0. */
  amount: Points;
  /** The award, in minor units, more than 0. */
  award: Points;
  /** The brand of the payment medium. Default: unknown. */
  brand?: string | null;
  /** When the award expires. Default: as the point type says. */
  expires?: Expiry | null;
  /** The type of the payment medium. Default: unknown. */
  medium?: string | null;
  /** Who buys. */
  member: MemberId;
  /** The offer that gives the award. */
  offer: OfferId;
  /** Where. */
  partner: PartnerId;
  /** The wallet: a point type for spending. */
  point_type: PointTypeId;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Takes points from the items next in order (rules D21 to D25). */
export interface RedeemBody {
  /** Who redeems. */
  member: MemberId;
  /**
   * The kind of points. Default: 0, which is all default types of the program, in one order over all of them
   * (rules E12, E62, E63).
   */
  point_type?: PointTypeId;
  /** How many, more than 0. */
  points: Points;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

export interface Reduction {
  credit_note?: DocumentDefaults;
  kind: "back_end" | "front_end";
  method?: string;
  refund?: DocumentDefaults;
}

/** A request that a payment gateway refunds a member. */
export interface Refund {
  amount: Points;
  member: MemberId;
  method: string;
  partner: PartnerId;
  /** The spend's place in it. */
  place: number;
  /** The payment gateway. */
  provider: string;
  /** The request id of the purchase. */
  purchase: RequestId;
  requested_at: Timestamp;
  /** The entry of the purchase. */
  sequence: Sequence;
}

/** Refunds a fee, whole and once (rules B36 to B42). */
export interface RefundFeeBody {
  /** The reason, as a code of the caller's: 1 to 64 bytes (rule B37). */
  reason: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** What must be set up so that members are refunded through a payment gateway (rule C107). */
export interface RefundSetup {
  /** The refund methods. */
  methods?: Array<string>;
  /** The providers with an automatic payment run. */
  payment_runs?: Array<string>;
  /** The providers (payment gateways), each with the methods that it takes. */
  providers?: Record<string, Array<string>>;
  /** The refund transaction types, each with the methods that it allows. */
  types?: Record<string, Array<string>>;
}

/** Gives what has expired of items back to the member. */
export interface ReinstateItemsBody {
  /** When they expire from now on; a span counts from now. */
  expires: Expiry;
  /** 1 to 1,000 items of which points have expired. */
  items: Array<ItemId>;
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Decides that a bought block is not approved (rule A32). */
export interface RejectBlockBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

export interface Rejection {
  amount?: Points;
  available?: Points;
  available_from?: Timestamp;
  awards?: number;
  bill?: number;
  billed_until?: Timestamp;
  block?: BlockId;
  date?: CivilDate;
  expires_at?: Timestamp;
  first?: Sequence;
  group?: GroupId;
  household?: MemberId;
  id?: number;
  kind: "agreement_changed" | "agreement_exists" | "agreement_unknown" | "already_refunded" | "award_unknown" | "bill_open" | "billed_already" | "block_closed" | "block_exists" | "block_expired" | "block_limit" | "block_not_active" | "block_not_pending" | "block_unknown" | "cancel_exceeds" | "class_not_allowed" | "cut_off_ahead" | "exceeds_block" | "expiry_over" | "fee_unknown" | "group_read_only" | "group_unknown" | "hold_exceeds" | "hold_over" | "hold_unknown" | "household_limit" | "in_household" | "insufficient_defaults" | "insufficient_partner_points" | "insufficient_points" | "inventory_empty" | "inventory_exceeded" | "inventory_exists" | "inventory_unset" | "is_a_household" | "item_closed" | "item_not_expired" | "item_unknown" | "limit_reached" | "maximum_balance" | "member_blocked" | "member_closed" | "member_exists" | "member_unknown" | "merge_entangled" | "mixed_order" | "needs_confirm" | "never_usable" | "new_members_not_allowed" | "no_common_scheme" | "no_default_type" | "no_household" | "no_open_bill" | "no_payment_preference" | "no_subtype" | "not_a_fee" | "not_a_household" | "not_accessible" | "not_cancellable" | "not_configured" | "not_effective" | "not_merged" | "not_qualifying" | "not_redeemable" | "nothing_to_spend" | "offer_unknown" | "other_group_not_allowed" | "overflow" | "own_group_not_allowed" | "partner_exists" | "partner_post_paid" | "partner_prepaid" | "partner_unknown" | "percentage_out_of_range" | "period_overlap" | "point_type_exists" | "point_type_inactive" | "point_type_limit" | "point_type_unknown" | "primary_exists" | "program_active" | "program_draft" | "program_exists" | "program_unknown" | "receivable_exists" | "receivable_unknown" | "reference_missing" | "refund_not_pending" | "refund_unknown" | "request_id_reused" | "restriction_unknown" | "rollover_cycle" | "rule_unknown" | "run_state" | "run_unknown" | "same_member" | "scheme_missing" | "scheme_not_used" | "scheme_unknown" | "source_active" | "source_archived" | "source_exists" | "source_not_linked" | "source_paused" | "source_required" | "source_unknown" | "source_without_types" | "spend_above_maximum" | "spend_below_minimum" | "subtype_exists" | "subtype_unknown" | "too_many_items" | "transaction_ahead" | "transaction_unknown" | "unit_taken" | "unit_unknown";
  latest?: Timestamp;
  left?: Points;
  limit?: number;
  maximum?: Points;
  merchant?: MerchantId;
  minimum?: Points;
  missing?: Setup;
  offer?: OfferId;
  partner?: PartnerId;
  percentage?: Rate;
  place?: number;
  point_type?: PointTypeId;
  points?: Points;
  receivable?: ReceivableId;
  refund?: Sequence;
  restriction?: number;
  room?: Points;
  rule?: number;
  scheme?: SchemeId;
  sequence?: Sequence;
  short?: any;
  source?: SourceId;
  state?: any;
  subtype?: SubtypeId;
  times_out_at?: Timestamp;
  version?: number;
  what?: Kind;
}

/** Gives held points back to the member. */
export interface ReleaseBody {
  /** How many, more than 0. Default: all that is still held. */
  points?: Points | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/**
 * Adds a restriction to an active source, or changes the one of its number (rule E94). One whose time or scope
 * changes begins to count anew.
 */
export interface RestrictSourceBody {
  reference?: string | null;
  /** What it may give in what time. */
  restriction: Restriction;
  transaction_at?: Timestamp | null;
}

/** At most so many points of a source in some time (rules E95 to E98). */
export interface Restriction {
  /** At most this many points, more than 0. */
  max: Points;
  /** Whose points count. */
  per: LimitScope;
  /** Its number within the source. */
  restriction: number;
  /** In what time. */
  window: Window;
}

/** Makes a paused or archived source active again, unless its inventory is 0 (rules E25, E34). */
export interface ResumeSourceBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Which events a run settles. */
export interface RunCriteria {
  /** Purchases of at least so many whole days ago, in the program's zone (rule C81). Default: all. */
  days_ago?: number | null;
  /** Events of these partners (rule C84). Empty: of all. */
  partners?: Array<PartnerId>;
  /** Events of these schemes (rule C83). Empty: of all. */
  schemes?: Array<SchemeId>;
  /** Debits, credits, or both. */
  settlement_type?: SettlementType;
}

/** Saves a draft, so that it can be submitted (rule C80). */
export interface SaveRunBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

export interface ScheduledFee {
  amount?: Rate;
  kind: "money" | "points";
  points?: Points;
}

/** A reward scheme. */
export interface Scheme {
  /** The partners that it is accessible to; null: all. */
  accessible_to?: Array<PartnerId> | null;
  life_cycle: LifeCycle;
  name: string;
  scheme: SchemeId;
}

export interface SchemeChoice {
  kind: "all" | "specific";
  schemes?: Array<SchemeId>;
}

/**
 * Makes the agreement of a partner or of a group, or its next version. The contribution rules are left as they
 * are.
 */
export interface SetAgreementBody {
  /** Which members are rewarded. */
  award?: AwardRules;
  /** What people say of it. */
  description?: string;
  /** The group, where it is a group's. */
  group?: GroupId | null;
  /** Whether it is in force. Default: effective. */
  life_cycle?: LifeCycle;
  /** The partner, where it is a partner's. */
  partner?: PartnerId | null;
  /**
   * The partner's own receivable that becomes its primary one (rule C12). Default: the one that is; where there
   * is none, number 1 is made.
   */
  receivable?: ReceivableId | null;
  /** How instant and automatic spends are handled. Default: at the point of sale. Not of a group. */
  reduction?: Reduction;
  reference?: string | null;
  /** The version that it takes the place of; without it, there is none yet (rule C61). */
  replaces?: number | null;
  /** Whom the merchant may sign up. Not of a group. */
  sign_up?: SignUpRules | null;
  /** Which members spend, and how much. */
  spend?: SpendRules;
  transaction_at?: Timestamp | null;
}

/** Sets the contribution rules of agreements: these, and no others (rules C04, C48 to C59, C69). */
export interface SetContributionRulesBody {
  /** And of these groups. */
  groups?: Array<GroupId>;
  /** Of these partners. */
  partners?: Array<PartnerId>;
  reference?: string | null;
  /** The rules, up to 100. */
  rules: Array<NewContributionRule>;
  transaction_at?: Timestamp | null;
}

/** Defines a partner group, or its next version (rules C72, C111). */
export interface SetGroupBody {
  /** The groups whose members its partners may reward and serve. Default: none. */
  collaborating?: Array<GroupId>;
  /** What people call it. Default: nothing. */
  name?: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Sets the inventory of a source that has none (rule E99). */
export interface SetInventoryBody {
  /** How many points it may give from now on, 0 or more. */
  points: Points;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Lets a member earn and spend, or not. */
export interface SetMemberStatusBody {
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  /** What the member may do from now on. */
  status: MemberStatus;
  transaction_at?: Timestamp | null;
}

/** Defines an offer, or its next version. */
export interface SetOfferBody {
  /** What its award is for (rule C78). Default: one purchase. */
  basis?: AwardBasis;
  /** Its classification (rule C10). */
  class: OfferClass;
  /** Whether it is in force. Default: effective. */
  life_cycle?: LifeCycle;
  /** What people call it. Default: nothing. */
  name?: string;
  reference?: string | null;
  /** The scheme that it belongs to. */
  scheme: SchemeId;
  /** How its award is spent (rule C36). Default: it goes into the wallet. */
  spend_method?: SpendMethod;
  transaction_at?: Timestamp | null;
}

/** Makes a member a participant, or changes that. */
export interface SetParticipantBody {
  /** Whether purchases may draw on the wallet (rule C30). Default: no. */
  automatic_spending?: boolean;
  /** The group that owns the member. Default: none. */
  group?: GroupId | null;
  reference?: string | null;
  /** The schemes in which the member takes part. Default: none. */
  schemes?: Array<SchemeId>;
  transaction_at?: Timestamp | null;
}

/**
 * Says how a member is paid (rule C108). The command's `reference` identifies the member with the provider; no
 * record repeats that text, so that it can be erased.
 */
export interface SetPaymentPreferenceBody {
  /** The provider: a payment gateway of the refund setup. */
  provider: string;
  /** The account. Default: the primary one. */
  receivable?: ReceivableId | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Sets up refunds through payment gateways (rule C107): all of it at once. */
export interface SetRefundsBody {
  reference?: string | null;
  /** Methods, types, providers and payment runs. */
  setup?: RefundSetup;
  transaction_at?: Timestamp | null;
}

/** Defines a scheme, or its next version. */
export interface SetSchemeBody {
  /** The partners that it is accessible to (rule C47). Default: all. */
  accessible_to?: Array<PartnerId> | null;
  /** Whether it is in force. Default: effective. */
  life_cycle?: LifeCycle;
  /** What people call it. Default: nothing. */
  name?: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Sets up settlement (rules C73, C79). */
export interface SetSettlementBody {
  reference?: string | null;
  /** How a contribution is rounded to whole minor units. Default: half up. */
  rounding?: Rounding;
  transaction_at?: Timestamp | null;
}

/**
 * Makes a partner a unit, which takes part in settlement (rules C11, C71). Once it has a group, only
 * `switch_group` moves it (rule C13).
 */
export interface SetUnitBody {
  /** The group that it belongs to. Default: none yet. */
  group?: GroupId | null;
  /** The merchant that it represents, once and for all. Default: none yet. */
  merchant?: MerchantId | null;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** A settled event, or one that would be, and why the partner bears what it bears. */
export interface SettlementLine {
  /** The version of that agreement. */
  agreement_version?: number | null;
  /** The award or the spend: `contribution` and `host` together. */
  amount: Points;
  at: Timestamp;
  /** Posted to the partner. */
  contribution: Points;
  event: EventKind;
  /** Which of its executions. */
  execution: number;
  /** What the host bears. */
  host: Points;
  member: MemberId;
  offer?: OfferId | null;
  partner: PartnerId;
  /** Percent of it that the partner bears. */
  percentage: Rate;
  /** The period of the rule that covers the event, from 0. */
  period?: number | null;
  /** The event's place in it. */
  place: number;
  priority?: Priority | null;
  receivable?: ReceivableId | null;
  request_id: RequestId;
  /** Cancelled of it since. */
  reversed: Points;
  rounding: Rounding;
  /** The rule; null: none applied, so all of it (rules C48, C87). */
  rule?: number | null;
  /** Whose agreement the rule is from, where it is a group's. */
  rule_of_group?: GroupId | null;
  /** Whose agreement the rule is from, where it is the partner's own. */
  rule_of_partner?: PartnerId | null;
  /** The run that settled it, or would. */
  run: RequestId;
  scheme?: SchemeId | null;
  /** The entry of the event. */
  sequence: Sequence;
  settled_at?: Timestamp | null;
  /** The entry that settled it; null where none has. */
  settled_by?: Sequence | null;
}

/** What settlement posted to a partner in a month. */
export interface SettlementMonth {
  credits: Points;
  debits: Points;
  /** As `2026-03`. */
  month: string;
  partner: PartnerId;
  /** Debits less credits, exactly. */
  settlement_exact: string;
}

/** An execution of a settlement run. */
export interface SettlementRun {
  /** Credited to partners, exactly. */
  credits_exact: string;
  criteria: RunCriteria;
  /** Debited to partners, exactly. */
  debits_exact: string;
  /** When it is, or was, executed. */
  due_at?: Timestamp | null;
  /** Events settled. */
  events: number;
  /** How long after it the next one is; null: it runs once. */
  every?: Span | null;
  /** Which of its executions, from 1. */
  execution: number;
  /** The request that created the run. */
  run: RequestId;
  state: RunState;
}

/** A partner's share of what an accrual gives. */
export interface Share {
  /** The partner. */
  partner: PartnerId;
  /**
   * How many parts of all parts it funds: 1 to 1,000,000,000. They may be per cent (60 and 40), points that add
   * up to the award (75 and 25 of 100), or any ratio (2 and 1).
   */
  parts: number;
}

/**
 * A merchant signs a member up to schemes (rules C42 to C47). A member who is no participant yet becomes one,
 * owned by the merchant's group.
 */
export interface SignUpBody {
  /** The merchant. */
  partner: PartnerId;
  reference?: string | null;
  /** The schemes, one at least. */
  schemes: Array<SchemeId>;
  transaction_at?: Timestamp | null;
}

/** Whom a merchant may sign up. */
export interface SignUpRules {
  /** Members of collaborating groups, to new schemes (rule C44). Default: yes. */
  collaborating?: boolean | null;
  /** New members (rule C42). Default: yes. */
  new_members?: boolean | null;
  /** Members of its own group, to new schemes (rule C43). Default: yes. */
  own_group?: boolean | null;
  /** To these schemes (rules C45 to C47). Default: all. */
  schemes?: SchemeChoice | null;
}

/** A source. */
export interface Source {
  beyond: Beyond;
  counting: Counting;
  /** Set, added, less reduced; null where it may give any number. */
  given?: Points | null;
  /** Taken by accruals. */
  issued?: Points | null;
  /** Left. */
  left?: Points | null;
  /** From this many points on the inventory is low; null: it never is. */
  low_at?: Points | null;
  name: string;
  /** The point types that it may give. */
  point_types: Array<PointTypeId>;
  /** Why it is paused: `manual` or `inventory`; null where it is not. */
  reason?: string | null;
  /** How many in what time. */
  restrictions: Array<Restriction>;
  source: SourceId;
  /** `active`, `paused` or `archived`. */
  status: string;
}

/** The terms of a source. */
export interface SourceTerms {
  /** What happens beyond the inventory or a limit. */
  beyond: Beyond;
  /** How several awards count: fixed at creation, so that what comes back is what was taken. */
  counting: Counting;
  /** Whether accruals read the source's record: it has an inventory, or is not active. */
  is_recorded: boolean;
  /** The restrictions, by their numbers. */
  limits: Array<Limit>;
  /** The receipt of an accrual that takes the inventory to this many points or fewer says so. */
  low_at?: Points | null;
  /** What people in the company call it (rule E18). */
  name: string;
  /** The point types that it may give (rules E68, E90). */
  point_types: Array<PointTypeId>;
}

/** A calendar span: `count` days, weeks, months or years, counted in the program's zone. */
export interface Span {
  /** How many, up to 36,500. */
  count: number;
  /** Of what. */
  unit: Unit;
}

/** An amount of money, and how many points it gives; exact, and recorded with the award. It may give none. */
export interface Spend {
  /** The amount, in whatever unit of money the program uses. */
  amount: Rate;
  /** Points for each unit of money, or for each step. */
  rate: Rate;
  /** How it is rounded. Default: half up; `down` gives points for each full unit or step. */
  rounding?: Rounding;
  /**
   * Points are for each step of so much money: how often it goes into the amount is rounded, then come the
   * points. Default: no steps, only the points are rounded.
   */
  step?: Rate | null;
}

/** A merchant submits a spend on a member's behalf (rules C20 to C28, C66 to C68). */
export interface SpendBody {
  /** Who spends. */
  member: MemberId;
  /** Where. */
  partner: PartnerId;
  /** The wallet. */
  point_type: PointTypeId;
  /** How much, in minor units, more than 0. */
  points: Points;
  reference?: string | null;
  /** The scheme; needed where the amounts depend on it (rule C25). */
  scheme?: SchemeId | null;
  transaction_at?: Timestamp | null;
}

/** How much may be spent at a time, in minor units; both ends are allowed. */
export interface SpendRange {
  /** At least this (rule C23). Default: no bound. */
  from?: Points | null;
  /** At most this (rule C24). Default: no bound. */
  to?: Points | null;
}

export interface SpendRanges {
  kind: "per_scheme" | "single";
  range?: SpendRange;
  ranges?: Record<string, SpendRange>;
}

/** Which members spend at a merchant, and how much. */
export interface SpendRules {
  /** Whether purchases draw on the wallet; the member has to allow it, too (rules C30, C31). Default: no. */
  automatic?: boolean | null;
  /** How much an automatic spend may be (rule C29). Default: as `range` says. */
  automatic_range?: SpendRange | null;
  /** Refuses spends of members who take part in none of its schemes (rules C22, C66). Default: no. */
  block_without_scheme?: boolean | null;
  /** Takes spends of members whom a collaborating group owns (rule C21). Default: yes. */
  collaborating?: boolean | null;
  /** The most of any spend (rule C28), in minor units. Default: none. */
  maximum?: Points | null;
  /** The least of any spend (rule C27), in minor units. Default: none. */
  minimum?: Points | null;
  /** Takes spends of members whom its own group owns (rule C20). Default: yes. */
  own_group?: boolean | null;
  /** How much at a time (rules C23 to C26, C67, C68). Default: no bounds. */
  range?: SpendRanges | null;
}

/** A member without the points. */
export interface Standing2 {
  enrolled_at: Timestamp;
  /** The household that the member belongs to. */
  household?: MemberId | null;
  /** When that is over; null: it has no end. */
  household_until?: Timestamp | null;
  /** Whether it is a household. */
  is_household: boolean;
  member: MemberId;
  /** The member into whom this one was merged. */
  merged_into?: MemberId | null;
  /** Whether qualifying points count for the household (rule D40). */
  rolls_up: boolean;
  status: MemberStatus;
  tier?: TierId | null;
  tier_name?: string | null;
  tier_since?: Timestamp | null;
  /** When the tier is evaluated again. */
  tier_until?: Timestamp | null;
}

/** How far the journal reaches. */
export interface Standing3 {
  /** The number of the newest entry. */
  last_sequence: number;
  /** Bytes that the database takes. */
  size_bytes: number;
}

export interface Start {
  instant?: Timestamp;
  kind: "after" | "at" | "transaction";
  span?: Span;
}

/** A line of a statement: what an entry changed of one point type. */
export interface StatementLine {
  /** Redeemable after it. */
  available?: Points | null;
  /** What was done, in one word. */
  kind: string;
  /** Null where it changed nothing. */
  point_type?: PointTypeId | null;
  /** How many more, or less. */
  points: number;
  recorded_at: Timestamp;
  reference?: string | null;
  /** The number of the entry. */
  sequence: Sequence;
  transaction_at?: Timestamp | null;
}

/** How the server is. */
export interface Status {
  status: string;
}

export interface Subject {
  id: MemberId;
  kind: "member" | "partner" | "source" | "program";
}

/** Submits a saved run (rule C80): it is executed at its instant by the sweeper, in bounded steps. */
export interface SubmitRunBody {
  reference?: string | null;
  /** When. Default: at once. */
  starts_at?: Timestamp | null;
  transaction_at?: Timestamp | null;
}

/** What was booked. */
export interface Swept {
  /** How many members, partners and runs something was booked of. */
  booked: number;
}

/** Moves merchants to another group (rules C93 to C97). */
export interface SwitchGroupBody {
  /** Or all merchants of this group. */
  from?: GroupId | null;
  /** These merchants, all of one group. */
  partners?: Array<PartnerId>;
  reference?: string | null;
  /** Rules of the group that is left which become the merchants' own. */
  rules?: Array<TransferredRule>;
  /** The group that they join. */
  to: GroupId;
  transaction_at?: Timestamp | null;
}

/** So many qualifying points of a type. */
export interface Threshold {
  /** The kind of points. */
  point_type: PointTypeId;
  /** How many, more than 0. */
  points: Points;
}

/** One tier. */
export interface Tier {
  /** Any one of these is enough (rule D07). */
  any_of: Array<Threshold>;
  /** What people call it. Default: nothing. */
  name?: string;
  /** Its id. */
  tier: TierId;
}

/** Moves points to another member, from the items next in order. They keep their expiry, source and partner. */
export interface TransferBody {
  /** What the host keeps for it, on top, 0 or more. Default: 0. */
  fee?: Points;
  /** Who gives. */
  member: MemberId;
  /** The kind of points: of a redeemable type. */
  point_type: PointTypeId;
  /** How many, more than 0. */
  points: Points;
  reference?: string | null;
  /** Who gets. */
  to: MemberId;
  transaction_at?: Timestamp | null;
}

/** A rule of the group that is left, and what becomes of it. */
export interface TransferredRule {
  /** The rule's number. */
  rule: number;
  /** Moved or copied. */
  transfer: RuleTransfer;
}

/** Makes a merge undone: the other gets the items back that came with the merge, with what is left of them. */
export interface UnmergeBody {
  /** Who was merged into the member. */
  other: MemberId;
  /** Why, up to 128 bytes. */
  reason: string;
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** Deletes a restriction of an active source (rule E94). */
export interface UnrestrictSourceBody {
  reference?: string | null;
  transaction_at?: Timestamp | null;
}

/** An accrual that a partner pays for, or the cancellation of one. Exact amounts, as texts. */
export interface Use {
  /** Whether the two are the same. */
  agrees: boolean;
  /** Points that the member was given; below 0 where they were cancelled. */
  given_exact: string;
  member: MemberId;
  /** Partner points that these cost by the terms of the accrual. */
  owed_exact: string;
  request_id: RequestId;
  sequence: Sequence;
  /** Partner points that left its blocks, or that it was charged; below 0 where they came back. */
  taken_exact: string;
  transaction_at: Timestamp;
}

/** What an audit found. */
export interface Verdict {
  chain: string;
  digest: string;
  entries: number;
  ok: boolean;
  replayed: boolean;
  violations: Array<string>;
  violations_total: number;
}

export interface Window {
  kind: "calendar" | "sliding";
  span?: Span;
  unit?: Unit;
}

/** The agreement was changed meanwhile. */
export class AgreementChanged extends Refused {
  declare readonly version: number;
}

/** There is an agreement already (rule C61). */
export class AgreementExists extends Refused {
  declare readonly version: number;
}

/** There is no such agreement. */
export class AgreementUnknown extends Refused {
}

/** The fee is refunded already (rule B39). */
export class AlreadyRefunded extends Refused {
  declare readonly refund: Sequence;
}

/** The accrual has no such award, or several and none was named. */
export class AwardUnknown extends Refused {
  declare readonly awards: number;
}

/** The partner's last bill is still being made. */
export class BillOpen extends Refused {
  declare readonly bill: number;
}

/** The partner is billed up to a later cut-off already (rule A27). */
export class BilledAlready extends Refused {
  declare readonly billed_until: Timestamp;
}

/** The block was rejected or cancelled before. */
export class BlockClosed extends Refused {
  declare readonly block: BlockId;
}

/** The partner has a block of this id already. */
export class BlockExists extends Refused {
  declare readonly block: BlockId;
}

/** The block has expired, or would before it starts. */
export class BlockExpired extends Refused {
  declare readonly block: BlockId;
  declare readonly expires_at: Timestamp;
}

/** The partner has too many open blocks to change their order. */
export class BlockLimit extends Refused {
  declare readonly limit: number;
}

/** The block is not approved, or not within its validity (rule B09). */
export class BlockNotActive extends Refused {
  declare readonly block: BlockId;
}

/** The block is approved already. */
export class BlockNotPending extends Refused {
  declare readonly block: BlockId;
}

/** No such block. */
export class BlockUnknown extends Refused {
  declare readonly block: BlockId;
}

/** The token's budget of points for this day (UTC) does not cover the command. Nothing was done. */
export class BudgetExceeded extends Refused {
  declare readonly asked: number;
  declare readonly budget: string;
  declare readonly limit: number;
  declare readonly used: number;
}

/**
 * The server has as much work as it takes. Nothing was done. Retry after the seconds of `Retry-After`, with the
 * same `Idempotency-Key`.
 */
export class Busy extends Refused {
}

/** More than what is left to cancel. */
export class CancelExceeds extends Refused {
  declare readonly left: Points;
}

/** Partners take no part in offers of this classification (rule C09), or rules cannot name them (rule C57). */
export class ClassNotAllowed extends Refused {
  declare readonly offer: OfferId;
}

/** The server runs on the system's clock. Only the commands' clock (`serve --clock commands`) can be moved. */
export class ClockNotMovable extends Refused {
}

/**
 * The server is stopping, or its database is closed. A command in flight may have been done: repeat it with the
 * same `Idempotency-Key`.
 */
export class Closing extends Refused {
}

/** The cut-off of a bill is ahead of the engine's time. */
export class CutOffAhead extends Refused {
  declare readonly latest: Timestamp;
}

/** The journal has no such entry, or the token must not know of it. */
export class EntryUnknown extends Refused {
}

/** More than what is left in the block (rules B23, B28, B33). */
export class ExceedsBlock extends Refused {
  declare readonly available: Points;
  declare readonly block: BlockId;
  declare readonly short: Points;
}

/** The items would expire at once. */
export class ExpiryOver extends Refused {
  declare readonly expires_at: Timestamp;
}

/** The terms have no fee of this name. */
export class FeeUnknown extends Refused {
}

/** The token lacks the scope that this route needs, or the route is outside of its bounds. */
export class Forbidden extends Refused {
  declare readonly scope: string;
}

/** The unit has a group; only a switch moves it (rule C13). */
export class GroupReadOnly extends Refused {
  declare readonly group: GroupId;
}

/** No such partner group. */
export class GroupUnknown extends Refused {
  declare readonly group: GroupId;
}

/** More than what is still held. */
export class HoldExceeds extends Refused {
  declare readonly left: Points;
}

/** The hold would time out before it begins. */
export class HoldOver extends Refused {
  declare readonly times_out_at: Timestamp;
}

/** No such hold. */
export class HoldUnknown extends Refused {
}

/** The household has as many members as it may. */
export class HouseholdLimit extends Refused {
  declare readonly limit: number;
}

/**
 * A command needs the header `Idempotency-Key`: an id that you choose and send again with each retry of this
 * command.
 */
export class IdempotencyKeyRequired extends Refused {
}

/** The member belongs to a household already (rule D37). */
export class InHousehold extends Refused {
  declare readonly household: MemberId;
}

/** The member's default accounts have too few points (rule E62). */
export class InsufficientDefaults extends Refused {
  declare readonly available: Points;
  declare readonly short: number;
}

/** The partner's usable blocks hold too little (rule A06). */
export class InsufficientPartnerPoints extends Refused {
  declare readonly available: Points;
  declare readonly partner: PartnerId;
  declare readonly short: Points;
}

/** The member has too few redeemable points. */
export class InsufficientPoints extends Refused {
  declare readonly available: Points;
  declare readonly point_type: PointTypeId;
  declare readonly short: number;
}

/**
 * The server found its own data wrong, or failed. Nothing more is told here; the server's log has it. Do not
 * retry.
 */
export class Internal extends Refused {
}

/** The cursor is not one that this route gave. Begin again without one. */
export class InvalidCursor extends Refused {
  declare readonly parameter: string;
}

/** The inventory of the source is 0 (rule E25). */
export class InventoryEmpty extends Refused {
  declare readonly source: SourceId;
}

/** More than the inventory of the source holds (rules E100, E102). */
export class InventoryExceeded extends Refused {
  declare readonly left: Points;
  declare readonly source: SourceId;
}

/** The source has an inventory: it is modified, not set again (rule E101). */
export class InventoryExists extends Refused {
  declare readonly source: SourceId;
}

/** The source has no inventory. */
export class InventoryUnset extends Refused {
  declare readonly source: SourceId;
}

/** A household belongs to no other. */
export class IsAHousehold extends Refused {
}

/** Nothing is left of the item. */
export class ItemClosed extends Refused {
  declare readonly place: number;
  declare readonly sequence: Sequence;
}

/** Nothing has expired of the item. */
export class ItemNotExpired extends Refused {
  declare readonly place: number;
  declare readonly sequence: Sequence;
}

/** The member has no such item that has matured. */
export class ItemUnknown extends Refused {
  declare readonly place: number;
  declare readonly sequence: Sequence;
}

/** More than the source may give in this time (rules E95 to E98). */
export class LimitReached extends Refused {
  declare readonly left: Points;
  declare readonly restriction: number;
  declare readonly source: SourceId;
}

/**
 * The body, a header or a parameter is not well formed. `pointer` or `parameter` names the place. Correct the
 * call.
 */
export class Malformed extends Refused {
  declare readonly parameter: string;
  declare readonly pointer: string;
}

/** The account would have more points than it may (rule E67). */
export class MaximumBalance extends Refused {
  declare readonly maximum: Points;
  declare readonly point_type: PointTypeId;
  declare readonly room: Points;
}

/** The member may not spend. */
export class MemberBlocked extends Refused {
}

/** The member may not earn or spend. */
export class MemberClosed extends Refused {
}

/** The member is enrolled already. */
export class MemberExists extends Refused {
}

/** No such member. */
export class MemberUnknown extends Refused {
}

/** What is owed or borne for points of both cannot be told apart any more. */
export class MergeEntangled extends Refused {
}

/** The address exists for other methods: see the header `Allow`. */
export class MethodNotAllowed extends Refused {
  declare readonly allow: string;
}

/** Default types of one program share one order of use (rule E63). */
export class MixedOrder extends Refused {
  declare readonly point_type: PointTypeId;
}

/** Archiving has to be confirmed (rule E29). */
export class NeedsConfirm extends Refused {
  declare readonly left: Points;
  declare readonly source: SourceId;
}

/** The points would expire before they can be used (rules D57, D58). */
export class NeverUsableProblem extends Refused {
  declare readonly available_from: Timestamp;
  declare readonly expires_at: Timestamp;
  declare readonly place: number;
}

/** New members are not signed up here (rule C42). */
export class NewMembersNotAllowed extends Refused {
  declare readonly partner: PartnerId;
}

/** The member takes part in none of the merchant's schemes (rules C18, C22). */
export class NoCommonScheme extends Refused {
  declare readonly partner: PartnerId;
}

/** The program has no default type, and the command names none. */
export class NoDefaultType extends Refused {
}

/** The member belongs to no household. */
export class NoHousehold extends Refused {
}

/** The partner has no bill that is being made. */
export class NoOpenBill extends Refused {
}

/** The member has no payment preference (rule C108). */
export class NoPaymentPreference extends Refused {
}

/** A program without a subtype cannot be activated (rule D17). */
export class NoSubtype extends Refused {
}

/** The transaction is no fee (rule B36). */
export class NotAFee extends Refused {
}

/** It is a household, or it is none. */
export class NotAHousehold extends Refused {
}

/** The route has no answer in the format that was asked for. */
export class NotAcceptable extends Refused {
}

/** The scheme is not accessible to the partner (rule C47). */
export class NotAccessible extends Refused {
  declare readonly partner: PartnerId;
  declare readonly scheme: SchemeId;
}

/** Transactions of this kind cannot be cancelled. */
export class NotCancellable extends Refused {
}

/** Something is not set up (rules C73, C107). */
export class NotConfigured extends Refused {
  declare readonly missing: Setup;
}

/** A merchant, scheme or offer is not in force (rules C14, C47, C57). */
export class NotEffective extends Refused {
  declare readonly id: number;
  declare readonly what: Kind;
}

/** There is nothing at this address, or the token must not know of it. */
export class NotFound extends Refused {
}

/** The other member was not merged into this one. */
export class NotMerged extends Refused {
}

/** This server cannot do that: for instance a backup of a database in memory. */
export class NotPossible extends Refused {
}

/** Points of this type do not count toward a tier. */
export class NotQualifying extends Refused {
  declare readonly point_type: PointTypeId;
}

/** Points of this type are not for spending (rule D31). */
export class NotRedeemable extends Refused {
  declare readonly point_type: PointTypeId;
}

/** There is nothing in the wallet, or nothing left to pay. */
export class NothingToSpend extends Refused {
}

/** No such offer. */
export class OfferUnknown extends Refused {
  declare readonly offer: OfferId;
}

/** Members of other groups are left out, or this one does not collaborate (rules C17, C21, C44, C111). */
export class OtherGroupNotAllowed extends Refused {
  declare readonly group: GroupId;
  declare readonly partner: PartnerId;
}

/** A sum would not fit in 64 bits, or an instant would lie past the year 9999. */
export class Overflow extends Refused {
}

/** Members of the merchant's own group are left out (rules C16, C20, C43). */
export class OwnGroupNotAllowed extends Refused {
  declare readonly group: GroupId;
  declare readonly partner: PartnerId;
}

/** The partner exists already. */
export class PartnerExists extends Refused {
  declare readonly partner: PartnerId;
}

/** A post-paid partner has no blocks (rule A25). */
export class PartnerPostPaid extends Refused {
  declare readonly partner: PartnerId;
}

/** A prepaid partner gets no bills (rule A26). */
export class PartnerPrepaid extends Refused {
  declare readonly partner: PartnerId;
}

/** No such partner. */
export class PartnerUnknown extends Refused {
  declare readonly partner: PartnerId;
}

/** A percentage is not between 0 and 100 (rules C52, C58). */
export class PercentageOutOfRange extends Refused {
  declare readonly percentage: Rate;
}

/** Two periods of a rule overlap (rule C59). */
export class PeriodOverlap extends Refused {
  declare readonly date: CivilDate;
}

/** The point type exists already. */
export class PointTypeExists extends Refused {
  declare readonly point_type: PointTypeId;
}

/** The point type is inactive: nobody earns or spends it, and it can only be activated (rule E17). */
export class PointTypeInactive extends Refused {
  declare readonly point_type: PointTypeId;
}

/** The program has as many point types as it may (rule D06). */
export class PointTypeLimit extends Refused {
  declare readonly limit: number;
}

/** No such point type. */
export class PointTypeUnknown extends Refused {
  declare readonly point_type: PointTypeId;
}

/**
 * What the command edits is not what the caller saw: it has another `ETag` than `If-Match` says. Nothing was
 * done. Read it again.
 */
export class PreconditionFailed extends Refused {
}

/** The owner has a primary receivable (rule C112). */
export class PrimaryExists extends Refused {
  declare readonly receivable: ReceivableId;
}

/** The program is active already. */
export class ProgramActive extends Refused {
}

/** The program is a draft: nobody earns or spends (rule D17). */
export class ProgramDraft extends Refused {
}

/** The program exists already. */
export class ProgramExists extends Refused {
}

/** No such program. */
export class ProgramUnknown extends Refused {
}

/** The receivable exists already. */
export class ReceivableExists extends Refused {
  declare readonly receivable: ReceivableId;
}

/** The receivable is not there, or not this owner's (rule C12). */
export class ReceivableUnknown extends Refused {
  declare readonly receivable: ReceivableId;
}

/** The command's reference has to identify the member with the provider (rule C108). */
export class ReferenceMissing extends Refused {
}

/** The gateway has answered already (rule C110). */
export class RefundNotPending extends Refused {
  declare readonly state: RefundState;
}

/** No such request for a refund. */
export class RefundUnknown extends Refused {
}

/** The request id was used before, with another body. */
export class RequestIdReused extends Refused {
  declare readonly first: Sequence;
}

/** The source has no such restriction. */
export class RestrictionUnknown extends Refused {
  declare readonly restriction: number;
  declare readonly source: SourceId;
}

/** Points roll over into other types, never back (rule E79). */
export class RolloverCycle extends Refused {
  declare readonly point_type: PointTypeId;
}

/** No such contribution rule. */
export class RuleUnknown extends Refused {
  declare readonly rule: number;
}

/** The run is in another state (rule C80). */
export class RunStateProblem extends Refused {
  declare readonly state: RunState;
}

/** No such settlement run. */
export class RunUnknown extends Refused {
}

/** Nobody transfers points to himself. */
export class SameMember extends Refused {
}

/** The amounts depend on the scheme, and none is named (rule C25). */
export class SchemeMissing extends Refused {
}

/** The merchant does not use this scheme (rules C19, C45). */
export class SchemeNotUsed extends Refused {
  declare readonly partner: PartnerId;
  declare readonly scheme: SchemeId;
}

/** No such scheme. */
export class SchemeUnknown extends Refused {
  declare readonly scheme: SchemeId;
}

/** The source is active (rule E28). */
export class SourceActive extends Refused {
  declare readonly source: SourceId;
}

/** The source is archived. */
export class SourceArchived extends Refused {
  declare readonly source: SourceId;
}

/** The source exists already. */
export class SourceExists extends Refused {
  declare readonly source: SourceId;
}

/** The source may not give points of this type (rule E68). */
export class SourceNotLinked extends Refused {
  declare readonly point_type: PointTypeId;
  declare readonly source: SourceId;
}

/** The source is paused: it gives no points, and its terms do not change (rule E24). */
export class SourcePaused extends Refused {
  declare readonly source: SourceId;
}

/** Every award must name a source (rule E05). */
export class SourceRequired extends Refused {
  declare readonly place: number;
}

/** No such source. */
export class SourceUnknown extends Refused {
  declare readonly source: SourceId;
}

/** A source needs at least one point type to give (rule E90). */
export class SourceWithoutTypes extends Refused {
  declare readonly source: SourceId;
}

/** More than may be spent at a time (rules C24, C28). */
export class SpendAboveMaximum extends Refused {
  declare readonly amount: Points;
  declare readonly maximum: Points;
}

/** Less than may be spent at a time (rules C23, C27). */
export class SpendBelowMinimum extends Refused {
  declare readonly amount: Points;
  declare readonly minimum: Points;
}

/** The subtype exists already. */
export class SubtypeExists extends Refused {
  declare readonly subtype: SubtypeId;
}

/** The program has no such subtype. */
export class SubtypeUnknown extends Refused {
  declare readonly subtype: SubtypeId;
}

/**
 * The token makes more calls a second than it may, or too many wrong tokens came from this address. Nothing was
 * done. Retry after the seconds of `Retry-After`.
 */
export class TooFast extends Refused {
  declare readonly limit: number;
}

/** The body is larger than this route takes: 1 MiB, or 16 MiB and 10,000 lines of commands. */
export class TooLarge extends Refused {
}

/** It would touch more items than one command may. */
export class TooManyItems extends Refused {
  declare readonly limit: number;
  declare readonly points: Points;
}

/** The transaction is dated too far ahead of the engine's clock. */
export class TransactionAhead extends Refused {
  declare readonly latest: Timestamp;
}

/** The transaction to cancel is unknown. */
export class TransactionUnknown extends Refused {
}

/** No token was sent, or one that is unknown, expired or revoked. Send `Authorization: Bearer acr_...`. */
export class Unauthorized extends Refused {
}

/** The unit represents another merchant (rule C11). */
export class UnitTaken extends Refused {
  declare readonly merchant: MerchantId;
}

/** The partner is no unit. */
export class UnitUnknown extends Refused {
  declare readonly partner: PartnerId;
}

/** The body must be `application/json` (or `application/x-ndjson` for commands in lines), not encoded. */
export class UnsupportedMediaType extends Refused {
}

/** The header `Host` names a host that this server does not answer for. See `serve --host`. */
export class WrongHost extends Refused {
}

export const PROBLEMS: Record<string, typeof Refused> = {
  agreement_changed: AgreementChanged,
  agreement_exists: AgreementExists,
  agreement_unknown: AgreementUnknown,
  already_refunded: AlreadyRefunded,
  award_unknown: AwardUnknown,
  bill_open: BillOpen,
  billed_already: BilledAlready,
  block_closed: BlockClosed,
  block_exists: BlockExists,
  block_expired: BlockExpired,
  block_limit: BlockLimit,
  block_not_active: BlockNotActive,
  block_not_pending: BlockNotPending,
  block_unknown: BlockUnknown,
  budget_exceeded: BudgetExceeded,
  busy: Busy,
  cancel_exceeds: CancelExceeds,
  class_not_allowed: ClassNotAllowed,
  clock_not_movable: ClockNotMovable,
  closing: Closing,
  cut_off_ahead: CutOffAhead,
  entry_unknown: EntryUnknown,
  exceeds_block: ExceedsBlock,
  expiry_over: ExpiryOver,
  fee_unknown: FeeUnknown,
  forbidden: Forbidden,
  group_read_only: GroupReadOnly,
  group_unknown: GroupUnknown,
  hold_exceeds: HoldExceeds,
  hold_over: HoldOver,
  hold_unknown: HoldUnknown,
  household_limit: HouseholdLimit,
  idempotency_key_required: IdempotencyKeyRequired,
  in_household: InHousehold,
  insufficient_defaults: InsufficientDefaults,
  insufficient_partner_points: InsufficientPartnerPoints,
  insufficient_points: InsufficientPoints,
  internal: Internal,
  invalid_cursor: InvalidCursor,
  inventory_empty: InventoryEmpty,
  inventory_exceeded: InventoryExceeded,
  inventory_exists: InventoryExists,
  inventory_unset: InventoryUnset,
  is_a_household: IsAHousehold,
  item_closed: ItemClosed,
  item_not_expired: ItemNotExpired,
  item_unknown: ItemUnknown,
  limit_reached: LimitReached,
  malformed: Malformed,
  maximum_balance: MaximumBalance,
  member_blocked: MemberBlocked,
  member_closed: MemberClosed,
  member_exists: MemberExists,
  member_unknown: MemberUnknown,
  merge_entangled: MergeEntangled,
  method_not_allowed: MethodNotAllowed,
  mixed_order: MixedOrder,
  needs_confirm: NeedsConfirm,
  never_usable: NeverUsableProblem,
  new_members_not_allowed: NewMembersNotAllowed,
  no_common_scheme: NoCommonScheme,
  no_default_type: NoDefaultType,
  no_household: NoHousehold,
  no_open_bill: NoOpenBill,
  no_payment_preference: NoPaymentPreference,
  no_subtype: NoSubtype,
  not_a_fee: NotAFee,
  not_a_household: NotAHousehold,
  not_acceptable: NotAcceptable,
  not_accessible: NotAccessible,
  not_cancellable: NotCancellable,
  not_configured: NotConfigured,
  not_effective: NotEffective,
  not_found: NotFound,
  not_merged: NotMerged,
  not_possible: NotPossible,
  not_qualifying: NotQualifying,
  not_redeemable: NotRedeemable,
  nothing_to_spend: NothingToSpend,
  offer_unknown: OfferUnknown,
  other_group_not_allowed: OtherGroupNotAllowed,
  overflow: Overflow,
  own_group_not_allowed: OwnGroupNotAllowed,
  partner_exists: PartnerExists,
  partner_post_paid: PartnerPostPaid,
  partner_prepaid: PartnerPrepaid,
  partner_unknown: PartnerUnknown,
  percentage_out_of_range: PercentageOutOfRange,
  period_overlap: PeriodOverlap,
  point_type_exists: PointTypeExists,
  point_type_inactive: PointTypeInactive,
  point_type_limit: PointTypeLimit,
  point_type_unknown: PointTypeUnknown,
  precondition_failed: PreconditionFailed,
  primary_exists: PrimaryExists,
  program_active: ProgramActive,
  program_draft: ProgramDraft,
  program_exists: ProgramExists,
  program_unknown: ProgramUnknown,
  receivable_exists: ReceivableExists,
  receivable_unknown: ReceivableUnknown,
  reference_missing: ReferenceMissing,
  refund_not_pending: RefundNotPending,
  refund_unknown: RefundUnknown,
  request_id_reused: RequestIdReused,
  restriction_unknown: RestrictionUnknown,
  rollover_cycle: RolloverCycle,
  rule_unknown: RuleUnknown,
  run_state: RunStateProblem,
  run_unknown: RunUnknown,
  same_member: SameMember,
  scheme_missing: SchemeMissing,
  scheme_not_used: SchemeNotUsed,
  scheme_unknown: SchemeUnknown,
  source_active: SourceActive,
  source_archived: SourceArchived,
  source_exists: SourceExists,
  source_not_linked: SourceNotLinked,
  source_paused: SourcePaused,
  source_required: SourceRequired,
  source_unknown: SourceUnknown,
  source_without_types: SourceWithoutTypes,
  spend_above_maximum: SpendAboveMaximum,
  spend_below_minimum: SpendBelowMinimum,
  subtype_exists: SubtypeExists,
  subtype_unknown: SubtypeUnknown,
  too_fast: TooFast,
  too_large: TooLarge,
  too_many_items: TooManyItems,
  transaction_ahead: TransactionAhead,
  transaction_unknown: TransactionUnknown,
  unauthorized: Unauthorized,
  unit_taken: UnitTaken,
  unit_unknown: UnitUnknown,
  unsupported_media_type: UnsupportedMediaType,
  wrong_host: WrongHost,
};

export const OPERATIONS: Record<string, [string, string]> = {
  get_health: ["GET", "/healthz"],
  get_metrics: ["GET", "/metrics"],
  get_readiness: ["GET", "/readyz"],
  backup: ["POST", "/v1/admin/backup"],
  checkpoint: ["POST", "/v1/admin/checkpoint"],
  sweep: ["POST", "/v1/admin/sweep"],
  verify: ["POST", "/v1/admin/verify"],
  get_clock: ["GET", "/v1/clock"],
  move_clock: ["POST", "/v1/clock"],
  batch: ["POST", "/v1/commands"],
  get_entry: ["GET", "/v1/entries/{sequence}"],
  get_feed: ["GET", "/v1/feed"],
  list_programs: ["GET", "/v1/programs"],
  list_programs_csv: ["GET", "/v1/programs.csv"],
  list_programs_jsonl: ["GET", "/v1/programs.jsonl"],
  get_program: ["GET", "/v1/programs/{program}"],
  create_program: ["POST", "/v1/programs/{program}"],
  accrue: ["POST", "/v1/programs/{program}/accruals"],
  activate_program: ["POST", "/v1/programs/{program}/activate"],
  adjust: ["POST", "/v1/programs/{program}/adjustments"],
  list_agreements: ["GET", "/v1/programs/{program}/agreements"],
  set_agreement: ["POST", "/v1/programs/{program}/agreements"],
  list_agreements_csv: ["GET", "/v1/programs/{program}/agreements.csv"],
  list_agreements_jsonl: ["GET", "/v1/programs/{program}/agreements.jsonl"],
  get_audit_log: ["GET", "/v1/programs/{program}/audit"],
  get_audit_log_csv: ["GET", "/v1/programs/{program}/audit.csv"],
  get_audit_log_jsonl: ["GET", "/v1/programs/{program}/audit.jsonl"],
  cancel: ["POST", "/v1/programs/{program}/cancellations"],
  command: ["POST", "/v1/programs/{program}/commands"],
  set_contribution_rules: ["POST", "/v1/programs/{program}/contribution-rules"],
  credit_member: ["POST", "/v1/programs/{program}/credits"],
  erase: ["POST", "/v1/programs/{program}/erasures"],
  refund_fee: ["POST", "/v1/programs/{program}/fees/{fee}/refund"],
  switch_group: ["POST", "/v1/programs/{program}/group-switches"],
  hold: ["POST", "/v1/programs/{program}/holds"],
  capture: ["POST", "/v1/programs/{program}/holds/{hold}/capture"],
  release: ["POST", "/v1/programs/{program}/holds/{hold}/release"],
  enrol_household: ["POST", "/v1/programs/{program}/households"],
  list_members: ["GET", "/v1/programs/{program}/members"],
  enrol: ["POST", "/v1/programs/{program}/members"],
  list_members_csv: ["GET", "/v1/programs/{program}/members.csv"],
  list_members_jsonl: ["GET", "/v1/programs/{program}/members.jsonl"],
  get_member: ["GET", "/v1/programs/{program}/members/{member}"],
  list_expiring: ["GET", "/v1/programs/{program}/members/{member}/expiring"],
  list_expiring_csv: ["GET", "/v1/programs/{program}/members/{member}/expiring.csv"],
  list_expiring_jsonl: ["GET", "/v1/programs/{program}/members/{member}/expiring.jsonl"],
  list_holds: ["GET", "/v1/programs/{program}/members/{member}/holds"],
  list_holds_csv: ["GET", "/v1/programs/{program}/members/{member}/holds.csv"],
  list_holds_jsonl: ["GET", "/v1/programs/{program}/members/{member}/holds.jsonl"],
  get_household: ["GET", "/v1/programs/{program}/members/{member}/household"],
  join_household: ["POST", "/v1/programs/{program}/members/{member}/household"],
  edit_membership: ["POST", "/v1/programs/{program}/members/{member}/household/edit"],
  leave_household: ["POST", "/v1/programs/{program}/members/{member}/household/leave"],
  list_items: ["GET", "/v1/programs/{program}/members/{member}/items"],
  list_items_csv: ["GET", "/v1/programs/{program}/members/{member}/items.csv"],
  list_items_jsonl: ["GET", "/v1/programs/{program}/members/{member}/items.jsonl"],
  extend_items: ["POST", "/v1/programs/{program}/members/{member}/items/extend"],
  reinstate_items: ["POST", "/v1/programs/{program}/members/{member}/items/reinstate"],
  merge: ["POST", "/v1/programs/{program}/members/{member}/merge"],
  set_participant: ["POST", "/v1/programs/{program}/members/{member}/participation"],
  set_payment_preference: ["POST", "/v1/programs/{program}/members/{member}/payment-preference"],
  sign_up: ["POST", "/v1/programs/{program}/members/{member}/sign-ups"],
  get_standing: ["GET", "/v1/programs/{program}/members/{member}/standing"],
  get_statement: ["GET", "/v1/programs/{program}/members/{member}/statement"],
  get_statement_csv: ["GET", "/v1/programs/{program}/members/{member}/statement.csv"],
  get_statement_jsonl: ["GET", "/v1/programs/{program}/members/{member}/statement.jsonl"],
  set_member_status: ["POST", "/v1/programs/{program}/members/{member}/status"],
  unmerge: ["POST", "/v1/programs/{program}/members/{member}/unmerge"],
  list_offers: ["GET", "/v1/programs/{program}/offers"],
  list_offers_csv: ["GET", "/v1/programs/{program}/offers.csv"],
  list_offers_jsonl: ["GET", "/v1/programs/{program}/offers.jsonl"],
  set_offer: ["POST", "/v1/programs/{program}/offers/{offer}"],
  list_groups: ["GET", "/v1/programs/{program}/partner-groups"],
  list_groups_csv: ["GET", "/v1/programs/{program}/partner-groups.csv"],
  list_groups_jsonl: ["GET", "/v1/programs/{program}/partner-groups.jsonl"],
  set_group: ["POST", "/v1/programs/{program}/partner-groups/{group}"],
  list_partners: ["GET", "/v1/programs/{program}/partners"],
  create_partner: ["POST", "/v1/programs/{program}/partners"],
  list_partners_csv: ["GET", "/v1/programs/{program}/partners.csv"],
  list_partners_jsonl: ["GET", "/v1/programs/{program}/partners.jsonl"],
  get_partner: ["GET", "/v1/programs/{program}/partners/{partner}"],
  get_agreement: ["GET", "/v1/programs/{program}/partners/{partner}/agreement"],
  list_bills: ["GET", "/v1/programs/{program}/partners/{partner}/bills"],
  bill_partner: ["POST", "/v1/programs/{program}/partners/{partner}/bills"],
  list_bills_csv: ["GET", "/v1/programs/{program}/partners/{partner}/bills.csv"],
  list_bills_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/bills.jsonl"],
  continue_bill: ["POST", "/v1/programs/{program}/partners/{partner}/bills/continue"],
  get_bill: ["GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}"],
  list_bill_lines: ["GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines"],
  list_bill_lines_csv: ["GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines.csv"],
  list_bill_lines_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines.jsonl"],
  list_blocks: ["GET", "/v1/programs/{program}/partners/{partner}/blocks"],
  purchase_block: ["POST", "/v1/programs/{program}/partners/{partner}/blocks"],
  list_blocks_csv: ["GET", "/v1/programs/{program}/partners/{partner}/blocks.csv"],
  list_blocks_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/blocks.jsonl"],
  adjust_block: ["POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/adjust"],
  approve_block: ["POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/approve"],
  cancel_block: ["POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/cancel"],
  reject_block: ["POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/reject"],
  list_charges: ["GET", "/v1/programs/{program}/partners/{partner}/charges"],
  list_charges_csv: ["GET", "/v1/programs/{program}/partners/{partner}/charges.csv"],
  list_charges_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/charges.jsonl"],
  list_partner_credits: ["GET", "/v1/programs/{program}/partners/{partner}/credits"],
  list_partner_credits_csv: ["GET", "/v1/programs/{program}/partners/{partner}/credits.csv"],
  list_partner_credits_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/credits.jsonl"],
  edit_partner: ["POST", "/v1/programs/{program}/partners/{partner}/edit"],
  list_fees: ["GET", "/v1/programs/{program}/partners/{partner}/fees"],
  charge_fee: ["POST", "/v1/programs/{program}/partners/{partner}/fees"],
  list_fees_csv: ["GET", "/v1/programs/{program}/partners/{partner}/fees.csv"],
  list_fees_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/fees.jsonl"],
  get_forecast: ["GET", "/v1/programs/{program}/partners/{partner}/forecast"],
  get_forecast_csv: ["GET", "/v1/programs/{program}/partners/{partner}/forecast.csv"],
  get_forecast_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/forecast.jsonl"],
  get_forecast_svg: ["GET", "/v1/programs/{program}/partners/{partner}/forecast.svg"],
  list_postings: ["GET", "/v1/programs/{program}/partners/{partner}/postings"],
  list_postings_csv: ["GET", "/v1/programs/{program}/partners/{partner}/postings.csv"],
  list_postings_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/postings.jsonl"],
  list_receivables: ["GET", "/v1/programs/{program}/partners/{partner}/receivables"],
  list_receivables_csv: ["GET", "/v1/programs/{program}/partners/{partner}/receivables.csv"],
  list_receivables_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/receivables.jsonl"],
  get_reconciliation: ["GET", "/v1/programs/{program}/partners/{partner}/reconciliation"],
  get_reconciliation_csv: ["GET", "/v1/programs/{program}/partners/{partner}/reconciliation.csv"],
  get_reconciliation_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/reconciliation.jsonl"],
  get_reconciliation_svg: ["GET", "/v1/programs/{program}/partners/{partner}/reconciliation.svg"],
  list_settled: ["GET", "/v1/programs/{program}/partners/{partner}/settled"],
  list_settled_csv: ["GET", "/v1/programs/{program}/partners/{partner}/settled.csv"],
  list_settled_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/settled.jsonl"],
  list_partner_settlement_lines: ["GET", "/v1/programs/{program}/partners/{partner}/settlement-lines"],
  list_partner_settlement_lines_csv: ["GET", "/v1/programs/{program}/partners/{partner}/settlement-lines.csv"],
  list_partner_settlement_lines_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/settlement-lines.jsonl"],
  get_settlements: ["GET", "/v1/programs/{program}/partners/{partner}/settlements"],
  get_settlements_csv: ["GET", "/v1/programs/{program}/partners/{partner}/settlements.csv"],
  get_settlements_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/settlements.jsonl"],
  get_settlements_svg: ["GET", "/v1/programs/{program}/partners/{partner}/settlements.svg"],
  get_partner_statement: ["GET", "/v1/programs/{program}/partners/{partner}/statement"],
  get_partner_statement_csv: ["GET", "/v1/programs/{program}/partners/{partner}/statement.csv"],
  get_partner_statement_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/statement.jsonl"],
  get_partner_terms: ["GET", "/v1/programs/{program}/partners/{partner}/terms"],
  set_unit: ["POST", "/v1/programs/{program}/partners/{partner}/unit"],
  list_uses: ["GET", "/v1/programs/{program}/partners/{partner}/uses"],
  list_uses_csv: ["GET", "/v1/programs/{program}/partners/{partner}/uses.csv"],
  list_uses_jsonl: ["GET", "/v1/programs/{program}/partners/{partner}/uses.jsonl"],
  list_point_types: ["GET", "/v1/programs/{program}/point-types"],
  create_point_type: ["POST", "/v1/programs/{program}/point-types"],
  list_point_types_csv: ["GET", "/v1/programs/{program}/point-types.csv"],
  list_point_types_jsonl: ["GET", "/v1/programs/{program}/point-types.jsonl"],
  get_point_type: ["GET", "/v1/programs/{program}/point-types/{point_type}"],
  edit_point_type: ["POST", "/v1/programs/{program}/point-types/{point_type}/edit"],
  record_purchase: ["POST", "/v1/programs/{program}/purchases"],
  acknowledge_refund: ["POST", "/v1/programs/{program}/purchases/{purchase}/refund-answers"],
  open_receivable: ["POST", "/v1/programs/{program}/receivables"],
  redeem: ["POST", "/v1/programs/{program}/redemptions"],
  set_refunds: ["POST", "/v1/programs/{program}/refund-setup"],
  list_refunds: ["GET", "/v1/programs/{program}/refunds"],
  list_refunds_csv: ["GET", "/v1/programs/{program}/refunds.csv"],
  list_refunds_jsonl: ["GET", "/v1/programs/{program}/refunds.jsonl"],
  report_audit: ["GET", "/v1/programs/{program}/reports/audit"],
  report_audit_csv: ["GET", "/v1/programs/{program}/reports/audit.csv"],
  report_audit_jsonl: ["GET", "/v1/programs/{program}/reports/audit.jsonl"],
  report_awards: ["GET", "/v1/programs/{program}/reports/awards"],
  report_awards_csv: ["GET", "/v1/programs/{program}/reports/awards.csv"],
  report_awards_jsonl: ["GET", "/v1/programs/{program}/reports/awards.jsonl"],
  report_cohorts: ["GET", "/v1/programs/{program}/reports/cohorts"],
  report_cohorts_csv: ["GET", "/v1/programs/{program}/reports/cohorts.csv"],
  report_cohorts_jsonl: ["GET", "/v1/programs/{program}/reports/cohorts.jsonl"],
  report_cohorts_svg: ["GET", "/v1/programs/{program}/reports/cohorts.svg"],
  report_days: ["GET", "/v1/programs/{program}/reports/days"],
  report_days_csv: ["GET", "/v1/programs/{program}/reports/days.csv"],
  report_days_jsonl: ["GET", "/v1/programs/{program}/reports/days.jsonl"],
  report_days_svg: ["GET", "/v1/programs/{program}/reports/days.svg"],
  report_deferred_revenue: ["GET", "/v1/programs/{program}/reports/deferred-revenue"],
  report_deferred_revenue_csv: ["GET", "/v1/programs/{program}/reports/deferred-revenue.csv"],
  report_deferred_revenue_jsonl: ["GET", "/v1/programs/{program}/reports/deferred-revenue.jsonl"],
  report_deferred_revenue_svg: ["GET", "/v1/programs/{program}/reports/deferred-revenue.svg"],
  report_expiring: ["GET", "/v1/programs/{program}/reports/expiring"],
  report_expiring_csv: ["GET", "/v1/programs/{program}/reports/expiring.csv"],
  report_expiring_jsonl: ["GET", "/v1/programs/{program}/reports/expiring.jsonl"],
  report_expiry: ["GET", "/v1/programs/{program}/reports/expiry"],
  report_expiry_csv: ["GET", "/v1/programs/{program}/reports/expiry.csv"],
  report_expiry_jsonl: ["GET", "/v1/programs/{program}/reports/expiry.jsonl"],
  report_expiry_svg: ["GET", "/v1/programs/{program}/reports/expiry.svg"],
  report_liability: ["GET", "/v1/programs/{program}/reports/liability"],
  report_liability_csv: ["GET", "/v1/programs/{program}/reports/liability.csv"],
  report_liability_jsonl: ["GET", "/v1/programs/{program}/reports/liability.jsonl"],
  report_liability_svg: ["GET", "/v1/programs/{program}/reports/liability.svg"],
  report_outstanding: ["GET", "/v1/programs/{program}/reports/outstanding"],
  report_outstanding_csv: ["GET", "/v1/programs/{program}/reports/outstanding.csv"],
  report_outstanding_jsonl: ["GET", "/v1/programs/{program}/reports/outstanding.jsonl"],
  report_outstanding_svg: ["GET", "/v1/programs/{program}/reports/outstanding.svg"],
  report_settlements: ["GET", "/v1/programs/{program}/reports/settlements"],
  report_settlements_csv: ["GET", "/v1/programs/{program}/reports/settlements.csv"],
  report_settlements_jsonl: ["GET", "/v1/programs/{program}/reports/settlements.jsonl"],
  report_settlements_svg: ["GET", "/v1/programs/{program}/reports/settlements.svg"],
  report_sources: ["GET", "/v1/programs/{program}/reports/sources"],
  report_sources_csv: ["GET", "/v1/programs/{program}/reports/sources.csv"],
  report_sources_jsonl: ["GET", "/v1/programs/{program}/reports/sources.jsonl"],
  report_sources_svg: ["GET", "/v1/programs/{program}/reports/sources.svg"],
  list_schemes: ["GET", "/v1/programs/{program}/schemes"],
  list_schemes_csv: ["GET", "/v1/programs/{program}/schemes.csv"],
  list_schemes_jsonl: ["GET", "/v1/programs/{program}/schemes.jsonl"],
  set_scheme: ["POST", "/v1/programs/{program}/schemes/{scheme}"],
  set_settlement: ["POST", "/v1/programs/{program}/settlement"],
  list_settlement_lines: ["GET", "/v1/programs/{program}/settlement-lines"],
  list_settlement_lines_csv: ["GET", "/v1/programs/{program}/settlement-lines.csv"],
  list_settlement_lines_jsonl: ["GET", "/v1/programs/{program}/settlement-lines.jsonl"],
  list_runs: ["GET", "/v1/programs/{program}/settlement-runs"],
  create_run: ["POST", "/v1/programs/{program}/settlement-runs"],
  list_runs_csv: ["GET", "/v1/programs/{program}/settlement-runs.csv"],
  list_runs_jsonl: ["GET", "/v1/programs/{program}/settlement-runs.jsonl"],
  get_run: ["GET", "/v1/programs/{program}/settlement-runs/{run}"],
  get_run_csv: ["GET", "/v1/programs/{program}/settlement-runs/{run}.csv"],
  get_run_jsonl: ["GET", "/v1/programs/{program}/settlement-runs/{run}.jsonl"],
  preview_run: ["GET", "/v1/programs/{program}/settlement-runs/{run}/preview"],
  preview_run_csv: ["GET", "/v1/programs/{program}/settlement-runs/{run}/preview.csv"],
  preview_run_jsonl: ["GET", "/v1/programs/{program}/settlement-runs/{run}/preview.jsonl"],
  save_run: ["POST", "/v1/programs/{program}/settlement-runs/{run}/save"],
  submit_run: ["POST", "/v1/programs/{program}/settlement-runs/{run}/submit"],
  accrue_shared: ["POST", "/v1/programs/{program}/shared-accruals"],
  list_sources: ["GET", "/v1/programs/{program}/sources"],
  create_source: ["POST", "/v1/programs/{program}/sources"],
  list_sources_csv: ["GET", "/v1/programs/{program}/sources.csv"],
  list_sources_jsonl: ["GET", "/v1/programs/{program}/sources.jsonl"],
  get_source: ["GET", "/v1/programs/{program}/sources/{source}"],
  archive_source: ["POST", "/v1/programs/{program}/sources/{source}/archive"],
  edit_source: ["POST", "/v1/programs/{program}/sources/{source}/edit"],
  set_inventory: ["POST", "/v1/programs/{program}/sources/{source}/inventory"],
  modify_inventory: ["POST", "/v1/programs/{program}/sources/{source}/inventory/modify"],
  pause_source: ["POST", "/v1/programs/{program}/sources/{source}/pause"],
  restrict_source: ["POST", "/v1/programs/{program}/sources/{source}/restrictions"],
  unrestrict_source: ["POST", "/v1/programs/{program}/sources/{source}/restrictions/{restriction}/remove"],
  resume_source: ["POST", "/v1/programs/{program}/sources/{source}/resume"],
  get_source_terms: ["GET", "/v1/programs/{program}/sources/{source}/terms"],
  spend: ["POST", "/v1/programs/{program}/spends"],
  create_subtype: ["POST", "/v1/programs/{program}/subtypes"],
  get_tiers: ["GET", "/v1/programs/{program}/tiers"],
  define_tiers: ["POST", "/v1/programs/{program}/tiers"],
  get_transaction: ["GET", "/v1/programs/{program}/transactions/{request}"],
  transfer: ["POST", "/v1/programs/{program}/transfers"],
};

/** An operation each. */
export abstract class Operations extends Base {
  /** Whether the process lives. */
  getHealth(): Promise<Status> {
    return this.getObject("get_health", [], {});
  }

  /** Counters for Prometheus, in its text format. */
  getMetrics(): Promise<string> {
    return this.getText("get_metrics", [], {});
  }

  /** Whether the server takes work: not while it stops, and not where its database is closed. */
  getReadiness(): Promise<Status> {
    return this.getObject("get_readiness", [], {});
  }

  /** Copies the database, consistent as of now, below the server's folder for backups. */
  backup(body: Backup): Promise<Standing3> {
    return this.getObject("backup", [], {}, body);
  }

  /** Brings all that happened until now into the tables. */
  checkpoint(): Promise<Standing3> {
    return this.getObject("checkpoint", [], {});
  }

  /**
   * Books everything that is due by now: expired and matured points, holds that timed out, settlement runs. The
   * server does so by itself on the system's clock; on the commands' clock it is asked to.
   */
  sweep(): Promise<Swept> {
    return this.getObject("sweep", [], {});
  }

  /**
   * Audits the database: the journal's chain, the laws, the indexes; with `replay=yes`, that the journal gives
   * the same state.
   */
  verify(query: { replay?: "yes" | "no" } = {}): Promise<Verdict> {
    return this.getObject("verify", [], query);
  }

  /** The engine's time. */
  getClock(): Promise<Clock> {
    return this.getObject("get_clock", [], {});
  }

  /** Moves the commands' clock forward, for tests. Not on the system's clock. */
  moveClock(body: MoveClock): Promise<Clock> {
    return this.getObject("move_clock", [], {}, body);
  }

  /** An entry of the journal, with its legs. */
  getEntry(sequence: number): Promise<Entry> {
    return this.getObject("get_entry", [sequence], {});
  }

  /**
   * Everything that was done, in order, an event for each leg. `Accept: text/event-stream` (with `Last-Event-
   * ID`) and `application/x-ndjson` stream; `application/cloudevents-batch+json` answers a page as CloudEvents.
   */
  getFeed(query: { from?: string; kinds?: string; wait?: number; limit?: number } = {}): Promise<FeedPage> {
    return this.getObject("get_feed", [], query);
  }

  /** The programs that the token sees, by id. */
  listPrograms(query: { limit?: number; cursor?: string } = {}): Pages<Program> {
    return this.getPages("list_programs", [], query);
  }

  /** The programs that the token sees, by id. */
  listProgramsCsv(query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_programs_csv", [], query);
  }

  /** The programs that the token sees, by id. */
  listProgramsJsonl(query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_programs_jsonl", [], query);
  }

  /** A program: its zone, its rules, its limits. */
  getProgram(program: number): Promise<Program> {
    return this.getObject("get_program", [program], {});
  }

  /** Creates the program. */
  createProgram(program: number, body: CreateProgramBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_program", [program], body, how);
  }

  /** Gives a member points: one item for each award (rules D18 to D20). */
  accrue(program: number, body: AccrueBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("accrue", [program], body, how);
  }

  /** Ends the draft: members can earn and spend (rule D17). */
  activateProgram(program: number, body: ActivateProgramBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("activate_program", [program], body, how);
  }

  /** Gives a member points, or takes some, by hand. */
  adjust(program: number, body: AdjustBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("adjust", [program], body, how);
  }

  /** The agreements of groups and of partners, as they are now (rules C05 to C72). */
  listAgreements(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Agreement> {
    return this.getPages("list_agreements", [program], query);
  }

  /** Makes an agreement of a partner or a group, or replaces one. */
  setAgreement(program: number, body: SetAgreementBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_agreement", [program], body, how);
  }

  /** The agreements of groups and of partners, as they are now (rules C05 to C72). */
  listAgreementsCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_agreements_csv", [program], query);
  }

  /** The agreements of groups and of partners, as they are now (rules C05 to C72). */
  listAgreementsJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_agreements_jsonl", [program], query);
  }

  /**
   * The entries of a program, filtered. A page may be short where filters leave out much: go on at its cursor
   * until there is none (rules E35 to E49).
   */
  getAuditLog(program: number, query: { kind?: string; member?: string; outcome?: "done" | "refused"; from?: string; to?: string; order?: "newest" | "oldest"; limit?: number; cursor?: string } = {}): Pages<Entry> {
    return this.getPages("get_audit_log", [program], query);
  }

  /**
   * The entries of a program, filtered. A page may be short where filters leave out much: go on at its cursor
   * until there is none (rules E35 to E49).
   */
  getAuditLogCsv(program: number, query: { kind?: string; member?: string; outcome?: "done" | "refused"; from?: string; to?: string; order?: "newest" | "oldest"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_audit_log_csv", [program], query);
  }

  /**
   * The entries of a program, filtered. A page may be short where filters leave out much: go on at its cursor
   * until there is none (rules E35 to E49).
   */
  getAuditLogJsonl(program: number, query: { kind?: string; member?: string; outcome?: "done" | "refused"; from?: string; to?: string; order?: "newest" | "oldest"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_audit_log_jsonl", [program], query);
  }

  /** Undoes an accrual or a redemption, in whole or in part (rule D45). */
  cancel(program: number, body: CancelBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("cancel", [program], body, how);
  }

  /**
   * Does a command of any kind: its `kind` is in the body. It needs the scope that the kind's own route needs; a
   * kind without a route needs `catalog` where it defines something, and `adjust` for everything else.
   */
  command(program: number, body: CommandBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("command", [program], body, how);
  }

  /** Says who contributes how much to what is spent, for partners and groups. */
  setContributionRules(program: number, body: SetContributionRulesBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_contribution_rules", [program], body, how);
  }

  /** Credits a member at a partner's expense. */
  creditMember(program: number, body: CreditMemberBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("credit_member", [program], body, how);
  }

  /** Erases the reference of a transaction, or the text of a long id. */
  erase(program: number, body: EraseBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("erase", [program], body, how);
  }

  /** Refunds a fee, with the reason. The fee is named by its request id. */
  refundFee(program: number, fee: string | number, body: RefundFeeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("refund_fee", [program, fee], body, how);
  }

  /** Moves partners from one group to another, with their rules. */
  switchGroup(program: number, body: SwitchGroupBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("switch_group", [program], body, how);
  }

  /** Sets points aside before a purchase is paid for. The key names the hold. */
  hold(program: number, body: HoldBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("hold", [program], body, how);
  }

  /** Redeems held points, all or some. */
  capture(program: number, hold: string | number, body: CaptureBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("capture", [program, hold], body, how);
  }

  /** Gives held points back to the member, all or some. */
  release(program: number, hold: string | number, body: ReleaseBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("release", [program, hold], body, how);
  }

  /** Enrols a household: an account that members earn for. */
  enrolHousehold(program: number, body: EnrolHouseholdBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("enrol_household", [program], body, how);
  }

  /** The members of a program, in the order of their ids' bits. */
  listMembers(program: number, query: { limit?: number; cursor?: string } = {}): Pages<MemberRow> {
    return this.getPages("list_members", [program], query);
  }

  /** Enrols a member. */
  enrol(program: number, body: EnrolBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("enrol", [program], body, how);
  }

  /** The members of a program, in the order of their ids' bits. */
  listMembersCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_members_csv", [program], query);
  }

  /** The members of a program, in the order of their ids' bits. */
  listMembersJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_members_jsonl", [program], query);
  }

  /** A member's balances, one for each point type the member ever had (rules D28, D29, D31). */
  getMember(program: number, member: string | number, query: { as_of?: string; clock?: "recorded" | "occurred" } = {}): Promise<Member> {
    return this.getObject("get_member", [program, member], query);
  }

  /** The points of a member that expire until a day, by date, unless they are used before. */
  listExpiring(program: number, member: string | number, query: { until?: string } = {}): Pages<Expiring> {
    return this.getPages("list_expiring", [program, member], query);
  }

  /** The points of a member that expire until a day, by date, unless they are used before. */
  listExpiringCsv(program: number, member: string | number, query: { until?: string } = {}): Promise<string> {
    return this.getText("list_expiring_csv", [program, member], query);
  }

  /** The points of a member that expire until a day, by date, unless they are used before. */
  listExpiringJsonl(program: number, member: string | number, query: { until?: string } = {}): Promise<string> {
    return this.getText("list_expiring_jsonl", [program, member], query);
  }

  /** A member's points on hold, the newest first. Those of a member who was merged into this one are found there. */
  listHolds(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Pages<Hold> {
    return this.getPages("list_holds", [program, member], query);
  }

  /** A member's points on hold, the newest first. Those of a member who was merged into this one are found there. */
  listHoldsCsv(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_holds_csv", [program, member], query);
  }

  /** A member's points on hold, the newest first. Those of a member who was merged into this one are found there. */
  listHoldsJsonl(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_holds_jsonl", [program, member], query);
  }

  /** The members of a household, and what they have together (rule D36). */
  getHousehold(program: number, member: string | number): Promise<Household> {
    return this.getObject("get_household", [program, member], {});
  }

  /** Makes a member one of a household. */
  joinHousehold(program: number, member: string | number, body: JoinHouseholdBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("join_household", [program, member], body, how);
  }

  /** Changes how a member belongs to a household. */
  editMembership(program: number, member: string | number, body: EditMembershipBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("edit_membership", [program, member], body, how);
  }

  /** Ends a member's belonging to a household. */
  leaveHousehold(program: number, member: string | number, body: LeaveHouseholdBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("leave_household", [program, member], body, how);
  }

  /** The items of a member's account. */
  listItems(program: number, member: string | number, query: { point_type?: number; state?: "open" | "future" | "all"; limit?: number; cursor?: string } = {}): Pages<Item> {
    return this.getPages("list_items", [program, member], query);
  }

  /** The items of a member's account. */
  listItemsCsv(program: number, member: string | number, query: { point_type?: number; state?: "open" | "future" | "all"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_items_csv", [program, member], query);
  }

  /** The items of a member's account. */
  listItemsJsonl(program: number, member: string | number, query: { point_type?: number; state?: "open" | "future" | "all"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_items_jsonl", [program, member], query);
  }

  /** Gives items of a member a later expiry. */
  extendItems(program: number, member: string | number, body: ExtendItemsBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("extend_items", [program, member], body, how);
  }

  /** Gives expired items of a member back. */
  reinstateItems(program: number, member: string | number, body: ReinstateItemsBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("reinstate_items", [program, member], body, how);
  }

  /** Merges another member into this one. */
  merge(program: number, member: string | number, body: MergeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("merge", [program, member], body, how);
  }

  /** Says in which group and schemes a member takes part (rule C30). */
  setParticipant(program: number, member: string | number, body: SetParticipantBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_participant", [program, member], body, how);
  }

  /** Says where a member's refunds go. */
  setPaymentPreference(program: number, member: string | number, body: SetPaymentPreferenceBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_payment_preference", [program, member], body, how);
  }

  /** Signs a member up to schemes at a partner. */
  signUp(program: number, member: string | number, body: SignUpBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("sign_up", [program, member], body, how);
  }

  /** A member's status, tier and household, as of now (rules D34, D36). */
  getStanding(program: number, member: string | number): Promise<Standing2> {
    return this.getObject("get_standing", [program, member], {});
  }

  /**
   * What happened to a member's points, the newest first. `limit` counts entries; one may have several rows, or
   * none.
   */
  getStatement(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Pages<StatementLine> {
    return this.getPages("get_statement", [program, member], query);
  }

  /**
   * What happened to a member's points, the newest first. `limit` counts entries; one may have several rows, or
   * none.
   */
  getStatementCsv(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_statement_csv", [program, member], query);
  }

  /**
   * What happened to a member's points, the newest first. `limit` counts entries; one may have several rows, or
   * none.
   */
  getStatementJsonl(program: number, member: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_statement_jsonl", [program, member], query);
  }

  /** Sets a member's status, with the reason. */
  setMemberStatus(program: number, member: string | number, body: SetMemberStatusBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_member_status", [program, member], body, how);
  }

  /** Takes a merge back. */
  unmerge(program: number, member: string | number, body: UnmergeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("unmerge", [program, member], body, how);
  }

  /** Reward offers, each with its scheme and its classification (rule C10). */
  listOffers(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Offer> {
    return this.getPages("list_offers", [program], query);
  }

  /** Reward offers, each with its scheme and its classification (rule C10). */
  listOffersCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_offers_csv", [program], query);
  }

  /** Reward offers, each with its scheme and its classification (rule C10). */
  listOffersJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_offers_jsonl", [program], query);
  }

  /** Defines a reward offer of a scheme, or changes it (rule C78). */
  setOffer(program: number, offer: number, body: SetOfferBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_offer", [program, offer], body, how);
  }

  /** Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111). */
  listGroups(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Group> {
    return this.getPages("list_groups", [program], query);
  }

  /** Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111). */
  listGroupsCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_groups_csv", [program], query);
  }

  /** Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111). */
  listGroupsJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_groups_jsonl", [program], query);
  }

  /** Defines a group of partners, or changes it. */
  setGroup(program: number, group: number, body: SetGroupBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_group", [program, group], body, how);
  }

  /** The partners of a program, by id, as booked. */
  listPartners(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Partner> {
    return this.getPages("list_partners", [program], query);
  }

  /** Creates a partner. */
  createPartner(program: number, body: CreatePartnerBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_partner", [program], body, how);
  }

  /** The partners of a program, by id, as booked. */
  listPartnersCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partners_csv", [program], query);
  }

  /** The partners of a program, by id, as booked. */
  listPartnersJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partners_jsonl", [program], query);
  }

  /** A partner, as of now (rules A05, A12). */
  getPartner(program: number, partner: number): Promise<Partner> {
    return this.getObject("get_partner", [program, partner], {});
  }

  /** The agreement that a partner is under: its own, or its group's (rules C07, C08). */
  getAgreement(program: number, partner: number): Promise<Agreement> {
    return this.getObject("get_agreement", [program, partner], {});
  }

  /** A partner's bills, by number (rules A26 to A29). */
  listBills(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<Bill> {
    return this.getPages("list_bills", [program, partner], query);
  }

  /** Makes a partner's bill up to a cut-off (rules A26, A27). */
  billPartner(program: number, partner: number, body: BillPartnerBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("bill_partner", [program, partner], body, how);
  }

  /** A partner's bills, by number (rules A26 to A29). */
  listBillsCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_bills_csv", [program, partner], query);
  }

  /** A partner's bills, by number (rules A26 to A29). */
  listBillsJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_bills_jsonl", [program, partner], query);
  }

  /** Goes on with a bill that is still being made. */
  continueBill(program: number, partner: number, body: ContinueBillBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("continue_bill", [program, partner], body, how);
  }

  /** A bill of a partner. */
  getBill(program: number, partner: number, bill: number): Promise<Bill> {
    return this.getObject("get_bill", [program, partner, bill], {});
  }

  /** The lines of a bill, by the time of the transactions (rule A27). */
  listBillLines(program: number, partner: number, bill: number, query: { limit?: number; cursor?: string } = {}): Pages<BillLine> {
    return this.getPages("list_bill_lines", [program, partner, bill], query);
  }

  /** The lines of a bill, by the time of the transactions (rule A27). */
  listBillLinesCsv(program: number, partner: number, bill: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_bill_lines_csv", [program, partner, bill], query);
  }

  /** The lines of a bill, by the time of the transactions (rule A27). */
  listBillLinesJsonl(program: number, partner: number, bill: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_bill_lines_jsonl", [program, partner, bill], query);
  }

  /** A partner's blocks, open and past, by id (rules A33, A34). */
  listBlocks(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<Block> {
    return this.getPages("list_blocks", [program, partner], query);
  }

  /** Records that the partner bought a block (rules A10, B12). It is usable once approved. */
  purchaseBlock(program: number, partner: number, body: PurchaseBlockBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("purchase_block", [program, partner], body, how);
  }

  /** A partner's blocks, open and past, by id (rules A33, A34). */
  listBlocksCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_blocks_csv", [program, partner], query);
  }

  /** A partner's blocks, open and past, by id (rules A33, A34). */
  listBlocksJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_blocks_jsonl", [program, partner], query);
  }

  /** Credits or debits a block by hand. */
  adjustBlock(program: number, partner: number, block: number, body: AdjustBlockBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("adjust_block", [program, partner, block], body, how);
  }

  /** Makes a bought block usable (rules A31, A32). */
  approveBlock(program: number, partner: number, block: number, body: ApproveBlockBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("approve_block", [program, partner, block], body, how);
  }

  /** Cancels a block. */
  cancelBlock(program: number, partner: number, block: number, body: CancelBlockBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("cancel_block", [program, partner, block], body, how);
  }

  /** Rejects a bought block. */
  rejectBlock(program: number, partner: number, block: number, body: RejectBlockBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("reject_block", [program, partner, block], body, how);
  }

  /** What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23). */
  listCharges(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<Charge> {
    return this.getPages("list_charges", [program, partner], query);
  }

  /** What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23). */
  listChargesCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_charges_csv", [program, partner], query);
  }

  /** What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23). */
  listChargesJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_charges_jsonl", [program, partner], query);
  }

  /**
   * Credit notes that members got for spends at a partner, in the order in which they were posted (rules C103,
   * C104).
   */
  listPartnerCredits(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; limit?: number; cursor?: string } = {}): Pages<PartnerCredit> {
    return this.getPages("list_partner_credits", [program, partner], query);
  }

  /**
   * Credit notes that members got for spends at a partner, in the order in which they were posted (rules C103,
   * C104).
   */
  listPartnerCreditsCsv(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partner_credits_csv", [program, partner], query);
  }

  /**
   * Credit notes that members got for spends at a partner, in the order in which they were posted (rules C103,
   * C104).
   */
  listPartnerCreditsJsonl(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partner_credits_jsonl", [program, partner], query);
  }

  /** Changes a partner's terms: all of them are said anew. */
  editPartner(program: number, partner: number, body: EditPartnerBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("edit_partner", [program, partner], body, how);
  }

  /** A partner's fees, each with its refund behind it (rules B05, B08, B41). */
  listFees(program: number, partner: number, query: { from?: string; to?: string; unit?: "points" | "money"; limit?: number; cursor?: string } = {}): Pages<Fee> {
    return this.getPages("list_fees", [program, partner], query);
  }

  /** Charges a partner a fee, or credits one. */
  chargeFee(program: number, partner: number, body: ChargeFeeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("charge_fee", [program, partner], body, how);
  }

  /** A partner's fees, each with its refund behind it (rules B05, B08, B41). */
  listFeesCsv(program: number, partner: number, query: { from?: string; to?: string; unit?: "points" | "money"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_fees_csv", [program, partner], query);
  }

  /** A partner's fees, each with its refund behind it (rules B05, B08, B41). */
  listFeesJsonl(program: number, partner: number, query: { from?: string; to?: string; unit?: "points" | "money"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_fees_jsonl", [program, partner], query);
  }

  /**
   * When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given
   * points as in the last days. It reads the entries of these days: more than 2,000,000 of them are refused.
   */
  getForecast(program: number, partner: number, query: { days?: number } = {}): Pages<BlockForecast> {
    return this.getPages("get_forecast", [program, partner], query);
  }

  /**
   * When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given
   * points as in the last days. It reads the entries of these days: more than 2,000,000 of them are refused.
   */
  getForecastCsv(program: number, partner: number, query: { days?: number } = {}): Promise<string> {
    return this.getText("get_forecast_csv", [program, partner], query);
  }

  /**
   * When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given
   * points as in the last days. It reads the entries of these days: more than 2,000,000 of them are refused.
   */
  getForecastJsonl(program: number, partner: number, query: { days?: number } = {}): Promise<string> {
    return this.getText("get_forecast_jsonl", [program, partner], query);
  }

  /**
   * When each of a partner's open blocks will be used up or expire, in the order of debit, if members are given
   * points as in the last days. It reads the entries of these days: more than 2,000,000 of them are refused.
   */
  getForecastSvg(program: number, partner: number, query: { days?: number } = {}): Promise<string> {
    return this.getText("get_forecast_svg", [program, partner], query);
  }

  /**
   * Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules C91 to
   * C92b).
   */
  listPostings(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<Posting> {
    return this.getPages("list_postings", [program, partner], query);
  }

  /**
   * Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules C91 to
   * C92b).
   */
  listPostingsCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_postings_csv", [program, partner], query);
  }

  /**
   * Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules C91 to
   * C92b).
   */
  listPostingsJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_postings_jsonl", [program, partner], query);
  }

  /** A partner's accounts of money; settlement posts to the primary one (rule C112). */
  listReceivables(program: number, partner: number): Pages<Receivable> {
    return this.getPages("list_receivables", [program, partner], {});
  }

  /** A partner's accounts of money; settlement posts to the primary one (rule C112). */
  listReceivablesCsv(program: number, partner: number): Promise<string> {
    return this.getText("list_receivables_csv", [program, partner], {});
  }

  /** A partner's accounts of money; settlement posts to the primary one (rule C112). */
  listReceivablesJsonl(program: number, partner: number): Promise<string> {
    return this.getText("list_receivables_jsonl", [program, partner], {});
  }

  /**
   * By month, what members were given with a partner, what that costs it by its terms, and what left its blocks
   * or was charged: both are read from the journal, each from its own part of an entry. It reads the entries of
   * the days that are asked for: more than 2,000,000 of them are refused.
   */
  getReconciliation(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Pages<MonthOfUse> {
    return this.getPages("get_reconciliation", [program, partner], query);
  }

  /**
   * By month, what members were given with a partner, what that costs it by its terms, and what left its blocks
   * or was charged: both are read from the journal, each from its own part of an entry. It reads the entries of
   * the days that are asked for: more than 2,000,000 of them are refused.
   */
  getReconciliationCsv(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Promise<string> {
    return this.getText("get_reconciliation_csv", [program, partner], query);
  }

  /**
   * By month, what members were given with a partner, what that costs it by its terms, and what left its blocks
   * or was charged: both are read from the journal, each from its own part of an entry. It reads the entries of
   * the days that are asked for: more than 2,000,000 of them are refused.
   */
  getReconciliationJsonl(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Promise<string> {
    return this.getText("get_reconciliation_jsonl", [program, partner], query);
  }

  /**
   * By month, what members were given with a partner, what that costs it by its terms, and what left its blocks
   * or was charged: both are read from the journal, each from its own part of an entry. It reads the entries of
   * the days that are asked for: more than 2,000,000 of them are refused.
   */
  getReconciliationSvg(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Promise<string> {
    return this.getText("get_reconciliation_svg", [program, partner], query);
  }

  /** The settlement report: debits and credits that settlement posted to a partner in a time (rule C102). */
  listSettled(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Pages<Posting> {
    return this.getPages("list_settled", [program, partner], query);
  }

  /** The settlement report: debits and credits that settlement posted to a partner in a time (rule C102). */
  listSettledCsv(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Promise<string> {
    return this.getText("list_settled_csv", [program, partner], query);
  }

  /** The settlement report: debits and credits that settlement posted to a partner in a time (rule C102). */
  listSettledJsonl(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month" } = {}): Promise<string> {
    return this.getText("list_settled_jsonl", [program, partner], query);
  }

  /** Settled events of a partner, each with the rule that was applied. */
  listPartnerSettlementLines(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<SettlementLine> {
    return this.getPages("list_partner_settlement_lines", [program, partner], query);
  }

  /** Settled events of a partner, each with the rule that was applied. */
  listPartnerSettlementLinesCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partner_settlement_lines_csv", [program, partner], query);
  }

  /** Settled events of a partner, each with the rule that was applied. */
  listPartnerSettlementLinesJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_partner_settlement_lines_jsonl", [program, partner], query);
  }

  /** Settlements of a partner in twelve months: debits less credits (rules C98, C99). */
  getSettlements(program: number, partner: number, query: { until?: string } = {}): Pages<SettlementMonth> {
    return this.getPages("get_settlements", [program, partner], query);
  }

  /** Settlements of a partner in twelve months: debits less credits (rules C98, C99). */
  getSettlementsCsv(program: number, partner: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("get_settlements_csv", [program, partner], query);
  }

  /** Settlements of a partner in twelve months: debits less credits (rules C98, C99). */
  getSettlementsJsonl(program: number, partner: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("get_settlements_jsonl", [program, partner], query);
  }

  /** Settlements of a partner in twelve months: debits less credits (rules C98, C99). */
  getSettlementsSvg(program: number, partner: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("get_settlements_svg", [program, partner], query);
  }

  /** The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35). */
  getPartnerStatement(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Pages<PartnerStatementLine> {
    return this.getPages("get_partner_statement", [program, partner], query);
  }

  /** The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35). */
  getPartnerStatementCsv(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_partner_statement_csv", [program, partner], query);
  }

  /** The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35). */
  getPartnerStatementJsonl(program: number, partner: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("get_partner_statement_jsonl", [program, partner], query);
  }

  /** A partner's terms, whole: what an edit of the partner says anew. */
  getPartnerTerms(program: number, partner: number): Promise<PartnerTerms> {
    return this.getObject("get_partner_terms", [program, partner], {});
  }

  /** Says which merchant and group a partner belongs to. */
  setUnit(program: number, partner: number, body: SetUnitBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_unit", [program, partner], body, how);
  }

  /**
   * The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A page
   * may be short where others' entries lie between: go on at its cursor until there is none.
   */
  listUses(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; agrees?: "true" | "false"; limit?: number; cursor?: string } = {}): Pages<Use> {
    return this.getPages("list_uses", [program, partner], query);
  }

  /**
   * The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A page
   * may be short where others' entries lie between: go on at its cursor until there is none.
   */
  listUsesCsv(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; agrees?: "true" | "false"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_uses_csv", [program, partner], query);
  }

  /**
   * The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A page
   * may be short where others' entries lie between: go on at its cursor until there is none.
   */
  listUsesJsonl(program: number, partner: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; agrees?: "true" | "false"; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_uses_jsonl", [program, partner], query);
  }

  /** The point types of a program, by id (rules D02 to D06). */
  listPointTypes(program: number, query: { limit?: number; cursor?: string } = {}): Pages<PointTypeRow> {
    return this.getPages("list_point_types", [program], query);
  }

  /** Creates a point type (rules D02, D03, D04, D06). */
  createPointType(program: number, body: CreatePointTypeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_point_type", [program], body, how);
  }

  /** The point types of a program, by id (rules D02 to D06). */
  listPointTypesCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_point_types_csv", [program], query);
  }

  /** The point types of a program, by id (rules D02 to D06). */
  listPointTypesJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_point_types_jsonl", [program], query);
  }

  /** A point type with all that is set of it. */
  getPointType(program: number, point_type: number): Promise<PointTypeRow> {
    return this.getObject("get_point_type", [program, point_type], {});
  }

  /** Changes what is said of a point type; what is not named stays. */
  editPointType(program: number, point_type: number, body: EditPointTypeBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("edit_point_type", [program, point_type], body, how);
  }

  /** Records a purchase at a partner under an agreement, and gives its award. */
  recordPurchase(program: number, body: RecordPurchaseBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("record_purchase", [program], body, how);
  }

  /** Says what the payment gateway answered to a refund. The purchase is named by its request id. */
  acknowledgeRefund(program: number, purchase: string | number, body: AcknowledgeRefundBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("acknowledge_refund", [program, purchase], body, how);
  }

  /** Opens a receivable of a partner or a member, or changes its standing. */
  openReceivable(program: number, body: OpenReceivableBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("open_receivable", [program], body, how);
  }

  /** Takes points of one type, from the items next in order (rules D21 to D25). */
  redeem(program: number, body: RedeemBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("redeem", [program], body, how);
  }

  /** Says how members are refunded. */
  setRefunds(program: number, body: SetRefundsBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_refunds", [program], body, how);
  }

  /** Requests for refunds that wait for the payment gateway (rule C109). */
  listRefunds(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Refund> {
    return this.getPages("list_refunds", [program], query);
  }

  /** Requests for refunds that wait for the payment gateway (rule C109). */
  listRefundsCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_refunds_csv", [program], query);
  }

  /** Requests for refunds that wait for the payment gateway (rule C109). */
  listRefundsJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_refunds_jsonl", [program], query);
  }

  /**
   * The audit log of points, the newest first, with what became of added points so far. A page may be short
   * where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
   */
  reportAudit(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; clock?: "recorded" | "occurred"; point_type?: string; source?: string; subtype?: string; type?: string; member?: string; reference?: string; text?: string; limit?: number; cursor?: string } = {}): Pages<AuditLine> {
    return this.getPages("report_audit", [program], query);
  }

  /**
   * The audit log of points, the newest first, with what became of added points so far. A page may be short
   * where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
   */
  reportAuditCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; clock?: "recorded" | "occurred"; point_type?: string; source?: string; subtype?: string; type?: string; member?: string; reference?: string; text?: string; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("report_audit_csv", [program], query);
  }

  /**
   * The audit log of points, the newest first, with what became of added points so far. A page may be short
   * where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
   */
  reportAuditJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; clock?: "recorded" | "occurred"; point_type?: string; source?: string; subtype?: string; type?: string; member?: string; reference?: string; text?: string; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("report_audit_jsonl", [program], query);
  }

  /** Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule C101). */
  reportAwards(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; partner?: string; scheme?: string; offer?: string; kind?: string; by?: string; show?: string } = {}): Pages<AwardReportRow> {
    return this.getPages("report_awards", [program], query);
  }

  /** Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule C101). */
  reportAwardsCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; partner?: string; scheme?: string; offer?: string; kind?: string; by?: string; show?: string } = {}): Promise<string> {
    return this.getText("report_awards_csv", [program], query);
  }

  /** Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule C101). */
  reportAwardsJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; partner?: string; scheme?: string; offer?: string; kind?: string; by?: string; show?: string } = {}): Promise<string> {
    return this.getText("report_awards_jsonl", [program], query);
  }

  /** What became of the points that were issued in some days, by source and type (rule E52). */
  reportCohorts(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Pages<Cohort> {
    return this.getPages("report_cohorts", [program], query);
  }

  /** What became of the points that were issued in some days, by source and type (rule E52). */
  reportCohortsCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_cohorts_csv", [program], query);
  }

  /** What became of the points that were issued in some days, by source and type (rule E52). */
  reportCohortsJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_cohorts_jsonl", [program], query);
  }

  /** What became of the points that were issued in some days, by source and type (rule E52). */
  reportCohortsSvg(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_cohorts_svg", [program], query);
  }

  /** Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56). */
  reportDays(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string } = {}): Pages<DayOfPoints> {
    return this.getPages("report_days", [program], query);
  }

  /** Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56). */
  reportDaysCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string } = {}): Promise<string> {
    return this.getText("report_days_csv", [program], query);
  }

  /** Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56). */
  reportDaysJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string } = {}): Promise<string> {
    return this.getText("report_days_jsonl", [program], query);
  }

  /** Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56). */
  reportDaysSvg(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string } = {}): Promise<string> {
    return this.getText("report_days_svg", [program], query);
  }

  /**
   * Deferred revenue and breakage of the points that were issued in some days: what is recognised, and what is
   * left as a liability.
   */
  reportDeferredRevenue(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false"; value?: number; redeemed_per_mille?: number } = {}): Pages<DeferredRevenue> {
    return this.getPages("report_deferred_revenue", [program], query);
  }

  /**
   * Deferred revenue and breakage of the points that were issued in some days: what is recognised, and what is
   * left as a liability.
   */
  reportDeferredRevenueCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false"; value?: number; redeemed_per_mille?: number } = {}): Promise<string> {
    return this.getText("report_deferred_revenue_csv", [program], query);
  }

  /**
   * Deferred revenue and breakage of the points that were issued in some days: what is recognised, and what is
   * left as a liability.
   */
  reportDeferredRevenueJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false"; value?: number; redeemed_per_mille?: number } = {}): Promise<string> {
    return this.getText("report_deferred_revenue_jsonl", [program], query);
  }

  /**
   * Deferred revenue and breakage of the points that were issued in some days: what is recognised, and what is
   * left as a liability.
   */
  reportDeferredRevenueSvg(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false"; value?: number; redeemed_per_mille?: number } = {}): Promise<string> {
    return this.getText("report_deferred_revenue_svg", [program], query);
  }

  /**
   * The members of whom points expire until a day, in the order in which something of theirs is due next: what a
   * reminder is written from.
   */
  reportExpiring(program: number, query: { until?: string; limit?: number; cursor?: string } = {}): Pages<Expiring> {
    return this.getPages("report_expiring", [program], query);
  }

  /**
   * The members of whom points expire until a day, in the order in which something of theirs is due next: what a
   * reminder is written from.
   */
  reportExpiringCsv(program: number, query: { until?: string; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("report_expiring_csv", [program], query);
  }

  /**
   * The members of whom points expire until a day, in the order in which something of theirs is due next: what a
   * reminder is written from.
   */
  reportExpiringJsonl(program: number, query: { until?: string; limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("report_expiring_jsonl", [program], query);
  }

  /** The expiry curve: points that members have, by the last day or month in which they can use them. */
  reportExpiry(program: number, query: { to?: string; as_of?: string; by?: "day" | "month"; by_source?: "true" | "false"; source?: string; point_type?: string } = {}): Pages<ExpiryCurveRow> {
    return this.getPages("report_expiry", [program], query);
  }

  /** The expiry curve: points that members have, by the last day or month in which they can use them. */
  reportExpiryCsv(program: number, query: { to?: string; as_of?: string; by?: "day" | "month"; by_source?: "true" | "false"; source?: string; point_type?: string } = {}): Promise<string> {
    return this.getText("report_expiry_csv", [program], query);
  }

  /** The expiry curve: points that members have, by the last day or month in which they can use them. */
  reportExpiryJsonl(program: number, query: { to?: string; as_of?: string; by?: "day" | "month"; by_source?: "true" | "false"; source?: string; point_type?: string } = {}): Promise<string> {
    return this.getText("report_expiry_jsonl", [program], query);
  }

  /** The expiry curve: points that members have, by the last day or month in which they can use them. */
  reportExpirySvg(program: number, query: { to?: string; as_of?: string; by?: "day" | "month"; by_source?: "true" | "false"; source?: string; point_type?: string } = {}): Promise<string> {
    return this.getText("report_expiry_svg", [program], query);
  }

  /**
   * Points owed to members at the end of each day or month, and what moved in it. What has expired or matured is
   * in it, booked or not.
   */
  reportLiability(program: number, query: { by?: "day" | "month"; from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; source?: number; point_type?: number } = {}): Pages<Movement> {
    return this.getPages("report_liability", [program], query);
  }

  /**
   * Points owed to members at the end of each day or month, and what moved in it. What has expired or matured is
   * in it, booked or not.
   */
  reportLiabilityCsv(program: number, query: { by?: "day" | "month"; from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; source?: number; point_type?: number } = {}): Promise<string> {
    return this.getText("report_liability_csv", [program], query);
  }

  /**
   * Points owed to members at the end of each day or month, and what moved in it. What has expired or matured is
   * in it, booked or not.
   */
  reportLiabilityJsonl(program: number, query: { by?: "day" | "month"; from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; source?: number; point_type?: number } = {}): Promise<string> {
    return this.getText("report_liability_jsonl", [program], query);
  }

  /**
   * Points owed to members at the end of each day or month, and what moved in it. What has expired or matured is
   * in it, booked or not.
   */
  reportLiabilitySvg(program: number, query: { by?: "day" | "month"; from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; source?: number; point_type?: number } = {}): Promise<string> {
    return this.getText("report_liability_svg", [program], query);
  }

  /**
   * Points owed to members by source and type, as of any instant: what the same report said then (rules E50,
   * E51).
   */
  reportOutstanding(program: number, query: { as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Pages<Outstanding> {
    return this.getPages("report_outstanding", [program], query);
  }

  /**
   * Points owed to members by source and type, as of any instant: what the same report said then (rules E50,
   * E51).
   */
  reportOutstandingCsv(program: number, query: { as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_outstanding_csv", [program], query);
  }

  /**
   * Points owed to members by source and type, as of any instant: what the same report said then (rules E50,
   * E51).
   */
  reportOutstandingJsonl(program: number, query: { as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_outstanding_jsonl", [program], query);
  }

  /**
   * Points owed to members by source and type, as of any instant: what the same report said then (rules E50,
   * E51).
   */
  reportOutstandingSvg(program: number, query: { as_of?: string; source?: string; point_type?: string; subtype?: string; by_subtype?: "true" | "false" } = {}): Promise<string> {
    return this.getText("report_outstanding_svg", [program], query);
  }

  /** Settlements of all partners in twelve months: debits less credits (rules C98 to C100). */
  reportSettlements(program: number, query: { until?: string } = {}): Pages<SettlementMonth> {
    return this.getPages("report_settlements", [program], query);
  }

  /** Settlements of all partners in twelve months: debits less credits (rules C98 to C100). */
  reportSettlementsCsv(program: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("report_settlements_csv", [program], query);
  }

  /** Settlements of all partners in twelve months: debits less credits (rules C98 to C100). */
  reportSettlementsJsonl(program: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("report_settlements_jsonl", [program], query);
  }

  /** Settlements of all partners in twelve months: debits less credits (rules C98 to C100). */
  reportSettlementsSvg(program: number, query: { until?: string } = {}): Promise<string> {
    return this.getText("report_settlements_svg", [program], query);
  }

  /** Points issued by each source, and what became of them. */
  reportSources(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; point_type?: number } = {}): Pages<Movement> {
    return this.getPages("report_sources", [program], query);
  }

  /** Points issued by each source, and what became of them. */
  reportSourcesCsv(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; point_type?: number } = {}): Promise<string> {
    return this.getText("report_sources_csv", [program], query);
  }

  /** Points issued by each source, and what became of them. */
  reportSourcesJsonl(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; point_type?: number } = {}): Promise<string> {
    return this.getText("report_sources_jsonl", [program], query);
  }

  /** Points issued by each source, and what became of them. */
  reportSourcesSvg(program: number, query: { from?: string; to?: string; range?: "last-7-days" | "last-30-days" | "last-month" | "this-month"; point_type?: number } = {}): Promise<string> {
    return this.getText("report_sources_svg", [program], query);
  }

  /** Reward schemes, which partners share (rules C01, C47). */
  listSchemes(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Scheme> {
    return this.getPages("list_schemes", [program], query);
  }

  /** Reward schemes, which partners share (rules C01, C47). */
  listSchemesCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_schemes_csv", [program], query);
  }

  /** Reward schemes, which partners share (rules C01, C47). */
  listSchemesJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_schemes_jsonl", [program], query);
  }

  /** Defines a reward scheme, or changes it (rule C47). */
  setScheme(program: number, scheme: number, body: SetSchemeBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_scheme", [program, scheme], body, how);
  }

  /** Says how settlement rounds. */
  setSettlement(program: number, body: SetSettlementBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_settlement", [program], body, how);
  }

  /** Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87). */
  listSettlementLines(program: number, query: { limit?: number; cursor?: string } = {}): Pages<SettlementLine> {
    return this.getPages("list_settlement_lines", [program], query);
  }

  /** Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87). */
  listSettlementLinesCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_settlement_lines_csv", [program], query);
  }

  /** Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87). */
  listSettlementLinesJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_settlement_lines_jsonl", [program], query);
  }

  /** Settlement runs with all their executions, by the id of the run (rules C80 to C86). */
  listRuns(program: number, query: { limit?: number; cursor?: string } = {}): Pages<SettlementRun> {
    return this.getPages("list_runs", [program], query);
  }

  /** Creates a settlement run, by its criteria. The key names the run. */
  createRun(program: number, body: CreateRunBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_run", [program], body, how);
  }

  /** Settlement runs with all their executions, by the id of the run (rules C80 to C86). */
  listRunsCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_runs_csv", [program], query);
  }

  /** Settlement runs with all their executions, by the id of the run (rules C80 to C86). */
  listRunsJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_runs_jsonl", [program], query);
  }

  /** The executions of a settlement run. */
  getRun(program: number, run: string | number): Pages<SettlementRun> {
    return this.getPages("get_run", [program, run], {});
  }

  /** The executions of a settlement run. */
  getRunCsv(program: number, run: string | number): Promise<string> {
    return this.getText("get_run_csv", [program, run], {});
  }

  /** The executions of a settlement run. */
  getRunJsonl(program: number, run: string | number): Promise<string> {
    return this.getText("get_run_jsonl", [program, run], {});
  }

  /**
   * The lines that a run would write now; nothing is changed. A page may be short where the run takes few
   * events: go on at its cursor until there is none.
   */
  previewRun(program: number, run: string | number, query: { limit?: number; cursor?: string } = {}): Pages<SettlementLine> {
    return this.getPages("preview_run", [program, run], query);
  }

  /**
   * The lines that a run would write now; nothing is changed. A page may be short where the run takes few
   * events: go on at its cursor until there is none.
   */
  previewRunCsv(program: number, run: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("preview_run_csv", [program, run], query);
  }

  /**
   * The lines that a run would write now; nothing is changed. A page may be short where the run takes few
   * events: go on at its cursor until there is none.
   */
  previewRunJsonl(program: number, run: string | number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("preview_run_jsonl", [program, run], query);
  }

  /** Saves a run's preview. */
  saveRun(program: number, run: string | number, body: SaveRunBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("save_run", [program, run], body, how);
  }

  /** Submits a run: now, or at an instant. */
  submitRun(program: number, run: string | number, body: SubmitRunBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("submit_run", [program, run], body, how);
  }

  /** Gives a member points that several partners fund, each by its share: all of them pay, or none does. */
  accrueShared(program: number, body: AccrueSharedBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("accrue_shared", [program], body, how);
  }

  /** The sources of a program, by id, as of now (rule E89). */
  listSources(program: number, query: { limit?: number; cursor?: string } = {}): Pages<Source> {
    return this.getPages("list_sources", [program], query);
  }

  /** Creates a source of points: a promotion, an offer, a campaign. */
  createSource(program: number, body: CreateSourceBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_source", [program], body, how);
  }

  /** The sources of a program, by id, as of now (rule E89). */
  listSourcesCsv(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_sources_csv", [program], query);
  }

  /** The sources of a program, by id, as of now (rule E89). */
  listSourcesJsonl(program: number, query: { limit?: number; cursor?: string } = {}): Promise<string> {
    return this.getText("list_sources_jsonl", [program], query);
  }

  /** A source: its point types, its status, its inventory, its restrictions (rule E89). */
  getSource(program: number, source: number): Promise<Source> {
    return this.getObject("get_source", [program, source], {});
  }

  /** Archives a source for good. */
  archiveSource(program: number, source: number, body: ArchiveSourceBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("archive_source", [program, source], body, how);
  }

  /** Changes what is said of a source; what is not named stays. */
  editSource(program: number, source: number, body: EditSourceBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("edit_source", [program, source], body, how);
  }

  /** Gives a source an inventory: how many points it may give. */
  setInventory(program: number, source: number, body: SetInventoryBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("set_inventory", [program, source], body, how);
  }

  /** Adds to a source's inventory, or takes from it. */
  modifyInventory(program: number, source: number, body: ModifyInventoryBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("modify_inventory", [program, source], body, how);
  }

  /** Pauses a source: it gives no points until it is resumed. */
  pauseSource(program: number, source: number, body: PauseSourceBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("pause_source", [program, source], body, how);
  }

  /** Adds a restriction to a source. */
  restrictSource(program: number, source: number, body: RestrictSourceBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("restrict_source", [program, source], body, how);
  }

  /** Takes a restriction from a source. */
  unrestrictSource(program: number, source: number, restriction: number, body: UnrestrictSourceBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("unrestrict_source", [program, source, restriction], body, how);
  }

  /** Resumes a paused source. */
  resumeSource(program: number, source: number, body: ResumeSourceBody = {}, how: How = {}): Promise<Receipt> {
    return this.sendCommand("resume_source", [program, source], body, how);
  }

  /** What is set of a source: what an edit of it changes. */
  getSourceTerms(program: number, source: number): Promise<SourceTerms> {
    return this.getObject("get_source_terms", [program, source], {});
  }

  /** Spends points at a partner under an agreement. */
  spend(program: number, body: SpendBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("spend", [program], body, how);
  }

  /** Creates a subtype of points (rules D13, D17). */
  createSubtype(program: number, body: CreateSubtypeBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("create_subtype", [program], body, how);
  }

  /** The tiers of a program, the lowest first, and in which time points count (rules D07, D34). */
  getTiers(program: number): Promise<Ladder> {
    return this.getObject("get_tiers", [program], {});
  }

  /** Defines the tiers, all of them, and the period in which points qualify for them. */
  defineTiers(program: number, body: DefineTiersBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("define_tiers", [program], body, how);
  }

  /** The entry that used a request id: was a lost request done? A refusal uses no id, so it is not found here. */
  getTransaction(program: number, request: string | number): Promise<Entry> {
    return this.getObject("get_transaction", [program, request], {});
  }

  /** Moves points to another member. */
  transfer(program: number, body: TransferBody, how: How = {}): Promise<Receipt> {
    return this.sendCommand("transfer", [program], body, how);
  }
}
