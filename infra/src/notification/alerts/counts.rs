//! How many dossiers of a letter lie in which department, and in which office of several.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::directory::Directory;
use crate::notification::letters::{DepartmentCount, Group, Proposal};
use crate::report::ByDepartment;

/// How many of these lie in each office and department.
pub(super) fn count_by(places: impl Iterator<Item = (i64, Option<i64>)>) -> ByDepartment {
    let mut counted = ByDepartment::new();
    for place in places {
        *counted.entry(place).or_default() += 1;
    }
    counted
}

/// The counts with the names of the offices and departments, the most first.
pub(super) fn named_counts(directory: &Directory, counted: ByDepartment) -> Vec<DepartmentCount> {
    let name = |department: Option<i64>| {
        let known = department.and_then(|id| directory.departments.get(&id));
        known.map_or("Chưa phân phòng", String::as_str).to_owned()
    };
    let mut counts: Vec<DepartmentCount> = counted
        .into_iter()
        .map(|((office, department), count)| DepartmentCount {
            office: directory.office_named(office),
            name: name(department),
            count,
        })
        .collect();
    counts.sort_by_cached_key(|one| (Reverse(one.count), one.office.clone(), one.name.clone()));
    counts
}

/// Leaves the office out of a letter that tells of one alone. Counted are all dossiers of the
/// letter, so that the same words mean the same in each of its groups.
pub(super) fn leave_out_one_office<'a>(
    groups: impl Iterator<Item = &'a mut Group>,
    proposals: &mut [Proposal],
) {
    let groups: Vec<&mut Group> = groups.collect();
    let counted = groups.iter().flat_map(|group| &group.departments);
    let offices: BTreeSet<&Option<String>> = counted
        .map(|one| &one.office)
        .chain(proposals.iter().map(|one| &one.office))
        .collect();
    if offices.len() > 1 {
        return;
    }
    for group in groups {
        let counts = group.departments.iter_mut().map(|one| &mut one.office);
        let lines = group.dossiers.iter_mut().map(|one| &mut one.office);
        counts.chain(lines).for_each(|office| *office = None);
    }
    proposals.iter_mut().for_each(|one| one.office = None);
}
