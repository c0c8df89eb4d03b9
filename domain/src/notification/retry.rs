//! When a mail that failed for the moment is tried again.

use chrono::TimeDelta;

/// Minutes of the pauses between attempts: 1 min, 5 min, 30 min, 2 h, 6 h, 24 h.
const PAUSES: [i64; 6] = [1, 5, 30, 120, 360, 1440];

/// Attempts in all: one, and one after each pause.
pub const ATTEMPTS: i64 = 7;

/// An address that refused so many mails in a row gets none until an administrator lifts it.
pub const BOUNCES_TO_MUTE: i64 = 3;

/// The pause after so many failed attempts (1 for the first), moved by up to a tenth either way
/// so that mails which failed together are not all tried in the same second; `chance` is any
/// number. None when it was the last attempt.
pub fn pause(failed: i64, chance: u32) -> Option<TimeDelta> {
    let index = usize::try_from(failed.checked_sub(1)?).ok()?;
    let seconds = PAUSES.get(index)?.saturating_mul(60);
    // From 90.0 % to 110.0 %, in steps of a thousandth.
    let permille = 900_i64.saturating_add(i64::from(chance % 201));
    TimeDelta::try_milliseconds(seconds.saturating_mul(permille))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn the_pauses_grow_from_a_minute_to_a_day_and_then_end() {
        let exact: Vec<i64> = (1..=6)
            .map(|failed| pause(failed, 100).unwrap().num_minutes())
            .collect();
        assert_eq!(exact, [1, 5, 30, 120, 360, 1440]);
        assert_eq!(pause(ATTEMPTS, 100), None);
        assert_eq!(pause(0, 100), None);
        assert_eq!(pause(i64::MIN, 100), None);
    }

    #[test]
    fn jitter_stays_within_a_tenth() {
        for chance in 0..1000 {
            let seconds = pause(1, chance).unwrap().num_milliseconds();
            assert!((54_000..=66_000).contains(&seconds), "{seconds}");
        }
        assert_eq!(pause(1, 0).unwrap().num_seconds(), 54);
        assert_eq!(pause(1, 200).unwrap().num_seconds(), 66);
    }
}
