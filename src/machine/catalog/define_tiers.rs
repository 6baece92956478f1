//! Defining the tiers of a program.

use crate::domain::{DefineTiers, Definition, Ladder, Program, QualifyingPeriod, Rejection, Tier, Versions};
use crate::machine::draft::Draft;
use crate::machine::rule::{LockSet, Rule};
use crate::machine::validate::{self, Malformed, wrong};
use crate::machine::view::{Undecided, View};

/// Most tiers of a program, and most alternatives of one.
const TIERS_MAX: usize = 16;
const ALTERNATIVES_MAX: usize = 8;

impl Rule for DefineTiers {
    const DEFINES: bool = true;

    fn check(&self) -> Result<(), Malformed> {
        if self.tiers.is_empty() || self.tiers.len() > TIERS_MAX {
            return Err(wrong("tiers", format!("{} tiers; between 1 and {TIERS_MAX}", self.tiers.len())));
        }
        if let QualifyingPeriod::Rolling(span) = self.period {
            validate::span("period.span", span)?;
        }
        self.tiers.iter().zip(0usize..).try_for_each(|(tier, at)| self.check_tier(tier, at))
    }

    fn names(&self, _: Option<&Program>, _: &mut LockSet) {}

    fn decide<V: View>(&self, draft: &mut Draft<'_, V>) -> Result<(), Undecided> {
        let program = draft.program()?;
        for threshold in self.tiers.iter().flat_map(|tier| &tier.any_of) {
            let point_type = threshold.point_type;
            if !draft.point_type(point_type)?.class.is_qualifying() {
                return Err(Rejection::NotQualifying { point_type }.into());
            }
        }

        let version = program.ladder.as_ref().map_or(0, Versions::number).saturating_add(1);
        let ladder = Ladder { tiers: self.tiers.clone(), period: self.period, since: draft.now };
        draft.define(1, version, Definition::Ladder(ladder));
        Ok(())
    }
}

impl DefineTiers {
    fn check_tier(&self, tier: &Tier, at: usize) -> Result<(), Malformed> {
        let within = |field: &str| format!("tiers[{at}].{field}");
        validate::id(&within("tier"), tier.tier.0.into())?;
        validate::name(&within("name"), &tier.name)?;
        if self.tiers.iter().take(at).any(|earlier| earlier.tier == tier.tier) {
            return Err(wrong(within("tier"), format!("{} is there twice", tier.tier)));
        }
        if tier.any_of.is_empty() || tier.any_of.len() > ALTERNATIVES_MAX {
            let what = format!("{} alternatives; between 1 and {ALTERNATIVES_MAX}", tier.any_of.len());
            return Err(wrong(within("any_of"), what));
        }
        tier.any_of.iter().zip(0usize..).try_for_each(|(threshold, place)| {
            validate::amount(&within(&format!("any_of[{place}].points")), threshold.points)
        })
    }
}
