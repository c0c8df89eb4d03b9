//! Who may do what: roles, the office subtree they hold in, and stand-ins.

mod rights;
mod role;

pub use rights::{Facts, Permit, Sight, permit, sight};
pub use role::Role;

/// Who acts: a person of the staff, another office's system, or the service itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    Staff(i64),
    Client(i64),
    System,
}

/// A role held over an office and everything below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub office_id: i64,
    /// Path of the office in the tree, such as `/1/7/`.
    pub office_path: String,
}

/// One who signed in, with everything that decides what they may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    pub actor: Actor,
    pub uid: String,
    pub name: String,
    pub office_id: i64,
    pub office_path: String,
    pub department_id: Option<i64>,
    pub grants: Vec<Grant>,
    /// Absent colleagues for whom this person stands in at this moment (ủy quyền).
    pub stands_in_for: Vec<Principal>,
}

impl Principal {
    /// Whether this one holds `role` over the office at `office_path`.
    pub fn has(&self, role: Role, office_path: &str) -> bool {
        self.grants
            .iter()
            .any(|grant| grant.role == role && office_path.starts_with(&grant.office_path))
    }

    pub fn has_any(&self, roles: &[Role], office_path: &str) -> bool {
        roles.iter().any(|role| self.has(*role, office_path))
    }

    /// Whether this one holds `role` anywhere.
    pub fn is(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Who of the staff this is; none for a connected system and for the service itself.
    pub fn staff_id(&self) -> Option<i64> {
        match self.actor {
            Actor::Staff(id) => Some(id),
            Actor::Client(_) | Actor::System => None,
        }
    }

    /// The staff ids in whose name this person may act: their own first.
    pub fn acts_for(&self) -> Vec<i64> {
        std::iter::once(self)
            .chain(&self.stands_in_for)
            .filter_map(Self::staff_id)
            .collect()
    }
}
