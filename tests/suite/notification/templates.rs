//! Templates of an office's own: checked before they are taken, and never the end of a mail.

use serde_json::{Value, json};

use super::{MailServer, deliver, post_to};
use crate::support::{MARITAL_STATUS, Staff, registered};

const PATH: &str = "/api/v1/mail-templates/H29.23/applicant_received";

fn own() -> Value {
    json!({
        "subject": "Phường đã nhận {{ dossier.code }}",
        "html": "<p>Kính gửi {{ dossier.applicant }}, mã tra cứu {{ dossier.look_up_key }}</p>",
        "text": "Kính gửi {{ dossier.applicant }}, mã tra cứu {{ dossier.look_up_key }}",
    })
}

both! {
    async fn an_office_writes_its_own_letters_and_goes_back_to_the_built_in_ones(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let post = post_to(&world, &server);
        let before = staff.admin.get(PATH).await.expect(200);
        assert_eq!((before.etag(), before.at("from_office")), ("\"1\"", &Value::Null));
        let changed = staff.admin.put(PATH, before.etag(), &own()).await.expect(200);
        assert_eq!((changed.etag(), changed.text("from_office")), ("\"2\"", "H29.23"));
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post).await;
        let mail = server.mails(1).remove(0);
        assert_eq!(mail["subject"], format!("Phường đã nhận {code}"));
        staff.admin.put(PATH, before.etag(), &own()).await.problem(412, "stale_version");
        let gone = staff.admin.delete(PATH, changed.etag()).await.expect(200);
        assert_eq!(gone.json["subject"], before.json["subject"]);
        registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post).await;
        assert!(server.mails(1)[0]["subject"].as_str().unwrap().contains("đã được tiếp nhận"));
    }

    async fn a_template_of_the_city_holds_in_its_wards_until_they_have_one(world) {
        let staff = Staff::of(&world);
        let city = PATH.replace("H29.23", "H29");
        staff.admin.put(&city, "\"1\"", &own()).await.expect(200);
        let ward = staff.admin.get(PATH).await.expect(200);
        assert_eq!((ward.text("from_office"), ward.etag()), ("H29", "\"1\""));
    }

    async fn a_template_that_does_not_render_is_refused_with_the_place(world) {
        let admin = Staff::of(&world).admin;
        for (part, text) in [
            ("html", "<p>{{ dossier.id_number }}</p>"),
            ("html", "{% if %}"),
            ("text", "{{ letter.khong_co }}"),
            ("subject", "{{ 1 / 0 }}"),
            ("text", "{% for n in range(99999) %}{% for m in range(99999) %}x{% endfor %}{% endfor %}"),
            ("html", "{% include '/etc/passwd' %}"),
        ] {
            let mut template = own();
            template[part] = text.into();
            admin.put(PATH, "\"1\"", &template).await.fault(part, "bad_template");
            admin.post(&format!("{PATH}/preview"), &template).await.fault(part, "bad_template");
        }
        assert_eq!(admin.get(PATH).await.expect(200).etag(), "\"1\"");
    }

    async fn a_preview_shows_a_sample_and_stores_nothing(world) {
        let admin = Staff::of(&world).admin;
        let shown = admin.post(&format!("{PATH}/preview"), &own()).await.expect(200);
        assert_eq!(shown.text("subject"), "Phường đã nhận H29.23-261116-0007");
        assert!(shown.text("html").contains("ABC234"), "{shown:?}");
        assert_eq!(admin.get(PATH).await.expect(200).etag(), "\"1\"");
    }

    async fn a_template_that_broke_later_gives_way_to_the_built_in_one_and_is_recorded(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        staff.admin.put(PATH, "\"1\"", &own()).await.expect(200);
        world.meddle("UPDATE mail_templates SET html = '{{ gone.away }}'");
        registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post_to(&world, &server)).await;
        assert!(server.mails(1)[0]["subject"].as_str().unwrap().contains("đã được tiếp nhận"));
        let list = staff.admin.get("/api/v1/mails").await.expect(200);
        let mail = staff.admin.get(&format!("/api/v1/mails/{}", list.each("id")[0])).await.expect(200);
        assert_eq!(mail.text("tried.0.detail"), "250; template of H29.23 broken: html");
    }
}
