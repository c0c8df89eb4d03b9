//! Reading ahead: the next letter is put together while the last one is written down.

use std::sync::mpsc::sync_channel;

use crate::error::Error;

/// What became of each item, in order.
pub(super) type Done<I, W> = Vec<(I, Result<W, Error>)>;

/// Reads each item and writes down what that gave, one after another; the next is read meanwhile.
/// What cannot be read or written spoils no other, and is told to `failed` at once; after a database
/// that was away comes no more.
pub(super) fn read_ahead<I, R, W>(
    items: impl Iterator<Item = I>,
    read: impl Fn(&I) -> Result<R, Error>,
    write: impl Fn(&I, R) -> Result<W, Error> + Send,
    failed: impl Fn(&I, &Error) + Send,
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
                let away = is_away(&written);
                if let (false, Err(error)) = (away, &written) {
                    failed(&item, error);
                }
                done.push((item, written));
                if away {
                    break;
                }
            }
            done
        });
        for item in items {
            let read = read(&item);
            let away = is_away(&read);
            // Or the writer has given up.
            if hand.send((item, read)).is_err() || away {
                break;
            }
        }
        drop(hand);
        let broken = |_| Error::Internal("letters could not be written down".to_owned());
        writer.join().map_err(broken)
    })
}

fn is_away<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unavailable(_)))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may fail loudly, and one fails on purpose"
    )]
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::db::Unavailable;

    fn untold<I>(_: &I, _: &Error) {}

    #[test]
    fn one_that_fails_spoils_no_other_and_is_told() {
        let read = |item: &u32| match item {
            2 => Err(Error::NotFound),
            item => Ok(item * 10),
        };
        let write = |item: &u32, read: u32| match item {
            4 => Err(Error::Forbidden),
            item => Ok(item + read),
        };
        let told = Mutex::new(Vec::new());
        let failed = |item: &u32, _: &Error| told.lock().unwrap().push(*item);
        let done = read_ahead(1..=5, read, write, failed).unwrap();
        let came: Vec<_> = done
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
        assert_eq!(came, all);
        assert_eq!(told.into_inner().unwrap(), [2, 4]);
    }

    #[test]
    fn the_next_is_read_while_the_last_is_written() {
        let (tell, told) = sync_channel(1);
        let told = Mutex::new(told);
        let read = |item: &u32| {
            if *item == 2 {
                tell.send(()).unwrap();
            }
            Ok(())
        };
        let write = |item: &u32, (): ()| match item {
            1 => {
                let read = told.lock().unwrap().recv_timeout(Duration::from_secs(60));
                read.map_err(|_| Error::Internal("read one by one".to_owned()))
            }
            _ => Ok(()),
        };
        let done = read_ahead(1..=2, read, write, untold).unwrap();
        assert!(done.iter().all(|(_, written)| written.is_ok()));
    }

    #[test]
    fn nothing_is_read_or_written_after_the_database_went_away() {
        let count = |number: &AtomicU32| number.fetch_add(1, Ordering::Relaxed) + 1;
        let third = |number: &AtomicU32| match count(number) {
            3 => Err(Unavailable::Away.into()),
            _ => Ok(()),
        };
        let (read, written) = (AtomicU32::new(0), AtomicU32::new(0));
        let done = read_ahead(1..=1000, |_| third(&read), |_, ()| Ok(()), untold).unwrap();
        assert_eq!((read.into_inner(), done.len()), (3, 3));
        assert!(done.last().unwrap().1.is_err());
        let write = |_: &u32, (): ()| third(&written);
        let done = read_ahead(1..=1000, |_| Ok(()), write, untold).unwrap();
        assert_eq!((written.into_inner(), done.len()), (3, 3));
        assert!(done.last().unwrap().1.is_err());
    }

    #[test]
    fn a_writer_that_panics_is_an_error_and_keeps_nobody_waiting() {
        let write = |item: &u32, (): ()| match item {
            1 => panic!("on purpose"),
            _ => Ok(()),
        };
        let done = read_ahead(1..=1000, |_| Ok(()), write, untold);
        assert!(matches!(done, Err(Error::Internal(_))));
    }
}
