-- The first schema: registers, dossiers, the record, accounts.

-- Calendars; every change is a new version, and dossiers keep the one they were counted by.
CREATE TABLE calendars (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    retired_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;

-- Offices (cơ quan, đơn vị): a tree; `path` lists the ids from the root, as /1/7/.
CREATE TABLE offices (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    parent_id INTEGER REFERENCES offices (id),
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('city', 'ward', 'department')),
    calendar_id INTEGER REFERENCES calendars (id),
    desk_hours TEXT NOT NULL,
    address TEXT,
    phone TEXT,
    retired_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX offices_path ON offices (path);

-- Specialist departments (phòng chuyên môn).
CREATE TABLE departments (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    office_id INTEGER NOT NULL REFERENCES offices (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    retired_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    UNIQUE (office_id, code)
) STRICT;

-- People who sign in. `password_hash` is an Argon2id PHC string.
CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    -- The name folded (lower case, no diacritics), for search.
    search_name TEXT NOT NULL DEFAULT '',
    email TEXT,
    office_id INTEGER NOT NULL REFERENCES offices (id),
    department_id INTEGER REFERENCES departments (id),
    password_hash TEXT NOT NULL,
    must_change_password INTEGER NOT NULL DEFAULT 0,
    demo INTEGER NOT NULL DEFAULT 0,
    retired_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX staff_office ON staff (office_id, id);

CREATE TABLE staff_roles (
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    role TEXT NOT NULL CHECK (role IN ('clerk', 'specialist', 'head', 'manager', 'inspector', 'administrator')),
    office_id INTEGER NOT NULL REFERENCES offices (id),
    PRIMARY KEY (staff_id, role, office_id)
) STRICT;

-- Stand-ins for a period (ủy quyền), half-open.
CREATE TABLE stand_ins (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    absent_id INTEGER NOT NULL REFERENCES staff (id),
    stand_in_id INTEGER NOT NULL REFERENCES staff (id),
    from_at TEXT NOT NULL,
    to_at TEXT NOT NULL,
    reason TEXT,
    cancelled_at TEXT,
    created_by INTEGER NOT NULL REFERENCES staff (id),
    created_at TEXT NOT NULL,
    CHECK (absent_id <> stand_in_id),
    CHECK (from_at < to_at)
) STRICT;
CREATE INDEX stand_ins_stand_in ON stand_ins (stand_in_id, to_at);
CREATE INDEX stand_ins_absent ON stand_ins (absent_id, to_at);

CREATE TABLE calendar_versions (
    id INTEGER PRIMARY KEY,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    number INTEGER NOT NULL,
    spec TEXT NOT NULL,
    created_by INTEGER REFERENCES staff (id),
    created_at TEXT NOT NULL,
    UNIQUE (calendar_id, number)
) STRICT;

-- Procedures (thủ tục hành chính); versions by effective date.
CREATE TABLE procedures (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    retired_from TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE procedure_versions (
    id INTEGER PRIMARY KEY,
    procedure_id INTEGER NOT NULL REFERENCES procedures (id),
    effective_from TEXT NOT NULL,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    spec TEXT NOT NULL,
    created_by INTEGER REFERENCES staff (id),
    created_at TEXT NOT NULL,
    UNIQUE (procedure_id, effective_from)
) STRICT;

-- Other offices' systems (OAuth 2.0 client credentials).
CREATE TABLE clients (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    office_id INTEGER NOT NULL REFERENCES offices (id),
    secret_hash TEXT NOT NULL,
    retired_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;

-- Dossiers (hồ sơ). `rules_state` is the JSON of what only the rules need: the term's changes,
-- the step's budget, what was used up. The other columns serve lists and look-ups.
CREATE TABLE dossiers (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    office_id INTEGER NOT NULL REFERENCES offices (id),
    procedure_version_id INTEGER NOT NULL REFERENCES procedure_versions (id),
    calendar_version_id INTEGER NOT NULL REFERENCES calendar_versions (id),
    channel TEXT NOT NULL CHECK (channel IN ('in_person', 'post', 'online', 'ward_client')),
    client_id INTEGER REFERENCES clients (id),
    created_by INTEGER REFERENCES staff (id),
    applicant TEXT NOT NULL,
    applicant_name TEXT NOT NULL,
    id_number TEXT,
    phone TEXT,
    matter TEXT NOT NULL,
    papers TEXT NOT NULL,
    lookup_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('submitted', 'accepted', 'refused', 'processing', 'awaiting_supplement', 'awaiting_payment', 'withdrawn', 'stopped', 'resolved', 'returned')),
    version INTEGER NOT NULL,
    submitted_at TEXT NOT NULL,
    received_at TEXT,
    due_at_original TEXT,
    due_at TEXT,
    -- The order of work lists: the due date, or until acceptance the desk's time to answer.
    sort_due_at TEXT NOT NULL,
    -- The last instant that is not late; null when the dossier can not become late as it stands.
    late_after TEXT,
    lapse_at TEXT,
    ended_at TEXT,
    holder_id INTEGER REFERENCES staff (id),
    department_id INTEGER REFERENCES departments (id),
    step_index INTEGER,
    step_due_at TEXT,
    rules_state TEXT NOT NULL,
    event_count INTEGER NOT NULL,
    last_hash TEXT NOT NULL
) STRICT;
CREATE INDEX dossiers_office ON dossiers (office_id, id);
CREATE INDEX dossiers_id_number ON dossiers (id_number, id) WHERE id_number IS NOT NULL;
CREATE INDEX dossiers_phone ON dossiers (phone, id) WHERE phone IS NOT NULL;
CREATE INDEX dossiers_late ON dossiers (office_id, late_after, id) WHERE late_after IS NOT NULL;
CREATE INDEX dossiers_open_office ON dossiers (office_id, sort_due_at, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_open_holder ON dossiers (holder_id, sort_due_at, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_open_department ON dossiers (department_id, sort_due_at, id) WHERE ended_at IS NULL;
CREATE INDEX dossiers_lapse ON dossiers (lapse_at, id) WHERE lapse_at IS NOT NULL;

-- Every run of words at the end of a folded name, so that `van an` finds Nguyễn Văn An.
CREATE TABLE dossier_names (
    office_id INTEGER NOT NULL,
    words TEXT NOT NULL,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    PRIMARY KEY (office_id, words, dossier_id)
) STRICT, WITHOUT ROWID;

-- Hand-overs (phiếu kiểm soát quá trình): one row each time a person takes a step on.
CREATE TABLE dossier_steps (
    id INTEGER PRIMARY KEY,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    number INTEGER NOT NULL,
    -- -1 is the desk, else the index in the route.
    step_index INTEGER NOT NULL,
    name TEXT NOT NULL,
    holder_id INTEGER NOT NULL REFERENCES staff (id),
    department_id INTEGER REFERENCES departments (id),
    entered_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    left_at TEXT,
    UNIQUE (dossier_id, number)
) STRICT;

-- The record: append-only, chained by hash within a dossier.
CREATE TABLE dossier_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    office_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL,
    action TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (dossier_id, number)
) STRICT;
CREATE TRIGGER dossier_events_keep_update BEFORE UPDATE ON dossier_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER dossier_events_keep_delete BEFORE DELETE ON dossier_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- Who changed which register; never a password in `detail`. Append-only.
CREATE TABLE register_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_key TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX register_events_entity ON register_events (entity, entity_key, id);
CREATE TRIGGER register_events_keep_update BEFORE UPDATE ON register_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER register_events_keep_delete BEFORE DELETE ON register_events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- The sequence of codes per agency and day.
CREATE TABLE code_counters (
    agency TEXT NOT NULL,
    day TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (agency, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE comments (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    author_id INTEGER NOT NULL REFERENCES staff (id),
    text TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX comments_dossier ON comments (dossier_id, id);

-- Attachments: the bytes lie in the object store under their SHA-256.
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by INTEGER REFERENCES staff (id),
    client_id INTEGER REFERENCES clients (id),
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX attachments_dossier ON attachments (dossier_id, id);

-- What applicants say of the service once resolved.
CREATE TABLE ratings (
    dossier_id INTEGER PRIMARY KEY REFERENCES dossiers (id),
    level TEXT NOT NULL CHECK (level IN ('unsatisfied', 'satisfied', 'very_satisfied')),
    comment TEXT,
    created_at TEXT NOT NULL
) STRICT;

-- Rotating refresh tokens: reuse of a used one ends its family.
CREATE TABLE refresh_tokens (
    id INTEGER PRIMARY KEY,
    family TEXT NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    token_hash TEXT NOT NULL UNIQUE,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    revoked_at TEXT
) STRICT;
CREATE INDEX refresh_tokens_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_staff ON refresh_tokens (staff_id);

CREATE TABLE login_failures (
    login TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    locked_until TEXT
) STRICT;

-- Answers kept for retries.
CREATE TABLE idempotency_keys (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT;
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- Recomputations of open dossiers after a calendar changed; resumable from last_dossier_id.
CREATE TABLE recomputations (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    calendar_id INTEGER NOT NULL REFERENCES calendars (id),
    calendar_version_id INTEGER NOT NULL REFERENCES calendar_versions (id),
    status TEXT NOT NULL CHECK (status IN ('waiting', 'running', 'done')),
    total INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    moved INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    last_dossier_id INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
CREATE INDEX recomputations_open ON recomputations (id) WHERE status <> 'done';

-- Marks of the installation, such as that it holds the demo ward.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
