//! Dossiers: the whole day of one, and everything about them by itself.

mod appraisal;
mod attachments;
mod batch;
mod codes;
mod comments;
mod ending;
mod feed;
mod handing_on;
mod intake;
mod lists;
mod moving_the_date;
mod retries;
mod sight;
mod tampering;
mod versions;
mod whole_day;
mod worklists;
