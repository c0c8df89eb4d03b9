//! The files in `deploy/` keep what they promise: every setting named, nothing run as root, nothing
//! writable that need not be, versions pinned.

use std::collections::BTreeSet;

use api::config::names::ALL;

use super::{none, root};

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names which lines of `wanted` are no lines of a file, whatever stands before them.
fn lacking(path: &str, wanted: &[&str]) -> Vec<String> {
    let text = read(path);
    let lines: BTreeSet<&str> = text.lines().map(str::trim).collect();
    let missing = wanted.iter().filter(|line| !lines.contains(**line));
    missing.map(|line| format!("{path}: {line}")).collect()
}

#[test]
fn the_readme_names_every_setting_and_every_command() {
    let text = read("README.md");
    let unnamed = ALL
        .iter()
        .filter(|name| !text.contains(&format!("| `{}` | `{}` |", name.env, name.key)))
        .map(|name| name.env.to_owned());
    let commands = [
        "serve",
        "demo",
        "migrate",
        "verify",
        "backup",
        "restore",
        "healthcheck",
        "create-admin",
        "keys",
    ];
    let unsaid = commands
        .iter()
        .filter(|command| !text.contains(&format!("| `motcua {command}")))
        .map(|command| format!("motcua {command}"));
    none(
        "missing in README.md",
        &unnamed.chain(unsaid).collect::<Vec<_>>(),
    );
}

/// What `systemd-analyze security` asks for; `tests/deploy` asks it where it is.
const LOCKED_DOWN: &[&str] = &[
    "User=motcua",
    "UMask=0077",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "PrivateUsers=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
];

#[test]
fn the_units_may_do_what_they_must_and_nothing_else() {
    let units = ["deploy/motcua.service", "deploy/motcua-backup.service"];
    let found: Vec<String> = units
        .iter()
        .flat_map(|unit| lacking(unit, LOCKED_DOWN))
        .collect();
    none("lines that the units lack", &found);
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_asks_itself_for_its_health() {
    let found = lacking(
        "deploy/Dockerfile",
        &[
            "USER 10001:10001",
            "VOLUME [\"/var/lib/motcua\"]",
            "STOPSIGNAL SIGTERM",
            "CMD [\"/usr/local/bin/motcua\", \"healthcheck\"]",
            "ENTRYPOINT [\"/usr/local/bin/motcua\"]",
            "RUN cargo build --release --locked -p motcua-api --no-default-features --features postgres-tls",
        ],
    );
    none("lines that the image lacks", &found);
    let text = read("deploy/Dockerfile");
    let user = text.find("\nUSER ").expect("a user");
    assert!(
        !text[user..].contains("\nRUN "),
        "something runs after the user was chosen"
    );
}

/// The text of one service of the compose file.
fn service(name: &str) -> String {
    let text = read("deploy/compose.yaml");
    let start = format!("\n  {name}:\n");
    let (_, rest) = text.split_once(&start).expect("the service");
    let end = |line: &str| {
        !line.is_empty() && !line.starts_with("   ") && !line.trim_start().starts_with('#')
    };
    rest.lines()
        .take_while(|line| !end(line))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn both_containers_can_write_to_their_volumes_alone_and_have_no_rights() {
    let mut found = Vec::new();
    for name in ["motcua", "database"] {
        let text = service(name);
        for wanted in [
            "    read_only: true\n",
            "    cap_drop: [ALL]\n",
            "    security_opt: [\"no-new-privileges:true\"]\n",
            "    pids_limit: ",
        ] {
            if !text.contains(wanted) {
                found.push(format!("{name}: {}", wanted.trim()));
            }
        }
        for unwanted in [
            "privileged",
            "cap_add",
            "network_mode",
            "pid: ",
            "docker.sock",
        ] {
            if text.contains(unwanted) {
                found.push(format!("{name} has {unwanted}"));
            }
        }
    }
    none("the containers", &found);
    let database = service("database");
    assert!(
        database.contains("    healthcheck:\n") && database.contains("    user: \"999:999\"\n")
    );
    assert!(
        !database.contains("ports:"),
        "the database is reached by the service alone"
    );
    assert!(service("motcua").contains("      - \"127.0.0.1:8080:8080\"\n"));
    // Passwords come by files.
    let whole = read("deploy/compose.yaml");
    assert!(!whole.contains("POSTGRES_PASSWORD:") && !whole.contains("MOTCUA_DATABASE_URL"));
}

#[test]
fn images_are_pinned_and_the_compiler_is_that_of_the_workspace() {
    let manifest = read("Cargo.toml");
    let of = |key: &str| {
        let (_, rest) = manifest.split_once(&format!("\n{key} = \"")).expect(key);
        rest.split('"').next().expect("a value").to_owned()
    };
    let docker = read("deploy/Dockerfile");
    let build = format!("FROM docker.io/library/rust:{}.", of("rust-version"));
    assert!(docker.contains(&build), "{build}");
    let compose = read("deploy/compose.yaml");
    let own = format!("image: motcua:{}\n", of("version"));
    assert!(compose.contains(&own), "{own}");
    let images = docker
        .lines()
        .filter_map(|line| line.strip_prefix("FROM "))
        .chain(
            compose
                .lines()
                .filter_map(|line| line.trim().strip_prefix("image: ")),
        );
    let loose: Vec<String> = images
        .filter(|image| {
            let tag = image
                .split(' ')
                .next()
                .and_then(|name| name.split_once(':'));
            tag.is_none_or(|(_, tag)| tag.matches('.').count() < 1)
        })
        .map(str::to_owned)
        .collect();
    none("images without a version", &loose);
}

#[test]
fn the_proxy_speaks_modern_tls_and_lets_attachments_through() {
    let found = lacking(
        "deploy/nginx.conf",
        &[
            "ssl_protocols TLSv1.2 TLSv1.3;",
            "add_header Strict-Transport-Security \"max-age=63072000\" always;",
            "proxy_set_header X-Forwarded-For $remote_addr;",
            "proxy_next_upstream off;",
            "client_max_body_size 22m;",
            "location = /metrics {",
        ],
    );
    none("lines that the proxy lacks", &found);
    // Codes and look-up keys stand in addresses.
    let text = read("deploy/nginx.conf");
    let format = text
        .split("log_format motcua")
        .nth(1)
        .and_then(|rest| rest.split(';').next());
    let format = format.expect("a form of the log");
    for word in [
        "$request ",
        "$request_uri",
        "$uri",
        "$args",
        "$http_referer",
    ] {
        assert!(!format.contains(word), "the log of the proxy holds {word}");
    }
}
