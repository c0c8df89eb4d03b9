//! Sends what is wrong, and judges the answer.

use reqwest::RequestBuilder;
use serde_json::Value;

use crate::authorization::{Row, Stage};
use crate::document::Operation;
use crate::support::{Answer, send};

/// One operation under fire, with the faults that were found.
pub struct Probe<'a, 'w> {
    pub stage: &'a Stage<'w>,
    pub operation: Operation,
    pub row: Row,
    pub faults: Vec<String>,
    pub sent: usize,
}

impl<'a, 'w> Probe<'a, 'w> {
    pub fn new(stage: &'a Stage<'w>, operation: Operation, row: Row) -> Self {
        Self {
            stage,
            operation,
            row,
            faults: Vec::new(),
            sent: 0,
        }
    }

    /// The right request but for its body, its media type and whatever else a test changes.
    pub fn request(&self) -> RequestBuilder {
        self.row
            .call
            .bare(self.row.right.as_ref(), &self.stage.world.visitor())
    }

    /// Sends a JSON body.
    pub async fn send_json(&mut self, body: &Value) -> Answer {
        let request = self.request().json(body);
        self.send(request).await
    }

    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        self.sent += 1;
        send(request).await
    }

    /// A readable body with faults: 422 that names each of these fields.
    pub async fn must_name(&mut self, what: &str, body: &Value, fields: &[String]) {
        let answer = self.send_json(body).await;
        if !self.is_problem(what, &answer, &[422]) {
            return;
        }
        let faults = answer.json["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for field in fields {
            if !faults.iter().any(|fault| &fault["field"] == field) {
                self.fault(what, &format!("{field} is not named"), &answer);
            }
        }
        let whole = |fault: &Value| {
            ["code", "message"]
                .iter()
                .all(|name| fault[*name].as_str().is_some_and(|text| !text.is_empty()))
        };
        if !faults.iter().all(whole) {
            self.fault(what, "a fault without code or message", &answer);
        }
    }

    /// A problem with one of these statuses.
    pub async fn must_fail(
        &mut self,
        what: &str,
        request: RequestBuilder,
        statuses: &[u16],
    ) -> Answer {
        let answer = self.send(request).await;
        self.is_problem(what, &answer, statuses);
        answer
    }

    /// Whether the answer is a whole problem with one of these statuses; notes what is wrong.
    pub fn is_problem(&mut self, what: &str, answer: &Answer, statuses: &[u16]) -> bool {
        if !statuses.contains(&answer.status) {
            self.fault(what, &format!("not {statuses:?}"), answer);
            return false;
        }
        let text = |name: &str| {
            answer
                .at(name)
                .as_str()
                .is_some_and(|text| !text.is_empty())
        };
        let path = self.row.call.path.split('?').next().unwrap_or_default();
        let whole = answer.header("content-type") == "application/problem+json"
            && ["type", "title", "code", "request_id"]
                .iter()
                .all(|name| text(name))
            && answer.json["status"] == answer.status
            && (answer.json["instance"] == path || path.contains('%'))
            && answer.header("x-request-id") == answer.text("request_id");
        if !whole {
            self.fault(what, "not a whole problem", answer);
        }
        // What was sent must not come back as it was.
        if answer
            .body()
            .chars()
            .any(|letter| letter == '\0' || ('\u{202a}'..='\u{202e}').contains(&letter))
        {
            self.fault(what, "control characters come back", answer);
        }
        true
    }

    pub fn fault(&mut self, what: &str, why: &str, answer: &Answer) {
        let answer: String = format!("{answer:?}").chars().take(400).collect();
        self.faults
            .push(format!("{}: {what}: {why}: {answer}", self.operation.id));
    }
}
