//! The command line: what `motcua` can be told to do.

mod admin;
mod backup;
mod demo;
mod failure;
mod healthcheck;
mod keys;
mod logging;
mod migrate;
mod open;
mod out;
mod run;
mod serve;
mod signals;
mod time_machine;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Inputs, Settings};
use failure::Failure;

/// motcua: theo dõi hồ sơ một cửa (case tracking for the one-stop shop)
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where the settings are.
#[derive(Debug, Args)]
struct ConfigArgs {
    /// Tệp TOML có cùng các thiết lập (a TOML file with the same settings); biến môi trường thắng
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigArgs {
    fn load(self) -> Result<Settings, Failure> {
        Ok(Settings::load(&self.inputs())?)
    }

    fn inputs(self) -> Inputs {
        Inputs::of_process(self.config)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Chạy dịch vụ (run the service)
    Serve(ConfigArgs),
    /// Chạy thử với phường minh họa, SQLite (try it out with the demo ward)
    Demo {
        /// Thư mục dữ liệu minh họa (folder of the demo's data): ./data/demo, với (with) --at ./data/time-machine
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// Địa chỉ và cổng (address and port to listen on)
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        #[command(flatten)]
        time_machine: time_machine::TimeMachineArgs,
    },
    /// Cập nhật cấu trúc cơ sở dữ liệu rồi kết thúc (apply the migrations and end)
    Migrate(ConfigArgs),
    /// Kiểm tra chuỗi sự kiện của mọi hồ sơ và mã gốc từng ngày (walk all event chains, compare the day roots)
    Verify {
        #[command(flatten)]
        config: ConfigArgs,
        /// So với mã gốc đã in trong thư (compare with a root that a mail printed), như 2026-11-19=9f86…
        #[arg(long = "root", value_name = "DAY=HASH", value_parser = verify::printed_root)]
        roots: Vec<verify::PrintedRoot>,
    },
    /// Sao lưu trong khi dịch vụ chạy (back up, while the service runs)
    Backup {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        backup: backup::BackupArgs,
    },
    /// Khôi phục bản sao lưu vào chỗ trống (bring a backup back, into an empty place)
    Restore {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        restore: backup::RestoreArgs,
    },
    /// Hỏi dịch vụ trên máy này có trả lời không (ask whether the service on this machine answers)
    Healthcheck(ConfigArgs),
    /// Tạo quản trị viên đầu tiên (make the first administrator)
    CreateAdmin {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        admin: admin::AdminArgs,
    },
    /// Khóa ký (the keys that sign access tokens)
    Keys {
        #[command(flatten)]
        config: ConfigArgs,
        #[command(subcommand)]
        action: keys::KeysAction,
    },
}

/// Runs what the arguments say. 0: done; 1: failed, or a broken chain or a lost attachment was
/// found; 2: wrong arguments; 78: faults in the configuration.
pub fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(config) => config.load().and_then(serve::serve),
        Command::Demo {
            data_dir,
            listen,
            time_machine,
        } => demo::demo(data_dir, listen, &time_machine),
        Command::Migrate(config) => config.load().and_then(migrate::migrate),
        Command::Verify { config, roots } => config
            .load()
            .and_then(|settings| verify::verify(settings, &roots)),
        Command::Backup { config, backup } => config
            .load()
            .and_then(|settings| backup::back_up(&settings, &backup)),
        Command::Restore { config, restore } => config
            .load()
            .and_then(|settings| backup::restore(&settings, &restore)),
        Command::Healthcheck(config) => healthcheck::healthcheck(&config.inputs()),
        Command::CreateAdmin { config, admin } => config
            .load()
            .and_then(|settings| admin::create(settings, admin)),
        Command::Keys { config, action } => config
            .load()
            .and_then(|settings| keys::keys(&settings, &action)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out::error(&failure);
            failure.exit_code()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::Cli;

    const AT: [&str; 4] = ["--at", "2026-02-12T09:00:00+07:00", "--speed", "3600"];

    #[test]
    fn the_time_machine_is_the_demos_alone() {
        let with = |command: &[&'static str]| {
            let words = ["motcua"].iter().chain(command).chain(&AT).copied();
            Cli::try_parse_from(words.collect::<Vec<_>>()).is_ok()
        };
        assert!(with(&["demo"]));
        assert!(!with(&["serve"]));
        assert!(!with(&["migrate"]));
        assert!(!with(&["verify"]));
        let fast = Cli::try_parse_from(["motcua", "demo", "--speed", "3600"]);
        assert!(fast.is_err(), "a speed without a beginning");
        let serve = Cli::command();
        let serve = serve.find_subcommand("serve").map(|serve| {
            let flags = serve.get_arguments();
            flags.map(|flag| flag.get_id().to_string()).collect()
        });
        assert_eq!(serve, Some(vec!["config".to_owned()]));
    }

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
