//! The rungs: each told once, at its step, to the right people, in a mail that names it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{AlertKey, Comparison, NAMED};
use crate::year::links::{codes, message_id, more_proposals};
use crate::year::model::tell::{Alert, PROPOSED, stands};
use crate::year::record::AlertRow;
use crate::year::time::{At, show};

impl Comparison<'_> {
    /// Each rung once to exactly the right people, at the right step.
    pub(super) fn alerts(&mut self) {
        let mut theirs: HashMap<AlertKey<'_>, AlertRow> = HashMap::new();
        let rows = self.rows.clone();
        for row in &rows {
            let key = (
                row.dossier,
                row.rung.as_str(),
                row.occurrence,
                row.due(),
                row.person,
            );
            if theirs.insert(key, row.clone()).is_some() {
                self.differs(format!("told twice: {}", self.name(&key)));
            }
        }
        let known = std::mem::take(&mut self.known);
        let ours: Vec<(i64, Alert)> = known
            .iter()
            .flat_map(|(id, one)| one.alerts.iter().map(|alert| (*id, alert.clone())))
            .collect();
        self.known = known;
        for (dossier, alert) in &ours {
            let key = (
                *dossier,
                alert.rung,
                alert.occurrence,
                alert.due,
                alert.person,
            );
            self.count(alert.rung);
            match theirs.remove(&key) {
                None => {
                    let line = format!("not told: {} at {}", self.name(&key), show(alert.at));
                    let line = line + &self.story(*dossier);
                    self.differs(line);
                }
                Some(row) => self.same(&key, alert, &row),
            }
        }
        let rest: Vec<_> = theirs.into_iter().collect();
        for (key, row) in rest {
            let line = format!(
                "told for nothing: {} at {}",
                self.name(&key),
                show(row.fired())
            );
            let line = line + &self.story(row.dossier);
            self.differs(line);
        }
    }

    fn same(&mut self, key: &AlertKey<'_>, alert: &Alert, row: &AlertRow) {
        if row.fired() != alert.at {
            if self.told_anew(alert, row) {
                self.count("alerts told anew after they were moot");
                return;
            }
            let (is, be) = (show(row.fired()), show(alert.at));
            let story = self.story(row.dossier);
            self.differs(format!(
                "fired at {is}, not at {be}: {}{story}",
                self.name(key)
            ));
        } else if row.addressee != alert.to {
            let (is, be) = (self.login(row.addressee), self.login(alert.to));
            self.differs(format!("written to {is}, not to {be}: {}", self.name(key)));
        } else if (row.via == "digest") != alert.in_digest {
            self.differs(format!(
                "by {} at {}: {}",
                row.via,
                show(alert.at),
                self.name(key)
            ));
        }
    }

    /// What could not be delivered at its step, and was no longer so by then, was not told: the
    /// next look at which its rung fires tells it.
    fn told_anew(&self, alert: &Alert, row: &AlertRow) -> bool {
        let spans = &self.known[&row.dossier].spans;
        let stood = |at: At| stands(spans, alert.rung, alert.due, at);
        let between = |at: &&At| alert.at < **at && **at < row.fired();
        self.disturbed.contains(&alert.at)
            && self.told.steps.iter().filter(between).any(|at| !stood(*at))
            && stood(row.fired())
            && row.addressee == self.world.addressee(row.person, row.fired())
    }

    /// Every alert arrived in a mail to its addressee, or was moot by the time it could.
    pub(super) fn alert_mails(&mut self) {
        let mut by_mail: BTreeMap<i64, Vec<AlertRow>> = BTreeMap::new();
        for row in self.rows.clone() {
            let key = (
                row.dossier,
                row.rung.as_str(),
                row.occurrence,
                row.due(),
                row.person,
            );
            if row.dropped().is_some() {
                self.dropped(&row);
            } else if let Some(mail) = row.mail {
                by_mail.entry(mail).or_default().push(row);
            } else {
                self.differs(format!("in no mail: {}", self.name(&key)));
            }
        }
        for (mail, rows) in by_mail {
            self.alert_mail(mail, &rows);
        }
    }

    fn dropped(&mut self, row: &AlertRow) {
        self.count("moot alerts");
        let known = &self.known[&row.dossier];
        let fired = row.fired();
        let last = self.patience_after(fired, true);
        let late = |at: &&At| fired <= **at && **at <= last;
        let moot = |at: &At| !stands(&known.spans, &row.rung, row.due(), *at);
        let excused = self.disturbed.contains(&fired);
        if !excused || !self.told.steps.iter().filter(late).any(moot) {
            let key = (
                row.dossier,
                row.rung.as_str(),
                row.occurrence,
                row.due(),
                row.person,
            );
            self.differs(format!("left out at {}: {}", show(fired), self.name(&key)));
        }
    }

    fn alert_mail(&mut self, mail: i64, rows: &[AlertRow]) {
        let mail = self.mails[&mail].clone();
        if mail.state == "moot" {
            rows.iter().for_each(|row| self.dropped(row));
            return;
        }
        let to = self.told.ward.person(rows[0].addressee).email.clone();
        if mail.to != to || rows.iter().any(|row| row.addressee != rows[0].addressee) {
            self.differs(format!("{} went to {}, not to {to}", mail.key, mail.to));
        }
        let Some(got) = self.arrival(&mail, rows[0].fired()) else {
            return;
        };
        // What came twice came from two servers, put together by each as it was then: what a dead
        // one had told and nobody knew of may hold no longer when another takes the mail over.
        let last = self.arrived[message_id(&mail.key).as_str()].last();
        let text = last.and_then(|last| last.text.clone());
        let text = text.expect("the text of a mail to the staff");
        let (found, more) = (codes(&text), more_proposals(&text));
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        // What was put aside meanwhile, or needs no apology any more, waits for no signature.
        let waits = |row: &&AlertRow| {
            row.rung != PROPOSED || row.put_aside().is_none_or(|aside| aside > got.at)
        };
        for row in rows.iter().filter(waits) {
            let code = self.known[&row.dossier].history.code.as_str();
            groups.entry(&row.rung).or_default().insert(code);
        }
        let all: BTreeSet<&str> = groups.values().flatten().copied().collect();
        // Of a group the oldest are named; of the proposals the oldest of all that wait.
        let whole = |rung: &str, group: &BTreeSet<&str>| {
            group.len() <= NAMED && (rung != PROPOSED || !more)
        };
        let named = |code: &&str| found.contains(*code);
        let missing = groups
            .iter()
            .any(|(rung, group)| whole(rung, group) && !group.iter().all(named));
        // Beside a new proposal a mail lists all that still wait for a signature.
        let lists_more = mail.kind == "staff_digest" || rows.iter().any(|row| row.rung == PROPOSED);
        let strange = !lists_more && found.iter().any(|code| !all.contains(code.as_str()));
        if missing || strange {
            let line = format!(
                "{} at {}: {found:?} instead of {all:?}",
                mail.key,
                show(got.at)
            );
            self.differs(line);
        }
    }
}
