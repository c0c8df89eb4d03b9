-- One value that is another after every change of what an intake is pinned to: offices,
-- departments, calendars, procedures. Who kept an answer about them sees by it that it still holds.
-- By chance and not by counting, so that a value that was rolled back never comes again.
CREATE TABLE register_mark (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    mark INTEGER NOT NULL
) STRICT;
INSERT INTO register_mark (id, mark) VALUES (1, random());

CREATE TRIGGER offices_mark_insert AFTER INSERT ON offices
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER offices_mark_update AFTER UPDATE ON offices
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER offices_mark_delete AFTER DELETE ON offices
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER departments_mark_insert AFTER INSERT ON departments
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER departments_mark_update AFTER UPDATE ON departments
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER departments_mark_delete AFTER DELETE ON departments
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER calendar_versions_mark_insert AFTER INSERT ON calendar_versions
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER calendar_versions_mark_update AFTER UPDATE ON calendar_versions
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER calendar_versions_mark_delete AFTER DELETE ON calendar_versions
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedures_mark_insert AFTER INSERT ON procedures
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedures_mark_update AFTER UPDATE ON procedures
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedures_mark_delete AFTER DELETE ON procedures
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedure_versions_mark_insert AFTER INSERT ON procedure_versions
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedure_versions_mark_update AFTER UPDATE ON procedure_versions
BEGIN UPDATE register_mark SET mark = random(); END;

CREATE TRIGGER procedure_versions_mark_delete AFTER DELETE ON procedure_versions
BEGIN UPDATE register_mark SET mark = random(); END;
