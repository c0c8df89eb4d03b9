//! How fast mails go: as an installation allows, and slower while people need the database.

use std::num::NonZeroU32;
use std::time::Duration;

use super::{Delivered, Post};

/// The most mails a second while people keep the database busy.
const BESIDE_PEOPLE: u32 = 60;

/// How long a batch may take at least. Mails give way to people, so that a morning with thousands
/// of mails is none of queues at the desk; nor is one on which the mail server refuses them all.
pub fn pace(post: &Post, rate: NonZeroU32, done: &Delivered) -> Duration {
    least(rate, post.db.is_busy(), done.taken)
}

fn least(rate: NonZeroU32, busy: bool, taken: u64) -> Duration {
    let rate = if busy {
        rate.get().min(BESIDE_PEOPLE)
    } else {
        rate.get()
    };
    let share = Duration::from_secs(1) / rate;
    share.saturating_mul(u32::try_from(taken).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn mails_give_way_to_people_who_need_the_database() {
        let rate = |count| NonZeroU32::new(count).unwrap();
        assert_eq!(least(rate(320), false, 32), Duration::from_millis(100));
        assert!(least(rate(320), true, 60) >= Duration::from_millis(999));
        assert_eq!(least(rate(20), true, 60), Duration::from_secs(3));
        assert_eq!(least(rate(320), false, 0), Duration::ZERO);
    }
}
