//! The register of staff, their passwords and their stand-ins.

mod passwords;
mod people;
mod stand_ins;
