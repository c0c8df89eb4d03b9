//! What the desks asked for and what they were answered: the side of the story to hold the service to.

use crate::support::Answer;

/// What became of a request for a change.
#[derive(Debug, Clone)]
pub enum Deed {
    /// It was never sent.
    Untried,
    /// No answer came, and nobody asked again: it may have been done or not.
    Open,
    /// It was answered.
    Done(Answer),
}

impl Deed {
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Done(answer) => Some(answer),
            Self::Untried | Self::Open => None,
        }
    }
}

/// A change that was asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// With a key it is asked again until it is answered.
    pub key: Option<String>,
    pub deed: Deed,
}

impl Asked {
    pub fn nothing() -> Self {
        Self {
            key: None,
            deed: Deed::Untried,
        }
    }
}

/// One dossier as its desk knows it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Tells it from all others.
    pub matter: String,
    pub intake: Asked,
    pub forward: Asked,
    pub comment: Asked,
}

impl Case {
    pub fn new(matter: String) -> Self {
        Self {
            matter,
            intake: Asked::nothing(),
            forward: Asked::nothing(),
            comment: Asked::nothing(),
        }
    }

    pub fn asked(&self) -> [&Asked; 3] {
        [&self.intake, &self.forward, &self.comment]
    }

    /// The words of its only comment.
    pub fn words(&self) -> String {
        format!("Ghi chú của {}", self.matter)
    }
}

/// What one desk did.
#[derive(Debug, Default)]
pub struct Ledger {
    pub cases: Vec<Case>,
    /// Keyed requests that were sent again for want of an answer.
    pub retried: usize,
    /// Those among them that had been done without anybody hearing of it.
    pub replayed: usize,
}

/// The ledgers of all desks in one.
pub fn together(ledgers: Vec<Ledger>) -> Ledger {
    let mut all = Ledger::default();
    for ledger in ledgers {
        all.cases.extend(ledger.cases);
        all.retried += ledger.retried;
        all.replayed += ledger.replayed;
    }
    all
}

impl Ledger {
    /// Answered writes, and those that nobody knows of.
    pub fn figures(&self) -> (usize, usize) {
        let count = |wanted: fn(&Deed) -> bool| {
            let asked = self.cases.iter().flat_map(Case::asked);
            asked.filter(|asked| wanted(&asked.deed)).count()
        };
        (
            count(|deed| matches!(deed, Deed::Done(_))),
            count(|deed| matches!(deed, Deed::Open)),
        )
    }
}
