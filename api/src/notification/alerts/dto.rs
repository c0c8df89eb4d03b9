//! What clients send about ladders, alerts and proposals.

use chrono::{DateTime, Utc};
use domain::notification::ladder::{About, Ladder, Recipient, Rung, Short, When};
use domain::text::{DossierCode, Note, Title};
use infra::notification::alerts::{AlertFilter, Decision};
use serde_json::Value;

use crate::input::{Fault, Faults, FromJson, Path};
use crate::{enum_words, input, query, word_enum};

enum_words!(About {
    "step" => About::Step,
    "due" => About::Due,
    "answer" => About::Answer,
});
enum_words!(Recipient {
    "holder" => Recipient::Holder,
    "head" => Recipient::Head,
    "manager" => Recipient::Manager,
    "parent_manager" => Recipient::ParentManager,
    "clerks" => Recipient::Clerks,
});

word_enum! {
    /// How the moment of a rung is measured from its date.
    pub enum WhenKind {
        /// At the opening of so many working days before the day of the date.
        Before = "before",
        /// So many working hours before it.
        BeforeHours = "before_hours",
        /// When so many percent of the working time are used up.
        Used = "used",
        /// When it has passed (0), or at the opening of so many working days after; then again.
        Late = "late",
        /// So many working hours after it.
        LateHours = "late_hours",
    }
}

input! {
    /// What counts instead of days where the term is short.
    pub struct ShortInput {
        /// Terms of fewer working days than this are short.
        #[schema(minimum = 1, maximum = 61, example = 2)]
        pub under_days: u32,
        /// The part of the working time that is used up.
        #[schema(minimum = 1, maximum = 99, example = 80)]
        pub percent: u32,
    }
}

input! {
    /// When a rung falls.
    pub struct WhenInput {
        pub kind: WhenKind,
        /// For `before` (1 to 60) and `late` (0 to 60).
        #[schema(minimum = 0, maximum = 60, example = 1)]
        pub working_days: Option<u32>,
        /// For `before_hours` and `late_hours`.
        #[schema(minimum = 1, maximum = 80)]
        pub working_hours: Option<u32>,
        /// For `used`.
        #[schema(minimum = 1, maximum = 99)]
        pub percent: Option<u32>,
        /// For `late`: again every so many days, each rolled to a working day.
        #[schema(minimum = 1, maximum = 90)]
        pub every_days: Option<u32>,
        /// For `before`.
        pub short: Option<ShortInput>,
    }
}

/// [`When`] as it is read: the members must fit the kind.
#[derive(Debug)]
pub struct Moment(When);

impl FromJson for Moment {
    fn from_json(value: &Value, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let input = WhenInput::from_json(value, at, faults)?;
        let given = [
            ("working_days", input.working_days.is_some()),
            ("working_hours", input.working_hours.is_some()),
            ("percent", input.percent.is_some()),
            ("every_days", input.every_days.is_some()),
            ("short", input.short.is_some()),
        ];
        let (needed, may): (&str, &[&str]) = match input.kind {
            WhenKind::Before => ("working_days", &["short"]),
            WhenKind::BeforeHours | WhenKind::LateHours => ("working_hours", &[]),
            WhenKind::Used => ("percent", &[]),
            WhenKind::Late => ("working_days", &["every_days"]),
        };
        let mut right = true;
        for (name, is_given) in given {
            let fault = match (is_given, name == needed) {
                (false, true) => missing(),
                (true, false) if !may.contains(&name) => not_of_kind(),
                _ => continue,
            };
            faults.push(&at.field(name), fault);
            right = false;
        }
        right.then(|| Self(input.into_when()))
    }
}

fn missing() -> Fault {
    Fault::new("required", "Bắt buộc phải có.", "This is required.")
}

fn not_of_kind() -> Fault {
    Fault::new(
        "not_of_kind",
        "Không dùng cho loại mốc này.",
        "This kind of moment takes no such member.",
    )
}

impl WhenInput {
    fn into_when(self) -> When {
        let days = self.working_days.unwrap_or_default();
        let hours = self.working_hours.unwrap_or_default();
        match self.kind {
            WhenKind::Before => When::Before {
                working_days: days,
                short: self.short.map(|short| Short {
                    under_days: short.under_days,
                    percent: short.percent,
                }),
            },
            WhenKind::BeforeHours => When::BeforeHours {
                working_hours: hours,
            },
            WhenKind::Used => When::Used {
                percent: self.percent.unwrap_or_default(),
            },
            WhenKind::Late => When::Late {
                working_days: days,
                every_days: self.every_days,
            },
            WhenKind::LateHours => When::LateHours {
                working_hours: hours,
            },
        }
    }
}

input! {
    /// One rung (nấc cảnh báo).
    pub struct RungInput {
        /// Stable word: what fired under a name does not fire again under the same.
        #[schema(pattern = "^[a-z0-9_]{1,40}$", example = "due_soon")]
        pub name: String,
        /// As mails head it.
        #[schema(value_type = String, min_length = 1, max_length = 120, example = "Hồ sơ sắp đến hạn trả kết quả")]
        pub title: Title,
        #[schema(value_type = Option<String>, min_length = 1, max_length = 120)]
        pub title_en: Option<Title>,
        /// True when absent.
        pub enabled: Option<bool>,
        #[schema(value_type = String, example = "due", pattern = "^(step|due|answer)$")]
        pub about: About,
        #[schema(value_type = WhenInput)]
        pub when: Moment,
        /// Whom: `holder`, `head`, `manager`, `parent_manager`, `clerks`.
        #[schema(value_type = Vec<String>, min_items = 1, max_items = 5, example = json!(["holder", "head"]))]
        pub to: Vec<Recipient>,
    }
}

input! {
    /// The ladder of an office; replaces what it had.
    pub struct LadderInput {
        #[schema(max_items = 20)]
        pub rungs: Vec<RungInput>,
    }
}

impl From<LadderInput> for Ladder {
    fn from(input: LadderInput) -> Self {
        let rungs = input.rungs.into_iter().map(|rung| Rung {
            name: rung.name,
            title: rung.title.as_str().to_owned(),
            title_en: rung.title_en.map(|title| title.as_str().to_owned()),
            enabled: rung.enabled.unwrap_or(true),
            about: rung.about,
            when: rung.when.0,
            to: rung.to,
        });
        Self {
            rungs: rungs.collect(),
        }
    }
}

word_enum! {
    /// How far an alert is.
    pub enum AlertState {
        /// For its mail or the next digest.
        Waiting = "waiting",
        /// In a mail that was sent, or is on its way.
        Mailed = "mailed",
        /// In a mail that was tried for the last time.
        SetAside = "set_aside",
        /// In a mail to an address that is muted.
        Muted = "muted",
        /// The dossier no longer gave reason for it.
        Moot = "moot",
        /// The recipient has no e-mail address.
        NoAddress = "no_address",
    }
}

query! {
    pub struct AlertQuery {
        /// Code of a dossier.
        #[param(value_type = Option<String>, example = "H29.23-261120-0001")]
        pub dossier: Option<DossierCode>,
        /// Name of a rung.
        #[param(max_length = 40, example = "overdue")]
        pub rung: Option<String>,
        #[param(value_type = Option<String>, example = "mailed")]
        pub state: Option<AlertState>,
        /// Cursor of the page before.
        #[param(max_length = 300)]
        pub cursor: Option<String>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
    }
}

impl AlertQuery {
    pub fn filter(&self) -> AlertFilter {
        AlertFilter {
            dossier: self.dossier.as_ref().map(|code| code.as_str().to_owned()),
            rung: self.rung.clone(),
            state: self.state.map(|state| state.as_str().to_owned()),
        }
    }
}

query! {
    pub struct ProposalQuery {
        /// Also those that are decided or moot.
        #[param(example = false)]
        pub all: Option<bool>,
        /// Cursor of the page before.
        #[param(max_length = 300)]
        pub cursor: Option<String>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
    }
}

input! {
    /// What is signed; what is left out stays as proposed.
    pub struct SignInput {
        #[schema(value_type = Option<String>, format = "date-time", example = "2026-11-27T17:00:00+07:00")]
        pub due_at: Option<DateTime<Utc>>,
        /// The applicant reads it in the apology.
        #[schema(value_type = Option<String>, min_length = 1, max_length = 2000)]
        pub reason: Option<Note>,
    }
}

impl From<SignInput> for Decision {
    fn from(input: SignInput) -> Self {
        Self {
            due_at: input.due_at,
            reason: input.reason,
        }
    }
}
