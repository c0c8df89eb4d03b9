-- The outbox of mails, what was tried, addresses that bounce, and templates of an office's own.

-- One row a mail. `message_key` says what the mail is about: a second one with the same key is
-- none, and the Message-ID is made of it, so that a mail sent twice shows once.
CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    message_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'set_aside', 'moot', 'muted')),
    to_address TEXT NOT NULL,
    -- A member of the staff, who is written to in working hours only; null for applicants.
    staff_id INTEGER REFERENCES staff (id),
    office_id INTEGER REFERENCES offices (id),
    dossier_id INTEGER REFERENCES dossiers (id),
    -- What the letter says, as JSON; it is put into words when a worker takes it.
    content TEXT NOT NULL,
    not_before TEXT NOT NULL,
    -- While a worker has the mail, the end of its lease: a worker that died gives it back so.
    next_attempt_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Those since it was queued or replayed: they decide the next pause.
    tries INTEGER NOT NULL DEFAULT 0,
    lease_owner TEXT,
    lease_until TEXT,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    last_error TEXT
) STRICT;
CREATE INDEX mails_waiting ON mails (next_attempt_at, id) WHERE state = 'waiting';
CREATE INDEX mails_failed ON mails (state, id) WHERE state IN ('set_aside', 'muted');
CREATE INDEX mails_office ON mails (office_id, id);
CREATE INDEX mails_dossier ON mails (dossier_id, id) WHERE dossier_id IS NOT NULL;

-- The dossiers of an alert, each with the rung and the due date that it tells of.
CREATE TABLE mail_dossiers (
    mail_id INTEGER NOT NULL REFERENCES mails (id),
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    rung TEXT NOT NULL,
    due_at TEXT NOT NULL,
    PRIMARY KEY (mail_id, dossier_id, rung)
) STRICT;
CREATE INDEX mail_dossiers_dossier ON mail_dossiers (dossier_id, mail_id);

-- Each attempt; `detail` holds no personal data.
CREATE TABLE mail_attempts (
    mail_id INTEGER NOT NULL REFERENCES mails (id),
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('sent', 'temporary', 'permanent', 'bounced', 'broken')),
    detail TEXT NOT NULL,
    PRIMARY KEY (mail_id, number)
) STRICT;

-- Addresses that refused mails; muted at the third time, until an administrator lifts it.
CREATE TABLE mail_addresses (
    address TEXT PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    -- The office whose mail was refused first: its administrators see it.
    office_id INTEGER REFERENCES offices (id),
    bounces INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    muted_at TEXT,
    lifted_at TEXT,
    lifted_by INTEGER REFERENCES staff (id)
) STRICT;
CREATE INDEX mail_addresses_muted ON mail_addresses (muted_at, uid) WHERE muted_at IS NOT NULL;

-- Templates of an office and of those below it, instead of the built-in ones.
CREATE TABLE mail_templates (
    office_id INTEGER NOT NULL REFERENCES offices (id),
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_by INTEGER REFERENCES staff (id),
    updated_at TEXT NOT NULL,
    PRIMARY KEY (office_id, name)
) STRICT;
