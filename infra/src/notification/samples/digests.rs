//! Digests of the morning.

use super::offices::put_into_two_offices;
use super::{group, list_url, local, office, on_own_behalf, proposals, recipient, unassigned};
use crate::notification::letters::{ChainRoot, Digest, Group};

const DUE_NEXT: &str = "Đến hạn ngày làm việc tới";

/// The first shows the most.
pub(super) fn digests() -> [Digest; 6] {
    [
        digest(),
        steps_alone(),
        nothing_due(),
        next_day_alone(),
        nobodys(),
        of_two_offices(),
    ]
}

fn steps_alone() -> Digest {
    Digest {
        groups: vec![group("step_due_soon", "Bước xử lý sắp hết hạn", 2, &[0, 0])],
        total: 2,
        proposals: Vec::new(),
        proposal_count: 0,
        ..nothing_due()
    }
}

/// For a stand-in, on a morning without a fingerprint: nothing was recorded the day before.
fn next_day_alone() -> Digest {
    let next = group("due_next", DUE_NEXT, 3, &[0, 0, 0]);
    Digest {
        recipient: recipient(),
        due_next: unassigned(next),
        total: 3,
        proposals: Vec::new(),
        proposal_count: 0,
        chain_root: None,
        ..nothing_due()
    }
}

/// With a signature that is waited for.
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
            title: DUE_NEXT.to_owned(),
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

/// Of dossiers that nobody has yet, in every part.
fn nobodys() -> Digest {
    let Digest {
        groups,
        overdue,
        due_today,
        ..
    } = digest();
    Digest {
        groups: groups.into_iter().map(unassigned).collect(),
        overdue: unassigned(overdue),
        due_today: unassigned(due_today),
        ..digest()
    }
}

fn of_two_offices() -> Digest {
    let mut digest = Digest {
        due_next: group("due_next", DUE_NEXT, 3, &[0, 0, 0]),
        total: 32,
        ..digest()
    };
    let sections = [
        &mut digest.overdue,
        &mut digest.due_today,
        &mut digest.due_next,
    ];
    let groups = digest.groups.iter_mut().chain(sections);
    put_into_two_offices(groups, &mut digest.proposals);
    digest
}
