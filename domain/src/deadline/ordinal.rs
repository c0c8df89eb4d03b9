//! Counting along the days in constant time: how many units lie before a day, and which day holds a unit.

use super::moment::{Day, weekday_of};

/// A running count over all days: prefix sums where there are exceptions, a weekly pattern outside.
///
/// Unit 0 is the first one on or after `first`; earlier ones have negative numbers.
#[derive(Debug, Clone)]
pub(super) struct Ordinal {
    /// Units of the week before Monday, Tuesday, …, and of the whole week.
    week: [i64; 8],
    /// The window with exceptions, `first..end`.
    first: Day,
    end: Day,
    /// Units between `first` and each day of `first..=end`.
    sums: Vec<u32>,
}

impl Ordinal {
    /// `weekly` units per weekday, `window` units per day from `first` on.
    pub(super) fn new(weekly: [u16; 7], first: Day, window: impl Iterator<Item = u16>) -> Self {
        let mut week = [0; 8];
        let mut running = 0;
        for (slot, units) in week.iter_mut().skip(1).zip(weekly) {
            running += i64::from(units);
            *slot = running;
        }
        let mut sums = vec![0_u32];
        let mut sum = 0_u32;
        sums.extend(window.map(|units| {
            sum = sum.saturating_add(u32::from(units));
            sum
        }));
        let days = i64::try_from(sums.len() - 1).unwrap_or_default();
        Self {
            week,
            first,
            end: first + days,
            sums,
        }
    }

    /// Number of the first unit on or after `day`.
    pub(super) fn before(&self, day: Day) -> i64 {
        if day <= self.first {
            self.weekly(day) - self.weekly(self.first)
        } else if day >= self.end {
            self.total() + self.weekly(day) - self.weekly(self.end)
        } else {
            usize::try_from(day - self.first)
                .ok()
                .and_then(|index| self.sums.get(index))
                .copied()
                .map_or(0, i64::from)
        }
    }

    /// The day on which the unit of this number lies. A week must hold at least one unit.
    pub(super) fn holding(&self, unit: i64) -> Day {
        if unit < 0 {
            self.weekly_holding(unit.saturating_add(self.weekly(self.first)))
        } else if unit >= self.total() {
            self.weekly_holding((unit - self.total()).saturating_add(self.weekly(self.end)))
        } else {
            let after = self.sums.partition_point(|&sum| i64::from(sum) <= unit);
            self.first + i64::try_from(after).unwrap_or_default() - 1
        }
    }

    fn total(&self) -> i64 {
        self.sums.last().copied().map_or(0, i64::from)
    }

    fn per_week(&self) -> i64 {
        let [.., whole] = self.week;
        whole
    }

    /// Units of the plain pattern since the Monday before 1970-01-01.
    fn weekly(&self, day: Day) -> i64 {
        let within = self.week.get(weekday_of(day)).copied().unwrap_or_default();
        (day + 3).div_euclid(7) * self.per_week() + within
    }

    fn weekly_holding(&self, unit: i64) -> Day {
        // A week without units is refused at compilation; `max` keeps the division total.
        let per_week = self.per_week().max(1);
        let rest = unit.rem_euclid(per_week);
        let weekday = self
            .week
            .iter()
            .skip(1)
            .take_while(|&&until| until <= rest)
            .count();
        let week = unit.div_euclid(per_week).saturating_mul(7);
        week.saturating_add(i64::try_from(weekday).unwrap_or_default()) - 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways against plain counting, over sparse and full weeks and a window with holes.
    #[test]
    fn before_and_holding_agree_with_counting() {
        let windows: [&[u16]; 4] = [&[], &[0, 0, 0], &[5, 0, 0, 1, 2, 0], &[1; 20]];
        for weekly in [
            [1, 1, 1, 1, 1, 0, 0],
            [0, 0, 3, 0, 0, 0, 0],
            [2, 0, 0, 0, 0, 0, 9],
        ] {
            for window in windows {
                let first = 100;
                let ordinal = Ordinal::new(weekly, first, window.iter().copied());
                let units = |day: Day| {
                    usize::try_from(day - first)
                        .ok()
                        .and_then(|i| window.get(i))
                        .or_else(|| weekly.get(weekday_of(day)))
                        .copied()
                        .map_or(0, i64::from)
                };
                let mut number = -(-100..first).map(units).sum::<i64>();
                for day in -100..300 {
                    assert_eq!(ordinal.before(day), number, "{weekly:?} {window:?} {day}");
                    for unit in number..number + units(day) {
                        assert_eq!(ordinal.holding(unit), day, "{weekly:?} {window:?} {unit}");
                    }
                    number += units(day);
                }
            }
        }
    }
}
