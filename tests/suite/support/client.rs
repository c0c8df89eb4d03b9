//! People and systems that talk to the service over HTTP.

use std::sync::Arc;

use infra::auth::Tokens;
use infra::auth::tokens::Kind;
use infra::clock::{Clock as _, SteppedClock};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Answer, World};

/// Anybody: requests without an account.
#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    base: String,
}

impl Visitor {
    pub fn new(base: String, http: reqwest::Client) -> Self {
        Self { http, base }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }
}

/// Somebody who signed in.
#[derive(Clone)]
pub struct Client {
    pub uid: String,
    visitor: Visitor,
    kind: Kind,
    tokens: Arc<Tokens>,
    clock: SteppedClock,
}

impl Client {
    /// A token lasts ten minutes and tests step over days, so each request bears a new one;
    /// signing in by password has tests of its own.
    pub fn of_staff(world: &World, login: &str) -> Self {
        Self::with(world, world.uid(login), Kind::Staff)
    }

    /// A connected system.
    pub fn of_system(world: &World, uid: &str) -> Self {
        Self::with(world, uid.to_owned(), Kind::Client)
    }

    fn with(world: &World, uid: String, kind: Kind) -> Self {
        Self {
            uid,
            visitor: world.visitor(),
            kind,
            tokens: Arc::clone(&world.service.tokens),
            clock: world.clock.clone(),
        }
    }

    /// The same person or system before another server of the same installation.
    pub fn at(&self, base: &str) -> Self {
        let visitor = Visitor::new(base.to_owned(), self.visitor.http.clone());
        Self {
            visitor,
            ..self.clone()
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let token = self
            .tokens
            .issue(self.clock.now(), &self.uid, self.kind, None);
        self.visitor
            .request(method, path)
            .bearer_auth(token.expect("a token").token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// The answer in English.
    pub async fn get_english(&self, path: &str) -> Answer {
        send(
            self.request(Method::GET, path)
                .header("accept-language", "en"),
        )
        .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// The same with a retry key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> Answer {
        send(
            self.request(Method::POST, path)
                .header("idempotency-key", key)
                .json(body),
        )
        .await
    }

    /// The same at the version that its sender saw.
    pub async fn post_seen(&self, path: &str, etag: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, path);
        send(request.header("if-match", etag).json(body)).await
    }

    pub async fn put(&self, path: &str, etag: &str, body: &Value) -> Answer {
        send(
            self.request(Method::PUT, path)
                .header("if-match", etag)
                .json(body),
        )
        .await
    }

    pub async fn delete(&self, path: &str, etag: &str) -> Answer {
        send(self.request(Method::DELETE, path).header("if-match", etag)).await
    }

    /// A dossier as this person sees it.
    pub async fn dossier(&self, code: &str) -> Answer {
        self.get(&format!("/api/v1/dossiers/{code}")).await
    }

    /// A command on a dossier at the version that its last reader saw.
    pub async fn command(&self, code: &str, etag: &str, verb: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, &format!("/api/v1/dossiers/{code}/{verb}"));
        send(request.header("if-match", etag).json(body)).await
    }

    /// Looks at a dossier and commands it, as people do.
    pub async fn act(&self, code: &str, verb: &str, body: Value) -> Answer {
        let seen = self.dossier(code).await.expect(200);
        self.command(code, seen.etag(), verb, &body).await
    }

    /// Hands a dossier on to somebody of the staff.
    pub async fn forward(&self, code: &str, to: &Self) -> Answer {
        self.act(code, "forward", json!({ "to": to.uid })).await
    }

    /// Uploads a file.
    pub async fn upload(&self, code: &str, name: &str, bytes: Vec<u8>) -> Answer {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let path = format!("/api/v1/dossiers/{code}/attachments");
        send(self.request(Method::POST, &path).multipart(form)).await
    }
}

/// Sends a request and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.expect("an answer")).await
}
