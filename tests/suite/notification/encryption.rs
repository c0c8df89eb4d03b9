//! Encrypted connections and signing in.

use super::{MailServer, deliver, letter, post_to, put};
use crate::support::{Staff, World};

async fn sent_encrypted(world: &World, server: &MailServer) {
    put(world, vec![letter("a", "a@example.vn")]);
    let done = deliver(&post_to(world, server)).await;
    assert_eq!(done.sent, 1, "{}", last_error(world).await);
    assert_eq!(server.mails(1)[0]["tls"], true);
}

async fn last_error(world: &World) -> String {
    let list = Staff::of(world)
        .admin
        .get("/api/v1/mails")
        .await
        .expect(200);
    list.each("last_error").concat()
}

both! {
    async fn a_connection_is_upgraded_by_starttls(world) {
        sent_encrypted(&world, &MailServer::starttls(&[])).await;
    }

    async fn a_connection_is_encrypted_from_the_first_byte(world) {
        sent_encrypted(&world, &MailServer::implicit(&[])).await;
    }

    async fn the_service_signs_in_with_name_and_password(world) {
        let mut server = MailServer::starttls(&["--login", "motcua:đúng mật khẩu"]);
        server.login = "motcua:%C4%91%C3%BAng%20m%E1%BA%ADt%20kh%E1%BA%A9u@".to_owned();
        put(&world, vec![letter("a", "a@example.vn")]);
        assert_eq!(deliver(&post_to(&world, &server)).await.sent, 1);
        assert_eq!(server.mails(1)[0]["login"], true);
    }

    async fn a_wrong_password_is_held_against_no_mail(world) {
        let mut server = MailServer::implicit(&["--login", "motcua:right"]);
        server.login = "motcua:wrong@".to_owned();
        put(&world, vec![letter("a", "a@example.vn")]);
        let done = deliver(&post_to(&world, &server)).await;
        assert_eq!((done.later, done.set_aside), (1, 0));
        assert_eq!(last_error(&world).await, "connect: 535 5.7.8");
    }

    async fn nothing_goes_to_a_server_whose_certificate_nobody_vouches_for(world) {
        for mut server in [MailServer::starttls(&[]), MailServer::implicit(&[])] {
            server.certificate = None;
            put(&world, vec![letter("a", "a@example.vn")]);
            world.pass(chrono::TimeDelta::minutes(10));
            assert_eq!(deliver(&post_to(&world, &server)).await.later, 1);
            assert_eq!(server.rest().len(), 0);
            assert_eq!(last_error(&world).await, "connect: TLS");
        }
    }

    async fn nothing_goes_unencrypted_where_encryption_was_asked_for(world) {
        let mut server = MailServer::plain();
        server.demand_starttls();
        put(&world, vec![letter("a", "a@example.vn")]);
        assert_eq!(deliver(&post_to(&world, &server)).await.later, 1);
        assert_eq!(server.rest().len(), 0);
    }
}
