UPDATE alerts SET occurrence = -(occurrence / 7)
WHERE rung = 'long_overdue' AND occurrence > 0 AND NOT EXISTS (
    SELECT 1 FROM offices JOIN offices AS above ON offices.path LIKE above.path || '%'
    JOIN alert_ladders ON alert_ladders.office_id = above.id AND alert_ladders.spec IS NOT NULL
    WHERE offices.id = alerts.office_id);
UPDATE alerts SET occurrence = -occurrence WHERE occurrence < 0;
DROP INDEX proposals_open;
CREATE INDEX proposals_open ON proposals (office_id, id) WHERE state = 'open';
ALTER TABLE proposals DROP COLUMN moot_at;
