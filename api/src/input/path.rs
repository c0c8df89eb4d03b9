//! Where a fault is, and the list of all of them.

use std::fmt;

use crate::problem::{FieldFault, Problem};

use super::Fault;

/// More than these help nobody, and would let a small request draw a huge answer.
const MAX_FAULTS: usize = 100;
/// Longest foreign name that is repeated in an answer, in characters.
const MAX_NAME: usize = 64;

/// Place of a value in the input, such as `papers[2].copies`; the root is the empty path.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// A member of an object here.
    pub fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    /// An element of a list here.
    pub fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => write!(f, "{}", shown(name)),
            Path::Field(parent, name) => write!(f, "{parent}.{}", shown(name)),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A name that may be foreign: shortened, and without characters that could play tricks on a reader.
pub(super) fn shown(name: &str) -> String {
    let harmless = |letter: char| {
        let plain = letter.is_alphanumeric() || letter.is_ascii_graphic() || letter == ' ';
        if plain { letter } else { '\u{FFFD}' }
    };
    name.chars().take(MAX_NAME).map(harmless).collect()
}

/// Every fault of one input, at most a hundred.
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<FieldFault>,
    more: bool,
}

impl Faults {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault at a place.
    pub fn push(&mut self, at: &Path<'_>, fault: Fault) {
        if self.is_full() {
            self.more = true;
            return;
        }
        self.list.push(FieldFault {
            field: at.to_string(),
            code: fault.code,
            message: fault.message,
        });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether further faults would not be kept.
    pub fn is_full(&self) -> bool {
        self.list.len() >= MAX_FAULTS
    }

    /// The faults in the order of the input.
    pub fn list(&self) -> &[FieldFault] {
        &self.list
    }

    /// A problem that lists them, with `more_errors` when there were more.
    pub fn into_problem(self, entry: &'static crate::problem::Entry) -> Problem {
        let problem = Problem::new(entry).errors(self.list);
        if self.more {
            problem.with("more_errors", true)
        } else {
            problem
        }
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        faults.into_problem(crate::problem::catalogue::INVALID_INPUT)
    }
}
