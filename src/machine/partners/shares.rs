//! Shares: each of several partners pays for its own points of an award, and gets its own back.

use crate::domain::{Accrue, Award, Partner, Points, Share, split};
use crate::machine::draft::Draft;
use crate::machine::effects::At;
use crate::machine::original::Original;
use crate::machine::view::{Undecided, View};

impl<V: View> Draft<'_, V> {
    /// Takes from each partner what its share of the awards costs.
    pub(in crate::machine) fn debit_shares(
        &mut self,
        partners: &[At<Partner>],
        shares: &[Share],
        awards: &[Award],
    ) -> Result<(), Undecided> {
        for (place, partner) in partners.iter().enumerate() {
            let own = |award: &Award| Award { points: own(award.points, shares, place), ..*award };
            let awards: Vec<Award> = awards.iter().map(own).collect();
            self.debit(*partner, &awards)?;
        }
        Ok(())
    }

    /// Gives each partner's points for an award back, as far as its share is smaller for what is left of the award.
    pub(in crate::machine) fn restore_shares(
        &mut self,
        partners: &[At<Partner>],
        shares: &[Share],
        accrue: &Accrue,
        original: &Original,
        part: (u16, Points),
    ) -> Result<(), Undecided> {
        for (place, partner) in partners.iter().enumerate() {
            self.restore_share(*partner, accrue, original, part, |points| own(points, shares, place))?;
        }
        Ok(())
    }
}

/// The points that the share at a place funds.
fn own(points: Points, shares: &[Share], place: usize) -> Points {
    split(points, shares).get(place).copied().unwrap_or_default()
}
