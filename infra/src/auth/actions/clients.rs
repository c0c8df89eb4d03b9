//! Ward clients: other offices' systems, with a secret that is shown once.

use diesel::prelude::*;
use domain::auth::{Principal, Role};
use domain::text::{AgencyCode, Title};
use serde_json::json;

use crate::audit::audit;
use crate::auth::digest;
use crate::auth::queries::{ClientDetail, administered, client_detail};
use crate::auth::rows::ClientRow;
use crate::db::Conn;
use crate::db::schema::{clients, offices};
use crate::env::Env;
use crate::error::Error;
use crate::ids::{new_secret, new_uid};

/// A ward client to be made.
#[derive(Debug, Clone)]
pub struct NewClient {
    pub name: Title,
    pub office: AgencyCode,
}

/// Makes a ward client that may act for `office` and what is below it; answers its secret,
/// which nobody can read again.
pub fn create_client(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    input: &NewClient,
) -> Result<(ClientDetail, String), Error> {
    if !who.is(Role::Administrator) {
        return Err(Error::Forbidden);
    }
    let office_id = administered_office(conn, who, &input.office)?;
    let (uid, secret) = (new_uid(), new_secret());
    diesel::insert_into(clients::table)
        .values((
            clients::uid.eq(&uid),
            clients::name.eq(input.name.as_str()),
            clients::office_id.eq(office_id),
            clients::secret_hash.eq(digest(&secret)),
            clients::created_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)?;
    let detail = json!({ "name": input.name.as_str(), "office": input.office.as_str() });
    audit(conn, env, who, "client.create", &uid, &detail)?;
    Ok((client_detail(conn, who, &uid)?, secret))
}

/// Gives a ward client a new secret; the old one is good no longer. `expected` is the version
/// the caller saw, where they said.
pub fn rotate_client_secret(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: Option<i64>,
) -> Result<(ClientDetail, String), Error> {
    let client = at_work(conn, who, uid, expected)?;
    let secret = new_secret();
    let changed = diesel::update(clients::table.find(client.id))
        .filter(clients::version.eq(client.version))
        .set((
            clients::secret_hash.eq(digest(&secret)),
            clients::version.eq(client.version + 1),
        ))
        .execute(conn)?;
    refuse_stale(conn, changed, client.id)?;
    audit(conn, env, who, "client.rotate_secret", uid, &json!({}))?;
    Ok((client_detail(conn, who, uid)?, secret))
}

/// Ends a ward client: it gets no more tokens. Those it has end within minutes, and are refused
/// as soon as its account is looked up again.
pub fn retire_client(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    expected: Option<i64>,
) -> Result<(), Error> {
    let client = at_work(conn, who, uid, expected)?;
    let changed = diesel::update(clients::table.find(client.id))
        .filter(clients::version.eq(client.version))
        .set((
            clients::retired_at.eq(env.now().naive_utc()),
            clients::version.eq(client.version + 1),
        ))
        .execute(conn)?;
    refuse_stale(conn, changed, client.id)?;
    audit(conn, env, who, "client.retire", uid, &json!({}))
}

/// Somebody else changed the client between our reading and our writing.
fn refuse_stale(conn: &mut Conn, changed: usize, id: i64) -> Result<(), Error> {
    match changed {
        0 => Err(Error::Stale(
            clients::table
                .find(id)
                .select(clients::version)
                .first(conn)?,
        )),
        _ => Ok(()),
    }
}

fn at_work(
    conn: &mut Conn,
    who: &Principal,
    uid: &str,
    expected: Option<i64>,
) -> Result<ClientRow, Error> {
    let client = administered(conn, who, uid)?;
    if expected.is_some_and(|version| version != client.version) {
        return Err(Error::Stale(client.version));
    }
    match client.retired_at {
        Some(_) => Err(Error::Refused("retired")),
        None => Ok(client),
    }
}

fn administered_office(conn: &mut Conn, who: &Principal, code: &AgencyCode) -> Result<i64, Error> {
    let found = offices::table
        .filter(offices::code.eq(code.as_str()))
        .filter(offices::retired_at.is_null())
        .select((offices::id, offices::path))
        .first::<(i64, String)>(conn)
        .optional()?;
    match found {
        None => Err(Error::invalid(
            "office",
            "unknown_office",
            "không có cơ quan này",
            "there is no such office",
        )),
        Some((_, path)) if !who.has(Role::Administrator, &path) => Err(Error::Forbidden),
        Some((id, _)) => Ok(id),
    }
}
