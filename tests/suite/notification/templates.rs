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

    async fn a_version_of_before_a_removal_never_fits_again(world) {
        let admin = Staff::of(&world).admin;
        let seen = admin.put(PATH, "\"1\"", &own()).await.expect(200);
        let gone = admin.delete(PATH, seen.etag()).await.expect(200);
        assert_eq!((gone.etag(), gone.at("from_office")), ("\"3\"", &Value::Null));
        assert_eq!(gone.at("updated_at"), &Value::Null);
        admin.delete(PATH, gone.etag()).await.problem(404, "not_found");
        admin.put(PATH, "\"1\"", &own()).await.problem(412, "stale_version");
        let mut theirs = own();
        theirs["subject"] = "Lời mới {{ dossier.code }}".into();
        let put = admin.put(PATH, gone.etag(), &theirs).await.expect(200);
        assert_eq!((put.etag(), put.text("from_office")), ("\"4\"", "H29.23"));
        for stale in ["\"1\"", seen.etag(), gone.etag()] {
            admin.put(PATH, stale, &own()).await.problem(412, "stale_version");
            admin.delete(PATH, stale).await.problem(412, "stale_version");
        }
        let kept = admin.get(PATH).await.expect(200);
        assert_eq!((kept.etag(), &kept.json["subject"]), ("\"4\"", &theirs["subject"]));
    }

    async fn where_a_ward_took_its_template_away_that_of_the_city_holds_again(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let mut of_the_city = own();
        of_the_city["subject"] = "Thành phố đã nhận {{ dossier.code }}".into();
        let city = PATH.replace("H29.23", "H29");
        staff.admin.put(&city, "\"1\"", &of_the_city).await.expect(200);
        staff.admin.put(PATH, "\"1\"", &own()).await.expect(200);
        let ward = staff.admin.delete(PATH, "\"2\"").await.expect(200);
        assert_eq!((ward.text("from_office"), ward.etag()), ("H29", "\"3\""));
        let code = registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post_to(&world, &server)).await;
        assert_eq!(server.mails(1)[0]["subject"], format!("Thành phố đã nhận {code}"));
    }

    async fn an_office_without_a_phone_writes_none(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        let mut template = own();
        template["text"] = "Nơi nhận: {{ office.name }}. Điện thoại: [{{ office.phone }}]".into();
        staff.admin.put(PATH, "\"1\"", &template).await.expect(200);
        world.meddle("UPDATE offices SET phone = NULL");
        registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post_to(&world, &server)).await;
        let mail = server.mails(1).remove(0);
        let text = mail["plain"].as_str().unwrap();
        assert!(text.contains("Điện thoại: []"), "{text}");
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
            ("html", "{% if dossier.result_way == 'post' %}{{ dossier.adress }}{% endif %}"),
            ("text", "{% if dossier.applicant_kind == 'organisation' %}{{ dosier.code }}{% endif %}"),
            ("text", "{% if not office.phone %}{{ office.fax }}{% endif %}"),
            ("text", "{{ 'Điện thoại ' ~ office.phone }}"),
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

    async fn a_template_that_calls_what_is_missing_none_gives_way_to_the_built_in_one(world) {
        let staff = Staff::of(&world);
        let server = MailServer::plain();
        staff.admin.put(PATH, "\"1\"", &own()).await.expect(200);
        // As it was taken before the proof looked there.
        world.meddle("UPDATE mail_templates SET text = 'None: {{ (''ĐT: '' ~ office.phone)|lower }}'");
        world.meddle("UPDATE offices SET phone = NULL");
        registered(&staff.clerk, MARITAL_STATUS).await;
        deliver(&post_to(&world, &server)).await;
        let mail = server.mails(1).remove(0);
        assert!(!mail["plain"].as_str().unwrap().to_lowercase().contains("none"), "{mail}");
        let list = staff.admin.get("/api/v1/mails").await.expect(200);
        let mail = staff.admin.get(&format!("/api/v1/mails/{}", list.each("id")[0])).await.expect(200);
        assert_eq!(mail.text("tried.0.detail"), "250; template of H29.23 broken: text");
    }

    async fn what_is_wrong_by_now_with_a_template_is_told_where_it_is_read(world) {
        let admin = Staff::of(&world).admin;
        let city = PATH.replace("H29.23", "H29");
        assert_eq!(admin.get(PATH).await.expect(200).at("warnings"), &Value::Null);
        let taken = admin.put(&city, "\"1\"", &own()).await.expect(200);
        assert_eq!(taken.at("warnings"), &Value::Null);
        assert_eq!(admin.get(&city).await.expect(200).at("warnings"), &Value::Null);
        world.meddle("UPDATE mail_templates SET text = '{{ ''ĐT: '' ~ office.phone }}'");
        for path in [&city, PATH] {
            let seen = admin.get(path).await.expect(200);
            assert_eq!(seen.text("from_office"), "H29");
            assert_eq!(seen.text("warnings.0.field"), "text");
            assert_eq!(seen.text("warnings.0.code"), "bad_template");
            assert!(seen.text("warnings.0.text").starts_with("Mẫu thư không dùng được"), "{seen:?}");
            assert!(seen.text("warnings.0.text_en").contains("joined to a text"), "{seen:?}");
        }
    }
}
