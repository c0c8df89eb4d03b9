//! The ladder of alerts as data: which rung warns of which date, when, and whom.

use crate::lang::Lang;

/// The date that a rung is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About {
    /// The end of the step at which the dossier lies.
    Step,
    /// The date promised to the applicant.
    Due,
    /// The desk's answer to what was sent in.
    Answer,
}

/// Who is written to, found by their part in the dossier at the moment of firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recipient {
    /// The person responsible for the step.
    Holder,
    /// The heads of the department where the dossier lies.
    Head,
    /// The managers of the dossier's office.
    Manager,
    /// The managers of the office above it.
    ParentManager,
    /// The clerks of the dossier's office.
    Clerks,
}

macro_rules! word {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

word!(About { Step = "step", Due = "due", Answer = "answer" });
word!(Recipient {
    Holder = "holder",
    Head = "head",
    Manager = "manager",
    ParentManager = "parent_manager",
    Clerks = "clerks",
});

/// What counts instead of whole days where the time is too short for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// Terms of fewer working days than this are short.
    pub under_days: u32,
    /// The part of the working time that is used up, in percent.
    pub percent: u32,
}

/// When a rung falls, measured from the date that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At the opening of this many working days before the day of the date.
    Before {
        working_days: u32,
        short: Option<Short>,
    },
    /// This much working time before the date.
    BeforeHours { working_hours: u32 },
    /// When this part of the working time is used up.
    Used { percent: u32 },
    /// 0: when the date has passed. Else at the opening of this working day after the day of
    /// the date, and then every so many days, each rolled to a working day.
    Late {
        working_days: u32,
        every_days: Option<u32>,
    },
    /// This much working time after the date.
    LateHours { working_hours: u32 },
}

impl When {
    /// Warns of a date that is still to come.
    pub fn is_before(self) -> bool {
        matches!(
            self,
            Self::Before { .. } | Self::BeforeHours { .. } | Self::Used { .. }
        )
    }
}

/// One rung (nấc cảnh báo).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Stable word, part of the key by which it fires once.
    pub name: String,
    /// For people, in Vietnamese; in English where given.
    pub title: String,
    pub title_en: Option<String>,
    pub enabled: bool,
    pub about: About,
    pub when: When,
    pub to: Vec<Recipient>,
}

impl Rung {
    pub fn title(&self, lang: Lang) -> &str {
        lang.pick(&self.title, self.title_en.as_deref().unwrap_or(&self.title))
    }
}

/// The ladder of an office (thang cảnh báo).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    pub rungs: Vec<Rung>,
}

/// Name, title, English title, what about, when, to whom.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    About,
    When,
    &'static [Recipient],
);

const DAY_BEFORE: When = When::Before {
    working_days: 1,
    short: Some(Short {
        under_days: 2,
        percent: 80,
    }),
};

const BUILT_IN: [Row; 6] = [
    (
        "step_due_soon",
        "Bước xử lý sắp đến hạn",
        "Step due soon",
        About::Step,
        DAY_BEFORE,
        &[Recipient::Holder],
    ),
    (
        "due_soon",
        "Hồ sơ sắp đến hạn trả kết quả",
        "Due soon",
        About::Due,
        DAY_BEFORE,
        &[Recipient::Holder, Recipient::Head],
    ),
    (
        "overdue",
        "Hồ sơ quá hạn",
        "Overdue",
        About::Due,
        When::Late {
            working_days: 0,
            every_days: None,
        },
        &[Recipient::Head, Recipient::Manager],
    ),
    (
        "long_overdue",
        "Hồ sơ quá hạn kéo dài",
        "Long overdue",
        About::Due,
        When::Late {
            working_days: 3,
            every_days: Some(7),
        },
        &[Recipient::Manager, Recipient::ParentManager],
    ),
    (
        "unanswered",
        "Hồ sơ chờ tiếp nhận quá 2 giờ làm việc",
        "Unanswered for 2 working hours",
        About::Answer,
        // The desk has 8 working hours in all.
        When::BeforeHours { working_hours: 6 },
        &[Recipient::Clerks],
    ),
    (
        "answer_overdue",
        "Hồ sơ chờ tiếp nhận quá 8 giờ làm việc",
        "Unanswered for 8 working hours",
        About::Answer,
        When::Late {
            working_days: 0,
            every_days: None,
        },
        &[Recipient::Clerks, Recipient::Manager],
    ),
];

impl Default for Ladder {
    /// The ladder of an office that named no other, nor did any above it.
    fn default() -> Self {
        let rung = |(name, title, title_en, about, when, to): Row| Rung {
            name: name.to_owned(),
            title: title.to_owned(),
            title_en: Some(title_en.to_owned()),
            enabled: true,
            about,
            when,
            to: to.to_vec(),
        };
        Self {
            rungs: BUILT_IN.map(rung).to_vec(),
        }
    }
}
