//! The demo under the time machine: its dossiers become late, and its people get mails of it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{Demo, within};

/// A morning of the demo is over long before.
const LIMIT: Duration = Duration::from_secs(60);

/// The files of a kind, as soon as there is one.
fn first_mail(folder: &Path, kind: &str) -> String {
    let since = Instant::now();
    loop {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files = entries.map(|entry| entry.path());
        let found = files.find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".eml") && name.contains(kind)
        });
        if let Some(found) = found {
            return std::fs::read_to_string(found).expect("a mail");
        }
        within(LIMIT, since, kind);
        std::thread::yield_now();
    }
}

#[test]
fn a_morning_of_the_demo_brings_the_digest_of_its_manager() {
    // The afternoon before; the next morning comes in a quarter of a minute.
    let at = "2026-02-11T16:00:00+07:00";
    let mut demo = Demo::start_with(&["--at", at, "--speed", "3600"]);
    let mails = demo.folder().join("mails");
    let digest = first_mail(&mails, "staff_digest");
    assert!(digest.contains("@motcua.example"), "{digest}");
    first_mail(&mails, "staff_alert");
    let told = first_mail(&mails, "applicant_");
    assert!(told.contains("nguoinop"), "{told}");
    demo.signal("TERM");
    assert!(demo.end(), "it did not end well");
}
