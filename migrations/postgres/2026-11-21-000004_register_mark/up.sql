-- One value that is another after every change of what an intake is pinned to: offices,
-- departments, calendars, procedures. Who kept an answer about them sees by it that it still holds.
-- By chance and not by counting, so that a value that was rolled back never comes again.
CREATE TABLE register_mark (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    mark BIGINT NOT NULL
);
INSERT INTO register_mark (id, mark) VALUES (1, (random() * 9e15)::bigint);

CREATE FUNCTION change_register_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE register_mark SET mark = (random() * 9e15)::bigint;
    RETURN NULL;
END
$$;

-- At the end of the transaction: the one row is locked last and shortly, so that nobody who
-- changes several registers meets another crosswise.
CREATE CONSTRAINT TRIGGER offices_mark AFTER INSERT OR UPDATE OR DELETE ON offices
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION change_register_mark();
CREATE CONSTRAINT TRIGGER departments_mark AFTER INSERT OR UPDATE OR DELETE ON departments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION change_register_mark();
CREATE CONSTRAINT TRIGGER calendar_versions_mark AFTER INSERT OR UPDATE OR DELETE ON calendar_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION change_register_mark();
CREATE CONSTRAINT TRIGGER procedures_mark AFTER INSERT OR UPDATE OR DELETE ON procedures
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION change_register_mark();
CREATE CONSTRAINT TRIGGER procedure_versions_mark AFTER INSERT OR UPDATE OR DELETE ON procedure_versions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION change_register_mark();
