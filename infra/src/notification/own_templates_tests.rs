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
        ("{{ office.address|upper }}", false),
        ("{{ letter.due_at|day }}", false),
    ] {
        assert_eq!(is_taken(Kind::ApplicantReceived, text), taken, "{text}");
    }
}
