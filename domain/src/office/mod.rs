//! Offices (cơ quan, đơn vị): their kinds, their place in the tree and the hours of the desk.

mod desk_hours;
mod place;

pub use desk_hours::{DeskHours, DeskHoursFault, WEEKDAYS};
pub use place::{MAX_DEPTH, child_path, depth, is_within, moved_path, root_path, subtree_end};

/// What an office is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfficeKind {
    /// Tỉnh, thành phố.
    City,
    /// Xã, phường, đặc khu.
    Ward,
    /// Sở, ngành: an office of the city with a subject instead of a territory.
    Department,
}

impl OfficeKind {
    pub const ALL: [Self; 3] = [Self::City, Self::Ward, Self::Department];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Ward => "ward",
            Self::Department => "department",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}
