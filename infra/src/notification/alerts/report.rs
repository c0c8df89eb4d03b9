//! The weekly and the monthly report to managers, on the first working morning.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use diesel::prelude::*;
use domain::deadline::Calendar;
use domain::time::{from_local, local_date};

use super::counts::{leave_out_one_office, named_counts};
use super::directory::Directory;
use super::groups::{Judged, NAMED, lines};
use super::sweep::name_faults;
use super::telling::{office_name, recipient};
use crate::db::schema::mails;
use crate::db::{Conn, Db, Unavailable};
use crate::env::Env;
use crate::error::Error;
use crate::notification::ListOf;
use crate::notification::letters::{self, Group, Letter};
use crate::notification::outbox::{NewMail, enqueue};
use crate::report::{Figures, LateOne, Period, figures, is_after_the_first, late_ones};
use crate::schedule::Report;

/// So many spans may have passed before an office opens again: a week of holidays leaves its own
/// and the one before to the first morning after it.
const REACH: usize = 4;

/// Of which span a report tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Week,
    Month,
}

impl Span {
    fn as_str(self) -> &'static str {
        match self {
            Self::Week => "weekly",
            Self::Month => "monthly",
        }
    }

    /// The first day of the span in which `day` lies.
    fn begin(self, day: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Week => day.weekday().num_days_from_monday(),
            Self::Month => day.day0(),
        };
        day.checked_sub_days(Days::new(back.into())).unwrap_or(day)
    }

    /// The last spans that ended before the one in which `today` lies, the oldest first.
    fn past(self, today: NaiveDate) -> Vec<Period> {
        let mut begin = self.begin(today);
        let mut past: Vec<Period> = (0..REACH)
            .map_while(|_| {
                let last = begin.pred_opt()?;
                begin = self.begin(last);
                Some(Period { first: begin, last })
            })
            .collect();
        past.reverse();
        past
    }
}

/// The first run after an instant, by the timetable.
pub type Runs<'a> = dyn Fn(DateTime<Utc>) -> Option<DateTime<Utc>> + 'a;

/// Sends each manager the report of the week or month that is over, from the first working
/// morning on; once for each, however often it runs, and later if that morning was missed.
pub fn report(db: &Db, env: &Env, span: Span) -> Result<Report, Error> {
    let hourly = |at| Some(at + TimeDelta::hours(1));
    report_while(db, env, span, &hourly, &|| true)
}

/// [`report`] that asks `go_on` before each reader; the next run makes what is left. Whom no run
/// finds at work, since the job's times are few, it is made for before, and held until they are.
pub fn report_while(
    db: &Db,
    env: &Env,
    span: Span,
    runs: &Runs<'_>,
    go_on: &dyn Fn() -> bool,
) -> Result<Report, Error> {
    let now = env.now();
    let (directory, readers) = db.read_blocking(|conn| {
        let directory = Directory::load(conn, env)?;
        let mut readers = Vec::new();
        for period in span.past(local_date(now)) {
            let of_period = readers_of(conn, &directory, span, period, local_date(now))?;
            readers.extend(of_period.into_iter().map(|reader| (period, reader)));
        }
        Ok::<_, Error>((directory, readers))
    })?;
    let mut report = Report::default();
    name_faults(directory.faults.iter(), &mut report);
    for (period, (addressee, meant)) in readers {
        let calendar = directory.calendar_of(addressee);
        let Some(from) = calendar.and_then(|calendar| readable_from(calendar, now, runs)) else {
            continue;
        };
        if !go_on() {
            break;
        }
        let one = One {
            span,
            period,
            addressee,
            from,
        };
        match make(db, env, &directory, &one, &meant) {
            Ok(made) => report.add(usize::from(made)),
            // One that takes the database too long is no reason to leave out who comes after it.
            Err(Error::Unavailable(cause)) if cause != Unavailable::QueueFull => {
                return Err(cause.into());
            }
            Err(error) => {
                tracing::error!(staff = addressee, %error, "a report could not be made");
                report.skip(format!("report for staff {addressee}"), error.word());
            }
        }
    }
    Ok(report)
}

/// From when on somebody can read a report that is made now; none where a later run finds them at
/// work on their next day.
fn readable_from(
    calendar: &Calendar,
    now: DateTime<Utc>,
    runs: &Runs<'_>,
) -> Option<DateTime<Utc>> {
    if calendar.is_working_time(now) {
        return Some(now);
    }
    let opening = calendar.next_opening(now);
    let of_that_day = |at: &DateTime<Utc>| local_date(*at) == local_date(opening);
    let mut later =
        std::iter::successors(runs(opening - TimeDelta::microseconds(1)), |at| runs(*at))
            .take_while(of_that_day);
    let comes = later.any(|at| calendar.is_working_time(at));
    (!comes).then_some(opening)
}

/// One report to one reader.
struct One {
    span: Span,
    period: Period,
    addressee: i64,
    /// From when on it can be read.
    from: DateTime<Utc>,
}

type Readers = BTreeMap<i64, BTreeMap<i64, BTreeSet<i64>>>;

/// Managers whose office opened first after the period in the span of `today`, or whoever stood in
/// for them then, with the offices of which they read. By that moment, not by now: an absence that
/// begins or ends later would bring the same report to a second person.
fn readers_of(
    conn: &mut Conn,
    directory: &Directory,
    span: Span,
    period: Period,
    today: NaiveDate,
) -> Result<Readers, Error> {
    let over = period.last.succ_opt().unwrap_or(period.last);
    let over = from_local(over.and_time(NaiveTime::MIN));
    let mut readers = Readers::new();
    for (manager, scope) in directory.scopes() {
        let Some(calendar) = directory.calendar_of(manager) else {
            continue;
        };
        let morning = calendar.effective(over);
        let is_of_now = span.begin(local_date(morning)) == span.begin(today);
        if is_of_now && !scope.offices.is_empty() {
            let reads = readers
                .entry(directory.addressee_at(conn, manager, morning)?)
                .or_default();
            reads.insert(manager, scope.offices);
        }
    }
    Ok(readers)
}

fn make(
    db: &Db,
    env: &Env,
    directory: &Directory,
    one: &One,
    meant: &BTreeMap<i64, BTreeSet<i64>>,
) -> Result<bool, Error> {
    let &One {
        span,
        period,
        addressee,
        from,
    } = one;
    let key = format!("{}/{addressee}/{}", span.as_str(), period.first);
    let person = directory.people.get(&addressee);
    let Some(to) = person.and_then(|person| person.email.clone()) else {
        return Ok(false);
    };
    let known = key.clone();
    let letter = db.read_blocking(|conn| {
        let made = mails::table.filter(mails::message_key.eq(known));
        if made.count().get_result::<i64>(conn)? > 0 {
            return Ok(None);
        }
        letter(conn, env, directory, period, addressee, meant)
    })?;
    let Some(letter) = letter else {
        return Ok(false);
    };
    let mail = NewMail {
        message_key: key,
        letter: match span {
            Span::Week => Letter::StaffWeekly(letter),
            Span::Month => Letter::StaffMonthly(letter),
        },
        to,
        staff_id: Some(addressee),
        office_id: person.map(|person| person.office_id),
        dossier_id: None,
        not_before: Some(from),
        dossiers: Vec::new(),
    };
    let env = env.clone();
    let made = db.write_blocking(move |conn| enqueue(conn, &env, &mail))?;
    Ok(made.is_some())
}

/// None where there is nothing to count.
fn letter(
    conn: &mut Conn,
    env: &Env,
    directory: &Directory,
    period: Period,
    addressee: i64,
    meant: &BTreeMap<i64, BTreeSet<i64>>,
) -> Result<Option<letters::Report>, Error> {
    if !is_after_the_first(conn, period)? {
        return Ok(None);
    }
    let tops: BTreeSet<i64> = meant.values().flatten().copied().collect();
    let offices = directory.subtree(&tops);
    let by_field = figures(conn, &offices, period)?;
    let total = by_field
        .values()
        .fold(Figures::default(), |sum, field| sum.plus(field));
    if total.received() == 0 {
        return Ok(None);
    }
    if !total.adds_up() {
        return Err(Error::Internal(format!(
            "the figures do not add up: {total:?}"
        )));
    }
    let (counts, oldest) = late_ones(conn, &offices, period, i64::try_from(NAMED).unwrap_or(20))?;
    let ids: Vec<i64> = oldest.iter().map(|one| one.id).collect();
    let judged = |one: &LateOne| Judged {
        due_at: one.due_at,
        at: one.ended_at.unwrap_or_else(|| env.now()),
    };
    let dates: HashMap<_, _> = oldest.iter().map(|one| (one.id, judged(one))).collect();
    let mut late = Group {
        rung: "late".to_owned(),
        title: "Hồ sơ trễ hạn".to_owned(),
        count: counts.values().sum(),
        departments: named_counts(directory, counts),
        dossiers: lines(conn, directory, &ids, &dates)?,
    };
    leave_out_one_office(std::iter::once(&mut late), &mut []);
    // Of a tree of offices the uppermost.
    let length = |office: &&i64| {
        directory
            .offices
            .get(office)
            .map(|office| office.path.len())
    };
    let top = tops.iter().min_by_key(length).copied();
    Ok(Some(letters::Report {
        recipient: recipient(directory, addressee, meant.keys().copied()),
        office: office_name(directory, top),
        from: period.first,
        to: period.last,
        rows: by_field
            .iter()
            .map(|(field, figures)| row(field, figures))
            .collect(),
        total: row("Tổng cộng", &total),
        score: total.score(),
        late,
        list_url: ListOf::Overdue.path(),
    }))
}

fn row(name: &str, figures: &Figures) -> letters::Figures {
    letters::Figures {
        name: name.to_owned(),
        received: figures.received(),
        online: figures.online,
        in_person: figures.in_person,
        carried_over: figures.carried_over,
        resolved: figures.resolved(),
        early: figures.early,
        on_time: figures.on_time,
        late: figures.late,
        in_progress: figures.in_progress,
        within: figures.within(),
        overdue: figures.overdue,
    }
}
