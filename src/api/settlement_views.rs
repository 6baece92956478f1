//! How settlement is shown as JSON: agreements, runs, lines, months, receivables, refunds. Amounts are whole minor units.

use crate::domain::{
    Agreement, AppliedRule, AwardRules, ContributionRule, EventKind, GroupId, LifeCycle, MemberId, OfferId, PartnerId,
    Points, PostingCause, PostingKind, Priority, Rate, Receivable, ReceivableId, Reduction, RequestId, Rounding,
    RuleOwner, Run, RunCriteria, RunKey, RunState, SchemeId, Sequence, SignUpRules, Span, SpendRules, Standing,
    Timestamp, Versions,
};
use crate::report::settlement;
use schemars::JsonSchema;
use serde::Serialize;

/// An agreement of a partner or of a group.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Agreement")]
pub(crate) struct AgreementRow {
    /// Whose it is, where it is a partner's own.
    partner: Option<PartnerId>,
    /// Whose it is, where it is a group's.
    group: Option<GroupId>,
    /// Its number within the program (rule C60).
    number: u32,
    /// The version: lines name the one that they applied.
    version: u32,
    life_cycle: LifeCycle,
    description: Box<str>,
    /// Which members are rewarded.
    award: AwardRules,
    /// Which members spend, and how much.
    spend: SpendRules,
    /// How instant and automatic spends are handled.
    reduction: Reduction,
    sign_up: SignUpRules,
    /// Who contributes how much of an award.
    rules: Vec<ContributionRule>,
}

/// The columns of [`AgreementRow`].
pub(crate) const AGREEMENT: &[&str] =
    &["partner", "group", "number", "version", "life_cycle", "description", "rules", "award", "spend"];

impl AgreementRow {
    pub(crate) fn of_partner(partner: PartnerId, of: &Versions<Agreement>) -> AgreementRow {
        AgreementRow { partner: Some(partner), ..AgreementRow::new(of) }
    }

    pub(crate) fn of_group(group: GroupId, of: &Versions<Agreement>) -> AgreementRow {
        AgreementRow { group: Some(group), ..AgreementRow::new(of) }
    }

    fn new(of: &Versions<Agreement>) -> AgreementRow {
        let Agreement { number, life_cycle, description, award, spend, reduction, sign_up, rules } =
            of.current().clone();
        let version = of.number();
        AgreementRow {
            partner: None,
            group: None,
            number,
            version,
            life_cycle,
            description,
            award,
            spend,
            reduction,
            sign_up,
            rules,
        }
    }
}

/// An execution of a settlement run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettlementRun")]
pub(crate) struct RunRow {
    /// The request that created the run.
    run: RequestId,
    /// Which of its executions, from 1.
    execution: u32,
    state: RunState,
    criteria: RunCriteria,
    /// How long after it the next one is; null: it runs once.
    every: Option<Span>,
    /// When it is, or was, executed.
    due_at: Option<Timestamp>,
    /// Events settled.
    events: u64,
    /// Debited to partners, exactly.
    debits_exact: String,
    /// Credited to partners, exactly.
    credits_exact: String,
}

/// The columns of [`RunRow`].
pub(crate) const RUN: &[&str] =
    &["run", "execution", "state", "due_at", "events", "debits_exact", "credits_exact", "every", "criteria"];

impl From<(RunKey, Run)> for RunRow {
    fn from((key, run): (RunKey, Run)) -> RunRow {
        RunRow {
            run: key.run,
            execution: key.number,
            state: run.state,
            criteria: run.criteria,
            every: run.every,
            due_at: run.due_at,
            events: run.events,
            debits_exact: run.debits.to_string(),
            credits_exact: run.credits.to_string(),
        }
    }
}

/// A settled event, or one that would be, and why the partner bears what it bears.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettlementLine")]
pub(crate) struct LineRow {
    partner: PartnerId,
    /// The entry of the event.
    sequence: Sequence,
    /// The event's place in it.
    place: u16,
    event: EventKind,
    request_id: RequestId,
    at: Timestamp,
    member: MemberId,
    scheme: Option<SchemeId>,
    offer: Option<OfferId>,
    /// The award or the spend: `contribution` and `host` together.
    amount: Points,
    /// Percent of it that the partner bears.
    percentage: Rate,
    rounding: Rounding,
    /// Posted to the partner.
    contribution: Points,
    /// What the host bears.
    host: Points,
    /// Whose agreement the rule is from, where it is the partner's own.
    rule_of_partner: Option<PartnerId>,
    /// Whose agreement the rule is from, where it is a group's.
    rule_of_group: Option<GroupId>,
    /// The version of that agreement.
    agreement_version: Option<u32>,
    /// The rule; null: none applied, so all of it (rules C48, C87).
    rule: Option<u32>,
    priority: Option<Priority>,
    /// The period of the rule that covers the event, from 0.
    period: Option<u16>,
    /// Cancelled of it since.
    reversed: Points,
    /// The run that settled it, or would.
    run: RequestId,
    /// Which of its executions.
    execution: u32,
    /// The entry that settled it; null where none has.
    settled_by: Option<Sequence>,
    settled_at: Option<Timestamp>,
    receivable: Option<ReceivableId>,
}

/// The columns of [`LineRow`].
#[rustfmt::skip]
pub(crate) const LINE: &[&str] = &["partner", "event", "request_id", "at", "member", "amount", "percentage", "contribution", "host", "rule_of_partner", "rule_of_group", "agreement_version", "rule", "priority", "period", "reversed", "run", "execution", "settled_at", "sequence"];

impl LineRow {
    /// A line that was written.
    pub(crate) fn settled(row: settlement::LineRow) -> LineRow {
        let (settled_by, settled_at) = (Some(row.line.settled_by), Some(row.line.settled_at));
        let receivable = Some(row.line.receivable);
        LineRow { settled_by, settled_at, receivable, ..LineRow::would_be(row) }
    }

    /// A line that a run would write.
    pub(crate) fn would_be(row: settlement::LineRow) -> LineRow {
        let settlement::LineRow { partner, sequence, place, line } = row;
        let applied: Option<AppliedRule> = line.contribution.rule;
        let (rule_of_partner, rule_of_group) = match applied.map(|rule| rule.owner) {
            Some(RuleOwner::Partner(partner)) => (Some(partner), None),
            Some(RuleOwner::Group(group)) => (None, Some(group)),
            None => (None, None),
        };
        LineRow {
            partner,
            sequence,
            place,
            event: line.event.kind,
            request_id: line.event.request,
            at: line.at,
            member: line.event.member,
            scheme: line.event.scheme,
            offer: line.event.offer,
            amount: line.event.amount,
            percentage: line.contribution.percentage,
            rounding: line.contribution.rounding,
            contribution: line.amount,
            host: line.host,
            rule_of_partner,
            rule_of_group,
            agreement_version: applied.map(|rule| rule.version),
            rule: applied.map(|rule| rule.rule),
            priority: applied.map(|rule| rule.priority),
            period: applied.and_then(|rule| rule.period),
            reversed: line.reversed,
            run: line.run,
            execution: line.number,
            settled_by: None,
            settled_at: None,
            receivable: None,
        }
    }
}

/// What settlement posted to a partner in a month.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SettlementMonth")]
pub(crate) struct MonthRow {
    partner: PartnerId,
    /// As `2026-03`.
    month: String,
    debits: Points,
    credits: Points,
    /// Debits less credits, exactly.
    settlement_exact: String,
}

/// The columns of [`MonthRow`].
pub(crate) const MONTH: &[&str] = &["partner", "month", "debits", "credits", "settlement_exact"];

impl From<&settlement::MonthRow> for MonthRow {
    fn from(row: &settlement::MonthRow) -> MonthRow {
        let (debits, credits) = (row.sums.debits, row.sums.credits);
        MonthRow {
            partner: row.partner,
            month: row.month_text(),
            debits,
            credits,
            settlement_exact: row.amount().to_string(),
        }
    }
}

/// An account of money.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Receivable")]
pub(crate) struct ReceivableRow {
    receivable: ReceivableId,
    /// Settlement posts to the primary one.
    standing: Standing,
    debits: Points,
    credits: Points,
    /// Debits less credits, exactly: above 0 where the partner owes.
    balance_exact: String,
    /// The payment gateway through which its owner is paid.
    provider: Option<Box<str>>,
}

/// The columns of [`ReceivableRow`].
pub(crate) const RECEIVABLE: &[&str] = &["receivable", "standing", "debits", "credits", "balance_exact", "provider"];

impl From<&Receivable> for ReceivableRow {
    fn from(of: &Receivable) -> ReceivableRow {
        ReceivableRow {
            receivable: of.id,
            standing: of.standing,
            debits: of.debits,
            credits: of.credits,
            balance_exact: of.balance().to_string(),
            provider: of.payment.as_ref().map(|payment| payment.provider.clone()),
        }
    }
}

/// An amount posted to a receivable.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Posting")]
pub(crate) struct PostingRow {
    receivable: ReceivableId,
    /// The entry that posted it.
    sequence: Sequence,
    /// Its place in the entry.
    place: u16,
    kind: PostingKind,
    amount: Points,
    posted_at: Timestamp,
    cause: PostingCause,
}

/// The columns of [`PostingRow`].
pub(crate) const POSTING: &[&str] = &["receivable", "sequence", "place", "kind", "amount", "posted_at", "cause"];

impl From<settlement::PostingRow> for PostingRow {
    fn from((key, posting): settlement::PostingRow) -> PostingRow {
        PostingRow {
            receivable: key.receivable,
            sequence: key.sequence,
            place: key.place,
            kind: posting.kind,
            amount: posting.amount,
            posted_at: posting.posted_at,
            cause: posting.cause,
        }
    }
}

/// A request that a payment gateway refunds a member.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refund")]
pub(crate) struct RefundRow {
    /// The request id of the purchase.
    purchase: RequestId,
    /// The entry of the purchase.
    sequence: Sequence,
    /// The spend's place in it.
    place: u16,
    member: MemberId,
    partner: PartnerId,
    amount: Points,
    /// The payment gateway.
    provider: Box<str>,
    method: Box<str>,
    requested_at: Timestamp,
}

/// The columns of [`RefundRow`].
#[rustfmt::skip]
pub(crate) const REFUND: &[&str] = &["purchase", "sequence", "place", "member", "partner", "amount", "provider", "method", "requested_at"];

impl From<settlement::RefundRow> for RefundRow {
    fn from((key, refund): settlement::RefundRow) -> RefundRow {
        RefundRow {
            purchase: refund.request,
            sequence: key.sequence,
            place: key.place,
            member: key.member,
            partner: refund.partner,
            amount: refund.amount,
            provider: refund.provider,
            method: refund.method,
            requested_at: refund.requested_at,
        }
    }
}
