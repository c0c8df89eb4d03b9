//! Keyset cursors: opaque to clients, stable while rows come in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// One page of a list, and where the next begins.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts what was read with one item too many, and names the next page by its last item.
    pub fn cut(mut items: Vec<T>, limit: usize, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| cursor(last).encode());
        Self { items, next }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next: self.next,
        }
    }
}

/// The sort key of the last item that was shown, tied to one kind of list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    list: String,
    keys: Vec<String>,
}

impl Cursor {
    pub fn new(list: &str, keys: impl IntoIterator<Item = String>) -> Self {
        Self {
            list: list.to_owned(),
            keys: keys.into_iter().collect(),
        }
    }

    pub fn encode(&self) -> String {
        let parts: Vec<&str> = std::iter::once(&self.list)
            .chain(&self.keys)
            .map(String::as_str)
            .collect();
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&parts).unwrap_or_default())
    }

    /// The keys of a cursor of `list`; none when it is of another list or no cursor at all.
    pub fn decode<const N: usize>(text: &str, list: &str) -> Option<[String; N]> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mut parts = serde_json::from_slice::<Vec<String>>(&bytes)
            .ok()?
            .into_iter();
        if parts.next()? != list {
            return None;
        }
        parts.collect::<Vec<_>>().try_into().ok()
    }
}
