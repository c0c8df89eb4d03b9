//! What stands around a made-up letter: the office that writes it, and the case of the applicant.

use domain::notification::Kind;
use minijinja::value::{Serde, Value};
use serde_json::json;

use super::{CODE, PAGE, samples};
use crate::notification::letters::Letter;
use crate::notification::links::Links;

const KEY: &str = "ABC234";

/// How an office can be reached. Neither has to be known.
#[derive(Debug, Clone, Copy)]
struct Contact {
    address: Option<&'static str>,
    phone: Option<&'static str>,
}

const REACHABLE: Contact = Contact {
    address: Some("Số 1, đường Mẫu, phường (mẫu)"),
    phone: Some("028 3800 0000"),
};

/// The one that looks best is the first.
const CONTACTS: [Contact; 4] = [
    REACHABLE,
    Contact {
        phone: None,
        ..REACHABLE
    },
    Contact {
        address: None,
        ..REACHABLE
    },
    Contact {
        address: None,
        phone: None,
    },
];

/// Every kind of applicant, and every way in which a result goes out.
const APPLICANT_KINDS: [&str; 2] = ["person", "organisation"];
const RESULT_WAYS: [&str; 3] = ["in_person", "post", "online"];

/// What templates ask of a case in order to choose their words.
#[derive(Debug, Clone, Copy)]
struct Case {
    applicant_kind: &'static str,
    result_way: &'static str,
}

/// What a template is given for a letter from an office that can be reached.
pub fn sample_context(letter: &Letter) -> Value {
    let case = cases(letter.kind()).first().copied().flatten();
    context(letter, REACHABLE, case)
}

/// What a template is given for every sample of a kind, from every sort of office in every sort of
/// case: a template may stand for all wards of a city. The first looks best.
pub fn sample_contexts(kind: Kind) -> Vec<Value> {
    samples(kind).iter().flat_map(contexts).collect()
}

fn contexts(letter: &Letter) -> Vec<Value> {
    let mut contexts = Vec::new();
    for case in cases(letter.kind()) {
        contexts.extend(CONTACTS.map(|contact| context(letter, contact, case)));
    }
    contexts
}

/// Letters to the staff tell of no applicant.
fn cases(kind: Kind) -> Vec<Option<Case>> {
    if !kind.is_to_applicant() {
        return vec![None];
    }
    let of = |applicant_kind: &'static str| {
        RESULT_WAYS.map(|result_way| {
            Some(Case {
                applicant_kind,
                result_way,
            })
        })
    };
    APPLICANT_KINDS.into_iter().flat_map(of).collect()
}

fn context(letter: &Letter, contact: Contact, case: Option<Case>) -> Value {
    Value::from(Serde(json!({
        "letter": letter,
        "office": {
            "name": "Ủy ban nhân dân phường (mẫu)",
            "code": "H29.23",
            "address": contact.address,
            "phone": contact.phone,
        },
        "dossier": case.map(|case| json!({
            "code": CODE,
            "procedure": "Đăng ký đất đai, cấp Giấy chứng nhận quyền sử dụng đất lần đầu",
            "applicant": "Người nộp hồ sơ (mẫu)",
            "applicant_kind": case.applicant_kind,
            "look_up_url": Links::of(PAGE).look_up(CODE, KEY),
            "look_up_key": KEY,
            "result_way": case.result_way,
        })),
    })))
}
