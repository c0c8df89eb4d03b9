//! The ladder as JSON: the shape in which it is stored and travels.

use domain::notification::ladder::{About, Ladder, Recipient, Rung, Short, When};
use serde::{Deserialize, Serialize};

use crate::error::Error;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LadderJson {
    rungs: Vec<RungJson>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RungJson {
    name: String,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title_en: Option<String>,
    enabled: bool,
    about: String,
    when: WhenJson,
    to: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WhenJson {
    Before {
        working_days: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        short: Option<ShortJson>,
    },
    BeforeHours {
        working_hours: u32,
    },
    Used {
        percent: u32,
    },
    Late {
        working_days: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every_days: Option<u32>,
    },
    LateHours {
        working_hours: u32,
    },
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ShortJson {
    under_days: u32,
    percent: u32,
}

impl LadderJson {
    pub(super) fn of(ladder: &Ladder) -> Self {
        let rungs = ladder.rungs.iter().map(|rung| RungJson {
            name: rung.name.clone(),
            title: rung.title.clone(),
            title_en: rung.title_en.clone(),
            enabled: rung.enabled,
            about: rung.about.as_str().to_owned(),
            when: when_json(rung.when),
            to: rung.to.iter().map(|to| to.as_str().to_owned()).collect(),
        });
        Self {
            rungs: rungs.collect(),
        }
    }

    pub(super) fn read(self) -> Result<Ladder, Error> {
        let strange = |word: &str| Error::Internal(format!("a stored ladder reads {word}"));
        let rung = |rung: RungJson| {
            let to = rung
                .to
                .iter()
                .map(|word| Recipient::parse(word).ok_or_else(|| strange(word)));
            Ok(Rung {
                about: About::parse(&rung.about).ok_or_else(|| strange(&rung.about))?,
                when: when(rung.when),
                to: to.collect::<Result<_, Error>>()?,
                name: rung.name,
                title: rung.title,
                title_en: rung.title_en,
                enabled: rung.enabled,
            })
        };
        Ok(Ladder {
            rungs: self
                .rungs
                .into_iter()
                .map(rung)
                .collect::<Result<_, Error>>()?,
        })
    }
}

fn when_json(when: When) -> WhenJson {
    match when {
        When::Before {
            working_days,
            short,
        } => WhenJson::Before {
            working_days,
            short: short.map(|short| ShortJson {
                under_days: short.under_days,
                percent: short.percent,
            }),
        },
        When::BeforeHours { working_hours } => WhenJson::BeforeHours { working_hours },
        When::Used { percent } => WhenJson::Used { percent },
        When::Late {
            working_days,
            every_days,
        } => WhenJson::Late {
            working_days,
            every_days,
        },
        When::LateHours { working_hours } => WhenJson::LateHours { working_hours },
    }
}

fn when(json: WhenJson) -> When {
    match json {
        WhenJson::Before {
            working_days,
            short,
        } => When::Before {
            working_days,
            short: short.map(|short| Short {
                under_days: short.under_days,
                percent: short.percent,
            }),
        },
        WhenJson::BeforeHours { working_hours } => When::BeforeHours { working_hours },
        WhenJson::Used { percent } => When::Used { percent },
        WhenJson::Late {
            working_days,
            every_days,
        } => When::Late {
            working_days,
            every_days,
        },
        WhenJson::LateHours { working_hours } => When::LateHours { working_hours },
    }
}
