//! Samples that tell of several offices, as the managers above them read them.

use crate::notification::letters::{Group, Proposal};

const OFFICES: [&str; 2] = [
    "Ủy ban nhân dân phường (mẫu)",
    "Ủy ban nhân dân phường thứ hai (mẫu)",
];

/// Puts the dossiers of a letter into two offices; the last of each group lies with no department.
pub(super) fn put_into_two_offices<'a>(
    groups: impl Iterator<Item = &'a mut Group>,
    proposals: &mut [Proposal],
) {
    let mut offices = OFFICES.iter().cycle().map(|name| (*name).to_owned());
    for group in groups {
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
    for proposal in proposals {
        proposal.office = offices.next();
    }
}
