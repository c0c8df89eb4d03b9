//! Addresses in letters to the staff: kept as paths, sent as the installation wants them.

use super::letters::{Group, Letter, Proposal};
use super::links::{Links, ListOf};

impl Letter {
    /// The letter with whole addresses; one that is whole already stays.
    #[must_use]
    pub fn addressed(mut self, links: &Links) -> Self {
        match &mut self {
            Self::StaffAlert(alert) => {
                list(&mut alert.list_url, links);
                alert.groups.iter_mut().for_each(|one| group(one, links));
                proposals(&mut alert.proposals, links);
            }
            Self::StaffDigest(digest) => {
                list(&mut digest.list_url, links);
                digest.groups.iter_mut().for_each(|one| group(one, links));
                for one in [
                    &mut digest.overdue,
                    &mut digest.due_today,
                    &mut digest.due_next,
                ] {
                    group(one, links);
                }
                proposals(&mut digest.proposals, links);
            }
            Self::StaffWeekly(report) | Self::StaffMonthly(report) => {
                list(&mut report.list_url, links);
                group(&mut report.late, links);
            }
            _ => {}
        }
        self
    }
}

fn list(url: &mut String, links: &Links) {
    if url.starts_with('/') {
        *url = links.list(ListOf::of_path(url));
    }
}

fn group(group: &mut Group, links: &Links) {
    for dossier in &mut group.dossiers {
        if dossier.url.starts_with('/') {
            dossier.url = links.dossier(&dossier.code);
        }
    }
}

fn proposals(proposals: &mut [Proposal], links: &Links) {
    for one in proposals {
        if one.url.starts_with('/') {
            one.url = links.proposal(&one.id, &one.code);
        }
    }
}
