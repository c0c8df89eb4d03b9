//! Proposed apologies with a new date (xin lỗi và hẹn lại): read, signed once, or dismissed.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamp;
use domain::auth::{Principal, Role};
use domain::dossier::Action;
use domain::text::Note;

use crate::audit::audit;
use crate::db::paging::{Cursor, Page};
use crate::db::schema::{dossiers, offices, procedure_versions, proposals};
use crate::db::{Conn, dialect};
use crate::dossier::visible_offices;
use crate::dossier::{Request, command};
use crate::env::Env;
use crate::error::Error;

const LIST: &str = "proposals";

/// A proposal beside its dossier as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ProposalView {
    id: i64,
    pub uid: String,
    pub dossier: String,
    pub office: String,
    pub procedure: String,
    due_at: NaiveDateTime,
    proposed_due_at: NaiveDateTime,
    pub reason: String,
    state: String,
    moot_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
    decided_at: Option<NaiveDateTime>,
    dossier_state: String,
    dossier_due_at: Option<NaiveDateTime>,
    /// The dossier's version: the `If-Match` of a signature.
    pub version: i64,
    office_id: i64,
    office_path: String,
}

impl ProposalView {
    /// `open`, `signed`, `dismissed`, or `moot` when the dossier ended, waits, has another date by
    /// now, or has steps left that fit before it again.
    pub fn state(&self) -> &str {
        let runs = matches!(self.dossier_state.as_str(), "accepted" | "processing");
        let stands = runs && self.dossier_due_at == Some(self.due_at) && self.moot_at.is_none();
        if self.state == "open" && !stands {
            "moot"
        } else {
            &self.state
        }
    }

    pub fn due_at(&self) -> DateTime<Utc> {
        self.due_at.and_utc()
    }

    pub fn proposed_due_at(&self) -> DateTime<Utc> {
        self.proposed_due_at.and_utc()
    }

    pub fn created_at(&self) -> DateTime<Utc> {
        self.created_at.and_utc()
    }

    pub fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.decided_at.map(|at| at.and_utc())
    }
}

/// What the manager signs; what is left out stays as proposed.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    pub due_at: Option<DateTime<Utc>>,
    pub reason: Option<Note>,
}

/// Those who read proposals; managers decide on them.
const READERS: [Role; 3] = [Role::Manager, Role::Inspector, Role::Administrator];

macro_rules! columns {
    () => {
        (
            proposals::id,
            proposals::uid,
            dossiers::code,
            offices::code,
            procedure_versions::name,
            proposals::due_at,
            proposals::proposed_due_at,
            proposals::reason,
            proposals::state,
            proposals::moot_at,
            proposals::created_at,
            proposals::decided_at,
            dossiers::state,
            dossiers::due_at,
            dossiers::version,
            proposals::office_id,
            offices::path,
        )
    };
}

/// Proposals of one's offices, the newest first; open ones alone unless asked for all.
pub fn list_proposals(
    conn: &mut Conn,
    who: &Principal,
    all: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ProposalView>, Error> {
    let visible = visible_offices(conn, who, &READERS)?;
    if visible.is_empty() {
        return Err(Error::Forbidden);
    }
    let mut query = proposals::table
        .inner_join(dossiers::table.inner_join(procedure_versions::table))
        .inner_join(offices::table.on(offices::id.eq(proposals::office_id)))
        .filter(proposals::office_id.eq_any(visible))
        .into_boxed();
    if !all {
        query = query
            .filter(proposals::state.eq("open"))
            .filter(proposals::moot_at.is_null())
            .filter(dossiers::state.eq_any(["accepted", "processing"]))
            .filter(dossiers::due_at.eq(proposals::due_at.nullable()));
    }
    if let Some(cursor) = cursor {
        let before: i64 = Cursor::decode::<1>(cursor, LIST)
            .and_then(|[id]| id.parse().ok())
            .ok_or(Error::BadCursor)?;
        query = query.filter(proposals::id.lt(before));
    }
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<ProposalView> = query
        .order(proposals::id.desc())
        .limit(one_more)
        .select(columns!())
        .load(conn)?;
    Ok(Page::cut(rows, limit, |row| {
        Cursor::new(LIST, [row.id.to_string()])
    }))
}

/// One proposal.
pub fn read_proposal(conn: &mut Conn, who: &Principal, uid: &str) -> Result<ProposalView, Error> {
    let visible = visible_offices(conn, who, &READERS)?;
    let found: Option<ProposalView> = proposals::table
        .inner_join(dossiers::table.inner_join(procedure_versions::table))
        .inner_join(offices::table.on(offices::id.eq(proposals::office_id)))
        .filter(proposals::uid.eq(uid))
        .select(columns!())
        .first(conn)
        .optional()?;
    found
        .filter(|proposal| visible.binary_search(&proposal.office_id).is_ok())
        .ok_or(Error::NotFound)
}

/// Signs: the dossier is re-appointed, by the command that anybody else would have to use, and
/// its rules keep it to once.
pub fn sign_proposal(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
    version: i64,
    decision: &Decision,
) -> Result<ProposalView, Error> {
    let code = read_proposal(conn, who, uid)?.dossier;
    // The dossier before its proposal, as every change of a dossier has it.
    dialect::lock_dossier(conn, &code)?;
    let proposal = to_decide(conn, who, uid)?;
    let reason = match &decision.reason {
        Some(reason) => reason.clone(),
        None => Note::parse(&proposal.reason)
            .map_err(|fault| Error::Internal(format!("a proposed reason: {fault:?}")))?,
    };
    let request = Request::Reappoint {
        reason,
        due_at: decision.due_at.unwrap_or(proposal.proposed_due_at()),
    };
    command(conn, env, who, &code, version, &request)?;
    decide(conn, env, who, &proposal, "signed")
}

/// Puts a proposal aside; the dossier may still be re-appointed by hand.
pub fn dismiss_proposal(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    uid: &str,
) -> Result<ProposalView, Error> {
    let proposal = to_decide(conn, who, uid)?;
    let decided = decide(conn, env, who, &proposal, "dismissed")?;
    let detail = serde_json::json!({ "dossier": proposal.dossier });
    audit(conn, env, who, "proposal.dismiss", uid, &detail)?;
    Ok(decided)
}

/// Notes which proposals became moot because their dossier ended or got another date: the lists
/// need not read them again. What only waits may go on towards the same date. Gives how many, at
/// most a thousand.
pub fn close_moot(conn: &mut Conn, env: &Env) -> Result<usize, Error> {
    Ok(diesel::sql_query(
        "UPDATE proposals SET moot_at = $1 WHERE id IN ( \
           SELECT p.id FROM proposals p JOIN dossiers d ON d.id = p.dossier_id \
           WHERE p.state = 'open' AND p.moot_at IS NULL AND (d.ended_at IS NOT NULL \
             OR (d.state IN ('accepted', 'processing') AND d.due_at <> p.due_at)) \
           LIMIT 1000) AND state = 'open'",
    )
    .bind::<Timestamp, _>(env.now().naive_utc())
    .execute(conn)?)
}

fn to_decide(conn: &mut Conn, who: &Principal, uid: &str) -> Result<ProposalView, Error> {
    let proposal = read_proposal(conn, who, uid)?;
    let facts = domain::auth::Facts {
        office_path: &proposal.office_path,
        state: domain::dossier::State::Processing,
        holder: None,
        department_id: None,
        client_id: None,
    };
    if domain::auth::permit(Action::Reappoint, &facts, who).is_none() {
        return Err(Error::Forbidden);
    }
    match proposal.state() {
        "open" => Ok(proposal),
        "moot" => Err(Error::Refused("proposal_moot")),
        _ => Err(Error::Refused("proposal_decided")),
    }
}

fn decide(
    conn: &mut Conn,
    env: &Env,
    who: &Principal,
    proposal: &ProposalView,
    state: &str,
) -> Result<ProposalView, Error> {
    let decided_by = who.staff_id();
    let open = proposals::table
        .find(proposal.id)
        .filter(proposals::state.eq("open"));
    let changed = diesel::update(open)
        .set((
            proposals::state.eq(state),
            proposals::decided_by.eq(decided_by),
            proposals::decided_at.eq(env.now().naive_utc()),
        ))
        .execute(conn)?;
    if changed != 1 {
        return Err(Error::Refused("proposal_decided"));
    }
    read_proposal(conn, who, &proposal.uid)
}
