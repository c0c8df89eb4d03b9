//! `motcua keys`: the keys that sign access tokens.

use clap::Subcommand;
use infra::auth::Keys;

use super::failure::Failure;
use super::{out, run};
use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum KeysAction {
    /// Liệt kê (list them, the signing one first)
    List,
    /// Thêm khóa mới để ký; khóa cũ vẫn được chấp nhận (sign with a new key from now on)
    Rotate,
    /// Bỏ một khóa: mã truy cập nó đã ký bị từ chối (refuse what this key signed)
    Retire {
        /// Mã khóa (key id)
        kid: String,
    },
}

/// A running service notices a change within half a minute.
pub(super) fn keys(settings: &Settings, action: &KeysAction) -> Result<(), Failure> {
    let keys = Keys::open(&settings.keys_dir())?;
    match action {
        KeysAction::List => list(&keys),
        KeysAction::Rotate => {
            let kid = keys.rotate()?;
            out::line(format_args!("Khóa ký mới (new signing key): {kid}"));
        }
        KeysAction::Retire { kid } => {
            keys.retire(kid)?;
            out::line(format_args!("Đã bỏ khóa (retired): {kid}"));
        }
    }
    Ok(())
}

fn list(keys: &Keys) {
    for (place, key) in keys.public(run::env().now()).iter().enumerate() {
        let signs = if place == 0 {
            "  đang ký (signs)"
        } else {
            ""
        };
        out::line(format_args!("{}{signs}", key.kid));
    }
}
