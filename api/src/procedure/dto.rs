//! What clients send about procedures: the shape in which the reference data write them.

use chrono::NaiveDate;
use domain::auth::Role;
use domain::deadline::TimeLimit;
use domain::procedure::{Fee, PaperRule, ProcedureVersion, StepRule};
use domain::text::{Note, ProcedureCode, Title, UnitCode};
use infra::procedure::queries::Filter;

use crate::deadline::TimeLimitInput;
use crate::input::Between;
use crate::{input, query, word_enum};

word_enum! {
    /// Who works on a step: chuyên viên, trưởng phòng, lãnh đạo.
    pub enum StepRole { Specialist = "specialist", Head = "head", Manager = "manager" }
}

impl From<StepRole> for Role {
    fn from(role: StepRole) -> Self {
        match role {
            StepRole::Specialist => Self::Specialist,
            StepRole::Head => Self::Head,
            StepRole::Manager => Self::Manager,
        }
    }
}

word_enum! {
    /// How the applicant hands in, where a fee depends on it.
    pub enum FeeChannel { InPerson = "in_person", Online = "online" }
}

input! {
    /// A paper that the procedure asks for (giấy tờ).
    pub struct PaperRuleInput {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Tờ khai đăng ký khai sinh")]
        pub name: Title,
        #[schema(value_type = u32, minimum = 0, maximum = 100, example = 1)]
        pub originals: Between<0, 100>,
        #[schema(value_type = u32, minimum = 0, maximum = 100, example = 0)]
        pub copies: Between<0, 100>,
        pub required: bool,
        /// Name of the form to fill in.
        #[schema(value_type = Option<String>, max_length = 300)]
        pub form: Option<Title>,
    }
}

impl From<PaperRuleInput> for PaperRule {
    fn from(input: PaperRuleInput) -> Self {
        Self {
            name: input.name.into_string(),
            originals: input.originals.small(),
            copies: input.copies.small(),
            required: input.required,
            form: input.form.map(Title::into_string),
        }
    }
}

input! {
    /// A fee (phí, lệ phí) in whole đồng.
    pub struct FeeInput {
        #[schema(minimum = 0, maximum = 10_000_000_000_i64, example = 5000)]
        pub amount_vnd: i64,
        #[schema(value_type = String, max_length = 300, example = "hồ sơ")]
        pub per: Title,
        /// Both when absent.
        pub channel: Option<FeeChannel>,
        #[schema(value_type = Option<String>, max_length = 300)]
        pub note: Option<Title>,
    }
}

impl From<FeeInput> for Fee {
    fn from(input: FeeInput) -> Self {
        Self {
            amount_vnd: input.amount_vnd,
            per: input.per.into_string(),
            channel: input.channel.map(|channel| channel.as_str().to_owned()),
            note: input.note.map(Title::into_string),
        }
    }
}

input! {
    /// A step of the route (bước của quy trình nội bộ).
    pub struct StepRuleInput {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Thẩm định hồ sơ")]
        pub name: Title,
        /// Code of the department that works on it.
        #[schema(value_type = String, pattern = "^[a-z0-9_]{1,40}$", example = "tu_phap")]
        pub department: UnitCode,
        pub role: StepRole,
        #[schema(value_type = TimeLimitInput)]
        pub budget: TimeLimit,
    }
}

impl From<StepRuleInput> for StepRule {
    fn from(input: StepRuleInput) -> Self {
        Self {
            name: input.name.into_string(),
            department: input.department.into_string(),
            role: input.role.into(),
            budget: input.budget,
        }
    }
}

/// An input with the rules of a version, after fields of its own.
macro_rules! with_rules {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        input! {
            $(#[$meta])*
            pub struct $name {
                $($own)*
                #[schema(value_type = String, min_length = 1, max_length = 300, example = "Đăng ký khai sinh")]
                pub name: Title,
                /// Lĩnh vực.
                #[schema(value_type = String, min_length = 1, max_length = 300, example = "Hộ tịch")]
                pub field: Title,
                /// Thời hạn giải quyết.
                #[schema(value_type = TimeLimitInput)]
                pub time_limit: TimeLimit,
                /// What an extension may add once, such as for verification.
                #[schema(value_type = Option<TimeLimitInput>)]
                pub extra_limit: Option<TimeLimit>,
                #[schema(max_items = 100)]
                pub papers: Option<Vec<PaperRuleInput>>,
                #[schema(max_items = 50)]
                pub fees: Option<Vec<FeeInput>>,
                /// Quy trình nội bộ: the budgets together fit into the time limit.
                #[schema(min_items = 1, max_items = 20)]
                pub route: Vec<StepRuleInput>,
                #[schema(value_type = Option<Vec<String>>, max_items = 50)]
                pub legal_basis: Option<Vec<Title>>,
                #[schema(value_type = Option<String>, max_length = 4000)]
                pub note: Option<Note>,
                /// Whether the applicant pays while the dossier is worked on.
                pub payment_stage: Option<bool>,
            }
        }

        impl $name {
            /// The version that takes effect on this day.
            pub fn into_version(self, effective_from: NaiveDate) -> ProcedureVersion {
                let legal_basis = self.legal_basis.unwrap_or_default().into_iter();
                ProcedureVersion {
                    name: self.name.into_string(),
                    field: self.field.into_string(),
                    effective_from,
                    time_limit: self.time_limit,
                    extra_limit: self.extra_limit,
                    papers: self.papers.into_iter().flatten().map(PaperRule::from).collect(),
                    fees: self.fees.into_iter().flatten().map(Fee::from).collect(),
                    route: self.route.into_iter().map(StepRule::from).collect(),
                    legal_basis: legal_basis.map(Title::into_string).collect(),
                    note: self.note.map(Note::into_string),
                    payment_stage: self.payment_stage.unwrap_or_default(),
                }
            }
        }
    };
}

with_rules! {
    /// A procedure with its first version.
    NewProcedureInput {
        /// Mã thủ tục hành chính.
        #[schema(value_type = String, pattern = "^[0-9]{1,2}\\.[0-9]{6}$", example = "1.001193")]
        pub code: ProcedureCode,
        #[schema(value_type = String, format = "date", example = "2026-01-01")]
        pub effective_from: NaiveDate,
    }
}

with_rules! {
    /// A further version.
    NewVersionInput {
        /// After the latest version; not before today where dossiers exist.
        #[schema(value_type = String, format = "date", example = "2027-01-01")]
        pub effective_from: NaiveDate,
    }
}

with_rules! {
    /// The rules of a version that has not taken effect.
    VersionChangeInput {}
}

query! {
    /// Which procedures.
    pub struct ProcedureQuery {
        #[param(value_type = Option<String>, max_length = 300, example = "Hộ tịch")]
        pub field: Option<Title>,
        /// Part of the name, diacritics or not, or of the code.
        #[param(value_type = Option<String>, max_length = 300, example = "khai sinh")]
        pub q: Option<Title>,
        /// Only those in force on this day; without it also those that take effect later.
        #[param(value_type = Option<String>, format = "date")]
        pub on: Option<NaiveDate>,
        /// Only retired ones instead of only the others.
        pub retired: Option<bool>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by code.
        pub cursor: Option<String>,
    }
}

impl ProcedureQuery {
    pub fn filter(&self) -> Filter {
        Filter {
            field: self.field.as_ref().map(ToString::to_string),
            q: self.q.as_ref().map(ToString::to_string),
            on: self.on,
            retired: self.retired.unwrap_or_default(),
        }
    }
}

query! {
    /// As of which day.
    pub struct OnQuery {
        /// The version in force on this day; today when absent.
        #[param(value_type = Option<String>, format = "date")]
        pub on: Option<NaiveDate>,
    }
}

query! {
    /// From which day.
    pub struct FromQuery {
        /// From this day on no dossier is taken; today when absent.
        #[param(value_type = Option<String>, format = "date")]
        pub from: Option<NaiveDate>,
    }
}

query! {
    /// Which public procedures.
    pub struct PublicQuery {
        #[param(value_type = Option<String>, max_length = 300, example = "Hộ tịch")]
        pub field: Option<Title>,
        /// Part of the name, diacritics or not, or of the code.
        #[param(value_type = Option<String>, max_length = 300, example = "khai sinh")]
        pub q: Option<Title>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by code.
        pub cursor: Option<String>,
    }
}
