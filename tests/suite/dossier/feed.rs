//! The feed of events: ordered, without gaps, and only of what the reader may see.

use serde_json::Value;

use crate::support::{Client, MARITAL_STATUS, Staff, handed_in, in_appraisal, registered};

/// Everything after a number, page by page.
async fn read_on(client: &Client, mut after: i64, limit: usize) -> (Vec<Value>, i64) {
    let mut events = Vec::new();
    loop {
        let path = format!("/api/v1/events?after={after}&limit={limit}");
        let page = client.get(&path).await.expect(200);
        after = page.at("next_after").as_i64().unwrap();
        let found = page.at("events").as_array().unwrap();
        if found.is_empty() {
            return (events, after);
        }
        events.extend(found.iter().cloned());
    }
}

fn numbers(events: &[Value]) -> Vec<i64> {
    events
        .iter()
        .map(|event| event["id"].as_i64().unwrap())
        .collect()
}

both! {
    async fn events_come_in_their_order_whatever_the_page(world) {
        let staff = Staff::of(&world);
        let code = in_appraisal(&staff, MARITAL_STATUS).await;
        registered(&staff.clerk, MARITAL_STATUS).await;
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        let (whole, end) = read_on(&staff.clerk, 0, 200).await;
        let told: Vec<_> = whole
            .iter()
            .map(|event| (event["dossier"].as_str().unwrap(), event["event"]["action"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [
            ("H29.23-261119-0001", "register"),
            ("H29.23-261119-0001", "forward"),
            ("H29.23-261119-0002", "register"),
            ("H29.23-261119-0001", "forward"),
        ]);
        let (pieces, same_end) = read_on(&staff.clerk, 0, 1).await;
        assert_eq!((pieces, same_end), (whole.clone(), end));
        let (rest, _) = read_on(&staff.clerk, whole[2]["id"].as_i64().unwrap(), 200).await;
        assert_eq!(rest, whole[3..]);
        let (nothing, still) = read_on(&staff.clerk, end, 200).await;
        assert_eq!((nothing, still), (Vec::new(), end));
    }

    async fn everybody_sees_the_events_of_their_offices_alone(world) {
        let staff = Staff::of(&world);
        registered(&staff.clerk, MARITAL_STATUS).await;
        let mut other = handed_in(MARITAL_STATUS);
        other["office"] = "H29.24".into();
        staff.stranger.post("/api/v1/dossiers/register", &other).await.expect(201);
        let seen = async |client: &Client| -> Vec<String> {
            let (events, _) = read_on(client, 0, 200).await;
            events.iter().map(|event| event["dossier"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(seen(&staff.clerk).await, ["H29.23-261119-0001"]);
        assert_eq!(seen(&staff.stranger).await, ["H29.24-261119-0001"]);
        assert_eq!(seen(&staff.inspector).await, ["H29.23-261119-0001", "H29.24-261119-0001"]);
        world.visitor().get("/api/v1/events").await.problem(401, "unauthenticated");
    }

    async fn a_reader_beside_many_writers_misses_nothing(world) {
        const WRITERS: usize = 8;
        const EACH: usize = 5;
        let writers = (0..WRITERS).map(|_| {
            let clerk = world.staff("tiepnhan");
            tokio::spawn(async move {
                for _ in 0..EACH {
                    registered(&clerk, MARITAL_STATUS).await;
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        let reader = world.staff("thanhtra");
        let (mut read, mut after) = (Vec::new(), 0);
        while read.len() < WRITERS * EACH {
            let ended = writers.iter().all(tokio::task::JoinHandle::is_finished);
            let (more, next) = read_on(&reader, after, 3).await;
            read.extend(numbers(&more));
            after = next;
            assert!(!ended || read.len() == WRITERS * EACH, "{} events read", read.len());
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let (whole, _) = read_on(&reader, 0, 200).await;
        assert_eq!(read, numbers(&whole));
        assert!(read.is_sorted());
    }
}
