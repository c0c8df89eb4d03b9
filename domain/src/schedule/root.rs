//! One hash over the events of a day, to be printed where nobody can take it back.

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

/// Stands for the root before the first.
pub const NO_ROOT: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Hashes the events of one day in the order of their numbers. The text that is hashed is the
/// same that `docs/day-roots.md` tells outsiders to hash.
#[derive(Debug, Clone)]
pub struct DayHasher {
    hasher: Sha256,
    events: u64,
}

impl DayHasher {
    /// Begins a day with the root of the one before, so that each root also stands for all
    /// earlier ones.
    pub fn begin(day: NaiveDate, previous: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(format!("motcua day root 1\n{day}\n{previous}\n"));
        Self { hasher, events: 0 }
    }

    /// Adds an event: its number in the feed, and its hash.
    pub fn add(&mut self, number: i64, hash: &str) {
        self.hasher.update(format!("{number} {hash}\n"));
        self.events = self.events.saturating_add(1);
    }

    /// The root in lower-case hexadecimal, and how many events it covers.
    pub fn finish(self) -> (String, u64) {
        let root = self
            .hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        (root, self.events)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn root(day: &str, previous: &str, events: &[(i64, &str)]) -> (String, u64) {
        let mut hasher = DayHasher::begin(day.parse().unwrap(), previous);
        for (number, hash) in events {
            hasher.add(*number, hash);
        }
        hasher.finish()
    }

    /// `printf 'motcua day root 1\n2026-11-19\n<64 zeros>\n7 aa\n8 bb\n' | sha256sum`
    #[test]
    fn the_root_is_the_hash_of_a_text_that_anybody_can_write_down() {
        let (hash, events) = root("2026-11-19", NO_ROOT, &[(7, "aa"), (8, "bb")]);
        assert_eq!(hash, EXPECTED);
        assert_eq!(events, 2);
    }

    const EXPECTED: &str = "a7d3f79b9f57134a614eb16d75b99c63afed158fd8a3d275fbbc96c15d15f513";

    #[test]
    fn every_part_counts() {
        let plain = root("2026-11-19", NO_ROOT, &[(7, "aa"), (8, "bb")]).0;
        let earlier = "1".repeat(64);
        for other in [
            root("2026-11-20", NO_ROOT, &[(7, "aa"), (8, "bb")]),
            root("2026-11-19", &earlier, &[(7, "aa"), (8, "bb")]),
            root("2026-11-19", NO_ROOT, &[(8, "bb"), (7, "aa")]),
            root("2026-11-19", NO_ROOT, &[(7, "aa")]),
            root("2026-11-19", NO_ROOT, &[(7, "aa"), (9, "bb")]),
            root("2026-11-19", NO_ROOT, &[(7, "aa"), (8, "bc")]),
        ] {
            assert_ne!(other.0, plain);
        }
    }
}
