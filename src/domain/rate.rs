//! Rates: exact rationals, written `"0.1"` or `"1/3"`, and the rounding that turns them into whole points.

use super::Points;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// How a fraction of a point is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest; half away from zero.
    #[default]
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// An exact, non-negative rational (rules A03, A04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    numerator: u64,
    denominator: u64,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate::ZERO
    }
}

/// Why a text is not a rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rate: {0:?}; expected a decimal like \"0.1\" or a fraction like \"1/3\", not negative, up to 18 digits")]
pub struct RateError(String);

impl Rate {
    /// Nothing.
    pub const ZERO: Rate = Rate { numerator: 0, denominator: 1 };
    /// One for one.
    pub const ONE: Rate = Rate { numerator: 1, denominator: 1 };

    /// The rate `numerator / denominator`, in lowest terms. `None` where the denominator is 0.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Rate> {
        let divisor = greatest_common_divisor(numerator, denominator);
        Some(Rate {
            numerator: numerator.checked_div(divisor)?,
            denominator: denominator.checked_div(divisor).filter(|d| *d > 0)?,
        })
    }

    /// The numerator and the denominator, in lowest terms.
    #[must_use]
    pub fn parts(&self) -> (u64, u64) {
        (self.numerator, self.denominator)
    }

    /// So many for one.
    #[must_use]
    pub const fn from_whole(number: u64) -> Rate {
        Rate { numerator: number, denominator: 1 }
    }

    /// Whether it is no more than a whole number.
    #[must_use]
    pub fn is_at_most(&self, number: u64) -> bool {
        u128::from(self.numerator) <= u128::from(number).saturating_mul(self.denominator.into())
    }

    /// This rate of another one. `None` where the result does not fit.
    #[must_use]
    pub fn times(&self, other: &Rate) -> Option<Rate> {
        let reduced = [Rate::new(self.numerator, other.denominator)?, Rate::new(other.numerator, self.denominator)?];
        let [left, right] = reduced;
        Rate::new(left.numerator.checked_mul(right.numerator)?, left.denominator.checked_mul(right.denominator)?)
    }

    /// How often another one goes into this one, as a rate. `None` where the other is 0, or the result does not fit.
    #[must_use]
    pub fn over(&self, other: &Rate) -> Option<Rate> {
        self.times(&Rate::new(other.denominator, other.numerator)?)
    }

    /// This rate as a whole number, rounded. `None` where it does not fit.
    #[must_use]
    pub fn whole(&self, rounding: Rounding) -> Option<Points> {
        self.of(Points(1), rounding)
    }

    /// `amount` at this rate, rounded. `None` where the result does not fit.
    #[must_use]
    pub fn of(&self, amount: Points, rounding: Rounding) -> Option<Points> {
        if *self == Rate::ONE {
            return Some(amount);
        }
        let product = i128::from(amount.0).checked_mul(i128::from(self.numerator))?;
        let denominator = i128::from(self.denominator);
        let whole = product.checked_div(denominator)?;
        let rest = product.checked_rem(denominator)?.unsigned_abs();
        let away = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => rest >= denominator.unsigned_abs().div_ceil(2) && rest > 0,
        };
        let step = if away { product.signum() } else { 0 };
        i64::try_from(whole.checked_add(step)?).ok().map(Points)
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Rate, RateError> {
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u64>().ok())?;
        let rate = match (text.split_once('/'), text.split_once('.')) {
            (Some((numerator, denominator)), _) => digits(numerator).zip(digits(denominator)),
            (None, Some((whole, decimals))) if !decimals.is_empty() && decimals.len() <= 18 => {
                let scale = 10u64.checked_pow(decimals.len() as u32);
                digits(&format!("{whole}{decimals}")).zip(scale)
            }
            (None, Some(_)) => None,
            (None, None) => digits(text).map(|whole| (whole, 1)),
        };
        rate.and_then(|(n, d)| Rate::new(n, d)).ok_or_else(|| RateError(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            _ => write!(f, "{}/{}", self.numerator, self.denominator),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            (self.numerator, self.denominator).serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        use serde::de::Error;
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            let (numerator, denominator) = Deserialize::deserialize(deserializer)?;
            Rate::new(numerator, denominator).ok_or_else(|| D::Error::custom("a rate's denominator is 0"))
        }
    }
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for Rate {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "an exact rate: a decimal like 0.1 or a fraction like 1/3, as text",
            "type": "string",
            "pattern": r"^([0-9]+|[0-9]*\.[0-9]{1,18}|[0-9]+/[0-9]*[1-9][0-9]*)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn rounds_as_it_is_told() {
        for (text, amount, half_up, down, up) in [
            ("0.1", 100, 10, 10, 10),
            ("1/3", 100, 33, 33, 34),
            ("1/3", 200, 67, 66, 67),
            ("0.5", 1, 1, 0, 1),
            ("0.5", -1, -1, 0, -1),
            ("33.3333", 3, 100, 99, 100),
            ("1/3", 1, 0, 0, 1),
            ("0", 5, 0, 0, 0),
        ] {
            let got =
                [Rounding::HalfUp, Rounding::Down, Rounding::Up].map(|r| rate(text).of(Points(amount), r).unwrap().0);
            assert_eq!(got, [half_up, down, up], "{amount} at {text}");
        }
    }

    #[test]
    fn a_rate_of_a_rate_is_exact() {
        for (left, right, product) in [("29.33", "10", "2933/10"), ("0.1", "1/3", "1/30"), ("0", "7", "0")] {
            assert_eq!(rate(left).times(&rate(right)), Some(rate(product)));
        }
        assert_eq!(rate("999999999999999999").times(&rate("999")), None);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(rate("2").of(Points(i64::MAX), Rounding::HalfUp), None);
        assert_eq!(rate("1").of(Points(i64::MAX), Rounding::HalfUp), Some(Points(i64::MAX)));
    }

    #[test]
    fn bad_texts_are_named() {
        for text in ["", "-1", "1/0", "a", "1.", "1e3", "1/2/3", "99999999999999999999", "0.1234567890123456789", "/"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
    }
}
