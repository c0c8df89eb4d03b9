//! Calendars, and what their changes do to open dossiers.

mod late_holiday;
