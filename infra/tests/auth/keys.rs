//! The folder of signing keys.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use infra::auth::{KeyError, Keys};

use crate::support::start;

fn folder() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let keys = parent.path().join("data/keys");
    (parent, keys)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn the_first_start_makes_a_key_that_only_its_owner_can_read() {
    let (_parent, folder) = folder();
    let keys = Keys::open(&folder).unwrap();
    assert_eq!(mode(&folder), 0o700);
    let files = files(&folder);
    assert_eq!(files.len(), 1);
    assert_eq!(mode(&files[0]), 0o600);
    let kid = &keys.signing(start()).unwrap().kid;
    assert_eq!(
        files[0].file_name().unwrap().to_str().unwrap(),
        format!("{kid}.pem")
    );
    assert!(
        fs::read_to_string(&files[0])
            .unwrap()
            .starts_with("-----BEGIN PRIVATE KEY-----\n")
    );
}

#[test]
fn a_second_start_keeps_the_key() {
    let (_parent, folder) = folder();
    let first = Keys::open(&folder).unwrap().public(start());
    assert_eq!(Keys::open(&folder).unwrap().public(start()), first);
}

#[test]
fn keys_that_others_can_read_are_refused() {
    let (_parent, folder) = folder();
    drop(Keys::open(&folder).unwrap());
    let file = files(&folder).remove(0);
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let refused = Keys::open(&folder).unwrap_err();
    assert!(
        matches!(&refused, KeyError::Exposed { path, mode: 0o640 } if *path == file),
        "{refused}"
    );
    assert!(refused.to_string().contains("chmod go-rwx"));

    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(
        Keys::open(&folder).unwrap_err(),
        KeyError::Exposed { mode: 0o755, .. }
    ));
}

#[test]
fn a_file_that_is_no_key_is_named() {
    let (_parent, folder) = folder();
    drop(Keys::open(&folder).unwrap());
    let file = files(&folder).remove(0);
    fs::write(
        &file,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    assert!(
        matches!(Keys::open(&folder).unwrap_err(), KeyError::Unreadable { path } if path == file)
    );
    fs::rename(&file, folder.join("mine.pem")).unwrap();
    assert!(matches!(
        Keys::open(&folder).unwrap_err(),
        KeyError::BadName { .. }
    ));
}

#[test]
fn a_rotated_key_signs_and_the_old_one_still_verifies() {
    let (_parent, folder) = folder();
    let keys = Keys::open(&folder).unwrap();
    let old = keys.signing(start()).unwrap().kid.clone();
    let new = keys.rotate().unwrap();
    assert!(new > old, "the newest sorts last");
    assert_eq!(keys.signing(start()).unwrap().kid, new);
    assert!(keys.verifying(&old, start()).is_some());
    let public: Vec<String> = keys
        .public(start())
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(public, [new, old]);
}

#[test]
fn a_running_server_notices_a_rotation_and_a_retirement_of_another_process() {
    let (_parent, folder) = folder();
    let server = Keys::open(&folder).unwrap();
    let old = server.signing(start()).unwrap().kid.clone();
    let command_line = Keys::open(&folder).unwrap();
    let new = command_line.rotate().unwrap();

    assert_eq!(
        server.signing(start()).unwrap().kid,
        old,
        "the folder was read just now"
    );
    let soon = start() + TimeDelta::seconds(4);
    assert!(
        server.verifying(&new, soon).is_some(),
        "an unknown id has the folder read again"
    );
    assert_eq!(server.signing(soon).unwrap().kid, new);

    command_line.retire(&old).unwrap();
    assert!(server.verifying(&old, soon).is_some());
    assert!(
        server
            .verifying(&old, soon + TimeDelta::seconds(31))
            .is_none()
    );
}

#[test]
fn unknown_ids_do_not_keep_the_disk_busy() {
    let (_parent, folder) = folder();
    let server = Keys::open(&folder).unwrap();
    assert!(server.verifying("made-up", start()).is_none());
    let new = Keys::open(&folder).unwrap().rotate().unwrap();
    assert!(
        server
            .verifying(&new, start() + TimeDelta::seconds(1))
            .is_none(),
        "read a second ago"
    );
    assert!(
        server
            .verifying(&new, start() + TimeDelta::seconds(3))
            .is_some()
    );
}

#[test]
fn the_only_key_can_not_be_retired_nor_an_unknown_one() {
    let (_parent, folder) = folder();
    let keys = Keys::open(&folder).unwrap();
    let only = keys.signing(start()).unwrap().kid.clone();
    assert!(matches!(keys.retire(&only).unwrap_err(), KeyError::OnlyKey(kid) if kid == only));
    assert!(matches!(
        keys.retire("../other").unwrap_err(),
        KeyError::Unknown(_)
    ));
    keys.rotate().unwrap();
    keys.retire(&only).unwrap();
    assert!(keys.verifying(&only, start()).is_none());
}

#[test]
fn a_folder_emptied_at_run_time_leaves_the_keys_in_memory() {
    let (_parent, folder) = folder();
    let keys = Keys::open(&folder).unwrap();
    fs::remove_file(files(&folder).remove(0)).unwrap();
    assert!(keys.reload().is_err());
    assert!(keys.signing(start() + TimeDelta::minutes(5)).is_some());
}
