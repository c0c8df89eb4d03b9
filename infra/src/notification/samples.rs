//! Made-up letters of every kind, by which templates are checked and shown.

use chrono::{DateTime, Utc};
use domain::notification::Kind;

pub use self::context::{sample_context, sample_contexts};
use self::digests::digests;
use self::offices::put_into_two_offices;
use self::reports::reports;
use super::letters::{
    Alert, Apology, DepartmentCount, DossierLine, DueDateMoved, Group, Letter, MissingPaper,
    OfficeName, Payment, Proposal, Received, Recipient, ResultReady, Stopped, Supplement,
};

mod context;
mod digests;
mod offices;
mod reports;

const PAGE: &str = "https://motcua.example.vn";
const CODE: &str = "H29.23-261116-0007";
const DEPARTMENT: &str = "Phòng Kinh tế, Hạ tầng và Đô thị";

/// Letters of a kind, such that every branch of a good template is gone through.
pub fn samples(kind: Kind) -> Vec<Letter> {
    match kind {
        Kind::ApplicantReceived => received(),
        Kind::ApplicantSupplement => vec![supplement()],
        Kind::ApplicantPayment => vec![Letter::ApplicantPayment(Payment {
            amount_vnd: 1_500_000,
            purpose: "Lệ phí trước bạ".to_owned(),
        })],
        Kind::ApplicantApology => vec![Letter::ApplicantApology(Apology {
            reason: "Cần xác minh thêm tại thực địa, hồ sơ có nhiều thửa đất liền kề.".to_owned(),
            due_at_before: at("2026-11-20T10:00:00Z"),
            due_at: at("2026-11-27T10:00:00Z"),
        })],
        Kind::ApplicantDueDateMoved => [
            "calendar",
            "extended",
            "supplement_received",
            "payment_confirmed",
        ]
        .map(|cause| {
            Letter::ApplicantDueDateMoved(DueDateMoved {
                cause: cause.to_owned(),
                due_at_before: at("2026-11-24T10:00:00Z"),
                due_at: at("2026-11-25T10:00:00Z"),
            })
        })
        .into(),
        Kind::ApplicantResult => ["approved", "declined"]
            .map(|outcome| {
                Letter::ApplicantResult(ResultReady {
                    outcome: outcome.to_owned(),
                })
            })
            .into(),
        Kind::ApplicantStopped => ["refused", "stopped", "lapsed", "withdrawn"]
            .map(|ending| {
                Letter::ApplicantStopped(Stopped {
                    ending: ending.to_owned(),
                    reason: "Thửa đất đang có tranh chấp do Tòa án thụ lý.".to_owned(),
                })
            })
            .into(),
        Kind::StaffAlert => vec![
            Letter::StaffAlert(alert()),
            proposals_alone(),
            unassigned_alone(),
            of_two_offices(),
        ],
        Kind::StaffDigest => digests().map(Letter::StaffDigest).into(),
        Kind::StaffWeekly => reports("2026-11-09", "2026-11-15")
            .map(Letter::StaffWeekly)
            .into(),
        Kind::StaffMonthly => reports("2026-10-01", "2026-10-31")
            .map(Letter::StaffMonthly)
            .into(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

fn received() -> Vec<Letter> {
    vec![
        Letter::ApplicantReceived(Received {
            due_at: Some(at("2026-11-30T10:00:00Z")),
            answer_by: None,
        }),
        Letter::ApplicantReceived(Received {
            due_at: None,
            answer_by: Some(at("2026-11-17T03:00:00Z")),
        }),
    ]
}

fn supplement() -> Letter {
    let paper = |name: &str, reason: &str| MissingPaper {
        name: name.to_owned(),
        reason: reason.to_owned(),
    };
    Letter::ApplicantSupplement(Supplement {
        missing: vec![
            paper(
                "Mảnh trích đo bản đồ địa chính thửa đất",
                "Bản đã nộp không có dấu của đơn vị đo đạc.",
            ),
            paper(
                "Giấy tờ về việc thừa kế quyền sử dụng đất",
                "Chưa có trong hồ sơ.",
            ),
        ],
        last_day: at("2026-12-01T10:00:00Z"),
    })
}

fn line(number: u32, lateness_days: u64) -> DossierLine {
    let code = format!("H29.23-2611{:02}-{number:04}", 2 + number);
    DossierLine {
        url: format!("{PAGE}/api/v1/dossiers/{code}"),
        code,
        procedure: "Đăng ký đất đai, cấp Giấy chứng nhận lần đầu".to_owned(),
        office: None,
        department: Some(DEPARTMENT.to_owned()),
        holder: Some("Chuyên viên (mẫu)".to_owned()),
        due_at: at("2026-11-13T10:00:00Z"),
        lateness_days,
    }
}

fn group(rung: &str, title: &str, count: u64, lateness: &[u64]) -> Group {
    Group {
        rung: rung.to_owned(),
        title: title.to_owned(),
        count,
        departments: vec![
            DepartmentCount {
                office: None,
                name: DEPARTMENT.to_owned(),
                count: count.saturating_sub(1),
            },
            DepartmentCount {
                office: None,
                name: "Tư pháp - Hộ tịch".to_owned(),
                count: 1,
            },
        ],
        dossiers: (1..)
            .zip(lateness)
            .map(|(n, days)| line(n, *days))
            .collect(),
    }
}

/// The same of dossiers that nobody has yet, and of which every other lies with no department.
fn unassigned(mut group: Group) -> Group {
    for (one, name) in group
        .departments
        .iter_mut()
        .zip(["Chưa phân phòng", DEPARTMENT])
    {
        name.clone_into(&mut one.name);
    }
    for (place, line) in group.dossiers.iter_mut().enumerate() {
        line.holder = None;
        if place.is_multiple_of(2) {
            line.department = None;
        }
    }
    group
}

fn recipient() -> Recipient {
    Recipient {
        name: "Lãnh đạo phường (mẫu)".to_owned(),
        absent_person: Some("Chủ tịch phường (mẫu)".to_owned()),
    }
}

/// Who stands in for nobody.
fn on_own_behalf() -> Recipient {
    Recipient {
        absent_person: None,
        ..recipient()
    }
}

fn office() -> OfficeName {
    OfficeName {
        name: "Ủy ban nhân dân phường (mẫu)".to_owned(),
        code: "H29.23".to_owned(),
    }
}

fn proposals() -> Vec<Proposal> {
    vec![Proposal {
        id: "01900000-0000-7000-8000-000000000000".to_owned(),
        code: CODE.to_owned(),
        procedure: "Đăng ký kết hôn có yếu tố nước ngoài".to_owned(),
        office: None,
        due_at: at("2026-11-18T10:00:00Z"),
        proposed_due_at: at("2026-11-24T10:00:00Z"),
        url: format!("{PAGE}/api/v1/dossiers/{CODE}"),
    }]
}

fn list_url() -> String {
    format!("{PAGE}/api/v1/dossiers?due=overdue")
}

/// Of the three dossiers due soon one is long overdue at its step as well.
fn alert() -> Alert {
    Alert {
        recipient: recipient(),
        office: office(),
        groups: vec![
            group("long_overdue", "Quá hạn kéo dài", 25, &[9, 7, 4]),
            group("due_soon", "Sắp đến hạn trả kết quả", 3, &[0, 0, 0]),
        ],
        total: 27,
        list_url: list_url(),
        proposals: proposals(),
        proposal_count: 1,
    }
}

fn proposals_alone() -> Letter {
    Letter::StaffAlert(Alert {
        groups: Vec::new(),
        total: 0,
        proposal_count: 50,
        ..alert()
    })
}

fn unassigned_alone() -> Letter {
    let waiting = group("unanswered", "Chưa trả lời tiếp nhận", 2, &[0, 0]);
    Letter::StaffAlert(Alert {
        recipient: on_own_behalf(),
        groups: vec![unassigned(waiting)],
        total: 2,
        proposals: Vec::new(),
        proposal_count: 0,
        ..alert()
    })
}

fn of_two_offices() -> Letter {
    let mut alert = alert();
    put_into_two_offices(alert.groups.iter_mut(), &mut alert.proposals);
    Letter::StaffAlert(alert)
}

fn local(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap_or_default()
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
