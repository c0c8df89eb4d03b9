//! Rows of accounts as the queries of this feature read them.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

/// A person with the path of their office.
#[derive(Debug, Queryable)]
pub(super) struct PersonRow {
    pub id: i64,
    pub uid: String,
    pub display_name: String,
    pub office_id: i64,
    pub office_path: String,
    pub department_id: Option<i64>,
    pub must_change_password: bool,
}

/// A role with the path of the office it holds over.
#[derive(Debug, Queryable)]
pub(super) struct GrantRow {
    pub staff_id: i64,
    pub role: String,
    pub office_id: i64,
    pub office_path: String,
}

/// What signing in needs of a person; `Debug` keeps the hash to itself.
#[derive(Clone, Queryable)]
pub(super) struct CredentialRow {
    pub id: i64,
    pub uid: String,
    pub password_hash: String,
    pub must_change_password: bool,
}

impl std::fmt::Debug for CredentialRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialRow")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Failed logins under one name, whether anybody has it or not.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName)]
pub(super) struct FailureRow {
    #[diesel(sql_type = BigInt)]
    pub failures: i64,
    #[diesel(sql_type = Timestamp)]
    pub last_at: NaiveDateTime,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub locked_until: Option<NaiveDateTime>,
}

/// A refresh token with the person it belongs to.
#[derive(Debug, Queryable)]
pub(super) struct RefreshRow {
    pub id: i64,
    pub family: String,
    pub staff_id: i64,
    pub staff_uid: String,
    pub staff_retired_at: Option<NaiveDateTime>,
    pub must_change_password: bool,
    pub expires_at: NaiveDateTime,
    pub used_at: Option<NaiveDateTime>,
    pub revoked_at: Option<NaiveDateTime>,
}

/// A ward client with its office.
#[derive(Debug, Queryable)]
pub(super) struct ClientRow {
    pub id: i64,
    pub uid: String,
    pub name: String,
    pub office_id: i64,
    pub office_code: String,
    pub office_name: String,
    pub office_path: String,
    pub version: i64,
    pub created_at: NaiveDateTime,
    pub retired_at: Option<NaiveDateTime>,
}
