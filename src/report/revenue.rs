//! Deferred revenue of points (IFRS 15, B39 to B43 and example 52; ASC 606): a share of each price is for the points,
//! and becomes revenue as they are redeemed, in proportion to all that are expected to be. Where the expectation
//! changes, the difference is made up at once (cumulative catch-up). Amounts are integers in the smallest unit of money.

/// Breakage: how many of a thousand points are expected to be redeemed, from points whose fate is settled.
///
/// `None` where none is settled.
#[must_use]
pub fn redeemed_per_mille(redeemed: i128, expired: i128) -> Option<i128> {
    let settled = redeemed.checked_add(expired).filter(|settled| *settled > 0)?;
    divide_half_up(redeemed.checked_mul(1000)?, settled)
}

/// Points of a cohort that are expected to be redeemed in all: never fewer than already are.
#[must_use]
pub fn expected_redemptions(issued: i128, redeemed: i128, per_mille: i128) -> Option<i128> {
    Some(divide_half_up(issued.checked_mul(per_mille)?, 1000)?.max(redeemed))
}

/// What points are worth, where a thousand of them are worth so much.
#[must_use]
pub fn worth(points: i128, per_thousand: i128) -> Option<i128> {
    divide_half_up(points.checked_mul(per_thousand)?, 1000)
}

/// The share of a price that is for the points, by the relative stand-alone prices of goods and points.
#[must_use]
pub fn deferred(price: i128, goods_alone: i128, points_alone: i128) -> Option<i128> {
    divide_half_up(price.checked_mul(points_alone)?, goods_alone.checked_add(points_alone)?)
}

/// Revenue of a cohort's points until now: what was deferred, in proportion to redemptions of those expected. Never
/// more than was deferred. `None` where nothing is expected, or a product does not fit.
#[must_use]
pub fn recognised(deferred: i128, redeemed: i128, expected: i128) -> Option<i128> {
    divide_half_up(deferred.checked_mul(redeemed.min(expected))?, expected)
}

/// Divides non-negative amounts, half up.
fn divide_half_up(amount: i128, by: i128) -> Option<i128> {
    let twice = amount.checked_mul(2)?.checked_add(by)?;
    twice.checked_div_euclid(by.checked_mul(2).filter(|by| *by > 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_the_standard() {
        let first = recognised(9_000, 4_500, 9_700).unwrap();
        assert_eq!(first, 4_175);
        // at the end of the next year more were redeemed, and more are expected
        let all = recognised(9_000, 8_500, 9_900).unwrap();
        assert_eq!(all - first, 3_552);
        assert_eq!(recognised(9_000, 9_900, 9_900), Some(9_000));
        assert_eq!(recognised(9_000, 12_000, 9_900), Some(9_000), "more than expected");
        assert_eq!(recognised(9_000, 0, 0), None);
    }

    #[test]
    fn a_price_is_shared_by_stand_alone_prices() {
        assert_eq!(deferred(100_000, 100_000, 9_500), Some(8_676));
        assert_eq!(deferred(1, 0, 0), None);
    }

    #[test]
    fn breakage_comes_from_what_is_settled() {
        assert_eq!(redeemed_per_mille(970, 30), Some(970));
        assert_eq!(redeemed_per_mille(0, 0), None);
        assert_eq!(expected_redemptions(10_000, 4_500, 970), Some(9_700));
        assert_eq!(expected_redemptions(10_000, 9_800, 970), Some(9_800));
    }
}
