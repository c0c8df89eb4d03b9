//! The tree of offices: adding, changing, moving, retiring and finding.

use domain::auth::Role;
use domain::office::OfficeKind;
use infra::error::Error;
use infra::office::{
    OfficeFilter, OfficeInput, change_office, list_offices, read_office, restore_office,
    retire_office,
};

use crate::support::{Ward, faults, office_input};

fn change(
    ward: &Ward,
    login: &str,
    code: &str,
    version: i64,
    input: OfficeInput,
) -> Result<i64, Error> {
    let code = code.to_owned();
    ward.by(login, move |conn, env, who| {
        change_office(conn, env, who, &code, version, &input)
    })
    .map(|detail| detail.office.version)
}

fn retire(ward: &Ward, login: &str, code: &str) -> Result<i64, Error> {
    let code = code.to_owned();
    ward.by(login, move |conn, env, who| {
        let version = read_office(conn, &code)?.office.version;
        retire_office(conn, env, who, &code, version).map(|detail| detail.office.version)
    })
}

fn path(ward: &Ward, code: &str) -> String {
    ward.read(|conn, _| read_office(conn, code))
        .unwrap()
        .office
        .path
}

fn codes(ward: &Ward, filter: &OfficeFilter) -> Vec<String> {
    let page = ward
        .read(|conn, _| list_offices(conn, filter, 50, None))
        .unwrap();
    page.items
        .into_iter()
        .map(|item| item.office.code)
        .collect()
}

#[test]
fn an_office_is_added_below_one_that_its_author_administers() {
    for ward in Ward::each() {
        let office = ward.create_office("quantri", "H29.25", "H29").unwrap();
        assert_eq!(
            (office.parent.as_deref(), office.office.version),
            (Some("H29"), 1)
        );
        assert_eq!(
            office.office.path,
            format!("{}{}/", path(&ward, "H29"), office.office.id)
        );
        assert_eq!(ward.recorded("H29.25"), ["office.create"]);
        assert!(matches!(
            ward.create_office("quantri", "H29.25", "H29"),
            Err(Error::AlreadyExists)
        ));
        let unknown = ward.create_office("quantri", "H29.26", "H30");
        assert_eq!(faults(unknown), [("parent".to_owned(), "unknown_office")]);
        for login in ["tiepnhan", "lanhdao", "lanhdao.thanhpho", "thanhtra"] {
            let refused = ward.create_office(login, "H29.26", "H29.23");
            assert!(matches!(refused, Err(Error::Forbidden)), "{login}");
        }
    }
}

#[test]
fn a_second_root_is_refused() {
    for ward in Ward::each() {
        let second = ward.by("quantri", |conn, env, who| {
            let (code, input) = ("H30".parse().unwrap(), office_input("Thành phố khác", None));
            infra::office::create_office(conn, env, who, &code, &input)
        });
        assert_eq!(faults(second), [("parent".to_owned(), "required")]);
    }
}

#[test]
fn an_administrator_of_a_ward_keeps_to_that_ward() {
    for ward in Ward::each() {
        ward.create_staff(
            "quantri",
            "quantri.phuong",
            "H29.23",
            &[(Role::Administrator, "H29.23")],
        )
        .unwrap();
        ward.create_office("quantri.phuong", "H29.23.1", "H29.23")
            .unwrap();
        let beside = ward.create_office("quantri.phuong", "H29.24.1", "H29.24");
        assert!(matches!(beside, Err(Error::Forbidden)));
        let input = office_input("Phường khác", Some("H29"));
        assert!(matches!(
            change(&ward, "quantri.phuong", "H29.24", 1, input),
            Err(Error::Forbidden)
        ));
        // Nor may they hang their own ward elsewhere.
        let moved = office_input("Phường", Some("H29.24"));
        assert!(matches!(
            change(&ward, "quantri.phuong", "H29.23", 1, moved),
            Err(Error::Forbidden)
        ));
    }
}

#[test]
fn a_change_needs_the_version_that_was_read() {
    for ward in Ward::each() {
        let input = || OfficeInput {
            kind: OfficeKind::Department,
            ..office_input("Sở", Some("H29"))
        };
        assert_eq!(change(&ward, "quantri", "H29.23", 1, input()).unwrap(), 2);
        assert!(matches!(
            change(&ward, "quantri", "H29.23", 1, input()),
            Err(Error::Stale(2))
        ));
        let office = ward.read(|conn, _| read_office(conn, "H29.23")).unwrap();
        assert_eq!(
            (office.office.name.as_str(), office.kind),
            ("Sở", OfficeKind::Department)
        );
        assert_eq!(ward.recorded("H29.23"), ["office.create", "office.change"]);
    }
}

#[test]
fn a_moved_office_takes_all_below_it_along() {
    for ward in Ward::each() {
        ward.create_office("quantri", "H29.23.1", "H29.23").unwrap();
        ward.create_office("quantri", "H29.23.1.1", "H29.23.1")
            .unwrap();
        let input = office_input("Đơn vị", Some("H29.24"));
        change(&ward, "quantri", "H29.23.1", 1, input).unwrap();
        let moved = path(&ward, "H29.23.1");
        assert!(moved.starts_with(&path(&ward, "H29.24")));
        assert!(path(&ward, "H29.23.1.1").starts_with(&moved));
        assert!(!moved.starts_with(&path(&ward, "H29.23")));
        let children = OfficeFilter {
            parent: Some("H29.24".to_owned()),
            ..OfficeFilter::default()
        };
        assert_eq!(codes(&ward, &children), ["H29.23.1"]);
    }
}

#[test]
fn an_office_never_stands_below_itself() {
    for ward in Ward::each() {
        ward.create_office("quantri", "H29.23.1", "H29.23").unwrap();
        for (code, parent) in [
            ("H29.23", "H29.23.1"),
            ("H29.23", "H29.23"),
            ("H29", "H29.24"),
        ] {
            let circle = change(
                &ward,
                "quantri",
                code,
                1,
                office_input("Vòng", Some(parent)),
            );
            assert_eq!(
                faults(circle),
                [("parent".to_owned(), "circle")],
                "{code} {parent}"
            );
        }
        let unhung = change(&ward, "quantri", "H29.23", 1, office_input("Gốc", None));
        assert_eq!(faults(unhung), [("parent".to_owned(), "required")]);
    }
}

#[test]
fn the_tree_has_a_last_level() {
    for ward in Ward::each() {
        let mut parent = "H29.23".to_owned();
        for level in 3..=8 {
            let code = format!("L{level}");
            ward.create_office("quantri", &code, &parent).unwrap();
            parent = code;
        }
        let below = ward.create_office("quantri", "L9", &parent);
        assert_eq!(faults(below), [("parent".to_owned(), "too_deep")]);
        let moved = change(
            &ward,
            "quantri",
            "L3",
            1,
            office_input("Sâu hơn", Some("H29.24")),
        );
        assert_eq!(moved.unwrap(), 2, "as deep as before");
        ward.create_office("quantri", "H29.25", "H29.24").unwrap();
        let moved = change(
            &ward,
            "quantri",
            "L3",
            2,
            office_input("Sâu hơn", Some("H29.25")),
        );
        assert_eq!(faults(moved), [("parent".to_owned(), "too_deep")]);
        assert!(
            path(&ward, "L8").starts_with(&path(&ward, "L3")),
            "half a move was undone"
        );
    }
}

#[test]
fn an_office_in_use_is_not_retired() {
    for ward in Ward::each() {
        let used_by = |code: &str| match retire(&ward, "quantri", code) {
            Err(Error::InUseBy { what, count }) => (what, count),
            other => panic!("{other:?}"),
        };
        assert_eq!(used_by("H29").0, "active_staff");
        ward.register_dossier("tiepnhan", "H29.23");
        assert_eq!(used_by("H29.23"), ("open_dossiers", 1));
        ward.create_office("quantri", "H29.25", "H29").unwrap();
        ward.create_office("quantri", "H29.25.1", "H29.25").unwrap();
        assert_eq!(used_by("H29.25"), ("active_offices_below", 1));
    }
}

#[test]
fn a_retired_office_leaves_the_lists_and_can_be_restored() {
    for ward in Ward::each() {
        ward.create_office("quantri", "H29.25", "H29").unwrap();
        ward.create_office("quantri", "H29.25.1", "H29.25").unwrap();
        retire(&ward, "quantri", "H29.25.1").unwrap();
        assert_eq!(retire(&ward, "quantri", "H29.25").unwrap(), 2);
        assert_eq!(
            retire(&ward, "quantri", "H29.25").unwrap(),
            2,
            "twice is once"
        );
        let retired = OfficeFilter {
            retired: true,
            ..OfficeFilter::default()
        };
        assert_eq!(codes(&ward, &retired), ["H29.25", "H29.25.1"]);
        assert_eq!(
            codes(&ward, &OfficeFilter::default()),
            ["H29", "H29.23", "H29.24"]
        );
        let below = ward.create_office("quantri", "H29.25.2", "H29.25");
        assert_eq!(faults(below), [("parent".to_owned(), "unknown_office")]);
        let restore = |code: &'static str| {
            ward.by("quantri", move |conn, env, who| {
                restore_office(conn, env, who, code, 2)
            })
        };
        assert!(matches!(
            restore("H29.25.1"),
            Err(Error::Refused("parent_retired"))
        ));
        assert!(restore("H29.25").unwrap().office.retired_at.is_none());
        assert!(restore("H29.25.1").unwrap().office.retired_at.is_none());
        let record = ["office.create", "office.retire", "office.restore"];
        assert_eq!(ward.recorded("H29.25"), record);
    }
}

#[test]
fn offices_are_found_by_name_without_diacritics_and_by_code() {
    for ward in Ward::each() {
        let found = |q: &str| {
            codes(
                &ward,
                &OfficeFilter {
                    q: Some(q.to_owned()),
                    ..OfficeFilter::default()
                },
            )
        };
        assert_eq!(found("phuong thu hai"), ["H29.24"]);
        assert_eq!(found("h29.2"), ["H29.23", "H29.24"]);
        assert_eq!(found("không có"), Vec::<String>::new());
        let wards = OfficeFilter {
            kind: Some(OfficeKind::Ward),
            ..OfficeFilter::default()
        };
        assert_eq!(codes(&ward, &wards), ["H29.23", "H29.24"]);
    }
}

#[test]
fn a_list_of_offices_goes_on_where_it_stopped() {
    for ward in Ward::each() {
        let filter = OfficeFilter::default();
        let page = |cursor: Option<&str>| {
            ward.read(|conn, _| list_offices(conn, &filter, 2, cursor))
                .unwrap()
        };
        let first = page(None);
        assert_eq!(first.items.len(), 2);
        let second = page(first.next.as_deref());
        assert_eq!(second.items[0].office.code, "H29.24");
        assert_eq!(second.next, None);
        let alien = ward.read(|conn, _| list_offices(conn, &filter, 2, Some("abc")));
        assert!(matches!(alien, Err(Error::BadCursor)));
    }
}

#[test]
fn two_moves_at_once_make_no_circle() {
    for ward in Ward::each() {
        let who = ward.principal("quantri");
        let results: Vec<_> = std::thread::scope(|scope| {
            let moves = [("H29.23", "H29.24"), ("H29.24", "H29.23")].map(|(code, parent)| {
                let (ward, who) = (&ward, who.clone());
                scope.spawn(move || {
                    let input = office_input("Đi", Some(parent));
                    ward.write(move |conn, env| change_office(conn, env, &who, code, 1, &input))
                })
            });
            moves.into_iter().map(|job| job.join().unwrap()).collect()
        });
        assert_eq!(
            results.iter().filter(|result| result.is_ok()).count(),
            1,
            "{results:?}"
        );
    }
}
