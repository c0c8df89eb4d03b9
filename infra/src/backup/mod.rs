//! Backups: a folder with the database, the attachments and a manifest, and the way back.

mod contents;
mod error;
mod keep;
mod manifest;
mod place;
mod restore;
mod take;

pub use error::BackupError;
pub use keep::{dated, forget_broken_off, forget_old};
pub use manifest::{Attached, Copied, Manifest};
pub use restore::{Restored, restore};
pub use take::back_up;
