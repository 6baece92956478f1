//! Instants, spans and expiries, drawn.

use super::Draw;
use crate::model::calendar::after;
use crate::model::world::DAY;
use accruedb::domain::*;

impl Draw<'_> {
    pub(super) fn expiry(&mut self) -> Expiry {
        match self.rng.below(if self.world.spans { 4 } else { 3 }) {
            0 => Expiry::At(self.instant()),
            3 => {
                let text = self.instant().to_string();
                // the first and the last days have no neighbours
                text[..10].parse().map_or(Expiry::Never, Expiry::On)
            }
            _ => Expiry::After(self.span()),
        }
    }

    pub(super) fn span(&mut self) -> Span {
        let rng = &mut self.rng;
        if !self.world.spans {
            return Span::days(rng.between(1, 20) as u16);
        }
        let unit = *rng.pick(&[Unit::Days, Unit::Days, Unit::Weeks, Unit::Months, Unit::Months, Unit::Years]);
        let count = match rng.below(64) {
            0 if self.world.malformed => *rng.pick(&[0, 36_501]),
            1 => 36_500,
            _ if unit == Unit::Days => rng.between(1, 40) as u16,
            _ => rng.between(1, 4) as u16,
        };
        Span { count, unit }
    }

    /// An instant around now, often one at which a day begins in the program's zone or a millisecond beside it.
    pub(super) fn instant(&mut self) -> Timestamp {
        let days = self.rng.between(0, 14) as i64 - 2;
        let mut at = self.now.saturating_add(days * DAY);
        if self.world.spans && self.rng.one_in(2) {
            let zone: Zone = self.world.zone.parse().unwrap();
            let from = Timestamp::from_ms(self.now).and_then(|now| after(Span::days(1), now, &zone));
            at = from.map_or(at, Timestamp::ms) + self.rng.below(3) as i64 - 1;
        }
        Timestamp::from_ms(at).unwrap_or(Timestamp::MAX)
    }
}
