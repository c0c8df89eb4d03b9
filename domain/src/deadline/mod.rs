//! Calendars, time limits and stops: when a dossier is due.
