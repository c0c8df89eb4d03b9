//! What happens while a mail waits: for its turn, for the server's answer, for the database.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use infra::clock::SteppedClock;
use infra::notification::Ready;
use infra::notification::delivery::{
    Accepted, BoxFuture, Failure, FileMailer, LastLook, Mailer, deliver_batch,
};

use super::{MailServer, deliver, letter, of_staff, outbox, post, post_to, post_with, put};
use crate::support::{Which, World, at};

/// Takes so long for each mail that it is another time of day when it goes.
#[derive(Debug)]
struct Late {
    inner: FileMailer,
    clock: SteppedClock,
    until: DateTime<Utc>,
}

impl Mailer for Late {
    fn send<'a>(
        &'a self,
        mail: &'a Ready,
        last: &'a dyn LastLook,
    ) -> BoxFuture<'a, Result<Accepted, Failure>> {
        self.clock.set(self.until);
        self.inner.send(mail, last)
    }
}

/// From now on what becomes of mails cannot be recorded, and no lease renewed.
fn take_away(world: &World) {
    let when =
        "NEW.state = 'sent' OR (OLD.lease_owner IS NOT NULL AND NEW.lease_owner IS NOT NULL)";
    world.meddle(&match world.which {
        Which::Sqlite => format!(
            "CREATE TRIGGER away BEFORE UPDATE ON mails WHEN {when} BEGIN SELECT RAISE(ABORT, 'away'); END"
        ),
        Which::Postgres => format!(
            "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'away'; END$$; \
             CREATE TRIGGER away BEFORE UPDATE ON mails FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION away()"
        ),
    });
}

fn give_back(world: &World) {
    world.meddle(match world.which {
        Which::Sqlite => "DROP TRIGGER away",
        Which::Postgres => "DROP TRIGGER away ON mails",
    });
}

fn states(world: &World) -> Vec<String> {
    outbox(world).into_iter().map(|(_, state)| state).collect()
}

both! {
    async fn what_was_taken_over_while_the_database_was_away_is_not_sent_again(world) {
        let (server, folder) = (MailServer::brief(), tempfile::tempdir().unwrap());
        let worker = post_to(&world, &server).with_journal(folder.path()).unwrap().with_lease(Duration::from_secs(2));
        put(&world, (0..3).map(|n| letter(&format!("m{n}"), &format!("n{n}@example.vn"))).collect());
        take_away(&world);
        let done = deliver_batch(&worker, &|| true).await.unwrap();
        assert_eq!((done.taken, done.sent), (3, 0));
        assert_eq!((server.mails(3).len(), states(&world)), (3, vec!["waiting".to_owned(); 3]));
        give_back(&world);
        // Also when the lease has ended by then.
        world.pass(chrono::TimeDelta::minutes(3));
        assert_eq!(deliver(&worker).await.taken, 0);
        assert_eq!((server.rest().len(), states(&world)), (0, vec!["sent".to_owned(); 3]));
        // The journal is empty, and what comes next is sent as ever.
        put(&world, vec![letter("next", "next@example.vn")]);
        assert_eq!(deliver(&worker).await.sent, 1);
    }

    async fn what_waited_for_its_turn_past_closing_time_waits_for_the_morning(world) {
        let folder = tempfile::tempdir().unwrap();
        world.now("2026-11-20 16:59");
        // More than go at once: some are put into words before the first goes, some after.
        put(&world, (0..20).map(|n| of_staff(&world, &format!("m{n}"))).collect());
        let mailer = Late {
            inner: FileMailer::new(folder.path()).unwrap(),
            clock: world.clock.clone(),
            until: at("2026-11-20 17:00"),
        };
        let worker = post(&world, Arc::new(mailer));
        let done = deliver(&worker).await;
        assert_eq!((done.taken, done.sent, done.held), (20, 0, 20));
    }

    async fn a_content_is_announced_only_when_it_is_its_turn(world) {
        let server = MailServer::single();
        put(&world, (0..40).map(|n| letter(&format!("m{n}"), &format!("n{n}@example.vn"))).collect());
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.later), (40, 0));
    }

    async fn a_server_may_think_about_a_message_and_close_the_connections_that_wait(world) {
        let server = MailServer::hasty();
        let mut mails = vec![letter("a", "scanned@example.vn")];
        mails.extend((0..7).map(|n| letter(&format!("m{n}"), &format!("n{n}@example.vn"))));
        put(&world, mails);
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.sent, done.later), (8, 0));
        assert_eq!(server.mails(8).len(), 8);
    }

    async fn a_server_that_never_answers_a_message_is_given_up_and_the_others_go(world) {
        let server = MailServer::brief();
        let worker = post_with(&world, &server, |smtp| smtp.verdict_seconds = 1);
        put(&world, vec![letter("a", "silent@example.vn"), letter("b", "well@example.vn")]);
        let done = deliver(&worker).await;
        assert_eq!((done.sent, done.later), (1, 1));
    }

    async fn put_off_at_the_content_or_after_it_a_mail_is_tried_again(world) {
        let server = MailServer::brief();
        let worker = post_to(&world, &server);
        put(&world, vec![letter("a", "announced@example.vn"), letter("b", "deferred@example.vn"), letter("c", "well@example.vn")]);
        let done = deliver(&worker).await;
        assert_eq!((done.sent, done.later), (1, 2));
        world.pass(chrono::TimeDelta::seconds(66));
        assert_eq!(deliver(&worker).await.sent, 2);
        assert_eq!(server.mails(3).len(), 3);
    }
}
