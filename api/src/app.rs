//! The parts that every request shares, and the ways in which handlers reach the actions.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use infra::auth::{Account, Bearer, PrincipalCache, Tokens};
use infra::db::{Conn, Db};
use infra::env::Env;
use infra::error::Error;
use infra::files::Files;
use infra::idempotency::{self, Answer, Key};
use infra::notification::delivery::Post;

use crate::http::Limits;
use crate::ops::Ops;
use crate::problem::{Problem, catalogue};
use crate::schedule::Timetable;

/// The service; cheap to clone.
#[derive(Debug, Clone)]
pub struct Service {
    pub db: Db,
    pub env: Env,
    pub tokens: Arc<Tokens>,
    pub principals: Arc<PrincipalCache>,
    pub files: Files,
    pub limits: Arc<Limits>,
    /// Where people reach the service, without a slash at the end.
    pub public_url: Arc<str>,
    /// Counters, the bell of the background jobs, readiness.
    pub ops: Arc<Ops>,
    /// When each job runs.
    pub timetable: Arc<Timetable>,
    /// This process in the record of runs.
    pub server: Arc<str>,
    /// Who delivers mails; none where nobody does.
    pub post: Option<Arc<Post>>,
    in_flight: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Service {
    pub fn new(
        db: Db,
        env: Env,
        tokens: Arc<Tokens>,
        files: Files,
        limits: Limits,
        public_url: &str,
    ) -> Self {
        Self {
            db,
            env,
            tokens,
            principals: Arc::new(PrincipalCache::default()),
            files,
            limits: Arc::new(limits),
            public_url: public_url.trim_end_matches('/').into(),
            ops: Arc::new(Ops::new(Vec::new())),
            timetable: Arc::default(),
            server: infra::schedule::server_name().into(),
            post: None,
            in_flight: Arc::default(),
        }
    }

    /// Runs the jobs by another timetable.
    #[must_use]
    pub fn with_timetable(mut self, timetable: Timetable) -> Self {
        self.timetable = Arc::new(timetable);
        self
    }

    /// Delivers mails by this worker.
    #[must_use]
    pub fn with_post(mut self, post: Post) -> Self {
        self.post = Some(Arc::new(post));
        self
    }

    /// Who bears a token: their account, as long as it is in force.
    pub async fn account(&self, bearer: &Bearer) -> Result<Account, Problem> {
        self.principals
            .resolve(&self.db, &self.env, &bearer.uid, bearer.kind)
            .await?
            .ok_or_else(Problem::unauthenticated)
    }

    /// Runs a query.
    pub async fn read<T, F>(&self, job: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let env = self.env.clone();
        Ok(self.db.read(move |conn| job(conn, &env)).await?)
    }

    /// Runs a query that reads a few rows by their keys.
    pub async fn read_briefly<T, F>(&self, job: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let env = self.env.clone();
        Ok(self.db.read_briefly(move |conn| job(conn, &env)).await?)
    }

    /// Runs an action in a transaction of its own.
    pub async fn write<T, F>(&self, job: F) -> Result<T, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let env = self.env.clone();
        let done = self.db.write(move |conn| job(conn, &env)).await;
        self.env.outbox.ring_if_marked();
        Ok(done?)
    }

    /// Runs an action once for its retry key: the same request again gets the kept answer.
    pub async fn write_once<F>(&self, key: Option<Key>, job: F) -> Result<Answer, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<Answer, Error> + Send + 'static,
    {
        let _flight = match &key {
            Some(key) => Some(Flight::take_off(&self.in_flight, key)?),
            None => None,
        };
        self.write(move |conn, env| {
            idempotency::once(conn, env, key.as_ref(), |conn| job(conn, env))
        })
        .await
    }

    /// [`Service::write_once`] of a job whose answer needs no database: unless it must be kept with
    /// the change, it is put into words afterwards, and no other write waits for that.
    pub async fn write_once_then<T, F, S>(
        &self,
        key: Option<Key>,
        job: F,
        show: S,
    ) -> Result<Answer, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<T, Error> + Send + 'static,
        S: FnOnce(T) -> Result<Answer, Error> + Send + 'static,
        T: Send + 'static,
    {
        if key.is_some() {
            return self
                .write_once(key, move |conn, env| show(job(conn, env)?))
                .await;
        }
        Ok(show(self.write(job).await?)?)
    }
}

/// A retry key under way in this process; two at once with the same key are one too many.
struct Flight {
    under_way: Arc<Mutex<HashSet<(String, String)>>>,
    name: (String, String),
}

impl Flight {
    fn take_off(
        under_way: &Arc<Mutex<HashSet<(String, String)>>>,
        key: &Key,
    ) -> Result<Self, Problem> {
        let name = (key.principal.clone(), key.key.clone());
        let taken = under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.clone());
        if taken {
            Ok(Self {
                under_way: Arc::clone(under_way),
                name,
            })
        } else {
            Err(Problem::new(catalogue::REQUEST_IN_FLIGHT).retry_after(1))
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.name);
    }
}
