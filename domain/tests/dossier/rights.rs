//! Who may do what: every role, action and relation against a committed table.

use std::fmt::Write;

use domain::auth::{Actor, Facts, Grant, Permit, Principal, Role, Sight, permit, sight};
use domain::dossier::{Action, State};

const OFFICE: &str = "/1/7/";
const HOLDER: i64 = 20;
const DEPARTMENT: i64 = 5;
const CLIENT: i64 = 90;

/// How somebody stands to a dossier; for a client, the holder is the one that submitted it.
const RELATIONS: [&str; 5] = ["holder", "department", "office", "parent", "elsewhere"];

fn facts(state: State) -> Facts<'static> {
    Facts {
        office_path: OFFICE,
        state,
        holder: Some(HOLDER),
        department_id: Some(DEPARTMENT),
        client_id: Some(CLIENT),
    }
}

fn person(role: Role, relation: &str) -> Principal {
    let id = if relation == "holder" { HOLDER } else { 33 };
    let client = if relation == "holder" { CLIENT } else { 91 };
    let (office_id, office_path) = match relation {
        "parent" => (1, "/1/"),
        // 70 begins with the same digit as 7.
        "elsewhere" => (70, "/1/70/"),
        _ => (7, OFFICE),
    };
    let department_id = match relation {
        "holder" | "department" => Some(DEPARTMENT),
        _ => Some(6),
    };
    Principal {
        actor: if role == Role::WardClient {
            Actor::Client(client)
        } else {
            Actor::Staff(id)
        },
        uid: String::new(),
        name: String::new(),
        office_id,
        office_path: office_path.into(),
        department_id,
        grants: vec![Grant {
            role,
            office_id,
            office_path: office_path.into(),
        }],
        stands_in_for: Vec::new(),
    }
}

fn nobody() -> Principal {
    Principal {
        grants: Vec::new(),
        actor: Actor::Staff(34),
        ..person(Role::Clerk, "office")
    }
}

fn standing_in_for(absent: Principal) -> Principal {
    Principal {
        stands_in_for: vec![absent],
        ..nobody()
    }
}

/// The rights of some actions depend on the state.
fn deeds() -> impl Iterator<Item = (Action, State)> {
    Action::ALL.iter().flat_map(|action| {
        let by_state = matches!(action, Action::RequestSupplement | Action::Forward);
        let states = action.from_states();
        states
            .iter()
            .take(if by_state { states.len() } else { 1 })
            .map(|state| (*action, *state))
    })
}

#[test]
fn every_role_has_the_rights_that_the_table_says() {
    let mut table = String::new();
    for (action, state) in deeds() {
        writeln!(table, "{}, {}", action.as_str(), state.as_str()).unwrap();
        for role in Role::ALL {
            let may =
                |relation: &&str| permit(action, &facts(state), &person(role, relation)).is_some();
            let relations: Vec<&str> = RELATIONS.into_iter().filter(may).collect();
            if !relations.is_empty() {
                writeln!(table, "    {:<14}{}", role.as_str(), relations.join(" ")).unwrap();
            }
        }
    }
    let expected = include_str!("../data/rights.txt");
    assert!(
        table == expected,
        "{table}\nif meant, copy the table above into tests/data/rights.txt"
    );
}

#[test]
fn every_role_sees_as_much_as_the_table_says() {
    let mut table = String::new();
    for role in Role::ALL {
        write!(table, "{:<14}", role.as_str()).unwrap();
        for relation in RELATIONS {
            let word = match sight(&facts(State::Processing), &person(role, relation)) {
                Sight::None => "-",
                Sight::Masked => "masked",
                Sight::Whole => "whole",
                Sight::WholeRecorded => "recorded",
            };
            write!(table, " {relation}={word}").unwrap();
        }
        table.push('\n');
    }
    let expected = include_str!("../data/sight.txt");
    assert!(
        table == expected,
        "{table}\nif meant, copy the table above into tests/data/sight.txt"
    );
}

#[test]
fn an_inspector_and_an_administrator_write_nothing() {
    for role in [Role::Inspector, Role::Administrator, Role::WardClient] {
        for (action, state) in deeds() {
            for relation in RELATIONS {
                assert_eq!(
                    permit(action, &facts(state), &person(role, relation)),
                    None,
                    "{action:?}"
                );
            }
        }
    }
}

#[test]
fn nobody_lapses_a_dossier_by_hand() {
    for role in Role::ALL {
        let who = person(role, "holder");
        assert_eq!(
            permit(Action::Lapse, &facts(State::AwaitingSupplement), &who),
            None
        );
    }
}

#[test]
fn a_stand_in_acts_on_behalf_of_the_absent_person() {
    let facts = facts(State::Processing);
    let who = standing_in_for(person(Role::Specialist, "holder"));
    let permitted = permit(Action::Resolve, &facts, &who);
    assert_eq!(
        permitted,
        Some(Permit {
            on_behalf_of: Some(HOLDER)
        })
    );
    let head = standing_in_for(person(Role::Head, "department"));
    assert_eq!(
        permit(Action::Assign, &facts, &head),
        Some(Permit {
            on_behalf_of: Some(33)
        })
    );
}

#[test]
fn who_may_act_in_their_own_name_does_so() {
    let mut who = person(Role::Specialist, "holder");
    who.stands_in_for = vec![person(Role::Manager, "office")];
    let facts = facts(State::Processing);
    assert_eq!(
        permit(Action::Resolve, &facts, &who),
        Some(Permit { on_behalf_of: None })
    );
    assert_eq!(
        permit(Action::Stop, &facts, &who),
        Some(Permit {
            on_behalf_of: Some(33)
        })
    );
}

#[test]
fn a_stand_in_gets_only_the_rights_of_the_absent_person_and_not_of_their_stand_in_s() {
    let facts = facts(State::Processing);
    let who = standing_in_for(person(Role::Specialist, "holder"));
    assert_eq!(permit(Action::Stop, &facts, &who), None);
    let far = standing_in_for(standing_in_for(person(Role::Specialist, "holder")));
    assert_eq!(permit(Action::Resolve, &facts, &far), None);
    assert_eq!(sight(&facts, &far), Sight::None);
}

#[test]
fn a_holder_who_lost_every_role_in_the_office_holds_no_right() {
    let who = Principal {
        grants: Vec::new(),
        ..person(Role::Specialist, "holder")
    };
    assert_eq!(
        permit(Action::Resolve, &facts(State::Processing), &who),
        None
    );
    assert_eq!(sight(&facts(State::Processing), &who), Sight::None);
}

#[test]
fn a_dossier_without_a_department_belongs_to_no_head() {
    let facts = Facts {
        department_id: None,
        holder: None,
        ..facts(State::Processing)
    };
    let head = Principal {
        department_id: None,
        ..person(Role::Head, "office")
    };
    assert_eq!(permit(Action::Assign, &facts, &head), None);
    assert_eq!(sight(&facts, &head), Sight::Masked);
}

#[test]
fn a_stand_in_sees_what_the_absent_person_sees() {
    let facts = facts(State::Processing);
    assert_eq!(sight(&facts, &nobody()), Sight::None);
    let cases = [
        (person(Role::Specialist, "office"), Sight::Masked),
        (person(Role::Inspector, "office"), Sight::WholeRecorded),
        (person(Role::Specialist, "holder"), Sight::Whole),
    ];
    for (absent, seen) in cases {
        assert_eq!(sight(&facts, &standing_in_for(absent)), seen);
    }
}

#[test]
fn the_service_itself_has_no_rights_of_a_person() {
    let system = Principal {
        actor: Actor::System,
        ..nobody()
    };
    for (action, state) in deeds() {
        assert_eq!(permit(action, &facts(state), &system), None);
    }
}
