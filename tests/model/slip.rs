//! Falsehoods that the model is told: each must come out.

use accruedb::domain::*;

/// A falsehood that the model is told of the rules, or of the commands: it must come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slip {
    Order,
    Expiry,
    Zone,
    NegativeBalance,
    NeverUsable,
    Rounding,
    BlockOrder,
    Billing,
    Points,
    Repeats,
    Fee,
    Timeout,
    Captured,
    Percentage,
    Award,
    Settled,
}

impl Slip {
    pub(crate) const ALL: [Slip; 16] = [
        Slip::Order,
        Slip::Expiry,
        Slip::Zone,
        Slip::NegativeBalance,
        Slip::NeverUsable,
        Slip::Rounding,
        Slip::BlockOrder,
        Slip::Billing,
        Slip::Points,
        Slip::Repeats,
        Slip::Fee,
        Slip::Timeout,
        Slip::Captured,
        Slip::Percentage,
        Slip::Award,
        Slip::Settled,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Slip::Order => "the wrong order of use",
            Slip::Expiry => "an expiry a millisecond late",
            Slip::Zone => "the wrong time zone",
            Slip::NegativeBalance => "debts where there are none",
            Slip::NeverUsable => "points that can never be used",
            Slip::Rounding => "the wrong rounding",
            Slip::BlockOrder => "the wrong order of blocks",
            Slip::Billing => "the wrong billing",
            Slip::Points => "a redemption of one point more",
            Slip::Repeats => "a repeated accrual that counts twice",
            Slip::Fee => "a transfer without its fee",
            Slip::Timeout => "a hold that never times out",
            Slip::Captured => "a capture that is a release",
            Slip::Percentage => "a contribution of the wrong percentage",
            Slip::Award => "a purchase with an award of one more",
            Slip::Settled => "a settlement run without its credits",
        }
    }

    pub(super) fn tell(self, command: &Command, told: u128) -> Command {
        let mut command = command.clone();
        match (self, &mut command.action) {
            (Slip::Order, Action::CreatePointType(body)) => {
                let first_in = body.order == UseOrder::FirstIn;
                body.order = if first_in { UseOrder::EarliestExpiry } else { UseOrder::FirstIn };
            }
            (Slip::Expiry, Action::Accrue(body)) => {
                for award in &mut body.awards {
                    if let Some(Expiry::At(at)) = &mut award.expires {
                        *at = Timestamp::from_ms(at.ms() + 1).unwrap_or(*at);
                    }
                }
            }
            (Slip::Zone, Action::CreateProgram(body)) => {
                let other = if body.zone == Zone::UTC { "Europe/Vienna" } else { "UTC" };
                body.zone = other.parse().unwrap();
            }
            (Slip::NegativeBalance, Action::CreatePointType(body)) => {
                let allowed = body.negative_balance == NegativeBalance::Allowed;
                body.negative_balance = if allowed { NegativeBalance::Refused } else { NegativeBalance::Allowed };
            }
            (Slip::NeverUsable, Action::CreateProgram(body)) => {
                let refuse = body.never_usable == NeverUsable::Refuse;
                body.never_usable = if refuse { NeverUsable::Allow } else { NeverUsable::Refuse };
            }
            (Slip::Rounding, Action::CreatePartner(body)) => {
                body.rounding = if body.rounding == Rounding::Down { Rounding::Up } else { Rounding::Down };
            }
            (Slip::BlockOrder, Action::CreatePartner(body)) => {
                let created = body.order == BlockOrder::Created;
                body.order = if created { BlockOrder::EarliestExpiry } else { BlockOrder::Created };
            }
            (Slip::Billing, Action::CreatePartner(body)) => {
                let prepaid = body.billing == Billing::Prepaid;
                body.billing = if prepaid { Billing::PostPaid } else { Billing::Prepaid };
            }
            (Slip::Points, Action::Redeem(body)) => body.points = Points(body.points.0.saturating_add(1)),
            (Slip::Repeats, Action::Accrue(_)) => command.request_id = RequestId(u128::MAX - told),
            (Slip::Fee, Action::Transfer(body)) => body.fee = Points(0),
            (Slip::Timeout, Action::HoldPoints(body)) => body.times_out = Expiry::Never,
            (Slip::Captured, Action::Capture(Capture { hold, points })) => {
                command.action = Release { hold: *hold, points: *points }.into();
            }
            (Slip::Percentage, Action::SetContributionRules(body)) => {
                body.rules.iter_mut().for_each(|rule| rule.percentage = "7".parse().unwrap());
            }
            (Slip::Award, Action::RecordPurchase(body)) => body.award = Points(body.award.0.saturating_add(1)),
            (Slip::Settled, Action::CreateRun(body)) => body.criteria.settlement_type = SettlementType::Debit,
            _ => {}
        }
        command
    }
}
