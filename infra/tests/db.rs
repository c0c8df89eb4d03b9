//! The database seam on both databases: what was answered is kept, what failed left nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    unreachable_pub,
    missing_debug_implementations,
    reason = "a test may fail loudly"
)]

mod db_support;

use std::sync::mpsc::{Receiver, Sender, channel};

use db_support::{Fault, Place, add, count, names};
use diesel::connection::SimpleConnection as _;
use diesel::result::Error;
use infra::db::{Db, DbSettings, Kind, OpenError, Panicked, Unavailable, dialect};

type Task<T> = tokio::task::JoinHandle<Result<T, Fault>>;

/// Keeps the writer (or the only connection) busy until the sender is used or dropped.
fn hold(db: &Db) -> (Sender<()>, Task<()>) {
    let (release, released) = channel::<()>();
    let (begun, has_begun) = channel();
    let db = db.clone();
    let task = tokio::spawn(async move {
        db.write(move |_| {
            begun.send(()).unwrap();
            let _ = released.recv();
            Ok::<_, Fault>(())
        })
        .await
    });
    wait(&has_begun);
    (release, task)
}

fn wait(signal: &Receiver<()>) {
    tokio::task::block_in_place(|| signal.recv().unwrap());
}

/// Starts a write and comes back once it waits in the queue.
async fn enqueue(
    db: &Db,
    job: impl FnOnce(&mut infra::db::Conn) -> Result<(), Fault> + Send + 'static,
) -> Task<()> {
    let before = db.queue_depth();
    let handle = db.clone();
    let task = tokio::spawn(async move { handle.write(job).await });
    while db.queue_depth() == before {
        tokio::task::yield_now().await;
    }
    task
}

fn is_panicked(fault: &Fault) -> bool {
    matches!(fault, Fault::Db(Error::QueryBuilderError(inner)) if inner.is::<Panicked>())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_write_survives_reopening() {
    for place in Place::each() {
        let db = place.open_with_items();
        db.write(|conn| add(conn, "a")).await.unwrap();
        drop(db);
        assert_eq!(names(&place.open()), ["a"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answered_write_is_in_the_files_before_anything_is_closed() {
    let (place, copy) = (Place::sqlite(), Place::sqlite());
    let path = |place: &Place| place.settings.url.replace("sqlite://", "");
    let db = place.open_with_items();
    db.write(|conn| add(conn, "a")).await.unwrap();
    std::fs::create_dir(std::path::Path::new(&path(&copy)).parent().unwrap()).unwrap();
    for end in ["", "-wal"] {
        let (from, to) = (path(&place) + end, path(&copy) + end);
        std::fs::copy(from, to).unwrap();
    }
    assert_eq!(names(&copy.open()), ["a"]);
    drop(db);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_job_spoils_no_other_of_its_batch() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let (release, held) = hold(&db);
    let good = enqueue(&db, |conn| add(conn, "good")).await;
    let refused = enqueue(&db, |conn| {
        add(conn, "half")?;
        Err(Fault::Mine)
    })
    .await;
    let twice = enqueue(&db, |conn| add(conn, "good")).await;
    let panics = enqueue(&db, |conn| {
        add(conn, "panic")?;
        dialect::savepoint(conn, |conn| {
            add(conn, "deep")?;
            panic!("on purpose")
        })
    })
    .await;
    let last = enqueue(&db, |conn| add(conn, "last")).await;
    drop(release);
    held.await.unwrap().unwrap();
    good.await.unwrap().unwrap();
    assert!(matches!(refused.await.unwrap(), Err(Fault::Mine)));
    let duplicate = twice.await.unwrap().unwrap_err();
    assert!(matches!(duplicate, Fault::Db(error) if dialect::is_unique_violation(&error)));
    assert!(is_panicked(&panics.await.unwrap().unwrap_err()));
    last.await.unwrap().unwrap();
    assert_eq!(names(&db), ["good", "last"]);
    assert_eq!(db.queue_depth(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ends_the_transaction_itself_fails_and_the_next_ones_run() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let (release, held) = hold(&db);
    let before = enqueue(&db, |conn| add(conn, "before")).await;
    let breaks = enqueue(&db, |conn| Ok(conn.batch_execute("ROLLBACK")?)).await;
    let after = enqueue(&db, |conn| add(conn, "after")).await;
    drop(release);
    held.await.unwrap().unwrap();
    let lost = |result| matches!(result, Err(Fault::Unavailable(Unavailable::Away)));
    assert!(
        lost(before.await.unwrap()),
        "it was undone, so it must not be answered Ok"
    );
    assert!(lost(breaks.await.unwrap()));
    after.await.unwrap().unwrap();
    assert_eq!(names(&db), ["after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_fails_answers_an_error_to_every_job_of_its_batch() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    db.write(|conn| {
        let child = "CREATE TABLE child (name TEXT REFERENCES item DEFERRABLE INITIALLY DEFERRED)";
        Ok::<_, Fault>(conn.batch_execute(child)?)
    })
    .await
    .unwrap();
    let (release, held) = hold(&db);
    let innocent = enqueue(&db, |conn| add(conn, "innocent")).await;
    let orphan =
        |conn: &mut infra::db::Conn| Ok(conn.batch_execute("INSERT INTO child VALUES ('nobody')")?);
    let guilty = enqueue(&db, orphan).await;
    drop(release);
    held.await.unwrap().unwrap();
    for task in [innocent, guilty] {
        let fault = task.await.unwrap().unwrap_err();
        assert!(
            matches!(fault, Fault::Unavailable(Unavailable::Away)),
            "{fault:?}"
        );
    }
    db.write(|conn| add(conn, "next")).await.unwrap();
    assert_eq!(names(&db), ["next"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_an_unavailable_database_and_a_small_write_still_fits() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let fault = db
        .write(|conn| {
            conn.batch_execute("PRAGMA max_page_count = 10")?;
            add(conn, &"x".repeat(200_000))
        })
        .await
        .unwrap_err();
    assert!(
        matches!(fault, Fault::Unavailable(Unavailable::Away)),
        "{fault:?}"
    );
    db.write(|conn| add(conn, "small")).await.unwrap();
    assert_eq!(names(&db), ["small"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_job_answers_an_error_and_the_next_one_runs() {
    for place in Place::each() {
        let db = place.open_with_items();
        let panics = |conn: &mut infra::db::Conn| -> Result<(), Fault> {
            add(conn, "half")?;
            panic!("on purpose")
        };
        assert!(is_panicked(&db.write(panics).await.unwrap_err()));
        let read: Result<(), Fault> = db.read(|_| panic!("on purpose")).await;
        assert!(is_panicked(&read.unwrap_err()));
        db.write(|conn| add(conn, "next")).await.unwrap();
        assert_eq!(names(&db), ["next"]);
        db.ping().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_turns_the_next_write_away() {
    for mut place in Place::each() {
        place.settings.queue = 2;
        place.settings.pg_pool = 1;
        place.settings.acquire_timeout = std::time::Duration::from_secs(60);
        let db = place.open_with_items();
        let (release, held) = hold(&db);
        let first = enqueue(&db, |conn| add(conn, "first")).await;
        let second = enqueue(&db, |conn| add(conn, "second")).await;
        let fault = db.write(|conn| add(conn, "third")).await.unwrap_err();
        assert!(
            matches!(fault, Fault::Unavailable(Unavailable::QueueFull)),
            "{fault:?}"
        );
        drop(release);
        held.await.unwrap().unwrap();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        assert_eq!(names(&db), ["first", "second"]);
        assert_eq!(db.queue_depth(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_the_queue_in_order() {
    for place in Place::each() {
        let db = place.open_with_items();
        let (release, held) = hold(&db);
        let gone = tokio::spawn({
            let db = db.clone();
            async move { db.write(|conn| add(conn, "gone")).await }
        });
        gone.abort();
        drop(gone.await);
        drop(release);
        held.await.unwrap().unwrap();
        db.write(|conn| add(conn, "here")).await.unwrap();
        assert!(names(&db).contains(&"here".to_owned()));
        assert_eq!(db.queue_depth(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_all_land() {
    for place in Place::each() {
        let db = place.open();
        db.write(|conn| {
            let table = "CREATE TABLE item (name TEXT PRIMARY KEY); \
                CREATE TABLE tally (n BIGINT NOT NULL); INSERT INTO tally VALUES (0)";
            Ok::<_, Fault>(conn.batch_execute(table)?)
        })
        .await
        .unwrap();
        let tasks: Vec<Task<()>> = (0..300)
            .map(|i| {
                let db = db.clone();
                tokio::spawn(async move {
                    db.write(move |conn| {
                        add(conn, &format!("{i}"))?;
                        Ok(conn.batch_execute("UPDATE tally SET n = n + 1")?)
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(db.read(count).await.unwrap(), 300);
        // Fails unless the tally is 300 as well.
        let check = "INSERT INTO item SELECT 'all' FROM tally WHERE n = 300";
        db.write(move |conn| Ok::<_, Fault>(conn.batch_execute(check)?))
            .await
            .unwrap();
        assert_eq!(db.read(count).await.unwrap(), 301);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_keys_are_enforced() {
    for place in Place::each() {
        let db = place.open_with_items();
        let orphan = "CREATE TABLE child (name TEXT REFERENCES item (name)); \
            INSERT INTO child VALUES ('nobody')";
        let fault = db
            .write(move |conn| Ok::<_, Fault>(conn.batch_execute(orphan)?))
            .await
            .unwrap_err();
        assert!(matches!(fault, Fault::Db(_)), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_embedded_database_cannot_write() {
    let db = Place::sqlite();
    let db = db.open_with_items();
    let fault = db.read(|conn| add(conn, "sly")).await.unwrap_err();
    assert!(matches!(fault, Fault::Db(_)), "{fault:?}");
    assert!(names(&db).is_empty());
}

#[test]
fn jobs_without_a_runtime_read_and_write() {
    for place in Place::each() {
        let db = place.open_with_items();
        db.write_blocking(|conn| add(conn, "a")).unwrap();
        assert_eq!(db.read_blocking(count).unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_lets_the_transaction_go_on_after_a_duplicate() {
    for place in Place::each() {
        let db = place.open_with_items();
        db.write(|conn| {
            add(conn, "a")?;
            let again = dialect::savepoint(conn, |conn| add(conn, "a"));
            assert!(matches!(again, Err(Fault::Db(error)) if dialect::is_unique_violation(&error)));
            add(conn, "b")
        })
        .await
        .unwrap();
        assert_eq!(names(&db), ["a", "b"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_does_not_see_what_is_committed_meanwhile() {
    for place in Place::each() {
        let db = place.open_with_items();
        let other = db.clone();
        let (before, after) = db
            .read(move |conn| {
                dialect::snapshot(conn, |conn| {
                    let before = count(conn)?;
                    other.write_blocking(|conn| add(conn, "meanwhile"))?;
                    Ok::<_, Fault>((before, count(conn)?))
                })
            })
            .await
            .unwrap();
        assert_eq!((before, after), (0, 0));
        assert_eq!(db.read(count).await.unwrap(), 1);
    }
}

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

#[test]
fn a_server_that_is_not_there_is_said_clearly_and_without_the_password() {
    let settings = DbSettings::new("postgres://clerk:hush@127.0.0.1:1/motcua");
    let text = Db::open(&settings).unwrap_err().to_string();
    assert!(
        text.contains("127.0.0.1") && !text.contains("hush"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_unavailable_and_comes_back_without_a_restart() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let (settings, wire) = place.over_wire();
    drop(place.open_with_items());
    let db = Db::open(&settings).unwrap();
    db.write(|conn| add(conn, "before")).await.unwrap();

    // A job on whose connection the wire breaks.
    let broken = {
        let (release, held) = hold(&db);
        wire.cut();
        drop(release);
        held.await.unwrap().unwrap_err()
    };
    assert!(
        matches!(broken, Fault::Unavailable(Unavailable::Away)),
        "{broken:?}"
    );
    for _ in 0..20 {
        let read = db.read(count).await.unwrap_err();
        assert!(
            matches!(read, Fault::Unavailable(Unavailable::Away)),
            "{read:?}"
        );
        let write = db.write(|conn| add(conn, "lost")).await.unwrap_err();
        assert!(
            matches!(write, Fault::Unavailable(Unavailable::Away)),
            "{write:?}"
        );
    }
    assert_eq!(db.ping().await, Err(Unavailable::Away));

    wire.mend();
    while db.ping().await.is_err() {
        tokio::task::yield_now().await;
    }
    db.write(|conn| add(conn, "after")).await.unwrap();
    assert_eq!(db.read(count).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_server_costs_no_write_an_error() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let db = place.open_with_items();
    // Several connections, so that more than one is stale afterwards.
    let tasks: Vec<Task<()>> = (0..8)
        .map(|i| {
            let db = db.clone();
            tokio::spawn(async move { db.write(move |conn| add(conn, &format!("{i}"))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    place.on_server(&format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'",
        place.name()
    ));
    db.write(|conn| add(conn, "after")).await.unwrap();
    assert_eq!(db.read(count).await.unwrap(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_swallows_a_failed_statement_is_not_told_that_it_was_kept() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let db = place.open_with_items();
    let answer: Result<(), Fault> = db
        .write(|conn| {
            add(conn, "a")?;
            drop(add(conn, "a"));
            Ok(())
        })
        .await;
    assert!(matches!(answer, Err(Fault::Db(_))), "{answer:?}");
    assert!(names(&db).is_empty());
    db.write(|conn| add(conn, "b")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_held_to_the_end_of_its_transaction_and_waiting_for_it_ends() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let db = place.open_with_items();
    let other = db.clone();
    db.write(move |conn| {
        dialect::lock_exclusive(conn, 7, 1000)?;
        let free = other.write_blocking(|conn| Ok::<_, Fault>(dialect::try_lock(conn, 7)?))?;
        assert!(!free);
        let fault = other
            .write_blocking(|conn| Ok::<_, Fault>(dialect::lock_exclusive(conn, 7, 1)?))
            .unwrap_err();
        assert!(
            matches!(fault, Fault::Unavailable(Unavailable::QueueFull)),
            "{fault:?}"
        );
        Ok::<_, Fault>(())
    })
    .await
    .unwrap();
    let other = db.clone();
    db.write(move |conn| {
        dialect::lock_shared(conn, 7)?;
        other.write_blocking(|conn| Ok::<_, Fault>(dialect::lock_shared(conn, 7)?))
    })
    .await
    .unwrap();
    assert!(
        db.write(|conn| Ok::<_, Fault>(dialect::try_lock(conn, 7)?))
            .await
            .unwrap()
    );
}
