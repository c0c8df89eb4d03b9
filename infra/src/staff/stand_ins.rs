//! Stand-ins for a period (ủy quyền): who acts for an absent colleague, from when to when.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use diesel::prelude::*;
use domain::auth::{Actor, Principal, Role};
use domain::text::Note;
use domain::time::{from_local, local_date};
use serde_json::json;

use super::rows::StaffDetail;
use super::standing::{find, find_seen};
use crate::audit::audit;
use crate::db::Conn;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{offices, staff, stand_ins};
use crate::env::Env;
use crate::error::{Error, Fault};
use crate::ids::new_uid;
use crate::office::lock_registers;

const LIST: &str = "stand-ins";
/// Whoever is away longer is replaced, not stood in for.
const LONGEST_DAYS: i64 = 366;
/// Who may name a stand-in for somebody else of the office.
const APPOINTERS: [Role; 2] = [Role::Administrator, Role::Manager];

/// A period to be stood in for, half-open.
#[derive(Debug, Clone)]
pub struct NewStandIn {
    /// The uid of the colleague.
    pub stand_in: String,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub reason: Option<Note>,
}

/// A period with both persons.
#[derive(Debug, Clone)]
pub struct StandInDetail {
    pub uid: String,
    pub absent: (String, String),
    /// Uid and display name.
    pub stand_in: (String, String),
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub reason: Option<String>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = stand_ins)]
struct StandInRow {
    id: i64,
    uid: String,
    absent_id: i64,
    stand_in_id: i64,
    from_at: NaiveDateTime,
    to_at: NaiveDateTime,
    reason: Option<String>,
    cancelled_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

/// Names a stand-in for the person `uid`: by themselves, or by a manager or an administrator
/// over their office and over all that their roles reach.
pub fn create_stand_in(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    new: &NewStandIn,
) -> Result<StandInDetail, Error> {
    lock_registers(conn)?;
    let absent = find_seen(conn, who, uid)?;
    let author = author(who, &absent).ok_or(Error::Forbidden)?;
    if absent.person.retired_at.is_some() {
        return Err(Error::Refused("retired"));
    }
    let mut faults = period_faults(env, new);
    let stand_in = suitable(conn, &absent, &new.stand_in, &mut faults)?;
    if faults.is_empty() && overlaps(conn, absent.person.id, new)? {
        faults.push(Fault::new(
            "from",
            "overlaps",
            "Đã có ủy quyền khác trong khoảng thời gian này.",
            "Another stand-in is named for a part of this period.",
        ));
    }
    let Some(stand_in) = stand_in.filter(|_| faults.is_empty()) else {
        return Err(Error::Invalid(faults));
    };
    let uid = new_uid();
    diesel::insert_into(stand_ins::table)
        .values((
            stand_ins::uid.eq(&uid),
            stand_ins::absent_id.eq(absent.person.id),
            stand_ins::stand_in_id.eq(stand_in.person.id),
            stand_ins::from_at.eq(new.from.naive_utc()),
            stand_ins::to_at.eq(new.to.naive_utc()),
            stand_ins::reason.eq(new.reason.as_ref().map(Note::as_str)),
            stand_ins::created_by.eq(author),
            stand_ins::created_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)?;
    let record = json!({
        "absent": absent.person.uid,
        "stand_in": stand_in.person.uid,
        "from": new.from.to_rfc3339(),
        "to": new.to.to_rfc3339(),
    });
    audit(conn, env, who, "stand_in.create", &uid, &record)?;
    detail_by_uid(conn, &uid)?
        .ok_or(Error::NotFound)
        .map(|(detail, _)| detail)
}

/// Cancels a period that has not begun, or ends a running one now.
pub fn cancel_stand_in(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
) -> Result<StandInDetail, Error> {
    lock_registers(conn)?;
    let (before, row) = detail_by_uid(conn, uid)?.ok_or(Error::NotFound)?;
    let absent = find_seen(conn, who, &before.absent.0)?;
    author(who, &absent).ok_or(Error::Forbidden)?;
    let now = env.now();
    if before.cancelled_at.is_some() {
        return Ok(before);
    }
    if before.to <= now {
        return Err(Error::Refused("stand_in_over"));
    }
    // The record keeps for how long it really held.
    let to = if before.from < now { now } else { before.to };
    diesel::update(stand_ins::table.find(row.id))
        .filter(stand_ins::cancelled_at.is_null())
        .set((
            stand_ins::cancelled_at.eq(now.naive_utc()),
            stand_ins::to_at.eq(to.naive_utc()),
        ))
        .execute(conn)?;
    audit(conn, env, who, "stand_in.cancel", uid, &json!({}))?;
    detail_by_uid(conn, uid)?
        .ok_or(Error::NotFound)
        .map(|(detail, _)| detail)
}

/// One period, for whoever may see the absent person.
pub fn read_stand_in(conn: &mut Conn, who: &Principal, uid: &str) -> Result<StandInDetail, Error> {
    let (detail, _) = detail_by_uid(conn, uid)?.ok_or(Error::NotFound)?;
    find_seen(conn, who, &detail.absent.0)?;
    Ok(detail)
}

/// The periods in which others stand in for the person `uid`, newest first.
pub fn list_stand_ins(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<StandInDetail>, Error> {
    let absent = find_seen(conn, who, uid)?;
    let before: i64 = match cursor {
        None => i64::MAX,
        Some(text) => {
            let [id] = Cursor::decode(text, LIST).ok_or(Error::BadCursor)?;
            id.parse().map_err(|_| Error::BadCursor)?
        }
    };
    let rows: Vec<StandInRow> = stand_ins::table
        .filter(stand_ins::absent_id.eq(absent.person.id))
        .filter(stand_ins::id.lt(before))
        .order(stand_ins::id.desc())
        .limit(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX))
        .select(StandInRow::as_select())
        .load(conn)?;
    let page = Page::cut(rows, limit, |row| Cursor::new(LIST, [row.id.to_string()]));
    let items = page.items.into_iter().map(|row| detail_of(conn, &row));
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        next: page.next,
    })
}

/// Who signs for the appointment: the id to be kept with it, none when `who` may not appoint.
fn author(who: &Principal, absent: &StaffDetail) -> Option<i64> {
    let appoints = |path: &str| who.has_any(&APPOINTERS, path);
    match who.actor {
        Actor::Staff(id) if id == absent.person.id => Some(id),
        Actor::Staff(id) => (appoints(&absent.office_path)
            && absent.role_paths.iter().all(|(_, path)| appoints(path)))
        .then_some(id),
        Actor::Client(_) | Actor::System => None,
    }
}

fn period_faults(env: &Env, new: &NewStandIn) -> Vec<Fault> {
    let mut faults = Vec::new();
    let now = env.now();
    if new.to <= new.from {
        faults.push(Fault::new(
            "to",
            "not_after_from",
            "Thời điểm kết thúc phải sau thời điểm bắt đầu.",
            "The end must be after the beginning.",
        ));
    } else if new.to <= now {
        faults.push(Fault::new(
            "to",
            "in_the_past",
            "Khoảng thời gian này đã qua.",
            "This period is over already.",
        ));
    } else if new.to - new.from > TimeDelta::days(LONGEST_DAYS) {
        faults.push(Fault::new(
            "to",
            "too_long",
            format!("Ủy quyền dài nhất {LONGEST_DAYS} ngày."),
            format!("A stand-in is named for at most {LONGEST_DAYS} days."),
        ));
    }
    // A period may begin with the day that is running, not with one that is over: what was done
    // then was done in one's own name.
    if new.from < from_local(local_date(now).and_time(NaiveTime::MIN)) {
        faults.push(Fault::new(
            "from",
            "in_the_past",
            "Không thể bắt đầu trước ngày hôm nay.",
            "It can not begin before today.",
        ));
    }
    faults
}

/// The colleague, when they are active and of the same office or of one right above or below.
fn suitable(
    conn: &mut Conn,
    absent: &StaffDetail,
    uid: &str,
    faults: &mut Vec<Fault>,
) -> Result<Option<StaffDetail>, Error> {
    let found = find(conn, uid)?.filter(|colleague| colleague.person.retired_at.is_none());
    let fault = match &found {
        Some(colleague) if colleague.person.id == absent.person.id => Fault::new(
            "stand_in",
            "same_person",
            "Không thể tự ủy quyền cho chính mình.",
            "Nobody stands in for themselves.",
        ),
        Some(colleague) if are_near(conn, colleague.person.office_id, absent.person.office_id)? => {
            return Ok(found);
        }
        // One answer for both, so that the staff of other offices stay unknown.
        _ => Fault::new(
            "stand_in",
            "unknown_person",
            "Không có cán bộ đang làm việc với mã này ở cùng cơ quan, cơ quan cấp trên hoặc cấp dưới trực tiếp.",
            "No active person with this id works in the same office or in one right above or below it.",
        ),
    };
    faults.push(fault);
    Ok(None)
}

fn are_near(conn: &mut Conn, one: i64, other: i64) -> Result<bool, Error> {
    let pairs: Vec<(i64, Option<i64>)> = offices::table
        .filter(offices::id.eq_any([one, other]))
        .select((offices::id, offices::parent_id))
        .load(conn)?;
    let is_parent = |above: i64, below: i64| pairs.contains(&(below, Some(above)));
    Ok(one == other || is_parent(one, other) || is_parent(other, one))
}

fn overlaps(conn: &mut Conn, absent: i64, new: &NewStandIn) -> Result<bool, Error> {
    let clash = stand_ins::table
        .filter(stand_ins::absent_id.eq(absent))
        .filter(stand_ins::cancelled_at.is_null())
        .filter(stand_ins::from_at.lt(new.to.naive_utc()))
        .filter(stand_ins::to_at.gt(new.from.naive_utc()));
    Ok(clash.count().get_result::<i64>(conn)? > 0)
}

fn detail_by_uid(conn: &mut Conn, uid: &str) -> Result<Option<(StandInDetail, StandInRow)>, Error> {
    let row: Option<StandInRow> = stand_ins::table
        .filter(stand_ins::uid.eq(uid))
        .select(StandInRow::as_select())
        .first(conn)
        .optional()?;
    row.map(|row| Ok((detail_of(conn, &row)?, row))).transpose()
}

fn detail_of(conn: &mut Conn, row: &StandInRow) -> Result<StandInDetail, Error> {
    let name = |conn: &mut Conn, id: i64| -> Result<(String, String), Error> {
        let names = staff::table
            .find(id)
            .select((staff::uid, staff::display_name));
        Ok(names.first(conn)?)
    };
    Ok(StandInDetail {
        uid: row.uid.clone(),
        absent: name(conn, row.absent_id)?,
        stand_in: name(conn, row.stand_in_id)?,
        from: row.from_at.and_utc(),
        to: row.to_at.and_utc(),
        reason: row.reason.clone(),
        cancelled_at: row.cancelled_at.map(|at| at.and_utc()),
        created_at: row.created_at.and_utc(),
    })
}
