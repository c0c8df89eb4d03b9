//! `motcua migrate`: the schema alone.

use super::failure::Failure;
use super::open::open;
use super::{logging, out};
use crate::config::Settings;

pub(super) fn migrate(settings: Settings) -> Result<(), Failure> {
    logging::start(&settings);
    let (_, applied) = open(&settings)?;
    match applied.len() {
        0 => out::line("Cấu trúc cơ sở dữ liệu đã mới nhất (nothing to migrate)."),
        count => out::line(format_args!("Đã cập nhật (migrations applied): {count}")),
    }
    Ok(())
}
