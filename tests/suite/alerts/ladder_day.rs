//! The story of a dossier that nobody works on, rung by rung.

use infra::notification::letters::Letter;
use infra::notification::samples::sample_context;
use infra::notification::templates::render;
use serde_json::json;

use super::{Post, addresses, sweep_at, told};
use crate::notification::{MailServer, deliver, post_to};
use crate::support::{MARITAL_STATUS, Staff, World, in_appraisal, registered, submitted};

/// A digest of which the sections alone count.
fn sections(mails: &[super::Sent]) -> Vec<String> {
    mails
        .iter()
        .map(|mail| match &mail.letter {
            Letter::StaffDigest(digest) => format!(
                "{}: {} {} {}",
                mail.to, digest.overdue.count, digest.due_today.count, digest.due_next.count
            ),
            other => panic!("no digest: {other:?}"),
        })
        .collect()
}

/// Registered on Thursday, due on Wednesday the 25th: Tuesday is a holiday.
async fn open_case(world: &World) -> (Staff, String) {
    addresses(world);
    let staff = Staff::of(world);
    let code = in_appraisal(&staff, MARITAL_STATUS).await;
    (staff, code)
}

both! {
    async fn each_rung_goes_to_its_people_at_its_time(world) {
        let (_staff, _code) = open_case(&world).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-19 08:05");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        // 12 hours from eight o'clock on Thursday; 80 % of them are used on Friday at 09:36.
        sweep_at(&world, "2026-11-20 09:35");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        sweep_at(&world, "2026-11-20 09:36");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_alert chuyenvien.tuphap step_due_soon 1"]
        );
        sweep_at(&world, "2026-11-23 07:29");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        sweep_at(&world, "2026-11-23 07:30");
        assert_eq!(
            told(&post.new_mails(&world)),
            [
                "staff_alert chuyenvien.tuphap due_soon 1",
                // It is due on the next working day.
                "staff_digest lanhdao ",
                "staff_digest truongphong.tuphap due_soon 1",
            ]
        );
        // The last instant is on time; then it is after hours.
        for minute in ["2026-11-25 17:00", "2026-11-25 17:01", "2026-11-26 07:29"] {
            sweep_at(&world, minute);
            assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new(), "{minute}");
        }
        sweep_at(&world, "2026-11-26 07:30");
        let morning = post.new_mails(&world);
        assert_eq!(
            told(&morning),
            ["staff_digest lanhdao overdue 1", "staff_digest truongphong.tuphap overdue 1"]
        );
        assert_eq!(sections(&morning), ["lanhdao: 1 0 0", "truongphong.tuphap: 1 0 0"]);
        sweep_at(&world, "2026-11-27 07:30");
        assert_eq!(sections(&post.new_mails(&world)), ["lanhdao: 1 0 0", "truongphong.tuphap: 1 0 0"]);
        // The third working day late, to the manager and to the one above; then each week.
        for monday in ["2026-11-30 07:30", "2026-12-07 07:30", "2026-12-14 07:30"] {
            sweep_at(&world, monday);
            assert_eq!(
                told(&post.new_mails(&world)),
                [
                    "staff_digest lanhdao long_overdue 1",
                    "staff_digest lanhdao.thanhpho long_overdue 1",
                    "staff_digest truongphong.tuphap ",
                ],
                "{monday}"
            );
            sweep_at(&world, &monday.replace("07:30", "07:31"));
            assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        }
    }

    async fn the_digest_tells_what_is_due_and_nothing_makes_no_mail(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        let mut post = Post::default();
        sweep_at(&world, "2026-11-19 07:30");
        assert_eq!(post.new_mails(&world).len(), 0);
        sweep_at(&world, "2026-11-19 09:00");
        in_appraisal(&staff, MARITAL_STATUS).await;
        sweep_at(&world, "2026-11-20 07:30");
        assert_eq!(post.new_mails(&world).len(), 0, "due neither today nor on Monday");
        sweep_at(&world, "2026-11-23 07:30");
        post.new_mails(&world);
        sweep_at(&world, "2026-11-24 07:30");
        assert_eq!(post.new_mails(&world).len(), 0, "a holiday");
        sweep_at(&world, "2026-11-25 07:30");
        assert_eq!(
            sections(&post.new_mails(&world)),
            ["lanhdao: 0 1 0", "truongphong.tuphap: 0 1 0"]
        );
    }

    async fn a_new_date_arms_the_rungs_again(world) {
        let (staff, code) = open_case(&world).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        post.new_mails(&world);
        world.now("2026-11-23 08:00");
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-11-27T17:00:00+07:00" });
        staff.manager.act(&code, "reappoint", apology).await.expect(200);
        sweep_at(&world, "2026-11-23 08:01");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        sweep_at(&world, "2026-11-26 07:30");
        assert_eq!(
            told(&post.new_mails(&world)),
            [
                "staff_alert chuyenvien.tuphap due_soon 1",
                "staff_digest lanhdao ",
                "staff_digest truongphong.tuphap due_soon 1",
            ]
        );
        sweep_at(&world, "2026-11-30 07:30");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_digest lanhdao overdue 1", "staff_digest truongphong.tuphap overdue 1"]
        );
    }

    async fn a_date_set_after_its_warning_fell_is_warned_of_at_once(world) {
        let (staff, code) = open_case(&world).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-25 10:00");
        post.new_mails(&world);
        let apology = json!({ "reason": "Xác minh", "due_at": "2026-11-26T17:00:00+07:00" });
        staff.manager.act(&code, "reappoint", apology).await.expect(200);
        sweep_at(&world, "2026-11-25 10:01");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_alert chuyenvien.tuphap due_soon 1", "staff_alert truongphong.tuphap due_soon 1"]
        );
    }

    async fn a_stand_in_is_written_to_with_the_absent_person_named(world) {
        let (staff, _code) = open_case(&world).await;
        let helper = world.colleague("truongphong.tuphap", "nguoi.thay");
        addresses(&world);
        world.stands_in(&helper, &staff.justice_head, "2026-11-23 00:00", "2026-11-24 00:00");
        world.meddle("DELETE FROM staff_roles WHERE staff_id = \
            (SELECT id FROM staff WHERE login = 'nguoi.thay')");
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        let mails = post.new_mails(&world);
        let stand_in = mails.iter().find(|mail| mail.to == "nguoi.thay").expect("a digest");
        assert_eq!(stand_in.groups(), ["due_soon 1"]);
        let Letter::StaffDigest(digest) = &stand_in.letter else { panic!("no digest") };
        assert!(digest.recipient.absent_person.is_some(), "{digest:?}");
        assert!(mails.iter().all(|mail| mail.to != "truongphong.tuphap"), "{mails:?}");
        let seen = staff.manager.get("/api/v1/alerts?rung=due_soon").await.expect(200);
        let of_head = seen.at("items").as_array().unwrap().iter()
            .find(|item| item["staff"] == staff.justice_head.uid.as_str()).unwrap().clone();
        assert_eq!(of_head["to_stand_in"], true);
    }

    async fn a_digest_that_goes_late_is_read_for_whom_it_was_made(world) {
        let (staff, code) = open_case(&world).await;
        let helper = world.colleague("lanhdao", "nguoi.thay");
        addresses(&world);
        world.stands_in(&helper, &staff.manager, "2026-11-23 13:00", "2026-11-24 00:00");
        sweep_at(&world, "2026-11-23 07:30");
        // The mail server is away until the manager is.
        world.now("2026-11-23 13:05");
        let server = MailServer::plain();
        deliver(&post_to(&world, &server)).await;
        let mails = server.mails(4);
        let digest = mails.iter().find(|mail| mail["to"] == "lanhdao@motcua.example");
        let text = digest.expect("the digest of the manager")["plain"].as_str().unwrap();
        assert!(text.contains("ĐẾN HẠN NGÀY LÀM VIỆC TIẾP THEO: 1 hồ sơ") && text.contains(&code), "{text}");
    }

    async fn the_desk_is_reminded_of_what_it_has_not_answered(world) {
        addresses(&world);
        let staff = Staff::of(&world);
        submitted(&staff.clerk, MARITAL_STATUS).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-19 09:59");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        sweep_at(&world, "2026-11-19 10:00");
        assert_eq!(told(&post.new_mails(&world)), ["staff_alert tiepnhan unanswered 1"]);
        sweep_at(&world, "2026-11-20 08:00");
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        sweep_at(&world, "2026-11-20 08:01");
        assert_eq!(
            told(&post.new_mails(&world)),
            ["staff_alert lanhdao answer_overdue 1", "staff_alert tiepnhan answer_overdue 1"]
        );
    }

    async fn who_takes_a_step_on_late_is_warned_at_the_hand_over(world) {
        let (staff, code) = open_case(&world).await;
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        post.new_mails(&world);
        world.now("2026-11-23 09:00");
        staff.justice.forward(&code, &staff.justice_head).await.expect(200);
        sweep_at(&world, "2026-11-23 09:01");
        // Its head had this warning already, as the head of the department.
        assert_eq!(told(&post.new_mails(&world)), Vec::<String>::new());
        let other = registered(&staff.clerk, MARITAL_STATUS).await;
        assert_ne!(other, code);
    }

    async fn the_digest_of_a_manager_prints_the_root_of_the_last_day(world) {
        let (_staff, _code) = open_case(&world).await;
        world.run_due();
        world.now("2026-11-20 00:15");
        world.run_due();
        let kept = world.read(infra::schedule::latest_root).expect("a root");
        let mut post = Post::default();
        sweep_at(&world, "2026-11-23 07:30");
        let mails = post.new_mails(&world);
        let mail = mails.iter().find(|mail| mail.to == "lanhdao").expect("a digest");
        let Letter::StaffDigest(digest) = &mail.letter else { panic!("no digest") };
        let root = digest.chain_root.as_ref().expect("a root");
        assert_eq!((root.day.to_string().as_str(), &root.hash), ("2026-11-19", &kept.root));
        let kind = domain::notification::Kind::StaffDigest;
        let words = render(kind, None, &sample_context(&mail.letter)).expect("words");
        for part in [words.html.replace("&#x2f;", "/"), words.text] {
            assert!(part.contains(&kept.root) && part.contains("19/11/2026"), "{part}");
        }
    }
}
