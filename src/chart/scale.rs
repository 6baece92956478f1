//! The vertical axis: round steps, and where a value lies between them. Whole numbers only.

/// Ticks of an axis, at most.
const TICKS_MAX: i128 = 6;

/// The axis from `low` to `high`, both multiples of `step`, drawn from `bottom` up to `top`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    low: i128,
    high: i128,
    step: i128,
    top: i64,
    bottom: i64,
}

impl Scale {
    /// The axis on which everything from `low` to `high` has room. Both ends are drawn from `top` down to `bottom`.
    pub(super) fn new((low, high): (i128, i128), top: i64, bottom: i64) -> Scale {
        let step = round_step(high.saturating_sub(low));
        let down = low.div_euclid(step).saturating_mul(step);
        let up = high.saturating_add(step.saturating_sub(1)).div_euclid(step).saturating_mul(step);
        Scale { low: down, high: up.max(down.saturating_add(step)), step, top, bottom }
    }

    /// The height of a value: of the axis' end where it lies beyond.
    pub(super) fn y(&self, value: i128) -> i64 {
        let range = self.high.saturating_sub(self.low).max(1);
        let above = value.clamp(self.low, self.high).saturating_sub(self.low);
        let height = i128::from(self.bottom.saturating_sub(self.top));
        // of sums near the end of 128 bits, both sides are made smaller first: a picture has no such digits
        let shift = 64u32.saturating_sub(range.leading_zeros().min(64));
        let (above, range) = (above >> shift, (range >> shift).max(1));
        let up = above.saturating_mul(height).checked_div(range).unwrap_or_default();
        self.bottom.saturating_sub(i64::try_from(up).unwrap_or_default())
    }

    /// The marks of the axis with their texts, from below.
    pub(super) fn ticks(&self) -> Vec<(i64, String)> {
        let mut ticks = Vec::new();
        let mut at = self.low;
        while at <= self.high && ticks.len() <= 16 {
            ticks.push((self.y(at), short(at, self.step)));
            at = at.saturating_add(self.step);
        }
        ticks
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50, ... that divides `range` into few enough steps.
fn round_step(range: i128) -> i128 {
    let mut power = 1i128;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if range.checked_div(step).is_none_or(|steps| steps < TICKS_MAX) || step == i128::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A tick's text: in thousands or millions where every tick is a whole number of them.
fn short(value: i128, step: i128) -> String {
    let units = [(1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let unit = units.into_iter().find(|(size, _)| step.checked_rem(*size) == Some(0));
    match unit.filter(|_| value != 0) {
        Some((size, letter)) => format!("{}{letter}", super::grouped(value.checked_div(size).unwrap_or_default())),
        None => super::grouped(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: i128, high: i128) -> Vec<String> {
        Scale::new((low, high), 0, 100).ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(texts(0, 0), ["0", "1"]);
        assert_eq!(texts(0, 7), ["0", "2", "4", "6", "8"]);
        assert_eq!(texts(-30, 95), ["-50", "0", "50", "100"]);
        assert_eq!(texts(0, 1_234_567), ["0", "500k", "1,000k", "1,500k"]);
        assert_eq!(texts(0, 5_000_000), ["0", "1M", "2M", "3M", "4M", "5M"]);
        for high in (0..200).map(|power| 3i128.saturating_pow(power)) {
            let ticks = texts(0, high);
            assert!((2..=8).contains(&ticks.len()), "{high}: {ticks:?}");
        }
    }

    #[test]
    fn heights_keep_the_order_of_values() {
        let scale = Scale::new((-50, 100), 10, 210);
        assert_eq!([scale.y(-50), scale.y(0), scale.y(100)], [210, 144, 10]);
        assert_eq!(scale.y(1_000), 10);
        let wide = Scale::new((i128::MIN, i128::MAX), 0, 1_000);
        let values = [i128::MIN, i128::MIN / 2, -1, i128::MAX / 2, i128::MAX];
        assert!(values.windows(2).all(|pair| wide.y(pair[0]) >= wide.y(pair[1])));
    }
}
