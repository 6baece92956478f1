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
    Maximum,
    Blocked,
    Adjusted,
    Extended,
    Inactivity,
    Rollover,
    Tiers,
    RollsUp,
    Merged,
    Created,
    Reserve,
    Shares,
    BlockAdjusted,
    CutOff,
    Low,
    Limit,
    Stock,
    Percentage,
    Award,
    Settled,
    Money,
    Subtype,
    Draft,
}

impl Slip {
    pub(crate) const ALL: [Slip; 36] = [
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
        Slip::Maximum,
        Slip::Blocked,
        Slip::Adjusted,
        Slip::Extended,
        Slip::Inactivity,
        Slip::Rollover,
        Slip::Tiers,
        Slip::RollsUp,
        Slip::Merged,
        Slip::Created,
        Slip::Reserve,
        Slip::Shares,
        Slip::BlockAdjusted,
        Slip::CutOff,
        Slip::Low,
        Slip::Limit,
        Slip::Stock,
        Slip::Percentage,
        Slip::Award,
        Slip::Settled,
        Slip::Money,
        Slip::Subtype,
        Slip::Draft,
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
            Slip::Maximum => "accounts without a maximum",
            Slip::Blocked => "members who are never blocked",
            Slip::Adjusted => "an adjustment of one point more",
            Slip::Extended => "items that are extended for ever",
            Slip::Inactivity => "points that stay though nothing is done",
            Slip::Rollover => "points that roll over into nothing",
            Slip::Tiers => "tiers of one point more",
            Slip::RollsUp => "a household that gets nothing",
            Slip::Merged => "a merge the wrong way round",
            Slip::Created => "a created block of one point more",
            Slip::Reserve => "a reserve that is like any block",
            Slip::Shares => "a share of one part more",
            Slip::BlockAdjusted => "an adjustment of a block the other way",
            Slip::CutOff => "a cut-off a millisecond early",
            Slip::Low => "points that are low one point earlier",
            Slip::Limit => "a limit of one point more",
            Slip::Stock => "an inventory of one point more",
            Slip::Percentage => "a contribution of the wrong percentage",
            Slip::Award => "a purchase with an award of one more",
            Slip::Settled => "a settlement run without its credits",
            Slip::Money => "money that is rounded the other way",
            Slip::Subtype => "another default subtype",
            Slip::Draft => "a draft that gives points",
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
            (Slip::Created, Action::CreatePartner(CreatePartner { auto_creation: Some(auto), .. })) => {
                auto.size.0 += 1;
            }
            (Slip::Reserve, Action::PurchaseBlock(body)) => body.block_kind = BlockKind::Regular,
            (Slip::Shares, Action::AccrueShared(body)) => {
                if let Some(share) = body.shares.first_mut().filter(|share| share.parts < 100) {
                    share.parts += 1;
                }
            }
            (Slip::BlockAdjusted, Action::AdjustBlock(body)) => {
                let is_debit = body.direction == Direction::Debit;
                body.direction = if is_debit { Direction::Credit } else { Direction::Debit };
            }
            (Slip::CutOff, Action::BillPartner(BillPartner { until: BillUntil::At(at), .. })) => {
                *at = Timestamp::from_ms(at.ms() - 1).unwrap_or(*at);
            }
            (Slip::Low, Action::CreatePartner(CreatePartner { low_balance: Some(low), .. })) => low.0 += 1,
            (Slip::Points, Action::Redeem(body)) => body.points = Points(body.points.0.saturating_add(1)),
            (Slip::Repeats, Action::Accrue(_)) => command.request_id = RequestId(u128::MAX - told),
            (Slip::Fee, Action::Transfer(body)) => body.fee = Points(0),
            (Slip::Timeout, Action::HoldPoints(body)) => body.times_out = Expiry::Never,
            (Slip::Captured, Action::Capture(Capture { hold, points })) => {
                command.action = Release { hold: *hold, points: *points }.into();
            }
            (_, action) => {
                self.tell_of_members(action);
                self.tell_of_merchants(action);
            }
        }
        command
    }

    /// The same, of what is done to members and of what their points are under.
    fn tell_of_members(self, action: &mut Action) {
        match (self, action) {
            (Slip::Maximum, Action::CreatePointType(body)) => body.maximum = Maximum::Unlimited,
            (Slip::Blocked, Action::SetMemberStatus(body)) => body.status = MemberStatus::Active,
            (Slip::Adjusted, Action::AdjustPoints(body)) if body.points.0 > 0 => {
                body.points = Points(body.points.0.saturating_add(1));
            }
            (Slip::Extended, Action::ExtendItems(body)) => body.expires = Expiry::Never,
            (Slip::Inactivity, Action::CreatePointType(body)) => *body.inactivity = Inactivity::Ignored,
            (Slip::Rollover, Action::CreatePointType(body)) => body.rollover = None,
            (Slip::Tiers, Action::DefineTiers(body)) => {
                for threshold in body.tiers.iter_mut().flat_map(|tier| &mut tier.any_of) {
                    threshold.points = Points(threshold.points.0 + 1);
                }
            }
            (Slip::Money, Action::Accrue(body)) => {
                for spend in body.awards.iter_mut().filter_map(|award| award.spend.as_mut()) {
                    spend.rounding = if spend.rounding == Rounding::Up { Rounding::Down } else { Rounding::Up };
                }
            }
            (Slip::Subtype, Action::CreateSubtype(body)) => body.subtype = SubtypeId(15 - body.subtype.0),
            (Slip::Draft, Action::CreateProgram(body)) => body.status = ProgramStatus::Active,
            (Slip::RollsUp, Action::JoinHousehold(body)) => body.rolls_up = false,
            (Slip::Merged, Action::MergeMembers(body)) => std::mem::swap(&mut body.member, &mut body.other),
            _ => {}
        }
    }

    /// The same, of sources and of settlement.
    fn tell_of_merchants(self, action: &mut Action) {
        match (self, action) {
            (Slip::Limit, Action::CreateSource(body)) => {
                body.restrictions.iter_mut().for_each(|of| of.max = Points(of.max.0.saturating_add(1)));
            }
            (Slip::Stock, Action::ModifyInventory(body)) => body.points = Points(body.points.0.saturating_add(1)),
            (Slip::Percentage, Action::SetContributionRules(body)) => {
                body.rules.iter_mut().for_each(|rule| rule.percentage = "7".parse().unwrap());
            }
            (Slip::Award, Action::RecordPurchase(body)) => body.award = Points(body.award.0.saturating_add(1)),
            (Slip::Settled, Action::CreateRun(body)) => body.criteria.settlement_type = SettlementType::Debit,
            _ => {}
        }
    }
}
