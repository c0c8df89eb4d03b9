//! Offices and departments.
