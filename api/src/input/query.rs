//! Query strings and path segments.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{Entry, Problem, catalogue};

use super::object::bare;
use super::{Fault, Faults, FromText, Path};

/// Most parameters that are looked at; a query string of this service has a dozen.
const MAX_PARAMETERS: usize = 200;

/// What the query string says; declare it with [`query!`](crate::query!).
#[derive(Debug)]
pub struct Query<T>(pub T);

/// A struct that is read from a query string.
pub trait FromQueryString: Sized {
    /// Every parameter that it reads.
    const KNOWN: &'static [&'static str];

    /// Reads it, or notes every fault.
    fn read(parameters: &Parameters, faults: &mut Faults) -> Option<Self>;
}

/// One parameter: required, or an `Option`.
pub trait FromQuery: Sized {
    /// Reads it, or notes what is wrong.
    fn from_query(raw: Option<&str>, at: &Path<'_>, faults: &mut Faults) -> Option<Self>;
}

impl<T: FromText> FromQuery for T {
    fn from_query(raw: Option<&str>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let read = raw.ok_or_else(Fault::required).and_then(T::from_query_text);
        read.map_err(|fault| faults.push(at, fault)).ok()
    }
}

impl<T: FromText> FromQuery for Option<T> {
    fn from_query(raw: Option<&str>, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match raw {
            None => Some(None),
            Some(_) => T::from_query(raw, at, faults).map(Some),
        }
    }
}

/// The decoded parameters of a query string.
#[derive(Debug)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads one parameter.
    pub fn read<T: FromQuery>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        let name = bare(name);
        let raw = self
            .0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str());
        T::from_query(raw, &Path::Root.field(name), faults)
    }
}

impl<T: FromQueryString> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_query(request.query_string()).map(Self))
    }
}

fn read_query<T: FromQueryString>(raw: &str) -> Result<T, Problem> {
    let mut faults = Faults::new();
    let (parameters, entry) = split(raw, T::KNOWN, &mut faults);
    match T::read(&parameters, &mut faults) {
        Some(read) if faults.is_empty() => Ok(read),
        _ => Err(faults.into_problem(entry)),
    }
}

/// Decodes the parameters; notes unknown, repeated and unreadable ones, and tells which error they make.
fn split(raw: &str, known: &[&str], faults: &mut Faults) -> (Parameters, &'static Entry) {
    let mut entry = catalogue::INVALID_PARAMETER;
    let mut read: Vec<(String, String)> = Vec::new();
    for pair in raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PARAMETERS)
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            faults.push(&Path::Root.field(name), bad_encoding());
            continue;
        };
        let at = Path::Root;
        if !known.iter().any(|field| bare(field) == name) {
            entry = catalogue::UNKNOWN_PARAMETER;
            faults.push(&at.field(&name), unknown());
        } else if read.iter().any(|(earlier, _)| *earlier == name) {
            faults.push(&at.field(&name), repeated());
        } else {
            read.push((name, value));
        }
    }
    (Parameters(read), entry)
}

fn bad_encoding() -> Fault {
    Fault::new(
        "bad_encoding",
        "Mã hóa %XX hoặc UTF-8 sai.",
        "Broken %XX or UTF-8.",
    )
}

fn unknown() -> Fault {
    Fault::new(
        "unknown_parameter",
        "Tham số không có trong tài liệu.",
        "The documentation knows no such parameter.",
    )
}

fn repeated() -> Fault {
    Fault::new(
        "duplicate_parameter",
        "Tham số bị lặp lại.",
        "The parameter is repeated.",
    )
}

/// Decodes `%XX` and `+`; none when that is broken or no UTF-8.
pub(crate) fn decode(raw: &str) -> Option<String> {
    let mut bytes = raw.bytes();
    let mut decoded = Vec::with_capacity(raw.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            _ => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16)?.try_into().ok()
}

/// A value of the path: what does not parse cannot exist, so it is not found.
pub fn path_value<T: FromText>(raw: &str) -> Result<T, Problem> {
    T::from_text(raw).map_err(|_| Problem::not_found())
}
