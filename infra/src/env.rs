//! What every action is handed beside its connection: the clock and the rule sets in memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, NaiveDate, Utc};
use domain::deadline::Calendar;
use domain::procedure::ProcedureVersion;

use crate::clock::Clock;
use crate::dossier::{InForce, RegisterNames, Wanted};
use crate::notification::Bell;

/// Clock and caches of one service; cheap to clone.
#[derive(Debug, Clone)]
pub struct Env {
    pub clock: Arc<dyn Clock>,
    /// By what signing in is timed. The same clock, but under the time machine the machine's own:
    /// nobody could use a token that lives for a sixth of a second.
    sign_in: Arc<dyn Clock>,
    /// Compiled calendars by calendar version; versions never change once written.
    pub calendars: Cache<i64, Calendar>,
    /// Procedure versions by their id; a version is replaced only before it takes effect.
    pub procedures: Cache<i64, ProcedureVersion>,
    /// What holds for intakes of a day, while no register changes.
    pub(crate) in_force: WhileMarked<(i64, NaiveDate), Wanted, InForce>,
    /// What the office and the procedure of a dossier are called, while no register changes.
    pub(crate) named: WhileMarked<i64, (i64, i64), RegisterNames>,
    /// Wakes whoever delivers mails.
    pub outbox: Bell,
}

impl Env {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            sign_in: Arc::clone(&clock),
            clock,
            calendars: Cache::default(),
            procedures: Cache::default(),
            in_force: WhileMarked::default(),
            named: WhileMarked::default(),
            outbox: Bell::default(),
        }
    }

    /// Times signing in, that is tokens, sessions, lock-outs and keys, by another clock.
    #[must_use]
    pub fn with_sign_in_by(mut self, clock: Arc<dyn Clock>) -> Self {
        self.sign_in = clock;
        self
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The moment for tokens, sessions, lock-outs and keys.
    pub fn sign_in_now(&self) -> DateTime<Utc> {
        self.sign_in.now()
    }
}

/// Immutable things kept in memory by their id. Never fill it with a row that the same
/// transaction wrote: a rollback would leave the entry behind.
#[derive(Debug)]
pub struct Cache<K, V>(Arc<RwLock<HashMap<K, Arc<V>>>>);

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Eq + Hash + Copy, V> Cache<K, V> {
    /// The thing kept under `key`, or what `load` brings.
    pub fn get_or_load<E>(&self, key: K, load: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let kept = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(found) = kept {
            return Ok(found);
        }
        let loaded = Arc::new(load()?);
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        map.insert(key, Arc::clone(&loaded));
        Ok(loaded)
    }

    pub fn forget(&self, key: K) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key);
    }
}

/// Things kept in memory as long as a mark stays what it was, as that of the registers: read it
/// before what is kept under it, so that what changes between is never taken for known.
#[derive(Debug)]
pub(crate) struct WhileMarked<M, K, V>(Arc<RwLock<Marked<M, K, V>>>);

#[derive(Debug)]
struct Marked<M, K, V> {
    mark: Option<M>,
    by: HashMap<K, Arc<V>>,
}

impl<M, K, V> Clone for WhileMarked<M, K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M, K, V> Default for WhileMarked<M, K, V> {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Marked {
            mark: None,
            by: HashMap::new(),
        })))
    }
}

impl<M: Copy + Eq, K: Eq + Hash, V> WhileMarked<M, K, V> {
    pub(crate) fn find(&self, mark: M, key: &K) -> Option<Arc<V>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let same = kept.mark == Some(mark);
        same.then(|| kept.by.get(key).cloned()).flatten()
    }

    /// What is kept by the mark of the latest; whether that is still the mark is not asked.
    pub(crate) fn newest(&self, key: &K) -> Option<(M, Arc<V>)> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some((kept.mark?, Arc::clone(kept.by.get(key)?)))
    }

    pub(crate) fn keep(&self, mark: M, key: K, found: &Arc<V>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.mark != Some(mark) {
            kept.by.clear();
            kept.mark = Some(mark);
        }
        kept.by.insert(key, Arc::clone(found));
    }
}
