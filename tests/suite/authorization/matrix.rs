//! The tests of the matrix: a group of operations each, so that they run side by side.

use std::collections::BTreeSet;

use serde_json::json;

use super::stage::system;
use super::{Call, Expected, Row, Stage, WITHOUT_ROW, row, tokens};
use crate::contents::Contents;
use crate::document::{Operation, operations};
use crate::support::{Client, MARITAL_STATUS, World, handed_in, registered};

/// Each group is a test; what no other takes is the last one's.
const GROUPS: &[(&str, &[&str])] = &[
    ("dossiers", &["dossiers"]),
    ("registers", &["offices", "staff"]),
    ("rules", &["calendars", "procedures"]),
    ("mails", &["mails"]),
    ("rest", &[]),
];

fn of_group(group: &str) -> Vec<Operation> {
    let group_of = |one: &Operation| {
        let tag = one.value["tags"][0].as_str().expect("a tag");
        let found = GROUPS.iter().find(|(_, tags)| tags.contains(&tag));
        found.map_or("rest", |(name, _)| *name)
    };
    operations()
        .into_iter()
        .filter(|one| group_of(one) == group)
        .collect()
}

/// Tries every operation of a group, and tells all faults at once.
async fn try_group(world: &World, group: &str) {
    let stage = Stage::set(world);
    let mut faults = Vec::new();
    let operations = of_group(group);
    assert!(!operations.is_empty(), "no operation in {group}");
    for operation in operations {
        match row(&operation.id, &stage).await {
            Some(row) => {
                Trial {
                    stage: &stage,
                    operation,
                    row,
                    faults: &mut faults,
                }
                .run()
                .await
            }
            None if WITHOUT_ROW.contains(&operation.id.as_str()) => {}
            None => faults.push(format!("{}: no row in the matrix", operation.id)),
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n  {}",
        faults.len(),
        faults.join("\n  ")
    );
}

struct Trial<'a, 'w> {
    stage: &'a Stage<'w>,
    operation: Operation,
    row: Row,
    faults: &'a mut Vec<String>,
}

impl Trial<'_, '_> {
    async fn run(mut self) {
        if self.operation.is_secured() != self.row.right.is_some() {
            self.fault("the document and the matrix disagree on whether it is public".to_owned());
            return;
        }
        let Some(right) = self.row.right.clone() else {
            let answer = self.row.call.with(&self.stage.world.visitor(), None).await;
            return self.check("anybody", answer.status, self.row.status, &answer.body());
        };
        self.strangers(&right).await;
        self.colleagues().await;
        let answer = self.row.call.by(&right).await;
        self.check(
            "the right one",
            answer.status,
            self.row.status,
            &answer.body(),
        );
    }

    /// Whoever has no token that holds: 401, and nothing happens.
    async fn strangers(&mut self, right: &Client) {
        let before = Contents::of(self.stage.world);
        let visitor = self.stage.world.visitor();
        let answer = self.row.call.with(&visitor, None).await;
        self.unauthenticated("no token", &answer);
        for (what, header) in tokens::spoilt(self.stage, right).await {
            let answer = self.row.call.with(&visitor, Some(&header)).await;
            self.unauthenticated(what, &answer);
        }
        self.unchanged("without a token", &before);
    }

    fn unauthenticated(&mut self, what: &str, answer: &crate::support::Answer) {
        self.check(what, answer.status, 401, &answer.body());
        let told = answer.header("www-authenticate").starts_with("Bearer")
            && answer.header("content-type") == "application/problem+json";
        if !told {
            self.fault(format!("{what}: no challenge or no problem: {answer:?}"));
        }
    }

    /// Whoever signed in, and has not the right.
    async fn colleagues(&mut self) {
        for (what, expected) in [
            ("the wrong role", self.row.wrong_role.clone()),
            ("the wrong office", self.row.wrong_office.clone()),
        ] {
            match expected {
                Expected::Status(client, status) => self.ask(what, &client, status).await,
                Expected::Without(client, text) => {
                    let answer = self.row.call.by(&client).await;
                    self.check(what, answer.status, 200, &answer.body());
                    if answer.body().contains(&text) {
                        self.fault(format!("{what} sees {text}: {answer:?}"));
                    }
                }
                Expected::Anybody => {}
            }
        }
        let usual = if self.operation.is_safe() { 200 } else { 403 };
        let inspector = self.stage.staff.inspector.clone();
        let status = self.row.inspector.unwrap_or(usual);
        // Of what an inspector may do, there is one of each: the right one comes last.
        if status >= 400 || self.operation.is_safe() || self.operation.id == "batchDossiers" {
            self.ask("the inspector", &inspector, status).await;
        }
        let system = self.stage.system.clone();
        let invited = self.operation.schemes().contains(&"client");
        if invited && self.row.system.is_none() {
            self.fault("the document lets connected systems in: say what they get".to_owned());
        }
        self.ask(
            "a connected system",
            &system,
            self.row.system.unwrap_or(403),
        )
        .await;
    }

    /// Asks, and when it is refused nothing may have changed.
    async fn ask(&mut self, what: &str, client: &Client, status: u16) {
        let before = Contents::of(self.stage.world);
        let answer = self.row.call.by(client).await;
        self.check(what, answer.status, status, &answer.body());
        if status >= 400 {
            self.unchanged(what, &before);
            if answer.header("content-type") != "application/problem+json" {
                self.fault(format!("{what}: no problem: {answer:?}"));
            }
        }
    }

    fn unchanged(&mut self, what: &str, before: &Contents) {
        for difference in before.differences(&Contents::of(self.stage.world)) {
            self.fault(format!("{what}: refused, and yet it changed {difference}"));
        }
    }

    fn check(&mut self, what: &str, found: u16, expected: u16, body: &str) {
        if found != expected {
            let body: String = body.chars().take(300).collect();
            self.fault(format!("{what}: {found} instead of {expected}: {body}"));
        }
    }

    fn fault(&mut self, text: String) {
        self.faults.push(format!("{}: {text}", self.operation.id));
    }
}

both! {
    async fn dossiers_obey_the_matrix(world) {
        try_group(&world, "dossiers").await;
    }

    async fn offices_and_staff_obey_the_matrix(world) {
        try_group(&world, "registers").await;
    }

    async fn calendars_and_procedures_obey_the_matrix(world) {
        try_group(&world, "rules").await;
    }

    async fn mails_obey_the_matrix(world) {
        try_group(&world, "mails").await;
    }

    async fn everything_else_obeys_the_matrix(world) {
        try_group(&world, "rest").await;
    }

    async fn a_refresh_token_opens_nothing_by_itself(world) {
        let token = tokens::refresh_token(&world, "tiepnhan").await;
        let header = format!("Bearer {token}");
        for path in ["/api/v1/auth/me", "/api/v1/dossiers", "/api/v1/staff"] {
            let answer = Call::get(path).with(&world.visitor(), Some(&header)).await;
            answer.problem(401, "unauthenticated");
        }
    }

    async fn somebody_who_leaves_is_out_within_seconds(world) {
        let clerk = world.staff("tiepnhan");
        clerk.get("/api/v1/auth/me").await.expect(200);
        world.meddle("UPDATE staff SET retired_at = created_at WHERE login = 'tiepnhan'");
        world.pass(chrono::TimeDelta::seconds(11));
        clerk.get("/api/v1/auth/me").await.problem(401, "unauthenticated");
    }

    async fn who_must_change_the_password_can_do_nothing_else(world) {
        world.meddle(match world.which {
            crate::support::Which::Sqlite => "UPDATE staff SET must_change_password = 1",
            crate::support::Which::Postgres => "UPDATE staff SET must_change_password = true",
        });
        let stage_free = ["readMe", "changePassword"];
        let clerk = world.staff("tiepnhan");
        for operation in operations().iter().filter(|one| one.is_secured() && one.is_safe()) {
            if stage_free.contains(&operation.id.as_str()) {
                continue;
            }
            let path = operation.path.replace(['{', '}'], "x");
            let answer = clerk.get(&path).await;
            assert_eq!(answer.text("code"), "password_change_required", "{} {answer:?}", operation.id);
        }
        clerk.get("/api/v1/auth/me").await.expect(200);
    }

    async fn each_item_of_a_batch_is_judged_by_the_rights_of_its_sender(world) {
        let stage = Stage::set(&world);
        let item = |action: &str| json!({ "action": action, "dossier": handed_in(MARITAL_STATUS) });
        let items = json!({ "items": [item("submit"), item("register")] });
        let elsewhere = system(&world, "H29.24");
        let before = Contents::of(&world);
        for client in [&stage.staff.justice, &stage.staff.stranger, &stage.staff.inspector, &stage.staff.admin] {
            let answer = client.post("/api/v1/dossiers:batch", &items).await.expect(200);
            for index in 0..2 {
                assert_eq!(answer.text(&format!("results.{index}.problem.code")), "forbidden", "{answer:?}");
            }
        }
        assert_eq!(before.differences(&Contents::of(&world)), Vec::<String>::new());
        let answer = Call::post("/api/v1/dossiers:batch", items).by(&elsewhere).await.expect(200);
        assert_eq!(answer.json["failed"], 2, "{answer:?}");
    }

    async fn the_chief_of_the_city_manages_the_ward_and_the_ward_not_the_city(world) {
        let clerk = world.staff("tiepnhan");
        let code = registered(&clerk, MARITAL_STATUS).await;
        let city = world.staff("lanhdao.thanhpho");
        let body = json!({ "reason": "Lý do", "legal_ground": "Điều 19" });
        city.act(&code, "stop", body).await.expect(200);
        let mut of_the_city = handed_in(MARITAL_STATUS);
        of_the_city["office"] = "H29".into();
        clerk.post("/api/v1/dossiers/register", &of_the_city).await.problem(403, "forbidden");
    }
}

#[test]
fn no_row_is_written_for_what_the_document_lacks_and_no_exception_is_needless() {
    let ids: BTreeSet<String> = operations().into_iter().map(|one| one.id).collect();
    for id in WITHOUT_ROW {
        assert!(ids.contains(*id), "{id} is gone: take it from the list");
    }
}
