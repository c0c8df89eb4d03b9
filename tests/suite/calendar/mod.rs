//! The register of calendars, and the recount of due dates when one changes.

mod late_holiday;
mod recomputation;
mod register;

use serde_json::{Value, json};

use crate::support::{Answer, Client};

const OFFICE_HOURS: [&str; 2] = ["07:30-11:30", "13:00-17:00"];

/// A calendar of Monday to Friday with these days off in 2026.
fn calendar(closed: &Value) -> Value {
    let mut weekly = json!({});
    for day in ["monday", "tuesday", "wednesday", "thursday", "friday"] {
        weekly[day] = json!(OFFICE_HOURS);
    }
    json!({
        "name": "Lịch của phường",
        "weekly": weekly,
        "years": { "2026": { "closed": closed } },
    })
}

/// The calendar of the demo ward.
async fn of_the_ward(reader: &Client) -> Answer {
    let list = reader.get("/api/v1/calendars").await.expect(200);
    reader.get(&path(list.text("items.0.id"))).await.expect(200)
}

fn path(id: &str) -> String {
    format!("/api/v1/calendars/{id}")
}
