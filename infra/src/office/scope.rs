//! Rights and locks that the registers of offices and staff share.

use domain::auth::{Actor, Principal, Role};

use crate::db::{Conn, dialect};
use crate::error::Error;

/// Advisory lock of the office tree and of who administers it: what one change has checked,
/// such as that a move makes no circle, no other may upset before it commits.
const REGISTERS: i64 = 0x006d_6f74_6375_6101;
const LOCK_TIMEOUT_MS: u32 = 5_000;

/// Waits until no other change of offices or staff runs.
pub(crate) fn lock_registers(conn: &mut Conn) -> Result<(), Error> {
    Ok(dialect::lock_exclusive(conn, REGISTERS, LOCK_TIMEOUT_MS)?)
}

/// Whether `who` may change what belongs to the office at `path`; the service itself may.
/// Stand-ins take over dossiers, not registers.
pub(crate) fn administers(who: &Principal, path: &str) -> bool {
    matches!(who.actor, Actor::System) || who.has(Role::Administrator, path)
}

/// Turns away who administers nothing, before the input is compared with the data.
pub(crate) fn must_be_some_administrator(who: &Principal) -> Result<(), Error> {
    if matches!(who.actor, Actor::System) || who.is(Role::Administrator) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}
