//! The samples by the built-in templates, and what an office's own templates may do.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::*;
use crate::notification::templates::{Rendered, built_in, render};

#[test]
fn every_built_in_template_renders_every_sample_in_all_three_parts() {
    for kind in Kind::ALL {
        for (number, letter) in samples(*kind).iter().enumerate() {
            assert_eq!(letter.kind(), *kind);
            let rendered = render(*kind, None, &sample_context(letter)).unwrap();
            for part in [&rendered.subject, &rendered.html, &rendered.text] {
                assert!(!part.contains("{{") && !part.contains("{%"), "{part}");
                assert!(part.len() > 20, "{kind:?} {part}");
            }
            assert!(rendered.html.contains("lang=\"vi\""));
            if let Ok(folder) = std::env::var("MOTCUA_TEST_LETTERS") {
                for (ending, part) in [
                    ("html", &rendered.html),
                    ("txt", &rendered.text),
                    ("subject", &rendered.subject),
                ] {
                    let name = format!("{folder}/{}-{number}.{ending}", kind.as_str());
                    std::fs::write(name, part).unwrap();
                }
            }
        }
    }
}

#[test]
fn the_subject_says_the_number_and_the_worst_case() {
    let subject_of = |kind, number: usize| {
        let letter = samples(kind).remove(number);
        render(kind, None, &sample_context(&letter))
            .unwrap()
            .subject
    };
    let subject = |kind| subject_of(kind, 0);
    assert_eq!(
        subject(Kind::StaffAlert),
        "27 hồ sơ cần xử lý, 1 thư xin lỗi, hẹn lại chờ ký; nặng nhất: quá hạn kéo dài (H29.23-261103-0001, trễ 9 ngày làm việc)"
    );
    assert_eq!(
        subject(Kind::StaffDigest),
        "Sáng 17/11/2026: 29 hồ sơ cần xử lý, 1 thư xin lỗi, hẹn lại chờ ký; 27 quá hạn (lâu nhất 9 ngày làm việc); 2 đến hạn hôm nay"
    );
    assert_eq!(
        subject_of(Kind::StaffAlert, 1),
        "50 thư xin lỗi, hẹn lại chờ ký; gấp nhất: H29.23-261116-0007, hạn 17:00 thứ Tư, 18/11/2026"
    );
    assert_eq!(
        subject_of(Kind::StaffDigest, 1),
        "Sáng 17/11/2026: 2 hồ sơ cần xử lý; nặng nhất: bước xử lý sắp hết hạn (H29.23-261103-0001)"
    );
    assert_eq!(
        subject_of(Kind::StaffDigest, 2),
        "Sáng 17/11/2026: 1 thư xin lỗi, hẹn lại chờ ký; gấp nhất: H29.23-261116-0007, hạn 17:00 thứ Tư, 18/11/2026"
    );
    assert_eq!(
        subject(Kind::ApplicantSupplement),
        "Hồ sơ H29.23-261116-0007: cần bổ sung 2 giấy tờ, chậm nhất ngày 01/12/2026"
    );
}

#[test]
fn what_people_wrote_cannot_become_markup() {
    let letter = Letter::ApplicantApology(Apology {
        reason: "<script>alert(1)</script> & “khác”".to_owned(),
        due_at_before: at("2026-11-20T10:00:00Z"),
        due_at: at("2026-11-27T10:00:00Z"),
    });
    let rendered = render(Kind::ApplicantApology, None, &sample_context(&letter)).unwrap();
    assert!(!rendered.html.contains("<script>"), "{}", rendered.html);
    assert!(rendered.html.contains("&lt;script&gt;"));
    assert!(rendered.text.contains("<script>"));
}

#[test]
fn an_office_may_replace_a_template_and_a_wrong_one_says_where() {
    let kind = Kind::ApplicantPayment;
    let letter = samples(kind).remove(0);
    let mut own = built_in(kind);
    own.subject = "{{ dossier.code }}: {{ letter.amount_vnd|vnd }}".to_owned();
    let rendered = render(kind, Some(&own), &sample_context(&letter)).unwrap();
    assert_eq!(rendered.subject, "H29.23-261116-0007: 1.500.000 đồng");
    own.html = "một\n{{ dossier.phone }}".to_owned();
    let fault = render(kind, Some(&own), &sample_context(&letter)).unwrap_err();
    assert_eq!(fault.part, "html");
    assert!(fault.message.contains("line 2"), "{fault}");
    own.html = "{% for n in range(100000) %}{% for m in range(100000) %}x{% endfor %}{% endfor %}"
        .to_owned();
    assert_eq!(
        render(kind, Some(&own), &sample_context(&letter))
            .unwrap_err()
            .part,
        "html"
    );
    own.html = "{{ 'x' * 4000000 }}".to_owned();
    assert_eq!(
        render(kind, Some(&own), &sample_context(&letter))
            .unwrap_err()
            .part,
        "html"
    );
}

#[test]
fn the_built_in_templates_fit_every_sort_of_office_and_case() {
    for kind in Kind::ALL {
        let contexts = sample_contexts(*kind);
        let settings = if kind.is_to_applicant() { 24 } else { 4 };
        assert_eq!(contexts.len(), samples(*kind).len() * settings, "{kind:?}");
        for context in contexts {
            let rendered = render(*kind, None, &context).unwrap();
            for part in [&rendered.subject, &rendered.html, &rendered.text] {
                assert!(!part.contains("None"), "{part}");
            }
        }
    }
}

#[test]
fn the_first_setting_is_that_of_previews() {
    let kind = Kind::ApplicantResult;
    let letter = samples(kind).remove(0);
    let shown = render(kind, None, &sample_contexts(kind).remove(0)).unwrap();
    assert_eq!(shown, render(kind, None, &sample_context(&letter)).unwrap());
    assert!(shown.text.contains("Ông/Bà Người nộp hồ sơ (mẫu)"));
    assert!(shown.text.contains("028 3800 0000"));
}

#[test]
fn what_is_not_there_is_not_written_and_a_name_that_is_not_known_is_a_fault() {
    let kind = Kind::ApplicantResult;
    let unreachable = sample_contexts(kind).remove(3);
    let mut own = built_in(kind);
    own.text = "Điện thoại: {{ office.phone }}.".to_owned();
    own.html = "<p>{{ office.address }}{{ '<b>' }}</p>".to_owned();
    let rendered = render(kind, Some(&own), &unreachable).unwrap();
    assert_eq!(rendered.text, "Điện thoại: .\n");
    assert_eq!(rendered.html, "<p>&lt;b&gt;</p>");
    own.text = "{{ office.fax }}".to_owned();
    let fault = render(kind, Some(&own), &unreachable).unwrap_err();
    assert_eq!(fault.part, "text");
}

#[test]
fn fifty_signatures_are_not_read_as_those_that_are_named() {
    let letter = samples(Kind::StaffAlert).remove(1);
    let rendered = render(Kind::StaffAlert, None, &sample_context(&letter)).unwrap();
    for part in [&rendered.html, &rendered.text] {
        let part = part.to_lowercase();
        assert!(
            part.contains("chờ ký thư xin lỗi và hẹn lại: 50 hồ sơ"),
            "{part}"
        );
        assert!(part.contains("và 49 hồ sơ khác chờ ký"), "{part}");
        assert!(!part.contains("0 hồ sơ cần xử lý"), "{part}");
    }
    let heading = "50 thư xin lỗi, hẹn lại chờ ký</h1>";
    assert!(rendered.html.contains(heading), "{}", rendered.html);
}

#[test]
fn an_apology_tells_its_reason_the_old_date_and_the_new_one() {
    let letter = samples(Kind::ApplicantApology).remove(0);
    let rendered = render(Kind::ApplicantApology, None, &sample_context(&letter)).unwrap();
    for part in [rendered.html.replace("&#x2f;", "/"), rendered.text] {
        for words in [
            "Cần xác minh thêm tại thực địa, hồ sơ có nhiều thửa đất liền kề.",
            "17:00 thứ Sáu, 20/11/2026",
            "17:00 thứ Sáu, 27/11/2026",
        ] {
            assert!(part.contains(words), "{words} is missing in {part}");
        }
    }
}

#[test]
fn departments_of_one_name_are_told_apart_by_their_offices() {
    let kind = Kind::StaffAlert;
    let words = |letter: Letter| render(kind, None, &sample_context(&letter)).unwrap();
    let one = "Ủy ban nhân dân phường (mẫu)";
    let other = "Ủy ban nhân dân phường thứ hai (mẫu)";
    let several = words(samples(kind).remove(3));
    let html = several.html.replace("<strong>", "").replace("&#x2f;", "/");
    for part in [html, several.text] {
        for words in [
            format!("{one}: Phòng Kinh tế, Hạ tầng và Đô thị: 24"),
            format!("{other}: Tư pháp - Hộ tịch: 1"),
            format!("{other}: Phòng Kinh tế, Hạ tầng và Đô thị · Chuyên viên (mẫu) · "),
            format!("{one} · Chuyên viên (mẫu) · "),
            format!("{one} · hạn 17:00 thứ Tư, 18/11/2026"),
        ] {
            assert!(part.contains(&words), "{words} is missing in {part}");
        }
    }
    let alone = words(samples(kind).remove(0));
    for part in [alone.html, alone.text] {
        assert!(!part.contains(&format!("{one}: ")), "{part}");
        assert!(!part.contains(&format!("{one} · ")), "{part}");
    }
}

#[test]
fn a_report_does_not_say_that_all_it_counts_are_in_the_list() {
    let words = |kind| {
        let letter = samples(kind).remove(0);
        render(kind, None, &sample_context(&letter)).unwrap()
    };
    let weekly = words(Kind::StaffWeekly);
    for part in [weekly.html, weekly.text] {
        assert!(part.contains("và 2 hồ sơ khác."), "{part}");
        assert!(!part.contains("anh sách đầy đủ"), "{part}");
        assert!(part.contains("anh sách hồ sơ đang quá hạn"), "{part}");
    }
    let alert = words(Kind::StaffAlert);
    for part in [alert.html, alert.text] {
        assert!(
            part.contains("và 22 hồ sơ khác trong danh sách đầy đủ."),
            "{part}"
        );
    }
}

#[test]
fn digests_and_reports_show_dossiers_that_nobody_has_and_those_of_two_offices() {
    let nobodys = "Chưa phân phòng";
    let other = "Ủy ban nhân dân phường thứ hai (mẫu): ";
    for kind in [Kind::StaffDigest, Kind::StaffWeekly, Kind::StaffMonthly] {
        let letters: Vec<Rendered> = samples(kind)
            .iter()
            .map(|letter| render(kind, None, &sample_context(letter)).unwrap())
            .collect();
        for words in [nobodys, other] {
            for part in [
                |one: &Rendered| one.html.clone(),
                |one: &Rendered| one.text.clone(),
            ] {
                let shown = letters.iter().any(|one| part(one).contains(words));
                assert!(shown, "{kind:?}: {words}");
            }
        }
        for letter in letters {
            for part in [letter.html, letter.text] {
                assert!(
                    !part.contains(" ·  · ") && !part.contains(": hạn "),
                    "{part}"
                );
            }
        }
    }
}
