//! What makes a ladder one that can work; names every fault, with the reason.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;

use super::moments::is_short;
use super::rung::{About, Ladder, Recipient, Rung, When};
use super::spans::{Spans, at_most};
use crate::deadline::TimeLimit;
use crate::lang::Lang;
use crate::procedure::ProcedureVersion;

/// Rungs of a ladder.
pub const MAX_RUNGS: usize = 20;
const MAX_DAYS: u32 = 60;
const MAX_EVERY: u32 = 90;
const MAX_HOURS: u32 = 80;
const MAX_NAME: usize = 40;
const MAX_TITLE: usize = 120;
/// Working hours that the desk has for its answer.
const ANSWER_HOURS: u32 = 8;

/// Why a ladder is refused. Numbers count from 0, as in JSON paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LadderFault {
    TooManyRungs,
    BadName {
        rung: usize,
    },
    NameTwice {
        rung: usize,
    },
    BadTitle {
        rung: usize,
    },
    OutOfBounds {
        rung: usize,
        field: &'static str,
        least: u32,
        most: u32,
    },
    NoRecipients {
        rung: usize,
    },
    RecipientTwice {
        rung: usize,
    },
    /// What is not accepted yet has no responsible person and no department.
    NobodyYet {
        rung: usize,
        recipient: Recipient,
    },
    /// Days and percent do not fit the desk's eight hours.
    NotForAnswers {
        rung: usize,
    },
    /// The time is over before the rung would fall.
    NeverFires {
        rung: usize,
        when: When,
        procedure: String,
        step: Option<String>,
        limit: TimeLimit,
    },
}

impl Ladder {
    /// Everything that is wrong, given the procedures (code and version) of the office, and how
    /// many working days and how much working time their limits can span there.
    pub fn faults(
        &self,
        procedures: &[(String, Arc<ProcedureVersion>)],
        spans: &mut Spans<'_>,
    ) -> Vec<LadderFault> {
        let mut faults = Vec::new();
        if self.rungs.len() > MAX_RUNGS {
            faults.push(LadderFault::TooManyRungs);
            return faults;
        }
        let mut names = BTreeSet::new();
        for (index, rung) in self.rungs.iter().enumerate() {
            if !names.insert(rung.name.as_str()) {
                faults.push(LadderFault::NameTwice { rung: index });
            }
            rung_faults(index, rung, &mut faults);
            if rung.enabled {
                never_fires(index, rung, procedures, spans, &mut faults);
            }
        }
        faults
    }
}

fn rung_faults(index: usize, rung: &Rung, faults: &mut Vec<LadderFault>) {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if rung.name.is_empty() || rung.name.len() > MAX_NAME || !rung.name.chars().all(is_word) {
        faults.push(LadderFault::BadName { rung: index });
    }
    let titles = [Some(rung.title.as_str()), rung.title_en.as_deref()];
    let fits = |title: &str| !title.trim().is_empty() && title.chars().count() <= MAX_TITLE;
    if !titles.into_iter().flatten().all(fits) {
        faults.push(LadderFault::BadTitle { rung: index });
    }
    if rung.to.is_empty() {
        faults.push(LadderFault::NoRecipients { rung: index });
    }
    let different: BTreeSet<_> = rung.to.iter().collect();
    if different.len() != rung.to.len() {
        faults.push(LadderFault::RecipientTwice { rung: index });
    }
    if rung.about == About::Answer {
        let nobody = [Recipient::Holder, Recipient::Head];
        let wrong = different.into_iter().filter(|to| nobody.contains(to));
        faults.extend(wrong.map(|to| LadderFault::NobodyYet {
            rung: index,
            recipient: *to,
        }));
        if matches!(rung.when, When::Before { .. } | When::Used { .. }) {
            faults.push(LadderFault::NotForAnswers { rung: index });
        }
    }
    bounds(index, rung, faults);
}

fn bounds(index: usize, rung: &Rung, faults: &mut Vec<LadderFault>) {
    let mut within = |field, value: u32, least, most| {
        if !(least..=most).contains(&value) {
            faults.push(LadderFault::OutOfBounds {
                rung: index,
                field,
                least,
                most,
            });
        }
    };
    match rung.when {
        When::Before {
            working_days,
            short,
        } => {
            within("working_days", working_days, 1, MAX_DAYS);
            if let Some(short) = short {
                within("short.under_days", short.under_days, 1, MAX_DAYS + 1);
                within("short.percent", short.percent, 1, 99);
            }
        }
        When::BeforeHours { working_hours } if rung.about == About::Answer => {
            within("working_hours", working_hours, 1, ANSWER_HOURS - 1);
        }
        When::BeforeHours { working_hours } | When::LateHours { working_hours } => {
            within("working_hours", working_hours, 1, MAX_HOURS);
        }
        When::Used { percent } => within("percent", percent, 1, 99),
        When::Late {
            working_days,
            every_days,
        } => {
            within("working_days", working_days, 0, MAX_DAYS);
            if let Some(every) = every_days {
                within("every_days", every, 1, MAX_EVERY);
            }
        }
    }
}

fn never_fires(
    index: usize,
    rung: &Rung,
    procedures: &[(String, Arc<ProcedureVersion>)],
    spans: &mut Spans<'_>,
    faults: &mut Vec<LadderFault>,
) {
    for (code, version) in procedures {
        let fault = |step: Option<&str>, limit| LadderFault::NeverFires {
            rung: index,
            when: rung.when,
            procedure: code.clone(),
            step: step.map(str::to_owned),
            limit,
        };
        match rung.about {
            About::Due if !can_fire(rung.when, version.time_limit, spans) => {
                faults.push(fault(None, version.time_limit));
            }
            About::Step => {
                let steps = version.route.iter();
                let wrong = steps.filter(|step| !can_fire(rung.when, step.budget, spans));
                faults.extend(wrong.map(|step| fault(Some(&step.name), step.budget)));
            }
            About::Due | About::Answer => {}
        }
    }
}

/// Whether the rung may fall after the beginning of a term of this limit, received at the best
/// of times: nothing is refused that could ever fire.
fn can_fire(when: When, limit: TimeLimit, spans: &mut Spans<'_>) -> bool {
    match when {
        When::Before {
            working_days,
            short,
        } => match short {
            // Where days off leave too few days, it falls as for a short term.
            Some(short) => is_short([limit], short) || working_days < at_most(limit),
            None => working_days < spans.days_of(limit),
        },
        When::BeforeHours { working_hours } => {
            TimeDelta::hours(working_hours.into()) < spans.time_of(limit)
        }
        When::Used { .. } | When::Late { .. } | When::LateHours { .. } => true,
    }
}

impl LadderFault {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyRungs => "too_many",
            Self::BadName { .. } => "bad_name",
            Self::NameTwice { .. } => "name_twice",
            Self::BadTitle { .. } => "bad_title",
            Self::OutOfBounds { .. } => "out_of_bounds",
            Self::NoRecipients { .. } => "no_recipients",
            Self::RecipientTwice { .. } => "recipient_twice",
            Self::NobodyYet { .. } => "nobody_yet",
            Self::NotForAnswers { .. } => "not_for_answers",
            Self::NeverFires { .. } => "never_fires",
        }
    }

    /// Path of the field that is wrong.
    pub fn field(&self) -> String {
        match self {
            Self::TooManyRungs => "rungs".to_owned(),
            Self::BadName { rung } | Self::NameTwice { rung } => format!("rungs[{rung}].name"),
            Self::BadTitle { rung } => format!("rungs[{rung}].title"),
            Self::OutOfBounds { rung, field, .. } => format!("rungs[{rung}].when.{field}"),
            Self::NoRecipients { rung }
            | Self::RecipientTwice { rung }
            | Self::NobodyYet { rung, .. } => format!("rungs[{rung}].to"),
            Self::NotForAnswers { rung } | Self::NeverFires { rung, .. } => {
                format!("rungs[{rung}].when")
            }
        }
    }

    pub fn text(&self, lang: Lang) -> String {
        let (vi, en) = match self {
            Self::OutOfBounds { least, most, .. } => {
                return lang.pick(
                    format!("từ {least} đến {most}"),
                    format!("{least} to {most}"),
                );
            }
            Self::NeverFires {
                when,
                procedure,
                step,
                limit,
                ..
            } => {
                let never = never_text(procedure, step.as_deref(), *limit, lang);
                return never + never_hint(*when, lang);
            }
            Self::TooManyRungs => ("tối đa 20 nấc cảnh báo", "at most 20 rungs"),
            Self::BadName { .. } => (
                "tên gồm 1 đến 40 chữ thường không dấu, chữ số và gạch dưới",
                "a name is 1 to 40 lower-case letters, digits and underscores",
            ),
            Self::NameTwice { .. } => {
                ("tên này đã dùng cho nấc khác", "another rung has this name")
            }
            Self::BadTitle { .. } => (
                "tiêu đề từ 1 đến 120 ký tự",
                "a title has 1 to 120 characters",
            ),
            Self::NoRecipients { .. } => (
                "cần ít nhất một người nhận; để tắt nấc này hãy đặt enabled là false",
                "at least one recipient; set enabled to false to switch the rung off",
            ),
            Self::RecipientTwice { .. } => ("người nhận bị lặp lại", "a recipient is named twice"),
            Self::NobodyYet { .. } => (
                "hồ sơ chưa tiếp nhận thì chưa có người thụ lý và phòng chuyên môn",
                "what is not accepted yet has no responsible person and no department",
            ),
            Self::NotForAnswers { .. } => (
                "thời hạn trả lời của bộ phận tiếp nhận tính bằng giờ làm việc",
                "the desk's time to answer is counted in working hours",
            ),
        };
        lang.pick(vi, en).to_owned()
    }
}

fn never_text(procedure: &str, step: Option<&str>, limit: TimeLimit, lang: Lang) -> String {
    let limit = limit.text(lang);
    match step {
        Some(step) => lang.pick(
            format!(
                "nấc này không bao giờ đến: bước “{step}” của thủ tục {procedure} chỉ có {limit}"
            ),
            format!("this rung can never fire: step “{step}” of procedure {procedure} has {limit}"),
        ),
        None => lang.pick(
            format!("nấc này không bao giờ đến: thời hạn của thủ tục {procedure} là {limit}"),
            format!("this rung can never fire: the time limit of procedure {procedure} is {limit}"),
        ),
    }
}

/// What to do about it: only what counts in days has a part for short terms.
fn never_hint(when: When, lang: Lang) -> &'static str {
    match when {
        When::Before { .. } => lang.pick(
            "; hãy đặt “short” cho thời hạn ngắn",
            "; set “short” for short terms",
        ),
        _ => "",
    }
}

#[cfg(test)]
#[path = "faults_tests.rs"]
mod tests;
