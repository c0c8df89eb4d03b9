//! A backup while the desks take dossiers in: nothing that was answered before it is missing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use infra::db::schema::{attachments, dossiers};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{back_up, bring_back};
use crate::support::{
    Client, Database, MARITAL_STATUS, Staff, World, ended, program, register, registered,
};

/// What a desk was answered.
#[derive(Debug, Clone)]
enum Answered {
    Dossier(String),
    File(String),
}

/// Desks that work until they are told to stop.
struct Desks {
    told: UnboundedReceiver<Answered>,
    closing: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Desks {
    fn open(clerk: &Client) -> Self {
        let (tell, told) = unbounded_channel();
        let closing = Arc::new(AtomicBool::new(false));
        let desk = |_| tokio::spawn(work(clerk.clone(), tell.clone(), Arc::clone(&closing)));
        Self {
            told,
            tasks: (0..4).map(desk).collect(),
            closing,
        }
    }

    async fn next(&mut self) -> Answered {
        self.told.recv().await.expect("desks that work")
    }

    async fn close(mut self) -> usize {
        self.closing.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("a desk that works");
        }
        let mut rest = 0;
        while self.told.recv().await.is_some() {
            rest += 1;
        }
        rest
    }
}

/// Each dossier comes with a scan of its own.
async fn work(clerk: Client, tell: UnboundedSender<Answered>, closing: Arc<AtomicBool>) {
    while !closing.load(Ordering::Relaxed) {
        let code = registered(&clerk, MARITAL_STATUS).await;
        let scan = format!("%PDF-1.7\n{code}\n%%EOF\n");
        tell.send(Answered::Dossier(code.clone())).expect("a test");
        let file = clerk.upload(&code, "don.pdf", scan.into_bytes()).await;
        let sha256 = file.expect(201).text("sha256").to_owned();
        tell.send(Answered::File(sha256)).expect("a test");
    }
}

both! {
    async fn nothing_that_was_answered_before_a_backup_is_missing_when_it_is_brought_back(world) {
        let clerk = Staff::of(&world).clerk;
        let mut desks = Desks::open(&clerk);
        let mut before = Vec::new();
        while before.len() < 60 {
            before.push(desks.next().await);
        }
        let place = tempfile::tempdir().expect("a folder");
        let backup = place.path().join("backup");
        back_up(&world, &backup).await.expect(0);
        let mut meanwhile = 0;
        while let Ok(_answer) = desks.told.try_recv() {
            meanwhile += 1;
        }
        desks.close().await;
        assert!(meanwhile > 0, "the desks stood still while the backup was made");
        assert!(world.verify().1.is_empty());

        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::empty(world.which, folder.path());
        let said = bring_back(&database, folder.path(), &backup).await.expect(0);
        assert!(said.out.contains("0 broken chains"), "{said:?}");
        let mut verify = program(&database, folder.path());
        verify.arg("verify");
        ended(verify).await.expect(0);

        let restored = World::begin(world.which, database, folder);
        holds_all(&restored, &before).await;
        goes_on(&restored).await;
    }
}

async fn holds_all(restored: &World, before: &[Answered]) {
    let (codes, files) = restored.read(|conn| {
        let codes: Vec<String> = dossiers::table.select(dossiers::code).load(conn)?;
        let files: Vec<String> = attachments::table.select(attachments::sha256).load(conn)?;
        Ok((codes, files))
    });
    let (codes, named): (BTreeSet<String>, BTreeSet<String>) =
        (codes.into_iter().collect(), files.into_iter().collect());
    let mut missing = Vec::new();
    for answered in before {
        let found = match answered {
            Answered::Dossier(code) => codes.contains(code),
            Answered::File(sha256) => named.contains(sha256),
        };
        if !found {
            missing.push(answered);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    for sha256 in &named {
        let holds = restored.service.files.is_sound(sha256).await;
        assert!(holds.expect("the store"), "no bytes of {sha256}");
    }
}

/// The service that was brought back takes in, and gives no code twice.
async fn goes_on(restored: &World) {
    let (mut seen, before) = restored.read(|conn| {
        let codes: Vec<String> = dossiers::table.select(dossiers::code).load(conn)?;
        Ok((codes.iter().cloned().collect::<BTreeSet<_>>(), codes.len()))
    });
    assert_eq!(seen.len(), before, "a code twice");
    let staff = Staff::of(restored);
    let fresh = register(&staff.clerk, MARITAL_STATUS).await;
    assert!(seen.insert(fresh.text("code").to_owned()), "{fresh:?}");
    staff
        .clerk
        .forward(fresh.text("code"), &staff.justice)
        .await
        .expect(200);
}
