//! Desks and connected systems that go on working while the service dies under them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::ledger::{Asked, Case, Deed, Ledger};
use super::supervisor::Place;
use crate::support::{Answer, Client, Dice, MARITAL_STATUS, handed_in};

/// Nothing may take longer, however often it is asked again.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who works at a desk.
#[derive(Clone)]
pub enum Worker {
    /// A clerk who registers and forwards to a specialist.
    Clerk { clerk: Client, to: String },
    /// A clerk of another office, who registers alone.
    Elsewhere(Client),
    /// Another office's system, that submits, always with a key.
    System(Client),
}

impl Worker {
    pub fn client(&self) -> &Client {
        match self {
            Self::Clerk { clerk, .. } => clerk,
            Self::Elsewhere(client) | Self::System(client) => client,
        }
    }

    pub fn intake(&self, matter: &str) -> (&'static str, Value) {
        let mut dossier = handed_in(MARITAL_STATUS);
        dossier["matter"] = matter.into();
        match self {
            Self::Clerk { .. } => ("/api/v1/dossiers/register", dossier),
            Self::Elsewhere(_) => {
                dossier["office"] = "H29.24".into();
                ("/api/v1/dossiers/register", dossier)
            }
            Self::System(_) => {
                dossier["papers"] = json!([]);
                ("/api/v1/dossiers", dossier)
            }
        }
    }
}

/// A desk with all that it knows of the service.
pub struct Desk {
    pub worker: Worker,
    pub number: usize,
    pub dice: Dice,
    pub place: watch::Receiver<Place>,
    pub answered: Sender<()>,
    pub closing: Arc<AtomicBool>,
}

/// A POST that can be sent more than once.
pub struct Post {
    pub path: String,
    pub body: Value,
    pub etag: Option<String>,
    pub key: Option<String>,
}

impl Post {
    pub fn to(&self, client: &Client) -> RequestBuilder {
        let mut request = client.request(Method::POST, &self.path).json(&self.body);
        if let Some(etag) = &self.etag {
            request = request.header("if-match", etag);
        }
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        request.timeout(PATIENCE)
    }
}

impl Desk {
    /// Takes in dossier after dossier until the desks close.
    pub async fn work(mut self) -> Ledger {
        let mut ledger = Ledger::default();
        while !self.closing.load(Ordering::Relaxed) {
            let matter = format!("Việc số {} của bàn {}", ledger.cases.len(), self.number);
            let case = tokio::time::timeout(PATIENCE, self.case(matter, &mut ledger));
            let case = case.await.expect("a service that comes back");
            ledger.cases.push(case);
        }
        ledger
    }

    async fn case(&mut self, matter: String, ledger: &mut Ledger) -> Case {
        let mut case = Case::new(matter);
        let (path, body) = self.worker.intake(&case.matter);
        let always = matches!(self.worker, Worker::System(_));
        let post = self.post(path.to_owned(), body, None, always);
        case.intake = self.ask(post, 201, ledger).await;
        let Some(taken) = case.intake.deed.answer().cloned() else {
            return case;
        };
        let path = format!("/api/v1/dossiers/{}", taken.text("code"));
        if let Worker::Clerk { to, .. } = &self.worker {
            let body = json!({ "to": to });
            let etag = Some(taken.etag().to_owned());
            let post = self.post(format!("{path}/forward"), body, etag, false);
            case.forward = self.ask(post, 200, ledger).await;
        }
        if !always {
            let body = json!({ "text": case.words() });
            let post = self.post(format!("{path}/comments"), body, None, false);
            case.comment = self.ask(post, 201, ledger).await;
        }
        case
    }

    /// Half of the requests bear a key.
    fn post(&mut self, path: String, body: Value, etag: Option<String>, always: bool) -> Post {
        let keyed = self.dice.once_in(2) || always;
        Post {
            path,
            body,
            etag,
            key: keyed.then(infra::ids::new_uid),
        }
    }

    /// Sends once; with a key again and again, until there is an answer.
    async fn ask(&mut self, post: Post, expected: u16, ledger: &mut Ledger) -> Asked {
        let mut first = true;
        let deed = loop {
            if let Some(answer) = self.send(&post).await {
                let answer = answer.expect(expected);
                let replayed = answer.header("idempotency-replayed") == "true";
                ledger.replayed += usize::from(replayed);
                assert!(!(replayed && first), "an answer before the question");
                let _ = self.answered.send(());
                break Deed::Done(answer);
            }
            if post.key.is_none() {
                break Deed::Open;
            }
            ledger.retried += usize::from(first);
            first = false;
        };
        Asked {
            key: post.key,
            deed,
        }
    }

    /// One attempt at the service that is up, or the next one; none when it dies over it, or when the
    /// request before it is still under way in the database.
    async fn send(&mut self, post: &Post) -> Option<Answer> {
        let place = *self
            .place
            .wait_for(Option::is_some)
            .await
            .expect("a supervisor");
        let base = format!("http://{}", place?);
        let request = post.to(&self.worker.client().at(&base));
        let answer = match request.send().await {
            Ok(response) => Answer::try_of(response).await.ok(),
            Err(_) => None,
        };
        let Some(answer) = answer else {
            // Nobody is there any more; the supervisor says when somebody is.
            let gone = |now: &Place| *now != place;
            self.place.wait_for(gone).await.expect("a supervisor");
            return None;
        };
        let in_flight = answer.status == 409 && answer.text("code") == "request_in_flight";
        (!in_flight).then_some(answer)
    }
}
