//! Mails: what applicants are told, the outbox, delivery to a real mail server, templates.

mod applicants;
mod crash;
mod delivery;
mod encryption;
mod links;
mod outbox;
mod server;
mod templates;
mod turns;
pub mod worker;

use std::sync::Arc;

use diesel::prelude::*;
use infra::db::schema::mails;
use infra::notification::Letterhead;
use infra::notification::delivery::{
    Delivered, FileMailer, Mailer, Post, SmtpMailer, SmtpSettings, deliver_due,
};
use infra::notification::letters::Letter;
use infra::notification::outbox::{NewMail, enqueue};

use crate::support::World;
pub use server::MailServer;

pub const FROM: &str = "Một cửa <motcua@phuong.example.vn>";

/// A worker of this world that sends by `mailer`.
pub fn post(world: &World, mailer: Arc<dyn Mailer>) -> Post {
    let head = Letterhead::new(
        FROM,
        Some("hoidap@phuong.example.vn"),
        "http://motcua.example",
    );
    Post::new(
        world.service.db.clone(),
        world.service.env.clone(),
        mailer,
        Arc::new(head.expect("a letterhead")),
    )
}

/// A worker that sends to a server, without patience but for the answer to a whole message.
pub fn post_to(world: &World, server: &MailServer) -> Post {
    post_with(world, server, |_| {})
}

/// The same by other settings.
pub fn post_with(
    world: &World,
    server: &MailServer,
    change: impl FnOnce(&mut SmtpSettings),
) -> Post {
    let mut settings = SmtpSettings::parse(&server.url()).expect("an address");
    settings.timeout_seconds = 2;
    settings.ca = server.certificate.clone();
    change(&mut settings);
    post(
        world,
        Arc::new(SmtpMailer::new(settings).expect("a mailer")),
    )
}

/// A worker that writes into a folder.
pub fn post_into(world: &World, folder: &std::path::Path) -> Post {
    post(world, Arc::new(FileMailer::new(folder).expect("a folder")))
}

pub async fn deliver(post: &Post) -> Delivered {
    deliver_due(post, &|| true).await.expect("a run")
}

/// A letter that is not bound to a dossier.
pub fn letter(key: &str, to: &str) -> NewMail {
    NewMail {
        message_key: key.to_owned(),
        letter: Letter::StaffAlert(alert()),
        to: to.to_owned(),
        staff_id: None,
        office_id: None,
        dossier_id: None,
        not_before: None,
        dossiers: Vec::new(),
    }
}

fn alert() -> infra::notification::letters::Alert {
    use infra::notification::letters::{Alert, OfficeName, Recipient};
    Alert {
        recipient: Recipient {
            name: "Lãnh đạo".to_owned(),
            absent_person: None,
        },
        office: OfficeName {
            name: "Ủy ban nhân dân phường".to_owned(),
            code: "H29.23".to_owned(),
        },
        groups: Vec::new(),
        list_url: "http://motcua.example/".to_owned(),
        total: 0,
        proposals: Vec::new(),
        proposal_count: 0,
    }
}

/// The same to the manager of the ward.
pub fn of_staff(world: &World, key: &str) -> NewMail {
    use infra::db::schema::staff;
    let id: i64 = world.read(|conn| {
        Ok(staff::table
            .filter(staff::login.eq("lanhdao"))
            .select(staff::id)
            .first(conn)?)
    });
    NewMail {
        staff_id: Some(id),
        ..letter(key, "lanhdao@phuong.example.vn")
    }
}

/// Puts mails of the ward into the outbox, past the service; gives how many are new.
pub fn put(world: &World, mails: Vec<NewMail>) -> usize {
    let env = world.service.env.clone();
    let done: Result<usize, infra::error::Error> = world.service.db.write_blocking(move |conn| {
        use infra::db::schema::offices;
        let office: i64 = offices::table
            .filter(offices::code.eq("H29.23"))
            .select(offices::id)
            .first(conn)?;
        let mut new = 0;
        for mut mail in mails {
            mail.office_id = Some(office);
            new += usize::from(enqueue(conn, &env, &mail)?.is_some());
        }
        Ok(new)
    });
    done.expect("a write")
}

/// Kind and state of every mail, in the order in which they were written.
pub fn outbox(world: &World) -> Vec<(String, String)> {
    world.read(|conn| {
        Ok(mails::table
            .order(mails::id)
            .select((mails::kind, mails::state))
            .load(conn)?)
    })
}

/// The kinds alone.
pub fn kinds(world: &World) -> Vec<String> {
    outbox(world).into_iter().map(|(kind, _)| kind).collect()
}
