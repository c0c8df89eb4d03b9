//! The proof that a template never writes "None" for what is not there, as the language does where
//! that is joined to a text: it is rendered once more, with the word taken out of all that may say
//! it rightly, which are its own words and what is filled in.

use minijinja::{Environment, Error, ErrorKind};
use serde_json::Value as Json;

use super::{Rendered, Source, TemplateFault, filters};

const NONE: &str = "None";
/// As long, so that faults keep their places.
const MASK: &str = "Nine";
const MISSING: &str = "a value that may be missing is joined to a text or filtered";

/// Filters that would make another word of it look for it first.
pub(super) fn environment(mut environment: Environment<'static>) -> Environment<'static> {
    filters::watch(&mut environment, |value| {
        if !value.is_none() && value.to_string().contains(NONE) {
            return Err(Error::new(ErrorKind::InvalidOperation, MISSING));
        }
        Ok(())
    });
    environment
}

pub(super) fn masked(source: &Source) -> Source {
    Source {
        subject: outside_tags(&source.subject),
        html: outside_tags(&source.html),
        text: outside_tags(&source.text),
    }
}

/// Within tags the word is a part of the language.
fn outside_tags(source: &str) -> String {
    let mut masked = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((start, end)) = next_tag(rest) {
        let (words, tag) = rest.split_at(start);
        let length = tag.find(end).map_or(tag.len(), |place| place + end.len());
        let (tag, after) = tag.split_at(length);
        masked.push_str(&words.replace(NONE, MASK));
        masked.push_str(tag);
        rest = after;
    }
    masked.push_str(&rest.replace(NONE, MASK));
    masked
}

/// Where the next tag begins, and what ends it. One in a quoted text ends it too soon, upon which
/// more is masked than should be: a fault at worst, since no mask says the word.
fn next_tag(source: &str) -> Option<(usize, &'static str)> {
    [("{{", "}}"), ("{%", "%}"), ("{#", "#}")]
        .into_iter()
        .filter_map(|(begin, end)| Some((source.find(begin)?, end)))
        .min()
}

/// The content of a letter without the word.
pub(super) fn filled_in(content: Json) -> Json {
    match content {
        Json::String(text) => Json::String(text.replace(NONE, MASK)),
        Json::Array(items) => items.into_iter().map(filled_in).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, filled_in(value)))
            .collect(),
        other => other,
    }
}

pub(super) fn says_no_none(rendered: &Rendered) -> Result<(), TemplateFault> {
    let parts = [
        ("subject", &rendered.subject),
        ("html", &rendered.html),
        ("text", &rendered.text),
    ];
    match parts.into_iter().find(|(_, text)| text.contains(NONE)) {
        None => Ok(()),
        Some((part, _)) => Err(TemplateFault {
            part,
            message: MISSING.to_owned(),
        }),
    }
}
