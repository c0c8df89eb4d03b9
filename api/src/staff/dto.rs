//! What clients send and read about staff and stand-ins.

use chrono::{DateTime, Utc};
use domain::auth::Role;
use domain::text::{AgencyCode, Email, Login, Note, Password, PersonName, Title};
use domain::time::to_rfc3339;
use infra::staff::{
    NewStandIn, RoleInput, Seen, StaffDetail, StaffFilter, StaffInput, StandInDetail,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{input, query, word_enum};

word_enum! {
    /// Vai trò: cán bộ tiếp nhận, chuyên viên, trưởng phòng, lãnh đạo, thanh tra, quản trị.
    pub enum StaffRole {
        Clerk = "clerk",
        Specialist = "specialist",
        Head = "head",
        Manager = "manager",
        Inspector = "inspector",
        Administrator = "administrator",
    }
}

impl From<StaffRole> for Role {
    fn from(role: StaffRole) -> Self {
        match role {
            StaffRole::Clerk => Self::Clerk,
            StaffRole::Specialist => Self::Specialist,
            StaffRole::Head => Self::Head,
            StaffRole::Manager => Self::Manager,
            StaffRole::Inspector => Self::Inspector,
            StaffRole::Administrator => Self::Administrator,
        }
    }
}

input! {
    /// A role over an office and everything below it.
    pub struct HeldRoleInput {
        pub role: StaffRole,
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
    }
}

impl From<HeldRoleInput> for RoleInput {
    fn from(held: HeldRoleInput) -> Self {
        Self {
            role: held.role.into(),
            office: held.office,
        }
    }
}

input! {
    /// A person to be added.
    pub struct NewStaffInput {
        /// It never changes.
        #[schema(value_type = String, pattern = "^[a-z0-9._-]{3,64}$", example = "chuyenvien.noivu")]
        pub login: Login,
        #[schema(value_type = String, min_length = 1, max_length = 200, example = "Chuyên viên Nội vụ")]
        pub display_name: PersonName,
        #[schema(value_type = Option<String>, format = "email", max_length = 254)]
        pub email: Option<Email>,
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
        /// Id of a department of that office.
        pub department: Option<Uuid>,
        /// None when absent.
        #[schema(max_items = 50)]
        pub roles: Option<Vec<HeldRoleInput>>,
        /// At least 12 characters. When it is absent, one is made and shown once in the answer.
        /// Either way it must be changed at the first sign-in.
        #[schema(value_type = Option<String>, format = "password", min_length = 12, max_length = 256)]
        pub password: Option<Password>,
    }
}

impl NewStaffInput {
    /// What the register keeps, and the password if one was chosen.
    pub fn into_parts(self) -> (Login, StaffInput, Option<Password>) {
        let input = StaffInput {
            display_name: self.display_name,
            email: self.email,
            office: self.office,
            department: self.department.map(|id| id.to_string()),
            roles: roles(self.roles),
        };
        (self.login, input, self.password)
    }
}

input! {
    /// Everything about a person but login and password; what is left out is emptied.
    pub struct StaffChangeInput {
        #[schema(value_type = String, min_length = 1, max_length = 200, example = "Chuyên viên Nội vụ")]
        pub display_name: PersonName,
        #[schema(value_type = Option<String>, format = "email", max_length = 254)]
        pub email: Option<Email>,
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
        /// Id of a department of that office.
        pub department: Option<Uuid>,
        /// All roles that the person shall have.
        #[schema(max_items = 50)]
        pub roles: Vec<HeldRoleInput>,
    }
}

impl From<StaffChangeInput> for StaffInput {
    fn from(input: StaffChangeInput) -> Self {
        Self {
            display_name: input.display_name,
            email: input.email,
            office: input.office,
            department: input.department.map(|id| id.to_string()),
            roles: roles(Some(input.roles)),
        }
    }
}

fn roles(held: Option<Vec<HeldRoleInput>>) -> Vec<RoleInput> {
    held.into_iter().flatten().map(RoleInput::from).collect()
}

query! {
    /// Which people.
    pub struct StaffQuery {
        /// This office and those below it.
        #[param(value_type = Option<String>, example = "H29.23")]
        pub office: Option<AgencyCode>,
        /// Id of a department.
        pub department: Option<Uuid>,
        pub role: Option<StaffRole>,
        /// Part of the name, diacritics or not; for administrators also the head of the login.
        #[param(value_type = Option<String>, max_length = 300)]
        pub q: Option<Title>,
        /// Only retired ones instead of only active ones.
        pub retired: Option<bool>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Sorted by name without diacritics.
        pub cursor: Option<String>,
    }
}

impl StaffQuery {
    pub fn filter(&self) -> StaffFilter {
        StaffFilter {
            office: self.office.as_ref().map(ToString::to_string),
            department: self.department.map(|id| id.to_string()),
            role: self.role.map(Role::from),
            q: self.q.as_ref().map(ToString::to_string),
            retired: self.retired.unwrap_or_default(),
        }
    }
}

/// A department by its names.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffDepartmentView {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(example = "tu_phap")]
    pub code: String,
    #[schema(example = "Tư pháp - Hộ tịch")]
    pub name: String,
}

/// A role over an office and everything below it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldRoleView {
    #[schema(value_type = StaffRole)]
    pub role: &'static str,
    #[schema(example = "H29.23")]
    pub office: String,
}

/// A person. Administrators of the person's office see everything; colleagues the names, office,
/// department and roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffView {
    #[schema(format = "uuid")]
    pub id: String,
    #[schema(example = "Chuyên viên Tư pháp - Hộ tịch")]
    pub display_name: String,
    #[schema(example = "H29.23")]
    pub office: String,
    pub department: Option<StaffDepartmentView>,
    pub roles: Vec<HeldRoleView>,
    #[schema(format = "date-time")]
    pub retired_at: Option<String>,
    pub version: i64,
    /// For administrators alone, and so are those below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub must_change_password: Option<bool>,
    /// An account of the demo ward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demo: Option<bool>,
    /// Once, right after it was made: it is kept nowhere, not even for a retry of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "k7fm-q2xd-9hpt-w4zc")]
    pub one_time_password: Option<String>,
}

impl From<StaffDetail> for StaffView {
    fn from(detail: StaffDetail) -> Self {
        let person = detail.person;
        let whole = detail.seen == Seen::Whole;
        let held = detail.roles.into_iter();
        Self {
            id: person.uid,
            display_name: person.display_name,
            office: detail.office,
            department: detail.department.map(|department| StaffDepartmentView {
                id: department.uid,
                code: department.code,
                name: department.name,
            }),
            roles: held
                .map(|(role, office)| HeldRoleView {
                    role: role.as_str(),
                    office,
                })
                .collect(),
            retired_at: person.retired_at.map(|at| to_rfc3339(at.and_utc())),
            version: person.version,
            login: whole.then_some(person.login),
            email: person.email.filter(|_| whole),
            must_change_password: whole.then_some(person.must_change_password),
            demo: whole.then_some(person.demo),
            one_time_password: None,
        }
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct StaffPage {
    pub items: Vec<StaffView>,
    pub next_cursor: Option<String>,
}

input! {
    /// A period for which a colleague stands in.
    pub struct StandInInput {
        /// Id of the colleague: of the same office, or of one right above or below it.
        pub stand_in: Uuid,
        /// From today on.
        #[schema(example = "2026-11-23T07:30:00+07:00")]
        pub from: DateTime<Utc>,
        /// The first moment that it does not hold any more; at most 366 days after `from`.
        #[schema(example = "2026-11-27T17:00:00+07:00")]
        pub to: DateTime<Utc>,
        #[schema(value_type = Option<String>, max_length = 4000, example = "Nghỉ phép")]
        pub reason: Option<Note>,
    }
}

impl From<StandInInput> for NewStandIn {
    fn from(input: StandInInput) -> Self {
        Self {
            stand_in: input.stand_in.to_string(),
            from: input.from,
            to: input.to,
            reason: input.reason,
        }
    }
}

query! {
    /// Which page.
    pub struct StandInQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From `next_cursor` or the `Link` header. Newest first.
        pub cursor: Option<String>,
    }
}

/// A person by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    #[schema(format = "uuid")]
    pub id: String,
    pub name: String,
}

/// A period for which a colleague stands in (ủy quyền).
#[derive(Debug, Serialize, ToSchema)]
pub struct StandInView {
    #[schema(format = "uuid")]
    pub id: String,
    pub absent: PersonView,
    pub stand_in: PersonView,
    #[schema(format = "date-time")]
    pub from: String,
    /// The first moment that it does not hold any more.
    #[schema(format = "date-time")]
    pub to: String,
    pub reason: Option<String>,
    #[schema(format = "date-time")]
    pub cancelled_at: Option<String>,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<StandInDetail> for StandInView {
    fn from(detail: StandInDetail) -> Self {
        let person = |(id, name)| PersonView { id, name };
        Self {
            id: detail.uid,
            absent: person(detail.absent),
            stand_in: person(detail.stand_in),
            from: to_rfc3339(detail.from),
            to: to_rfc3339(detail.to),
            reason: detail.reason,
            cancelled_at: detail.cancelled_at.map(to_rfc3339),
            created_at: to_rfc3339(detail.created_at),
        }
    }
}

/// A page of stand-ins.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandInPage {
    pub items: Vec<StandInView>,
    pub next_cursor: Option<String>,
}
