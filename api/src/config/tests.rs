//! The configuration: what wins, and how all that is wrong is named at once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use std::fs;
use std::path::{Path, PathBuf};

use infra::db::Kind;
use infra::notification::ListOf;

use crate::schedule::{JOBS, Job};

use super::parse::job_time;
use super::source::job_variable;
use super::{Attachments, ConfigFaults, Inputs, LogFormat, Settings, names};

/// A folder of this test's own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("motcua-config-{}", infra::ids::new_uid()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.0.join("motcua.toml");
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn environment(pairs: &[(&str, &str)]) -> Inputs {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Inputs {
        environment: pairs.iter().map(owned).collect(),
        ..Inputs::default()
    }
}

fn in_folder(folder: &Path, pairs: &[(&str, &str)]) -> Result<Settings, ConfigFaults> {
    let mut inputs = environment(pairs);
    let data = folder.join("data").display().to_string();
    inputs
        .environment
        .insert("MOTCUA_DATA_DIR".to_owned(), data);
    Settings::load(&inputs)
}

fn faults(inputs: &Inputs) -> ConfigFaults {
    Settings::load(inputs)
        .map(|settings| settings.listen)
        .unwrap_err()
}

#[test]
fn without_any_setting_everything_lies_in_the_data_folder() {
    let folder = Folder::new();
    let settings = in_folder(&folder.0, &[]).unwrap();
    let data = folder.0.join("data");
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.public_url, "http://127.0.0.1:8080");
    assert_eq!(
        settings.db.url,
        format!("sqlite://{}", data.join("motcua.db").display())
    );
    assert_eq!(
        settings.attachments,
        Attachments::Folder(data.join("attachments"))
    );
    assert_eq!(settings.keys_dir(), data.join("keys"));
    assert_eq!(settings.log_format, LogFormat::Text);
    assert!(settings.trusted_proxies.is_empty());
}

#[test]
fn arguments_win_over_the_environment_and_the_environment_over_the_file() {
    let folder = Folder::new();
    let file = folder.file(
        "listen = '127.0.0.1:1'\nqueue = 7\nlog_format = 'json'\n\
         trusted_proxies = ['10.0.0.7', '10.1.0.0/16']\ndatabase_url = 'postgres://u:p@h/d'\n",
    );
    let mut inputs = environment(&[("MOTCUA_LISTEN", "127.0.0.1:2"), ("MOTCUA_QUEUE", "8")]);
    inputs.config = Some(file);
    inputs.arguments = vec![
        (&names::LISTEN, "--listen", "127.0.0.1:3".to_owned()),
        (
            &names::DATA_DIR,
            "--data-dir",
            folder.0.display().to_string(),
        ),
    ];
    let settings = Settings::load(&inputs).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.db.queue, 8);
    assert_eq!(settings.log_format, LogFormat::Json);
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(settings.db.check().unwrap(), Kind::Postgres);
}

#[test]
fn all_faults_are_named_at_once_with_their_setting_origin_and_what_is_expected() {
    let folder = Folder::new();
    let file = folder.file("colour = 'red'\nqueue = 0\npg_pool = true\nlimit_login = 'many'\n");
    fs::write(folder.0.join("plain"), "").unwrap();
    let data = folder.0.join("plain").display().to_string();
    let mut inputs = environment(&[
        ("MOTCUA_DATABASE_URL", "mysql://u:hush@h/d"),
        ("MOTCUA_LISTEN", "localhost"),
        ("MOTCUA_PUBLIC_URL", "motcua.example.vn"),
        ("MOTCUA_ATTACHMENTS_URL", "ftp://h/d"),
        ("MOTCUA_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("MOTCUA_METRICS_ALLOW", "10.0.0.0/99"),
        ("MOTCUA_LOG_FORMAT", "xml"),
        ("MOTCUA_LOG", "info,=,="),
        ("MOTCUA_DATA_DIR", &data),
    ]);
    inputs.config = Some(file.clone());
    let found = faults(&inputs);
    let settings: Vec<_> = found.0.iter().map(|fault| fault.setting.as_str()).collect();
    for expected in [
        "colour",
        "pg_pool",
        "MOTCUA_DATABASE_URL",
        "MOTCUA_LISTEN",
        "MOTCUA_PUBLIC_URL",
        "MOTCUA_ATTACHMENTS_URL",
        "MOTCUA_TRUSTED_PROXIES",
        "MOTCUA_METRICS_ALLOW",
        "MOTCUA_LOG_FORMAT",
        "MOTCUA_LOG",
        "MOTCUA_DATA_DIR",
        "queue",
        "limit_login",
    ] {
        assert!(settings.contains(&expected), "{expected} in {settings:?}");
    }
    assert_eq!(settings.len(), 13);
    let text = found.to_string();
    assert!(text.contains("13 lỗi"), "{text}");
    assert!(text.contains(&file.display().to_string()), "{text}");
    assert!(text.contains("127.0.0.1:8080"), "{text}");
}

#[test]
fn no_secret_is_printed_neither_from_the_environment_nor_from_a_broken_file() {
    let folder = Folder::new();
    let file = folder.file("listen = '127.0.0.1:1'\ndatabase_url = 'postgres://u:hush@h/d\n");
    let mut inputs = environment(&[("MOTCUA_DATABASE_URL", "mysql://u:hush@h/d")]);
    inputs.config = Some(file);
    let text = faults(&inputs).to_string();
    assert!(!text.contains("hush"), "{text}");
    assert!(text.contains("line 2"), "{text}");
    let settings = in_folder(
        &folder.0,
        &[("MOTCUA_DATABASE_URL", "postgres://u:hush@h/d")],
    );
    assert!(!format!("{:?}", settings.unwrap()).contains("hush"));
}

#[test]
fn a_config_file_that_is_not_there_is_a_fault_of_its_own() {
    let inputs = environment(&[("MOTCUA_CONFIG", "/nowhere/motcua.toml")]);
    assert_eq!(faults(&inputs).0[0].setting, "MOTCUA_CONFIG");
}

#[test]
fn the_times_of_jobs_come_from_the_table_of_the_file_and_the_environment_wins() {
    let folder = Folder::new();
    let file = folder.file("[jobs]\nlapse = '*/5 * * * *'\nverify_chains = '0 2 * * *'\n");
    let mut inputs = environment(&[("MOTCUA_JOBS_VERIFY_CHAINS", "30 3 * * SUN")]);
    inputs.config = Some(file);
    let data = folder.0.join("data").display().to_string();
    inputs
        .environment
        .insert("MOTCUA_DATA_DIR".to_owned(), data);
    let jobs = Settings::load(&inputs).unwrap().jobs;
    let time = |job: &str| jobs.time(job).map(|time| time.as_str().to_owned());
    assert_eq!(time("lapse").as_deref(), Some("*/5 * * * *"));
    assert_eq!(time("verify_chains").as_deref(), Some("30 3 * * SUN"));
    assert_eq!(time("recompute").as_deref(), Some("* * * * *"));
}

#[test]
fn faults_of_jobs_are_told_with_all_others() {
    let folder = Folder::new();
    let file = folder.file("queue = 0\n[jobs]\nlapse = 'soon'\npurge = 5\ntea = '0 16 * * *'\n");
    let mut inputs = environment(&[
        ("MOTCUA_JOBS_RECOMPUTE", "off"),
        ("MOTCUA_JOBS_VERIFY_CHAINS", "0 8 * * 1"),
        ("MOTCUA_JOBS_TEA", "0 16 * * *"),
    ]);
    inputs.config = Some(file);
    let data = folder.0.join("data").display().to_string();
    inputs
        .environment
        .insert("MOTCUA_DATA_DIR".to_owned(), data);
    let found = faults(&inputs);
    let mut settings: Vec<_> = found.0.iter().map(|fault| fault.setting.as_str()).collect();
    settings.sort_unstable();
    assert_eq!(
        settings,
        [
            "MOTCUA_JOBS_RECOMPUTE",
            "MOTCUA_JOBS_VERIFY_CHAINS",
            "jobs.lapse",
            "jobs.purge",
            "jobs.tea",
            "queue",
        ]
    );
    let table = folder.file("jobs = 'all'\n");
    inputs.config = Some(table);
    assert!(
        faults(&inputs)
            .0
            .iter()
            .any(|fault| fault.setting == "jobs")
    );
}

#[test]
fn only_a_job_that_may_be_off_can_be_off() {
    assert_eq!(job_time("off", true), Ok(None));
    assert!(job_time("off", false).is_err());
    assert!(job_time("0 8 1 * *", false).is_ok());
}

#[test]
fn a_misspelt_variable_is_told_but_an_empty_one_and_those_of_the_tests_are_not() {
    let folder = Folder::new();
    let settings = in_folder(
        &folder.0,
        &[
            ("MOTCUA_LISTN", "127.0.0.1:1"),
            ("MOTCUA_QUEUE", ""),
            ("MOTCUA_TEST_POSTGRES_URL", "x"),
        ],
    );
    assert_eq!(settings.unwrap().unknown, ["MOTCUA_LISTN"]);
}

#[test]
fn the_example_of_the_deployment_names_every_setting_and_no_other() {
    let example = include_str!("../../../deploy/env.example");
    let named: Vec<_> = example
        .lines()
        .map(|line| line.trim_start_matches('#'))
        .filter(|line| line.starts_with("MOTCUA_"))
        .filter_map(|line| line.split('=').next())
        .collect();
    for name in names::ALL {
        assert!(
            named.contains(&name.env),
            "{} is not in env.example",
            name.env
        );
    }
    for job in JOBS {
        let line = format!("#{}={}", job_variable(job.name), job.cron);
        let told = example.lines().any(|told| told == line);
        assert!(told, "{line} is not in env.example");
    }
    for name in named {
        let job = |known: &&Job| job_variable(known.name) == name;
        let known = names::ALL.iter().any(|known| known.env == name)
            || JOBS.iter().any(|known| job(&known));
        assert!(known || name == names::CONFIG, "{name} is no setting");
    }
}

#[test]
fn without_a_mail_server_mails_are_files_beside_the_data() {
    let folder = Folder::new();
    let settings = in_folder(
        &folder.0,
        &[("MOTCUA_PUBLIC_URL", "https://motcua.example.vn")],
    )
    .unwrap();
    assert_eq!(settings.mail.smtp, None);
    assert_eq!(settings.mail.folder, folder.0.join("data").join("mails"));
    assert_eq!(settings.mail.from, "motcua@motcua.example.vn");
    let settings = in_folder(&folder.0, &[("MOTCUA_PUBLIC_URL", "http://127.0.0.1:8080")]).unwrap();
    assert_eq!(settings.mail.from, "motcua@localhost");
}

#[test]
fn a_mail_server_is_read_with_its_password_from_a_file() {
    let folder = Folder::new();
    let secret = folder.0.join("password");
    fs::write(&secret, "mật khẩu\n").unwrap();
    let settings = in_folder(
        &folder.0,
        &[
            ("MOTCUA_SMTP_URL", "smtps://motcua@mail.example.vn"),
            ("MOTCUA_SMTP_PASSWORD_FILE", &secret.display().to_string()),
            ("MOTCUA_MAIL_FROM", "Một cửa <motcua@example.vn>"),
        ],
    );
    let smtp = settings.unwrap().mail.smtp.unwrap();
    assert_eq!(
        smtp.login,
        Some(("motcua".to_owned(), "mật khẩu".to_owned()))
    );
}

#[test]
fn faults_of_the_mail_settings_are_named_without_the_password() {
    let folder = Folder::new();
    let wrong = in_folder(
        &folder.0,
        &[
            ("MOTCUA_SMTP_URL", "smtp://motcua:geheim@mail.example.vn"),
            ("MOTCUA_MAIL_REPLY_TO", "không phải địa chỉ"),
            ("MOTCUA_MAIL_RATE", "0"),
        ],
    );
    let text = wrong
        .map(|settings| settings.listen)
        .unwrap_err()
        .to_string();
    for setting in [
        "MOTCUA_SMTP_URL",
        "MOTCUA_MAIL_REPLY_TO",
        "MOTCUA_MAIL_RATE",
    ] {
        assert!(text.contains(setting), "{setting} in {text}");
    }
    assert!(!text.contains("geheim"), "{text}");
    let nobody = in_folder(&folder.0, &[("MOTCUA_SMTP_URL", "smtp://127.0.0.1:25")]);
    let text = nobody
        .map(|settings| settings.listen)
        .unwrap_err()
        .to_string();
    assert!(text.contains("MOTCUA_MAIL_FROM"), "{text}");
}

#[test]
fn links_of_mails_are_checked_when_the_service_starts() {
    let folder = Folder::new();
    let url = ("MOTCUA_PUBLIC_URL", "https://motcua.example.vn");
    let own = in_folder(&folder.0, &[url]).unwrap().mail.links;
    assert_eq!(
        own.list(ListOf::Overdue),
        "https://motcua.example.vn/api/v1/worklists/due?when=overdue"
    );
    let set = in_folder(
        &folder.0,
        &[
            url,
            ("MOTCUA_LINK_LOOKUP", "https://tracuu.example.vn/{code}"),
            ("MOTCUA_LINK_DOSSIER", "/ho-so/{code}"),
        ],
    );
    let links = set.unwrap().mail.links;
    assert_eq!(
        links.look_up("H29", "ABC234"),
        "https://tracuu.example.vn/H29"
    );
    assert_eq!(links.dossier("H29"), "https://motcua.example.vn/ho-so/H29");
    let wrong = in_folder(&folder.0, &[url, ("MOTCUA_LINK_DOSSIER", "/ho-so/{id}")]);
    let text = wrong
        .map(|settings| settings.listen)
        .unwrap_err()
        .to_string();
    assert!(text.contains("MOTCUA_LINK_DOSSIER"), "{text}");
    assert!(text.contains("/api/v1/dossiers/{code}"), "{text}");
}
