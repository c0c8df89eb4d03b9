//! Reports: what is counted of a period (form II.06).

mod figures;
mod past;

pub use figures::{ByDepartment, Figures, LateOne, Period, figures, is_after_the_first, late_ones};
