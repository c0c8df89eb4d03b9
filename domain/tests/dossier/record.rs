//! The chain of events, and the words and codes by which the outside knows a dossier.

use std::collections::BTreeSet;

use domain::dossier::{Action, EventRecord, GENESIS, Outcome, State, chain_hash};
use domain::lang::Lang;

use super::support::at;

fn event() -> EventRecord<'static> {
    EventRecord {
        dossier: "H29.23-260302-0001",
        number: 2,
        at: at("2026-03-02 09:00"),
        actor: "an",
        on_behalf_of: "binh",
        action: "forward",
        from: "accepted",
        to: "processing",
        reason: "đủ giấy tờ",
        detail: "{}",
    }
}

#[test]
fn every_field_of_an_event_matters_to_its_hash() {
    let event = event();
    let changed = [
        EventRecord {
            dossier: "H29.23-260302-0002",
            ..event
        },
        EventRecord { number: 3, ..event },
        EventRecord {
            at: at("2026-03-02 09:00:00.000001"),
            ..event
        },
        EventRecord {
            actor: "chi",
            ..event
        },
        EventRecord {
            on_behalf_of: "",
            ..event
        },
        EventRecord {
            action: "assign",
            ..event
        },
        EventRecord {
            from: "processing",
            ..event
        },
        EventRecord {
            to: "accepted",
            ..event
        },
        EventRecord {
            reason: "",
            ..event
        },
        EventRecord {
            detail: "{ }",
            ..event
        },
    ];
    let mut hashes: BTreeSet<String> = changed
        .iter()
        .map(|event| chain_hash(GENESIS, event))
        .collect();
    hashes.insert(chain_hash(GENESIS, &event));
    hashes.insert(chain_hash(&chain_hash(GENESIS, &event), &event));
    assert_eq!(hashes.len(), changed.len() + 2);
}

#[test]
fn text_that_moves_from_one_field_to_the_next_changes_the_hash() {
    let event = event();
    let one = EventRecord {
        from: "accepted",
        to: "processing",
        ..event
    };
    let other = EventRecord {
        from: "acceptedprocessing",
        to: "",
        ..event
    };
    assert_ne!(chain_hash(GENESIS, &one), chain_hash(GENESIS, &other));
    let one = EventRecord {
        actor: "1:a",
        on_behalf_of: "",
        ..event
    };
    let other = EventRecord {
        actor: "",
        on_behalf_of: "1:a",
        ..event
    };
    assert_ne!(chain_hash(GENESIS, &one), chain_hash(GENESIS, &other));
}

#[test]
fn the_hash_of_an_event_never_changes_with_the_program() {
    let hash = chain_hash(GENESIS, &event());
    assert_eq!(
        hash,
        "b50c784728b1c3b9a53aabac7c48a8717d69fc823299a72c043c185350e98e5d"
    );
}

#[test]
fn the_states_have_the_codes_and_names_of_the_national_portal() {
    let listed: Vec<String> = State::ALL
        .iter()
        .map(|state| {
            format!(
                "{} {} {}",
                state.portal_code(),
                state.as_str(),
                state.text(Lang::Vi)
            )
        })
        .collect();
    let mut sorted = listed;
    sorted.sort_by_key(|line| line.split(' ').next().unwrap().parse::<u8>().unwrap());
    let expected = [
        "1 submitted Mới đăng ký",
        "2 accepted Được tiếp nhận",
        "3 refused Không được tiếp nhận",
        "4 processing Đang xử lý",
        "5 awaiting_supplement Yêu cầu bổ sung giấy tờ",
        "6 awaiting_payment Yêu cầu thực hiện nghĩa vụ tài chính",
        "7 withdrawn Công dân yêu cầu rút hồ sơ",
        "8 stopped Dừng xử lý",
        "9 resolved Đã xử lý xong",
        "10 returned Đã trả kết quả",
    ];
    assert_eq!(sorted, expected);
}

#[test]
fn every_word_is_read_back_as_what_it_was_written_for() {
    assert!(
        State::ALL
            .iter()
            .all(|state| State::parse(state.as_str()) == Some(*state))
    );
    assert!(
        Action::ALL
            .iter()
            .all(|action| Action::parse(action.as_str()) == Some(*action))
    );
    assert!(
        Outcome::ALL
            .iter()
            .all(|outcome| Outcome::parse(outcome.as_str()) == Some(*outcome))
    );
    assert_eq!(State::parse("Submitted"), None);
}
