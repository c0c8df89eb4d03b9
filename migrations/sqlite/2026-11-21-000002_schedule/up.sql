-- From when each job is known: what its schedule named before was never missed.
CREATE TABLE jobs (
    name TEXT PRIMARY KEY,
    since TEXT NOT NULL
) STRICT;

-- Runs of jobs. The key is what makes a run happen once, whichever server is faster.
CREATE TABLE job_runs (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    scheduled_for TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    -- The schedule, the bell of a change that must not wait, or a person.
    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'bell', 'person')),
    server TEXT NOT NULL DEFAULT '',
    -- None while a run that was asked for waits.
    started_at TEXT,
    -- None while it runs, and when its server died over it.
    finished_at TEXT,
    outcome TEXT CHECK (outcome IN ('ok', 'failed', 'abandoned')),
    took_ms INTEGER,
    did INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    -- Codes of what was skipped and why, as JSON; no personal data.
    detail TEXT NOT NULL DEFAULT '{}',
    UNIQUE (job, scheduled_for, attempt),
    CHECK ((outcome IS NULL) = (finished_at IS NULL))
) STRICT;
CREATE INDEX job_runs_open ON job_runs (job, id) WHERE finished_at IS NULL;
CREATE INDEX job_runs_list ON job_runs (job, id);

-- One hash over the events of each day, with the range of their numbers. Append-only.
CREATE TABLE day_roots (
    day TEXT PRIMARY KEY,
    after_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    events INTEGER NOT NULL,
    root TEXT NOT NULL,
    -- Chains found broken in the night in which it was computed.
    broken INTEGER NOT NULL,
    computed_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER day_roots_keep_update BEFORE UPDATE ON day_roots
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER day_roots_keep_delete BEFORE DELETE ON day_roots
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
