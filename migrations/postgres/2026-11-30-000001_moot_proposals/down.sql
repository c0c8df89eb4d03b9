UPDATE alerts SET occurrence = -(occurrence / 7) WHERE rung = 'long_overdue' AND occurrence > 0;
UPDATE alerts SET occurrence = -occurrence WHERE occurrence < 0;
DROP INDEX proposals_open;
CREATE INDEX proposals_open ON proposals (office_id, id) WHERE state = 'open';
ALTER TABLE proposals DROP COLUMN moot_at;
