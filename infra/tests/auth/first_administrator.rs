//! The first administrator of an installation.

use domain::auth::Role;
use infra::error::Error;

use crate::support::{PASSWORD, Ward};

#[test]
fn an_empty_installation_gets_a_root_office_and_an_administrator_over_it() {
    for ward in Ward::empty_each() {
        let uid = ward.first_administrator("root").unwrap();
        assert_eq!(ward.login("root", PASSWORD).staff_uid, uid);
        let who = ward.principal("root");
        assert_eq!(who.office_path, format!("/{}/", who.office_id));
        assert!(who.has(Role::Administrator, &who.office_path));
    }
}

#[test]
fn there_is_only_one_first_administrator() {
    for ward in Ward::each() {
        let again = ward.first_administrator("second");
        assert!(matches!(
            again.unwrap_err(),
            Error::Refused("administrator_exists")
        ));
    }
}

#[test]
fn an_installation_whose_administrators_all_left_can_be_opened_again() {
    for ward in Ward::each() {
        let super_user = ward.principal("admin");
        let domain::auth::Actor::Staff(id) = super_user.actor else {
            panic!("no person")
        };
        ward.retire(id);
        assert!(matches!(
            ward.first_administrator("admin").unwrap_err(),
            Error::AlreadyExists
        ));
        ward.first_administrator("second").unwrap();
        assert_eq!(
            ward.principal("second").office_path,
            super_user.office_path,
            "over the same root"
        );
    }
}

#[test]
fn two_command_lines_at_once_make_one_administrator() {
    for ward in Ward::empty_each() {
        let made = std::thread::scope(|scope| {
            let ward = &ward;
            let tasks = ["first", "second", "third"]
                .map(|login| scope.spawn(move || ward.first_administrator(login).is_ok()));
            tasks
                .map(|task| task.join().unwrap())
                .into_iter()
                .filter(|made| *made)
                .count()
        });
        assert_eq!(made, 1);
    }
}
