//! `motcua create-admin`: the first administrator of an installation that has none.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use clap::Args;
use domain::text::{AgencyCode, Login, PersonName, TextFault, Title};
use infra::auth::{FirstAdministrator, create_first_administrator, password};
use infra::error::Error;

use super::failure::Failure;
use super::open::{open, refuse_demo};
use super::{logging, out, run};
use crate::config::Settings;

#[derive(Debug, Args)]
pub(super) struct AdminArgs {
    /// Tên đăng nhập (login)
    #[arg(long)]
    login: String,
    /// Tên hiển thị (name to show)
    #[arg(long, default_value = "Quản trị hệ thống")]
    name: String,
    /// Mã cơ quan cấp cao nhất, như H29.23 (code of the root office)
    #[arg(long)]
    office_code: String,
    /// Tên cơ quan đó, nếu chưa có (its name, where it is made)
    #[arg(long)]
    office_name: String,
    /// Đọc mật khẩu từ đầu vào chuẩn (read the password from standard input)
    #[arg(long)]
    password_stdin: bool,
}

pub(super) fn create(settings: Settings, args: AdminArgs) -> Result<(), Failure> {
    logging::start(&settings);
    let login = parsed("--login", Login::parse(&args.login))?;
    let display_name = parsed("--name", PersonName::parse(&args.name))?;
    let office_code = parsed("--office-code", AgencyCode::parse(&args.office_code))?;
    let office_name = parsed("--office-name", Title::parse(&args.office_name))?;
    let (db, _) = open(&settings)?;
    refuse_demo(&db)?;
    let password_hash = password::hash(&ask_password(args.password_stdin)?)?;
    let input = FirstAdministrator {
        login,
        display_name,
        password_hash,
        office_code,
        office_name,
    };
    let (env, shown) = (run::env(), input.login.clone());
    let made = db.write_blocking(move |conn| create_first_administrator(conn, &env, &input));
    made.map_err(failure)?;
    out::line(format_args!(
        "Đã tạo quản trị viên (administrator made): {shown}"
    ));
    Ok(())
}

fn parsed<T>(flag: &str, parsed: Result<T, TextFault>) -> Result<T, Failure> {
    parsed.map_err(|fault| {
        let said = |lang| format!("{flag}: {}", fault.text(lang));
        Failure::new(said(domain::lang::Lang::Vi), said(domain::lang::Lang::En))
    })
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Refused("administrator_exists") => Failure::new(
            "đã có quản trị viên: người đó tạo các tài khoản khác qua API",
            "there is an administrator already, who makes further accounts over the API",
        ),
        Error::AlreadyExists => {
            Failure::new("tên đăng nhập đã có người dùng", "the login is taken")
        }
        error => error.into(),
    }
}

/// Twice from a terminal, without showing it; or the first line of standard input.
fn ask_password(from_stdin: bool) -> Result<String, Failure> {
    if from_stdin {
        return read_line();
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new(
            "không có màn hình để hỏi mật khẩu: dùng --password-stdin",
            "there is no terminal to ask for the password: use --password-stdin",
        ));
    }
    let hidden = Hidden::start()?;
    let first = prompt("Mật khẩu, ít nhất 12 ký tự (password, at least 12 characters): ")?;
    let second = prompt("Nhập lại (once more): ")?;
    drop(hidden);
    match first == second {
        true => Ok(first),
        false => Err(Failure::new(
            "hai lần nhập khác nhau",
            "the two are not the same",
        )),
    }
}

fn prompt(text: &str) -> Result<String, Failure> {
    let mut terminal = io::stderr();
    let _ = write!(terminal, "{text}").and_then(|()| terminal.flush());
    let line = read_line();
    // The return key was not shown either.
    out::error("");
    line
}

fn read_line() -> Result<String, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new("không đọc được mật khẩu", format!("no password: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// The terminal shows no letters while this lives.
struct Hidden;

impl Hidden {
    /// By `stty`, which every Unix has, rather than by a library for this one call.
    fn start() -> Result<Self, Failure> {
        match stty("-echo") {
            true => Ok(Self),
            false => Err(Failure::new(
                "không ẩn được mật khẩu trên màn hình này: dùng --password-stdin",
                "this terminal would show the password: use --password-stdin",
            )),
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(mode: &str) -> bool {
    let run = Command::new("stty")
        .arg(mode)
        .stdin(Stdio::inherit())
        .status();
    run.is_ok_and(|status| status.success())
}
