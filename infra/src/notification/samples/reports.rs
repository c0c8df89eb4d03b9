//! Reports of a week or a month.

use std::iter;

use super::offices::put_into_two_offices;
use super::{group, list_url, local, office, on_own_behalf, recipient, unassigned};
use crate::notification::letters::{Figures, Group, Report};

/// A report, that of a time in which nothing happened, and those of late dossiers that nobody had,
/// or that lie in two offices.
pub(super) fn reports(from: &str, to: &str) -> [Report; 4] {
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
    let nobodys = Report {
        late: unassigned(busy.late.clone()),
        ..busy.clone()
    };
    let mut of_two_offices = busy.clone();
    put_into_two_offices(iter::once(&mut of_two_offices.late), &mut []);
    [busy, quiet, nobodys, of_two_offices]
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
