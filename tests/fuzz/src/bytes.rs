//! Choices from the bytes of the fuzzer: few bytes a choice, and the first option when none are left.

use crate::random::Choices;

pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, n: u64) -> u64 {
        let (mut drawn, mut most) = (0_u64, n.saturating_sub(1));
        while most > 0 {
            let Some((first, rest)) = self.0.split_first() else {
                break;
            };
            self.0 = rest;
            drawn = drawn << 8 | u64::from(*first);
            most >>= 8;
        }
        drawn % n.max(1)
    }
}

/// The first byte picks one of several readers, so that small inputs stay readable: `a` is the
/// first one, `b` the second.
pub(crate) fn pick<'a, T: Copy>(data: &'a [u8], of: &[T]) -> Option<(T, &'a [u8])> {
    let (first, rest) = data.split_first()?;
    let index = usize::from(first.wrapping_sub(b'a')) % of.len();
    Some((of[index], rest))
}

/// The first `N` lines, and what follows them.
pub(crate) fn lines<const N: usize>(data: &[u8]) -> ([&[u8]; N], &[u8]) {
    let mut rest = data;
    let lines = std::array::from_fn(|_| match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) => {
            let line = &rest[..end];
            rest = &rest[end + 1..];
            line
        }
        None => std::mem::take(&mut rest),
    });
    (lines, rest)
}
