//! Digests, reports, and the letters to applicants.

use std::collections::{HashMap, HashSet};

use super::{Comparison, last_date};
use crate::year::links::message_id;
use crate::year::model::Span;
use crate::year::model::letters::{Letter, letters, may_stand, must_stand};
use crate::year::model::oversight::{Mornings, Must};
use crate::year::record::MailRow;
use crate::year::time::{At, date_of, show};

impl Comparison<'_> {
    /// Who got a digest of which day.
    pub(super) fn digests(&mut self, mornings: &Mornings<'_>) {
        let mut due = mornings.digests();
        for row in self.of_kind("staff_digest") {
            let key = (row.staff.expect("a reader"), last_date(&row.key));
            self.count("digests");
            match due.remove(&key) {
                Some((step, Must::Yes | Must::May)) => {
                    if row.state != "moot" || !self.disturbed.contains(&step) {
                        self.arrival(&row, step);
                    }
                }
                _ => {
                    let (who, at) = (self.login(key.0).to_owned(), show(row.created()));
                    self.differs(format!("a digest for nothing to {who} at {at}"));
                }
            }
        }
        for ((person, day), (_, must)) in due {
            if must == Must::Yes {
                let who = self.login(person).to_owned();
                self.differs(format!("no digest of {} to {who}", date_of(day)));
            }
        }
    }

    pub(super) fn reports(&mut self, mornings: &Mornings<'_>) {
        for (kind, weekly) in [("staff_weekly", true), ("staff_monthly", false)] {
            let mut due = mornings.reports(weekly);
            for row in self.of_kind(kind) {
                let key = (row.staff.expect("a reader"), last_date(&row.key));
                self.count("reports");
                if let Some(step) = due.remove(&key) {
                    self.arrival(&row, step);
                } else {
                    let (who, at) = (self.login(key.0).to_owned(), show(row.created()));
                    self.differs(format!("{} for nothing to {who} at {at}", row.key));
                }
            }
            for (person, day) in due.into_keys() {
                let who = self.login(person).to_owned();
                self.differs(format!("no {kind} of {} to {who}", date_of(day)));
            }
        }
    }

    /// The letters to applicants.
    pub(super) fn letters(&mut self) {
        let by_key: HashMap<String, MailRow> = self
            .mails
            .values()
            .map(|row| (row.key.clone(), row.clone()))
            .collect();
        let known = std::mem::take(&mut self.known);
        let mut expected = HashSet::new();
        for one in known.values() {
            let code = &one.history.code;
            let Some(address) = self.told.addresses.get(code).cloned() else {
                continue;
            };
            for letter in letters(&self.world, &one.history) {
                let key = format!("dossier/{code}/{}", letter.event);
                self.count("letters to applicants");
                match by_key.get(&key) {
                    Some(row) if row.kind == letter.kind && row.to == address => {
                        self.letter(row, &letter, &one.spans);
                    }
                    _ => self.differs(format!("no {} {key}", letter.kind)),
                }
                expected.insert(key);
            }
        }
        self.known = known;
        for key in by_key.into_keys() {
            if key.starts_with("dossier/") && !expected.contains(&key) {
                self.differs(format!("a letter for nothing: {key}"));
            }
        }
    }

    fn letter(&mut self, row: &MailRow, letter: &Letter, spans: &[Span]) {
        let came = self.arrived.contains_key(message_id(&row.key).as_str());
        let disturbed = self.disturbed.contains(&letter.at);
        if came && (disturbed || may_stand(letter, spans, letter.at)) {
            self.arrival(row, letter.at);
        } else if came {
            self.differs(format!("{} {} was moot, and came", row.kind, row.key));
        } else if !disturbed && must_stand(letter, spans, letter.at) {
            let (kind, at, is) = (&row.kind, show(letter.at), &row.state);
            self.differs(format!("{kind} {} of {at} did not come: {is}", row.key));
        } else {
            self.count("moot letters");
            let last = self.patience_after(letter.at, false);
            let late = |at: &&At| letter.at <= **at && **at <= last;
            let moot = |at: &At| !must_stand(letter, spans, *at);
            if row.state != "moot" || !self.told.steps.iter().filter(late).any(moot) {
                self.differs(format!("{} {} is {}", row.kind, row.key, row.state));
            }
        }
    }
}
