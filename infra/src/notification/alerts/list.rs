//! What was told, to whom and when: for managers, inspectors and administrators.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use domain::auth::{Principal, Role};

use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{alert_batches, alerts, dossiers, mails, offices, staff};
use crate::dossier::visible_offices;
use crate::error::Error;

const LIST: &str = "alerts";
const READERS: [Role; 3] = [Role::Manager, Role::Inspector, Role::Administrator];

/// Which alerts to list.
#[derive(Debug, Clone, Default)]
pub struct AlertFilter {
    pub dossier: Option<String>,
    pub rung: Option<String>,
    /// `waiting`, `mailed`, `set_aside`, `muted`, `moot` or `no_address`.
    pub state: Option<String>,
}

/// A rung that fired.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct AlertView {
    id: i64,
    pub dossier: String,
    pub office: String,
    pub rung: String,
    pub about: String,
    pub occurrence: i64,
    due_at: NaiveDateTime,
    /// Uid of the person meant.
    pub staff: String,
    addressee_id: i64,
    pub via: String,
    fell_at: NaiveDateTime,
    deliver_at: NaiveDateTime,
    fired_at: NaiveDateTime,
    dropped_at: Option<NaiveDateTime>,
    batch_state: String,
    /// The mail's own state, whatever became of this alert.
    pub mail_state: Option<String>,
    /// Uid of the mail.
    pub mail: Option<String>,
    staff_id: i64,
}

impl AlertView {
    pub fn state(&self) -> &'static str {
        match (self.batch_state.as_str(), self.dropped_at, &self.mail_state) {
            (_, Some(_), _) => "moot",
            ("open", None, None) => "waiting",
            ("no_address", ..) => "no_address",
            (_, None, None) => "moot",
            (_, None, Some(state)) => match state.as_str() {
                "moot" => "moot",
                "set_aside" => "set_aside",
                "muted" => "muted",
                _ => "mailed",
            },
        }
    }

    /// Whether a stand-in was written to.
    pub fn to_stand_in(&self) -> bool {
        self.addressee_id != self.staff_id
    }

    pub fn due_at(&self) -> DateTime<Utc> {
        self.due_at.and_utc()
    }

    pub fn fell_at(&self) -> DateTime<Utc> {
        self.fell_at.and_utc()
    }

    pub fn deliver_at(&self) -> DateTime<Utc> {
        self.deliver_at.and_utc()
    }

    pub fn fired_at(&self) -> DateTime<Utc> {
        self.fired_at.and_utc()
    }
}

/// Alerts on the dossiers of one's offices, the newest first.
pub fn list_alerts(
    conn: &mut Conn,
    who: &Principal,
    filter: &AlertFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<AlertView>, Error> {
    let visible = visible_offices(conn, who, &READERS)?;
    if visible.is_empty() {
        return Err(Error::Forbidden);
    }
    let mut query = alerts::table
        .inner_join(dossiers::table)
        .inner_join(offices::table.on(offices::id.eq(alerts::office_id)))
        .inner_join(staff::table.on(staff::id.eq(alerts::staff_id)))
        .inner_join(alert_batches::table.left_join(mails::table))
        .filter(alerts::office_id.eq_any(visible))
        .into_boxed();
    if let Some(dossier) = &filter.dossier {
        query = query.filter(dossiers::code.eq(dossier.clone()));
    }
    if let Some(rung) = &filter.rung {
        query = query.filter(alerts::rung.eq(rung.clone()));
    }
    let moot = || {
        alerts::dropped_at
            .is_not_null()
            .or(alert_batches::state
                .eq("composed")
                .and(alert_batches::mail_id.is_null()))
            .or(mails::state
                .nullable()
                .is_not_null()
                .and(mails::state.nullable().eq("moot"))
                .assume_not_null())
    };
    query = match filter.state.as_deref() {
        Some("waiting") => query
            .filter(alert_batches::state.eq("open"))
            .filter(alert_batches::mail_id.is_null()),
        Some("no_address") => query
            .filter(alerts::dropped_at.is_null())
            .filter(alert_batches::state.eq("no_address")),
        Some("moot") => query.filter(moot()),
        Some("mailed") => query
            .filter(alerts::dropped_at.is_null())
            .filter(mails::state.nullable().eq_any(["waiting", "sent"])),
        Some(state @ ("set_aside" | "muted")) => query
            .filter(alerts::dropped_at.is_null())
            .filter(mails::state.nullable().eq(state.to_owned())),
        _ => query,
    };
    if let Some(cursor) = cursor {
        let before: i64 = Cursor::decode::<1>(cursor, LIST)
            .and_then(|[id]| id.parse().ok())
            .ok_or(Error::BadCursor)?;
        query = query.filter(alerts::id.lt(before));
    }
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<AlertView> = query
        .order(alerts::id.desc())
        .limit(one_more)
        .select((
            alerts::id,
            dossiers::code,
            offices::code,
            alerts::rung,
            alerts::about,
            alerts::occurrence,
            alerts::due_at,
            staff::uid,
            alert_batches::addressee_id,
            alert_batches::via,
            alerts::fell_at,
            alerts::deliver_at,
            alerts::fired_at,
            alerts::dropped_at,
            alert_batches::state,
            mails::state.nullable(),
            mails::uid.nullable(),
            alerts::staff_id,
        ))
        .load(conn)?;
    Ok(Page::cut(rows, limit, |row| {
        Cursor::new(LIST, [row.id.to_string()])
    }))
}
