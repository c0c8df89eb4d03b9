//! The authorization matrix: every operation of the OpenAPI document against every kind of caller.

mod accounts;
mod alerts;
mod call;
mod commands;
mod dossiers;
mod mails;
mod matrix;
mod registers;
mod row;
mod rules;
mod stage;
mod tokens;

pub use call::{Call, Payload};
pub use row::{Expected, Row};
pub use stage::Stage;

/// Operations without a row. This list only ever gets shorter.
pub const WITHOUT_ROW: &[&str] = &[];

/// The row of an operation, its things made ready; none when nobody wrote one.
pub async fn row(id: &str, stage: &Stage<'_>) -> Option<Row> {
    macro_rules! first_of {
        ($($part:path),* $(,)?) => {
            $(if let Some(row) = $part(id, stage).await { return Some(row); })*
        };
    }
    first_of![
        accounts::accounts,
        accounts::systems,
        accounts::operations,
        dossiers::intake,
        dossiers::one,
        dossiers::lists,
        dossiers::public,
        commands::command,
        alerts::alerts,
        registers::offices,
        registers::departments,
        registers::staff,
        registers::stand_ins,
        rules::calendars,
        rules::recounts,
        rules::procedures,
        mails::mails,
        mails::templates,
    ];
    None
}
