//! Commands: everything that can be asked of the engine. A command is plain data; what it means is in `machine`.

mod blocks;
mod cancel;
mod catalog;
mod due;
mod erase;
mod holds;
mod json;
mod limits;
mod members;
mod partners;
mod points;
mod purchases;
mod settlement;
mod sources;

use super::{LongId, MemberId, ProgramId, RequestId, Subject, Timestamp};
pub use blocks::{ApproveBlock, CancelBlock, PurchaseBlock, RejectBlock};
pub use cancel::{Cancel, CancelAmount};
pub use catalog::{ActivateProgram, CreatePointType, CreateProgram, CreateSubtype, DefineTiers, EditPointType};
pub use due::BookDue;
pub use erase::Erase;
pub use holds::{Capture, HoldPoints, Release};
pub use limits::*;
pub use members::{
    AdjustPoints, EditMembership, EnrolHousehold, JoinHousehold, LeaveHousehold, MergeMembers, SetMemberStatus,
    UnmergeMembers,
};
pub use partners::{
    AdjustBlock, BillPartner, BillUntil, ChargeFee, ContinueBill, CreatePartner, Direction, EditPartner, RefundFee,
};
pub use points::{Accrue, AccrueShared, Award, Enrol, ExtendItems, Redeem, ReinstateItems, Spend, Start, Transfer};
pub use purchases::{
    AcknowledgeRefund, CreateRun, CreditMember, GatewayAnswer, RecordPurchase, SaveRun, SetParticipant, SignUp,
    SpendAt, SubmitRun,
};
pub use settlement::{
    NewContributionRule, OpenReceivable, RuleTransfer, SetAgreement, SetContributionRules, SetGroup, SetOffer,
    SetPaymentPreference, SetRefunds, SetScheme, SetSettlement, SetUnit, SwitchGroup, TransferredRule,
};
pub use sources::{
    ArchiveSource, CreateSource, EditSource, ModifyInventory, PauseSource, RestrictSource, ResumeSource, SetInventory,
    UnrestrictSource,
};

/// One request to the engine.
///
/// In JSON it is one flat object: `program`, `request_id`, `kind`, the fields of that kind, and if wanted
/// `transaction_at` and `reference`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program it is about.
    pub program: ProgramId,
    /// Chosen by the caller: the same id with the same body has one effect.
    pub request_id: RequestId,
    /// When it happened, if not now: a purchase posted late carries the time of the purchase.
    pub transaction_at: Option<Timestamp>,
    /// The caller's own text, up to 128 bytes: an order number, a reason.
    pub reference: Option<Box<str>>,
    /// What to do.
    pub action: Action,
    /// The texts of ids of more than 15 characters that it names. They belong to these ids, so they say nothing that the
    /// command does not say without them.
    pub long_ids: Vec<LongId>,
}

impl Command {
    /// A command that happens now, without a reference.
    pub fn new(program: ProgramId, request_id: RequestId, action: impl Into<Action>) -> Command {
        Command {
            program,
            request_id,
            transaction_at: None,
            reference: None,
            action: action.into(),
            long_ids: Vec::new(),
        }
    }

    /// The same command, dated.
    #[must_use]
    pub fn at(mut self, transaction_at: Timestamp) -> Command {
        self.transaction_at = Some(transaction_at);
        self
    }

    /// The same command with the texts of long ids that it names.
    #[must_use]
    pub fn naming(mut self, long_ids: impl IntoIterator<Item = LongId>) -> Command {
        self.long_ids.extend(long_ids);
        self
    }

    /// The same command with a reference text.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<Box<str>>) -> Command {
        self.reference = Some(reference.into());
        self
    }
}

/// The list of verbs: the stored number, the body, the word in JSON, and the field that names the member whom it is
/// about first. Whoever handles every verb takes the list by this macro.
macro_rules! for_each_verb {
    ($then:path) => {
        $then! {
            0 CreateProgram "create_program";
            1 CreatePointType "create_point_type";
            2 CreatePartner "create_partner";
            3 PurchaseBlock "purchase_block";
            4 ApproveBlock "approve_block";
            5 Enrol "enrol" of member;
            6 Accrue "accrue" of member;
            7 Redeem "redeem" of member;
            8 Cancel "cancel";
            9 BookDue "book_due";
            10 Transfer "transfer" of member;
            11 HoldPoints "hold" of member;
            12 Capture "capture";
            13 Release "release";
            14 Erase "erase";
            15 AccrueShared "accrue_shared" of member;
            60 EditPartner "edit_partner";
            61 RejectBlock "reject_block";
            62 CancelBlock "cancel_block";
            63 AdjustBlock "adjust_block";
            64 ChargeFee "charge_fee";
            65 RefundFee "refund_fee";
            66 BillPartner "bill_partner";
            67 ContinueBill "continue_bill";
            20 CreateSubtype "create_subtype";
            21 ActivateProgram "activate_program";
            22 EditPointType "edit_point_type";
            23 DefineTiers "define_tiers";
            24 ExtendItems "extend_items" of member;
            25 ReinstateItems "reinstate_items" of member;
            26 SetMemberStatus "set_member_status" of member;
            27 AdjustPoints "adjust" of member;
            28 MergeMembers "merge" of member;
            29 UnmergeMembers "unmerge" of member;
            30 EnrolHousehold "enrol_household" of member;
            31 JoinHousehold "join_household" of member;
            32 LeaveHousehold "leave_household" of member;
            33 EditMembership "edit_membership" of member;
            80 CreateSource "create_source";
            81 EditSource "edit_source";
            82 PauseSource "pause_source";
            83 ResumeSource "resume_source";
            84 ArchiveSource "archive_source";
            85 SetInventory "set_inventory";
            86 ModifyInventory "modify_inventory";
            87 RestrictSource "restrict_source";
            88 UnrestrictSource "unrestrict_source";
            100 SetScheme "set_scheme";
            101 SetOffer "set_offer";
            102 SetGroup "set_group";
            103 SetUnit "set_unit";
            104 SetAgreement "set_agreement";
            105 SetContributionRules "set_contribution_rules";
            106 SwitchGroup "switch_group";
            107 SetSettlement "set_settlement";
            108 SetRefunds "set_refunds";
            109 OpenReceivable "open_receivable";
            110 SetPaymentPreference "set_payment_preference" of member;
            111 SetParticipant "set_participant" of member;
            112 SignUp "sign_up" of member;
            113 RecordPurchase "record_purchase" of member;
            114 SpendAt "spend" of member;
            115 CreditMember "credit_member" of member;
            116 AcknowledgeRefund "acknowledge_refund";
            117 CreateRun "create_run";
            118 SaveRun "save_run";
            119 SubmitRun "submit_run";
        }
    };
}

pub(crate) use for_each_verb;

macro_rules! actions {
    ($($number:literal $verb:ident $word:literal $(of $member:ident)?;)*) => {
        /// What a command does: one of the verbs.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Action {
            $(#[doc = concat!("`", $word, "`: see [`", stringify!($verb), "`].")] $verb($verb),)*
        }

        impl Action {
            /// Every verb, as it is written in JSON.
            pub const VERBS: &'static [&'static str] = &[$($word),*];

            /// The verb, as it is written in JSON.
            #[must_use]
            pub fn verb(&self) -> &'static str {
                match self { $(Action::$verb(_) => $word,)* }
            }

            /// The verb that has a stored number.
            #[must_use]
            pub fn verb_of(number: u16) -> Option<&'static str> {
                match number {
                    $($number => Some($word),)*
                    _ => None,
                }
            }

            /// The verb's stored number.
            #[must_use]
            pub fn number(&self) -> u16 {
                match self { $(Action::$verb(_) => $number,)* }
            }

            /// The member whom it names first, if it names one.
            #[must_use]
            pub fn member(&self) -> Option<MemberId> {
                match self {
                    Action::BookDue(BookDue { subject: Subject::Member(member), .. }) => Some(*member),
                    $($(Action::$verb($verb { $member, .. }) => Some(*$member),)?)*
                    _ => None,
                }
            }
        }

        $(impl From<$verb> for Action {
            fn from(body: $verb) -> Action {
                Action::$verb(body)
            }
        })*
    };
}

for_each_verb!(actions);
