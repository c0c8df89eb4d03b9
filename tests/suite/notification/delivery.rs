//! Delivery to a real mail server: refusals, grey lists, broken connections, retries, bounces.

use chrono::TimeDelta;
use serde_json::{Value, json};

use infra::notification::outbox::NewMail;

use super::{MailServer, deliver, letter, of_staff, outbox, post_to, put};
use crate::support::{Client, Staff, World};

/// One mail of the list as an administrator sees it, with its attempts.
async fn detail(admin: &Client, index: usize) -> Value {
    let list = admin.get("/api/v1/mails").await.expect(200);
    let id = list.each("id").remove(index);
    admin
        .get(&format!("/api/v1/mails/{id}"))
        .await
        .expect(200)
        .json
}

fn outcomes(mail: &Value) -> Vec<String> {
    let tried = mail["tried"].as_array().unwrap();
    tried
        .iter()
        .map(|one| {
            format!(
                "{} {}",
                one["outcome"].as_str().unwrap(),
                one["detail"].as_str().unwrap()
            )
        })
        .collect()
}

fn waits(world: &World, mail: &Value) -> TimeDelta {
    let next: chrono::DateTime<chrono::Utc> =
        mail["next_attempt_at"].as_str().unwrap().parse().unwrap();
    next - infra::clock::Clock::now(&world.clock)
}

both! {
    async fn many_mails_go_over_few_connections(world) {
        let server = MailServer::brief();
        put(&world, (0..100).map(|n| letter(&format!("m{n}"), &format!("nguoi{n}@example.vn"))).collect());
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!(done.sent, 100);
        let mails = server.mails(100);
        let ids: std::collections::BTreeSet<&str> = mails.iter().map(|mail| mail["message_id"].as_str().unwrap()).collect();
        assert_eq!((mails.len(), ids.len()), (100, 100));
    }

    async fn a_grey_list_is_passed_at_the_second_attempt(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        put(&world, vec![letter("a", "greylisted@example.vn")]);
        assert_eq!(deliver(&post).await.later, 1);
        let mail = detail(&admin, 0).await;
        assert_eq!(outcomes(&mail), ["temporary RCPT: 450 4.7.1"]);
        assert_eq!((mail["state"].as_str(), mail["to_masked"].as_str()), (Some("waiting"), Some("g***@example.vn")));
        let pause = waits(&world, &mail);
        assert!(TimeDelta::seconds(54) <= pause && pause <= TimeDelta::seconds(66), "{pause}");
        assert_eq!(deliver(&post).await.taken, 0);
        world.pass(TimeDelta::seconds(66));
        assert_eq!(deliver(&post).await.sent, 1);
        assert_eq!(outcomes(&detail(&admin, 0).await), ["temporary RCPT: 450 4.7.1", "sent 250"]);
    }

    async fn a_connection_that_breaks_amid_a_mail_is_tried_again_with_the_same_message_id(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        put(&world, vec![letter("a", "dropped@example.vn"), letter("b", "well@example.vn")]);
        let done = deliver(&post).await;
        assert_eq!((done.later, done.sent), (1, 1));
        world.pass(TimeDelta::minutes(2));
        assert_eq!(deliver(&post).await.sent, 1);
        assert_eq!(server.mails(2).len(), 2);
    }

    async fn a_server_that_does_not_answer_holds_up_no_other_mail(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        put(&world, vec![letter("a", "slow@example.vn"), letter("b", "well@example.vn")]);
        let done = deliver(&post).await;
        assert_eq!((done.later, done.sent), (1, 1));
        assert_eq!(outcomes(&detail(&admin, 1).await), ["temporary RCPT: no answer in time"]);
    }

    async fn a_server_that_is_not_there_is_no_fault_of_the_mail(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        drop(server);
        let admin = Staff::of(&world).admin;
        put(&world, vec![letter("a", "well@example.vn")]);
        assert_eq!(deliver(&post).await.later, 1);
        assert_eq!(outcomes(&detail(&admin, 0).await), ["temporary connect: no connection"]);
    }

    async fn pauses_grow_to_a_day_then_the_mail_is_set_aside_and_can_be_replayed(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        put(&world, vec![letter("a", "busy@example.vn")]);
        for minutes in [1, 5, 30, 120, 360, 1440] {
            assert_eq!(deliver(&post).await.later, 1);
            let pause = waits(&world, &detail(&admin, 0).await);
            let exact = TimeDelta::minutes(minutes);
            assert!(exact * 9 / 10 <= pause && pause <= exact * 11 / 10, "{pause} for {minutes} min");
            world.pass(exact * 11 / 10);
        }
        assert_eq!(deliver(&post).await.set_aside, 1);
        let mail = detail(&admin, 0).await;
        assert_eq!((mail["state"].as_str(), outcomes(&mail).len()), (Some("set_aside"), 7));
        let path = format!("/api/v1/mails/{}/replay", mail["id"].as_str().unwrap());
        let back = admin.post(&path, &Value::Null).await.expect(200);
        assert_eq!(back.text("state"), "waiting");
        assert_eq!(deliver(&post).await.later, 1);
        let pause = waits(&world, &detail(&admin, 0).await);
        assert!(pause <= TimeDelta::seconds(66), "{pause}");
        admin.post(&path, &Value::Null).await.problem(409, "mail_not_set_aside");
    }

    async fn what_the_server_refuses_for_good_is_set_aside_at_once_and_listed(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        put(&world, vec![letter("a", "rejected@example.vn"), letter("b", "refused@example.vn")]);
        assert_eq!(deliver(&post).await.set_aside, 2);
        let list = admin.get("/api/v1/mails?state=set_aside").await.expect(200);
        assert_eq!(list.each("last_error"), ["RCPT: 550 5.1.1", "DATA: 554 5.7.1"]);
        assert!(!list.body().contains("refused@"), "{list:?}");
        let all = json!({ "kind": "staff_alert" });
        let answer = admin.post("/api/v1/mails/replay", &all).await.expect(200);
        assert_eq!(answer.json["replayed"], 2);
        assert_eq!(deliver(&post).await.set_aside, 2);
    }

    async fn mails_to_a_mistyped_address_of_the_staff_go_to_the_corrected_one(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let staff = Staff::of(&world);
        let mistyped = |key| NewMail { to: "rejected@example.vn".to_owned(), ..of_staff(&world, key) };
        put(&world, vec![mistyped("a")]);
        assert_eq!(deliver(&post).await.set_aside, 1);
        put(&world, vec![mistyped("b")]);
        let path = format!("/api/v1/staff/{}", staff.manager.uid);
        let seen = staff.admin.get(&path).await.expect(200);
        let mut entry = json!({ "email": "well@example.vn", "office": "H29.23" });
        for kept in ["display_name", "roles"] {
            entry[kept] = seen.at(kept).clone();
        }
        staff.admin.put(&path, seen.etag(), &entry).await.expect(200);
        staff.admin.post("/api/v1/mails/replay", &json!({})).await.expect(200);
        assert_eq!(deliver(&post).await.sent, 2);
        assert_eq!(server.mails(2).iter().filter(|mail| mail["to"] == "well@example.vn").count(), 2);
    }

    async fn what_is_written_to_somebody_who_has_left_is_not_sent(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        put(&world, vec![of_staff(&world, "a")]);
        world.meddle("UPDATE staff SET retired_at = '2026-11-19 00:00:00' WHERE login = 'lanhdao'");
        let done = deliver(&post).await;
        assert_eq!((done.moot, done.sent), (1, 0));
    }

    async fn a_replay_of_all_passes_over_muted_addresses_and_older_mails(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        for number in 0..4 {
            put(&world, vec![letter(&format!("m{number}"), "Refused@example.vn")]);
            deliver(&post).await;
        }
        put(&world, vec![letter("old", "rejected@example.vn")]);
        deliver(&post).await;
        world.pass(TimeDelta::hours(1));
        put(&world, vec![letter("new", "rejected@example.vn")]);
        deliver(&post).await;
        let replay = |body: Value| {
            let admin = admin.clone();
            async move { admin.post("/api/v1/mails/replay", &body).await.expect(200).json["replayed"].clone() }
        };
        assert_eq!(replay(json!({ "since": "2026-11-19T08:30:00+07:00" })).await, 1);
        assert_eq!(deliver(&post).await.set_aside, 1);
        assert_eq!(replay(json!({})).await, 2);
    }

    async fn three_bounces_mute_an_address_until_an_administrator_lifts_it(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        for number in 0..3 {
            put(&world, vec![letter(&format!("m{number}"), "Refused@example.vn")]);
            assert_eq!(deliver(&post).await.set_aside, 1);
        }
        put(&world, vec![letter("m3", "refused@example.vn"), letter("other", "well@example.vn")]);
        let done = deliver(&post).await;
        assert_eq!((done.muted, done.sent), (1, 1));
        let list = admin.get("/api/v1/mail-addresses").await.expect(200);
        assert_eq!((list.each("address_masked"), list.each("bounces")), (vec!["r***@example.vn".to_owned()], vec!["3".to_owned()]));
        let lift = format!("/api/v1/mail-addresses/{}/lift", list.text("items.0.id"));
        admin.post(&lift, &Value::Null).await.expect(204);
        assert_eq!(admin.get("/api/v1/mail-addresses").await.expect(200).each("id"), Vec::<String>::new());
        admin.post(&lift, &Value::Null).await.expect(404);
        put(&world, vec![letter("m4", "refused@example.vn")]);
        assert_eq!(deliver(&post).await.set_aside, 1);
    }

    async fn a_server_that_relays_nothing_for_us_mutes_nobody(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let admin = Staff::of(&world).admin;
        for number in 0..4 {
            put(&world, vec![letter(&format!("m{number}"), "relay@example.vn")]);
            assert_eq!(deliver(&post).await.set_aside, 1);
        }
        assert_eq!(outcomes(&detail(&admin, 0).await), ["permanent RCPT: 554 5.7.1"]);
        assert_eq!(admin.get("/api/v1/mail-addresses").await.expect(200).each("id"), Vec::<String>::new());
    }

    async fn a_muted_address_is_seen_and_lifted_by_every_office_whose_mails_it_stops(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let staff = Staff::of(&world);
        let other = json!({
            "login": "quantri.phuong2", "display_name": "Quản trị phường thứ hai", "office": "H29.24",
            "roles": [{"role": "administrator", "office": "H29.24"}],
        });
        staff.admin.post("/api/v1/staff", &other).await.expect(201);
        world.meddle("UPDATE staff SET must_change_password = FALSE");
        let other = world.staff("quantri.phuong2");
        for number in 0..3 {
            put(&world, vec![letter(&format!("m{number}"), "refused@example.vn")]);
            deliver(&post).await;
        }
        let lift = {
            let list = staff.admin.get("/api/v1/mail-addresses").await.expect(200);
            format!("/api/v1/mail-addresses/{}/lift", list.text("items.0.id"))
        };
        // Nothing of theirs went there.
        assert_eq!(other.get("/api/v1/mail-addresses").await.expect(200).each("id"), Vec::<String>::new());
        other.post(&lift, &Value::Null).await.expect(404);
        put(&world, vec![letter("theirs", "Refused@example.vn")]);
        world.meddle("UPDATE mails SET office_id = (SELECT id FROM offices WHERE code = 'H29.24') WHERE message_key = 'theirs'");
        assert_eq!(deliver(&post).await.muted, 1);
        assert_eq!(other.get("/api/v1/mail-addresses").await.expect(200).each("address_masked"), ["r***@example.vn"]);
        other.post(&lift, &Value::Null).await.expect(204);
        other.post(&lift, &Value::Null).await.expect(404);
        // What was muted goes back in bulk as well.
        let back = other.post("/api/v1/mails/replay", &json!({ "kind": "staff_alert" })).await.expect(200);
        assert_eq!(back.json["replayed"], 1);
        assert_eq!(deliver(&post).await.set_aside, 1);
    }

    async fn a_mail_that_arrives_forgets_earlier_bounces(world) {
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        put(&world, vec![letter("a", "well@example.vn")]);
        world.meddle("INSERT INTO mail_addresses (address, uid, bounces, last_at) \
            VALUES ('well@example.vn', 'x', 2, '2026-11-01 00:00:00')");
        deliver(&post).await;
        let bounces: i64 = world.read(|conn| {
            use diesel::prelude::*;
            use infra::db::schema::mail_addresses;
            Ok(mail_addresses::table.select(mail_addresses::bounces).first(conn)?)
        });
        assert_eq!(bounces, 0);
    }

    async fn nothing_is_sent_to_ourselves(world) {
        let server = MailServer::plain();
        put(&world, vec![letter("a", "Motcua@phuong.example.vn"), letter("b", "hoidap@phuong.example.vn")]);
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.set_aside), (0, 2));
        assert_eq!(server.rest().len(), 0);
        assert!(outbox(&world).iter().all(|(_, state)| state == "set_aside"));
    }
}
