//! Which templates an office may have of its own.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
use super::*;

#[test]
fn the_built_in_templates_would_be_taken_as_an_offices_own() {
    for kind in Kind::ALL {
        check(*kind, &built_in(*kind)).unwrap();
    }
}

fn is_taken(kind: Kind, text: &str) -> bool {
    let source = Source {
        text: text.to_owned(),
        ..built_in(kind)
    };
    let Err(error) = check(kind, &source) else {
        return true;
    };
    let of_the_text = |faults: &[Fault]| faults.iter().all(|fault| fault.field == "text");
    assert!(
        matches!(&error, Error::Invalid(faults) if of_the_text(faults)),
        "{text}: {error:?}"
    );
    false
}

#[test]
fn a_wrong_name_is_found_in_whatever_branch_it_hides() {
    for (kind, branch) in [
        (Kind::ApplicantResult, "dossier.result_way == 'post'"),
        (Kind::ApplicantPayment, "dossier.result_way == 'online'"),
        (
            Kind::ApplicantResult,
            "dossier.applicant_kind == 'organisation'",
        ),
        (
            Kind::ApplicantStopped,
            "not office.phone and office.address",
        ),
        (
            Kind::ApplicantReceived,
            "office.phone and not office.address",
        ),
        (Kind::StaffDigest, "letter.recipient.absent_person"),
        (Kind::StaffDigest, "letter.due_next.count > 0"),
        (Kind::StaffDigest, "not letter.chain_root"),
        (Kind::StaffAlert, "not letter.recipient.absent_person"),
        (Kind::StaffWeekly, "letter.score is none"),
        (
            Kind::StaffMonthly,
            "not office.address and not office.phone",
        ),
    ] {
        let written = |word: &str| format!("{{% if {branch} %}}{{{{ {word} }}}}{{% endif %}}x");
        assert!(is_taken(kind, &written("office.name")), "{branch}");
        assert!(!is_taken(kind, &written("office.nmae")), "{branch}");
    }
}

#[test]
fn what_may_be_missing_is_left_out_and_never_called_none() {
    for (text, taken) in [
        ("Điện thoại {{ office.phone }}", true),
        (
            "{% if office.phone %}{{ 'Điện thoại ' ~ office.phone }}{% endif %}",
            true,
        ),
        ("{{ 'Điện thoại ' ~ office.phone }}", false),
        ("{{ ('Điện thoại ' ~ office.phone)|lower }}", false),
        ("{{ ('Điện thoại ' ~ office.phone)|upper }}", false),
        ("{{ ('Điện thoại' ~ office.phone)|capitalize }}", false),
        ("{{ ('Điện thoại' ~ office.phone)|title }}", false),
        ("{{ [office.name, office.phone]|join(', ')|lower }}", false),
        ("{{ [office.phone]|lower }}", false),
        (
            "{% filter lower %}{{ 'ĐT ' ~ office.phone }}{% endfilter %}",
            false,
        ),
        (
            "{% set phone %}{{ office.phone }}{% endset %}{{ ('ĐT ' ~ phone)|upper }}x",
            true,
        ),
        ("{{ office.phone|string }}", false),
        ("{{ office.phone|replace(' ', '.') }}", false),
        ("{{ letter.due_at|day }}", false),
    ] {
        assert_eq!(is_taken(Kind::ApplicantReceived, text), taken, "{text}");
    }
    let lines = "{% for one in letter.late.dossiers %}{{ one.department|lower }}{% endfor %}x";
    assert!(is_taken(Kind::StaffWeekly, lines));
}

#[test]
fn a_filter_that_changes_letters_leaves_what_is_missing_out() {
    for filter in ["lower", "upper", "title", "capitalize", "trim", "trim('.')"] {
        let text = |word: &str| format!("[{{{{ {word}|{filter} }}}}]");
        let source = Source {
            text: text("office.phone"),
            ..built_in(Kind::ApplicantResult)
        };
        let template = Parsed::of(Kind::ApplicantResult, &source).unwrap();
        let unreachable = sample_contexts(Kind::ApplicantResult).remove(3);
        assert_eq!(template.render(&unreachable).unwrap().text, "[]\n");
        assert!(is_taken(Kind::ApplicantResult, &source.text), "{filter}");
        let unknown = text("office.fax");
        assert!(!is_taken(Kind::ApplicantResult, &unknown), "{unknown}");
    }
}

#[test]
fn a_template_that_says_the_word_none_itself_is_proven_all_the_same() {
    for (text, taken) in [
        ("None of these. {{ office.phone }}", true),
        ("NONE, none. {{ office.name|upper }}", true),
        (
            "{% for n in range(3) %}None {{ office.phone }}{% endfor %}",
            true,
        ),
        (
            "{% if office.phone != None %}{{ office.phone }}{% else %}None{% endif %}",
            true,
        ),
        (
            "{% filter upper %}None of these{% endfilter %} {# None #}",
            true,
        ),
        ("None of these. {{ 'Điện thoại ' ~ office.phone }}", false),
        (
            "{{ ('Điện thoại ' ~ office.phone)|upper }}, NONE of these",
            false,
        ),
        (
            "{# None #}{% set none = 'None' %}{{ 'ĐT ' ~ office.phone }}",
            false,
        ),
        ("{{ 'ĐT ' ~ office.phone }} {{ 'None", false),
    ] {
        assert_eq!(is_taken(Kind::ApplicantReceived, text), taken, "{text}");
    }
}

#[test]
fn a_letter_may_say_none_where_that_is_what_was_filled_in() {
    let kind = Kind::ApplicantResult;
    let source = Source {
        text: "{{ office.name|upper }}: {{ 'ĐT ' ~ office.phone }}".to_owned(),
        ..built_in(kind)
    };
    let template = Parsed::of(kind, &source).unwrap();
    let said = |name: &str, phone: Option<&str>| {
        let mut context = serde_json::to_value(sample_contexts(kind).remove(0)).unwrap();
        let office = context.get_mut("office").unwrap();
        *office = json!({ "name": name, "code": "", "address": null, "phone": phone });
        template.say(&context)
    };
    let letter = said("None & Co.", Some("None")).unwrap();
    assert_eq!(letter.text, "NONE & CO.: ĐT None\n");
    let fault = said("Phường", None).unwrap_err();
    assert_eq!(fault.part, "text");
}

#[test]
fn a_template_breaks_on_dossiers_that_nobody_has_or_that_lie_in_two_offices() {
    let words = "{{ 'Phòng ' ~ one.department }}";
    let place = "{% if one.department %}{{ one.department ~ ': ' ~ one.holder }}{% endif %}";
    let office = "{% if one.office %}{{ one.offce }}{% endif %}";
    for (kind, lists) in [
        (
            Kind::StaffDigest,
            &["overdue", "due_today", "due_next", "groups"][..],
        ),
        (Kind::StaffWeekly, &["late"]),
        (Kind::StaffMonthly, &["late"]),
    ] {
        for list in lists {
            for (line, taken) in [("{{ one.code }}", true)]
                .into_iter()
                .chain([words, place, office].map(|line| (line, false)))
            {
                let of_group = |group: &str| {
                    format!("{{% for one in {group}.dossiers %}}{line}{{% endfor %}}")
                };
                let text = match *list {
                    "groups" => format!(
                        "{{% for group in letter.groups %}}{}{{% endfor %}}x",
                        of_group("group")
                    ),
                    list => format!("{}x", of_group(&format!("letter.{list}"))),
                };
                assert_eq!(is_taken(kind, &text), taken, "{kind:?} {text}");
            }
        }
    }
    let proposals = "{% for one in letter.proposals %}{% if one.office %}{{ one.offce }}{% endif %}{% endfor %}x";
    assert!(!is_taken(Kind::StaffDigest, proposals));
}

#[test]
fn what_is_wrong_with_a_template_by_now_is_named() {
    let kind = Kind::StaffWeekly;
    assert!(faults_of(kind, &built_in(kind)).unwrap().is_empty());
    let broken = Source {
        html: "{% for one in letter.late.dossiers %}{{ 'Phòng ' ~ one.department }}{% endfor %}"
            .to_owned(),
        ..built_in(kind)
    };
    let faults = faults_of(kind, &broken).unwrap();
    let named: Vec<_> = faults
        .iter()
        .map(|fault| (fault.field.as_str(), fault.code))
        .collect();
    assert_eq!(named, [("html", "bad_template")]);
}
