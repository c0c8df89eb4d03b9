//! Calendars and the recomputation after a late holiday.
