//! The letter that tells of some alerts, as the dossiers give reason for them now.

use std::collections::BTreeSet;

use super::counts::leave_out_one_office;
use super::directory::Directory;
use super::groups::{AlertNow, dossiers_of, groups, list_url, proposing};
use super::ladders::Ladders;
use super::sections::{Sections, count_of, open_proposals};
use crate::db::Conn;
use crate::env::Env;
use crate::error::Error;
use crate::notification::letters::{Alert, OfficeName, Recipient};

/// A letter as the dossiers give reason for it now.
#[derive(Debug, Default)]
pub(super) struct Built<T> {
    /// None when there is nothing left to say.
    pub letter: Option<T>,
    /// Alerts that are left out.
    pub unwanted: Vec<i64>,
    /// How many were read, with these.
    pub alerts: usize,
    pub office: Option<i64>,
}

impl<T> Built<T> {
    /// Who was to read it left the service: whoever acts now is told by the next look.
    pub(super) fn untold(alerts: &[AlertNow]) -> Self {
        Self {
            letter: None,
            unwanted: alerts.iter().map(|alert| alert.id).collect(),
            alerts: alerts.len(),
            office: None,
        }
    }
}

pub(super) fn alert_letter(
    conn: &mut Conn,
    env: &Env,
    directory: &Directory,
    ladders: &Ladders,
    addressee: i64,
    alerts: Vec<AlertNow>,
) -> Result<Built<Alert>, Error> {
    let read = alerts.len();
    let now = env.now();
    let (wanted, unwanted): (Vec<_>, Vec<_>) = alerts
        .into_iter()
        .partition(|alert| alert.is_to_be_told(directory, ladders));
    let unwanted = unwanted.iter().map(|alert| alert.id).collect();
    let mut groups = groups(conn, directory, ladders, &wanted, now)?;
    let mut proposals = open_proposals(conn, directory, &proposing(&wanted))?;
    leave_out_one_office(groups.iter_mut(), &mut proposals.named);
    let office = office_of(directory, addressee, &wanted);
    if groups.is_empty() && proposals.count == 0 {
        return Ok(Built {
            letter: None,
            unwanted,
            alerts: read,
            office,
        });
    }
    let letter = Alert {
        recipient: recipient(
            directory,
            addressee,
            wanted.iter().map(|alert| alert.staff_id),
        ),
        office: office_name(directory, office),
        groups,
        total: count_of(dossiers_of(&wanted).len()),
        list_url: list_url(&wanted, &Sections::default(), now),
        proposals: proposals.named,
        proposal_count: proposals.count,
    };
    Ok(Built {
        letter: Some(letter),
        unwanted,
        alerts: read,
        office,
    })
}

/// Whose hours and templates count: the recipient's own office where it is concerned, else the
/// first that is.
fn office_of(directory: &Directory, addressee: i64, alerts: &[AlertNow]) -> Option<i64> {
    let own = directory
        .people
        .get(&addressee)
        .map(|person| person.office_id);
    own.filter(|own| alerts.iter().any(|alert| alert.office_id == *own))
        .or_else(|| alerts.first().map(|alert| alert.office_id))
        .or(own)
}

pub(super) fn office_name(directory: &Directory, office: Option<i64>) -> OfficeName {
    let office = office.and_then(|office| directory.offices.get(&office));
    OfficeName {
        name: office.map(|office| office.name.clone()).unwrap_or_default(),
        code: office.map(|office| office.code.clone()).unwrap_or_default(),
    }
}

/// The recipient, with the names of those for whom they stand in here.
pub(super) fn recipient(
    directory: &Directory,
    addressee: i64,
    meant: impl Iterator<Item = i64>,
) -> Recipient {
    let name = |id: &i64| directory.people.get(id).map(|person| person.name.clone());
    let absent: BTreeSet<i64> = meant.filter(|id| *id != addressee).collect();
    let absent: Vec<String> = absent.iter().filter_map(name).collect();
    Recipient {
        name: name(&addressee).unwrap_or_default(),
        absent_person: (!absent.is_empty()).then(|| absent.join(", ")),
    }
}
