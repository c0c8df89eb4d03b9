//! Staff, their roles and their stand-ins.

pub mod actions;
pub mod queries;
pub mod rows;
pub mod stand_ins;
mod standing;

pub(crate) use actions::{Account, insert_staff};
pub use actions::{
    NewStaff, RoleInput, StaffInput, change_staff, create_staff, reset_password, restore_staff,
    retire_staff,
};
pub use queries::{StaffFilter, list_staff, read_staff};
pub use rows::{DepartmentName, Seen, StaffDetail, StaffRow};
pub use stand_ins::{
    NewStandIn, StandInDetail, cancel_stand_in, create_stand_in, list_stand_ins, read_stand_in,
};
