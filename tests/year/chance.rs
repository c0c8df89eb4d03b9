//! Chance that can be repeated from the seed.

pub use crate::support::Dice;

/// A number from `low` to below `high`.
pub fn between(dice: &mut Dice, low: i64, high: i64) -> i64 {
    low + i64::try_from(dice.below(u64::try_from(high - low).unwrap())).unwrap()
}

/// True so many times in a thousand.
pub fn per_mille(dice: &mut Dice, times: u64) -> bool {
    dice.below(1000) < times
}

/// One of several.
pub fn pick<'a, T>(dice: &mut Dice, of: &'a [T]) -> &'a T {
    &of[usize::try_from(dice.below(u64::try_from(of.len()).unwrap())).unwrap()]
}
