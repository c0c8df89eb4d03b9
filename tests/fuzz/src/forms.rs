//! Forms: token requests, uploads, the kinds and names of files.

use std::convert::Infallible;
use std::sync::LazyLock;

use actix_multipart::Multipart;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use domain::text::Title;
use futures_util::stream;
use infra::dossier::sniff;

use crate::bodies::renders;
use crate::bytes::{lines, pick};

type Reader = fn(&[u8]);

const READERS: &[Reader] = &[token_request, upload, kind, name];

pub(crate) fn run(data: &[u8]) {
    if let Some((reader, bytes)) = pick(data, READERS) {
        reader(bytes);
    }
}

fn headers(given: [(HeaderName, &[u8]); 2]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        if let Ok(value) = HeaderValue::from_bytes(value)
            && !value.is_empty()
        {
            headers.insert(name, value);
        }
    }
    headers
}

/// The first line is the media type, the second the authorization, the rest the form.
fn token_request(data: &[u8]) {
    let ([media_type, authorization], form) = lines::<2>(data);
    let headers = headers([(CONTENT_TYPE, media_type), (AUTHORIZATION, authorization)]);
    match api::fuzzing::token_request(&headers, form) {
        Ok((_, _, basic)) => assert_eq!(basic, headers.contains_key(AUTHORIZATION)),
        Err(refusal) => assert!(matches!(refusal.status().as_u16(), 400 | 401)),
    }
}

/// The first line is the media type with the boundary, the second how many bytes a piece has.
fn upload(data: &[u8]) {
    thread_local! {
        static RUNTIME: LazyLock<actix_web::rt::Runtime> =
            LazyLock::new(|| actix_web::rt::Runtime::new().expect("a runtime"));
    }
    let ([media_type, piece], body) = lines::<2>(data);
    let headers = headers([(CONTENT_TYPE, media_type), (AUTHORIZATION, b"")]);
    let piece = usize::from(piece.first().copied().unwrap_or(0)).max(1);
    let pieces: Vec<Result<Bytes, Infallible>> = body
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let pieces = futures_util::StreamExt::map(stream::iter(pieces), |piece| {
        piece.map_err(|_| actix_web::error::PayloadError::Overflow)
    });
    let form = Multipart::new(&headers, pieces);
    match RUNTIME.with(|runtime| runtime.block_on(api::fuzzing::upload(form))) {
        Ok((name, bytes)) => {
            assert!(bytes.len() <= body.len());
            assert_eq!(Title::parse(&name).map(Title::into_string), Ok(name));
        }
        Err(problem) => renders(&problem),
    }
}

fn kind(data: &[u8]) {
    if let Some(sniffed) = sniff(data) {
        assert!(!sniffed.media_type.contains("html") && !sniffed.media_type.contains("svg"));
    }
}

/// Whatever a file was called, its name breaks no header.
fn name(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(name) = Title::parse(text)
    {
        let header = api::fuzzing::download_as(name.as_str());
        assert!(header.is_ascii(), "{header}");
        assert!(HeaderValue::from_str(&header).is_ok(), "{header}");
    }
}
