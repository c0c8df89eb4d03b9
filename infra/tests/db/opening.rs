//! Opening and migrating: twice, too new, and for the owner alone.

use diesel::connection::SimpleConnection as _;
use infra::db::{Db, Kind, OpenError};

use crate::db_support::{Fault, Place};

#[tokio::test(flavor = "multi_thread")]
async fn migrating_twice_applies_nothing_the_second_time() {
    for place in Place::each() {
        let db = place.open();
        let pending = db.pending().unwrap();
        let racing = std::thread::spawn({
            let db = db.clone();
            move || db.migrate().unwrap()
        });
        let applied = db.migrate().unwrap();
        let applied_there = racing.join().unwrap();
        assert_eq!(
            [applied, applied_there].concat(),
            pending,
            "one of the two did it all"
        );
        assert!(db.pending().unwrap().is_empty());
        assert!(db.migrate().unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_newer_than_the_program_is_refused() {
    for place in Place::each() {
        let db = place.open();
        db.migrate().unwrap();
        let later = "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations \
            (version VARCHAR(50) PRIMARY KEY NOT NULL, \
             run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
            INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
        db.write(move |conn| Ok::<_, Fault>(conn.batch_execute(later)?))
            .await
            .unwrap();
        let is_newer = |error: OpenError| matches!(error, OpenError::DatabaseNewer { version } if version == "99990101000000");
        assert!(is_newer(db.migrate().unwrap_err()));
        assert!(is_newer(Db::open(&place.settings).unwrap_err()));
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_open_the_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::sqlite();
    let db = place.open_with_items();
    let path = place.settings.url.replace("sqlite://", "");
    for end in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(path.clone() + end)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{end}");
    }
    assert_eq!(db.kind(), Kind::Sqlite);
}
