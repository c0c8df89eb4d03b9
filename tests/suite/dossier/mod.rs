//! Dossiers: the whole day of one, and every action by itself.

mod whole_day;
