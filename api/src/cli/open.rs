//! Opening the database, and telling which kind of register it holds.

use infra::db::Db;

use super::failure::Failure;
use crate::config::Settings;

/// Opens the database and applies what is missing; gives the names of what was.
pub(super) fn open(settings: &Settings) -> Result<(Db, Vec<String>), Failure> {
    let db = Db::open(&settings.db)?;
    let applied = db.migrate()?;
    for migration in &applied {
        tracing::info!(migration, "migration applied");
    }
    Ok((db, applied))
}

/// Refuses a database with accounts whose password everybody knows.
pub(super) fn refuse_demo(db: &Db) -> Result<(), Failure> {
    let demo: bool = db.read_blocking(infra::demo::holds_demo)?;
    match demo {
        false => Ok(()),
        true => Err(Failure::new(
            "cơ sở dữ liệu này có tài khoản minh họa với mật khẩu ai cũng biết; hãy dùng cơ sở dữ liệu mới cho `motcua serve`",
            "this database holds demo accounts, whose password everybody knows; give `motcua serve` a new database",
        )),
    }
}
