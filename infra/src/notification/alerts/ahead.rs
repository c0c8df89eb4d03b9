//! Reading ahead: the next letter is put together while the last one is written down.

use std::sync::mpsc::sync_channel;

use crate::error::Error;

/// What became of each item, in order.
pub(super) type Done<I, W> = Vec<(I, Result<W, Error>)>;

/// Reads each item and writes down what that gave, one after another; the next is read meanwhile.
/// What cannot be read or written spoils no other; after a database that was away comes no more.
pub(super) fn read_ahead<I, R, W>(
    items: impl Iterator<Item = I>,
    read: impl Fn(&I) -> Result<R, Error>,
    write: impl Fn(&I, R) -> Result<W, Error> + Send,
) -> Result<Done<I, W>, Error>
where
    I: Send,
    R: Send,
    W: Send,
{
    std::thread::scope(|scope| {
        let (hand, handed) = sync_channel(1);
        let writer = scope.spawn(move || {
            let mut done = Vec::new();
            for (item, read) in handed {
                let written = Result::and_then(read, |read| write(&item, read));
                let away = matches!(written, Err(Error::Unavailable(_)));
                done.push((item, written));
                if away {
                    break;
                }
            }
            done
        });
        for item in items {
            let read = read(&item);
            // The writer has given up.
            if hand.send((item, read)).is_err() {
                break;
            }
        }
        drop(hand);
        let broken = |_| Error::Internal("letters could not be written down".to_owned());
        writer.join().map_err(broken)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::db::Unavailable;

    #[test]
    fn one_that_fails_spoils_no_other() {
        let read = |item: &u32| match item {
            2 => Err(Error::NotFound),
            item => Ok(item * 10),
        };
        let write = |item: &u32, read: u32| match item {
            4 => Err(Error::Forbidden),
            item => Ok(item + read),
        };
        let done = read_ahead(1..=5, read, write).unwrap();
        let told: Vec<_> = done
            .iter()
            .map(|(item, written)| (*item, written.as_ref().ok().copied()))
            .collect();
        let all = [
            (1, Some(11)),
            (2, None),
            (3, Some(33)),
            (4, None),
            (5, Some(55)),
        ];
        assert_eq!(told, all);
    }

    #[test]
    fn nothing_is_written_after_the_database_went_away() {
        let written = AtomicU32::new(0);
        let write = |item: &u32, (): ()| {
            written.fetch_add(1, Ordering::Relaxed);
            if *item == 3 {
                Err(Unavailable::Away.into())
            } else {
                Ok(())
            }
        };
        let done = read_ahead(1..=1000, |_| Ok(()), write).unwrap();
        assert_eq!(written.into_inner(), 3);
        let (last, fate) = done.last().unwrap();
        assert_eq!((*last, fate.is_err()), (3, true));
    }
}
