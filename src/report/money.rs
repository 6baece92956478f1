//! Amounts of money: exact, with their sign, shown as a decimal where there is one.

use crate::domain::{Points, Rate};
use std::fmt;

/// An exact amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    numerator: i128,
    denominator: i128,
}

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money { numerator: 0, denominator: 1 };

    /// So many points at a price.
    #[must_use]
    pub fn of(points: Points, price: Rate) -> Money {
        let (numerator, denominator) = price.parts();
        // 63 and 64 bits: the product fits
        Money { numerator: i128::from(points.0).saturating_mul(numerator.into()), denominator: denominator.into() }
    }

    /// The sum. Where it does not fit in 128 bits, it is the largest that does.
    #[must_use]
    pub fn plus(self, other: Money) -> Money {
        if self.denominator == other.denominator {
            return Money { numerator: self.numerator.saturating_add(other.numerator), ..self };
        }
        let left = self.numerator.saturating_mul(other.denominator);
        let right = other.numerator.saturating_mul(self.denominator);
        let denominator = self.denominator.saturating_mul(other.denominator);
        Money { numerator: left.saturating_add(right), denominator }
    }

    /// As a decimal, where it has at most 18 places.
    fn decimal(self) -> Option<String> {
        let whole = self.numerator.checked_div(self.denominator)?;
        let mut rest = self.numerator.checked_rem(self.denominator)?.unsigned_abs();
        let denominator = self.denominator.unsigned_abs();
        let mut digits = String::new();
        while rest > 0 {
            if digits.len() >= 18 {
                return None;
            }
            let next = rest.checked_mul(10)?;
            digits.push_str(&next.checked_div(denominator)?.to_string());
            rest = next.checked_rem(denominator)?;
        }
        let sign = if self.numerator < 0 { "-" } else { "" };
        let point = if digits.is_empty() { "" } else { "." };
        Some(format!("{sign}{}{point}{digits}", whole.unsigned_abs()))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(decimal) => f.pad(&decimal),
            None => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_and_shown_as_a_decimal_where_there_is_one() {
        let price = |text: &str| text.parse::<Rate>().unwrap();
        for (points, unit, shown) in [
            (100, "0.05", "5"),
            (-3, "0.5", "-1.5"),
            (1, "1/3", "1/3"),
            (3, "1/3", "1"),
            (0, "7", "0"),
            (i64::MAX, "18446744073709551615", "170141183460469231704017187605319778305"),
        ] {
            assert_eq!(Money::of(Points(points), price(unit)).to_string(), shown, "{points} at {unit}");
        }
        let sum = Money::of(Points(1), price("1/3")).plus(Money::of(Points(1), price("1/6")));
        assert_eq!(sum.to_string(), "0.5");
    }
}
