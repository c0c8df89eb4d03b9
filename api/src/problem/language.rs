//! Which language the reader wants, by `Accept-Language`.

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};
use domain::lang::Lang;

/// Vietnamese, unless English is asked for with a greater weight.
pub fn language_of(headers: &HeaderMap) -> Lang {
    let header = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let mut best = (Lang::Vi, 0);
    for range in header.split(',').take(20) {
        if let Some((lang, weight)) = read_range(range)
            && weight > best.1
        {
            best = (lang, weight);
        }
    }
    best.0
}

/// A language range with its weight in thousandths; none for languages that we do not speak.
fn read_range(range: &str) -> Option<(Lang, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?.split('-').next()?;
    let lang = match tag {
        _ if tag.eq_ignore_ascii_case("en") => Lang::En,
        _ if tag.eq_ignore_ascii_case("vi") || tag == "*" => Lang::Vi,
        _ => return None,
    };
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    Some((lang, weight.map_or(Some(1000), thousandths)?))
}

/// `0`, `0.5`, `1.000`; anything else is no weight.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u32 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}
