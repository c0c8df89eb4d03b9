//! Every setting by its names: a variable of the environment, and a key of the TOML file.

/// A setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    pub env: &'static str,
    pub key: &'static str,
    /// Never printed: it may hold a password.
    pub secret: bool,
}

macro_rules! names {
    ($($name:ident $env:literal $key:literal $($secret:ident)?;)*) => {
        $(pub const $name: Name = Name {
            env: $env,
            key: $key,
            secret: names!(@ $($secret)?),
        };)*

        /// All of them.
        pub const ALL: &[&Name] = &[$(&$name),*];
    };
    (@ secret) => { true };
    (@) => { false };
}

names! {
    DATABASE_URL "MOTCUA_DATABASE_URL" "database_url" secret;
    LISTEN "MOTCUA_LISTEN" "listen";
    DATA_DIR "MOTCUA_DATA_DIR" "data_dir";
    PUBLIC_URL "MOTCUA_PUBLIC_URL" "public_url";
    ATTACHMENTS_URL "MOTCUA_ATTACHMENTS_URL" "attachments_url";
    TRUSTED_PROXIES "MOTCUA_TRUSTED_PROXIES" "trusted_proxies";
    METRICS_ALLOW "MOTCUA_METRICS_ALLOW" "metrics_allow";
    PG_POOL "MOTCUA_PG_POOL" "pg_pool";
    SQLITE_READERS "MOTCUA_SQLITE_READERS" "sqlite_readers";
    QUEUE "MOTCUA_QUEUE" "queue";
    LIMIT_LOOKUP "MOTCUA_LIMIT_LOOKUP" "limit_lookup";
    LIMIT_MISS "MOTCUA_LIMIT_MISS" "limit_miss";
    LIMIT_PREVIEW "MOTCUA_LIMIT_PREVIEW" "limit_preview";
    LIMIT_LOGIN "MOTCUA_LIMIT_LOGIN" "limit_login";
    SMTP_URL "MOTCUA_SMTP_URL" "smtp_url" secret;
    SMTP_PASSWORD_FILE "MOTCUA_SMTP_PASSWORD_FILE" "smtp_password_file";
    SMTP_CA_FILE "MOTCUA_SMTP_CA_FILE" "smtp_ca_file";
    SMTP_TIMEOUT "MOTCUA_SMTP_TIMEOUT" "smtp_timeout";
    MAIL_FROM "MOTCUA_MAIL_FROM" "mail_from";
    MAIL_REPLY_TO "MOTCUA_MAIL_REPLY_TO" "mail_reply_to";
    MAIL_DIR "MOTCUA_MAIL_DIR" "mail_dir";
    MAIL_RATE "MOTCUA_MAIL_RATE" "mail_rate";
    LINK_LIST "MOTCUA_LINK_LIST" "link_list";
    LINK_DOSSIER "MOTCUA_LINK_DOSSIER" "link_dossier";
    LINK_PROPOSAL "MOTCUA_LINK_PROPOSAL" "link_proposal";
    LINK_LOOKUP "MOTCUA_LINK_LOOKUP" "link_lookup";
    WORKERS "MOTCUA_WORKERS" "workers";
    LOG "MOTCUA_LOG" "log";
    LOG_FORMAT "MOTCUA_LOG_FORMAT" "log_format";
}

/// Names the TOML file; no setting itself.
pub const CONFIG: &str = "MOTCUA_CONFIG";

/// The table of the TOML file with the times of the jobs.
pub const JOBS_TABLE: &str = "jobs";

/// Begins the variables with the times of the jobs.
pub const JOBS_PREFIX: &str = "MOTCUA_JOBS_";
