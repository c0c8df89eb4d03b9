//! What is kept, what is not, and what a transaction sees of others.

use diesel::connection::SimpleConnection as _;
use infra::db::{Unavailable, dialect};

use crate::db_support::{Fault, Place, add, count, names};

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

#[test]
fn the_log_is_folded_into_the_file_while_writes_go_on() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let path = place.settings.url.replace("sqlite://", "");
    let size = |end: &str| std::fs::metadata(path.clone() + end).map_or(0, |file| file.len());
    // More than a fold waits for, and far less than what the writer would fold by itself.
    for turn in 0..300 {
        let write = move |conn: &mut infra::db::Conn| {
            (0..20).try_for_each(|row| add(conn, &format!("{turn} {row} {}", "x".repeat(400))))
        };
        db.write_blocking(write).unwrap();
    }
    let begun = std::time::Instant::now();
    while size("") < 400_000 {
        assert!(begun.elapsed().as_secs() < 10, "{} bytes", size(""));
        std::thread::yield_now();
    }
    assert!(size("-wal") < 16_000 * 4_096);
    assert_eq!(db.read_blocking(count).unwrap(), 6_000);
}

/// Between the writes it stays away from, a reader of the whole process would keep the log for ever.
#[test]
fn the_lock_that_is_kept_for_readers_ends_with_the_next_write() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let path = place.settings.url.replace("sqlite://", "");
    let memory = std::fs::metadata(path.clone() + "-shm").unwrap();
    let inode = format!(":{} ", std::os::unix::fs::MetadataExt::ino(&memory));
    // The places of the locks of readers in that file; the one after them only says that it is open.
    let of_readers = ["123", "124", "125", "126", "127"];
    let kept = || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let mut of_memory = locks.lines().filter(|line| line.contains(&inode));
        of_memory.any(|line| of_readers.contains(&line.split(' ').nth_back(1).unwrap()))
    };
    for turn in 0..8 {
        for part in 0..20 {
            let write = move |conn: &mut infra::db::Conn| {
                add(conn, &format!("{turn} {part} {}", "x".repeat(400_000)))
            };
            db.write_blocking(write).unwrap();
        }
        let begun = std::time::Instant::now();
        while !kept() {
            assert!(begun.elapsed().as_secs() < 10, "nobody keeps it");
            std::thread::yield_now();
        }
    }
    let log = std::fs::metadata(path + "-wal").unwrap().len();
    assert!(log < 12_000 * 4_096, "{log} bytes of 64 million");
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
    assert!(
        db.write(|conn| Ok::<_, Fault>(dialect::try_lock(conn, 7)?))
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_what_is_settled_waits_for_writes_under_way_but_not_for_long() {
    let Some(place) = Place::postgres() else {
        return;
    };
    let db = place.open_with_items();
    let (begun, ready) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let writer = db.clone();
    let write = std::thread::spawn(move || {
        writer.write_blocking(move |conn| {
            add(conn, "under way")?;
            begun.send(()).unwrap();
            ended.recv().unwrap();
            Ok::<_, Fault>(())
        })
    });
    ready.recv().unwrap();
    let fault = db.read_settled_blocking(count).unwrap_err();
    assert!(
        matches!(fault, Fault::Unavailable(Unavailable::QueueFull)),
        "{fault:?}"
    );
    // Others wrote meanwhile, and go on.
    db.write(|conn| add(conn, "beside")).await.unwrap();
    let reader = db.clone();
    let settled = tokio::spawn(async move { reader.read_settled(count).await });
    end.send(()).unwrap();
    write.join().unwrap().unwrap();
    assert_eq!(settled.await.unwrap().unwrap(), 2);
}
