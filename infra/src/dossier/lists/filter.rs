//! What the register is narrowed to: public names, and the keys that they mean.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use domain::dossier::State;
use domain::text::fold;

use super::{Boxed, next_day, start_of};
use crate::db::Conn;
use crate::db::schema::{departments, dossiers, procedure_versions, procedures, staff};
use crate::error::Error;

/// What the register of dossiers is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// This office and those below it.
    pub office: Option<String>,
    pub procedure: Option<String>,
    pub states: Vec<State>,
    pub holder: Option<String>,
    pub department: Option<String>,
    pub code: Option<String>,
    /// Words of the applicant's name, diacritics or not.
    pub name: Option<String>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
    pub received_from: Option<NaiveDate>,
    pub received_to: Option<NaiveDate>,
    pub channel: Option<&'static str>,
}

/// The filter with public names turned into keys.
pub(super) struct Resolved {
    procedure_versions: Option<Vec<i64>>,
    states: Vec<&'static str>,
    holder: Option<i64>,
    department: Option<i64>,
    code: Option<String>,
    pub(super) name: Option<String>,
    id_number: Option<String>,
    phone: Option<String>,
    received_from: Option<NaiveDateTime>,
    received_before: Option<NaiveDateTime>,
    channel: Option<&'static str>,
}

impl Resolved {
    /// None when a name means nothing, so that no dossier can match.
    pub(super) fn of(conn: &mut Conn, filter: &Filter) -> Result<Option<Self>, Error> {
        let versions = match &filter.procedure {
            None => None,
            Some(code) => Some(
                procedure_versions::table
                    .inner_join(procedures::table)
                    .filter(procedures::code.eq(code))
                    .select(procedure_versions::id)
                    .load::<i64>(conn)?,
            ),
        };
        let holder = match &filter.holder {
            None => None,
            Some(uid) => {
                let id = staff::table.filter(staff::uid.eq(uid)).select(staff::id);
                match id.first::<i64>(conn).optional()? {
                    None => return Ok(None),
                    found => found,
                }
            }
        };
        let department = match &filter.department {
            None => None,
            Some(uid) => {
                let id = departments::table
                    .filter(departments::uid.eq(uid))
                    .select(departments::id);
                match id.first::<i64>(conn).optional()? {
                    None => return Ok(None),
                    found => found,
                }
            }
        };
        Ok(Some(Self {
            procedure_versions: versions,
            states: filter.states.iter().map(|state| state.as_str()).collect(),
            holder,
            department,
            code: filter.code.clone(),
            name: filter
                .name
                .as_deref()
                .map(fold)
                .filter(|name| !name.is_empty()),
            id_number: filter.id_number.clone(),
            phone: filter.phone.clone(),
            received_from: filter.received_from.map(|day| start_of(day).naive_utc()),
            received_before: filter
                .received_to
                .map(|day| start_of(next_day(day)).naive_utc()),
            channel: filter.channel,
        }))
    }

    pub(super) fn apply<'a>(&'a self, mut query: Boxed<'a>) -> Boxed<'a> {
        if let Some(versions) = &self.procedure_versions {
            query = query.filter(dossiers::procedure_version_id.eq_any(versions));
        }
        if !self.states.is_empty() {
            query = query.filter(dossiers::state.eq_any(&self.states));
        }
        if let Some(holder) = self.holder {
            query = query.filter(dossiers::holder_id.eq(holder));
        }
        if let Some(department) = self.department {
            query = query.filter(dossiers::department_id.eq(department));
        }
        if let Some(code) = &self.code {
            query = query.filter(dossiers::code.eq(code));
        }
        if let Some(id_number) = &self.id_number {
            query = query.filter(dossiers::id_number.eq(id_number));
        }
        if let Some(phone) = &self.phone {
            query = query.filter(dossiers::phone.eq(phone));
        }
        if let Some(from) = self.received_from {
            query = query.filter(dossiers::received_at.ge(from));
        }
        if let Some(before) = self.received_before {
            query = query.filter(dossiers::received_at.lt(before));
        }
        if let Some(channel) = self.channel {
            query = query.filter(dossiers::channel.eq(channel));
        }
        query
    }

    /// Whether anything but the name is asked for.
    pub(super) fn narrows_more(&self) -> bool {
        self.is_narrow()
            || self.procedure_versions.is_some()
            || !self.states.is_empty()
            || self.holder.is_some()
            || self.department.is_some()
            || self.received_from.is_some()
            || self.received_before.is_some()
            || self.channel.is_some()
    }

    /// One person's, one code's: so few that the offices need not be walked one by one.
    pub(super) fn is_narrow(&self) -> bool {
        self.code.is_some() || self.id_number.is_some() || self.phone.is_some()
    }
}
