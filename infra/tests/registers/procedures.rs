//! The register of procedures: versions by effective date, rights, lists.

use domain::auth::Role;
use domain::procedure::ProcedureVersion;
use infra::dossier::Intake;
use infra::error::Error;
use infra::procedure::actions::{
    add_version, create_procedure, insert_version, replace_version, restore_procedure,
    retire_procedure,
};
use infra::procedure::queries::{self, Filter, ProcedureDetail};
use infra::procedure::{in_force, version};

use super::ward::{Ward, date, each};

const CODE: &str = "1.001193";

fn get(ward: &Ward, code: &str) -> ProcedureDetail {
    ward.read(|conn, env| queries::get(conn, env, code, None))
        .unwrap()
}

fn rules(ward: &Ward, effective_from: &str) -> ProcedureVersion {
    let rules = get(ward, CODE).rules.as_ref().clone();
    ProcedureVersion {
        effective_from: date(effective_from),
        name: effective_from.into(),
        ..rules
    }
}

fn add(ward: &Ward, effective_from: &str) -> Result<ProcedureDetail, Error> {
    let (admin, rules) = (ward.administrator(), rules(ward, effective_from));
    let expected = get(ward, CODE).version;
    ward.write(move |conn, env| add_version(conn, env, &admin, CODE, expected, &rules))
}

fn fields(result: Result<ProcedureDetail, Error>) -> Vec<(String, &'static str)> {
    match result {
        Err(Error::Invalid(faults)) => faults
            .into_iter()
            .map(|fault| (fault.field, fault.code))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_version_takes_effect_on_its_day_and_dossiers_keep_theirs() {
    each(|ward| {
        let before = ward
            .read(|conn, env| in_force(conn, env, CODE, date("2026-03-02")))
            .unwrap();
        let (old, _) = before.unwrap();
        let added = add(ward, "2026-03-10").unwrap();
        assert!(!added.in_force);
        assert_eq!(added.versions.len(), 2);
        let on = |day| {
            ward.read(|conn, env| in_force(conn, env, CODE, date(day)))
                .unwrap()
        };
        assert_eq!(on("2026-03-09").unwrap().0, old);
        assert_eq!(on("2026-03-10").unwrap().1.name, "2026-03-10");
        assert!(on("1999-01-01").is_none());
        assert_ne!(
            ward.read(|conn, env| version(conn, env, old)).unwrap().name,
            "2026-03-10"
        );
        assert!(get(ward, CODE).in_force);
    });
}

#[test]
fn a_version_comes_after_the_latest_and_not_before_today_where_dossiers_exist() {
    each(|ward| {
        assert_eq!(
            fields(add(ward, "2024-01-01")),
            [("effective_from".into(), "not_after_latest")]
        );
        ward.take_in(Intake::Register, CODE);
        assert_eq!(
            fields(add(ward, "2026-03-01")),
            [("effective_from".into(), "in_the_past")]
        );
        assert!(add(ward, "2026-03-02").unwrap().in_force);
    });
}

#[test]
fn a_version_is_replaced_only_before_it_takes_effect() {
    each(|ward| {
        let added = add(ward, "2026-03-10").unwrap();
        let on = date("2026-03-10");
        let (old, _) = ward
            .read(|conn, env| in_force(conn, env, CODE, on))
            .unwrap()
            .unwrap();
        let mut changed = rules(ward, "2026-03-10");
        changed.field = "Lĩnh vực khác".into();
        let (admin, rules_then) = (ward.administrator(), changed.clone());
        let replaced = ward
            .write(move |conn, env| {
                replace_version(conn, env, &admin, CODE, added.version, &rules_then)
            })
            .unwrap();
        assert_eq!(replaced.rules.as_ref(), &changed);
        let (_, read) = ward
            .read(|conn, env| in_force(conn, env, CODE, on))
            .unwrap()
            .unwrap();
        assert_eq!(
            read.field, "Lĩnh vực khác",
            "version {old} is not read from memory"
        );

        let (admin, today) = (ward.administrator(), rules(ward, "2024-01-01"));
        let refused = ward.write(move |conn, env| {
            replace_version(conn, env, &admin, CODE, replaced.version, &today)
        });
        assert!(
            matches!(refused, Err(Error::Refused("version_in_force"))),
            "{refused:?}"
        );
        let (admin, other) = (ward.administrator(), rules(ward, "2030-01-01"));
        let missing = ward.write(move |conn, env| {
            replace_version(conn, env, &admin, CODE, replaced.version, &other)
        });
        assert!(matches!(missing, Err(Error::NotFound)), "{missing:?}");
    });
}

#[test]
fn a_retired_procedure_takes_no_more_dossiers_until_it_is_restored() {
    each(|ward| {
        let (admin, from) = (ward.administrator(), date("2026-03-03"));
        let retired = ward
            .write(move |conn, env| retire_procedure(conn, env, &admin, CODE, 1, Some(from)))
            .unwrap();
        assert_eq!(retired.retired_from, Some(from));
        let on = |day| {
            ward.read(|conn, env| in_force(conn, env, CODE, date(day)))
                .unwrap()
        };
        assert!(on("2026-03-02").is_some());
        assert!(on("2026-03-03").is_none());
        let admin = ward.administrator();
        let past = ward.write(move |conn, env| {
            retire_procedure(conn, env, &admin, CODE, 2, Some(date("2026-03-01")))
        });
        assert_eq!(fields(past), [("from".into(), "in_the_past")]);
        let admin = ward.administrator();
        ward.write(move |conn, env| restore_procedure(conn, env, &admin, CODE, 2))
            .unwrap();
        assert!(on("2026-03-03").is_some());
    });
}

#[test]
fn only_an_administrator_of_a_root_office_keeps_procedures() {
    each(|ward| {
        let ward_admin = ward.person("tiepnhan", Role::Administrator, "H29.23");
        for who in [ward_admin, ward.clerk()] {
            let rules = rules(ward, "2026-04-01");
            let refused =
                ward.write(move |conn, env| add_version(conn, env, &who, CODE, 1, &rules));
            assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
        }
    });
}

#[test]
fn a_code_is_taken_up_once() {
    each(|ward| {
        let (admin, first) = (ward.administrator(), rules(ward, "2020-01-01"));
        let made = ward
            .write(move |conn, env| create_procedure(conn, env, &admin, "9.999999", &first))
            .unwrap();
        assert!(made.in_force);
        let (admin, again) = (ward.administrator(), rules(ward, "2020-01-01"));
        let taken = ward.write(move |conn, env| create_procedure(conn, env, &admin, CODE, &again));
        assert!(matches!(taken, Err(Error::AlreadyExists)), "{taken:?}");
        let same_day = rules(ward, "2024-01-01");
        let taken = ward
            .write(move |conn, env| insert_version(conn, env, CODE, date("2024-01-01"), &same_day));
        assert!(matches!(taken, Err(Error::AlreadyExists)), "{taken:?}");
        let stale = rules(ward, "2026-04-01");
        let admin = ward.administrator();
        let stale = ward.write(move |conn, env| add_version(conn, env, &admin, CODE, 7, &stale));
        assert!(matches!(stale, Err(Error::Stale(1))), "{stale:?}");
    });
}

#[test]
fn lists_are_paged_by_code_and_searched_without_diacritics() {
    each(|ward| {
        let page = |filter: &Filter, cursor: Option<&str>, limit| {
            ward.read(|conn, env| queries::list(conn, env, filter, cursor, limit))
                .unwrap()
        };
        let all = page(&Filter::default(), None, 200);
        assert_eq!((all.items.len(), all.next), (24, None));
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let part = page(&Filter::default(), cursor.as_deref(), 5);
            seen.extend(part.items.into_iter().map(|item| item.code));
            cursor = part.next;
            if cursor.is_none() {
                break;
            }
        }
        let codes: Vec<String> = all.items.iter().map(|item| item.code.clone()).collect();
        assert_eq!(seen, codes);
        let found = page(
            &Filter {
                q: Some("KHAI SINH".into()),
                ..Filter::default()
            },
            None,
            50,
        );
        assert!(found.items.iter().any(|item| item.code == CODE));
        assert!(found.items.len() < 24);
        let field = Filter {
            field: Some("Hộ tịch".into()),
            ..Filter::default()
        };
        assert!(
            page(&field, None, 200)
                .items
                .iter()
                .all(|item| item.field == "Hộ tịch")
        );
        let before = Filter {
            on: Some(date("2001-01-01")),
            ..Filter::default()
        };
        assert!(page(&before, None, 50).items.is_empty());
        let bad = ward.read(|conn, env| queries::list(conn, env, &Filter::default(), Some("x"), 5));
        assert!(matches!(bad, Err(Error::BadCursor)), "{bad:?}");
    });
}

#[test]
fn departments_have_names_for_the_public() {
    each(|ward| {
        let codes = vec!["tu_phap".to_owned(), "khong_co".to_owned()];
        let names = ward
            .read(|conn, _| queries::department_names(conn, codes))
            .unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!(names["tu_phap"], "Tư pháp - Hộ tịch");
    });
}
