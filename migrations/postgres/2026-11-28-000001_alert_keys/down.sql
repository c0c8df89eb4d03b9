ALTER TABLE alerts
    ADD CONSTRAINT alerts_dossier_id_fkey FOREIGN KEY (dossier_id) REFERENCES dossiers (id),
    ADD CONSTRAINT alerts_office_id_fkey FOREIGN KEY (office_id) REFERENCES offices (id);
