//! What happens while a mail waits: for its turn, for the server's answer, for the database.

use std::time::Duration;

use infra::notification::delivery::deliver_batch;

use super::{MailServer, deliver, letter, outbox, post_to, put};
use crate::support::{Which, World};

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
}
