//! Templates of letters that an office writes itself.

use domain::notification::Kind;
use infra::notification::samples::{sample_context, samples};
use infra::notification::templates::{Source, built_in, render};

use crate::bytes::pick;

/// As much as the service takes into one letter.
const LONGEST: usize = 512 * 1024;

/// Which part the text stands for: the subject, the page, or the plain text.
const PARTS: &[fn(&mut Source, &str)] = &[
    |source, text| text.clone_into(&mut source.subject),
    |source, text| text.clone_into(&mut source.html),
    |source, text| text.clone_into(&mut source.text),
];

pub(crate) fn run(data: &[u8]) {
    let Some((kind, rest)) = pick(data, Kind::ALL) else {
        return;
    };
    let Some((put, rest)) = pick(rest, PARTS) else {
        return;
    };
    let Ok(text) = std::str::from_utf8(rest) else {
        return;
    };
    let mut source = built_in(kind);
    put(&mut source, text);
    for letter in samples(kind) {
        match render(kind, Some(&source), &sample_context(&letter)) {
            Ok(letter) => {
                assert!(!letter.subject.is_empty(), "a mail without a subject");
                assert!(
                    !letter.subject.contains(['\r', '\n']),
                    "a subject that begins another header: {:?}",
                    letter.subject
                );
                assert!(letter.html.len() <= LONGEST && letter.text.len() <= LONGEST);
            }
            Err(fault) => assert!(matches!(fault.part, "subject" | "html" | "text")),
        }
    }
}
