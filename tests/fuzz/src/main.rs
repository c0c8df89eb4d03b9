//! The fuzzer: one program for all targets, so that the service is built and linked once.
#![no_main]

mod bodies;
mod bytes;
mod deadlines;
mod dossiers;
mod forms;
mod headers;
mod queries;
mod settings;
mod stored;
mod templates;
mod texts;

#[path = "../../../domain/tests/deadline_model/model.rs"]
#[allow(dead_code, reason = "the tests of the domain use more of it")]
mod model;
#[path = "../../../domain/tests/deadline_model/properties.rs"]
mod properties;
#[path = "../../../domain/tests/deadline_model/random.rs"]
#[allow(dead_code, reason = "the tests of the domain use more of it")]
mod random;

use std::sync::LazyLock;

type Target = fn(&[u8]);

/// The target named by `MOTCUA_FUZZ`; a name that is none is a mistake of whoever started this.
static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("MOTCUA_FUZZ").unwrap_or_default();
    match name.as_str() {
        "bodies" => bodies::run,
        "deadlines" => deadlines::run,
        "dossiers" => dossiers::run,
        "forms" => forms::run,
        "headers" => headers::run,
        "queries" => queries::run,
        "settings" => settings::run,
        "stored" => stored::run,
        "templates" => templates::run,
        "texts" => texts::run,
        _ => panic!("MOTCUA_FUZZ={name} is no target"),
    }
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
