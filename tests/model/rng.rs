//! Where a history's choices come from: a seed, or the fuzzer's bytes.

/// Numbers that look random.
#[derive(Debug, Clone)]
pub(crate) enum Rng<'a> {
    /// All that follows from a seed: the same on every machine.
    Seed(u64),
    /// Bytes, and zeros when they are used up.
    Bytes(&'a [u8]),
}

/// The next number of a sequence that looks random (splitmix64).
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Rng<'_> {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let number = match self {
            Rng::Seed(state) => next(state),
            // few bytes a choice, so that a change of one is a change of one choice
            Rng::Bytes(bytes) => {
                let wanted = if end <= 1 << 8 { 1 } else { 8 };
                let (taken, rest) = bytes.split_at(bytes.len().min(wanted));
                *bytes = rest;
                taken.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
        };
        number % end
    }

    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from + 1)
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        // zeros say no
        self.below(n) == n - 1
    }

    pub(crate) fn pick<'b, T>(&mut self, from: &'b [T]) -> &'b T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut at = self.below(weights.iter().sum());
        weights.iter().position(|weight| at.checked_sub(*weight).map(|rest| at = rest).is_none()).unwrap()
    }

    /// Whether there is nothing more to choose by.
    pub(crate) fn is_used_up(&self) -> bool {
        matches!(self, Rng::Bytes([]))
    }
}
