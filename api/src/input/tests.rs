//! Hostile input: JSON bodies, query strings, path values.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]
#![allow(
    dead_code,
    reason = "some fields are declared to be refused, not to be used"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::text::{DossierCode, IdNumber, Note, PersonName};
use serde_json::{Value, json};
use utoipa::{IntoParams, PartialSchema};
use uuid::Uuid;

use super::*;
use crate::problem::Problem;

crate::word_enum! {
    /// How it came in.
    pub(super) enum Channel {
        Counter = "counter",
        Online = "online",
    }
}

crate::input! {
    /// One paper.
    pub(super) struct Paper {
        copies: u32,
        #[schema(value_type = Option<String>)]
        note: Option<Note>,
    }
}

crate::input! {
    /// All kinds of fields.
    pub(super) struct Everything {
        /// The applicant.
        #[schema(value_type = String, example = "Nguyễn Văn An")]
        name: PersonName,
        #[schema(value_type = Option<String>)]
        id_number: Option<IdNumber>,
        channel: Channel,
        received_at: Option<DateTime<Utc>>,
        date: Option<NaiveDate>,
        #[schema(value_type = Option<String>)]
        opens: Option<NaiveTime>,
        papers: Vec<Paper>,
        urgent: Option<bool>,
        amount: Option<i64>,
        r#type: Option<String>,
        person: Option<Uuid>,
        #[schema(value_type = Option<Object>)]
        days: Option<BTreeMap<NaiveDate, String>>,
    }
}

crate::query! {
    /// A list.
    pub(super) struct Listing {
        limit: Option<u32>,
        q: Option<String>,
        #[param(inline)]
        channel: Option<Vec<Channel>>,
        since: Option<DateTime<Utc>>,
        office: String,
    }
}

fn read<T: FromJson>(value: Value) -> Result<T, Vec<(String, &'static str)>> {
    read_value(&value).map_err(|problem: Problem| {
        let pair = |fault: &crate::problem::FieldFault| (fault.field.clone(), fault.code);
        problem.field_faults().iter().map(pair).collect()
    })
}

fn code_of<T: FromText>(raw: &str) -> &'static str {
    T::from_text(raw)
        .map(|_| "fine")
        .unwrap_or_else(|fault| fault.code)
}

pub(super) fn whole() -> Value {
    json!({
        "name": " Nguye\u{302}\u{303}n An ", "id_number": "012345678901", "channel": "counter",
        "received_at": "2026-11-20T08:30:00.1234567+07:00", "date": "2026-11-20", "opens": "07:30",
        "papers": [{"copies": 1}, {"copies": 2, "note": "hai\nbản"}], "urgent": true, "amount": -5,
        "type": "x", "person": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071", "days": {"2026-11-20": "nghỉ"},
    })
}

#[test]
fn a_right_body_is_read_whole() {
    let read: Everything = read(whole()).unwrap();
    assert_eq!(read.name.as_str(), "Nguyễn An");
    assert_eq!(read.channel, Channel::Counter);
    assert_eq!(read.channel.as_str(), "counter");
    assert_eq!(
        read.received_at.unwrap().to_rfc3339(),
        "2026-11-20T01:30:00.123456+00:00"
    );
    assert_eq!(read.papers[1].note.as_ref().unwrap().as_str(), "hai\nbản");
    assert_eq!(read.days.unwrap().len(), 1);
    assert_eq!(read.r#type.unwrap(), "x");
}

#[test]
fn every_fault_is_named_at_once() {
    let mut value = whole();
    value["name"] = json!("a".repeat(100_000));
    value["id_number"] = json!(12);
    value["channel"] = json!("fax");
    value["received_at"] = json!("2026-11-20T08:30:00");
    value["date"] = json!("2026-02-30");
    value["opens"] = json!("25:00");
    value["papers"] = json!([{"copies": -1}, {"copies": 1.5, "colour": "red"}, 7, {}]);
    value["urgent"] = json!("true");
    value["amount"] = json!(18446744073709551615u64);
    value["type"] = json!("a\u{202e}b");
    value["person"] = json!("{0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071}");
    value["days"] = json!({"2026-13-01": 1});
    value["extra"] = json!(null);
    let faults = read::<Everything>(value).unwrap_err();
    let expected = [
        ("extra", "unknown_field"),
        ("name", "too_long"),
        ("id_number", "wrong_type"),
        ("channel", "unknown_word"),
        ("received_at", "offset_missing"),
        ("date", "bad_date"),
        ("opens", "bad_time"),
        ("papers[0].copies", "out_of_range"),
        ("papers[1].colour", "unknown_field"),
        ("papers[1].copies", "wrong_type"),
        ("papers[2]", "wrong_type"),
        ("papers[3].copies", "required"),
        ("urgent", "wrong_type"),
        ("amount", "out_of_range"),
        ("type", "bidi_control"),
        ("person", "bad_format"),
        ("days.2026-13-01", "bad_date"),
        ("days.2026-13-01", "wrong_type"),
    ];
    assert_eq!(
        faults,
        expected.map(|(field, code)| (field.to_owned(), code))
    );
}

#[test]
fn missing_and_null_required_fields_are_named() {
    let faults = read::<Everything>(json!({"papers": null})).unwrap_err();
    let expected = [
        ("name", "required"),
        ("channel", "required"),
        ("papers", "required"),
    ];
    assert_eq!(
        faults,
        expected.map(|(field, code)| (field.to_owned(), code))
    );
    for value in [json!([]), json!("x"), json!(1)] {
        assert_eq!(
            read::<Everything>(value).unwrap_err(),
            [(String::new(), "wrong_type")]
        );
    }
}

#[test]
fn faults_and_lists_are_bounded_and_foreign_names_are_tamed() {
    let many: serde_json::Map<_, _> = (0..5000).map(|n| (format!("k{n}"), json!(1))).collect();
    let problem = read_value::<Paper>(&Value::Object(many)).unwrap_err();
    assert_eq!(problem.field_faults().len(), 100);
    assert_eq!(
        read::<Vec<u32>>(json!(vec![1; 1001])).unwrap_err(),
        [(String::new(), "too_many")]
    );
    let name = format!("\u{202e}\n{}", "x".repeat(1000));
    let faults = read::<Paper>(json!({"copies": 1, name: 1})).unwrap_err();
    assert_eq!(faults[0].0, format!("\u{fffd}\u{fffd}{}", "x".repeat(62)));
}

#[test]
fn instants_are_refused_each_for_its_own_reason() {
    let cases = [
        ("2026-11-20T08:30:00+07:00", "fine"),
        ("2026-11-20t01:30:00.5z", "fine"),
        ("2026-11-20T08:30:00", "offset_missing"),
        ("2026-11-20T08:30:00 07:00", "bad_format"),
        ("2026-11-20 08:30:00+07:00", "bad_format"),
        ("2026-11-20T08:30+07:00", "bad_format"),
        ("2026-11-20", "bad_format"),
        ("2026-02-30T08:30:00+07:00", "bad_date"),
        ("2026-11-20T24:00:00+07:00", "bad_time"),
        ("2026-12-31T23:59:60Z", "leap_second"),
        ("2026-11-20T08:30:00.+07:00", "bad_format"),
        ("2026-11-20T08:30:00.1234567890Z", "bad_format"),
        ("2026-11-20T08:30:00+25:00", "bad_format"),
        ("1999-12-31T08:30:00+07:00", "out_of_range"),
        ("2150-01-01T08:30:00+07:00", "out_of_range"),
        ("+2026-11-20T08:30:00Z", "bad_format"),
        ("2026-11-20T08:30:00Zé", "bad_format"),
        ("1763602200", "bad_format"),
        ("", "bad_format"),
    ];
    for (raw, expected) in cases {
        assert_eq!(code_of::<DateTime<Utc>>(raw), expected, "{raw}");
    }
    for (raw, expected) in [
        ("2024-02-29", "fine"),
        ("2026-02-29", "bad_date"),
        ("2026-1-01", "bad_format"),
        ("1899-01-01", "out_of_range"),
        ("20/11/2026", "bad_format"),
        ("2026-11-20T00:00:00Z", "bad_format"),
        ("2026-11-20-01", "bad_format"),
    ] {
        assert_eq!(code_of::<NaiveDate>(raw), expected, "{raw}");
    }
    for (raw, expected) in [
        ("07:30", "fine"),
        ("24:00", "bad_time"),
        ("7:30", "bad_format"),
        ("07:30:00", "bad_format"),
    ] {
        assert_eq!(code_of::<NaiveTime>(raw), expected, "{raw}");
    }
}

#[test]
fn unreadable_json_is_refused_with_its_place() {
    let deep = format!("{}1{}", "[".repeat(33), "]".repeat(33));
    let cases: [(&[u8], &str); 14] = [
        (b"{\"a\":1,\n \"a\":2}", "a key is repeated"),
        (b"{\"a\":{\"b\":1,\"b\":1}}", "a key is repeated"),
        (b"{\"a\":", "it ends too early"),
        (b"\"abc", "it ends too early"),
        (b"{} {}", "not valid JSON"),
        (b"{'a':1}", "not valid JSON"),
        (b"{\"a\":\"\\ud800\"}", "not valid JSON"),
        (b"{\"a\":\"\\udc00x\"}", "not valid JSON"),
        (b"{\"a\":\"\x01\"}", "not valid JSON"),
        (b"{\"a\":1e999}", "not valid JSON"),
        (b"{\"a\":NaN}", "not valid JSON"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b"{\"a\":\"\xff\"}", "not UTF-8"),
        (deep.as_bytes(), "nested too deep"),
    ];
    for (bytes, expected) in cases {
        let problem = Problem::from(read_json(bytes).unwrap_err());
        assert_eq!(problem.code(), "unreadable_json");
        let shown = format!("{:?}", read_json(bytes).unwrap_err());
        let words = problem_text(&problem);
        assert!(words.contains(expected), "{shown}: {words}");
    }
    assert!(
        problem_text(&read_json(b"{\n  \"a\": \xff}").unwrap_err().into())
            .contains("Line 2, column 8")
    );
    assert!(
        problem_text(&read_json(b"{\"a\":1,\n \"a\":2}").unwrap_err().into())
            .contains("Line 2, column")
    );
    let wide = format!("[{}1]", "1,".repeat(150_000));
    assert!(problem_text(&read_json(wide.as_bytes()).unwrap_err().into()).contains("too many"));
    let allowed = format!("{}1{}", "[".repeat(32), "]".repeat(32));
    assert!(read_json(allowed.as_bytes()).is_ok());
}

/// The English detail of a problem.
fn problem_text(problem: &Problem) -> String {
    problem.detail_words().unwrap().en.to_string()
}

#[test]
fn a_path_value_that_does_not_parse_is_not_found() {
    assert_eq!(
        path_value::<DossierCode>("H29-261120-0001")
            .unwrap()
            .sequence(),
        1
    );
    assert_eq!(
        path_value::<DossierCode>("H29-261120-0001\0")
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[test]
fn the_schema_says_what_the_reader_does() {
    let schema = serde_json::to_value(Everything::schema()).unwrap();
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["required"], json!(["name", "channel", "papers"]));
    assert_eq!(schema["properties"]["name"]["example"], "Nguyễn Văn An");
    assert!(schema["properties"]["type"].is_object());
    assert_eq!(
        serde_json::to_value(Channel::schema()).unwrap()["enum"],
        json!(Channel::WORDS)
    );
    let parameters = serde_json::to_value(Listing::into_params(|| None)).unwrap();
    let required = |n: usize| {
        (
            parameters[n]["name"].clone(),
            parameters[n]["in"].clone(),
            parameters[n]["required"].clone(),
        )
    };
    assert_eq!(required(0), (json!("limit"), json!("query"), json!(false)));
    assert_eq!(required(4), (json!("office"), json!("query"), json!(true)));
}
