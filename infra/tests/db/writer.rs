//! Writes that wait together: each gets its own answer.

use diesel::connection::SimpleConnection as _;
use infra::db::{Unavailable, dialect};

use crate::db_support::{Fault, Place, add, count, names};
use crate::{Task, enqueue, hold, is_panicked};

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

/// As SQLite itself does on a full disk: whoever goes on would be kept without the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_savepoint_whose_transaction_is_gone_says_that_the_database_is_away() {
    let place = Place::sqlite();
    let db = place.open_with_items();
    let job = |conn: &mut infra::db::Conn| {
        add(conn, "before")?;
        let item = dialect::savepoint(conn, |conn| {
            conn.batch_execute("ROLLBACK")?;
            Err::<(), _>(Fault::Mine)
        });
        match item {
            Err(Fault::Unavailable(why)) => Err(Fault::Unavailable(why)),
            _ => add(conn, "after"),
        }
    };
    let fault = db.write(job).await.unwrap_err();
    assert!(
        matches!(fault, Fault::Unavailable(Unavailable::Away)),
        "{fault:?}"
    );
    assert!(names(&db).is_empty());
    db.write(|conn| add(conn, "next")).await.unwrap();
    assert_eq!(names(&db), ["next"]);
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
    let lost = |result| matches!(result, Err(Fault::Unavailable(Unavailable::Away)));
    // What came while the first job ran is in one batch with it.
    assert!(lost(held.await.unwrap()));
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
    // What came while the first job ran is in one batch with it.
    for task in [held, innocent, guilty] {
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
    assert!(db.ping().await.is_err());
    // A job with nothing to do.
    db.write(|_| Ok::<_, Fault>(())).await.unwrap();
    assert!(db.ping().await.is_err(), "well, though nothing was written");
    db.write(|conn| add(conn, "small")).await.unwrap();
    assert_eq!(names(&db), ["small"]);
    db.ping().await.unwrap();
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
