//! Changes of accounts, one file for each group of use cases.

mod clients;
mod first_administrator;
mod login;
mod password;
mod purge;
mod sessions;

pub use clients::{NewClient, create_client, retire_client, rotate_client_secret};
pub use first_administrator::{FirstAdministrator, create_first_administrator};
pub use login::{LoginAttempt, LoginOutcome, LoginStart, login_finish, login_start};
pub use password::{ChangedPassword, change_password, password_change_start};
pub use purge::purge_expired;
pub use sessions::{Refreshed, Session, end_families, end_family_of, refresh};
