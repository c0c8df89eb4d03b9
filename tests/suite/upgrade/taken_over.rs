//! Each database of a former version: migrated, read through, and worked on.

use serde_json::json;

use diesel::prelude::*;
use infra::db::Db;
use infra::db::schema::dossiers;
use reqwest::Method;

use super::{Fixture, versions};
use crate::support::{MARITAL_STATUS, Staff, Which, World, ended, program, register, send};

fn each_version(which: Which) {
    if which.is_left_out() {
        return;
    }
    let versions = versions();
    assert!(!versions.is_empty(), "no version left a database");
    for version in versions {
        let fixture = Fixture::read(&version, which);
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(check(which, &fixture));
    }
}

#[test]
fn the_database_of_every_former_version_is_taken_over_on_sqlite() {
    each_version(Which::Sqlite);
}

#[test]
fn the_database_of_every_former_version_is_taken_over_on_postgres() {
    each_version(Which::Postgres);
}

/// Loads it, migrates it by the program itself, and goes on working.
pub async fn check(which: Which, fixture: &Fixture) {
    let folder = tempfile::tempdir().expect("a folder");
    let database = fixture.database(which, folder.path());
    for command in ["migrate", "verify"] {
        let mut run = program(&database, folder.path());
        run.arg(command);
        let said = ended(run).await.expect(0);
        assert!(
            command != "verify" || said.out.contains("0 broken"),
            "{said:?}"
        );
    }
    let db = Db::open(&database.settings()).expect("the database");
    assert_eq!(db.pending().expect("its migrations"), Vec::<String>::new());
    drop(db);

    let world = World::begin(which, database, folder);
    world.now(&fixture.facts.at);
    let staff = Staff::of(&world);
    reads_every_dossier(&world, &staff, fixture).await;
    knows_everybody_again(&world, &staff, fixture).await;
    gives_the_file_back(&world, &staff, fixture).await;
    goes_on(&world, &staff, fixture).await;
    world.tick();
    let (events, broken) = world.verify();
    assert!(
        events > 30 && broken.is_empty(),
        "{events} events, {broken:?}"
    );
}

async fn reads_every_dossier(world: &World, staff: &Staff, fixture: &Fixture) {
    let codes: Vec<(String, String)> = world.read(|conn| {
        let columns = (dossiers::code, dossiers::state);
        Ok(dossiers::table
            .select(columns)
            .order(dossiers::id)
            .load(conn)?)
    });
    assert!(codes.len() > 12, "{codes:?}");
    for (code, state) in &codes {
        let seen = staff.manager.dossier(code).await.expect(200);
        assert_eq!(seen.text("state.code"), state, "{code}");
        assert_eq!(seen.text("applicant.name"), "Người Nộp Hồ Sơ");
        for more in ["events", "comments", "attachments"] {
            let path = format!("/api/v1/dossiers/{code}/{more}");
            staff.manager.get(&path).await.expect(200);
        }
        if !seen.at("due_at").is_null() {
            let path = format!("/api/v1/dossiers/{code}/due_date");
            staff.manager.get(&path).await.expect(200);
        }
        let path = format!("/api/v1/public/dossiers/{code}");
        let public = world.visitor().get(&path).await.expect(200);
        assert_eq!(public.text("state.code"), state, "{code}");
    }
    for (state, code) in &fixture.facts.states {
        let found = codes.iter().find(|(own, _)| own == code);
        assert_eq!(found.map(|(_, own)| own), Some(state), "{code}");
    }
    let list = staff
        .manager
        .get("/api/v1/dossiers?limit=200")
        .await
        .expect(200);
    assert_eq!(list.each("code").len(), codes.len());
    let mine = staff
        .justice
        .get("/api/v1/worklists/mine")
        .await
        .expect(200);
    assert!(mine.each("code").contains(&fixture.facts.open), "{mine:?}");
    let (code, key) = &fixture.facts.key;
    let path = format!("/api/v1/public/dossiers/{code}?key={key}");
    let own = world.visitor().get(&path).await.expect(200);
    assert!(!own.at("own").is_null(), "{own:?}");
}

/// Sessions, connected systems and retries that began before go on.
async fn knows_everybody_again(world: &World, staff: &Staff, fixture: &Fixture) {
    let facts = &fixture.facts;
    let body = json!({ "refresh_token": facts.refresh_token });
    let fresh = world.visitor().post("/api/v1/auth/refresh", &body).await;
    fresh.expect(200);
    let (id, secret) = &facts.client;
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let request = world.visitor().request(Method::POST, "/oauth/token");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    send(request.body(form)).await.expect(200);
    let text = |name: &str| facts.retry[name].as_str().expect("a text");
    let again = staff
        .clerk
        .post_once(text("key"), text("path"), &facts.retry["body"])
        .await;
    let again = again.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.text("code"), text("code"));
}

/// The store of attachments is no part of the database, so its file is put there first.
async fn gives_the_file_back(world: &World, staff: &Staff, fixture: &Fixture) {
    let bytes = fixture.facts.attachment.as_bytes().to_vec();
    let sha256 = world
        .service
        .files
        .put(bytes.clone())
        .await
        .expect("a store");
    let path = format!("/api/v1/dossiers/{}/attachments", fixture.facts.open);
    let list = staff.justice.get(&path).await.expect(200);
    assert_eq!(list.each("sha256"), [sha256]);
    let path = format!("{path}/{}", list.each("id")[0]);
    assert_eq!(staff.justice.get(&path).await.expect(200).bytes, bytes);
}

async fn goes_on(world: &World, staff: &Staff, fixture: &Fixture) {
    let states = &fixture.facts.states;
    let open = &fixture.facts.open;
    staff
        .justice
        .forward(open, &staff.justice_head)
        .await
        .expect(200);
    let papers = json!({ "papers": [{ "number": 1 }, { "number": 3 }] });
    let accepted = staff
        .clerk
        .act(&states["submitted"], "accept", papers)
        .await;
    assert_eq!(accepted.expect(200).text("state.code"), "accepted");
    let paid = json!({ "receipt": "BL-1" });
    let paid = staff
        .clerk
        .act(&states["awaiting_payment"], "confirm_payment", paid)
        .await;
    assert_eq!(paid.expect(200).text("state.code"), "processing");
    let fresh = register(&staff.clerk, MARITAL_STATUS).await;
    let path = format!("/api/v1/public/dossiers/{}", fresh.text("code"));
    world.visitor().get(&path).await.expect(200);
}
