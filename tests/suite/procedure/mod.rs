//! The register of procedures, and what of it is public.

mod public;
mod register;

use serde_json::{Value, json};

/// Two working days, two steps that fill them.
fn rules(name: &str) -> Value {
    json!({
        "name": name,
        "field": "Hộ tịch",
        "time_limit": { "unit": "working_days", "amount": 2 },
        "extra_limit": { "unit": "working_days", "amount": 3 },
        "papers": [{ "name": "Tờ khai", "originals": 1, "copies": 0, "required": true, "form": "TK-01" }],
        "fees": [{ "amount_vnd": 8000, "per": "bản sao", "channel": "online", "note": null }],
        "route": [
            {
                "name": "Thẩm định", "department": "tu_phap", "role": "specialist",
                "budget": { "unit": "working_days", "amount": 1 }
            },
            {
                "name": "Ký duyệt", "department": "lanh_dao", "role": "manager",
                "budget": { "unit": "working_hours", "amount": 8 }
            },
        ],
        "legal_basis": ["Luật Hộ tịch 2014"],
        "payment_stage": true,
    })
}

/// The same from a day on.
pub fn from(day: &str, name: &str) -> Value {
    let mut version = rules(name);
    version["effective_from"] = day.into();
    version
}

pub fn path(code: &str) -> String {
    format!("/api/v1/procedures/{code}")
}
