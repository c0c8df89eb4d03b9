//! What a database that was left behind must hold, looked at row by row.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use infra::db::schema::{
    code_counters, comments, dossier_events, dossier_names, dossier_steps, dossiers,
    idempotency_keys,
};

use super::ledger::{Case, Deed, Ledger};
use crate::support::{Answer, World};

#[derive(Debug, Clone, Queryable)]
struct DossierRow {
    id: i64,
    code: String,
    matter: String,
    state: String,
    version: i64,
    event_count: i64,
    last_hash: String,
    holder_id: Option<i64>,
}

/// Number, action and hash.
type Event = (i64, String, String);
/// Number, holder, and whether it was left.
type Step = (i64, i64, bool);
/// Public id and text.
type Comment = (String, String);

/// Every row that an intake, a hand-over or a comment writes, by dossier.
#[derive(Debug, Default)]
pub struct Kept {
    dossiers: Vec<DossierRow>,
    events: HashMap<i64, Vec<Event>>,
    steps: HashMap<i64, Vec<Step>>,
    comments: HashMap<i64, Vec<Comment>>,
    named: BTreeSet<i64>,
    counters: Vec<(String, NaiveDate, i64)>,
    /// Answers under their keys.
    answers: BTreeMap<String, String>,
}

impl Kept {
    pub fn of(world: &World) -> Self {
        let found = world.read(|conn| {
            use dossiers::{code, event_count, holder_id, id, last_hash, matter, state, version};
            let row = (
                id,
                code,
                matter,
                state,
                version,
                event_count,
                last_hash,
                holder_id,
            );
            Ok(dossiers::table.select(row).load(conn)?)
        });
        let mut kept = Self {
            dossiers: found,
            ..Self::default()
        };
        let events: Vec<(i64, i64, String, String)> = world.read(|conn| {
            use dossier_events::{action, dossier_id, hash, number};
            let row = (dossier_id, number, action, hash);
            let rows = dossier_events::table.order((dossier_id, number));
            Ok(rows.select(row).load(conn)?)
        });
        for (dossier, number, action, hash) in events {
            let of = kept.events.entry(dossier).or_default();
            of.push((number, action, hash));
        }
        let steps: Vec<(i64, i64, i64, bool)> = world.read(|conn| {
            use dossier_steps::{dossier_id, holder_id, left_at, number};
            let row = (dossier_id, number, holder_id, left_at.is_not_null());
            let rows = dossier_steps::table.order((dossier_id, number));
            Ok(rows.select(row).load(conn)?)
        });
        for (dossier, number, holder, left) in steps {
            let of = kept.steps.entry(dossier).or_default();
            of.push((number, holder, left));
        }
        kept.read_rest(world);
        kept
    }

    fn read_rest(&mut self, world: &World) {
        let said: Vec<(i64, String, String)> = world.read(|conn| {
            use comments::{dossier_id, text, uid};
            Ok(comments::table.select((dossier_id, uid, text)).load(conn)?)
        });
        for (dossier, uid, text) in said {
            self.comments.entry(dossier).or_default().push((uid, text));
        }
        let named: Vec<i64> = world.read(|conn| {
            let rows = dossier_names::table.select(dossier_names::dossier_id);
            Ok(rows.load(conn)?)
        });
        self.named = named.into_iter().collect();
        self.counters = world.read(|conn| {
            use code_counters::{agency, day, last};
            Ok(code_counters::table
                .select((agency, day, last))
                .load(conn)?)
        });
        let answers: Vec<(String, String)> = world.read(|conn| {
            use idempotency_keys::{body, key};
            Ok(idempotency_keys::table.select((key, body)).load(conn)?)
        });
        self.answers = answers.into_iter().collect();
    }

    /// The codes of each agency and day are 1 to n, and the counter says n.
    pub fn proves_codes(&self) {
        let mut given: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for dossier in &self.dossiers {
            let (day, number) = dossier.code.rsplit_once('-').expect("a code");
            let number = number.parse().expect("a number");
            given.entry(day.to_owned()).or_default().push(number);
        }
        let mut counted = BTreeMap::new();
        for (agency, day, last) in &self.counters {
            let day = format!("{agency}-{}", day.format("%y%m%d"));
            counted.insert(day, (1..=*last).collect::<Vec<i64>>());
        }
        for numbers in given.values_mut() {
            numbers.sort_unstable();
        }
        assert_eq!(given, counted);
    }

    /// No dossier without its events, its names and its step; none of these without a dossier.
    pub fn proves_wholeness(&self) {
        for dossier in &self.dossiers {
            self.proves_events(dossier);
            self.proves_steps(dossier);
            assert!(self.named.contains(&dossier.id), "no name: {dossier:?}");
        }
        let ids: BTreeSet<i64> = self.dossiers.iter().map(|dossier| dossier.id).collect();
        let events = self.events.keys();
        let parts = events.chain(self.steps.keys()).chain(self.comments.keys());
        let strays: Vec<&i64> = parts
            .chain(&self.named)
            .filter(|id| !ids.contains(id))
            .collect();
        assert!(strays.is_empty(), "rows without their dossier: {strays:?}");
    }

    fn proves_events(&self, dossier: &DossierRow) {
        let events = self.events.get(&dossier.id).cloned().unwrap_or_default();
        let numbers: Vec<i64> = events.iter().map(|event| event.0).collect();
        let expected: Vec<i64> = (1..=dossier.version).collect();
        assert_eq!(numbers, expected, "{dossier:?}");
        assert_eq!(dossier.event_count, dossier.version, "{dossier:?}");
        let actions: Vec<&str> = events.iter().map(|event| event.1.as_str()).collect();
        let expected: &[&str] = match dossier.state.as_str() {
            "submitted" => &["submit"],
            "accepted" => &["register"],
            "processing" => &["register", "forward"],
            other => panic!("nobody asked for {other}: {dossier:?}"),
        };
        assert_eq!(actions, expected, "{dossier:?}");
        let hash = events.last().map(|event| event.2.as_str());
        assert_eq!(hash, Some(dossier.last_hash.as_str()), "{dossier:?}");
    }

    fn proves_steps(&self, dossier: &DossierRow) {
        let steps = self.steps.get(&dossier.id).cloned().unwrap_or_default();
        let passed: &[(i64, bool)] = match dossier.state.as_str() {
            "submitted" => &[],
            "accepted" => &[(1, false)],
            _ => &[(1, true), (2, false)],
        };
        let found: Vec<(i64, bool)> = steps.iter().map(|step| (step.0, step.2)).collect();
        assert_eq!(found, passed, "{dossier:?}");
        let holder = steps.last().map(|step| step.1);
        assert_eq!(holder, dossier.holder_id, "{dossier:?}");
    }

    /// What was answered is there; what was not is there wholly or not at all, and at most once; and
    /// there is nothing that nobody asked for.
    pub fn proves_ledger(&self, ledger: &Ledger) {
        let mut by_matter: HashMap<&str, Vec<&DossierRow>> = HashMap::new();
        for dossier in &self.dossiers {
            let of = by_matter.entry(&dossier.matter).or_default();
            of.push(dossier);
        }
        for case in &ledger.cases {
            let found = by_matter.remove(case.matter.as_str()).unwrap_or_default();
            self.proves_case(case, &found);
        }
        assert!(by_matter.is_empty(), "nobody asked for {by_matter:?}");
        self.proves_answers(ledger);
    }

    fn proves_case(&self, case: &Case, found: &[&DossierRow]) {
        assert!(found.len() <= 1, "twice: {case:?} {found:?}");
        let Some(taken) = case.intake.deed.answer() else {
            return;
        };
        let [dossier] = found else {
            panic!("answered and lost: {case:?}")
        };
        assert_eq!(dossier.code, taken.text("code"), "{case:?}");
        assert!(dossier.version >= version(taken), "{case:?} {dossier:?}");
        match &case.forward.deed {
            Deed::Untried => {
                assert_eq!(dossier.version, 1, "{case:?}");
                assert_eq!(dossier.state, taken.text("state.code"), "{case:?}");
            }
            // Whether it was done is not known; that it was done wholly is proved elsewhere.
            Deed::Open => {}
            Deed::Done(answer) => {
                assert_eq!(dossier.version, version(answer), "{case:?}");
                assert_eq!(dossier.state, answer.text("state.code"), "{case:?}");
            }
        }
        self.proves_comments(case, dossier);
    }

    fn proves_comments(&self, case: &Case, dossier: &DossierRow) {
        let said = self.comments.get(&dossier.id).cloned().unwrap_or_default();
        let alien = said.iter().any(|(_, text)| *text != case.words());
        assert!(!alien && said.len() <= 1, "{case:?} {said:?}");
        match &case.comment.deed {
            Deed::Untried => assert!(said.is_empty(), "{case:?} {said:?}"),
            Deed::Open => {}
            Deed::Done(answer) => {
                let uid = said.first().map(|(uid, _)| uid.as_str());
                assert_eq!(uid, Some(answer.text("id")), "{case:?}");
            }
        }
    }

    /// Under each key the answer that was given, and no other keys.
    fn proves_answers(&self, ledger: &Ledger) {
        let asked = ledger.cases.iter().flat_map(Case::asked);
        let given: BTreeMap<String, String> = asked
            .filter_map(|asked| asked.key.clone().zip(asked.deed.answer()))
            .map(|(key, answer)| (key, answer.body()))
            .collect();
        assert_eq!(self.answers, given);
    }
}

/// The version that an answer's `ETag` names.
fn version(answer: &Answer) -> i64 {
    let tag = answer.etag().trim_matches('"');
    tag.parse().expect("a version")
}

/// The proofs are worth nothing if they hold for everything.
mod doubts {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::super::ledger::{Asked, Case, Deed, Ledger};
    use super::Kept;
    use crate::support::{MARITAL_STATUS, Staff, in_appraisal, register};

    fn fails(proof: impl FnOnce()) -> bool {
        catch_unwind(AssertUnwindSafe(proof)).is_err()
    }

    both! {
        async fn each_proof_fails_where_what_it_proves_is_not_so(world) {
            let staff = Staff::of(&world);
            let taken = register(&staff.clerk, MARITAL_STATUS).await;
            in_appraisal(&staff, MARITAL_STATUS).await;
            let sound = Kept::of(&world);
            sound.proves_codes();
            sound.proves_wholeness();
            // Neither matter is one of a ledger.
            assert!(fails(|| sound.proves_ledger(&Ledger::default())));

            let spoilt = |spoil: fn(&mut Kept)| {
                let mut kept = Kept::of(&world);
                spoil(&mut kept);
                kept
            };
            let gap = spoilt(|kept| drop(kept.dossiers.remove(0)));
            assert!(fails(|| gap.proves_codes()) && fails(|| gap.proves_wholeness()));
            let double = spoilt(|kept| kept.dossiers[1].code = kept.dossiers[0].code.clone());
            assert!(fails(|| double.proves_codes()));
            for half in [
                spoilt(|kept| kept.events.clear()),
                spoilt(|kept| kept.steps.clear()),
                spoilt(|kept| kept.named.clear()),
            ] {
                assert!(fails(|| half.proves_wholeness()));
            }
            let lost = Case {
                intake: Asked { key: None, deed: Deed::Done(taken) },
                ..Case::new("Không có".to_owned())
            };
            assert!(fails(|| sound.proves_case(&lost, &[])));
        }
    }
}
