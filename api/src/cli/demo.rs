//! `motcua demo`: the service with a made-up ward, to try things out.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use infra::auth::password;
use infra::db::Db;
use infra::demo::{DemoAccounts, demo_accounts, is_demo, load_demo_at_work};
use infra::env::Env;
use infra::error::Error;

use super::failure::Failure;
use super::open::open;
use super::time_machine::TimeMachineArgs;
use super::{logging, out, run, signals};
use crate::config::names::{DATA_DIR, LISTEN, LOG, LOG_FORMAT};
use crate::config::{Inputs, Settings};

/// Of all demo accounts. `motcua serve` refuses a database that holds them.
const PASSWORD: &str = "demo-motcua-2026";

pub(super) fn demo(
    data_dir: Option<PathBuf>,
    listen: SocketAddr,
    time_machine: &TimeMachineArgs,
) -> Result<(), Failure> {
    let hearing = signals::hear().map_err(run::broken)?;
    let settings = settings(&time_machine.data_dir(data_dir), listen)?;
    logging::start(&settings);
    let (db, _) = open(&settings)?;
    let env = time_machine.env(&db)?;
    load(&db, &env)?;
    time_machine.mark(&db, &env)?;
    let accounts = accounts()?;
    let service = run::service(&settings, db.clone(), env.clone())?;
    let welcome = welcome(&settings, &accounts);
    run::run(&settings, service, hearing, || {
        out::line(welcome);
        out::line(time_machine.welcome(&env));
        time_machine.announce(&db, &env);
    })
}

/// Of the environment only what is logged: a variable meant for `serve` must not lead a demo to
/// the real database.
fn settings(data_dir: &Path, listen: SocketAddr) -> Result<Settings, Failure> {
    let mut inputs = Inputs::of_process(None);
    inputs
        .environment
        .retain(|name, _| name == LOG.env || name == LOG_FORMAT.env);
    // One line a request would bury what is printed at the start.
    inputs
        .environment
        .entry(LOG.env.to_owned())
        .or_insert_with(|| "warn".to_owned());
    inputs.arguments = vec![
        (&DATA_DIR, "--data-dir", data_dir.display().to_string()),
        (&LISTEN, "--listen", listen.to_string()),
    ];
    Ok(Settings::load(&inputs)?)
}

fn load(db: &Db, env: &Env) -> Result<(), Failure> {
    if db.read_blocking(is_demo)? {
        return Ok(());
    }
    let accounts = DemoAccounts {
        password_hash: password::hash(PASSWORD)?,
    };
    let env = env.clone();
    let loaded = db.write_blocking(move |conn| load_demo_at_work(conn, &env, &accounts));
    loaded.map(|_| ()).map_err(|error| match error {
        Error::Refused("database_not_empty") => Failure::new(
            "thư mục này có dữ liệu không phải minh họa: chọn thư mục khác bằng --data-dir",
            "this folder holds data that are no demo: choose another with --data-dir",
        ),
        error => error.into(),
    })
}

/// One line an account: login, what it is, roles, office.
fn accounts() -> Result<String, Failure> {
    let accounts = demo_accounts()?;
    let width = accounts
        .iter()
        .map(|account| account.login.len())
        .max()
        .unwrap_or(0);
    let lines = accounts.iter().map(|account| {
        format!(
            "  {:width$}  {:8}  {:13}  {}",
            account.login,
            account.office,
            account.roles.join(", "),
            account.display_name,
        )
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn welcome(settings: &Settings, accounts: &str) -> String {
    let url = &settings.public_url;
    let folder = settings.data_dir.display();
    let mails = settings.mail.folder.display();
    let [register, look_up, list] = curl_lines(url);
    format!(
        "motcua demo · dữ liệu minh họa ở (demo data in) {folder}\n\n\
         Dịch vụ (service)      {url}\n\
         API, Swagger UI        {url}/docs/\n\
         Tra cứu (look-up)      {url}/api/v1/public/dossiers/<mã hồ sơ>\n\
         Thư gửi đi (mails)     {mails}/*.eml\n\n\
         Tài khoản, cùng một mật khẩu (accounts, one password): {PASSWORD}\n{accounts}\n\n\
         Dán lần lượt vào bash (paste into bash, in order):\n\n\
         # 1. Tiếp nhận một hồ sơ tại quầy (register a dossier at the counter)\n{register}\n\n\
         # 2. Tra cứu công khai (public look-up)\n{look_up}\n\n\
         # 3. Danh sách hồ sơ (list)\n{list}\n\n\
         Dừng: Ctrl+C (stop)\n"
    )
}

/// Ready for bash, with curl and sed alone: the first keeps the token and the code for the others.
fn curl_lines(url: &str) -> [String; 3] {
    let json = "-H 'Content-Type: application/json'";
    let token = format!(
        "TOKEN=$(curl -sS {json} -d '{{\"login\":\"tiepnhan\",\"password\":\"{PASSWORD}\"}}' \
         {url}/api/v1/auth/login | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
    );
    let body = r#"{"office":"H29.23","procedure":"1.004873","applicant":{"name":"Người nộp minh họa","phone":"0912345678","email":"nguoinop@motcua.example"},"papers":[{"number":1,"originals":1},{"number":3,"copies":1}]}"#;
    let code = format!(
        "CODE=$(curl -sS -D - -o /dev/null -H \"Authorization: Bearer $TOKEN\" {json} -d '{body}' \
         {url}/api/v1/dossiers/register | sed -n 's#^[Ll]ocation:.*/dossiers/\\([^[:space:]]*\\).*#\\1#p')"
    );
    [
        format!("{token}; {code}; echo \"$CODE\""),
        format!("curl -sS \"{url}/api/v1/public/dossiers/$CODE\"; echo"),
        format!(
            "curl -sS -H \"Authorization: Bearer $TOKEN\" \"{url}/api/v1/dossiers?limit=5\"; echo"
        ),
    ]
}
