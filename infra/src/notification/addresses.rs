//! Addresses in letters to the staff: kept as paths, sent with the public address before them.

use super::letters::{Group, Letter, Proposal};

impl Letter {
    /// The letter with whole addresses.
    #[must_use]
    pub fn addressed(mut self, public_url: &str) -> Self {
        let whole = |url: &mut String| {
            if url.starts_with('/') {
                url.insert_str(0, public_url);
            }
        };
        match &mut self {
            Self::StaffAlert(alert) => {
                whole(&mut alert.list_url);
                alert.groups.iter_mut().for_each(|one| group(one, whole));
                proposals(&mut alert.proposals, whole);
            }
            Self::StaffDigest(digest) => {
                whole(&mut digest.list_url);
                digest.groups.iter_mut().for_each(|one| group(one, whole));
                for one in [
                    &mut digest.overdue,
                    &mut digest.due_today,
                    &mut digest.due_next,
                ] {
                    group(one, whole);
                }
                proposals(&mut digest.proposals, whole);
            }
            Self::StaffWeekly(report) | Self::StaffMonthly(report) => {
                whole(&mut report.list_url);
                group(&mut report.late, whole);
            }
            _ => {}
        }
        self
    }
}

fn group(group: &mut Group, whole: impl Fn(&mut String)) {
    for dossier in &mut group.dossiers {
        whole(&mut dossier.url);
    }
}

fn proposals(proposals: &mut [Proposal], whole: impl Fn(&mut String)) {
    for proposal in proposals {
        whole(&mut proposal.url);
    }
}
