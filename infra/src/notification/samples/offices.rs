//! A sample that tells of several offices, as the managers above them read it.

use crate::notification::letters::Alert;

const OFFICES: [&str; 2] = [
    "Ủy ban nhân dân phường (mẫu)",
    "Ủy ban nhân dân phường thứ hai (mẫu)",
];

/// The same with its dossiers in two offices, of which the last of each group lies with no
/// department.
pub(super) fn of_two_offices(mut alert: Alert) -> Alert {
    let mut offices = OFFICES.iter().cycle().map(|name| (*name).to_owned());
    for group in &mut alert.groups {
        for one in &mut group.departments {
            one.office = offices.next();
        }
        for line in &mut group.dossiers {
            line.office = offices.next();
        }
        if let Some(last) = group.dossiers.last_mut() {
            last.department = None;
        }
    }
    for proposal in &mut alert.proposals {
        proposal.office = offices.next();
    }
    alert
}
