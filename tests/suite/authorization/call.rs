//! A request that is right in all but who sends it.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::support::{Answer, Client, Visitor, send};

/// What a request carries.
#[derive(Clone)]
pub enum Payload {
    None,
    Json(Value),
    /// `application/x-www-form-urlencoded`, written out.
    Form(String),
    /// A file as the part `file` of a form.
    File(Vec<u8>),
}

/// Method, address, precondition and body.
#[derive(Clone)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub if_match: Option<String>,
    pub payload: Payload,
}

impl Call {
    fn new(method: Method, path: impl Into<String>, payload: Payload) -> Self {
        Self {
            method,
            path: path.into(),
            if_match: None,
            payload,
        }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Payload::None)
    }

    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, Payload::Json(body))
    }

    pub fn post_nothing(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path, Payload::None)
    }

    pub fn post_form(path: impl Into<String>, form: &str) -> Self {
        Self::new(Method::POST, path, Payload::Form(form.to_owned()))
    }

    pub fn post_file(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self::new(Method::POST, path, Payload::File(bytes.to_vec()))
    }

    pub fn put(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PUT, path, Payload::Json(body))
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, Payload::None)
    }

    /// At the version that an answer showed.
    pub fn seen(mut self, answer: &Answer) -> Self {
        assert!(!answer.etag().is_empty(), "no ETag: {answer:?}");
        self.if_match = Some(answer.etag().to_owned());
        self
    }

    /// The JSON body.
    pub fn body(&self) -> &Value {
        match &self.payload {
            Payload::Json(body) => body,
            _ => &Value::Null,
        }
    }

    fn finish(&self, request: RequestBuilder) -> RequestBuilder {
        let request = match &self.if_match {
            Some(version) => request.header("if-match", version),
            None => request,
        };
        match &self.payload {
            Payload::None => request,
            Payload::Json(body) => request.json(body),
            Payload::Form(form) => request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone()),
            Payload::File(bytes) => {
                let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name("a.pdf");
                request.multipart(reqwest::multipart::Form::new().part("file", part))
            }
        }
    }

    /// As somebody who signed in.
    pub async fn by(&self, client: &Client) -> Answer {
        let request = client.request(self.method.clone(), &self.path);
        // Connected systems must send one, and people may.
        let key = infra::ids::new_uid();
        let request = match self.method == Method::POST {
            true => request.header("idempotency-key", key),
            false => request,
        };
        send(self.finish(request)).await
    }

    /// As anybody, with this `Authorization` if there is one.
    pub async fn with(&self, visitor: &Visitor, authorization: Option<&str>) -> Answer {
        let request = visitor.request(self.method.clone(), &self.path);
        let request = match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        send(self.finish(request)).await
    }

    /// By whoever signed in, with headers and body of the test's own making.
    pub fn bare(&self, by: Option<&Client>, visitor: &Visitor) -> RequestBuilder {
        let request = match by {
            Some(client) => client.request(self.method.clone(), &self.path),
            None => visitor.request(self.method.clone(), &self.path),
        };
        match &self.if_match {
            Some(version) => request.header("if-match", version),
            None => request,
        }
    }
}
