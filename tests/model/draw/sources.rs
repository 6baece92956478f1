//! Sources, what they may give, and what becomes of them, drawn.

use super::Draw;
use accruedb::domain::*;
use std::collections::BTreeSet;

impl Draw<'_> {
    /// One of the sources, seldom a neighbour.
    pub(super) fn source(&mut self) -> SourceId {
        let known = self.world.sources.max(1);
        SourceId(if self.rng.one_in(16) { known + 1 } else { self.rng.between(1, known) } as u32)
    }

    /// An amount for an inventory or a limit: now and then few accruals use it up.
    fn stock(&mut self) -> Points {
        Points(match self.rng.below(8) {
            0 => 0,
            1 if self.world.huge => i64::MAX,
            2 if self.world.malformed => -1,
            3 => self.rng.between(1, 20) as i64,
            _ => self.rng.between(20, 300) as i64,
        })
    }

    fn restriction(&mut self) -> Restriction {
        let max = Points(self.stock().0.max(i64::from(!self.world.malformed)));
        let unit = *self.rng.pick(&[Unit::Days, Unit::Weeks, Unit::Months, Unit::Years]);
        let window = if self.rng.one_in(2) { Window::Calendar(unit) } else { Window::Sliding(self.span()) };
        let per = *self.rng.pick(&[LimitScope::Member, LimitScope::Source]);
        Restriction { restriction: self.rng.between(1, 3) as u16, max, per, window }
    }

    fn types(&mut self) -> BTreeSet<PointTypeId> {
        let count = self.rng.below(4);
        let mut types: BTreeSet<PointTypeId> = (0..count).map(|_| self.kind()).collect();
        types.insert(PointTypeId(1));
        if self.rng.one_in(16) { BTreeSet::new() } else { types }
    }

    pub(super) fn create_source(&mut self, source: SourceId) -> CreateSource {
        let point_types = if self.rng.one_in(4) { Some(self.types()) } else { None };
        let counting = *self.rng.pick(&[Counting::EachAward, Counting::EachAward, Counting::Once]);
        let beyond = *self.rng.pick(&[Beyond::Reject, Beyond::Clip]);
        let low_at = if self.rng.one_in(2) { Some(Points(self.rng.below(60) as i64)) } else { None };
        let inventory = if self.rng.one_in(2) { Some(self.stock()) } else { None };
        let mut restrictions: Vec<Restriction> = (0..self.rng.below(3)).map(|_| self.restriction()).collect();
        if !self.world.malformed {
            restrictions.sort_by_key(|of| of.restriction);
            restrictions.dedup_by_key(|of| of.restriction);
        }
        let name = Box::default();
        CreateSource { source, name, point_types, counting, beyond, low_at, inventory, restrictions }
    }

    /// Something that is done to a source.
    pub(super) fn source_change(&mut self) -> Action {
        let source = self.source();
        match self.rng.below(16) {
            0 => self.create_source(source).into(),
            1 => {
                let point_types = if self.rng.one_in(2) { Some(self.types()) } else { None };
                let beyond = *self.rng.pick(&[None, Some(Beyond::Reject), Some(Beyond::Clip)]);
                let low_at = if self.rng.one_in(3) { Some(self.stock()) } else { None };
                EditSource { source, point_types, beyond, low_at, ..EditSource::default() }.into()
            }
            2 | 3 => PauseSource { source }.into(),
            4..=7 => ResumeSource { source }.into(),
            8 => ArchiveSource { source, confirm: !self.rng.one_in(3) }.into(),
            9 => SetInventory { source, points: self.stock() }.into(),
            10..=12 => {
                let points = self.stock();
                let points = if self.rng.one_in(3) { Points(-points.0) } else { points };
                ModifyInventory { source, points }.into()
            }
            13 | 14 => RestrictSource { source, restriction: self.restriction() }.into(),
            _ => UnrestrictSource { source, restriction: self.rng.between(1, 3) as u16 }.into(),
        }
    }
}
