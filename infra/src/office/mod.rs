//! Offices and departments: the tree that rights, calendars and dossiers hang on.

pub mod actions;
pub mod departments;
pub mod queries;
pub mod rows;
mod scope;

pub use actions::{OfficeInput, change_office, create_office, restore_office, retire_office};
pub use departments::{
    DepartmentDetail, change_department, create_department, list_departments, read_department,
    restore_department, retire_department,
};
pub use queries::{OfficeFilter, list_offices, read_office};
pub use rows::{DepartmentRow, OfficeDetail, OfficeRow};
pub(crate) use scope::{administers, lock_registers, must_be_some_administrator};
