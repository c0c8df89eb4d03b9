//! Staff, roles and stand-ins.
