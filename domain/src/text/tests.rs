//! Hostile and honest texts against every newtype.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use chrono::NaiveDate;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::lang::Lang;

fn code<T>(result: Result<T, TextFault>) -> &'static str {
    result.map(|_| "fine").unwrap_or_else(TextFault::code)
}

#[test]
fn a_name_is_trimmed_and_composed() {
    let decomposed: String = "Nguyễn Thị Đào".nfd().collect();
    let name = PersonName::parse(&format!("  {decomposed}\u{a0}\n")).unwrap();
    assert_eq!(name.as_str(), "Nguyễn Thị Đào");
    assert_eq!(name, PersonName::parse("Nguyễn Thị Đào").unwrap());
    assert_eq!(
        format!("{name}|{name:>16}"),
        "Nguyễn Thị Đào|  Nguyễn Thị Đào"
    );
}

#[test]
fn tricks_in_a_name_are_refused_by_their_own_code() {
    let cases = [
        ("", "required"),
        (" \u{a0}\t\n ", "required"),
        ("a\0b", "control_character"),
        ("a\nb", "control_character"),
        ("a\u{7f}b", "control_character"),
        ("a\u{85}b", "control_character"),
        ("a\u{2028}b", "control_character"),
        ("a\u{202e}b", "bidi_control"),
        ("a\u{2066}b", "bidi_control"),
        ("a\u{200e}b", "bidi_control"),
        ("a\u{61c}b", "bidi_control"),
        ("a\u{fdd0}b", "noncharacter"),
        ("a\u{10ffff}b", "noncharacter"),
        ("a\u{feff}b", "invisible_character"),
        ("a\u{200b}b", "invisible_character"),
        ("a\u{e0041}b", "invisible_character"),
        ("👨\u{200d}👩", "fine"),
    ];
    for (raw, expected) in cases {
        assert_eq!(code(PersonName::parse(raw)), expected, "{raw:?}");
        assert_eq!(code(Title::parse(raw)), expected, "{raw:?}");
        assert_eq!(code(Address::parse(raw)), expected, "{raw:?}");
    }
}

#[test]
fn a_note_may_have_lines_and_tabs_but_no_other_control() {
    assert_eq!(Note::parse("một\n\thai\n").unwrap().as_str(), "một\n\thai");
    assert_eq!(Note::parse("một\r\nhai").unwrap().as_str(), "một\nhai");
    assert_eq!(code(Note::parse("một\rhai")), "control_character");
    assert_eq!(code(Note::parse("a\u{200b}b")), "fine");
    assert_eq!(code(Note::parse("a\0b")), "control_character");
    assert_eq!(code(Note::parse("a\u{202e}b")), "bidi_control");
}

#[test]
fn length_counts_characters_after_composition() {
    let decomposed: String = "ễ".repeat(200).nfd().collect();
    assert_eq!(code(PersonName::parse(&decomposed)), "fine");
    assert_eq!(code(PersonName::parse(&"ễ".repeat(201))), "too_long");
    assert_eq!(code(PersonName::parse(&"a".repeat(100_000))), "too_long");
    assert_eq!(code(PersonName::parse(&" ".repeat(100_000))), "too_long");
    assert_eq!(code(Note::parse(&"ạ".repeat(4000))), "fine");
    assert_eq!(code(Note::parse(&"ạ".repeat(4001))), "too_long");
}

#[test]
fn personal_texts_do_not_show_in_debug() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        PersonName::parse("Nguyễn Văn An").unwrap(),
        Address::parse("12 Lê Lợi").unwrap(),
        Phone::parse("0912 345 678").unwrap(),
        Email::parse("an@example.vn").unwrap(),
        IdNumber::parse("012345678901").unwrap(),
        LookupKey::parse("abcdef").unwrap(),
        Password::parse(" secret ").unwrap(),
    );
    assert_eq!(
        shown,
        "PersonName(***) Address(***) Phone(***) Email(***) IdNumber(***) LookupKey(***) Password(***)"
    );
    assert_eq!(
        format!("{:?}", Login::parse("an.nv").unwrap()),
        r#"Login("an.nv")"#
    );
}

#[test]
fn phones_keep_only_digits_and_plus() {
    assert_eq!(
        Phone::parse(" 091-234.56 78").unwrap().as_str(),
        "0912345678"
    );
    assert_eq!(
        Phone::parse("+84 912 345 678").unwrap().masked(),
        "*********678"
    );
    for raw in [
        "1234567",
        "1234567890123456",
        "+",
        "09+12345678",
        "０９１２３４５６７８",
        "0912345678 máy 2",
        "++84912345678",
    ] {
        assert_eq!(code(Phone::parse(raw)), "bad_format", "{raw}");
    }
}

#[test]
fn emails_have_the_outline_of_an_address() {
    for raw in ["a@b.vn", "nguyen.van+hs@mail.hcm.gov.vn"] {
        assert_eq!(code(Email::parse(raw)), "fine", "{raw}");
    }
    for raw in [
        "a",
        "@b.vn",
        "a@",
        "a@b",
        "a@b@c.vn",
        "a b@c.vn",
        "a@-b.vn",
        "a@b..vn",
        ".a@b.vn",
        "an@việt.vn",
        "<a@b.vn>",
    ] {
        assert_eq!(code(Email::parse(raw)), "bad_format", "{raw}");
    }
    assert_eq!(
        code(Email::parse("a@b.vn\r\nBcc: c@d.vn")),
        "control_character"
    );
}

#[test]
fn identity_numbers_of_all_kinds_are_read() {
    for raw in ["012345678", "012345678901", "c1234567", "0101234567-001"] {
        assert_eq!(code(IdNumber::parse(raw)), "fine", "{raw}");
    }
    assert_eq!(IdNumber::parse("c1234567").unwrap().as_str(), "C1234567");
    assert_eq!(
        IdNumber::parse("012345678901").unwrap().masked(),
        "*********901"
    );
    for raw in ["12345", "------", "ABCDEF", "01234567 8901", "-012345"] {
        assert_eq!(code(IdNumber::parse(raw)), "bad_format", "{raw}");
    }
}

#[test]
fn agency_codes_come_in_both_notations() {
    for raw in ["H29", "H29.23", "H57.132", "000.00.23.H29", "A.B.C.D.E.F"] {
        assert_eq!(AgencyCode::parse(raw).unwrap().as_str(), raw);
    }
    for raw in [
        "h29",
        "H29.",
        ".H29",
        "H29..23",
        "H29-23",
        "ABCDEF",
        "A.B.C.D.E.F.G",
        "H29/23",
        "Đ29",
    ] {
        assert_eq!(code(AgencyCode::parse(raw)), "bad_format", "{raw}");
    }
}

#[test]
fn short_codes_have_one_spelling() {
    assert_eq!(code(ProcedureCode::parse("1.001193")), "fine");
    assert_eq!(code(ProcedureCode::parse("12.001193")), "fine");
    for raw in ["1001193", "1.01193", "123.00119", ".001193", "1.0011a3"] {
        assert_eq!(code(ProcedureCode::parse(raw)), "bad_format", "{raw}");
    }
    assert_eq!(code(Login::parse("ab")), "too_short");
    assert_eq!(code(Login::parse("An.NV")), "bad_format");
    assert_eq!(code(UnitCode::parse("tu_phap")), "fine");
    assert_eq!(code(UnitCode::parse("tu-phap")), "bad_format");
    assert_eq!(LookupKey::parse("abc234").unwrap().as_str(), "ABC234");
    for raw in ["abcde", "abcde0", "abcde1", "abcdeI", "abcdeO"] {
        assert_eq!(code(LookupKey::parse(raw)), "bad_format", "{raw}");
    }
}

#[test]
fn a_dossier_code_tells_agency_day_and_number() {
    let parsed = DossierCode::parse("000.00.23.H29-261120-0042").unwrap();
    assert_eq!(parsed.agency().as_str(), "000.00.23.H29");
    assert_eq!(
        parsed.date(),
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    );
    assert_eq!(parsed.sequence(), 42);
    let wide = DossierCode::new(parsed.agency(), parsed.date(), 10_000).unwrap();
    assert_eq!(wide.to_string(), "000.00.23.H29-261120-10000");
    assert!(parsed < wide);
}

#[test]
fn a_dossier_code_has_exactly_one_spelling() {
    for raw in [
        "H29.23-261120-001",
        "H29.23-261120-00001",
        "H29.23-261120-0000",
        "H29.23-26112-0001",
        "H29.23--0001",
        "H29.23-+61120-0001",
        "h29.23-261120-0001",
        "H29.23-261120",
        "H29.23-261120-0001-1",
        "H29.23-261120-１２３４",
        "H29.23-261120-99999999999999999999999",
    ] {
        assert_eq!(code(DossierCode::parse(raw)), "bad_format", "{raw}");
    }
    assert_eq!(code(DossierCode::parse("H29.23-260230-0001")), "bad_date");
    assert_eq!(code(DossierCode::parse("H29.23-240229-0001")), "fine");
    let agency = AgencyCode::parse("H29").unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    assert_eq!(code(DossierCode::new(&agency, day, 0)), "bad_format");
    assert_eq!(
        code(DossierCode::new(
            &agency,
            NaiveDate::from_ymd_opt(2100, 1, 1).unwrap(),
            1
        )),
        "bad_format"
    );
}

#[test]
fn a_password_keeps_its_blanks_and_is_composed() {
    let decomposed: String = " mật khẩu ".nfd().collect();
    assert_eq!(Password::parse(&decomposed).unwrap().as_str(), " mật khẩu ");
    assert_eq!(code(Password::parse("a\0")), "control_character");
}

#[test]
fn faults_speak_both_languages() {
    let fault = TextFault::TooLong { max: 200 };
    assert_eq!(fault.text(Lang::Vi), "Quá dài: nhiều nhất 200 ký tự.");
    assert_eq!(fault.text(Lang::En), "Too long: at most 200 characters.");
}

#[test]
fn folding_drops_marks_case_and_extra_blanks() {
    assert_eq!(fold("  NGUYỄN \u{a0} Văn\tĐức "), "nguyen van duc");
    assert_eq!(fold("ƯƠNG ĐẶNG ọẫ"), "uong dang oa");
    assert_eq!(fold("\u{301} an \u{10a01} \u{301}"), "an");
}

proptest! {
    #[test]
    fn folding_is_the_same_for_nfc_and_nfd_and_settles_at_once(text in "\\PC{0,40}") {
        let composed: String = text.nfc().collect();
        let decomposed: String = text.nfd().collect();
        prop_assert_eq!(fold(&composed), fold(&decomposed));
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn every_parser_is_calm_and_gives_what_it_reads_back(text in any::<String>()) {
        if let Ok(name) = PersonName::parse(&text) {
            prop_assert_eq!(PersonName::parse(name.as_str()).unwrap(), name);
        }
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(Note::parse(note.as_str()).unwrap(), note);
        }
        let _ = (Phone::parse(&text), Email::parse(&text), IdNumber::parse(&text), AgencyCode::parse(&text));
        let _ = (ProcedureCode::parse(&text), DossierCode::parse(&text), LookupKey::parse(&text));
    }

    #[test]
    fn dossier_codes_round_trip(
        agency in "[A-Z0-9]{1,5}(\\.[A-Z0-9]{1,5}){0,5}", days in 0..36_525u64, sequence in 1..u64::MAX,
    ) {
        let date = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(days);
        let made = DossierCode::new(&AgencyCode::parse(&agency).unwrap(), date, sequence).unwrap();
        prop_assert_eq!(DossierCode::parse(made.as_str()).unwrap(), made);
    }
}
