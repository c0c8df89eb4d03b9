//! The code of a dossier, by which everybody names it.

use chrono::{Datelike, NaiveDate};

use super::{AgencyCode, Limits, TextFault, clean, text_traits};

const FAULT: TextFault = TextFault::BadFormat {
    expected: "H29.23-261120-0001",
};

/// Code of a dossier (mã hồ sơ): `<agency code>-YYMMDD-NNNN`, with the day on which it came in at
/// UTC+7 and a sequence per agency and day that starts at 0001 and grows wider past 9999
/// [Decree 118/2025 Art. 28]. Ordered by agency, day and sequence.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DossierCode {
    agency: AgencyCode,
    date: NaiveDate,
    sequence: u64,
    text: String,
}

impl DossierCode {
    /// Refuses a year outside 2000 to 2099, which two digits cannot tell, and sequence 0.
    pub fn new(agency: &AgencyCode, date: NaiveDate, sequence: u64) -> Result<Self, TextFault> {
        if sequence == 0 || !(2000..=2099).contains(&date.year()) {
            return Err(FAULT);
        }
        let (year, month, day) = (date.year() % 100, date.month(), date.day());
        let text = format!("{agency}-{year:02}{month:02}{day:02}-{sequence:04}");
        Ok(Self {
            agency: agency.clone(),
            date,
            sequence,
            text,
        })
    }

    /// Parses the one spelling of a code; lower case and needless zeros are refused.
    pub fn parse(raw: &str) -> Result<Self, TextFault> {
        let text = clean(raw, Limits::line(1, 63))?;
        let (agency, rest) = text.split_once('-').ok_or(FAULT)?;
        let (day, number) = rest.split_once('-').ok_or(FAULT)?;
        let agency = AgencyCode::parse(agency).map_err(|_| FAULT)?;
        if number.len() < 4 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FAULT);
        }
        let code = Self::new(&agency, parse_day(day)?, number.parse().map_err(|_| FAULT)?)?;
        if code.text == text {
            Ok(code)
        } else {
            Err(FAULT)
        }
    }

    /// The agency where it came in.
    pub fn agency(&self) -> &AgencyCode {
        &self.agency
    }

    /// The day on which it came in, at UTC+7.
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// Its number among those of the agency on that day, from 1.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The code as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

text_traits!(DossierCode, open);

fn parse_day(day: &str) -> Result<NaiveDate, TextFault> {
    if day.len() != 6 {
        return Err(FAULT);
    }
    let number: i32 = match day.bytes().all(|byte| byte.is_ascii_digit()) {
        true => day.parse().map_err(|_| FAULT)?,
        false => return Err(FAULT),
    };
    let [year, month, day] = [2000 + number / 10_000, number / 100 % 100, number % 100];
    let [Ok(month), Ok(day)] = [u32::try_from(month), u32::try_from(day)] else {
        return Err(FAULT);
    };
    NaiveDate::from_ymd_opt(year, month, day).ok_or(TextFault::BadDate)
}
