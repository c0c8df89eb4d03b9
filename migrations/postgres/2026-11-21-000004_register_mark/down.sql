DROP TRIGGER procedure_versions_mark ON procedure_versions;
DROP TRIGGER procedures_mark ON procedures;
DROP TRIGGER calendar_versions_mark ON calendar_versions;
DROP TRIGGER departments_mark ON departments;
DROP TRIGGER offices_mark ON offices;
DROP FUNCTION change_register_mark();
DROP TABLE register_mark;
