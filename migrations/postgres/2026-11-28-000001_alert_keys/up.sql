-- An alert is written by a join with the very dossier that it names, and copies its office from
-- there. Both stay: the record, which is append-only, keeps the dossier, and the dossier its
-- office. To check both keys again for each of ten thousand alerts, and to lock each dossier for
-- it, took a seventh of a sweep.
ALTER TABLE alerts
    DROP CONSTRAINT alerts_dossier_id_fkey,
    DROP CONSTRAINT alerts_office_id_fkey;
