//! Points for money: a rate, a step, a rounding, all of them exact.

use super::amounts::Decimal;
use crate::domain::{Points, Rounding};
use std::str::FromStr;

/// A ratio of two whole numbers: points for money, as `"0.1"` or `"1/3"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    numerator: u128,
    denominator: u128,
}

/// Points for money: the rate, the step and the rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tariff {
    /// Points for one unit of money; with a step, for each step.
    pub rate: Ratio,
    /// Money that is counted in whole steps, where it is.
    pub step: Option<Ratio>,
    /// Rounding of a part of a step or of a point.
    pub rounding: Rounding,
}

impl Ratio {
    /// A whole number.
    #[must_use]
    pub fn whole(number: u32) -> Ratio {
        Ratio { numerator: u128::from(number), denominator: 1 }
    }
}

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Ratio, String> {
        // up to 18 digits, as all rates are
        let rate: crate::domain::Rate = text.parse().map_err(|error: crate::domain::RateError| error.to_string())?;
        let exact = rate.to_string();
        let (numerator, denominator) = exact.split_once('/').unwrap_or((&exact, "1"));
        let whole = |digits: &str| digits.parse::<u128>().map_err(|error| error.to_string());
        Ok(Ratio { numerator: whole(numerator)?, denominator: whole(denominator)? })
    }
}

impl Tariff {
    /// Points of an amount, whose sign is left out. `None` where they do not fit.
    #[must_use]
    pub fn points(&self, amount: Decimal) -> Option<Points> {
        let unit = 10_u128.checked_pow(amount.scale)?;
        let (rate, rounding) = (self.rate, self.rounding);
        let points = match self.step {
            None => rounded(product(amount.digits, unit, rate)?, rounding)?,
            Some(step) => {
                let turned = Ratio { numerator: step.denominator, denominator: step.numerator };
                rounded(product(rounded(product(amount.digits, unit, turned)?, rounding)?, 1, rate)?, rounding)?
            }
        };
        i64::try_from(points).ok().map(Points)
    }
}

/// `numerator / denominator x rate`; in lower terms where it would not fit.
fn product(numerator: u128, denominator: u128, rate: Ratio) -> Option<(u128, u128)> {
    let narrow = |a: u128, b: u128| u64::try_from(a).ok()?.checked_mul(u64::try_from(b).ok()?);
    if let (Some(a), Some(b)) = (narrow(numerator, rate.numerator), narrow(denominator, rate.denominator)) {
        return Some((u128::from(a), u128::from(b)));
    }
    let reduced = |a: u128, b: u128| {
        let divisor = greatest_common_divisor(a, b);
        Some((a.checked_div(divisor)?, b.checked_div(divisor)?))
    };
    let (a, d) = reduced(numerator, rate.denominator)?;
    let (c, b) = reduced(rate.numerator, denominator)?;
    Some((a.checked_mul(c)?, b.checked_mul(d)?))
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a.max(1)
}

fn rounded((numerator, denominator): (u128, u128), rounding: Rounding) -> Option<u128> {
    let whole = numerator.checked_div(denominator)?;
    let rest = numerator.checked_rem(denominator)?;
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfUp => rest > 0 && rest >= denominator.div_ceil(2),
    };
    whole.checked_add(u128::from(away))
}

#[cfg(test)]
mod tests {
    use super::super::amounts::Marks;
    use super::*;

    #[test]
    fn points_are_exact() {
        let points = |rate: &str, step: Option<&str>, rounding, amount: &str| {
            let (rate, step) = (rate.parse().unwrap(), step.map(|step| step.parse().unwrap()));
            let amount = Marks { decimal: Some('.'), ..Marks::default() }.amount(amount).unwrap();
            Tariff { rate, step, rounding }.points(amount).map(|points| points.0)
        };
        for (rate, step, amount, [half, down, up]) in [
            ("1", None, "24.95", [25, 24, 25]),
            ("10", None, "29.33", [293, 293, 294]),
            ("1/3", None, "1.5", [1, 0, 1]),
            ("0.1", None, "29.989999999999998437", [3, 2, 3]),
            ("2", Some("5"), "14.99", [6, 4, 6]),
            ("1", Some("1"), "0.99", [1, 0, 1]),
            ("0.5", Some("1"), "3.00", [2, 1, 2]),
            ("0", None, "5", [0, 0, 0]),
        ] {
            let all = [Rounding::HalfUp, Rounding::Down, Rounding::Up].map(|how| points(rate, step, how, amount));
            assert_eq!(all, [half, down, up].map(Some), "{amount} at {rate}");
        }
        assert_eq!(points("1", None, Rounding::HalfUp, "9223372036854775808"), None);
        assert_eq!(points("999999999999999999", None, Rounding::Up, "999999999999999999999999999999"), None);
    }
}
