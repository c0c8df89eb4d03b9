-- The ladder of alerts, what it told whom, proposed apologies; and what reports count.

-- When the sweep must look at the dossier next; null when there is nothing to watch. A hint:
-- it may be too early, never too late. What is there already is looked at once.
ALTER TABLE dossiers ADD COLUMN next_look_at TEXT DEFAULT '1970-01-01 00:00:00';
-- What reports count: the first end, which a correction does not move; how it was judged by the
-- date of the rules; and until then the last instant that is not late by that date.
ALTER TABLE dossiers ADD COLUMN closed_at TEXT;
ALTER TABLE dossiers ADD COLUMN judgement TEXT CHECK (judgement IN ('early', 'on_time', 'late'));
ALTER TABLE dossiers ADD COLUMN late_after_by_rules TEXT;
UPDATE dossiers SET next_look_at = NULL
WHERE state NOT IN ('submitted', 'accepted', 'processing');
UPDATE dossiers SET
    closed_at = told.closed_at,
    judgement = CASE
        WHEN told.closed_at IS NULL OR received_at IS NULL THEN NULL
        WHEN told.judged_at > told.due_at THEN 'late'
        WHEN date(told.judged_at, '+7 hours') < date(told.due_at, '+7 hours', '-0.001 seconds') THEN 'early'
        ELSE 'on_time'
    END,
    late_after_by_rules = CASE
        WHEN told.closed_at IS NULL AND coalesce(told.since > told.due_at, TRUE) THEN told.due_at
    END
FROM (
    SELECT id, due_at, since,
        coalesce(first_at, ended_at) AS closed_at,
        coalesce(first_at, CASE WHEN stopped_since <= due_at THEN stopped_since END, ended_at)
            AS judged_at
    FROM (
        SELECT id, ended_at,
            replace(replace(json_extract(rules_state, '$.life.since'), 'T', ' '), 'Z', '') AS since,
            replace(replace(json_extract(rules_state, '$.life.stopped_since'), 'T', ' '), 'Z', '') AS stopped_since,
            replace(replace(json_extract(rules_state, '$.first_result.resolved_at'), 'T', ' '), 'Z', '') AS first_at,
            coalesce(
                replace(replace(json_extract(rules_state, '$.first_result.promise.due_at_before'), 'T', ' '), 'Z', ''),
                replace(replace(json_extract(rules_state, '$.first_result.promise.due_at'), 'T', ' '), 'Z', ''),
                replace(replace(json_extract(rules_state, '$.promise.due_at_before'), 'T', ' '), 'Z', ''),
                replace(replace(json_extract(rules_state, '$.promise.due_at'), 'T', ' '), 'Z', '')
            ) AS due_at
        FROM dossiers
    ) AS stored
) AS told
WHERE told.id = dossiers.id;
CREATE INDEX dossiers_next_look ON dossiers (next_look_at, id) WHERE next_look_at IS NOT NULL;
CREATE INDEX dossiers_closed ON dossiers (office_id, closed_at) WHERE closed_at IS NOT NULL;

-- An office's own ladder; without a spec it is that of the office above, or the built-in one.
CREATE TABLE alert_ladders (
    office_id INTEGER PRIMARY KEY REFERENCES offices (id),
    spec TEXT,
    version INTEGER NOT NULL,
    changed_by INTEGER REFERENCES staff (id),
    changed_at TEXT NOT NULL
) STRICT;

-- Offices whose open dossiers must be looked at again, after a ladder or a calendar changed.
CREATE TABLE alert_relooks (
    id INTEGER PRIMARY KEY,
    office_id INTEGER NOT NULL REFERENCES offices (id),
    at TEXT NOT NULL,
    last_dossier_id INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What one run has to tell one recipient: becomes one mail, or goes into the digest.
CREATE TABLE alert_batches (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    -- Who is written to: the person meant, or their stand-in.
    addressee_id INTEGER NOT NULL REFERENCES staff (id),
    via TEXT NOT NULL CHECK (via IN ('mail', 'digest')),
    state TEXT NOT NULL CHECK (state IN ('open', 'composed', 'no_address')),
    opened_at TEXT NOT NULL,
    mail_id INTEGER REFERENCES mails (id)
) STRICT;
CREATE INDEX alert_batches_open ON alert_batches (addressee_id, id) WHERE state = 'open';
CREATE INDEX alert_batches_mail ON alert_batches (mail_id) WHERE mail_id IS NOT NULL;

-- Every rung that fired, once for one dossier, date and person meant.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    office_id INTEGER NOT NULL REFERENCES offices (id),
    rung TEXT NOT NULL,
    about TEXT NOT NULL CHECK (about IN ('step', 'due', 'answer')),
    occurrence INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    batch_id INTEGER NOT NULL REFERENCES alert_batches (id),
    fell_at TEXT NOT NULL,
    deliver_at TEXT NOT NULL,
    fired_at TEXT NOT NULL,
    -- When its mail was put into words and the dossier no longer gave reason for it.
    dropped_at TEXT,
    UNIQUE (dossier_id, rung, occurrence, due_at, staff_id)
) STRICT;
CREATE INDEX alerts_batch ON alerts (batch_id, id);
CREATE INDEX alerts_office ON alerts (office_id, id);

-- Mornings on which the digest was asked for, and who has had it.
CREATE TABLE digest_days (
    day TEXT PRIMARY KEY,
    opened_at TEXT NOT NULL
) STRICT;
CREATE TABLE digests (
    staff_id INTEGER NOT NULL REFERENCES staff (id),
    day TEXT NOT NULL,
    made_at TEXT NOT NULL,
    -- Who read it: the head or manager, or whoever stood in for them.
    read_by INTEGER NOT NULL REFERENCES staff (id),
    -- Null where there was nothing to say, or no address.
    mail_id INTEGER REFERENCES mails (id),
    PRIMARY KEY (staff_id, day)
) STRICT;
CREATE INDEX digests_mail ON digests (mail_id) WHERE mail_id IS NOT NULL;

-- Proposed apologies with a new date (xin lỗi và hẹn lại), once for one promised date.
CREATE TABLE proposals (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    dossier_id INTEGER NOT NULL REFERENCES dossiers (id),
    office_id INTEGER NOT NULL REFERENCES offices (id),
    due_at TEXT NOT NULL,
    proposed_due_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'signed', 'dismissed')),
    created_at TEXT NOT NULL,
    decided_by INTEGER REFERENCES staff (id),
    decided_at TEXT,
    UNIQUE (dossier_id, due_at)
) STRICT;
CREATE INDEX proposals_open ON proposals (office_id, id) WHERE state = 'open';
