//! Campaigns of kills: how often, and the figures for which they are run.

use std::io::Write as _;

/// How often a test kills what it tests; the suite does so five times, a campaign more often.
pub fn kills() -> usize {
    std::env::var("MOTCUA_KILLS").map_or(5, |text| text.parse().expect("MOTCUA_KILLS is a number"))
}

/// Said also when the test goes well: a campaign is run for its figures.
pub fn tell(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("somebody who listens");
}
