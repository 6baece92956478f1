"""The types, operations and problems of AccrueDB.

Made by src/clients/generate.py from the OpenAPI document. Not to be changed by hand.
"""

from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

from .base import Base, Pages, Refused

Activity = Literal["accrue", "redeem", "hold", "transfer", "adjust"]
AwardBasis = Literal["purchase", "accumulation"]
Beyond = Literal["reject", "clip"]
Billing = Literal["prepaid", "post_paid"]
BlockId = int
BlockKind = Literal["regular", "auto", "reserve"]
BlockOrder = Literal["earliest_expiry", "earliest_start", "created"]
ChargeCause = Literal["purchase", "auto_creation", "reserve_usage", "block_purchase_due", "reserve_returned", "purchase_cancelled"]
Counting = Literal["each_award", "once"]
CreditCap = Literal["none", "available"]
Currency = str
Cursor = Optional[str]
Date = str
Direction = Literal["debit", "credit"]
Enrolment = Literal["explicit", "on_first_accrual"]
EventKind = Literal["purchase", "spend", "cancelled_purchase", "cancelled_spend"]
GatewayAnswer = Literal["ok", "failed"]
GroupId = int
HeldExpiry = Literal["honour", "expire"]
InventoryChange = Literal["set", "modified", "drawn", "returned", "expired"]
Kind = Literal["merchant", "scheme", "offer"]
LifeCycle = Literal["effective", "not_effective"]
LimitScope = Literal["member", "source"]
MemberId = Union[str, int]
MemberStatus = Literal["active", "blocked", "closed"]
MerchantId = int
NegativeBalance = Literal["allowed", "refused"]
NeverUsable = Literal["refuse", "allow"]
OfferClass = Literal["just_money", "reward_achievement", "reward_behavior", "reward_financial_achievement", "reward_loyalty_transaction_amount_based", "reward_loyalty_transaction_number_based", "reward_loyalty_item_quantity_based", "reward_referrals", "utilise_free_capacity", "increase_revenue_product_based", "increase_revenue_transaction_based", "without_event"]
OfferId = int
OnClosing = Literal["keep", "expire"]
PartnerEvent = Literal["points_low", "reserve_touched", "block_expiring"]
PartnerId = int
Period = Literal["month", "quarter", "year"]
PointClass = Literal["redeemable", "qualifying", "both"]
PointTypeId = int
Points = int
PostingKind = Literal["invoice", "credit_note", "debit", "credit"]
Priority = Literal["low", "normal", "medium", "high"]
ProgramId = int
ProgramStatus = Literal["active", "draft"]
Rate = str
ReceivableId = int
ReductionMethod = Literal["front_end", "back_end"]
RefundState = Literal["pending", "settled", "failed", "cancelled"]
RequestId = Union[str, int]
Rounding = Literal["half_up", "down", "up"]
RuleTransfer = Literal["move", "copy"]
RunState = Literal["draft", "saved", "submitted", "completed"]
SchemeId = int
Sequence = int
SettlementType = Literal["debit_and_credit", "debit", "credit"]
Setup = Literal["settlement_settings", "refund_setup", "refund_method", "refund_type", "refund_provider", "payment_run"]
SourceId = int
SourceRule = Literal["optional", "required"]
SourceStatus = Literal["active", "paused", "exhausted", "archived"]
SpendMethod = Literal["wallet", "spend_instantly"]
SpendWay = Literal["instant", "automatic", "requested", "credited"]
Standing = Literal["primary", "other"]
SubtypeId = int
TierId = int
Timestamp = str
TypeStatus = Literal["active", "inactive"]
Unit = Literal["days", "weeks", "months", "years"]
UseOrder = Literal["earliest_expiry", "first_in"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Zone = str


class _AccrueBody(TypedDict):
    awards: List[Award]
    member: MemberId


class AccrueBody(_AccrueBody, total=False):
    """Gives a member points: one transaction, one point item for each award (rules D18 to D20)."""
    partner: Optional[PartnerId]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _AccrueSharedBody(TypedDict):
    awards: List[Award]
    member: MemberId
    shares: List[Share]


class AccrueSharedBody(_AccrueSharedBody, total=False):
    """Gives a member points that several partners fund, each by its share. All of them pay, or nothing is given.
    The points of each award are split among the partners in the ratio of their parts, rounded so that they
    add up; each pays for its own by its own terms. What is cancelled goes back to each partner's own blocks.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _AcknowledgeRefundBody(TypedDict):
    answer: GatewayAnswer
    place: int


class AcknowledgeRefundBody(_AcknowledgeRefundBody, total=False):
    """Records what a payment gateway answered to a request for a refund, once (rule C110)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class ActivateProgramBody(TypedDict, total=False):
    """Lets members of a draft earn and spend. It needs a default subtype (rule D17)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _AdjustBlockBody(TypedDict):
    description: str
    direction: Direction
    points: Points


class AdjustBlockBody(_AdjustBlockBody, total=False):
    """Corrects the points of an active block (rules B09, B14 to B30). It needs a `transaction_at` (rule B16), is
    never changed, and makes no points of members.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _AdjustBody(TypedDict):
    member: MemberId
    point_type: PointTypeId
    points: Points
    reason: str


class AdjustBody(_AdjustBody, total=False):
    """Gives a member points, or takes some, by hand. It is neither an issue nor a redemption in any report."""
    expires: Optional[Expiry]
    reference: Optional[str]
    subtype: SubtypeId
    transaction_at: Optional[Timestamp]



class _Agreement(TypedDict):
    award: AwardRules
    description: str
    life_cycle: LifeCycle
    number: int
    reduction: Reduction
    rules: List[ContributionRule]
    sign_up: SignUpRules
    spend: SpendRules
    version: int


class Agreement(_Agreement, total=False):
    """An agreement of a partner or of a group."""
    group: Optional[GroupId]
    partner: Optional[PartnerId]



class ApproveBlockBody(TypedDict, total=False):
    """Makes a bought block usable (rules A31, A32). A regular block is charged for with this (rule B10), a
    reserve block only as far as it is used (rule A35).
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class ArchiveSourceBody(TypedDict, total=False):
    """Puts a paused source away; what is left of its inventory expires (rules E26, E28 to E30)."""
    confirm: bool
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _AuditLine(TypedDict):
    debt: int
    id: str
    modification: int
    occurred_at: Timestamp
    recorded_at: Timestamp
    reference_type: str
    transaction_type: str
    verb: str


class AuditLine(_AuditLine, total=False):
    """A line of the audit log."""
    actor: Optional[str]
    amount_cancelled: Optional[Points]
    amount_expired: Optional[Points]
    amount_moved: Optional[Points]
    amount_spent: Optional[Points]
    item: Optional[str]
    left: Optional[Points]
    member: Optional[MemberId]
    point_type: Optional[PointTypeId]
    reference: Optional[str]
    source: Optional[SourceId]
    subtype: Optional[SubtypeId]



class _AutoCreation(TypedDict):
    size: Points


class AutoCreation(_AutoCreation, total=False):
    """How blocks of a prepaid partner are created when its points run out (rules A20 to A24)."""
    expires: Expiry
    reorder_limit: Points
    unit_price: Rate



class _Award(TypedDict):
    point_type: PointTypeId


class Award(_Award, total=False):
    """The points of one promotion within an accrual."""
    expires: Optional[Expiry]
    points: Points
    source: Optional[SourceId]
    spend: Optional[Spend]
    start: Start
    subtype: SubtypeId



class AwardReportRow(TypedDict, total=False):
    """Awards and spends of one group. What was not asked for is null."""
    amount_exact: Optional[str]
    brand: Optional[str]
    contribution_exact: Optional[str]
    events_exact: Optional[str]
    host_exact: Optional[str]
    kind: Optional[str]
    medium: Optional[str]
    member: Optional[str]
    month: Optional[str]
    offer: Optional[str]
    partner: Optional[str]
    rule: Optional[str]
    scheme: Optional[str]
    state: Optional[str]



class AwardRules(TypedDict, total=False):
    """Which members a merchant rewards."""
    block_without_scheme: Optional[bool]
    collaborating: Optional[bool]
    own_group: Optional[bool]
    schemes: Optional[SchemeChoice]



class Backup(TypedDict):
    """The name of a backup."""
    name: str



class Balance(TypedDict):
    """The balance of one account (rules D28, D29, D31, D51 to D55)."""
    available: Points
    debt: Points
    future: Points
    held: Points
    lifetime: Points
    member: MemberId
    point_type: PointTypeId
    qualifying: Points



Bill = TypedDict("Bill", {"amount": "str", "bill": "int", "closed": "Optional[Sequence]", "from": "Optional[Timestamp]", "lines": "int", "opened": "Sequence", "parts": "List[BillPart]", "points_exact": "str", "request_id": "RequestId", "state": "str", "until": "Timestamp"}, total=False)



class _BillLine(TypedDict):
    member: MemberId
    place: int
    points: Points
    sequence: Sequence
    terms: int
    transaction_at: Timestamp


class BillLine(_BillLine, total=False):
    """A line of a bill."""
    cancels: Optional[Sequence]



class BillPart(TypedDict):
    """What a bill says of one version of the terms."""
    currency: Currency
    points: Points
    price: Rate
    terms: int



class _BillPartnerBody(TypedDict):
    until: BillUntil


class BillPartnerBody(_BillPartnerBody, total=False):
    """Bills a post-paid partner for all that happened since the last bill, up to a cut-off (rules A26 to A29).
    The first step of it: a bill of many lines goes on by [`ContinueBill`].
    """
    lines_max: Optional[int]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _BillUntil(TypedDict):
    kind: Literal["at", "day", "month", "week"]


class BillUntil(_BillUntil, total=False):
    date: Date
    instant: Timestamp



class _Block(TypedDict):
    block: BlockId
    created: Sequence
    debited: Points
    expired: Points
    purchased: Points
    remaining: Points
    starts_at: Timestamp
    state: str
    unit_price: Rate


class Block(_Block, total=False):
    """A block."""
    expires_at: Optional[Timestamp]



class BlockForecast(TypedDict):
    """When a block will end."""
    block: BlockId
    ends_at: Timestamp
    lost_exact: str
    remaining: Points



class _CancelAmount(TypedDict):
    kind: Literal["award", "points", "whole"]


class CancelAmount(_CancelAmount, total=False):
    place: int
    points: Points



class CancelBlockBody(TypedDict, total=False):
    """Takes a block back: what is left of it is gone, and a regular block's charge is lowered by as much."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _CancelBody(TypedDict):
    request: RequestId


class CancelBody(_CancelBody, total=False):
    """Undoes an accrual, a redemption, a capture or a transfer (rule D45). The original stays; this is a
    transaction of its own.
    """
    amount: CancelAmount
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class CaptureBody(TypedDict, total=False):
    """Redeems held points. A hold may be captured in parts."""
    points: Optional[Points]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class Charge(TypedDict):
    """What a prepaid partner is charged."""
    block: BlockId
    cause: ChargeCause
    currency: Currency
    place: int
    points: Points
    recorded_at: Timestamp
    sequence: Sequence
    unit_price: Rate



class _ChargeFeeBody(TypedDict):
    amount: FeeAmount
    description: str


class ChargeFeeBody(_ChargeFeeBody, total=False):
    """Charges a fee, in points of a block or in money (rules B01 to B08, B31 to B35). It needs a
    `transaction_at`.
    """
    block: Optional[BlockId]
    concerns: Optional[RequestId]
    direction: Direction
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class Clock(TypedDict):
    """The engine's time."""
    now: Timestamp
    source: str



class Cohort(TypedDict):
    """What became of the points of a source and a type that were issued in some days. Exact sums, as texts."""
    cancelled_exact: str
    expired_exact: str
    issued_exact: str
    left_exact: str
    other_exact: str
    point_type: PointTypeId
    redeemed_exact: str
    source: SourceId
    subtype: SubtypeId



CommandBody = TypedDict("CommandBody", {"accessible_to": "Optional[List[PartnerId]]", "amount": "Points", "answer": "GatewayAnswer", "auto_creation": "Optional[AutoCreation]", "automatic_spending": "bool", "award": "Points", "awards": "List[Award]", "basis": "AwardBasis", "beyond": "Optional[Beyond]", "billing": "Billing", "block": "Optional[BlockId]", "block_kind": "BlockKind", "block_warning_days": "int", "brand": "Optional[str]", "class": "OfferClass", "collaborating": "List[GroupId]", "concerns": "Optional[RequestId]", "confirm": "bool", "counting": "Counting", "credit_cap": "CreditCap", "criteria": "RunCriteria", "currency": "Optional[str]", "description": "str", "direction": "Direction", "due_block": "Optional[DueBlock]", "ends_on": "Optional[Date]", "enrolment": "Enrolment", "every": "Optional[Span]", "expires": "Optional[Expiry]", "expiry": "Optional[Expiry]", "fee": "RequestId", "fees": "Dict[str, ScheduledFee]", "from": "Optional[GroupId]", "group": "Optional[GroupId]", "groups": "List[GroupId]", "held_expiry": "Optional[HeldExpiry]", "hold": "RequestId", "household": "MemberId", "id": "Optional[MemberId]", "inactivity": "Optional[Inactivity]", "inventory": "Optional[Points]", "is_default": "Optional[bool]", "item_warning_days": "int", "items": "List[ItemId]", "kind": "Literal[\"create_program\", \"create_point_type\", \"create_partner\", \"purchase_block\", \"approve_block\", \"enrol\", \"accrue\", \"redeem\", \"cancel\", \"book_due\", \"transfer\", \"hold\", \"capture\", \"release\", \"erase\", \"accrue_shared\", \"edit_partner\", \"reject_block\", \"cancel_block\", \"adjust_block\", \"charge_fee\", \"refund_fee\", \"bill_partner\", \"continue_bill\", \"create_subtype\", \"activate_program\", \"edit_point_type\", \"define_tiers\", \"extend_items\", \"reinstate_items\", \"set_member_status\", \"adjust\", \"merge\", \"unmerge\", \"enrol_household\", \"join_household\", \"leave_household\", \"edit_membership\", \"create_source\", \"edit_source\", \"pause_source\", \"resume_source\", \"archive_source\", \"set_inventory\", \"modify_inventory\", \"restrict_source\", \"unrestrict_source\", \"set_scheme\", \"set_offer\", \"set_group\", \"set_unit\", \"set_agreement\", \"set_contribution_rules\", \"switch_group\", \"set_settlement\", \"set_refunds\", \"open_receivable\", \"set_payment_preference\", \"set_participant\", \"sign_up\", \"record_purchase\", \"spend\", \"credit_member\", \"acknowledge_refund\", \"create_run\", \"save_run\", \"submit_run\"]", "label": "Optional[str]", "life_cycle": "LifeCycle", "limit": "int", "lines_max": "Optional[int]", "low_at": "Optional[Points]", "low_balance": "Optional[Points]", "maximum": "Optional[Maximum]", "medium": "Optional[str]", "member": "MemberId", "merchant": "Optional[MerchantId]", "name": "str", "negative_balance": "Optional[NegativeBalance]", "negative_limit": "Optional[NegativeLimit]", "never_usable": "NeverUsable", "offer": "OfferId", "on_closing": "OnClosing", "order": "BlockOrder", "other": "MemberId", "overdraft": "Optional[Overdraft]", "partner": "PartnerId", "partners": "List[PartnerId]", "period": "QualifyingPeriod", "place": "int", "point_type": "PointTypeId", "point_types": "Optional[List[PointTypeId]]", "point_types_max": "Optional[int]", "points": "Points", "price": "Rate", "provider": "str", "purchase": "RequestId", "rates": "Dict[str, Rate]", "reason": "str", "receivable": "Optional[ReceivableId]", "reduction": "Reduction", "reference": "Optional[str]", "replaces": "Optional[int]", "request": "RequestId", "require_source": "SourceRule", "restriction": "int", "restrictions": "List[Restriction]", "rollover": "Optional[PointTypeId]", "rolls_up": "Optional[bool]", "rounding": "Rounding", "rules": "List[TransferredRule]", "run": "RequestId", "scale": "Optional[int]", "scheme": "Optional[SchemeId]", "schemes": "List[SchemeId]", "setup": "RefundSetup", "shares": "List[Share]", "sign_up": "Optional[SignUpRules]", "source": "SourceId", "spend": "SpendRules", "spend_method": "SpendMethod", "standing": "Standing", "starts_at": "Optional[Timestamp]", "status": "MemberStatus", "subject": "Subject", "subtype": "SubtypeId", "tiers": "List[Tier]", "times_out": "Expiry", "to": "GroupId", "transaction": "Optional[RequestId]", "transaction_at": "Optional[Timestamp]", "unit_price": "Optional[Rate]", "until": "BillUntil", "zone": "Zone"}, total=False)



class ContinueBillBody(TypedDict, total=False):
    """The next step of a bill that is not whole yet."""
    lines_max: Optional[int]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class ContributionRule(TypedDict):
    """How much of an award the partner contributes."""
    brands: List[str]
    mediums: List[str]
    name: str
    number: int
    offers: List[OfferId]
    percentage: Rate
    periods: List[PeriodContribution]
    priority: Priority



class _CreatePartnerBody(TypedDict):
    partner: PartnerId


class CreatePartnerBody(_CreatePartnerBody, total=False):
    """Creates a partner."""
    auto_creation: Optional[AutoCreation]
    billing: Billing
    credit_cap: CreditCap
    currency: Currency
    due_block: Optional[DueBlock]
    fees: Dict[str, ScheduledFee]
    low_balance: Optional[Points]
    name: str
    order: BlockOrder
    price: Rate
    rates: Dict[str, Rate]
    reference: Optional[str]
    rounding: Rounding
    transaction_at: Optional[Timestamp]



CreatePointTypeBody = TypedDict("CreatePointTypeBody", {"class": "PointClass", "currency": "str", "expiry": "Expiry", "held_expiry": "HeldExpiry", "inactivity": "Inactivity", "is_default": "bool", "label": "str", "maximum": "Maximum", "name": "str", "negative_balance": "NegativeBalance", "negative_limit": "NegativeLimit", "order": "UseOrder", "overdraft": "Overdraft", "point_type": "PointTypeId", "reference": "Optional[str]", "rollover": "Optional[PointTypeId]", "scale": "int", "transaction_at": "Optional[Timestamp]"}, total=False)



class CreateProgramBody(TypedDict, total=False):
    """Creates the program that the command names."""
    block_warning_days: int
    enrolment: Enrolment
    item_warning_days: int
    name: str
    never_usable: NeverUsable
    on_closing: OnClosing
    point_types_max: Optional[int]
    reference: Optional[str]
    require_source: SourceRule
    status: ProgramStatus
    transaction_at: Optional[Timestamp]
    zone: Zone



class CreateRunBody(TypedDict, total=False):
    """Defines a settlement run: a draft (rule C80). Its request id names it."""
    criteria: RunCriteria
    every: Optional[Span]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _CreateSourceBody(TypedDict):
    source: SourceId


class CreateSourceBody(_CreateSourceBody, total=False):
    """Creates a source; it is active (rules E20, E92)."""
    beyond: Beyond
    counting: Counting
    inventory: Optional[Points]
    low_at: Optional[Points]
    name: str
    point_types: Optional[List[PointTypeId]]
    reference: Optional[str]
    restrictions: List[Restriction]
    transaction_at: Optional[Timestamp]



class _CreateSubtypeBody(TypedDict):
    subtype: SubtypeId


class CreateSubtypeBody(_CreateSubtypeBody, total=False):
    """Creates a subtype, for all point types of the program (rules D13 to D16). Once there is one, awards name
    known ones only.
    """
    is_default: bool
    name: str
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _CreditMemberBody(TypedDict):
    member: MemberId
    partner: PartnerId
    point_type: PointTypeId
    points: Points


class CreditMemberBody(_CreditMemberBody, total=False):
    """Credits a member's receivable with an award where the wallet could not be used (rule C105). The award is
    consumed; the merchant, whom the member pays in full, gets no credit note.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class DayOfPoints(TypedDict):
    """What happened to points on a day, and since the range began. Exact sums, as texts."""
    adjusted_exact: str
    adjusted_in_exact: str
    day: str
    expired_exact: str
    expired_so_far_exact: str
    issued_exact: str
    issued_so_far_exact: str
    redeemed_exact: str
    redeemed_so_far_exact: str



class DeferredRevenue(TypedDict):
    """Deferred revenue of the points of a source and a type that were issued in some days. Exact sums, as texts;
    money in its smallest unit.
    """
    breakage_exact: str
    deferred_exact: str
    expected_exact: str
    issued_exact: str
    liability_exact: str
    point_type: PointTypeId
    recognised_exact: str
    redeemed_exact: str
    redeemed_per_mille_exact: str
    source: SourceId
    subtype: SubtypeId



class _DefineTiersBody(TypedDict):
    tiers: List[Tier]


class DefineTiersBody(_DefineTiersBody, total=False):
    """Defines the tiers, all of them at once; a later one replaces them. Members keep the tier they have until
    it is evaluated again.
    """
    period: QualifyingPeriod
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class DocumentDefaults(TypedDict, total=False):
    """What a generated document is filled with by default."""
    category: str
    document_type: str
    notes: str
    product: str



class _DueBlock(TypedDict):
    points: Points


class DueBlock(_DueBlock, total=False):
    """The large block that a partner has to buy once its reserve is used (rule A18)."""
    unit_price: Rate



class EditMembershipBody(TypedDict, total=False):
    """Changes how a member belongs to a household (rules D40, D41). What is not named stays."""
    ends_on: Optional[Date]
    reference: Optional[str]
    rolls_up: Optional[bool]
    transaction_at: Optional[Timestamp]



class EditPartnerBody(TypedDict, total=False):
    """Agrees on new terms with a partner: all of them, as the next version. What was recorded before stays under
    the terms of its time.
    """
    auto_creation: Optional[AutoCreation]
    billing: Billing
    credit_cap: CreditCap
    currency: Currency
    due_block: Optional[DueBlock]
    fees: Dict[str, ScheduledFee]
    low_balance: Optional[Points]
    name: str
    order: BlockOrder
    price: Rate
    rates: Dict[str, Rate]
    reference: Optional[str]
    rounding: Rounding
    transaction_at: Optional[Timestamp]



class EditPointTypeBody(TypedDict, total=False):
    """Changes a point type (rule E16). What is not named stays. What was granted keeps its expiry."""
    currency: Optional[str]
    expiry: Optional[Expiry]
    held_expiry: Optional[HeldExpiry]
    inactivity: Optional[Inactivity]
    is_default: Optional[bool]
    label: Optional[str]
    maximum: Optional[Maximum]
    name: Optional[str]
    negative_balance: Optional[NegativeBalance]
    negative_limit: Optional[NegativeLimit]
    overdraft: Optional[Overdraft]
    reference: Optional[str]
    rollover: Optional[PointTypeId]
    scale: Optional[int]
    status: Optional[TypeStatus]
    transaction_at: Optional[Timestamp]



class EditSourceBody(TypedDict, total=False):
    """Changes the terms of an active source (rule E33). Fields that are not given stay."""
    beyond: Optional[Beyond]
    low_at: Optional[Points]
    name: Optional[str]
    point_types: Optional[List[PointTypeId]]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _EnrolBody(TypedDict):
    member: MemberId


class EnrolBody(_EnrolBody, total=False):
    """Enrols a member."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _EnrolHouseholdBody(TypedDict):
    member: MemberId


class EnrolHouseholdBody(_EnrolHouseholdBody, total=False):
    """Enrols a household: a member to whom the qualifying points of others roll up (rule D35)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _Entry(TypedDict):
    balances: List[Balance]
    command: Dict[str, Any]
    done: bool
    kind: str
    legs: List[Leg]
    program: ProgramId
    recorded_at: Timestamp
    request_id: RequestId
    sequence: Sequence


class Entry(_Entry, total=False):
    """An entry of the journal."""
    actor: Optional[str]
    member: Optional[MemberId]
    reference: Optional[str]
    refused: Optional[Rejection]
    transaction_at: Optional[Timestamp]



class EraseBody(TypedDict, total=False):
    """Erases a text: the reference of a transaction, or the text of a long id. Just one is named. What the text
    was is in no entry of the journal; `verify` goes on to hold. Backups that were made before keep it until
    they are removed.
    """
    id: Optional[MemberId]
    reference: Optional[str]
    transaction: Optional[RequestId]
    transaction_at: Optional[Timestamp]



class _Evaluation(TypedDict):
    kind: Literal["daily", "monthly", "weekly", "yearly"]


class Evaluation(_Evaluation, total=False):
    day: int
    every: int
    month: int
    weekday: Weekday



class _Event(TypedDict):
    command: str
    data: Dict[str, Any]
    id: str
    kind: str
    program: ProgramId
    recorded_at: Timestamp
    request_id: RequestId


class Event(_Event, total=False):
    """Something that happened: a leg of an entry that was done, or an entry without legs."""
    member: Optional[MemberId]



class Expiring(TypedDict):
    """Points of a member that expire at an instant, unless they are used before."""
    at: Timestamp
    member: MemberId
    point_type: PointTypeId
    points: Points



class _Expiry(TypedDict):
    kind: Literal["after", "at", "end_of", "never", "on", "rolling"]


class Expiry(_Expiry, total=False):
    age: Span
    date: Date
    evaluated: Evaluation
    instant: Timestamp
    period: Period
    since: Optional[Timestamp]
    span: Any



class _ExpiryCurveRow(TypedDict):
    bucket: str
    point_type: PointTypeId
    points_exact: str


class ExpiryCurveRow(_ExpiryCurveRow, total=False):
    """Points that expire with a day or a month."""
    source: Optional[SourceId]



class _ExtendItemsBody(TypedDict):
    expires: Expiry
    items: List[ItemId]
    reason: str


class ExtendItemsBody(_ExtendItemsBody, total=False):
    """Lets items expire at another instant, later or sooner. Their points keep everything else."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _Fee(TypedDict):
    amount: Rate
    currency: Currency
    kind: str
    points: Points
    request_id: RequestId
    sequence: Sequence
    text: str
    transaction_at: Timestamp


class Fee(_Fee, total=False):
    """A fee, or the refund of one."""
    block: Optional[BlockId]
    concerns: Optional[RequestId]
    linked: Optional[Sequence]



class _FeeAmount(TypedDict):
    kind: Literal["money", "points", "scheduled"]


class FeeAmount(_FeeAmount, total=False):
    amount: Rate
    currency: Currency
    name: str
    points: Points



class FeedPage(TypedDict):
    """A page of the feed."""
    events: List[Event]
    more: bool
    next: str



class Group(TypedDict):
    """A group of partners."""
    collaborating: List[GroupId]
    group: GroupId
    name: str
    partners: List[PartnerId]



class _Hold(TypedDict):
    captured: Points
    held: Points
    hold: RequestId
    points: Points


class Hold(_Hold, total=False):
    """Points on hold."""
    times_out_at: Optional[Timestamp]



class _HoldBody(TypedDict):
    member: MemberId
    points: Points


class HoldBody(_HoldBody, total=False):
    """Sets points aside, from the items next in order. Its request id names the hold."""
    point_type: PointTypeId
    reference: Optional[str]
    times_out: Expiry
    transaction_at: Optional[Timestamp]



class Household(TypedDict):
    """A household."""
    balances: List[Balance]
    household: MemberId
    members: List[MemberId]



class _Inactivity(TypedDict):
    kind: Literal["expires", "ignored"]


class Inactivity(_Inactivity, total=False):
    activity: Optional[List[Activity]]
    evaluated: Optional[Evaluation]
    percent: Optional[Rate]
    period: Span
    since: Optional[Timestamp]



class _Item(TypedDict):
    available_from: Timestamp
    cancelled: Points
    expired: Points
    granted: Points
    item: str
    redeemed: Points
    remaining: Points
    state: str


class Item(_Item, total=False):
    """An item."""
    expires_at: Optional[Timestamp]
    partner: Optional[PartnerId]
    source: Optional[SourceId]



class ItemId(TypedDict):
    """A point item: the accrual that granted it and its place among that accrual's awards, from 0."""
    place: int
    sequence: Sequence



class _JoinHouseholdBody(TypedDict):
    household: MemberId


class JoinHouseholdBody(_JoinHouseholdBody, total=False):
    """A member becomes one of a household (rules D35 to D38)."""
    ends_on: Optional[Date]
    reference: Optional[str]
    rolls_up: bool
    transaction_at: Optional[Timestamp]



class Ladder(TypedDict):
    """A program's tiers."""
    period: QualifyingPeriod
    since: Timestamp
    tiers: List[Tier]



class LeaveHouseholdBody(TypedDict, total=False):
    """A member leaves the household (rule D39). What rolled up stays there."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



Leg = TypedDict("Leg", {"amount": "Any", "available_from": "Timestamp", "before": "Any", "bill": "int", "block": "Any", "cause": "ChargeCause", "change": "InventoryChange", "currency": "Currency", "effective_at": "Timestamp", "event": "PartnerEvent", "events": "int", "expires_at": "Optional[Timestamp]", "fee": "Sequence", "first_expires_at": "Timestamp", "from": "Any", "item": "ItemId", "kind": "Literal[\"absorbed\", \"adjusted\", \"bill_closed\", \"billed\", \"block_adjusted\", \"block_cancelled\", \"block_credited\", \"block_expired\", \"block_fee\", \"block_refunded\", \"cancelled\", \"captured\", \"charge\", \"charged\", \"clipped\", \"credited\", \"debited\", \"event\", \"expired\", \"expiring_soon\", \"extended\", \"fee\", \"fee_charged\", \"fee_refunded\", \"forgiven\", \"given_back\", \"granted\", \"held\", \"inventory\", \"inventory_low\", \"lapsed\", \"matured\", \"merged\", \"not_awarded\", \"not_spent\", \"owed\", \"posted\", \"redeemed\", \"refund_answered\", \"refund_asked\", \"reinstated\", \"released\", \"repaid\", \"restored\", \"returned\", \"rolled_over\", \"settled\", \"source_status\", \"spent\", \"tier\", \"transferred\", \"transferred_back\", \"withheld\"]", "left": "Points", "lines": "int", "member": "MemberId", "number": "int", "other": "MemberId", "owner": "Subject", "partner": "PartnerId", "place": "Any", "point_type": "PointTypeId", "points": "Points", "posting": "PostingKind", "price": "Rate", "rate": "Any", "reason": "Rejection", "receivable": "ReceivableId", "reduction": "ReductionMethod", "remaining": "Points", "run": "RequestId", "source": "Any", "state": "Any", "status": "SourceStatus", "subtype": "SubtypeId", "terms": "int", "tier": "Optional[TierId]", "to": "Any", "unit_price": "Rate", "until": "Optional[Timestamp]", "way": "SpendWay"}, total=False)



class Limit(TypedDict):
    """A restriction that is in force."""
    restriction: Restriction
    since: Timestamp
    version: int



class _LineAnswer(TypedDict):
    line: int
    status: int


class LineAnswer(_LineAnswer, total=False):
    """The answer to a line of a batch."""
    problem: Optional[Problem]
    receipt: Optional[Receipt]



class _Maximum(TypedDict):
    kind: Literal["clip", "reject", "unlimited"]


class Maximum(_Maximum, total=False):
    points: Points



class Member(TypedDict):
    """A member with balances."""
    as_of: Timestamp
    balances: List[Balance]
    member: MemberId



class MemberRow(TypedDict):
    """A member of a list."""
    member: MemberId



class _MergeBody(TypedDict):
    other: MemberId
    reason: str


class MergeBody(_MergeBody, total=False):
    """Two members become one: the items of the other go over whole, with their ids. The other's id leads to the
    member.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _ModifyInventoryBody(TypedDict):
    points: Points


class ModifyInventoryBody(_ModifyInventoryBody, total=False):
    """Adds points to an inventory, or takes some out (rules E101, E102)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class MonthOfUse(TypedDict):
    """What was given with a partner in a month, and what it cost. Exact sums, as texts."""
    agrees: bool
    differing: int
    given_exact: str
    lines: int
    month: str
    owed_exact: str
    taken_exact: str



class MoveClock(TypedDict):
    """Where the clock is to be."""
    to: Timestamp



class _Movement(TypedDict):
    bucket: str
    issued_exact: str
    outstanding_exact: str
    point_type: PointTypeId


class Movement(_Movement, total=False):
    """Points by what happened to them, in a day, month or source. A sum that may pass 2^53 - 1 is text in a
    second field; the number is then null.
    """
    cancelled: Optional[int]
    expired: Optional[int]
    issued: Optional[int]
    outstanding: Optional[int]
    redeemed: Optional[int]
    repaid: Optional[int]



class _NegativeLimit(TypedDict):
    kind: Literal["absolute", "max", "min", "percent", "unlimited"]


class NegativeLimit(_NegativeLimit, total=False):
    percent: Rate
    points: Points



class _NewContributionRule(TypedDict):
    percentage: Rate


class NewContributionRule(_NewContributionRule, total=False):
    """A contribution rule as it is asked for."""
    brands: List[str]
    mediums: List[str]
    number: Optional[int]
    offers: List[OfferId]
    periods: List[PeriodContribution]
    priority: Priority



Offer = TypedDict("Offer", {"basis": "AwardBasis", "class": "OfferClass", "is_settled": "bool", "life_cycle": "LifeCycle", "name": "str", "offer": "OfferId", "scheme": "SchemeId", "spend_method": "SpendMethod"}, total=False)



class _OpenReceivableBody(TypedDict):
    receivable: ReceivableId


class OpenReceivableBody(_OpenReceivableBody, total=False):
    """Opens a receivable of a partner or of a member, or makes one primary (rules C12, C112)."""
    member: Optional[MemberId]
    partner: Optional[PartnerId]
    reference: Optional[str]
    standing: Standing
    transaction_at: Optional[Timestamp]



class Outstanding(TypedDict):
    """Points owed of a source and a type."""
    owed_exact: str
    point_type: PointTypeId
    source: SourceId
    subtype: SubtypeId



class _Overdraft(TypedDict):
    kind: Literal["all", "refused", "tiers"]


class Overdraft(_Overdraft, total=False):
    points: Points
    tiers: List[TierId]



class _Partner(TypedDict):
    balance: Points
    billing: Billing
    debited: Points
    is_low: bool
    name: str
    open_blocks: int
    order: BlockOrder
    partner: PartnerId
    pending: Points
    rates: Dict[str, Rate]
    reserve: Points
    rounding: Rounding
    waiting: Points


class Partner(_Partner, total=False):
    """A partner."""
    low_balance: Optional[Points]



class PartnerCredit(TypedDict):
    """A credit note of a member for a spend at a partner."""
    amount: Points
    member: MemberId
    place: int
    posted_at: Timestamp
    reason: str
    receivable: ReceivableId
    sequence: Sequence



class _PartnerStatementLine(TypedDict):
    kind: str
    points_exact: str
    recorded_at: Timestamp
    request_id: RequestId
    sequence: Sequence
    transaction_type: str


class PartnerStatementLine(_PartnerStatementLine, total=False):
    """A line of a partner's statement."""
    block: Optional[BlockId]
    refused: Optional[Rejection]
    text: Optional[str]
    transaction_at: Optional[Timestamp]



class _PartnerTerms(TypedDict):
    billing: Billing
    credit_cap: CreditCap
    currency: Currency
    fees: Dict[str, ScheduledFee]
    name: str
    order: BlockOrder
    price: Rate
    rates: Dict[str, Rate]
    rounding: Rounding
    since: Sequence


class PartnerTerms(_PartnerTerms, total=False):
    """What a partner and the host agreed: one version of it."""
    auto_creation: Optional[AutoCreation]
    due_block: Optional[DueBlock]
    low_balance: Optional[Points]



class PauseSourceBody(TypedDict, total=False):
    """Pauses an active source: it gives no points until it is resumed (rules E23, E24)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



PeriodContribution = TypedDict("PeriodContribution", {"from": "Date", "percentage": "Rate", "to": "Date"}, total=False)



PointTypeRow = TypedDict("PointTypeRow", {"class": "PointClass", "currency": "str", "expiry": "Expiry", "held_expiry": "HeldExpiry", "inactivity": "Inactivity", "is_default": "bool", "label": "str", "maximum": "Maximum", "name": "str", "negative_balance": "NegativeBalance", "negative_limit": "NegativeLimit", "order": "UseOrder", "overdraft": "Overdraft", "point_type": "PointTypeId", "rollover": "Optional[PointTypeId]", "scale": "int", "since": "Timestamp", "status": "TypeStatus"}, total=False)



class Posting(TypedDict):
    """An amount posted to a receivable."""
    amount: Points
    cause: PostingCause
    kind: PostingKind
    place: int
    posted_at: Timestamp
    receivable: ReceivableId
    sequence: Sequence



class _PostingCause(TypedDict):
    kind: Literal["refund", "settlement", "wallet_unavailable"]


class PostingCause(_PostingCause, total=False):
    number: int
    partner: PartnerId
    run: RequestId



class _Problem(TypedDict):
    code: str
    detail: str
    status: int
    title: str
    type: str


class Problem(_Problem, total=False):
    """A refusal, as RFC 9457 has it. The figures of the refusal are further members."""
    parameter: Optional[str]
    pointer: Optional[str]



class Program(TypedDict):
    """A program."""
    enrolment: Enrolment
    name: str
    never_usable: NeverUsable
    point_types: int
    point_types_max: int
    program: ProgramId
    zone: Zone



class _PurchaseBlockBody(TypedDict):
    block: BlockId
    points: Points


class PurchaseBlockBody(_PurchaseBlockBody, total=False):
    """Records that a partner bought a block (rules A10, B12), or that the host set up a reserve block for it
    (rule A13). It is usable once approved.
    """
    block_kind: BlockKind
    expires: Expiry
    reference: Optional[str]
    starts_at: Optional[Timestamp]
    transaction_at: Optional[Timestamp]
    unit_price: Optional[Rate]



class _QualifyingPeriod(TypedDict):
    kind: Literal["anniversary", "calendar_year", "rolling"]


class QualifyingPeriod(_QualifyingPeriod, total=False):
    span: Span



class _Receipt(TypedDict):
    balances: List[Balance]
    legs: List[Leg]
    recorded_at: Timestamp
    replayed: bool
    sequence: Sequence


class Receipt(_Receipt, total=False):
    """A command was done, and is durable."""
    cancelled: List[Points]



class _Receivable(TypedDict):
    balance_exact: str
    credits: Points
    debits: Points
    receivable: ReceivableId
    standing: Standing


class Receivable(_Receivable, total=False):
    """An account of money."""
    provider: Optional[str]



class _RecordPurchaseBody(TypedDict):
    amount: Points
    award: Points
    member: MemberId
    offer: OfferId
    partner: PartnerId
    point_type: PointTypeId


class RecordPurchaseBody(_RecordPurchaseBody, total=False):
    """A purchase at a merchant, and the award that an offer gives for it. It is awarded, left without an award,
    or refused (rules C14 to C19, C64, C65). Instant and automatic spends are part of it.
    """
    brand: Optional[str]
    expires: Optional[Expiry]
    medium: Optional[str]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _RedeemBody(TypedDict):
    member: MemberId
    points: Points


class RedeemBody(_RedeemBody, total=False):
    """Takes points from the items next in order (rules D21 to D25)."""
    point_type: PointTypeId
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _Reduction(TypedDict):
    kind: Literal["back_end", "front_end"]


class Reduction(_Reduction, total=False):
    credit_note: DocumentDefaults
    method: str
    refund: DocumentDefaults



class Refund(TypedDict):
    """A request that a payment gateway refunds a member."""
    amount: Points
    member: MemberId
    method: str
    partner: PartnerId
    place: int
    provider: str
    purchase: RequestId
    requested_at: Timestamp
    sequence: Sequence



class _RefundFeeBody(TypedDict):
    reason: str


class RefundFeeBody(_RefundFeeBody, total=False):
    """Refunds a fee, whole and once (rules B36 to B42)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class RefundSetup(TypedDict, total=False):
    """What must be set up so that members are refunded through a payment gateway (rule C107)."""
    methods: List[str]
    payment_runs: List[str]
    providers: Dict[str, List[str]]
    types: Dict[str, List[str]]



class _ReinstateItemsBody(TypedDict):
    expires: Expiry
    items: List[ItemId]
    reason: str


class ReinstateItemsBody(_ReinstateItemsBody, total=False):
    """Gives what has expired of items back to the member."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class RejectBlockBody(TypedDict, total=False):
    """Decides that a bought block is not approved (rule A32)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _Rejection(TypedDict):
    kind: Literal["agreement_changed", "agreement_exists", "agreement_unknown", "already_refunded", "award_unknown", "bill_open", "billed_already", "block_closed", "block_exists", "block_expired", "block_limit", "block_not_active", "block_not_pending", "block_unknown", "cancel_exceeds", "class_not_allowed", "cut_off_ahead", "exceeds_block", "expiry_over", "fee_unknown", "group_read_only", "group_unknown", "hold_exceeds", "hold_over", "hold_unknown", "household_limit", "in_household", "insufficient_defaults", "insufficient_partner_points", "insufficient_points", "inventory_empty", "inventory_exceeded", "inventory_exists", "inventory_unset", "is_a_household", "item_closed", "item_not_expired", "item_unknown", "limit_reached", "maximum_balance", "member_blocked", "member_closed", "member_exists", "member_unknown", "merge_entangled", "mixed_order", "needs_confirm", "never_usable", "new_members_not_allowed", "no_common_scheme", "no_default_type", "no_household", "no_open_bill", "no_payment_preference", "no_subtype", "not_a_fee", "not_a_household", "not_accessible", "not_cancellable", "not_configured", "not_effective", "not_merged", "not_qualifying", "not_redeemable", "nothing_to_spend", "offer_unknown", "other_group_not_allowed", "overflow", "own_group_not_allowed", "partner_exists", "partner_post_paid", "partner_prepaid", "partner_unknown", "percentage_out_of_range", "period_overlap", "point_type_exists", "point_type_inactive", "point_type_limit", "point_type_unknown", "primary_exists", "program_active", "program_draft", "program_exists", "program_unknown", "receivable_exists", "receivable_unknown", "reference_missing", "refund_not_pending", "refund_unknown", "request_id_reused", "restriction_unknown", "rollover_cycle", "rule_unknown", "run_state", "run_unknown", "same_member", "scheme_missing", "scheme_not_used", "scheme_unknown", "source_active", "source_archived", "source_exists", "source_not_linked", "source_paused", "source_required", "source_unknown", "source_without_types", "spend_above_maximum", "spend_below_minimum", "subtype_exists", "subtype_unknown", "too_many_items", "transaction_ahead", "transaction_unknown", "unit_taken", "unit_unknown"]


class Rejection(_Rejection, total=False):
    amount: Points
    available: Points
    available_from: Timestamp
    awards: int
    bill: int
    billed_until: Timestamp
    block: BlockId
    date: Date
    expires_at: Timestamp
    first: Sequence
    group: GroupId
    household: MemberId
    id: int
    latest: Timestamp
    left: Points
    limit: int
    maximum: Points
    merchant: MerchantId
    minimum: Points
    missing: Setup
    offer: OfferId
    partner: PartnerId
    percentage: Rate
    place: int
    point_type: PointTypeId
    points: Points
    receivable: ReceivableId
    refund: Sequence
    restriction: int
    room: Points
    rule: int
    scheme: SchemeId
    sequence: Sequence
    short: Any
    source: SourceId
    state: Any
    subtype: SubtypeId
    times_out_at: Timestamp
    version: int
    what: Kind



class ReleaseBody(TypedDict, total=False):
    """Gives held points back to the member."""
    points: Optional[Points]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _RestrictSourceBody(TypedDict):
    restriction: Restriction


class RestrictSourceBody(_RestrictSourceBody, total=False):
    """Adds a restriction to an active source, or changes the one of its number (rule E94). One whose time or
    scope changes begins to count anew.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class Restriction(TypedDict):
    """At most so many points of a source in some time (rules E95 to E98)."""
    max: Points
    per: LimitScope
    restriction: int
    window: Window



class ResumeSourceBody(TypedDict, total=False):
    """Makes a paused or archived source active again, unless its inventory is 0 (rules E25, E34)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class RunCriteria(TypedDict, total=False):
    """Which events a run settles."""
    days_ago: Optional[int]
    partners: List[PartnerId]
    schemes: List[SchemeId]
    settlement_type: SettlementType



class SaveRunBody(TypedDict, total=False):
    """Saves a draft, so that it can be submitted (rule C80)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _ScheduledFee(TypedDict):
    kind: Literal["money", "points"]


class ScheduledFee(_ScheduledFee, total=False):
    amount: Rate
    points: Points



class _Scheme(TypedDict):
    life_cycle: LifeCycle
    name: str
    scheme: SchemeId


class Scheme(_Scheme, total=False):
    """A reward scheme."""
    accessible_to: Optional[List[PartnerId]]



class _SchemeChoice(TypedDict):
    kind: Literal["all", "specific"]


class SchemeChoice(_SchemeChoice, total=False):
    schemes: List[SchemeId]



class SetAgreementBody(TypedDict, total=False):
    """Makes the agreement of a partner or of a group, or its next version. The contribution rules are left as
    they are.
    """
    award: AwardRules
    description: str
    group: Optional[GroupId]
    life_cycle: LifeCycle
    partner: Optional[PartnerId]
    receivable: Optional[ReceivableId]
    reduction: Reduction
    reference: Optional[str]
    replaces: Optional[int]
    sign_up: Optional[SignUpRules]
    spend: SpendRules
    transaction_at: Optional[Timestamp]



class _SetContributionRulesBody(TypedDict):
    rules: List[NewContributionRule]


class SetContributionRulesBody(_SetContributionRulesBody, total=False):
    """Sets the contribution rules of agreements: these, and no others (rules C04, C48 to C59, C69)."""
    groups: List[GroupId]
    partners: List[PartnerId]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class SetGroupBody(TypedDict, total=False):
    """Defines a partner group, or its next version (rules C72, C111)."""
    collaborating: List[GroupId]
    name: str
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _SetInventoryBody(TypedDict):
    points: Points


class SetInventoryBody(_SetInventoryBody, total=False):
    """Sets the inventory of a source that has none (rule E99)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _SetMemberStatusBody(TypedDict):
    reason: str
    status: MemberStatus


class SetMemberStatusBody(_SetMemberStatusBody, total=False):
    """Lets a member earn and spend, or not."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



SetOfferBody = TypedDict("SetOfferBody", {"basis": "AwardBasis", "class": "OfferClass", "life_cycle": "LifeCycle", "name": "str", "reference": "Optional[str]", "scheme": "SchemeId", "spend_method": "SpendMethod", "transaction_at": "Optional[Timestamp]"}, total=False)



class SetParticipantBody(TypedDict, total=False):
    """Makes a member a participant, or changes that."""
    automatic_spending: bool
    group: Optional[GroupId]
    reference: Optional[str]
    schemes: List[SchemeId]
    transaction_at: Optional[Timestamp]



class _SetPaymentPreferenceBody(TypedDict):
    provider: str


class SetPaymentPreferenceBody(_SetPaymentPreferenceBody, total=False):
    """Says how a member is paid (rule C108). The command's `reference` identifies the member with the provider;
    no record repeats that text, so that it can be erased.
    """
    receivable: Optional[ReceivableId]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class SetRefundsBody(TypedDict, total=False):
    """Sets up refunds through payment gateways (rule C107): all of it at once."""
    reference: Optional[str]
    setup: RefundSetup
    transaction_at: Optional[Timestamp]



class SetSchemeBody(TypedDict, total=False):
    """Defines a scheme, or its next version."""
    accessible_to: Optional[List[PartnerId]]
    life_cycle: LifeCycle
    name: str
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class SetSettlementBody(TypedDict, total=False):
    """Sets up settlement (rules C73, C79)."""
    reference: Optional[str]
    rounding: Rounding
    transaction_at: Optional[Timestamp]



class SetUnitBody(TypedDict, total=False):
    """Makes a partner a unit, which takes part in settlement (rules C11, C71). Once it has a group, only
    `switch_group` moves it (rule C13).
    """
    group: Optional[GroupId]
    merchant: Optional[MerchantId]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class _SettlementLine(TypedDict):
    amount: Points
    at: Timestamp
    contribution: Points
    event: EventKind
    execution: int
    host: Points
    member: MemberId
    partner: PartnerId
    percentage: Rate
    place: int
    request_id: RequestId
    reversed: Points
    rounding: Rounding
    run: RequestId
    sequence: Sequence


class SettlementLine(_SettlementLine, total=False):
    """A settled event, or one that would be, and why the partner bears what it bears."""
    agreement_version: Optional[int]
    offer: Optional[OfferId]
    period: Optional[int]
    priority: Optional[Priority]
    receivable: Optional[ReceivableId]
    rule: Optional[int]
    rule_of_group: Optional[GroupId]
    rule_of_partner: Optional[PartnerId]
    scheme: Optional[SchemeId]
    settled_at: Optional[Timestamp]
    settled_by: Optional[Sequence]



class SettlementMonth(TypedDict):
    """What settlement posted to a partner in a month."""
    credits: Points
    debits: Points
    month: str
    partner: PartnerId
    settlement_exact: str



class _SettlementRun(TypedDict):
    credits_exact: str
    criteria: RunCriteria
    debits_exact: str
    events: int
    execution: int
    run: RequestId
    state: RunState


class SettlementRun(_SettlementRun, total=False):
    """An execution of a settlement run."""
    due_at: Optional[Timestamp]
    every: Optional[Span]



class Share(TypedDict):
    """A partner's share of what an accrual gives."""
    partner: PartnerId
    parts: int



class _SignUpBody(TypedDict):
    partner: PartnerId
    schemes: List[SchemeId]


class SignUpBody(_SignUpBody, total=False):
    """A merchant signs a member up to schemes (rules C42 to C47). A member who is no participant yet becomes
    one, owned by the merchant's group.
    """
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class SignUpRules(TypedDict, total=False):
    """Whom a merchant may sign up."""
    collaborating: Optional[bool]
    new_members: Optional[bool]
    own_group: Optional[bool]
    schemes: Optional[SchemeChoice]



class _Source(TypedDict):
    beyond: Beyond
    counting: Counting
    name: str
    point_types: List[PointTypeId]
    restrictions: List[Restriction]
    source: SourceId
    status: str


class Source(_Source, total=False):
    """A source."""
    given: Optional[Points]
    issued: Optional[Points]
    left: Optional[Points]
    low_at: Optional[Points]
    reason: Optional[str]



class _SourceTerms(TypedDict):
    beyond: Beyond
    counting: Counting
    is_recorded: bool
    limits: List[Limit]
    name: str
    point_types: List[PointTypeId]


class SourceTerms(_SourceTerms, total=False):
    """The terms of a source."""
    low_at: Optional[Points]



class Span(TypedDict):
    """A calendar span: `count` days, weeks, months or years, counted in the program's zone."""
    count: int
    unit: Unit



class _Spend(TypedDict):
    amount: Rate
    rate: Rate


class Spend(_Spend, total=False):
    """An amount of money, and how many points it gives; exact, and recorded with the award. It may give none."""
    rounding: Rounding
    step: Optional[Rate]



class _SpendBody(TypedDict):
    member: MemberId
    partner: PartnerId
    point_type: PointTypeId
    points: Points


class SpendBody(_SpendBody, total=False):
    """A merchant submits a spend on a member's behalf (rules C20 to C28, C66 to C68)."""
    reference: Optional[str]
    scheme: Optional[SchemeId]
    transaction_at: Optional[Timestamp]



SpendRange = TypedDict("SpendRange", {"from": "Optional[Points]", "to": "Optional[Points]"}, total=False)



class _SpendRanges(TypedDict):
    kind: Literal["per_scheme", "single"]


class SpendRanges(_SpendRanges, total=False):
    range: SpendRange
    ranges: Dict[str, SpendRange]



class SpendRules(TypedDict, total=False):
    """Which members spend at a merchant, and how much."""
    automatic: Optional[bool]
    automatic_range: Optional[SpendRange]
    block_without_scheme: Optional[bool]
    collaborating: Optional[bool]
    maximum: Optional[Points]
    minimum: Optional[Points]
    own_group: Optional[bool]
    range: Optional[SpendRanges]



class _Standing2(TypedDict):
    enrolled_at: Timestamp
    is_household: bool
    member: MemberId
    rolls_up: bool
    status: MemberStatus


class Standing2(_Standing2, total=False):
    """A member without the points."""
    household: Optional[MemberId]
    household_until: Optional[Timestamp]
    merged_into: Optional[MemberId]
    tier: Optional[TierId]
    tier_name: Optional[str]
    tier_since: Optional[Timestamp]
    tier_until: Optional[Timestamp]



class Standing3(TypedDict):
    """How far the journal reaches."""
    last_sequence: int
    size_bytes: int



class _Start(TypedDict):
    kind: Literal["after", "at", "transaction"]


class Start(_Start, total=False):
    instant: Timestamp
    span: Span



class _StatementLine(TypedDict):
    kind: str
    points: int
    recorded_at: Timestamp
    sequence: Sequence


class StatementLine(_StatementLine, total=False):
    """A line of a statement: what an entry changed of one point type."""
    available: Optional[Points]
    point_type: Optional[PointTypeId]
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class Status(TypedDict):
    """How the server is."""
    status: str



class Subject(TypedDict):
    id: MemberId
    kind: Literal["member", "partner", "source", "program"]



class SubmitRunBody(TypedDict, total=False):
    """Submits a saved run (rule C80): it is executed at its instant by the sweeper, in bounded steps."""
    reference: Optional[str]
    starts_at: Optional[Timestamp]
    transaction_at: Optional[Timestamp]



class Swept(TypedDict):
    """What was booked."""
    booked: int



SwitchGroupBody = TypedDict("SwitchGroupBody", {"from": "Optional[GroupId]", "partners": "List[PartnerId]", "reference": "Optional[str]", "rules": "List[TransferredRule]", "to": "GroupId", "transaction_at": "Optional[Timestamp]"}, total=False)



class Threshold(TypedDict):
    """So many qualifying points of a type."""
    point_type: PointTypeId
    points: Points



class _Tier(TypedDict):
    any_of: List[Threshold]
    tier: TierId


class Tier(_Tier, total=False):
    """One tier."""
    name: str



class _TransferBody(TypedDict):
    member: MemberId
    point_type: PointTypeId
    points: Points
    to: MemberId


class TransferBody(_TransferBody, total=False):
    """Moves points to another member, from the items next in order. They keep their expiry, source and partner."""
    fee: Points
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class TransferredRule(TypedDict):
    """A rule of the group that is left, and what becomes of it."""
    rule: int
    transfer: RuleTransfer



class _UnmergeBody(TypedDict):
    other: MemberId
    reason: str


class UnmergeBody(_UnmergeBody, total=False):
    """Makes a merge undone: the other gets the items back that came with the merge, with what is left of them."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class UnrestrictSourceBody(TypedDict, total=False):
    """Deletes a restriction of an active source (rule E94)."""
    reference: Optional[str]
    transaction_at: Optional[Timestamp]



class Use(TypedDict):
    """An accrual that a partner pays for, or the cancellation of one. Exact amounts, as texts."""
    agrees: bool
    given_exact: str
    member: MemberId
    owed_exact: str
    request_id: RequestId
    sequence: Sequence
    taken_exact: str
    transaction_at: Timestamp



class Verdict(TypedDict):
    """What an audit found."""
    chain: str
    digest: str
    entries: int
    ok: bool
    replayed: bool
    violations: List[str]
    violations_total: int



class _Window(TypedDict):
    kind: Literal["calendar", "sliding"]


class Window(_Window, total=False):
    span: Span
    unit: Unit



class AgreementChanged(Refused):
    """The agreement was changed meanwhile."""

    code = "agreement_changed"
    version: int


class AgreementExists(Refused):
    """There is an agreement already (rule C61)."""

    code = "agreement_exists"
    version: int


class AgreementUnknown(Refused):
    """There is no such agreement."""

    code = "agreement_unknown"


class AlreadyRefunded(Refused):
    """The fee is refunded already (rule B39)."""

    code = "already_refunded"
    refund: Sequence


class AwardUnknown(Refused):
    """The accrual has no such award, or several and none was named."""

    code = "award_unknown"
    awards: int


class BillOpen(Refused):
    """The partner's last bill is still being made."""

    code = "bill_open"
    bill: int


class BilledAlready(Refused):
    """The partner is billed up to a later cut-off already (rule A27)."""

    code = "billed_already"
    billed_until: Timestamp


class BlockClosed(Refused):
    """The block was rejected or cancelled before."""

    code = "block_closed"
    block: BlockId


class BlockExists(Refused):
    """The partner has a block of this id already."""

    code = "block_exists"
    block: BlockId


class BlockExpired(Refused):
    """The block has expired, or would before it starts."""

    code = "block_expired"
    block: BlockId
    expires_at: Timestamp


class BlockLimit(Refused):
    """The partner has too many open blocks to change their order."""

    code = "block_limit"
    limit: int


class BlockNotActive(Refused):
    """The block is not approved, or not within its validity (rule B09)."""

    code = "block_not_active"
    block: BlockId


class BlockNotPending(Refused):
    """The block is approved already."""

    code = "block_not_pending"
    block: BlockId


class BlockUnknown(Refused):
    """No such block."""

    code = "block_unknown"
    block: BlockId


class BudgetExceeded(Refused):
    """The token's budget of points for this day (UTC) does not cover the command. Nothing was done."""

    code = "budget_exceeded"
    asked: int
    budget: str
    limit: int
    used: int


class Busy(Refused):
    """The server has as much work as it takes. Nothing was done. Retry after the seconds of `Retry-After`, with
    the same `Idempotency-Key`.
    """

    code = "busy"


class CancelExceeds(Refused):
    """More than what is left to cancel."""

    code = "cancel_exceeds"
    left: Points


class ClassNotAllowed(Refused):
    """Partners take no part in offers of this classification (rule C09), or rules cannot name them (rule C57)."""

    code = "class_not_allowed"
    offer: OfferId


class ClockNotMovable(Refused):
    """The server runs on the system's clock. Only the commands' clock (`serve --clock commands`) can be moved."""

    code = "clock_not_movable"


class Closing(Refused):
    """The server is stopping, or its database is closed. A command in flight may have been done: repeat it with
    the same `Idempotency-Key`.
    """

    code = "closing"


class CutOffAhead(Refused):
    """The cut-off of a bill is ahead of the engine's time."""

    code = "cut_off_ahead"
    latest: Timestamp


class EntryUnknown(Refused):
    """The journal has no such entry, or the token must not know of it."""

    code = "entry_unknown"


class ExceedsBlock(Refused):
    """More than what is left in the block (rules B23, B28, B33)."""

    code = "exceeds_block"
    available: Points
    block: BlockId
    short: Points


class ExpiryOver(Refused):
    """The items would expire at once."""

    code = "expiry_over"
    expires_at: Timestamp


class FeeUnknown(Refused):
    """The terms have no fee of this name."""

    code = "fee_unknown"


class Forbidden(Refused):
    """The token lacks the scope that this route needs, or the route is outside of its bounds."""

    code = "forbidden"
    scope: str


class GroupReadOnly(Refused):
    """The unit has a group; only a switch moves it (rule C13)."""

    code = "group_read_only"
    group: GroupId


class GroupUnknown(Refused):
    """No such partner group."""

    code = "group_unknown"
    group: GroupId


class HoldExceeds(Refused):
    """More than what is still held."""

    code = "hold_exceeds"
    left: Points


class HoldOver(Refused):
    """The hold would time out before it begins."""

    code = "hold_over"
    times_out_at: Timestamp


class HoldUnknown(Refused):
    """No such hold."""

    code = "hold_unknown"


class HouseholdLimit(Refused):
    """The household has as many members as it may."""

    code = "household_limit"
    limit: int


class IdempotencyKeyRequired(Refused):
    """A command needs the header `Idempotency-Key`: an id that you choose and send again with each retry of this
    command.
    """

    code = "idempotency_key_required"


class InHousehold(Refused):
    """The member belongs to a household already (rule D37)."""

    code = "in_household"
    household: MemberId


class InsufficientDefaults(Refused):
    """The member's default accounts have too few points (rule E62)."""

    code = "insufficient_defaults"
    available: Points
    short: int


class InsufficientPartnerPoints(Refused):
    """The partner's usable blocks hold too little (rule A06)."""

    code = "insufficient_partner_points"
    available: Points
    partner: PartnerId
    short: Points


class InsufficientPoints(Refused):
    """The member has too few redeemable points."""

    code = "insufficient_points"
    available: Points
    point_type: PointTypeId
    short: int


class Internal(Refused):
    """The server found its own data wrong, or failed. Nothing more is told here; the server's log has it. Do not
    retry.
    """

    code = "internal"


class InvalidCursor(Refused):
    """The cursor is not one that this route gave. Begin again without one."""

    code = "invalid_cursor"
    parameter: str


class InventoryEmpty(Refused):
    """The inventory of the source is 0 (rule E25)."""

    code = "inventory_empty"
    source: SourceId


class InventoryExceeded(Refused):
    """More than the inventory of the source holds (rules E100, E102)."""

    code = "inventory_exceeded"
    left: Points
    source: SourceId


class InventoryExists(Refused):
    """The source has an inventory: it is modified, not set again (rule E101)."""

    code = "inventory_exists"
    source: SourceId


class InventoryUnset(Refused):
    """The source has no inventory."""

    code = "inventory_unset"
    source: SourceId


class IsAHousehold(Refused):
    """A household belongs to no other."""

    code = "is_a_household"


class ItemClosed(Refused):
    """Nothing is left of the item."""

    code = "item_closed"
    place: int
    sequence: Sequence


class ItemNotExpired(Refused):
    """Nothing has expired of the item."""

    code = "item_not_expired"
    place: int
    sequence: Sequence


class ItemUnknown(Refused):
    """The member has no such item that has matured."""

    code = "item_unknown"
    place: int
    sequence: Sequence


class LimitReached(Refused):
    """More than the source may give in this time (rules E95 to E98)."""

    code = "limit_reached"
    left: Points
    restriction: int
    source: SourceId


class Malformed(Refused):
    """The body, a header or a parameter is not well formed. `pointer` or `parameter` names the place. Correct
    the call.
    """

    code = "malformed"
    parameter: str
    pointer: str


class MaximumBalance(Refused):
    """The account would have more points than it may (rule E67)."""

    code = "maximum_balance"
    maximum: Points
    point_type: PointTypeId
    room: Points


class MemberBlocked(Refused):
    """The member may not spend."""

    code = "member_blocked"


class MemberClosed(Refused):
    """The member may not earn or spend."""

    code = "member_closed"


class MemberExists(Refused):
    """The member is enrolled already."""

    code = "member_exists"


class MemberUnknown(Refused):
    """No such member."""

    code = "member_unknown"


class MergeEntangled(Refused):
    """What is owed or borne for points of both cannot be told apart any more."""

    code = "merge_entangled"


class MethodNotAllowed(Refused):
    """The address exists for other methods: see the header `Allow`."""

    code = "method_not_allowed"
    allow: str


class MixedOrder(Refused):
    """Default types of one program share one order of use (rule E63)."""

    code = "mixed_order"
    point_type: PointTypeId


class NeedsConfirm(Refused):
    """Archiving has to be confirmed (rule E29)."""

    code = "needs_confirm"
    left: Points
    source: SourceId


class NeverUsableProblem(Refused):
    """The points would expire before they can be used (rules D57, D58)."""

    code = "never_usable"
    available_from: Timestamp
    expires_at: Timestamp
    place: int


class NewMembersNotAllowed(Refused):
    """New members are not signed up here (rule C42)."""

    code = "new_members_not_allowed"
    partner: PartnerId


class NoCommonScheme(Refused):
    """The member takes part in none of the merchant's schemes (rules C18, C22)."""

    code = "no_common_scheme"
    partner: PartnerId


class NoDefaultType(Refused):
    """The program has no default type, and the command names none."""

    code = "no_default_type"


class NoHousehold(Refused):
    """The member belongs to no household."""

    code = "no_household"


class NoOpenBill(Refused):
    """The partner has no bill that is being made."""

    code = "no_open_bill"


class NoPaymentPreference(Refused):
    """The member has no payment preference (rule C108)."""

    code = "no_payment_preference"


class NoSubtype(Refused):
    """A program without a subtype cannot be activated (rule D17)."""

    code = "no_subtype"


class NotAFee(Refused):
    """The transaction is no fee (rule B36)."""

    code = "not_a_fee"


class NotAHousehold(Refused):
    """It is a household, or it is none."""

    code = "not_a_household"


class NotAcceptable(Refused):
    """The route has no answer in the format that was asked for."""

    code = "not_acceptable"


class NotAccessible(Refused):
    """The scheme is not accessible to the partner (rule C47)."""

    code = "not_accessible"
    partner: PartnerId
    scheme: SchemeId


class NotCancellable(Refused):
    """Transactions of this kind cannot be cancelled."""

    code = "not_cancellable"


class NotConfigured(Refused):
    """Something is not set up (rules C73, C107)."""

    code = "not_configured"
    missing: Setup


class NotEffective(Refused):
    """A merchant, scheme or offer is not in force (rules C14, C47, C57)."""

    code = "not_effective"
    id: int
    what: Kind


class NotFound(Refused):
    """There is nothing at this address, or the token must not know of it."""

    code = "not_found"


class NotMerged(Refused):
    """The other member was not merged into this one."""

    code = "not_merged"


class NotPossible(Refused):
    """This server cannot do that: for instance a backup of a database in memory."""

    code = "not_possible"


class NotQualifying(Refused):
    """Points of this type do not count toward a tier."""

    code = "not_qualifying"
    point_type: PointTypeId


class NotRedeemable(Refused):
    """Points of this type are not for spending (rule D31)."""

    code = "not_redeemable"
    point_type: PointTypeId


class NothingToSpend(Refused):
    """There is nothing in the wallet, or nothing left to pay."""

    code = "nothing_to_spend"


class OfferUnknown(Refused):
    """No such offer."""

    code = "offer_unknown"
    offer: OfferId


class OtherGroupNotAllowed(Refused):
    """Members of other groups are left out, or this one does not collaborate (rules C17, C21, C44, C111)."""

    code = "other_group_not_allowed"
    group: GroupId
    partner: PartnerId


class Overflow(Refused):
    """A sum would not fit in 64 bits, or an instant would lie past the year 9999."""

    code = "overflow"


class OwnGroupNotAllowed(Refused):
    """Members of the merchant's own group are left out (rules C16, C20, C43)."""

    code = "own_group_not_allowed"
    group: GroupId
    partner: PartnerId


class PartnerExists(Refused):
    """The partner exists already."""

    code = "partner_exists"
    partner: PartnerId


class PartnerPostPaid(Refused):
    """A post-paid partner has no blocks (rule A25)."""

    code = "partner_post_paid"
    partner: PartnerId


class PartnerPrepaid(Refused):
    """A prepaid partner gets no bills (rule A26)."""

    code = "partner_prepaid"
    partner: PartnerId


class PartnerUnknown(Refused):
    """No such partner."""

    code = "partner_unknown"
    partner: PartnerId


class PercentageOutOfRange(Refused):
    """A percentage is not between 0 and 100 (rules C52, C58)."""

    code = "percentage_out_of_range"
    percentage: Rate


class PeriodOverlap(Refused):
    """Two periods of a rule overlap (rule C59)."""

    code = "period_overlap"
    date: Date


class PointTypeExists(Refused):
    """The point type exists already."""

    code = "point_type_exists"
    point_type: PointTypeId


class PointTypeInactive(Refused):
    """The point type is inactive: nobody earns or spends it, and it can only be activated (rule E17)."""

    code = "point_type_inactive"
    point_type: PointTypeId


class PointTypeLimit(Refused):
    """The program has as many point types as it may (rule D06)."""

    code = "point_type_limit"
    limit: int


class PointTypeUnknown(Refused):
    """No such point type."""

    code = "point_type_unknown"
    point_type: PointTypeId


class PreconditionFailed(Refused):
    """What the command edits is not what the caller saw: it has another `ETag` than `If-Match` says. Nothing was
    done. Read it again.
    """

    code = "precondition_failed"


class PrimaryExists(Refused):
    """The owner has a primary receivable (rule C112)."""

    code = "primary_exists"
    receivable: ReceivableId


class ProgramActive(Refused):
    """The program is active already."""

    code = "program_active"


class ProgramDraft(Refused):
    """The program is a draft: nobody earns or spends (rule D17)."""

    code = "program_draft"


class ProgramExists(Refused):
    """The program exists already."""

    code = "program_exists"


class ProgramUnknown(Refused):
    """No such program."""

    code = "program_unknown"


class ReceivableExists(Refused):
    """The receivable exists already."""

    code = "receivable_exists"
    receivable: ReceivableId


class ReceivableUnknown(Refused):
    """The receivable is not there, or not this owner's (rule C12)."""

    code = "receivable_unknown"
    receivable: ReceivableId


class ReferenceMissing(Refused):
    """The command's reference has to identify the member with the provider (rule C108)."""

    code = "reference_missing"


class RefundNotPending(Refused):
    """The gateway has answered already (rule C110)."""

    code = "refund_not_pending"
    state: RefundState


class RefundUnknown(Refused):
    """No such request for a refund."""

    code = "refund_unknown"


class RequestIdReused(Refused):
    """The request id was used before, with another body."""

    code = "request_id_reused"
    first: Sequence


class RestrictionUnknown(Refused):
    """The source has no such restriction."""

    code = "restriction_unknown"
    restriction: int
    source: SourceId


class RolloverCycle(Refused):
    """Points roll over into other types, never back (rule E79)."""

    code = "rollover_cycle"
    point_type: PointTypeId


class RuleUnknown(Refused):
    """No such contribution rule."""

    code = "rule_unknown"
    rule: int


class RunStateProblem(Refused):
    """The run is in another state (rule C80)."""

    code = "run_state"
    state: RunState


class RunUnknown(Refused):
    """No such settlement run."""

    code = "run_unknown"


class SameMember(Refused):
    """Nobody transfers points to himself."""

    code = "same_member"


class SchemeMissing(Refused):
    """The amounts depend on the scheme, and none is named (rule C25)."""

    code = "scheme_missing"


class SchemeNotUsed(Refused):
    """The merchant does not use this scheme (rules C19, C45)."""

    code = "scheme_not_used"
    partner: PartnerId
    scheme: SchemeId


class SchemeUnknown(Refused):
    """No such scheme."""

    code = "scheme_unknown"
    scheme: SchemeId


class SourceActive(Refused):
    """The source is active (rule E28)."""

    code = "source_active"
    source: SourceId


class SourceArchived(Refused):
    """The source is archived."""

    code = "source_archived"
    source: SourceId


class SourceExists(Refused):
    """The source exists already."""

    code = "source_exists"
    source: SourceId


class SourceNotLinked(Refused):
    """The source may not give points of this type (rule E68)."""

    code = "source_not_linked"
    point_type: PointTypeId
    source: SourceId


class SourcePaused(Refused):
    """The source is paused: it gives no points, and its terms do not change (rule E24)."""

    code = "source_paused"
    source: SourceId


class SourceRequired(Refused):
    """Every award must name a source (rule E05)."""

    code = "source_required"
    place: int


class SourceUnknown(Refused):
    """No such source."""

    code = "source_unknown"
    source: SourceId


class SourceWithoutTypes(Refused):
    """A source needs at least one point type to give (rule E90)."""

    code = "source_without_types"
    source: SourceId


class SpendAboveMaximum(Refused):
    """More than may be spent at a time (rules C24, C28)."""

    code = "spend_above_maximum"
    amount: Points
    maximum: Points


class SpendBelowMinimum(Refused):
    """Less than may be spent at a time (rules C23, C27)."""

    code = "spend_below_minimum"
    amount: Points
    minimum: Points


class SubtypeExists(Refused):
    """The subtype exists already."""

    code = "subtype_exists"
    subtype: SubtypeId


class SubtypeUnknown(Refused):
    """The program has no such subtype."""

    code = "subtype_unknown"
    subtype: SubtypeId


class TooFast(Refused):
    """The token makes more calls a second than it may, or too many wrong tokens came from this address. Nothing
    was done. Retry after the seconds of `Retry-After`.
    """

    code = "too_fast"
    limit: int


class TooLarge(Refused):
    """The body is larger than this route takes: 1 MiB, or 16 MiB and 10,000 lines of commands."""

    code = "too_large"


class TooManyItems(Refused):
    """It would touch more items than one command may."""

    code = "too_many_items"
    limit: int
    points: Points


class TransactionAhead(Refused):
    """The transaction is dated too far ahead of the engine's clock."""

    code = "transaction_ahead"
    latest: Timestamp


class TransactionUnknown(Refused):
    """The transaction to cancel is unknown."""

    code = "transaction_unknown"


class Unauthorized(Refused):
    """No token was sent, or one that is unknown, expired or revoked. Send `Authorization: Bearer acr_...`."""

    code = "unauthorized"


class UnitTaken(Refused):
    """The unit represents another merchant (rule C11)."""

    code = "unit_taken"
    merchant: MerchantId


class UnitUnknown(Refused):
    """The partner is no unit."""

    code = "unit_unknown"
    partner: PartnerId


class UnsupportedMediaType(Refused):
    """The body must be `application/json` (or `application/x-ndjson` for commands in lines), not encoded."""

    code = "unsupported_media_type"


class WrongHost(Refused):
    """The header `Host` names a host that this server does not answer for. See `serve --host`."""

    code = "wrong_host"


PROBLEMS: Dict[str, type] = {
    "agreement_changed": AgreementChanged,
    "agreement_exists": AgreementExists,
    "agreement_unknown": AgreementUnknown,
    "already_refunded": AlreadyRefunded,
    "award_unknown": AwardUnknown,
    "bill_open": BillOpen,
    "billed_already": BilledAlready,
    "block_closed": BlockClosed,
    "block_exists": BlockExists,
    "block_expired": BlockExpired,
    "block_limit": BlockLimit,
    "block_not_active": BlockNotActive,
    "block_not_pending": BlockNotPending,
    "block_unknown": BlockUnknown,
    "budget_exceeded": BudgetExceeded,
    "busy": Busy,
    "cancel_exceeds": CancelExceeds,
    "class_not_allowed": ClassNotAllowed,
    "clock_not_movable": ClockNotMovable,
    "closing": Closing,
    "cut_off_ahead": CutOffAhead,
    "entry_unknown": EntryUnknown,
    "exceeds_block": ExceedsBlock,
    "expiry_over": ExpiryOver,
    "fee_unknown": FeeUnknown,
    "forbidden": Forbidden,
    "group_read_only": GroupReadOnly,
    "group_unknown": GroupUnknown,
    "hold_exceeds": HoldExceeds,
    "hold_over": HoldOver,
    "hold_unknown": HoldUnknown,
    "household_limit": HouseholdLimit,
    "idempotency_key_required": IdempotencyKeyRequired,
    "in_household": InHousehold,
    "insufficient_defaults": InsufficientDefaults,
    "insufficient_partner_points": InsufficientPartnerPoints,
    "insufficient_points": InsufficientPoints,
    "internal": Internal,
    "invalid_cursor": InvalidCursor,
    "inventory_empty": InventoryEmpty,
    "inventory_exceeded": InventoryExceeded,
    "inventory_exists": InventoryExists,
    "inventory_unset": InventoryUnset,
    "is_a_household": IsAHousehold,
    "item_closed": ItemClosed,
    "item_not_expired": ItemNotExpired,
    "item_unknown": ItemUnknown,
    "limit_reached": LimitReached,
    "malformed": Malformed,
    "maximum_balance": MaximumBalance,
    "member_blocked": MemberBlocked,
    "member_closed": MemberClosed,
    "member_exists": MemberExists,
    "member_unknown": MemberUnknown,
    "merge_entangled": MergeEntangled,
    "method_not_allowed": MethodNotAllowed,
    "mixed_order": MixedOrder,
    "needs_confirm": NeedsConfirm,
    "never_usable": NeverUsableProblem,
    "new_members_not_allowed": NewMembersNotAllowed,
    "no_common_scheme": NoCommonScheme,
    "no_default_type": NoDefaultType,
    "no_household": NoHousehold,
    "no_open_bill": NoOpenBill,
    "no_payment_preference": NoPaymentPreference,
    "no_subtype": NoSubtype,
    "not_a_fee": NotAFee,
    "not_a_household": NotAHousehold,
    "not_acceptable": NotAcceptable,
    "not_accessible": NotAccessible,
    "not_cancellable": NotCancellable,
    "not_configured": NotConfigured,
    "not_effective": NotEffective,
    "not_found": NotFound,
    "not_merged": NotMerged,
    "not_possible": NotPossible,
    "not_qualifying": NotQualifying,
    "not_redeemable": NotRedeemable,
    "nothing_to_spend": NothingToSpend,
    "offer_unknown": OfferUnknown,
    "other_group_not_allowed": OtherGroupNotAllowed,
    "overflow": Overflow,
    "own_group_not_allowed": OwnGroupNotAllowed,
    "partner_exists": PartnerExists,
    "partner_post_paid": PartnerPostPaid,
    "partner_prepaid": PartnerPrepaid,
    "partner_unknown": PartnerUnknown,
    "percentage_out_of_range": PercentageOutOfRange,
    "period_overlap": PeriodOverlap,
    "point_type_exists": PointTypeExists,
    "point_type_inactive": PointTypeInactive,
    "point_type_limit": PointTypeLimit,
    "point_type_unknown": PointTypeUnknown,
    "precondition_failed": PreconditionFailed,
    "primary_exists": PrimaryExists,
    "program_active": ProgramActive,
    "program_draft": ProgramDraft,
    "program_exists": ProgramExists,
    "program_unknown": ProgramUnknown,
    "receivable_exists": ReceivableExists,
    "receivable_unknown": ReceivableUnknown,
    "reference_missing": ReferenceMissing,
    "refund_not_pending": RefundNotPending,
    "refund_unknown": RefundUnknown,
    "request_id_reused": RequestIdReused,
    "restriction_unknown": RestrictionUnknown,
    "rollover_cycle": RolloverCycle,
    "rule_unknown": RuleUnknown,
    "run_state": RunStateProblem,
    "run_unknown": RunUnknown,
    "same_member": SameMember,
    "scheme_missing": SchemeMissing,
    "scheme_not_used": SchemeNotUsed,
    "scheme_unknown": SchemeUnknown,
    "source_active": SourceActive,
    "source_archived": SourceArchived,
    "source_exists": SourceExists,
    "source_not_linked": SourceNotLinked,
    "source_paused": SourcePaused,
    "source_required": SourceRequired,
    "source_unknown": SourceUnknown,
    "source_without_types": SourceWithoutTypes,
    "spend_above_maximum": SpendAboveMaximum,
    "spend_below_minimum": SpendBelowMinimum,
    "subtype_exists": SubtypeExists,
    "subtype_unknown": SubtypeUnknown,
    "too_fast": TooFast,
    "too_large": TooLarge,
    "too_many_items": TooManyItems,
    "transaction_ahead": TransactionAhead,
    "transaction_unknown": TransactionUnknown,
    "unauthorized": Unauthorized,
    "unit_taken": UnitTaken,
    "unit_unknown": UnitUnknown,
    "unsupported_media_type": UnsupportedMediaType,
    "wrong_host": WrongHost,
}


OPERATIONS: Dict[str, Any] = {
    "get_health": ("GET", "/healthz"),
    "get_metrics": ("GET", "/metrics"),
    "get_readiness": ("GET", "/readyz"),
    "backup": ("POST", "/v1/admin/backup"),
    "checkpoint": ("POST", "/v1/admin/checkpoint"),
    "sweep": ("POST", "/v1/admin/sweep"),
    "verify": ("POST", "/v1/admin/verify"),
    "get_clock": ("GET", "/v1/clock"),
    "move_clock": ("POST", "/v1/clock"),
    "batch": ("POST", "/v1/commands"),
    "get_entry": ("GET", "/v1/entries/{sequence}"),
    "get_feed": ("GET", "/v1/feed"),
    "list_programs": ("GET", "/v1/programs"),
    "list_programs_csv": ("GET", "/v1/programs.csv"),
    "list_programs_jsonl": ("GET", "/v1/programs.jsonl"),
    "get_program": ("GET", "/v1/programs/{program}"),
    "create_program": ("POST", "/v1/programs/{program}"),
    "accrue": ("POST", "/v1/programs/{program}/accruals"),
    "activate_program": ("POST", "/v1/programs/{program}/activate"),
    "adjust": ("POST", "/v1/programs/{program}/adjustments"),
    "list_agreements": ("GET", "/v1/programs/{program}/agreements"),
    "set_agreement": ("POST", "/v1/programs/{program}/agreements"),
    "list_agreements_csv": ("GET", "/v1/programs/{program}/agreements.csv"),
    "list_agreements_jsonl": ("GET", "/v1/programs/{program}/agreements.jsonl"),
    "get_audit_log": ("GET", "/v1/programs/{program}/audit"),
    "get_audit_log_csv": ("GET", "/v1/programs/{program}/audit.csv"),
    "get_audit_log_jsonl": ("GET", "/v1/programs/{program}/audit.jsonl"),
    "cancel": ("POST", "/v1/programs/{program}/cancellations"),
    "command": ("POST", "/v1/programs/{program}/commands"),
    "set_contribution_rules": ("POST", "/v1/programs/{program}/contribution-rules"),
    "credit_member": ("POST", "/v1/programs/{program}/credits"),
    "erase": ("POST", "/v1/programs/{program}/erasures"),
    "refund_fee": ("POST", "/v1/programs/{program}/fees/{fee}/refund"),
    "switch_group": ("POST", "/v1/programs/{program}/group-switches"),
    "hold": ("POST", "/v1/programs/{program}/holds"),
    "capture": ("POST", "/v1/programs/{program}/holds/{hold}/capture"),
    "release": ("POST", "/v1/programs/{program}/holds/{hold}/release"),
    "enrol_household": ("POST", "/v1/programs/{program}/households"),
    "list_members": ("GET", "/v1/programs/{program}/members"),
    "enrol": ("POST", "/v1/programs/{program}/members"),
    "list_members_csv": ("GET", "/v1/programs/{program}/members.csv"),
    "list_members_jsonl": ("GET", "/v1/programs/{program}/members.jsonl"),
    "get_member": ("GET", "/v1/programs/{program}/members/{member}"),
    "list_expiring": ("GET", "/v1/programs/{program}/members/{member}/expiring"),
    "list_expiring_csv": ("GET", "/v1/programs/{program}/members/{member}/expiring.csv"),
    "list_expiring_jsonl": ("GET", "/v1/programs/{program}/members/{member}/expiring.jsonl"),
    "list_holds": ("GET", "/v1/programs/{program}/members/{member}/holds"),
    "list_holds_csv": ("GET", "/v1/programs/{program}/members/{member}/holds.csv"),
    "list_holds_jsonl": ("GET", "/v1/programs/{program}/members/{member}/holds.jsonl"),
    "get_household": ("GET", "/v1/programs/{program}/members/{member}/household"),
    "join_household": ("POST", "/v1/programs/{program}/members/{member}/household"),
    "edit_membership": ("POST", "/v1/programs/{program}/members/{member}/household/edit"),
    "leave_household": ("POST", "/v1/programs/{program}/members/{member}/household/leave"),
    "list_items": ("GET", "/v1/programs/{program}/members/{member}/items"),
    "list_items_csv": ("GET", "/v1/programs/{program}/members/{member}/items.csv"),
    "list_items_jsonl": ("GET", "/v1/programs/{program}/members/{member}/items.jsonl"),
    "extend_items": ("POST", "/v1/programs/{program}/members/{member}/items/extend"),
    "reinstate_items": ("POST", "/v1/programs/{program}/members/{member}/items/reinstate"),
    "merge": ("POST", "/v1/programs/{program}/members/{member}/merge"),
    "set_participant": ("POST", "/v1/programs/{program}/members/{member}/participation"),
    "set_payment_preference": ("POST", "/v1/programs/{program}/members/{member}/payment-preference"),
    "sign_up": ("POST", "/v1/programs/{program}/members/{member}/sign-ups"),
    "get_standing": ("GET", "/v1/programs/{program}/members/{member}/standing"),
    "get_statement": ("GET", "/v1/programs/{program}/members/{member}/statement"),
    "get_statement_csv": ("GET", "/v1/programs/{program}/members/{member}/statement.csv"),
    "get_statement_jsonl": ("GET", "/v1/programs/{program}/members/{member}/statement.jsonl"),
    "set_member_status": ("POST", "/v1/programs/{program}/members/{member}/status"),
    "unmerge": ("POST", "/v1/programs/{program}/members/{member}/unmerge"),
    "list_offers": ("GET", "/v1/programs/{program}/offers"),
    "list_offers_csv": ("GET", "/v1/programs/{program}/offers.csv"),
    "list_offers_jsonl": ("GET", "/v1/programs/{program}/offers.jsonl"),
    "set_offer": ("POST", "/v1/programs/{program}/offers/{offer}"),
    "list_groups": ("GET", "/v1/programs/{program}/partner-groups"),
    "list_groups_csv": ("GET", "/v1/programs/{program}/partner-groups.csv"),
    "list_groups_jsonl": ("GET", "/v1/programs/{program}/partner-groups.jsonl"),
    "set_group": ("POST", "/v1/programs/{program}/partner-groups/{group}"),
    "list_partners": ("GET", "/v1/programs/{program}/partners"),
    "create_partner": ("POST", "/v1/programs/{program}/partners"),
    "list_partners_csv": ("GET", "/v1/programs/{program}/partners.csv"),
    "list_partners_jsonl": ("GET", "/v1/programs/{program}/partners.jsonl"),
    "get_partner": ("GET", "/v1/programs/{program}/partners/{partner}"),
    "get_agreement": ("GET", "/v1/programs/{program}/partners/{partner}/agreement"),
    "list_bills": ("GET", "/v1/programs/{program}/partners/{partner}/bills"),
    "bill_partner": ("POST", "/v1/programs/{program}/partners/{partner}/bills"),
    "list_bills_csv": ("GET", "/v1/programs/{program}/partners/{partner}/bills.csv"),
    "list_bills_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/bills.jsonl"),
    "continue_bill": ("POST", "/v1/programs/{program}/partners/{partner}/bills/continue"),
    "get_bill": ("GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}"),
    "list_bill_lines": ("GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines"),
    "list_bill_lines_csv": ("GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines.csv"),
    "list_bill_lines_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/bills/{bill}/lines.jsonl"),
    "list_blocks": ("GET", "/v1/programs/{program}/partners/{partner}/blocks"),
    "purchase_block": ("POST", "/v1/programs/{program}/partners/{partner}/blocks"),
    "list_blocks_csv": ("GET", "/v1/programs/{program}/partners/{partner}/blocks.csv"),
    "list_blocks_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/blocks.jsonl"),
    "adjust_block": ("POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/adjust"),
    "approve_block": ("POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/approve"),
    "cancel_block": ("POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/cancel"),
    "reject_block": ("POST", "/v1/programs/{program}/partners/{partner}/blocks/{block}/reject"),
    "list_charges": ("GET", "/v1/programs/{program}/partners/{partner}/charges"),
    "list_charges_csv": ("GET", "/v1/programs/{program}/partners/{partner}/charges.csv"),
    "list_charges_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/charges.jsonl"),
    "list_partner_credits": ("GET", "/v1/programs/{program}/partners/{partner}/credits"),
    "list_partner_credits_csv": ("GET", "/v1/programs/{program}/partners/{partner}/credits.csv"),
    "list_partner_credits_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/credits.jsonl"),
    "edit_partner": ("POST", "/v1/programs/{program}/partners/{partner}/edit"),
    "list_fees": ("GET", "/v1/programs/{program}/partners/{partner}/fees"),
    "charge_fee": ("POST", "/v1/programs/{program}/partners/{partner}/fees"),
    "list_fees_csv": ("GET", "/v1/programs/{program}/partners/{partner}/fees.csv"),
    "list_fees_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/fees.jsonl"),
    "get_forecast": ("GET", "/v1/programs/{program}/partners/{partner}/forecast"),
    "get_forecast_csv": ("GET", "/v1/programs/{program}/partners/{partner}/forecast.csv"),
    "get_forecast_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/forecast.jsonl"),
    "get_forecast_svg": ("GET", "/v1/programs/{program}/partners/{partner}/forecast.svg"),
    "list_postings": ("GET", "/v1/programs/{program}/partners/{partner}/postings"),
    "list_postings_csv": ("GET", "/v1/programs/{program}/partners/{partner}/postings.csv"),
    "list_postings_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/postings.jsonl"),
    "list_receivables": ("GET", "/v1/programs/{program}/partners/{partner}/receivables"),
    "list_receivables_csv": ("GET", "/v1/programs/{program}/partners/{partner}/receivables.csv"),
    "list_receivables_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/receivables.jsonl"),
    "get_reconciliation": ("GET", "/v1/programs/{program}/partners/{partner}/reconciliation"),
    "get_reconciliation_csv": ("GET", "/v1/programs/{program}/partners/{partner}/reconciliation.csv"),
    "get_reconciliation_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/reconciliation.jsonl"),
    "get_reconciliation_svg": ("GET", "/v1/programs/{program}/partners/{partner}/reconciliation.svg"),
    "list_settled": ("GET", "/v1/programs/{program}/partners/{partner}/settled"),
    "list_settled_csv": ("GET", "/v1/programs/{program}/partners/{partner}/settled.csv"),
    "list_settled_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/settled.jsonl"),
    "list_partner_settlement_lines": ("GET", "/v1/programs/{program}/partners/{partner}/settlement-lines"),
    "list_partner_settlement_lines_csv": ("GET", "/v1/programs/{program}/partners/{partner}/settlement-lines.csv"),
    "list_partner_settlement_lines_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/settlement-lines.jsonl"),
    "get_settlements": ("GET", "/v1/programs/{program}/partners/{partner}/settlements"),
    "get_settlements_csv": ("GET", "/v1/programs/{program}/partners/{partner}/settlements.csv"),
    "get_settlements_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/settlements.jsonl"),
    "get_settlements_svg": ("GET", "/v1/programs/{program}/partners/{partner}/settlements.svg"),
    "get_partner_statement": ("GET", "/v1/programs/{program}/partners/{partner}/statement"),
    "get_partner_statement_csv": ("GET", "/v1/programs/{program}/partners/{partner}/statement.csv"),
    "get_partner_statement_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/statement.jsonl"),
    "get_partner_terms": ("GET", "/v1/programs/{program}/partners/{partner}/terms"),
    "set_unit": ("POST", "/v1/programs/{program}/partners/{partner}/unit"),
    "list_uses": ("GET", "/v1/programs/{program}/partners/{partner}/uses"),
    "list_uses_csv": ("GET", "/v1/programs/{program}/partners/{partner}/uses.csv"),
    "list_uses_jsonl": ("GET", "/v1/programs/{program}/partners/{partner}/uses.jsonl"),
    "list_point_types": ("GET", "/v1/programs/{program}/point-types"),
    "create_point_type": ("POST", "/v1/programs/{program}/point-types"),
    "list_point_types_csv": ("GET", "/v1/programs/{program}/point-types.csv"),
    "list_point_types_jsonl": ("GET", "/v1/programs/{program}/point-types.jsonl"),
    "get_point_type": ("GET", "/v1/programs/{program}/point-types/{point_type}"),
    "edit_point_type": ("POST", "/v1/programs/{program}/point-types/{point_type}/edit"),
    "record_purchase": ("POST", "/v1/programs/{program}/purchases"),
    "acknowledge_refund": ("POST", "/v1/programs/{program}/purchases/{purchase}/refund-answers"),
    "open_receivable": ("POST", "/v1/programs/{program}/receivables"),
    "redeem": ("POST", "/v1/programs/{program}/redemptions"),
    "set_refunds": ("POST", "/v1/programs/{program}/refund-setup"),
    "list_refunds": ("GET", "/v1/programs/{program}/refunds"),
    "list_refunds_csv": ("GET", "/v1/programs/{program}/refunds.csv"),
    "list_refunds_jsonl": ("GET", "/v1/programs/{program}/refunds.jsonl"),
    "report_audit": ("GET", "/v1/programs/{program}/reports/audit"),
    "report_audit_csv": ("GET", "/v1/programs/{program}/reports/audit.csv"),
    "report_audit_jsonl": ("GET", "/v1/programs/{program}/reports/audit.jsonl"),
    "report_awards": ("GET", "/v1/programs/{program}/reports/awards"),
    "report_awards_csv": ("GET", "/v1/programs/{program}/reports/awards.csv"),
    "report_awards_jsonl": ("GET", "/v1/programs/{program}/reports/awards.jsonl"),
    "report_cohorts": ("GET", "/v1/programs/{program}/reports/cohorts"),
    "report_cohorts_csv": ("GET", "/v1/programs/{program}/reports/cohorts.csv"),
    "report_cohorts_jsonl": ("GET", "/v1/programs/{program}/reports/cohorts.jsonl"),
    "report_cohorts_svg": ("GET", "/v1/programs/{program}/reports/cohorts.svg"),
    "report_days": ("GET", "/v1/programs/{program}/reports/days"),
    "report_days_csv": ("GET", "/v1/programs/{program}/reports/days.csv"),
    "report_days_jsonl": ("GET", "/v1/programs/{program}/reports/days.jsonl"),
    "report_days_svg": ("GET", "/v1/programs/{program}/reports/days.svg"),
    "report_deferred_revenue": ("GET", "/v1/programs/{program}/reports/deferred-revenue"),
    "report_deferred_revenue_csv": ("GET", "/v1/programs/{program}/reports/deferred-revenue.csv"),
    "report_deferred_revenue_jsonl": ("GET", "/v1/programs/{program}/reports/deferred-revenue.jsonl"),
    "report_deferred_revenue_svg": ("GET", "/v1/programs/{program}/reports/deferred-revenue.svg"),
    "report_expiring": ("GET", "/v1/programs/{program}/reports/expiring"),
    "report_expiring_csv": ("GET", "/v1/programs/{program}/reports/expiring.csv"),
    "report_expiring_jsonl": ("GET", "/v1/programs/{program}/reports/expiring.jsonl"),
    "report_expiry": ("GET", "/v1/programs/{program}/reports/expiry"),
    "report_expiry_csv": ("GET", "/v1/programs/{program}/reports/expiry.csv"),
    "report_expiry_jsonl": ("GET", "/v1/programs/{program}/reports/expiry.jsonl"),
    "report_expiry_svg": ("GET", "/v1/programs/{program}/reports/expiry.svg"),
    "report_liability": ("GET", "/v1/programs/{program}/reports/liability"),
    "report_liability_csv": ("GET", "/v1/programs/{program}/reports/liability.csv"),
    "report_liability_jsonl": ("GET", "/v1/programs/{program}/reports/liability.jsonl"),
    "report_liability_svg": ("GET", "/v1/programs/{program}/reports/liability.svg"),
    "report_outstanding": ("GET", "/v1/programs/{program}/reports/outstanding"),
    "report_outstanding_csv": ("GET", "/v1/programs/{program}/reports/outstanding.csv"),
    "report_outstanding_jsonl": ("GET", "/v1/programs/{program}/reports/outstanding.jsonl"),
    "report_outstanding_svg": ("GET", "/v1/programs/{program}/reports/outstanding.svg"),
    "report_settlements": ("GET", "/v1/programs/{program}/reports/settlements"),
    "report_settlements_csv": ("GET", "/v1/programs/{program}/reports/settlements.csv"),
    "report_settlements_jsonl": ("GET", "/v1/programs/{program}/reports/settlements.jsonl"),
    "report_settlements_svg": ("GET", "/v1/programs/{program}/reports/settlements.svg"),
    "report_sources": ("GET", "/v1/programs/{program}/reports/sources"),
    "report_sources_csv": ("GET", "/v1/programs/{program}/reports/sources.csv"),
    "report_sources_jsonl": ("GET", "/v1/programs/{program}/reports/sources.jsonl"),
    "report_sources_svg": ("GET", "/v1/programs/{program}/reports/sources.svg"),
    "list_schemes": ("GET", "/v1/programs/{program}/schemes"),
    "list_schemes_csv": ("GET", "/v1/programs/{program}/schemes.csv"),
    "list_schemes_jsonl": ("GET", "/v1/programs/{program}/schemes.jsonl"),
    "set_scheme": ("POST", "/v1/programs/{program}/schemes/{scheme}"),
    "set_settlement": ("POST", "/v1/programs/{program}/settlement"),
    "list_settlement_lines": ("GET", "/v1/programs/{program}/settlement-lines"),
    "list_settlement_lines_csv": ("GET", "/v1/programs/{program}/settlement-lines.csv"),
    "list_settlement_lines_jsonl": ("GET", "/v1/programs/{program}/settlement-lines.jsonl"),
    "list_runs": ("GET", "/v1/programs/{program}/settlement-runs"),
    "create_run": ("POST", "/v1/programs/{program}/settlement-runs"),
    "list_runs_csv": ("GET", "/v1/programs/{program}/settlement-runs.csv"),
    "list_runs_jsonl": ("GET", "/v1/programs/{program}/settlement-runs.jsonl"),
    "get_run": ("GET", "/v1/programs/{program}/settlement-runs/{run}"),
    "get_run_csv": ("GET", "/v1/programs/{program}/settlement-runs/{run}.csv"),
    "get_run_jsonl": ("GET", "/v1/programs/{program}/settlement-runs/{run}.jsonl"),
    "preview_run": ("GET", "/v1/programs/{program}/settlement-runs/{run}/preview"),
    "preview_run_csv": ("GET", "/v1/programs/{program}/settlement-runs/{run}/preview.csv"),
    "preview_run_jsonl": ("GET", "/v1/programs/{program}/settlement-runs/{run}/preview.jsonl"),
    "save_run": ("POST", "/v1/programs/{program}/settlement-runs/{run}/save"),
    "submit_run": ("POST", "/v1/programs/{program}/settlement-runs/{run}/submit"),
    "accrue_shared": ("POST", "/v1/programs/{program}/shared-accruals"),
    "list_sources": ("GET", "/v1/programs/{program}/sources"),
    "create_source": ("POST", "/v1/programs/{program}/sources"),
    "list_sources_csv": ("GET", "/v1/programs/{program}/sources.csv"),
    "list_sources_jsonl": ("GET", "/v1/programs/{program}/sources.jsonl"),
    "get_source": ("GET", "/v1/programs/{program}/sources/{source}"),
    "archive_source": ("POST", "/v1/programs/{program}/sources/{source}/archive"),
    "edit_source": ("POST", "/v1/programs/{program}/sources/{source}/edit"),
    "set_inventory": ("POST", "/v1/programs/{program}/sources/{source}/inventory"),
    "modify_inventory": ("POST", "/v1/programs/{program}/sources/{source}/inventory/modify"),
    "pause_source": ("POST", "/v1/programs/{program}/sources/{source}/pause"),
    "restrict_source": ("POST", "/v1/programs/{program}/sources/{source}/restrictions"),
    "unrestrict_source": ("POST", "/v1/programs/{program}/sources/{source}/restrictions/{restriction}/remove"),
    "resume_source": ("POST", "/v1/programs/{program}/sources/{source}/resume"),
    "get_source_terms": ("GET", "/v1/programs/{program}/sources/{source}/terms"),
    "spend": ("POST", "/v1/programs/{program}/spends"),
    "create_subtype": ("POST", "/v1/programs/{program}/subtypes"),
    "get_tiers": ("GET", "/v1/programs/{program}/tiers"),
    "define_tiers": ("POST", "/v1/programs/{program}/tiers"),
    "get_transaction": ("GET", "/v1/programs/{program}/transactions/{request}"),
    "transfer": ("POST", "/v1/programs/{program}/transfers"),
}


class Operations(Base):
    """An operation each."""

    def get_health(self) -> Status:
        """Whether the process lives."""
        return self._object("get_health", (), {})

    def get_metrics(self) -> str:
        """Counters for Prometheus, in its text format."""
        return self._text("get_metrics", (), {})

    def get_readiness(self) -> Status:
        """Whether the server takes work: not while it stops, and not where its database is closed."""
        return self._object("get_readiness", (), {})

    def backup(self, body: Backup) -> Standing3:
        """Copies the database, consistent as of now, below the server's folder for backups."""
        return self._object("backup", (), {}, body)

    def checkpoint(self) -> Standing3:
        """Brings all that happened until now into the tables."""
        return self._object("checkpoint", (), {})

    def sweep(self) -> Swept:
        """Books everything that is due by now: expired and matured points, holds that timed out, settlement
        runs. The server does so by itself on the system's clock; on the commands' clock it is asked to.
        """
        return self._object("sweep", (), {})

    def verify(self, *, replay: Optional[Literal["yes", "no"]] = None) -> Verdict:
        """Audits the database: the journal's chain, the laws, the indexes; with `replay=yes`, that the journal
        gives the same state.
        """
        return self._object("verify", (), {"replay": replay})

    def get_clock(self) -> Clock:
        """The engine's time."""
        return self._object("get_clock", (), {})

    def move_clock(self, body: MoveClock) -> Clock:
        """Moves the commands' clock forward, for tests. Not on the system's clock."""
        return self._object("move_clock", (), {}, body)

    def get_entry(self, sequence: int) -> Entry:
        """An entry of the journal, with its legs."""
        return self._object("get_entry", (sequence,), {})

    def get_feed(self, *, from_: Optional[str] = None, kinds: Optional[str] = None, wait: Optional[int] = None, limit: Optional[int] = None) -> FeedPage:
        """Everything that was done, in order, an event for each leg. `Accept: text/event-stream` (with `Last-
        Event-ID`) and `application/x-ndjson` stream; `application/cloudevents-batch+json` answers a page as
        CloudEvents.
        """
        return self._object("get_feed", (), {"from": from_, "kinds": kinds, "wait": wait, "limit": limit})

    def list_programs(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Program]:
        """The programs that the token sees, by id."""
        return self._pages("list_programs", (), {"limit": limit, "cursor": cursor})

    def list_programs_csv(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The programs that the token sees, by id."""
        return self._text("list_programs_csv", (), {"limit": limit, "cursor": cursor})

    def list_programs_jsonl(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The programs that the token sees, by id."""
        return self._text("list_programs_jsonl", (), {"limit": limit, "cursor": cursor})

    def get_program(self, program: int) -> Program:
        """A program: its zone, its rules, its limits."""
        return self._object("get_program", (program,), {})

    def create_program(self, program: int, body: Optional[CreateProgramBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates the program."""
        return self._command("create_program", (program,), body, key, dry_run)

    def accrue(self, program: int, body: AccrueBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives a member points: one item for each award (rules D18 to D20)."""
        return self._command("accrue", (program,), body, key, dry_run)

    def activate_program(self, program: int, body: Optional[ActivateProgramBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Ends the draft: members can earn and spend (rule D17)."""
        return self._command("activate_program", (program,), body, key, dry_run)

    def adjust(self, program: int, body: AdjustBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives a member points, or takes some, by hand."""
        return self._command("adjust", (program,), body, key, dry_run)

    def list_agreements(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Agreement]:
        """The agreements of groups and of partners, as they are now (rules C05 to C72)."""
        return self._pages("list_agreements", (program,), {"limit": limit, "cursor": cursor})

    def set_agreement(self, program: int, body: Optional[SetAgreementBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Makes an agreement of a partner or a group, or replaces one."""
        return self._command("set_agreement", (program,), body, key, dry_run)

    def list_agreements_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The agreements of groups and of partners, as they are now (rules C05 to C72)."""
        return self._text("list_agreements_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_agreements_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The agreements of groups and of partners, as they are now (rules C05 to C72)."""
        return self._text("list_agreements_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_audit_log(self, program: int, *, kind: Optional[str] = None, member: Optional[str] = None, outcome: Optional[Literal["done", "refused"]] = None, from_: Optional[str] = None, to: Optional[str] = None, order: Optional[Literal["newest", "oldest"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Entry]:
        """The entries of a program, filtered. A page may be short where filters leave out much: go on at its
        cursor until there is none (rules E35 to E49).
        """
        return self._pages("get_audit_log", (program,), {"kind": kind, "member": member, "outcome": outcome, "from": from_, "to": to, "order": order, "limit": limit, "cursor": cursor})

    def get_audit_log_csv(self, program: int, *, kind: Optional[str] = None, member: Optional[str] = None, outcome: Optional[Literal["done", "refused"]] = None, from_: Optional[str] = None, to: Optional[str] = None, order: Optional[Literal["newest", "oldest"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The entries of a program, filtered. A page may be short where filters leave out much: go on at its
        cursor until there is none (rules E35 to E49).
        """
        return self._text("get_audit_log_csv", (program,), {"kind": kind, "member": member, "outcome": outcome, "from": from_, "to": to, "order": order, "limit": limit, "cursor": cursor})

    def get_audit_log_jsonl(self, program: int, *, kind: Optional[str] = None, member: Optional[str] = None, outcome: Optional[Literal["done", "refused"]] = None, from_: Optional[str] = None, to: Optional[str] = None, order: Optional[Literal["newest", "oldest"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The entries of a program, filtered. A page may be short where filters leave out much: go on at its
        cursor until there is none (rules E35 to E49).
        """
        return self._text("get_audit_log_jsonl", (program,), {"kind": kind, "member": member, "outcome": outcome, "from": from_, "to": to, "order": order, "limit": limit, "cursor": cursor})

    def cancel(self, program: int, body: CancelBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Undoes an accrual or a redemption, in whole or in part (rule D45)."""
        return self._command("cancel", (program,), body, key, dry_run)

    def command(self, program: int, body: CommandBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Does a command of any kind: its `kind` is in the body. It needs the scope that the kind's own route
        needs; a kind without a route needs `catalog` where it defines something, and `adjust` for everything
        else.
        """
        return self._command("command", (program,), body, key, dry_run)

    def set_contribution_rules(self, program: int, body: SetContributionRulesBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says who contributes how much to what is spent, for partners and groups."""
        return self._command("set_contribution_rules", (program,), body, key, dry_run)

    def credit_member(self, program: int, body: CreditMemberBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Credits a member at a partner's expense."""
        return self._command("credit_member", (program,), body, key, dry_run)

    def erase(self, program: int, body: Optional[EraseBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Erases the reference of a transaction, or the text of a long id."""
        return self._command("erase", (program,), body, key, dry_run)

    def refund_fee(self, program: int, fee: Union[str, int], body: RefundFeeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Refunds a fee, with the reason. The fee is named by its request id."""
        return self._command("refund_fee", (program, fee), body, key, dry_run)

    def switch_group(self, program: int, body: SwitchGroupBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Moves partners from one group to another, with their rules."""
        return self._command("switch_group", (program,), body, key, dry_run)

    def hold(self, program: int, body: HoldBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Sets points aside before a purchase is paid for. The key names the hold."""
        return self._command("hold", (program,), body, key, dry_run)

    def capture(self, program: int, hold: Union[str, int], body: Optional[CaptureBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Redeems held points, all or some."""
        return self._command("capture", (program, hold), body, key, dry_run)

    def release(self, program: int, hold: Union[str, int], body: Optional[ReleaseBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives held points back to the member, all or some."""
        return self._command("release", (program, hold), body, key, dry_run)

    def enrol_household(self, program: int, body: EnrolHouseholdBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Enrols a household: an account that members earn for."""
        return self._command("enrol_household", (program,), body, key, dry_run)

    def list_members(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[MemberRow]:
        """The members of a program, in the order of their ids' bits."""
        return self._pages("list_members", (program,), {"limit": limit, "cursor": cursor})

    def enrol(self, program: int, body: EnrolBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Enrols a member."""
        return self._command("enrol", (program,), body, key, dry_run)

    def list_members_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The members of a program, in the order of their ids' bits."""
        return self._text("list_members_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_members_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The members of a program, in the order of their ids' bits."""
        return self._text("list_members_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_member(self, program: int, member: Union[str, int], *, as_of: Optional[str] = None, clock: Optional[Literal["recorded", "occurred"]] = None) -> Member:
        """A member's balances, one for each point type the member ever had (rules D28, D29, D31)."""
        return self._object("get_member", (program, member), {"as_of": as_of, "clock": clock})

    def list_expiring(self, program: int, member: Union[str, int], *, until: Optional[str] = None) -> Pages[Expiring]:
        """The points of a member that expire until a day, by date, unless they are used before."""
        return self._pages("list_expiring", (program, member), {"until": until})

    def list_expiring_csv(self, program: int, member: Union[str, int], *, until: Optional[str] = None) -> str:
        """The points of a member that expire until a day, by date, unless they are used before."""
        return self._text("list_expiring_csv", (program, member), {"until": until})

    def list_expiring_jsonl(self, program: int, member: Union[str, int], *, until: Optional[str] = None) -> str:
        """The points of a member that expire until a day, by date, unless they are used before."""
        return self._text("list_expiring_jsonl", (program, member), {"until": until})

    def list_holds(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Hold]:
        """A member's points on hold, the newest first. Those of a member who was merged into this one are found
        there.
        """
        return self._pages("list_holds", (program, member), {"limit": limit, "cursor": cursor})

    def list_holds_csv(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A member's points on hold, the newest first. Those of a member who was merged into this one are found
        there.
        """
        return self._text("list_holds_csv", (program, member), {"limit": limit, "cursor": cursor})

    def list_holds_jsonl(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A member's points on hold, the newest first. Those of a member who was merged into this one are found
        there.
        """
        return self._text("list_holds_jsonl", (program, member), {"limit": limit, "cursor": cursor})

    def get_household(self, program: int, member: Union[str, int]) -> Household:
        """The members of a household, and what they have together (rule D36)."""
        return self._object("get_household", (program, member), {})

    def join_household(self, program: int, member: Union[str, int], body: JoinHouseholdBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Makes a member one of a household."""
        return self._command("join_household", (program, member), body, key, dry_run)

    def edit_membership(self, program: int, member: Union[str, int], body: Optional[EditMembershipBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Changes how a member belongs to a household."""
        return self._command("edit_membership", (program, member), body, key, dry_run)

    def leave_household(self, program: int, member: Union[str, int], body: Optional[LeaveHouseholdBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Ends a member's belonging to a household."""
        return self._command("leave_household", (program, member), body, key, dry_run)

    def list_items(self, program: int, member: Union[str, int], *, point_type: Optional[int] = None, state: Optional[Literal["open", "future", "all"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Item]:
        """The items of a member's account."""
        return self._pages("list_items", (program, member), {"point_type": point_type, "state": state, "limit": limit, "cursor": cursor})

    def list_items_csv(self, program: int, member: Union[str, int], *, point_type: Optional[int] = None, state: Optional[Literal["open", "future", "all"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The items of a member's account."""
        return self._text("list_items_csv", (program, member), {"point_type": point_type, "state": state, "limit": limit, "cursor": cursor})

    def list_items_jsonl(self, program: int, member: Union[str, int], *, point_type: Optional[int] = None, state: Optional[Literal["open", "future", "all"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The items of a member's account."""
        return self._text("list_items_jsonl", (program, member), {"point_type": point_type, "state": state, "limit": limit, "cursor": cursor})

    def extend_items(self, program: int, member: Union[str, int], body: ExtendItemsBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives items of a member a later expiry."""
        return self._command("extend_items", (program, member), body, key, dry_run)

    def reinstate_items(self, program: int, member: Union[str, int], body: ReinstateItemsBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives expired items of a member back."""
        return self._command("reinstate_items", (program, member), body, key, dry_run)

    def merge(self, program: int, member: Union[str, int], body: MergeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Merges another member into this one."""
        return self._command("merge", (program, member), body, key, dry_run)

    def set_participant(self, program: int, member: Union[str, int], body: Optional[SetParticipantBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says in which group and schemes a member takes part (rule C30)."""
        return self._command("set_participant", (program, member), body, key, dry_run)

    def set_payment_preference(self, program: int, member: Union[str, int], body: SetPaymentPreferenceBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says where a member's refunds go."""
        return self._command("set_payment_preference", (program, member), body, key, dry_run)

    def sign_up(self, program: int, member: Union[str, int], body: SignUpBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Signs a member up to schemes at a partner."""
        return self._command("sign_up", (program, member), body, key, dry_run)

    def get_standing(self, program: int, member: Union[str, int]) -> Standing2:
        """A member's status, tier and household, as of now (rules D34, D36)."""
        return self._object("get_standing", (program, member), {})

    def get_statement(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[StatementLine]:
        """What happened to a member's points, the newest first. `limit` counts entries; one may have several
        rows, or none.
        """
        return self._pages("get_statement", (program, member), {"limit": limit, "cursor": cursor})

    def get_statement_csv(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """What happened to a member's points, the newest first. `limit` counts entries; one may have several
        rows, or none.
        """
        return self._text("get_statement_csv", (program, member), {"limit": limit, "cursor": cursor})

    def get_statement_jsonl(self, program: int, member: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """What happened to a member's points, the newest first. `limit` counts entries; one may have several
        rows, or none.
        """
        return self._text("get_statement_jsonl", (program, member), {"limit": limit, "cursor": cursor})

    def set_member_status(self, program: int, member: Union[str, int], body: SetMemberStatusBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Sets a member's status, with the reason."""
        return self._command("set_member_status", (program, member), body, key, dry_run)

    def unmerge(self, program: int, member: Union[str, int], body: UnmergeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Takes a merge back."""
        return self._command("unmerge", (program, member), body, key, dry_run)

    def list_offers(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Offer]:
        """Reward offers, each with its scheme and its classification (rule C10)."""
        return self._pages("list_offers", (program,), {"limit": limit, "cursor": cursor})

    def list_offers_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Reward offers, each with its scheme and its classification (rule C10)."""
        return self._text("list_offers_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_offers_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Reward offers, each with its scheme and its classification (rule C10)."""
        return self._text("list_offers_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def set_offer(self, program: int, offer: int, body: SetOfferBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Defines a reward offer of a scheme, or changes it (rule C78)."""
        return self._command("set_offer", (program, offer), body, key, dry_run)

    def list_groups(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Group]:
        """Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111)."""
        return self._pages("list_groups", (program,), {"limit": limit, "cursor": cursor})

    def list_groups_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111)."""
        return self._text("list_groups_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_groups_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Groups of partners, each with its units and the groups that it collaborates with (rules C72, C111)."""
        return self._text("list_groups_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def set_group(self, program: int, group: int, body: Optional[SetGroupBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Defines a group of partners, or changes it."""
        return self._command("set_group", (program, group), body, key, dry_run)

    def list_partners(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Partner]:
        """The partners of a program, by id, as booked."""
        return self._pages("list_partners", (program,), {"limit": limit, "cursor": cursor})

    def create_partner(self, program: int, body: CreatePartnerBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates a partner."""
        return self._command("create_partner", (program,), body, key, dry_run)

    def list_partners_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The partners of a program, by id, as booked."""
        return self._text("list_partners_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_partners_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The partners of a program, by id, as booked."""
        return self._text("list_partners_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_partner(self, program: int, partner: int) -> Partner:
        """A partner, as of now (rules A05, A12)."""
        return self._object("get_partner", (program, partner), {})

    def get_agreement(self, program: int, partner: int) -> Agreement:
        """The agreement that a partner is under: its own, or its group's (rules C07, C08)."""
        return self._object("get_agreement", (program, partner), {})

    def list_bills(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Bill]:
        """A partner's bills, by number (rules A26 to A29)."""
        return self._pages("list_bills", (program, partner), {"limit": limit, "cursor": cursor})

    def bill_partner(self, program: int, partner: int, body: BillPartnerBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Makes a partner's bill up to a cut-off (rules A26, A27)."""
        return self._command("bill_partner", (program, partner), body, key, dry_run)

    def list_bills_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's bills, by number (rules A26 to A29)."""
        return self._text("list_bills_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def list_bills_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's bills, by number (rules A26 to A29)."""
        return self._text("list_bills_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def continue_bill(self, program: int, partner: int, body: Optional[ContinueBillBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Goes on with a bill that is still being made."""
        return self._command("continue_bill", (program, partner), body, key, dry_run)

    def get_bill(self, program: int, partner: int, bill: int) -> Bill:
        """A bill of a partner."""
        return self._object("get_bill", (program, partner, bill), {})

    def list_bill_lines(self, program: int, partner: int, bill: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[BillLine]:
        """The lines of a bill, by the time of the transactions (rule A27)."""
        return self._pages("list_bill_lines", (program, partner, bill), {"limit": limit, "cursor": cursor})

    def list_bill_lines_csv(self, program: int, partner: int, bill: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The lines of a bill, by the time of the transactions (rule A27)."""
        return self._text("list_bill_lines_csv", (program, partner, bill), {"limit": limit, "cursor": cursor})

    def list_bill_lines_jsonl(self, program: int, partner: int, bill: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The lines of a bill, by the time of the transactions (rule A27)."""
        return self._text("list_bill_lines_jsonl", (program, partner, bill), {"limit": limit, "cursor": cursor})

    def list_blocks(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Block]:
        """A partner's blocks, open and past, by id (rules A33, A34)."""
        return self._pages("list_blocks", (program, partner), {"limit": limit, "cursor": cursor})

    def purchase_block(self, program: int, partner: int, body: PurchaseBlockBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Records that the partner bought a block (rules A10, B12). It is usable once approved."""
        return self._command("purchase_block", (program, partner), body, key, dry_run)

    def list_blocks_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's blocks, open and past, by id (rules A33, A34)."""
        return self._text("list_blocks_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def list_blocks_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's blocks, open and past, by id (rules A33, A34)."""
        return self._text("list_blocks_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def adjust_block(self, program: int, partner: int, block: int, body: AdjustBlockBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Credits or debits a block by hand."""
        return self._command("adjust_block", (program, partner, block), body, key, dry_run)

    def approve_block(self, program: int, partner: int, block: int, body: Optional[ApproveBlockBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Makes a bought block usable (rules A31, A32)."""
        return self._command("approve_block", (program, partner, block), body, key, dry_run)

    def cancel_block(self, program: int, partner: int, block: int, body: Optional[CancelBlockBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Cancels a block."""
        return self._command("cancel_block", (program, partner, block), body, key, dry_run)

    def reject_block(self, program: int, partner: int, block: int, body: Optional[RejectBlockBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Rejects a bought block."""
        return self._command("reject_block", (program, partner, block), body, key, dry_run)

    def list_charges(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Charge]:
        """What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23)."""
        return self._pages("list_charges", (program, partner), {"limit": limit, "cursor": cursor})

    def list_charges_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23)."""
        return self._text("list_charges_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def list_charges_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """What a prepaid partner is charged for its blocks, in the order in which it was (rules A17, A18, A23)."""
        return self._text("list_charges_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def list_partner_credits(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[PartnerCredit]:
        """Credit notes that members got for spends at a partner, in the order in which they were posted (rules
        C103, C104).
        """
        return self._pages("list_partner_credits", (program, partner), {"from": from_, "to": to, "range": range, "limit": limit, "cursor": cursor})

    def list_partner_credits_csv(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Credit notes that members got for spends at a partner, in the order in which they were posted (rules
        C103, C104).
        """
        return self._text("list_partner_credits_csv", (program, partner), {"from": from_, "to": to, "range": range, "limit": limit, "cursor": cursor})

    def list_partner_credits_jsonl(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Credit notes that members got for spends at a partner, in the order in which they were posted (rules
        C103, C104).
        """
        return self._text("list_partner_credits_jsonl", (program, partner), {"from": from_, "to": to, "range": range, "limit": limit, "cursor": cursor})

    def edit_partner(self, program: int, partner: int, body: Optional[EditPartnerBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Changes a partner's terms: all of them are said anew."""
        return self._command("edit_partner", (program, partner), body, key, dry_run)

    def list_fees(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, unit: Optional[Literal["points", "money"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Fee]:
        """A partner's fees, each with its refund behind it (rules B05, B08, B41)."""
        return self._pages("list_fees", (program, partner), {"from": from_, "to": to, "unit": unit, "limit": limit, "cursor": cursor})

    def charge_fee(self, program: int, partner: int, body: ChargeFeeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Charges a partner a fee, or credits one."""
        return self._command("charge_fee", (program, partner), body, key, dry_run)

    def list_fees_csv(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, unit: Optional[Literal["points", "money"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's fees, each with its refund behind it (rules B05, B08, B41)."""
        return self._text("list_fees_csv", (program, partner), {"from": from_, "to": to, "unit": unit, "limit": limit, "cursor": cursor})

    def list_fees_jsonl(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, unit: Optional[Literal["points", "money"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """A partner's fees, each with its refund behind it (rules B05, B08, B41)."""
        return self._text("list_fees_jsonl", (program, partner), {"from": from_, "to": to, "unit": unit, "limit": limit, "cursor": cursor})

    def get_forecast(self, program: int, partner: int, *, days: Optional[int] = None) -> Pages[BlockForecast]:
        """When each of a partner's open blocks will be used up or expire, in the order of debit, if members are
        given points as in the last days. It reads the entries of these days: more than 2,000,000 of them are
        refused.
        """
        return self._pages("get_forecast", (program, partner), {"days": days})

    def get_forecast_csv(self, program: int, partner: int, *, days: Optional[int] = None) -> str:
        """When each of a partner's open blocks will be used up or expire, in the order of debit, if members are
        given points as in the last days. It reads the entries of these days: more than 2,000,000 of them are
        refused.
        """
        return self._text("get_forecast_csv", (program, partner), {"days": days})

    def get_forecast_jsonl(self, program: int, partner: int, *, days: Optional[int] = None) -> str:
        """When each of a partner's open blocks will be used up or expire, in the order of debit, if members are
        given points as in the last days. It reads the entries of these days: more than 2,000,000 of them are
        refused.
        """
        return self._text("get_forecast_jsonl", (program, partner), {"days": days})

    def get_forecast_svg(self, program: int, partner: int, *, days: Optional[int] = None) -> str:
        """When each of a partner's open blocks will be used up or expire, in the order of debit, if members are
        given points as in the last days. It reads the entries of these days: more than 2,000,000 of them are
        refused.
        """
        return self._text("get_forecast_svg", (program, partner), {"days": days})

    def list_postings(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Posting]:
        """Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules
        C91 to C92b).
        """
        return self._pages("list_postings", (program, partner), {"limit": limit, "cursor": cursor})

    def list_postings_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules
        C91 to C92b).
        """
        return self._text("list_postings_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def list_postings_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Invoices, credit notes, debits and credits that were posted to a partner, account by account (rules
        C91 to C92b).
        """
        return self._text("list_postings_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def list_receivables(self, program: int, partner: int) -> Pages[Receivable]:
        """A partner's accounts of money; settlement posts to the primary one (rule C112)."""
        return self._pages("list_receivables", (program, partner), {})

    def list_receivables_csv(self, program: int, partner: int) -> str:
        """A partner's accounts of money; settlement posts to the primary one (rule C112)."""
        return self._text("list_receivables_csv", (program, partner), {})

    def list_receivables_jsonl(self, program: int, partner: int) -> str:
        """A partner's accounts of money; settlement posts to the primary one (rule C112)."""
        return self._text("list_receivables_jsonl", (program, partner), {})

    def get_reconciliation(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> Pages[MonthOfUse]:
        """By month, what members were given with a partner, what that costs it by its terms, and what left its
        blocks or was charged: both are read from the journal, each from its own part of an entry. It reads
        the entries of the days that are asked for: more than 2,000,000 of them are refused.
        """
        return self._pages("get_reconciliation", (program, partner), {"from": from_, "to": to, "range": range})

    def get_reconciliation_csv(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> str:
        """By month, what members were given with a partner, what that costs it by its terms, and what left its
        blocks or was charged: both are read from the journal, each from its own part of an entry. It reads
        the entries of the days that are asked for: more than 2,000,000 of them are refused.
        """
        return self._text("get_reconciliation_csv", (program, partner), {"from": from_, "to": to, "range": range})

    def get_reconciliation_jsonl(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> str:
        """By month, what members were given with a partner, what that costs it by its terms, and what left its
        blocks or was charged: both are read from the journal, each from its own part of an entry. It reads
        the entries of the days that are asked for: more than 2,000,000 of them are refused.
        """
        return self._text("get_reconciliation_jsonl", (program, partner), {"from": from_, "to": to, "range": range})

    def get_reconciliation_svg(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> str:
        """By month, what members were given with a partner, what that costs it by its terms, and what left its
        blocks or was charged: both are read from the journal, each from its own part of an entry. It reads
        the entries of the days that are asked for: more than 2,000,000 of them are refused.
        """
        return self._text("get_reconciliation_svg", (program, partner), {"from": from_, "to": to, "range": range})

    def list_settled(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> Pages[Posting]:
        """The settlement report: debits and credits that settlement posted to a partner in a time (rule C102)."""
        return self._pages("list_settled", (program, partner), {"from": from_, "to": to, "range": range})

    def list_settled_csv(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> str:
        """The settlement report: debits and credits that settlement posted to a partner in a time (rule C102)."""
        return self._text("list_settled_csv", (program, partner), {"from": from_, "to": to, "range": range})

    def list_settled_jsonl(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None) -> str:
        """The settlement report: debits and credits that settlement posted to a partner in a time (rule C102)."""
        return self._text("list_settled_jsonl", (program, partner), {"from": from_, "to": to, "range": range})

    def list_partner_settlement_lines(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[SettlementLine]:
        """Settled events of a partner, each with the rule that was applied."""
        return self._pages("list_partner_settlement_lines", (program, partner), {"limit": limit, "cursor": cursor})

    def list_partner_settlement_lines_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settled events of a partner, each with the rule that was applied."""
        return self._text("list_partner_settlement_lines_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def list_partner_settlement_lines_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settled events of a partner, each with the rule that was applied."""
        return self._text("list_partner_settlement_lines_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def get_settlements(self, program: int, partner: int, *, until: Optional[str] = None) -> Pages[SettlementMonth]:
        """Settlements of a partner in twelve months: debits less credits (rules C98, C99)."""
        return self._pages("get_settlements", (program, partner), {"until": until})

    def get_settlements_csv(self, program: int, partner: int, *, until: Optional[str] = None) -> str:
        """Settlements of a partner in twelve months: debits less credits (rules C98, C99)."""
        return self._text("get_settlements_csv", (program, partner), {"until": until})

    def get_settlements_jsonl(self, program: int, partner: int, *, until: Optional[str] = None) -> str:
        """Settlements of a partner in twelve months: debits less credits (rules C98, C99)."""
        return self._text("get_settlements_jsonl", (program, partner), {"until": until})

    def get_settlements_svg(self, program: int, partner: int, *, until: Optional[str] = None) -> str:
        """Settlements of a partner in twelve months: debits less credits (rules C98, C99)."""
        return self._text("get_settlements_svg", (program, partner), {"until": until})

    def get_partner_statement(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[PartnerStatementLine]:
        """The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35)."""
        return self._pages("get_partner_statement", (program, partner), {"limit": limit, "cursor": cursor})

    def get_partner_statement_csv(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35)."""
        return self._text("get_partner_statement_csv", (program, partner), {"limit": limit, "cursor": cursor})

    def get_partner_statement_jsonl(self, program: int, partner: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The commands about a partner, the newest first: purchases, adjustments, fees, bills (rules B25, B35)."""
        return self._text("get_partner_statement_jsonl", (program, partner), {"limit": limit, "cursor": cursor})

    def get_partner_terms(self, program: int, partner: int) -> PartnerTerms:
        """A partner's terms, whole: what an edit of the partner says anew."""
        return self._object("get_partner_terms", (program, partner), {})

    def set_unit(self, program: int, partner: int, body: Optional[SetUnitBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says which merchant and group a partner belongs to."""
        return self._command("set_unit", (program, partner), body, key, dry_run)

    def list_uses(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, agrees: Optional[Literal["true", "false"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Use]:
        """The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A
        page may be short where others' entries lie between: go on at its cursor until there is none.
        """
        return self._pages("list_uses", (program, partner), {"from": from_, "to": to, "range": range, "agrees": agrees, "limit": limit, "cursor": cursor})

    def list_uses_csv(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, agrees: Optional[Literal["true", "false"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A
        page may be short where others' entries lie between: go on at its cursor until there is none.
        """
        return self._text("list_uses_csv", (program, partner), {"from": from_, "to": to, "range": range, "agrees": agrees, "limit": limit, "cursor": cursor})

    def list_uses_jsonl(self, program: int, partner: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, agrees: Optional[Literal["true", "false"]] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The accruals that a partner pays for, and their cancellations: both sides of each, the newest first. A
        page may be short where others' entries lie between: go on at its cursor until there is none.
        """
        return self._text("list_uses_jsonl", (program, partner), {"from": from_, "to": to, "range": range, "agrees": agrees, "limit": limit, "cursor": cursor})

    def list_point_types(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[PointTypeRow]:
        """The point types of a program, by id (rules D02 to D06)."""
        return self._pages("list_point_types", (program,), {"limit": limit, "cursor": cursor})

    def create_point_type(self, program: int, body: CreatePointTypeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates a point type (rules D02, D03, D04, D06)."""
        return self._command("create_point_type", (program,), body, key, dry_run)

    def list_point_types_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The point types of a program, by id (rules D02 to D06)."""
        return self._text("list_point_types_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_point_types_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The point types of a program, by id (rules D02 to D06)."""
        return self._text("list_point_types_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_point_type(self, program: int, point_type: int) -> PointTypeRow:
        """A point type with all that is set of it."""
        return self._object("get_point_type", (program, point_type), {})

    def edit_point_type(self, program: int, point_type: int, body: Optional[EditPointTypeBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Changes what is said of a point type; what is not named stays."""
        return self._command("edit_point_type", (program, point_type), body, key, dry_run)

    def record_purchase(self, program: int, body: RecordPurchaseBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Records a purchase at a partner under an agreement, and gives its award."""
        return self._command("record_purchase", (program,), body, key, dry_run)

    def acknowledge_refund(self, program: int, purchase: Union[str, int], body: AcknowledgeRefundBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says what the payment gateway answered to a refund. The purchase is named by its request id."""
        return self._command("acknowledge_refund", (program, purchase), body, key, dry_run)

    def open_receivable(self, program: int, body: OpenReceivableBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Opens a receivable of a partner or a member, or changes its standing."""
        return self._command("open_receivable", (program,), body, key, dry_run)

    def redeem(self, program: int, body: RedeemBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Takes points of one type, from the items next in order (rules D21 to D25)."""
        return self._command("redeem", (program,), body, key, dry_run)

    def set_refunds(self, program: int, body: Optional[SetRefundsBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says how members are refunded."""
        return self._command("set_refunds", (program,), body, key, dry_run)

    def list_refunds(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Refund]:
        """Requests for refunds that wait for the payment gateway (rule C109)."""
        return self._pages("list_refunds", (program,), {"limit": limit, "cursor": cursor})

    def list_refunds_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Requests for refunds that wait for the payment gateway (rule C109)."""
        return self._text("list_refunds_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_refunds_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Requests for refunds that wait for the payment gateway (rule C109)."""
        return self._text("list_refunds_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def report_audit(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, clock: Optional[Literal["recorded", "occurred"]] = None, point_type: Optional[str] = None, source: Optional[str] = None, subtype: Optional[str] = None, type: Optional[str] = None, member: Optional[str] = None, reference: Optional[str] = None, text: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[AuditLine]:
        """The audit log of points, the newest first, with what became of added points so far. A page may be
        short where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
        """
        return self._pages("report_audit", (program,), {"from": from_, "to": to, "range": range, "clock": clock, "point_type": point_type, "source": source, "subtype": subtype, "type": type, "member": member, "reference": reference, "text": text, "limit": limit, "cursor": cursor})

    def report_audit_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, clock: Optional[Literal["recorded", "occurred"]] = None, point_type: Optional[str] = None, source: Optional[str] = None, subtype: Optional[str] = None, type: Optional[str] = None, member: Optional[str] = None, reference: Optional[str] = None, text: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The audit log of points, the newest first, with what became of added points so far. A page may be
        short where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
        """
        return self._text("report_audit_csv", (program,), {"from": from_, "to": to, "range": range, "clock": clock, "point_type": point_type, "source": source, "subtype": subtype, "type": type, "member": member, "reference": reference, "text": text, "limit": limit, "cursor": cursor})

    def report_audit_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, clock: Optional[Literal["recorded", "occurred"]] = None, point_type: Optional[str] = None, source: Optional[str] = None, subtype: Optional[str] = None, type: Optional[str] = None, member: Optional[str] = None, reference: Optional[str] = None, text: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The audit log of points, the newest first, with what became of added points so far. A page may be
        short where filters leave out much: go on at its cursor until there is none (rules E35 to E49).
        """
        return self._text("report_audit_jsonl", (program,), {"from": from_, "to": to, "range": range, "clock": clock, "point_type": point_type, "source": source, "subtype": subtype, "type": type, "member": member, "reference": reference, "text": text, "limit": limit, "cursor": cursor})

    def report_awards(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, partner: Optional[str] = None, scheme: Optional[str] = None, offer: Optional[str] = None, kind: Optional[str] = None, by: Optional[str] = None, show: Optional[str] = None) -> Pages[AwardReportRow]:
        """Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule
        C101).
        """
        return self._pages("report_awards", (program,), {"from": from_, "to": to, "range": range, "partner": partner, "scheme": scheme, "offer": offer, "kind": kind, "by": by, "show": show})

    def report_awards_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, partner: Optional[str] = None, scheme: Optional[str] = None, offer: Optional[str] = None, kind: Optional[str] = None, by: Optional[str] = None, show: Optional[str] = None) -> str:
        """Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule
        C101).
        """
        return self._text("report_awards_csv", (program,), {"from": from_, "to": to, "range": range, "partner": partner, "scheme": scheme, "offer": offer, "kind": kind, "by": by, "show": show})

    def report_awards_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, partner: Optional[str] = None, scheme: Optional[str] = None, offer: Optional[str] = None, kind: Optional[str] = None, by: Optional[str] = None, show: Optional[str] = None) -> str:
        """Awards and spends, chosen and grouped by your own criteria, with the figures that you want (rule
        C101).
        """
        return self._text("report_awards_jsonl", (program,), {"from": from_, "to": to, "range": range, "partner": partner, "scheme": scheme, "offer": offer, "kind": kind, "by": by, "show": show})

    def report_cohorts(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> Pages[Cohort]:
        """What became of the points that were issued in some days, by source and type (rule E52)."""
        return self._pages("report_cohorts", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_cohorts_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """What became of the points that were issued in some days, by source and type (rule E52)."""
        return self._text("report_cohorts_csv", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_cohorts_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """What became of the points that were issued in some days, by source and type (rule E52)."""
        return self._text("report_cohorts_jsonl", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_cohorts_svg(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """What became of the points that were issued in some days, by source and type (rule E52)."""
        return self._text("report_cohorts_svg", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_days(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None) -> Pages[DayOfPoints]:
        """Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56)."""
        return self._pages("report_days", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype})

    def report_days_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None) -> str:
        """Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56)."""
        return self._text("report_days_csv", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype})

    def report_days_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None) -> str:
        """Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56)."""
        return self._text("report_days_jsonl", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype})

    def report_days_svg(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None) -> str:
        """Points issued, redeemed and expired by day, daily and summed up (rules E53 to E56)."""
        return self._text("report_days_svg", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype})

    def report_deferred_revenue(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None, value: Optional[int] = None, redeemed_per_mille: Optional[int] = None) -> Pages[DeferredRevenue]:
        """Deferred revenue and breakage of the points that were issued in some days: what is recognised, and
        what is left as a liability.
        """
        return self._pages("report_deferred_revenue", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype, "value": value, "redeemed_per_mille": redeemed_per_mille})

    def report_deferred_revenue_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None, value: Optional[int] = None, redeemed_per_mille: Optional[int] = None) -> str:
        """Deferred revenue and breakage of the points that were issued in some days: what is recognised, and
        what is left as a liability.
        """
        return self._text("report_deferred_revenue_csv", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype, "value": value, "redeemed_per_mille": redeemed_per_mille})

    def report_deferred_revenue_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None, value: Optional[int] = None, redeemed_per_mille: Optional[int] = None) -> str:
        """Deferred revenue and breakage of the points that were issued in some days: what is recognised, and
        what is left as a liability.
        """
        return self._text("report_deferred_revenue_jsonl", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype, "value": value, "redeemed_per_mille": redeemed_per_mille})

    def report_deferred_revenue_svg(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None, value: Optional[int] = None, redeemed_per_mille: Optional[int] = None) -> str:
        """Deferred revenue and breakage of the points that were issued in some days: what is recognised, and
        what is left as a liability.
        """
        return self._text("report_deferred_revenue_svg", (program,), {"from": from_, "to": to, "range": range, "as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype, "value": value, "redeemed_per_mille": redeemed_per_mille})

    def report_expiring(self, program: int, *, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Expiring]:
        """The members of whom points expire until a day, in the order in which something of theirs is due next:
        what a reminder is written from.
        """
        return self._pages("report_expiring", (program,), {"until": until, "limit": limit, "cursor": cursor})

    def report_expiring_csv(self, program: int, *, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The members of whom points expire until a day, in the order in which something of theirs is due next:
        what a reminder is written from.
        """
        return self._text("report_expiring_csv", (program,), {"until": until, "limit": limit, "cursor": cursor})

    def report_expiring_jsonl(self, program: int, *, until: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The members of whom points expire until a day, in the order in which something of theirs is due next:
        what a reminder is written from.
        """
        return self._text("report_expiring_jsonl", (program,), {"until": until, "limit": limit, "cursor": cursor})

    def report_expiry(self, program: int, *, to: Optional[str] = None, as_of: Optional[str] = None, by: Optional[Literal["day", "month"]] = None, by_source: Optional[Literal["true", "false"]] = None, source: Optional[str] = None, point_type: Optional[str] = None) -> Pages[ExpiryCurveRow]:
        """The expiry curve: points that members have, by the last day or month in which they can use them."""
        return self._pages("report_expiry", (program,), {"to": to, "as_of": as_of, "by": by, "by_source": by_source, "source": source, "point_type": point_type})

    def report_expiry_csv(self, program: int, *, to: Optional[str] = None, as_of: Optional[str] = None, by: Optional[Literal["day", "month"]] = None, by_source: Optional[Literal["true", "false"]] = None, source: Optional[str] = None, point_type: Optional[str] = None) -> str:
        """The expiry curve: points that members have, by the last day or month in which they can use them."""
        return self._text("report_expiry_csv", (program,), {"to": to, "as_of": as_of, "by": by, "by_source": by_source, "source": source, "point_type": point_type})

    def report_expiry_jsonl(self, program: int, *, to: Optional[str] = None, as_of: Optional[str] = None, by: Optional[Literal["day", "month"]] = None, by_source: Optional[Literal["true", "false"]] = None, source: Optional[str] = None, point_type: Optional[str] = None) -> str:
        """The expiry curve: points that members have, by the last day or month in which they can use them."""
        return self._text("report_expiry_jsonl", (program,), {"to": to, "as_of": as_of, "by": by, "by_source": by_source, "source": source, "point_type": point_type})

    def report_expiry_svg(self, program: int, *, to: Optional[str] = None, as_of: Optional[str] = None, by: Optional[Literal["day", "month"]] = None, by_source: Optional[Literal["true", "false"]] = None, source: Optional[str] = None, point_type: Optional[str] = None) -> str:
        """The expiry curve: points that members have, by the last day or month in which they can use them."""
        return self._text("report_expiry_svg", (program,), {"to": to, "as_of": as_of, "by": by, "by_source": by_source, "source": source, "point_type": point_type})

    def report_liability(self, program: int, *, by: Optional[Literal["day", "month"]] = None, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, source: Optional[int] = None, point_type: Optional[int] = None) -> Pages[Movement]:
        """Points owed to members at the end of each day or month, and what moved in it. What has expired or
        matured is in it, booked or not.
        """
        return self._pages("report_liability", (program,), {"by": by, "from": from_, "to": to, "range": range, "source": source, "point_type": point_type})

    def report_liability_csv(self, program: int, *, by: Optional[Literal["day", "month"]] = None, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, source: Optional[int] = None, point_type: Optional[int] = None) -> str:
        """Points owed to members at the end of each day or month, and what moved in it. What has expired or
        matured is in it, booked or not.
        """
        return self._text("report_liability_csv", (program,), {"by": by, "from": from_, "to": to, "range": range, "source": source, "point_type": point_type})

    def report_liability_jsonl(self, program: int, *, by: Optional[Literal["day", "month"]] = None, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, source: Optional[int] = None, point_type: Optional[int] = None) -> str:
        """Points owed to members at the end of each day or month, and what moved in it. What has expired or
        matured is in it, booked or not.
        """
        return self._text("report_liability_jsonl", (program,), {"by": by, "from": from_, "to": to, "range": range, "source": source, "point_type": point_type})

    def report_liability_svg(self, program: int, *, by: Optional[Literal["day", "month"]] = None, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, source: Optional[int] = None, point_type: Optional[int] = None) -> str:
        """Points owed to members at the end of each day or month, and what moved in it. What has expired or
        matured is in it, booked or not.
        """
        return self._text("report_liability_svg", (program,), {"by": by, "from": from_, "to": to, "range": range, "source": source, "point_type": point_type})

    def report_outstanding(self, program: int, *, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> Pages[Outstanding]:
        """Points owed to members by source and type, as of any instant: what the same report said then (rules
        E50, E51).
        """
        return self._pages("report_outstanding", (program,), {"as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_outstanding_csv(self, program: int, *, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """Points owed to members by source and type, as of any instant: what the same report said then (rules
        E50, E51).
        """
        return self._text("report_outstanding_csv", (program,), {"as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_outstanding_jsonl(self, program: int, *, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """Points owed to members by source and type, as of any instant: what the same report said then (rules
        E50, E51).
        """
        return self._text("report_outstanding_jsonl", (program,), {"as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_outstanding_svg(self, program: int, *, as_of: Optional[str] = None, source: Optional[str] = None, point_type: Optional[str] = None, subtype: Optional[str] = None, by_subtype: Optional[Literal["true", "false"]] = None) -> str:
        """Points owed to members by source and type, as of any instant: what the same report said then (rules
        E50, E51).
        """
        return self._text("report_outstanding_svg", (program,), {"as_of": as_of, "source": source, "point_type": point_type, "subtype": subtype, "by_subtype": by_subtype})

    def report_settlements(self, program: int, *, until: Optional[str] = None) -> Pages[SettlementMonth]:
        """Settlements of all partners in twelve months: debits less credits (rules C98 to C100)."""
        return self._pages("report_settlements", (program,), {"until": until})

    def report_settlements_csv(self, program: int, *, until: Optional[str] = None) -> str:
        """Settlements of all partners in twelve months: debits less credits (rules C98 to C100)."""
        return self._text("report_settlements_csv", (program,), {"until": until})

    def report_settlements_jsonl(self, program: int, *, until: Optional[str] = None) -> str:
        """Settlements of all partners in twelve months: debits less credits (rules C98 to C100)."""
        return self._text("report_settlements_jsonl", (program,), {"until": until})

    def report_settlements_svg(self, program: int, *, until: Optional[str] = None) -> str:
        """Settlements of all partners in twelve months: debits less credits (rules C98 to C100)."""
        return self._text("report_settlements_svg", (program,), {"until": until})

    def report_sources(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, point_type: Optional[int] = None) -> Pages[Movement]:
        """Points issued by each source, and what became of them."""
        return self._pages("report_sources", (program,), {"from": from_, "to": to, "range": range, "point_type": point_type})

    def report_sources_csv(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, point_type: Optional[int] = None) -> str:
        """Points issued by each source, and what became of them."""
        return self._text("report_sources_csv", (program,), {"from": from_, "to": to, "range": range, "point_type": point_type})

    def report_sources_jsonl(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, point_type: Optional[int] = None) -> str:
        """Points issued by each source, and what became of them."""
        return self._text("report_sources_jsonl", (program,), {"from": from_, "to": to, "range": range, "point_type": point_type})

    def report_sources_svg(self, program: int, *, from_: Optional[str] = None, to: Optional[str] = None, range: Optional[Literal["last-7-days", "last-30-days", "last-month", "this-month"]] = None, point_type: Optional[int] = None) -> str:
        """Points issued by each source, and what became of them."""
        return self._text("report_sources_svg", (program,), {"from": from_, "to": to, "range": range, "point_type": point_type})

    def list_schemes(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Scheme]:
        """Reward schemes, which partners share (rules C01, C47)."""
        return self._pages("list_schemes", (program,), {"limit": limit, "cursor": cursor})

    def list_schemes_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Reward schemes, which partners share (rules C01, C47)."""
        return self._text("list_schemes_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_schemes_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Reward schemes, which partners share (rules C01, C47)."""
        return self._text("list_schemes_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def set_scheme(self, program: int, scheme: int, body: Optional[SetSchemeBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Defines a reward scheme, or changes it (rule C47)."""
        return self._command("set_scheme", (program, scheme), body, key, dry_run)

    def set_settlement(self, program: int, body: Optional[SetSettlementBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Says how settlement rounds."""
        return self._command("set_settlement", (program,), body, key, dry_run)

    def list_settlement_lines(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[SettlementLine]:
        """Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87)."""
        return self._pages("list_settlement_lines", (program,), {"limit": limit, "cursor": cursor})

    def list_settlement_lines_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87)."""
        return self._text("list_settlement_lines_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_settlement_lines_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settled events of all partners, each with the rule that was applied (rules C48 to C59, C87)."""
        return self._text("list_settlement_lines_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def list_runs(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[SettlementRun]:
        """Settlement runs with all their executions, by the id of the run (rules C80 to C86)."""
        return self._pages("list_runs", (program,), {"limit": limit, "cursor": cursor})

    def create_run(self, program: int, body: Optional[CreateRunBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates a settlement run, by its criteria. The key names the run."""
        return self._command("create_run", (program,), body, key, dry_run)

    def list_runs_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settlement runs with all their executions, by the id of the run (rules C80 to C86)."""
        return self._text("list_runs_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_runs_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """Settlement runs with all their executions, by the id of the run (rules C80 to C86)."""
        return self._text("list_runs_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_run(self, program: int, run: Union[str, int]) -> Pages[SettlementRun]:
        """The executions of a settlement run."""
        return self._pages("get_run", (program, run), {})

    def get_run_csv(self, program: int, run: Union[str, int]) -> str:
        """The executions of a settlement run."""
        return self._text("get_run_csv", (program, run), {})

    def get_run_jsonl(self, program: int, run: Union[str, int]) -> str:
        """The executions of a settlement run."""
        return self._text("get_run_jsonl", (program, run), {})

    def preview_run(self, program: int, run: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[SettlementLine]:
        """The lines that a run would write now; nothing is changed. A page may be short where the run takes few
        events: go on at its cursor until there is none.
        """
        return self._pages("preview_run", (program, run), {"limit": limit, "cursor": cursor})

    def preview_run_csv(self, program: int, run: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The lines that a run would write now; nothing is changed. A page may be short where the run takes few
        events: go on at its cursor until there is none.
        """
        return self._text("preview_run_csv", (program, run), {"limit": limit, "cursor": cursor})

    def preview_run_jsonl(self, program: int, run: Union[str, int], *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The lines that a run would write now; nothing is changed. A page may be short where the run takes few
        events: go on at its cursor until there is none.
        """
        return self._text("preview_run_jsonl", (program, run), {"limit": limit, "cursor": cursor})

    def save_run(self, program: int, run: Union[str, int], body: Optional[SaveRunBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Saves a run's preview."""
        return self._command("save_run", (program, run), body, key, dry_run)

    def submit_run(self, program: int, run: Union[str, int], body: Optional[SubmitRunBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Submits a run: now, or at an instant."""
        return self._command("submit_run", (program, run), body, key, dry_run)

    def accrue_shared(self, program: int, body: AccrueSharedBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives a member points that several partners fund, each by its share: all of them pay, or none does."""
        return self._command("accrue_shared", (program,), body, key, dry_run)

    def list_sources(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> Pages[Source]:
        """The sources of a program, by id, as of now (rule E89)."""
        return self._pages("list_sources", (program,), {"limit": limit, "cursor": cursor})

    def create_source(self, program: int, body: CreateSourceBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates a source of points: a promotion, an offer, a campaign."""
        return self._command("create_source", (program,), body, key, dry_run)

    def list_sources_csv(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The sources of a program, by id, as of now (rule E89)."""
        return self._text("list_sources_csv", (program,), {"limit": limit, "cursor": cursor})

    def list_sources_jsonl(self, program: int, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> str:
        """The sources of a program, by id, as of now (rule E89)."""
        return self._text("list_sources_jsonl", (program,), {"limit": limit, "cursor": cursor})

    def get_source(self, program: int, source: int) -> Source:
        """A source: its point types, its status, its inventory, its restrictions (rule E89)."""
        return self._object("get_source", (program, source), {})

    def archive_source(self, program: int, source: int, body: Optional[ArchiveSourceBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Archives a source for good."""
        return self._command("archive_source", (program, source), body, key, dry_run)

    def edit_source(self, program: int, source: int, body: Optional[EditSourceBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Changes what is said of a source; what is not named stays."""
        return self._command("edit_source", (program, source), body, key, dry_run)

    def set_inventory(self, program: int, source: int, body: SetInventoryBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Gives a source an inventory: how many points it may give."""
        return self._command("set_inventory", (program, source), body, key, dry_run)

    def modify_inventory(self, program: int, source: int, body: ModifyInventoryBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Adds to a source's inventory, or takes from it."""
        return self._command("modify_inventory", (program, source), body, key, dry_run)

    def pause_source(self, program: int, source: int, body: Optional[PauseSourceBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Pauses a source: it gives no points until it is resumed."""
        return self._command("pause_source", (program, source), body, key, dry_run)

    def restrict_source(self, program: int, source: int, body: RestrictSourceBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Adds a restriction to a source."""
        return self._command("restrict_source", (program, source), body, key, dry_run)

    def unrestrict_source(self, program: int, source: int, restriction: int, body: Optional[UnrestrictSourceBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Takes a restriction from a source."""
        return self._command("unrestrict_source", (program, source, restriction), body, key, dry_run)

    def resume_source(self, program: int, source: int, body: Optional[ResumeSourceBody] = None, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Resumes a paused source."""
        return self._command("resume_source", (program, source), body, key, dry_run)

    def get_source_terms(self, program: int, source: int) -> SourceTerms:
        """What is set of a source: what an edit of it changes."""
        return self._object("get_source_terms", (program, source), {})

    def spend(self, program: int, body: SpendBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Spends points at a partner under an agreement."""
        return self._command("spend", (program,), body, key, dry_run)

    def create_subtype(self, program: int, body: CreateSubtypeBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Creates a subtype of points (rules D13, D17)."""
        return self._command("create_subtype", (program,), body, key, dry_run)

    def get_tiers(self, program: int) -> Ladder:
        """The tiers of a program, the lowest first, and in which time points count (rules D07, D34)."""
        return self._object("get_tiers", (program,), {})

    def define_tiers(self, program: int, body: DefineTiersBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Defines the tiers, all of them, and the period in which points qualify for them."""
        return self._command("define_tiers", (program,), body, key, dry_run)

    def get_transaction(self, program: int, request: Union[str, int]) -> Entry:
        """The entry that used a request id: was a lost request done? A refusal uses no id, so it is not found
        here.
        """
        return self._object("get_transaction", (program, request), {})

    def transfer(self, program: int, body: TransferBody, *, key: Optional[str] = None, dry_run: bool = False) -> Receipt:
        """Moves points to another member."""
        return self._command("transfer", (program,), body, key, dry_run)
