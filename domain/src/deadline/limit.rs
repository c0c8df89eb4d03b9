//! Time limits: how long a procedure may take, and the bounds that keep a wrong one out.

use std::fmt;
use std::ops::RangeInclusive;

use chrono::NaiveTime;

use crate::lang::Lang;

const DAYS: RangeInclusive<u32> = 1..=3_650;
const MONTHS: RangeInclusive<u32> = 1..=120;
const HOURS: RangeInclusive<u32> = 1..=8_760;

/// How long a procedure or an extension may take (thời hạn giải quyết).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum TimeLimit {
    /// Ngày làm việc.
    WorkingDays(u32),
    /// Ngày.
    CalendarDays(u32),
    /// Tháng.
    Months(u32),
    /// Giờ làm việc.
    WorkingHours(u32),
    /// Trong ngày: the same day when received at or before the cut-off, else the next working day.
    SameDay { cutoff: NaiveTime },
}

/// Why a unit, an amount and a cut-off are no time limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitFault {
    UnknownUnit,
    AmountMissing,
    AmountOutOfBounds { least: u32, most: u32 },
    AmountNotAllowed,
    CutoffNotAllowed,
}

/// 15:00, the practice where a procedure names no cut-off.
pub fn default_cutoff() -> NaiveTime {
    NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default()
}

impl TimeLimit {
    /// The words that [`Self::new`] knows.
    pub const UNITS: [&'static str; 5] = [
        "working_days",
        "calendar_days",
        "months",
        "working_hours",
        "same_day",
    ];

    /// From the words of the API and of the database; names every fault.
    pub fn new(
        unit: &str,
        amount: Option<u32>,
        cutoff: Option<NaiveTime>,
    ) -> Result<Self, Vec<LimitFault>> {
        let make: fn(u32) -> Self = match unit {
            "working_days" => Self::WorkingDays,
            "calendar_days" => Self::CalendarDays,
            "months" => Self::Months,
            "working_hours" => Self::WorkingHours,
            "same_day" => return Self::same_day(amount, cutoff),
            _ => return Err(vec![LimitFault::UnknownUnit]),
        };
        let mut faults = Vec::new();
        if cutoff.is_some() {
            faults.push(LimitFault::CutoffNotAllowed);
        }
        let limit = make(amount.unwrap_or(1));
        faults.extend(match amount {
            None => Some(LimitFault::AmountMissing),
            Some(_) => limit.fault(),
        });
        if faults.is_empty() {
            Ok(limit)
        } else {
            Err(faults)
        }
    }

    fn same_day(amount: Option<u32>, cutoff: Option<NaiveTime>) -> Result<Self, Vec<LimitFault>> {
        match amount {
            Some(_) => Err(vec![LimitFault::AmountNotAllowed]),
            None => Ok(Self::SameDay {
                cutoff: cutoff.unwrap_or_else(default_cutoff),
            }),
        }
    }

    pub fn unit(&self) -> &'static str {
        match self {
            Self::WorkingDays(_) => "working_days",
            Self::CalendarDays(_) => "calendar_days",
            Self::Months(_) => "months",
            Self::WorkingHours(_) => "working_hours",
            Self::SameDay { .. } => "same_day",
        }
    }

    pub fn amount(&self) -> Option<u32> {
        match *self {
            Self::WorkingDays(n)
            | Self::CalendarDays(n)
            | Self::Months(n)
            | Self::WorkingHours(n) => Some(n),
            Self::SameDay { .. } => None,
        }
    }

    pub fn cutoff(&self) -> Option<NaiveTime> {
        match *self {
            Self::SameDay { cutoff } => Some(cutoff),
            _ => None,
        }
    }

    /// The limit in words for people, such as `5 ngày làm việc`.
    pub fn text(&self, lang: Lang) -> String {
        match *self {
            Self::WorkingDays(n) => {
                lang.pick(format!("{n} ngày làm việc"), plural(n, "working day"))
            }
            Self::CalendarDays(n) => lang.pick(format!("{n} ngày"), plural(n, "day")),
            Self::Months(n) => lang.pick(format!("{n} tháng"), plural(n, "month")),
            Self::WorkingHours(n) => {
                lang.pick(format!("{n} giờ làm việc"), plural(n, "working hour"))
            }
            Self::SameDay { cutoff } => {
                let cutoff = cutoff.format("%H:%M");
                lang.pick(
                    format!("trong ngày (tiếp nhận sau {cutoff}: ngày làm việc tiếp theo)"),
                    format!("the same day (after {cutoff}: the next working day)"),
                )
            }
        }
    }

    /// An amount outside the bounds: the variants are public, so any can be written.
    pub(super) fn fault(&self) -> Option<LimitFault> {
        let (amount, bounds) = match *self {
            Self::WorkingDays(n) | Self::CalendarDays(n) => (n, DAYS),
            Self::Months(n) => (n, MONTHS),
            Self::WorkingHours(n) => (n, HOURS),
            Self::SameDay { .. } => return None,
        };
        (!bounds.contains(&amount)).then_some(LimitFault::AmountOutOfBounds {
            least: *bounds.start(),
            most: *bounds.end(),
        })
    }
}

fn plural(n: u32, unit: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {unit}{ending}")
}

impl LimitFault {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownUnit => "unknown_unit",
            Self::AmountMissing => "amount_missing",
            Self::AmountOutOfBounds { .. } => "amount_out_of_bounds",
            Self::AmountNotAllowed => "amount_not_allowed",
            Self::CutoffNotAllowed => "cutoff_not_allowed",
        }
    }

    /// The part of the limit that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            Self::UnknownUnit => "unit",
            Self::AmountMissing | Self::AmountOutOfBounds { .. } | Self::AmountNotAllowed => {
                "amount"
            }
            Self::CutoffNotAllowed => "cutoff",
        }
    }

    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::UnknownUnit => {
                let units = TimeLimit::UNITS.join(", ");
                lang.pick(
                    format!("đơn vị phải là một trong: {units}"),
                    format!("the unit must be one of: {units}"),
                )
            }
            Self::AmountMissing => {
                lang.pick("thiếu số lượng".into(), "the amount is missing".into())
            }
            Self::AmountOutOfBounds { least, most } => lang.pick(
                format!("số lượng phải từ {least} đến {most}"),
                format!("the amount must be {least} to {most}"),
            ),
            Self::AmountNotAllowed => lang.pick(
                "thời hạn trong ngày không có số lượng".into(),
                "a same-day limit takes no amount".into(),
            ),
            Self::CutoffNotAllowed => lang.pick(
                "chỉ thời hạn trong ngày mới có giờ chốt".into(),
                "only a same-day limit takes a cut-off".into(),
            ),
        }
    }
}

impl fmt::Display for LimitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for LimitFault {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_limit_gives_back_the_words_it_was_made_of() {
        let noon = NaiveTime::from_hms_opt(12, 0, 0);
        for unit in TimeLimit::UNITS {
            let (amount, cutoff) = match unit {
                "same_day" => (None, noon),
                _ => (Some(7), None),
            };
            let limit = TimeLimit::new(unit, amount, cutoff).unwrap();
            assert_eq!(
                (limit.unit(), limit.amount(), limit.cutoff()),
                (unit, amount, cutoff)
            );
        }
    }

    #[test]
    fn the_cut_off_is_fifteen_hours_unless_named() {
        let limit = TimeLimit::new("same_day", None, None).unwrap();
        assert_eq!(limit.cutoff(), NaiveTime::from_hms_opt(15, 0, 0));
    }

    #[test]
    fn amounts_have_bounds() {
        for (unit, most) in [
            ("working_days", 3_650),
            ("calendar_days", 3_650),
            ("months", 120),
            ("working_hours", 8_760),
        ] {
            assert!(TimeLimit::new(unit, Some(1), None).is_ok());
            assert!(TimeLimit::new(unit, Some(most), None).is_ok());
            for amount in [0, most + 1, u32::MAX] {
                let fault = LimitFault::AmountOutOfBounds { least: 1, most };
                assert_eq!(TimeLimit::new(unit, Some(amount), None), Err(vec![fault]));
            }
        }
    }

    #[test]
    fn every_fault_of_a_limit_is_named() {
        use LimitFault::{AmountMissing, AmountNotAllowed, CutoffNotAllowed, UnknownUnit};
        let noon = NaiveTime::from_hms_opt(12, 0, 0);
        assert_eq!(
            TimeLimit::new("weeks", Some(1), None),
            Err(vec![UnknownUnit])
        );
        assert_eq!(
            TimeLimit::new("same_day", Some(1), None),
            Err(vec![AmountNotAllowed])
        );
        assert_eq!(
            TimeLimit::new("months", None, noon),
            Err(vec![CutoffNotAllowed, AmountMissing])
        );
    }

    #[test]
    fn limits_read_well_in_both_languages() {
        let limit = TimeLimit::WorkingDays(5);
        assert_eq!(limit.text(Lang::Vi), "5 ngày làm việc");
        assert_eq!(limit.text(Lang::En), "5 working days");
        assert_eq!(TimeLimit::Months(1).text(Lang::En), "1 month");
    }
}
