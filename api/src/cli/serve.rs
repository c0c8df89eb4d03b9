//! `motcua serve`: the service as it is run for real.

use super::failure::Failure;
use super::open::{open, refuse_demo};
use super::{logging, run, signals};
use crate::config::Settings;

pub(super) fn serve(settings: Settings) -> Result<(), Failure> {
    let hearing = signals::hear().map_err(run::broken)?;
    logging::start(&settings);
    let (db, _) = open(&settings)?;
    refuse_demo(&db)?;
    let service = run::service(&settings, db, run::env())?;
    run::run(&settings, service, hearing, || {})
}
