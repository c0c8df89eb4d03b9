//! Answers with a secret that is shown once: the copy kept for retries lacks it.

use std::sync::{Arc, Mutex, PoisonError};

use infra::db::Conn;
use infra::env::Env;
use infra::error::Error;
use infra::idempotency::{Answer, Key};
use serde_json::Value;

use crate::app::Service;
use crate::problem::Problem;

impl Service {
    /// [`Service::write_once`] for an action that also makes a secret. The secret goes into the
    /// answer as `member`, but not into the answer that is kept for seven days: a retry learns
    /// that the action was done, and has to make another secret.
    pub async fn write_once_revealing<F>(
        &self,
        key: Option<Key>,
        member: &'static str,
        job: F,
    ) -> Result<Answer, Problem>
    where
        F: FnOnce(&mut Conn, &Env) -> Result<(Answer, Option<String>), Error> + Send + 'static,
    {
        let made = Arc::new(Mutex::new(None));
        let slot = Arc::clone(&made);
        let answer = self
            .write_once(key, move |conn, env| {
                let (answer, secret) = job(conn, env)?;
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = secret;
                Ok(answer)
            })
            .await?;
        let secret = made.lock().unwrap_or_else(PoisonError::into_inner).take();
        with_member(answer, member, secret)
    }
}

fn with_member(
    mut answer: Answer,
    member: &str,
    secret: Option<String>,
) -> Result<Answer, Problem> {
    answer
        .headers
        .push(("cache-control".to_owned(), "no-store".to_owned()));
    if let Some(secret) = secret {
        let mut body: Value = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
        if let Value::Object(members) = &mut body {
            members.insert(member.to_owned(), Value::String(secret));
        }
        answer.body = body.to_string();
    }
    Ok(answer)
}
