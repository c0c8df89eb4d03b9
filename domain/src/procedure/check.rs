//! What makes a version of a procedure one that dossiers can follow; names every fault.

use super::{Fee, PaperRule, ProcedureVersion, StepRule};
use crate::auth::Role;
use crate::deadline::TimeLimit;
use crate::lang::Lang;

/// Steps of a route.
const MAX_STEPS: usize = 20;
const MAX_PAPERS: usize = 100;
const MAX_FEES: usize = 50;
const MAX_LEGAL_BASES: usize = 50;
const MAX_COPIES: u32 = 100;
/// Above any fee that one procedure can have; catches typing errors.
const MAX_FEE_VND: i64 = 10_000_000_000;
/// A working day of the default week, by which days and hours are compared.
const HOURS_PER_DAY: u32 = 8;

/// Those who work on a step; the desk is no step of the route.
const STEP_ROLES: [Role; 3] = [Role::Specialist, Role::Head, Role::Manager];

/// Why a version of a procedure is refused. Numbers count from 0, as in JSON paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcedureFault {
    NoSteps,
    TooMany {
        list: &'static str,
        most: usize,
    },
    RoleNotOfStep {
        step: usize,
    },
    /// The budgets together ask for more time than the procedure has.
    BudgetsExceedLimit {
        budgets: u32,
        limit: u32,
    },
    /// An extension moves the due date on, which a same-day limit cannot say.
    ExtraLimitSameDay,
    PaperNowhere {
        paper: usize,
    },
    TooManyCopies {
        paper: usize,
    },
    FeeOutOfBounds {
        fee: usize,
    },
    UnknownChannel {
        fee: usize,
    },
}

impl ProcedureVersion {
    /// Everything that is wrong; empty when dossiers can follow it.
    pub fn faults(&self) -> Vec<ProcedureFault> {
        let mut faults = Vec::new();
        if self.route.is_empty() {
            faults.push(ProcedureFault::NoSteps);
        }
        let sizes = [
            ("route", self.route.len(), MAX_STEPS),
            ("papers", self.papers.len(), MAX_PAPERS),
            ("fees", self.fees.len(), MAX_FEES),
            ("legal_basis", self.legal_basis.len(), MAX_LEGAL_BASES),
        ];
        let too_many = sizes.into_iter().filter(|(_, count, most)| count > most);
        faults.extend(too_many.map(|(list, _, most)| ProcedureFault::TooMany { list, most }));
        if matches!(self.extra_limit, Some(TimeLimit::SameDay { .. })) {
            faults.push(ProcedureFault::ExtraLimitSameDay);
        }
        faults.extend(paper_faults(&self.papers));
        faults.extend(fee_faults(&self.fees));
        faults.extend(role_faults(&self.route));
        faults.extend(self.budget_fault());
        faults
    }

    /// Budgets and limit are compared where both are in working time.
    fn budget_fault(&self) -> Option<ProcedureFault> {
        let limit = hours(self.time_limit)?;
        let comparable = self.route.iter().filter_map(|step| hours(step.budget));
        let budgets = comparable.fold(0, u32::saturating_add);
        (budgets > limit).then_some(ProcedureFault::BudgetsExceedLimit { budgets, limit })
    }
}

/// Working hours of a limit; none where it runs in calendar time.
fn hours(limit: TimeLimit) -> Option<u32> {
    match limit {
        TimeLimit::WorkingHours(hours) => Some(hours),
        TimeLimit::WorkingDays(days) => Some(days.saturating_mul(HOURS_PER_DAY)),
        TimeLimit::SameDay { .. } => Some(HOURS_PER_DAY),
        TimeLimit::CalendarDays(_) | TimeLimit::Months(_) => None,
    }
}

fn paper_faults(papers: &[PaperRule]) -> impl Iterator<Item = ProcedureFault> {
    papers.iter().enumerate().filter_map(|(paper, rule)| {
        if rule.required && rule.originals == 0 && rule.copies == 0 {
            Some(ProcedureFault::PaperNowhere { paper })
        } else if rule.originals.max(rule.copies) > MAX_COPIES {
            Some(ProcedureFault::TooManyCopies { paper })
        } else {
            None
        }
    })
}

fn fee_faults(fees: &[Fee]) -> impl Iterator<Item = ProcedureFault> {
    fees.iter().enumerate().flat_map(|(fee, rule)| {
        let amount = (!(0..=MAX_FEE_VND).contains(&rule.amount_vnd))
            .then_some(ProcedureFault::FeeOutOfBounds { fee });
        let known = matches!(rule.channel.as_deref(), None | Some("in_person" | "online"));
        let channel = (!known).then_some(ProcedureFault::UnknownChannel { fee });
        amount.into_iter().chain(channel)
    })
}

fn role_faults(route: &[StepRule]) -> impl Iterator<Item = ProcedureFault> {
    let wrong = |(step, rule): (usize, &StepRule)| {
        (!STEP_ROLES.contains(&rule.role)).then_some(ProcedureFault::RoleNotOfStep { step })
    };
    route.iter().enumerate().filter_map(wrong)
}

impl ProcedureFault {
    /// Stable word for clients.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSteps => "route_empty",
            Self::TooMany { .. } => "too_many",
            Self::RoleNotOfStep { .. } => "role_not_of_step",
            Self::BudgetsExceedLimit { .. } => "budgets_exceed_limit",
            Self::ExtraLimitSameDay => "extra_limit_same_day",
            Self::PaperNowhere { .. } => "paper_without_count",
            Self::TooManyCopies { .. } | Self::FeeOutOfBounds { .. } => "out_of_bounds",
            Self::UnknownChannel { .. } => "unknown_channel",
        }
    }

    /// Path of the field that is wrong.
    pub fn field(self) -> String {
        match self {
            Self::NoSteps | Self::BudgetsExceedLimit { .. } => "route".to_owned(),
            Self::TooMany { list, .. } => list.to_owned(),
            Self::RoleNotOfStep { step } => format!("route[{step}].role"),
            Self::ExtraLimitSameDay => "extra_limit.unit".to_owned(),
            Self::PaperNowhere { paper } => format!("papers[{paper}].originals"),
            Self::TooManyCopies { paper } => format!("papers[{paper}].copies"),
            Self::FeeOutOfBounds { fee } => format!("fees[{fee}].amount_vnd"),
            Self::UnknownChannel { fee } => format!("fees[{fee}].channel"),
        }
    }

    pub fn text(self, lang: Lang) -> String {
        let (vi, en) = match self {
            Self::NoSteps => (
                "quy trình cần ít nhất một bước",
                "the route needs at least one step",
            ),
            Self::TooMany { most, .. } => {
                return lang.pick(
                    format!("tối đa {most} mục"),
                    format!("at most {most} entries"),
                );
            }
            Self::RoleNotOfStep { .. } => (
                "bước do chuyên viên, trưởng phòng hoặc lãnh đạo thực hiện",
                "a step is worked on by a specialist, head or manager",
            ),
            Self::BudgetsExceedLimit { budgets, limit } => {
                return lang.pick(
                    format!("các bước cộng lại {budgets} giờ làm việc, thời hạn giải quyết chỉ có {limit}"),
                    format!("the steps add up to {budgets} working hours, the time limit has {limit}"),
                );
            }
            Self::ExtraLimitSameDay => (
                "không thể gia hạn bằng thời hạn trong ngày",
                "a same-day limit cannot extend a term",
            ),
            Self::PaperNowhere { .. } => (
                "giấy tờ bắt buộc cần ít nhất một bản chính hoặc bản sao",
                "a required paper needs at least one original or copy",
            ),
            Self::TooManyCopies { .. } => ("tối đa 100 bản", "at most 100"),
            Self::FeeOutOfBounds { .. } => (
                "phí, lệ phí từ 0 đến 10 tỷ đồng",
                "a fee is 0 to 10 billion đồng",
            ),
            Self::UnknownChannel { .. } => (
                "kênh là in_person hoặc online",
                "the channel is in_person or online",
            ),
        };
        lang.pick(vi, en).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    fn step(budget: TimeLimit, role: Role) -> StepRule {
        StepRule {
            name: "Thẩm định".into(),
            department: "tu_phap".into(),
            role,
            budget,
        }
    }

    fn version() -> ProcedureVersion {
        ProcedureVersion {
            name: "Đăng ký khai sinh".into(),
            field: "Hộ tịch".into(),
            effective_from: chrono::NaiveDate::default(),
            time_limit: TimeLimit::WorkingDays(2),
            extra_limit: None,
            papers: Vec::new(),
            fees: Vec::new(),
            route: vec![
                step(TimeLimit::WorkingHours(8), Role::Specialist),
                step(TimeLimit::WorkingDays(1), Role::Manager),
            ],
            legal_basis: Vec::new(),
            note: None,
            payment_stage: false,
        }
    }

    #[test]
    fn budgets_may_fill_the_limit_but_not_exceed_it() {
        let mut version = version();
        assert_eq!(version.faults(), []);
        version
            .route
            .push(step(TimeLimit::WorkingHours(1), Role::Head));
        let fault = ProcedureFault::BudgetsExceedLimit {
            budgets: 17,
            limit: 16,
        };
        assert_eq!(version.faults(), [fault]);
        version.time_limit = TimeLimit::CalendarDays(1);
        assert_eq!(version.faults(), []);
    }

    #[test]
    fn every_fault_of_a_version_is_named_at_once() {
        let mut version = version();
        version.extra_limit = Some(TimeLimit::SameDay {
            cutoff: NaiveTime::default(),
        });
        version.route = vec![step(TimeLimit::WorkingHours(1), Role::Clerk)];
        let paper = |originals, copies, required| PaperRule {
            name: "Tờ khai".into(),
            originals,
            copies,
            required,
            form: None,
        };
        version.papers = vec![paper(0, 0, false), paper(0, 0, true), paper(0, 101, true)];
        let fee = Fee {
            amount_vnd: -1,
            per: "hồ sơ".into(),
            channel: Some("fax".into()),
            note: None,
        };
        version.fees = vec![fee];
        version.legal_basis = vec![String::new(); 51];
        let fields: Vec<String> = version
            .faults()
            .into_iter()
            .map(ProcedureFault::field)
            .collect();
        let expected = [
            "legal_basis",
            "extra_limit.unit",
            "papers[1].originals",
            "papers[2].copies",
            "fees[0].amount_vnd",
            "fees[0].channel",
            "route[0].role",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_route_has_one_to_twenty_steps() {
        let mut version = version();
        version.time_limit = TimeLimit::WorkingDays(30);
        version.route = Vec::new();
        assert_eq!(version.faults(), [ProcedureFault::NoSteps]);
        version.route = vec![step(TimeLimit::WorkingHours(1), Role::Head); 20];
        assert_eq!(version.faults(), []);
        version
            .route
            .push(step(TimeLimit::WorkingHours(1), Role::Head));
        let fault = ProcedureFault::TooMany {
            list: "route",
            most: 20,
        };
        assert_eq!(version.faults(), [fault]);
    }
}
