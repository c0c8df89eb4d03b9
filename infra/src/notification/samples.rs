//! Made-up letters of every kind, by which templates are checked and shown.

use chrono::{DateTime, Utc};
use domain::notification::Kind;

pub use self::context::{sample_context, sample_contexts};
use self::offices::of_two_offices;
use super::letters::{
    Alert, Apology, ChainRoot, DepartmentCount, Digest, DossierLine, DueDateMoved, Figures, Group,
    Letter, MissingPaper, OfficeName, Payment, Proposal, Received, Recipient, Report, ResultReady,
    Stopped, Supplement,
};

mod context;
mod offices;

const PAGE: &str = "https://motcua.example.vn";
const CODE: &str = "H29.23-261116-0007";

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
            Letter::StaffAlert(of_two_offices(alert())),
        ],
        Kind::StaffDigest => vec![
            Letter::StaffDigest(digest()),
            steps_alone(),
            signatures_alone(),
            next_day_alone(),
        ],
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
        department: Some("Phòng Kinh tế, Hạ tầng và Đô thị".to_owned()),
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
                name: "Phòng Kinh tế, Hạ tầng và Đô thị".to_owned(),
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

/// The same of dossiers that lie with no department yet.
fn unassigned(group: Group) -> Group {
    let nobodys = |line: DossierLine| DossierLine {
        department: None,
        holder: None,
        ..line
    };
    let dossiers = group.dossiers.into_iter().map(nobodys).collect();
    Group { dossiers, ..group }
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

fn steps_alone() -> Letter {
    Letter::StaffDigest(Digest {
        groups: vec![group("step_due_soon", "Bước xử lý sắp hết hạn", 2, &[0, 0])],
        total: 2,
        proposals: Vec::new(),
        proposal_count: 0,
        ..nothing_due()
    })
}

fn signatures_alone() -> Letter {
    Letter::StaffDigest(nothing_due())
}

/// For a stand-in, on a morning without a fingerprint: nothing was recorded the day before.
fn next_day_alone() -> Letter {
    let next = group("due_next", "Đến hạn ngày làm việc tới", 3, &[0, 0, 0]);
    Letter::StaffDigest(Digest {
        recipient: recipient(),
        due_next: unassigned(next),
        total: 3,
        proposals: Vec::new(),
        proposal_count: 0,
        chain_root: None,
        ..nothing_due()
    })
}

fn nothing_due() -> Digest {
    Digest {
        groups: Vec::new(),
        overdue: Group::default(),
        due_today: Group::default(),
        due_next: Group::default(),
        total: 0,
        ..digest()
    }
}

fn digest() -> Digest {
    Digest {
        recipient: on_own_behalf(),
        office: office(),
        day: local("2026-11-17"),
        groups: vec![group("overdue", "Vừa quá hạn từ chiều hôm qua", 2, &[1, 1])],
        overdue: group("overdue", "Đang quá hạn", 27, &[9, 7, 4]),
        due_today: group("due_today", "Đến hạn hôm nay", 2, &[0, 0]),
        due_next: Group {
            rung: "due_next".to_owned(),
            title: "Đến hạn ngày làm việc tới".to_owned(),
            ..Group::default()
        },
        total: 29,
        proposals: proposals(),
        proposal_count: 1,
        chain_root: Some(ChainRoot {
            day: local("2026-11-16"),
            hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            events: 1284,
        }),
        list_url: list_url(),
    }
}

fn local(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap_or_default()
}

/// A report, and that of a time in which nothing happened.
fn reports(from: &str, to: &str) -> [Report; 2] {
    let busy = report(from, to);
    let quiet = Report {
        recipient: on_own_behalf(),
        rows: Vec::new(),
        total: Figures {
            name: busy.total.name.clone(),
            ..Figures::default()
        },
        score: None,
        late: Group::default(),
        ..busy.clone()
    };
    [busy, quiet]
}

fn report(from: &str, to: &str) -> Report {
    let land = Figures {
        name: "Đất đai".to_owned(),
        received: 42,
        online: 10,
        in_person: 20,
        carried_over: 12,
        resolved: 30,
        early: 12,
        on_time: 15,
        late: 3,
        in_progress: 12,
        within: 10,
        overdue: 2,
    };
    let civil = Figures {
        name: "Hộ tịch".to_owned(),
        received: 58,
        online: 30,
        in_person: 25,
        carried_over: 3,
        resolved: 55,
        early: 40,
        on_time: 15,
        late: 0,
        in_progress: 3,
        within: 3,
        overdue: 0,
    };
    let total = Figures {
        name: "Tổng số".to_owned(),
        received: 100,
        online: 40,
        in_person: 45,
        carried_over: 15,
        resolved: 85,
        early: 52,
        on_time: 30,
        late: 3,
        in_progress: 15,
        within: 13,
        overdue: 2,
    };
    Report {
        recipient: recipient(),
        office: office(),
        from: local(from),
        to: local(to),
        rows: vec![land, civil],
        total,
        score: Some(19.3),
        late: group("late", "Hồ sơ trễ hạn trong kỳ", 5, &[9, 7, 4]),
        list_url: list_url(),
    }
}

#[cfg(test)]
#[path = "samples_tests.rs"]
mod tests;
