//! The record of register changes: who did what to which entry, in the same transaction.

use diesel::prelude::*;
use domain::auth::Principal;
use serde_json::Value;

use crate::db::Conn;
use crate::db::schema::register_events;
use crate::env::Env;
use crate::error::Error;

/// Writes down that `who` did `action` (such as `office.create`: entity, dot, verb) to the entry
/// named `key` outside the database. `detail` says what changed; never a password or a secret.
pub fn audit(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    action: &str,
    key: &str,
    detail: &Value,
) -> Result<(), Error> {
    let entity = action.split_once('.').map_or(action, |(entity, _)| entity);
    diesel::insert_into(register_events::table)
        .values((
            register_events::at.eq(env.now().naive_utc()),
            register_events::actor.eq(&who.uid),
            register_events::action.eq(action),
            register_events::entity.eq(entity),
            register_events::entity_key.eq(key),
            register_events::detail.eq(detail.to_string()),
        ))
        .execute(conn)?;
    Ok(())
}
