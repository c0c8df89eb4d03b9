//! The registers of offices and departments.

mod departments;
mod offices;
