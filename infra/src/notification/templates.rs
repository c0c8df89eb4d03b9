//! Templates of letters: those that are built in, and those that an office puts in their place.

use std::io::{self, Write};
use std::sync::LazyLock;

use domain::notification::Kind;
use minijinja::value::Serde;
use minijinja::{
    Environment, ErrorKind, Output, State, UndefinedBehavior, Value, escape_formatter,
};

mod filters;
mod proof;

/// Steps that one part may take: a digest of three full lists takes a tenth of it.
const FUEL: u64 = 200_000;
/// The longest part, in bytes.
const LONGEST: usize = 512 * 1024;
/// In letters.
const MAX_SUBJECT: usize = 250;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../data/mail/", $name)))),*]
    };
}

/// What every template may extend or import.
const SHARED: &[(&str, &str)] = files![
    "layout.html",
    "layout.txt",
    "applicant.html",
    "applicant.txt",
    "staff.html",
    "staff.txt",
    "parts.html",
    "parts.txt",
];

const LETTERS: &[(&str, &str)] = files![
    "applicant_received.subject",
    "applicant_received.html",
    "applicant_received.txt",
    "applicant_supplement.subject",
    "applicant_supplement.html",
    "applicant_supplement.txt",
    "applicant_payment.subject",
    "applicant_payment.html",
    "applicant_payment.txt",
    "applicant_apology.subject",
    "applicant_apology.html",
    "applicant_apology.txt",
    "applicant_due_date_moved.subject",
    "applicant_due_date_moved.html",
    "applicant_due_date_moved.txt",
    "applicant_result.subject",
    "applicant_result.html",
    "applicant_result.txt",
    "applicant_stopped.subject",
    "applicant_stopped.html",
    "applicant_stopped.txt",
    "staff_alert.subject",
    "staff_alert.html",
    "staff_alert.txt",
    "staff_digest.subject",
    "staff_digest.html",
    "staff_digest.txt",
    "staff_weekly.subject",
    "staff_weekly.html",
    "staff_weekly.txt",
    "staff_monthly.subject",
    "staff_monthly.html",
    "staff_monthly.txt",
];

static BUILT_IN: LazyLock<Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = bare();
    for (name, source) in SHARED.iter().chain(LETTERS) {
        environment
            .add_template(name, source)
            .map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(environment)
});

/// The three sources of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// Why a template does not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {message}")]
pub struct TemplateFault {
    /// `subject`, `html` or `text`.
    pub part: &'static str,
    pub message: String,
}

fn bare() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(60);
    environment.set_formatter(write_value);
    filters::add(&mut environment);
    environment
}

/// Writes nothing for what is not there, such as the phone of an office that has none: "None" would
/// reach citizens. A name that is not known is a fault before it comes here.
fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    if value.is_none() {
        return Ok(());
    }
    escape_formatter(out, state, value)
}

/// The built-in sources of a kind.
pub fn built_in(kind: Kind) -> Source {
    let part = |ending: &str| {
        let name = format!("{}.{ending}", kind.as_str());
        let found = LETTERS.iter().find(|(known, _)| *known == name);
        found.map_or_else(String::new, |(_, source)| (*source).to_owned())
    };
    Source {
        subject: part("subject"),
        html: part("html"),
        text: part("txt"),
    }
}

/// Puts a letter into words, by an office's own sources where there are any.
pub fn render(
    kind: Kind,
    own: Option<&Source>,
    context: &Value,
) -> Result<Rendered, TemplateFault> {
    match own {
        None => parts(shipped()?, kind, context),
        Some(source) => Parsed::of(kind, source)?.render(context),
    }
}

fn shipped() -> Result<&'static Environment<'static>, TemplateFault> {
    BUILT_IN.as_ref().map_err(|cause| TemplateFault {
        part: "html",
        message: cause.clone(),
    })
}

/// An office's own sources, parsed once for many letters.
#[derive(Debug)]
pub(super) struct Parsed {
    kind: Kind,
    environment: Environment<'static>,
    proof: Environment<'static>,
}

impl Parsed {
    pub(super) fn of(kind: Kind, source: &Source) -> Result<Self, TemplateFault> {
        let environment = shipped()?.clone();
        let proof = proof::environment(environment.clone());
        Ok(Self {
            kind,
            environment: with(environment, kind, source)?,
            proof: with(proof, kind, &proof::masked(source))?,
        })
    }

    /// The letter in words, unless it calls something that is not there "None".
    pub(super) fn say(&self, context: &serde_json::Value) -> Result<Rendered, TemplateFault> {
        let rendered = self.render(&Value::from(Serde(context)))?;
        self.prove(&Value::from(Serde(proof::filled_in(context.clone()))))?;
        Ok(rendered)
    }

    pub(super) fn render(&self, context: &Value) -> Result<Rendered, TemplateFault> {
        parts(&self.environment, self.kind, context)
    }

    /// Whether none of what is not there is called "None", in a letter whose content does not say
    /// the word either.
    pub(super) fn prove(&self, context: &Value) -> Result<(), TemplateFault> {
        proof::says_no_none(&parts(&self.proof, self.kind, context)?)
    }
}

fn with(
    mut environment: Environment<'static>,
    kind: Kind,
    source: &Source,
) -> Result<Environment<'static>, TemplateFault> {
    for (part, ending, text) in [
        ("subject", "subject", &source.subject),
        ("html", "html", &source.html),
        ("text", "txt", &source.text),
    ] {
        environment
            .add_template_owned(format!("{}.{ending}", kind.as_str()), text.clone())
            .map_err(|error| fault(part, &error))?;
    }
    Ok(environment)
}

fn parts(
    environment: &Environment<'_>,
    kind: Kind,
    context: &Value,
) -> Result<Rendered, TemplateFault> {
    let part = |part: &'static str, ending: &str| {
        let name = format!("{}.{ending}", kind.as_str());
        let template = environment
            .get_template(&name)
            .map_err(|error| fault(part, &error))?;
        let mut page = Page::default();
        template
            .render_captured_to(context.clone(), &mut page)
            .map_err(|error| fault(part, &error))?;
        String::from_utf8(page.0).map_err(|_| TemplateFault {
            part,
            message: "not UTF-8".to_owned(),
        })
    };
    let subject = one_line(&part("subject", "subject")?);
    if subject.is_empty() {
        return Err(TemplateFault {
            part: "subject",
            message: "the subject is empty".to_owned(),
        });
    }
    Ok(Rendered {
        subject,
        html: part("html", "html")?,
        text: tidy(&part("text", "txt")?),
    })
}

/// What a template writes, up to the longest.
#[derive(Default)]
struct Page(Vec<u8>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > LONGEST {
            return Err(io::Error::other("the letter is too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn fault(part: &'static str, error: &minijinja::Error) -> TemplateFault {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("{name}, line {line}: "),
        _ => String::new(),
    };
    let kind = match error.kind() {
        ErrorKind::UndefinedError => "a name that is not known".to_owned(),
        kind => kind.to_string(),
    };
    let detail = error.detail().map(|text| format!(": {text}"));
    TemplateFault {
        part,
        message: format!("{place}{kind}{}", detail.unwrap_or_default()),
    }
}

/// A subject is one line; a header must not be broken out of.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|letter| !letter.is_control())
        .take(MAX_SUBJECT)
        .collect()
}

/// No blanks at the ends of lines, and never two empty lines in a row; `-- ` marks a signature.
fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines() {
        let line = if line == "-- " { line } else { line.trim_end() };
        if line.is_empty() && empty {
            continue;
        }
        empty = line.is_empty();
        tidied.push_str(line);
        tidied.push('\n');
    }
    tidied.truncate(tidied.trim_end().len());
    tidied.push('\n');
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_stays_on_one_line() {
        assert_eq!(
            one_line(" Hồ sơ\r\nBcc: ai@example.vn\u{7} "),
            "Hồ sơ Bcc: ai@example.vn"
        );
        assert_eq!(one_line(&"x".repeat(400)).len(), MAX_SUBJECT);
    }
}
