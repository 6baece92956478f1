//! Shares: how several partners fund one accrual.

use super::{PartnerId, Points};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

/// A partner's share of what an accrual gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The partner.
    pub partner: PartnerId,
    /// How many parts of all parts it funds: 1 to 1,000,000,000. They may be per cent (60 and 40), points that add up to
    /// the award (75 and 25 of 100), or any ratio (2 and 1).
    pub parts: u32,
}

/// Most partners that fund one accrual.
pub const SHARES_MAX: usize = 16;

/// Most parts of one share.
pub const PARTS_MAX: u32 = 1_000_000_000;

/// Splits points among shares, in their order: together they are all points, each is its ratio rounded to the nearest,
/// and parts that divide the points evenly get exactly their ratio. Of more points nobody ever gets fewer, so that what
/// is cancelled in parts comes back from each share and adds up to the whole. That is Webster's method; the method of
/// largest remainders does not promise the last.
#[must_use]
pub fn split(points: Points, shares: &[Share]) -> SmallVec<[Points; 4]> {
    let all: i128 = shares.iter().map(|share| i128::from(share.parts)).sum();
    let rounded = |share: &Share| {
        let doubled = i128::from(points.0).saturating_mul(share.parts.into()).saturating_mul(2).saturating_add(all);
        doubled.checked_div(all.saturating_mul(2)).unwrap_or_default()
    };
    let mut given: SmallVec<[i128; 4]> = shares.iter().map(rounded).collect();
    let mut over = given.iter().sum::<i128>().saturating_sub(points.0.into());
    while over != 0 {
        // where a point is to go, the share with the highest average gets it; where it is to leave, the lowest loses it
        let may_change = |(_, (given, _)): &(usize, (&i128, &Share))| over < 0 || **given > 0;
        let places = given.iter().zip(shares).enumerate().filter(may_change);
        let place = places.max_by(|(left_at, left), (right_at, right)| {
            let odd = |given: &i128| given.saturating_mul(2).saturating_sub(over.signum());
            let [left_over, right_over] = [left, right].map(|(given, _)| odd(given));
            let [left_parts, right_parts] = [left, right].map(|(_, share)| i128::from(share.parts));
            let order = left_parts.saturating_mul(right_over).cmp(&right_parts.saturating_mul(left_over));
            // of equal averages, the first share comes first
            let order = order.then(right_at.cmp(left_at));
            if over > 0 { order.reverse() } else { order }
        });
        let Some(at) = place.map(|(at, _)| at) else { break };
        if let Some(given) = given.get_mut(at) {
            *given = given.saturating_sub(over.signum());
        }
        over = over.saturating_sub(over.signum());
    }
    given.into_iter().map(|given| Points(i64::try_from(given).unwrap_or(points.0))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(parts: &[u32]) -> Vec<Share> {
        parts.iter().zip(1..).map(|(parts, id)| Share { partner: PartnerId(id), parts: *parts }).collect()
    }

    fn given(points: i64, parts: &[u32]) -> Vec<i64> {
        split(Points(points), &shares(parts)).into_iter().map(|points| points.0).collect()
    }

    /// Point by point: each goes to the share whose parts, divided by the next odd number, are the most.
    #[expect(clippy::arithmetic_side_effects, reason = "small numbers")]
    fn one_by_one(points: i64, parts: &[u32]) -> Vec<i64> {
        let mut given = vec![0i64; parts.len()];
        for _ in 0..points {
            let average = |at: usize| (i128::from(parts[at]), i128::from(given[at] * 2 + 1));
            let better = |a: usize, b: usize| average(a).0 * average(b).1 > average(b).0 * average(a).1;
            let best = (1..parts.len()).fold(0, |best, at| if better(at, best) { at } else { best });
            given[best] += 1;
        }
        given
    }

    #[test]
    fn points_are_split_in_the_ratio_of_the_parts() {
        let cases: [(i64, &[u32], &[i64]); 8] = [
            (100, &[60, 40], &[60, 40]),
            (100, &[1, 2], &[33, 67]),
            (1, &[1, 1], &[1, 0]),
            (10, &[1, 1, 1], &[4, 3, 3]),
            (0, &[3, 4], &[0, 0]),
            (1_000, &[333, 667], &[333, 667]),
            (7, &[1_000_000_000, 1], &[7, 0]),
            (i64::MAX, &[1, 1], &[i64::MAX / 2 + 1, i64::MAX / 2]),
        ];
        for (points, parts, expected) in cases {
            assert_eq!(given(points, parts), expected, "{points} among {parts:?}");
        }
    }

    #[test]
    fn nobody_gets_fewer_of_more_points() {
        let many: [&[u32]; 7] = [
            &[1],
            &[1, 1],
            &[1, 1, 1, 1],
            &[6, 6, 2],
            &[5, 3, 1],
            &[94, 1, 1, 1, 1, 1, 1],
            &[17, 23, 101, 7, 9, 64, 1_000_000_000],
        ];
        for parts in many {
            let mut before = vec![0; parts.len()];
            for points in 0..400 {
                let now = given(points, parts);
                assert_eq!(now.iter().sum::<i64>(), points, "{points} among {parts:?}");
                assert!(now.iter().zip(&before).all(|(now, before)| now >= before), "{points} among {parts:?}");
                assert_eq!(now, one_by_one(points, parts), "{points} among {parts:?}");
                before = now;
            }
        }
    }
}
