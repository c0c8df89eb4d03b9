//! The roles of an office.

/// What somebody is in an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Cán bộ tiếp nhận.
    Clerk,
    /// Chuyên viên.
    Specialist,
    /// Trưởng phòng.
    Head,
    /// Lãnh đạo.
    Manager,
    /// Thanh tra, tổ cải cách hành chính: reads all, writes nothing.
    Inspector,
    /// Quản trị.
    Administrator,
    /// Hệ thống của cơ quan khác.
    WardClient,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::Clerk,
        Self::Specialist,
        Self::Head,
        Self::Manager,
        Self::Inspector,
        Self::Administrator,
        Self::WardClient,
    ];

    /// Roles that a person of the staff can hold.
    pub const STAFF: [Self; 6] = [
        Self::Clerk,
        Self::Specialist,
        Self::Head,
        Self::Manager,
        Self::Inspector,
        Self::Administrator,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Specialist => "specialist",
            Self::Head => "head",
            Self::Manager => "manager",
            Self::Inspector => "inspector",
            Self::Administrator => "administrator",
            Self::WardClient => "ward_client",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}
