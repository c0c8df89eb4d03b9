-- Since when a proposal has no reason any more though nobody decided on it: the steps fit again,
-- the dossier ended, or it has another date. What is moot need not be read with each list.
ALTER TABLE proposals ADD COLUMN moot_at TEXT;
DROP INDEX proposals_open;
CREATE INDEX proposals_open ON proposals (office_id, id) WHERE state = 'open' AND moot_at IS NULL;

-- A repeated rung counts days of the calendar from its first time instead of times, so that a
-- change of how often it repeats leaves what was told. The built-in one repeats each week. In two
-- steps, since no two rows may meet on the way. Of a ladder of an office's own nobody knows here how
-- often it repeats: as days its times lie in the past, and what stands may be told once more.
UPDATE alerts SET occurrence = -7 * occurrence
WHERE rung = 'long_overdue' AND occurrence > 0 AND NOT EXISTS (
    SELECT 1 FROM offices JOIN offices AS above ON offices.path LIKE above.path || '%'
    JOIN alert_ladders ON alert_ladders.office_id = above.id AND alert_ladders.spec IS NOT NULL
    WHERE offices.id = alerts.office_id);
UPDATE alerts SET occurrence = -occurrence WHERE occurrence < 0;
