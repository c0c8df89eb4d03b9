//! Links in mails lead where the installation wants them.

use std::sync::Arc;

use infra::notification::{Letterhead, Links, Place};
use serde_json::Value;

use super::{FROM, MailServer, deliver, post_to};
use crate::alerts::{addresses, sweep_at};
use crate::support::{MARITAL_STATUS, Staff, in_appraisal, registered};

both! {
    async fn mails_link_to_the_pages_that_are_set(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-23 07:30");
        let links = Links::of("http://motcua.example")
            .with(Place::List, "https://noibo.example.vn/danh-sach/{when}")
            .and_then(|links| links.with(Place::Dossier, "https://noibo.example.vn/ho-so/{code}"))
            .and_then(|links| links.with(Place::Proposal, "/ky?ho-so={code}"))
            .and_then(|links| links.with(Place::LookUp, "https://tracuu.example.vn/{code}"));
        let head = Letterhead::new(FROM, None, "http://motcua.example").expect("a letterhead");
        let head = head.with_links(links.expect("links"));
        let server = MailServer::plain();
        let mut post = post_to(&world, &server);
        post.head = Arc::new(head);
        let sent = deliver(&post).await.sent;
        assert!(sent > 0);
        let mails = server.mails(usize::try_from(sent).expect("a number"));
        let parts = mails.iter().flat_map(|mail| [&mail["plain"], &mail["html"]]);
        let all: String = parts.filter_map(Value::as_str).collect();
        let all = all.replace("&#x2f;", "/");
        for link in [
            // None of the two is late.
            "https://noibo.example.vn/danh-sach/all".to_owned(),
            format!("https://noibo.example.vn/ho-so/{code}"),
            format!("http://motcua.example/ky?ho-so={code}"),
            format!("https://tracuu.example.vn/{code}"),
        ] {
            assert!(all.contains(&link), "{link}");
        }
        assert!(!all.contains("/api/v1/") && !all.contains("/overdue"), "{all}");
    }
}
