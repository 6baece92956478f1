//! Programs, point types and enrolments, drawn.

use super::Draw;
use accruedb::domain::*;

impl Draw<'_> {
    pub(crate) fn set_up(&mut self) -> Vec<Action> {
        let rng = &mut self.rng;
        let enrolment = *rng.pick(&[Enrolment::OnFirstAccrual, Enrolment::OnFirstAccrual, Enrolment::Explicit]);
        let never_usable = *rng.pick(&[NeverUsable::Refuse, NeverUsable::Allow]);
        let zone = self.world.zone.parse().unwrap();
        let point_types_max = *rng.pick(&[None, None, Some(3), Some(4)]);
        let on_closing = *rng.pick(&[OnClosing::Keep, OnClosing::Expire]);
        let block_warning_days = *rng.pick(&[0, 0, 1, 3, 30]);
        let item_warning_days = *rng.pick(&[0, 0, 1, 3, 30]);
        let require_source = if rng.one_in(8) { SourceRule::Required } else { SourceRule::Optional };
        let program =
            CreateProgram { zone, enrolment, never_usable, point_types_max, on_closing, ..CreateProgram::default() };
        let status = if rng.one_in(8) { ProgramStatus::Draft } else { ProgramStatus::Active };
        let program = CreateProgram { block_warning_days, item_warning_days, require_source, status, ..program };
        let mut actions: Vec<Action> = vec![program.into()];
        if status == ProgramStatus::Draft || self.rng.one_in(3) {
            let body = self.create_subtype();
            actions.push(body.into());
        }
        for id in [3, 1, 2] {
            let body = self.point_type(id);
            actions.push(body.into());
        }
        if self.world.tiers {
            let period = self.period();
            actions.push(self.tiers(period).into());
        }
        if self.world.tiers && self.rng.one_in(2) {
            actions.push(EnrolHousehold { member: MemberId(106) }.into());
        }
        for id in 1..=self.world.partners as u32 {
            let (partner, body) = (PartnerId(id), self.partner(id));
            actions.push(body.into());
            for block in [1, 2].map(BlockId) {
                let body = self.block(partner, block);
                let points = Points(self.rng.between(60, 400) as i64);
                actions.push(PurchaseBlock { points, starts_at: None, block_kind: BlockKind::Regular, ..body }.into());
                actions.push(ApproveBlock { partner, block }.into());
            }
        }
        for id in 1..=self.world.sources as u32 {
            let body = self.create_source(SourceId(id));
            actions.push(body.into());
        }
        if enrolment == Enrolment::Explicit {
            let some = 100..100 + u128::from(self.world.members.div_ceil(2));
            actions.extend(some.map(|member| Enrol { member: MemberId(member) }.into()));
        }
        if status == ProgramStatus::Draft && !self.rng.one_in(4) {
            actions.push(ActivateProgram {}.into());
        }
        if self.world.trades() {
            let before = actions.len();
            actions.extend(self.set_up_trade(before));
        }
        actions
    }

    /// Mostly none: then it is that of the program.
    pub(super) fn subtype(&mut self) -> SubtypeId {
        SubtypeId(*self.rng.pick(&[0, 0, 0, 7]))
    }

    fn create_subtype(&mut self) -> CreateSubtype {
        let rng = &mut self.rng;
        CreateSubtype { subtype: SubtypeId(*rng.pick(&[7, 7, 8])), name: "".into(), is_default: rng.one_in(2) }
    }

    pub(super) fn point_type(&mut self, id: u16) -> CreatePointType {
        let order = *self.rng.pick(&[UseOrder::EarliestExpiry, UseOrder::FirstIn]);
        let class = match id {
            1 | 2 => PointClass::Redeemable,
            3 => *self.rng.pick(&[PointClass::Qualifying, PointClass::Both]),
            _ => *self.rng.pick(&[PointClass::Redeemable, PointClass::Qualifying, PointClass::Both]),
        };
        let expiry = self.type_expiry();
        let negative_balance = *self.rng.pick(&[NegativeBalance::Allowed, NegativeBalance::Refused]);
        let mut body = CreatePointType {
            point_type: PointTypeId(id),
            class,
            order,
            expiry,
            negative_balance,
            inactivity: Box::new(self.inactivity()),
            // the first one that is created has no other to go on into
            rollover: self.rollover(id).filter(|_| id != 3),
            held_expiry: *self.rng.pick(&[HeldExpiry::Honour, HeldExpiry::Expire]),
            ..CreatePointType::default()
        };
        if self.world.limits {
            body.negative_limit = Box::new(self.negative_limit());
            body.overdraft = Box::new(self.overdraft());
            body.maximum = self.maximum();
            body.is_default = self.rng.one_in(2);
        }
        body
    }

    /// A program, a partner or a point type, mostly one that is there already.
    pub(super) fn definition(&mut self) -> Action {
        match self.rng.below(10) {
            0 => self.set_up().swap_remove(0),
            8 => self.create_subtype().into(),
            9 => ActivateProgram {}.into(),
            1..=3 => {
                let id = self.rng.between(1, 5) as u32;
                self.partner(id.min(4)).into()
            }
            4 | 5 if self.world.policies || self.world.limits => {
                let id = self.rng.between(1, 4) as u16;
                self.edit(id)
            }
            6 if self.world.tiers => {
                let period = self.period();
                self.tiers(period).into()
            }
            _ => {
                let id = self.rng.between(1, 6) as u16;
                self.point_type(id).into()
            }
        }
    }
}
