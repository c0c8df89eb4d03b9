DROP TABLE mail_templates;
DROP TABLE mail_addresses;
DROP TABLE mail_attempts;
DROP TABLE mail_dossiers;
DROP TABLE mails;
