//! The digest: on each working day one mail to every head and manager who has something to read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::time::local_date;

use super::ahead::read_ahead;
use super::batches::{are_as_read, close, drop_alerts, for_digest};
use super::counts::leave_out_one_office;
use super::directory::{Directory, Scope};
use super::groups::{AlertNow, dossiers_of, groups, list_url, proposing};
use super::house::{House, Loaded};
use super::links::{link, link_left_over, mailed};
use super::sections::{Sections, open_proposals, sections};
use super::sweep::{look_round, name_faults};
use super::telling::{Built, office_name, recipient};
use crate::db::schema::{digest_days, digests};
use crate::db::{Conn, Db, Unavailable};
use crate::env::Env;
use crate::error::Error;
use crate::notification::letters::{ChainRoot, Digest, Letter};
use crate::notification::outbox::{NewMail, enqueue_by};
use crate::schedule::Report;

/// Opens today's digests and makes those whose readers are at work. Whose office opens later
/// gets it from the sweep, at that opening. Nobody gets two for one day.
pub fn digest(db: &Db, env: &Env, go_on: &dyn Fn() -> bool) -> Result<Report, Error> {
    let (today, now) = (local_date(env.now()), env.now().naive_utc());
    db.write_blocking(move |conn| {
        diesel::sql_query(
            "INSERT INTO digest_days (day, opened_at) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING",
        )
        .bind::<diesel::sql_types::Date, _>(today)
        .bind::<diesel::sql_types::Timestamp, _>(now)
        .execute(conn)?;
        Ok::<_, Error>(())
    })?;
    // What falls at this very opening belongs into the digest.
    let mut report = look_round(db, env, go_on)?;
    go_on_with_digests(db, env, &House::default(), &mut report, go_on)?;
    Ok(report)
}

/// Makes the digests of today that are still to be made, once the day was opened.
pub(super) fn go_on_with_digests(
    db: &Db,
    env: &Env,
    house: &House,
    report: &mut Report,
    go_on: &dyn Fn() -> bool,
) -> Result<(), Error> {
    let today = local_date(env.now());
    let opened = db.read_blocking(move |conn| {
        let opened: i64 = digest_days::table.find(today).count().get_result(conn)?;
        Ok::<_, Error>(opened > 0)
    })?;
    if !opened {
        return Ok(());
    }
    link_left_over(db)?;
    let (loaded, digested) = db.read_blocking(|conn| {
        let digested: Vec<(i64, i64)> = digests::table
            .filter(digests::day.eq(today))
            .select((digests::staff_id, digests::read_by))
            .load(conn)?;
        Ok::<_, Error>((house.load(conn, env)?, digested))
    })?;
    name_faults(loaded.faults(), report);
    let directory = &loaded.directory;
    let (told, served): (BTreeSet<i64>, BTreeSet<i64>) = digested.into_iter().unzip();
    let at_work = |id: &i64| {
        directory
            .calendar_of(*id)
            .is_some_and(|calendar| calendar.is_working_time(env.now()))
    };
    // Whose morning was told is not told again by another hand: an absence that begins or ends in
    // the course of the day brings nobody a second digest.
    let untold = |(addressee, meant): &Reader| {
        !served.contains(addressee) && !meant.is_subset(&told) && at_work(addressee)
    };
    let readers = readers(directory).into_iter().filter(untold);
    let read = |reader: &Reader| Made::read(db, env, &loaded, reader);
    let write = |reader: &Reader, made| write_down(db, env, reader, today, made);
    let failed = |(addressee, _): &Reader, error: &Error| {
        tracing::error!(staff = addressee, %error, "a digest could not be made");
    };
    let readers = readers.take_while(|_| go_on());
    for ((addressee, _), mailed) in read_ahead(readers, read, write, failed)? {
        match mailed {
            Ok(mailed) => report.add(usize::from(mailed)),
            // One that takes the database too long is no reason to leave out who comes after it.
            Err(Error::Unavailable(cause)) if cause != Unavailable::QueueFull => {
                return Err(cause.into());
            }
            Err(error) => report.skip(format!("digest of staff {addressee}"), error.word()),
        }
    }
    Ok(())
}

/// Whoever reads a digest, with all for whom they read.
type Reader = (i64, BTreeSet<i64>);

/// Who reads a digest: heads and managers, or whoever stands in for them, with all for whom
/// they read.
fn readers(directory: &Directory) -> BTreeMap<i64, BTreeSet<i64>> {
    let mut readers: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for overseer in directory.scopes().into_keys() {
        let addressee = directory.addressee(overseer);
        readers.entry(addressee).or_default().insert(overseer);
    }
    readers
}

/// A digest that is to be written down.
struct Made {
    built: Built<Digest>,
    /// Those that it takes in.
    batches: Vec<i64>,
    to: Option<String>,
    calendar: Option<Arc<Calendar>>,
}

impl Made {
    fn read(
        db: &Db,
        env: &Env,
        loaded: &Loaded,
        (addressee, meant): &Reader,
    ) -> Result<Self, Error> {
        let directory = &loaded.directory;
        let (batches, built) = db.read_blocking(|conn| {
            let batches = for_digest(conn, *addressee)?;
            let alerts = AlertNow::of_batches(conn, &batches)?;
            let built = digest_letter(conn, env, loaded, (*addressee, meant), alerts)?;
            Ok::<_, Error>((batches, built))
        })?;
        let person = directory.people.get(addressee);
        Ok(Self {
            built,
            batches,
            to: person.and_then(|person| person.email.clone()),
            calendar: directory.calendar_of(*addressee).cloned(),
        })
    }
}

/// Whether a mail came of it.
fn write_down(
    db: &Db,
    env: &Env,
    (addressee, meant): &Reader,
    today: NaiveDate,
    made: Made,
) -> Result<bool, Error> {
    let Made {
        built,
        batches,
        to,
        calendar,
    } = made;
    let (env, addressee, meant) = (env.clone(), *addressee, meant.clone());
    let mail = db.write_blocking(move |conn| {
        // What another server is just changing is for the next look.
        if !are_as_read(conn, &batches, built.alerts)? {
            return Ok::<_, Error>(None);
        }
        let mut first = false;
        for overseer in meant {
            first |= first_today(conn, &env, (overseer, addressee), today)?;
        }
        if !first {
            return Ok::<_, Error>(None);
        }
        drop_alerts(conn, &env, &built.unwanted)?;
        let (letter, to) = match (built.letter, to) {
            (Some(letter), Some(to)) => (letter, to),
            (None, _) => {
                close(conn, &batches, "composed")?;
                return Ok(None);
            }
            (Some(_), None) => {
                close(conn, &batches, "no_address")?;
                return Ok(None);
            }
        };
        let mail = NewMail {
            message_key: format!("digest/{addressee}/{today}"),
            letter: Letter::StaffDigest(letter),
            to,
            staff_id: Some(addressee),
            office_id: built.office,
            dossier_id: None,
            not_before: None,
            dossiers: Vec::new(),
        };
        let mail = enqueue_by(conn, &env, &mail, calendar.as_deref())?;
        let mut long = false;
        match mail {
            Some(mail) => long = mailed(conn, &batches, mail, built.alerts)?,
            None => close(conn, &batches, "composed")?,
        }
        diesel::update(digests::table)
            .filter(digests::day.eq(today))
            .filter(digests::read_by.eq(addressee))
            .set(digests::mail_id.eq(mail))
            .execute(conn)?;
        Ok(mail.map(|mail| (mail, long)))
    })?;
    if let Some((mail, true)) = mail {
        link(db, mail)?;
    }
    Ok(mail.is_some())
}

/// Notes whose morning is told to whom; false when it was told before.
fn first_today(
    conn: &mut Conn,
    env: &Env,
    (overseer, addressee): (i64, i64),
    today: NaiveDate,
) -> Result<bool, Error> {
    let inserted = diesel::sql_query(
        "INSERT INTO digests (staff_id, read_by, day, made_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<diesel::sql_types::BigInt, _>(overseer)
    .bind::<diesel::sql_types::BigInt, _>(addressee)
    .bind::<diesel::sql_types::Date, _>(today)
    .bind::<diesel::sql_types::Timestamp, _>(env.now().naive_utc())
    .execute(conn)?;
    Ok(inserted == 1)
}

/// The digest of somebody, read for those who are meant, as it reads now.
pub(super) fn digest_letter(
    conn: &mut Conn,
    env: &Env,
    loaded: &Loaded,
    (addressee, meant): (i64, &BTreeSet<i64>),
    alerts: Vec<AlertNow>,
) -> Result<Built<Digest>, Error> {
    let (directory, ladders) = (&loaded.directory, &loaded.ladders);
    let read = alerts.len();
    let now = env.now();
    let (wanted, unwanted): (Vec<_>, Vec<_>) = alerts
        .into_iter()
        .partition(|alert| alert.is_to_be_told(directory, ladders));
    let unwanted: Vec<i64> = unwanted.iter().map(|alert| alert.id).collect();
    let mut groups = groups(conn, directory, ladders, &wanted, now)?;
    let scopes = directory.scopes();
    let mut scope = Scope::default();
    for overseer in meant.iter().filter_map(|id| scopes.get(id)) {
        scope.offices.extend(&overseer.offices);
        scope.departments.extend(&overseer.departments);
    }
    let mut sections = match directory.calendar_of(addressee) {
        Some(calendar) => {
            let told = dossiers_of(&wanted);
            sections(conn, directory, &scope, calendar, &told, now)?
        }
        None => Sections::default(),
    };
    // Also of an office that got a manager of its own since it was told to the one above.
    scope.offices.extend(proposing(&wanted));
    let mut proposals = open_proposals(conn, directory, &scope.offices)?;
    let told = groups.iter_mut().chain(sections.all_mut());
    leave_out_one_office(told, &mut proposals.named);
    let office = directory
        .people
        .get(&addressee)
        .map(|person| person.office_id);
    if groups.is_empty() && sections.count() == 0 && proposals.count == 0 {
        return Ok(Built {
            letter: None,
            unwanted,
            alerts: read,
            office,
        });
    }
    let concerned = wanted.iter().map(|alert| alert.staff_id);
    let concerned = concerned.chain(meant.iter().copied());
    let letter = Digest {
        total: sections.count() + sections.elsewhere,
        list_url: list_url(&wanted, &sections, now),
        recipient: recipient(directory, addressee, concerned),
        office: office_name(directory, office),
        day: local_date(now),
        groups,
        overdue: sections.overdue,
        due_today: sections.due_today,
        due_next: sections.due_next,
        proposals: proposals.named,
        proposal_count: proposals.count,
        chain_root: chain_root(conn)?,
    };
    Ok(Built {
        letter: Some(letter),
        unwanted,
        alerts: read,
        office,
    })
}

/// The fingerprint of the latest day: whoever keeps the mail can compare it later.
fn chain_root(conn: &mut Conn) -> Result<Option<ChainRoot>, Error> {
    let latest = crate::schedule::latest_root(conn)?;
    Ok(latest.map(|latest| ChainRoot {
        day: latest.day,
        hash: latest.root,
        events: u64::try_from(latest.events).unwrap_or(0),
    }))
}
