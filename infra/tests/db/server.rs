//! A server that is not there, goes away, or comes back.

use infra::db::{Db, DbSettings, Unavailable};

use crate::db_support::{Fault, Place, add, count};
use crate::{Task, hold};

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

    // A job on whose connection the wire breaks before its COMMIT: was it the way there or back?
    let broken = {
        let (release, held) = hold(&db);
        wire.cut();
        drop(release);
        held.await.unwrap().unwrap_err()
    };
    assert!(
        matches!(broken, Fault::Unavailable(Unavailable::Unknown)),
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
