//! Instants between rows and memory on the busiest paths. On SQLite they are texts, which diesel
//! writes and reads by patterns that chrono interprets each time: a twentieth of a look-up.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Timestamp;
use diesel::sqlite::Sqlite;

/// An instant in UTC, stored as diesel stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub(crate) struct Stamp(pub NaiveDateTime);

impl ToSql<Timestamp, Sqlite> for Stamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(written(self.0));
        Ok(IsNull::No)
    }
}

impl ToSql<Timestamp, Pg> for Stamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamp, Pg>::to_sql(&self.0, out)
    }
}

impl FromSql<Timestamp, Sqlite> for Stamp {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        match parse(value.read_text()) {
            Some(at) => Ok(Self(at)),
            None => FromSql::<Timestamp, Sqlite>::from_sql(value).map(Self),
        }
    }
}

impl FromSql<Timestamp, Pg> for Stamp {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Timestamp, Pg>::from_sql(value).map(Self)
    }
}

/// `2026-11-20 08:30:00`, with three, six or nine digits of a second that is not whole.
pub(crate) fn written(at: NaiveDateTime) -> String {
    let nanos = at.nanosecond();
    let year = match u32::try_from(at.year()) {
        // From a thousand million on it is a leap second.
        Ok(year @ 0..=9999) if nanos < 1_000_000_000 => year,
        _ => return at.format("%F %T%.f").to_string(),
    };
    let mut text = String::with_capacity(29);
    push(&mut text, year, 1000);
    let fields = [
        ('-', at.month()),
        ('-', at.day()),
        (' ', at.hour()),
        (':', at.minute()),
        (':', at.second()),
    ];
    for (before, value) in fields {
        text.push(before);
        push(&mut text, value, 10);
    }
    if nanos > 0 {
        text.push('.');
        match nanos {
            millis if millis % 1_000_000 == 0 => push(&mut text, millis / 1_000_000, 100),
            micros if micros % 1000 == 0 => push(&mut text, micros / 1000, 100_000),
            nanos => push(&mut text, nanos, 100_000_000),
        }
    }
    text
}

/// The decimal digits of a number, from the place of `first` on.
fn push(text: &mut String, number: u32, first: u32) {
    let mut place = first;
    while place > 0 {
        text.push(char::from_digit(number / place % 10, 10).unwrap_or('0'));
        place /= 10;
    }
}

/// Reads what [`written`] writes, and the same with a `T`, as PostgreSQL has it in JSON.
pub(crate) fn parse(text: &str) -> Option<NaiveDateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let (date, time) = (date.as_bytes(), time.as_bytes());
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let [h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = time else {
        return None;
    };
    let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let nanos = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let places = 9u32.saturating_sub(u32::try_from(digits.len()).ok()?);
            number(digits)?.checked_mul(10u32.checked_pow(places)?)?
        }
        _ => return None,
    };
    let (hour, minute, second) = (
        number(&[*h1, *h2])?,
        number(&[*n1, *n2])?,
        number(&[*s1, *s2])?,
    );
    day.and_hms_nano_opt(hour, minute, second, nanos)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, digit| {
        let value = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(value)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;
    use chrono::DateTime;

    /// What diesel writes for SQLite.
    fn by_diesel(at: NaiveDateTime) -> String {
        at.format("%F %T%.f").to_string()
    }

    #[test]
    fn instants_are_written_as_diesel_writes_them_and_read_again() {
        let mut seconds = -62_167_219_200_i64; // the beginning of the year 0
        let fractions = [
            0,
            1,
            999,
            1000,
            120_000,
            1_000_000,
            500_000_000,
            999_999_999,
        ];
        while seconds < 253_402_300_800 {
            for nanos in fractions {
                let at = DateTime::from_timestamp(seconds, nanos)
                    .unwrap()
                    .naive_utc();
                assert_eq!(written(at), by_diesel(at));
                assert_eq!(parse(&written(at)), Some(at));
                assert_eq!(parse(&by_diesel(at).replace(' ', "T")), Some(at));
            }
            seconds += 86_399 * 1009;
        }
    }

    #[test]
    fn years_of_other_lengths_and_leap_seconds_are_left_to_chrono() {
        for at in [NaiveDateTime::MAX, NaiveDateTime::MIN] {
            assert_eq!(written(at), by_diesel(at));
        }
        let leap = NaiveDate::from_ymd_opt(2016, 12, 31).unwrap();
        let leap = leap.and_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert_eq!(written(leap), by_diesel(leap));
    }

    #[test]
    fn what_is_no_instant_is_not_read() {
        for text in [
            "",
            "2026-11-20",
            "2026-11-20 08:30",
            "2026-11-20 08:30:00.",
            "2026-11-20 08:30:00.1234567890",
            "2026-11-20 08:30:00Z",
            "2026-11-31 08:30:00",
            "2026-11-20 24:00:00",
            "2026-1-20 08:30:00",
            "-026-11-20 08:30:00",
            "２０２６-11-20 08:30:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
