//! The rarer commands, a row a verb: members and households, sources, partners and their bills, agreements and
//! settlement. Each row is done as all commands are: `execute` is the hand of [`super::verbs`].

use super::super::budget::Spends;
use super::super::route::{Handle, Route};
use super::super::token::Scope;

/// Programs, point types, sources.
#[rustfmt::skip]
pub(super) const fn catalog(execute: Handle) -> [Route; 14] {
    const fn row(path: &'static str, kind: &'static str, execute: Handle) -> Route {
        Route::command(path, kind, Scope::Catalog, Spends::Nothing, execute)
    }
    [
        row("/v1/programs/{program}/activate", "activate_program", execute)
            .about("Ends the draft: members can earn and spend (rule D17)."),
        row("/v1/programs/{program}/subtypes", "create_subtype", execute)
            .about("Creates a subtype of points (rules D13, D17)."),
        row("/v1/programs/{program}/tiers", "define_tiers", execute)
            .about("Defines the tiers, all of them, and the period in which points qualify for them."),
        row("/v1/programs/{program}/point-types/{point_type}/edit", "edit_point_type", execute)
            .about("Changes what is said of a point type; what is not named stays."),
        row("/v1/programs/{program}/sources", "create_source", execute)
            .about("Creates a source of points: a promotion, an offer, a campaign."),
        row("/v1/programs/{program}/sources/{source}/edit", "edit_source", execute)
            .about("Changes what is said of a source; what is not named stays."),
        row("/v1/programs/{program}/sources/{source}/pause", "pause_source", execute)
            .about("Pauses a source: it gives no points until it is resumed."),
        row("/v1/programs/{program}/sources/{source}/resume", "resume_source", execute)
            .about("Resumes a paused source."),
        row("/v1/programs/{program}/sources/{source}/archive", "archive_source", execute)
            .about("Archives a source for good."),
        row("/v1/programs/{program}/sources/{source}/inventory", "set_inventory", execute)
            .about("Gives a source an inventory: how many points it may give."),
        row("/v1/programs/{program}/sources/{source}/inventory/modify", "modify_inventory", execute)
            .about("Adds to a source's inventory, or takes from it."),
        row("/v1/programs/{program}/sources/{source}/restrictions", "restrict_source", execute)
            .about("Adds a restriction to a source."),
        row("/v1/programs/{program}/sources/{source}/restrictions/{restriction}/remove", "unrestrict_source", execute)
            .about("Takes a restriction from a source."),
        row("/v1/programs/{program}/partners/{partner}/edit", "edit_partner", execute)
            .about("Changes a partner's terms: all of them are said anew."),
    ]
}

/// Members, households, bills of partners. What gives points counts on a token's budget.
#[rustfmt::skip]
pub(super) const fn corrections(execute: Handle) -> [Route; 17] {
    const fn row(path: &'static str, kind: &'static str, execute: Handle) -> Route {
        Route::command(path, kind, Scope::Adjust, Spends::BySign, execute)
    }
    [
        row("/v1/programs/{program}/members/{member}/status", "set_member_status", execute)
            .about("Sets a member's status, with the reason."),
        row("/v1/programs/{program}/members/{member}/merge", "merge", execute)
            .about("Merges another member into this one."),
        row("/v1/programs/{program}/members/{member}/unmerge", "unmerge", execute)
            .about("Takes a merge back."),
        row("/v1/programs/{program}/households", "enrol_household", execute)
            .about("Enrols a household: an account that members earn for."),
        row("/v1/programs/{program}/members/{member}/household", "join_household", execute)
            .about("Makes a member one of a household."),
        row("/v1/programs/{program}/members/{member}/household/edit", "edit_membership", execute)
            .about("Changes how a member belongs to a household."),
        row("/v1/programs/{program}/members/{member}/household/leave", "leave_household", execute)
            .about("Ends a member's belonging to a household."),
        row("/v1/programs/{program}/members/{member}/items/extend", "extend_items", execute)
            .about("Gives items of a member a later expiry."),
        row("/v1/programs/{program}/members/{member}/items/reinstate", "reinstate_items", execute)
            .about("Gives expired items of a member back."),
        row("/v1/programs/{program}/partners/{partner}/blocks/{block}/adjust", "adjust_block", execute)
            .about("Credits or debits a block by hand."),
        row("/v1/programs/{program}/partners/{partner}/fees", "charge_fee", execute)
            .about("Charges a partner a fee, or credits one."),
        row("/v1/programs/{program}/fees/{fee}/refund", "refund_fee", execute)
            .about("Refunds a fee, with the reason. The fee is named by its request id."),
        row("/v1/programs/{program}/partners/{partner}/bills", "bill_partner", execute)
            .about("Makes a partner's bill up to a cut-off (rules A26, A27)."),
        row("/v1/programs/{program}/partners/{partner}/bills/continue", "continue_bill", execute)
            .about("Goes on with a bill that is still being made."),
        row("/v1/programs/{program}/settlement-runs", "create_run", execute)
            .about("Creates a settlement run, by its criteria. The key names the run."),
        row("/v1/programs/{program}/settlement-runs/{run}/save", "save_run", execute)
            .about("Saves a run's preview."),
        row("/v1/programs/{program}/settlement-runs/{run}/submit", "submit_run", execute)
            .about("Submits a run: now, or at an instant."),
    ]
}

/// Agreements between partners: schemes, offers, groups, rules of contribution.
#[rustfmt::skip]
pub(super) const fn agreements(execute: Handle) -> [Route; 10] {
    const fn row(path: &'static str, kind: &'static str, execute: Handle) -> Route {
        Route::command(path, kind, Scope::Catalog, Spends::Nothing, execute)
    }
    [
        row("/v1/programs/{program}/schemes/{scheme}", "set_scheme", execute)
            .about("Defines a reward scheme, or changes it (rule C47)."),
        row("/v1/programs/{program}/offers/{offer}", "set_offer", execute)
            .about("Defines a reward offer of a scheme, or changes it (rule C78)."),
        row("/v1/programs/{program}/partner-groups/{group}", "set_group", execute)
            .about("Defines a group of partners, or changes it."),
        row("/v1/programs/{program}/partners/{partner}/unit", "set_unit", execute)
            .about("Says which merchant and group a partner belongs to."),
        row("/v1/programs/{program}/agreements", "set_agreement", execute)
            .about("Makes an agreement of a partner or a group, or replaces one."),
        row("/v1/programs/{program}/contribution-rules", "set_contribution_rules", execute)
            .about("Says who contributes how much to what is spent, for partners and groups."),
        row("/v1/programs/{program}/group-switches", "switch_group", execute)
            .about("Moves partners from one group to another, with their rules."),
        row("/v1/programs/{program}/settlement", "set_settlement", execute)
            .about("Says how settlement rounds."),
        row("/v1/programs/{program}/refund-setup", "set_refunds", execute)
            .about("Says how members are refunded."),
        row("/v1/programs/{program}/receivables", "open_receivable", execute)
            .about("Opens a receivable of a partner or a member, or changes its standing."),
    ]
}

/// Purchases and spends under agreements, and what belongs to them.
#[rustfmt::skip]
pub(super) const fn purchases(execute: Handle) -> [Route; 9] {
    const fn row(path: &'static str, kind: &'static str, scope: Scope, spends: Spends, execute: Handle) -> Route {
        Route::command(path, kind, scope, spends, execute)
    }
    [
        row("/v1/programs/{program}/purchases", "record_purchase", Scope::Adjust, Spends::Granted, execute)
            .about("Records a purchase at a partner under an agreement, and gives its award."),
        row("/v1/programs/{program}/spends", "spend", Scope::Adjust, Spends::Redeemed, execute)
            .about("Spends points at a partner under an agreement."),
        row("/v1/programs/{program}/credits", "credit_member", Scope::Adjust, Spends::Granted, execute)
            .about("Credits a member at a partner's expense."),
        row("/v1/programs/{program}/purchases/{purchase}/refund-answers", "acknowledge_refund", Scope::Adjust, Spends::Nothing, execute)
            .about("Says what the payment gateway answered to a refund. The purchase is named by its request id."),
        row("/v1/programs/{program}/members/{member}/payment-preference", "set_payment_preference", Scope::Catalog, Spends::Nothing, execute)
            .about("Says where a member's refunds go."),
        row("/v1/programs/{program}/members/{member}/participation", "set_participant", Scope::Catalog, Spends::Nothing, execute)
            .about("Says in which group and schemes a member takes part (rule C30)."),
        row("/v1/programs/{program}/members/{member}/sign-ups", "sign_up", Scope::Adjust, Spends::Granted, execute)
            .about("Signs a member up to schemes at a partner."),
        row("/v1/programs/{program}/partners/{partner}/blocks/{block}/reject", "reject_block", Scope::Approve, Spends::Nothing, execute)
            .about("Rejects a bought block."),
        row("/v1/programs/{program}/partners/{partner}/blocks/{block}/cancel", "cancel_block", Scope::Approve, Spends::Nothing, execute)
            .about("Cancels a block."),
    ]
}
