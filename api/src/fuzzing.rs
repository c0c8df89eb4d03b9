//! Doors for `tests/fuzz` to readers that only this crate calls; no ordinary build has them.

use std::net::IpAddr;

use actix_multipart::Multipart;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpRequest, HttpResponse};

use crate::auth::oauth;
use crate::dossier::desk;
use crate::http::Limits;
use crate::problem::Problem;

/// Reads a token request: the client's id, its secret, and whether it named itself by Basic.
///
/// # Errors
/// The refusal as it is answered.
pub fn token_request(
    headers: &HeaderMap,
    form: &[u8],
) -> Result<(String, String, bool), HttpResponse> {
    match oauth::read_request(headers, form) {
        Ok(asked) => Ok((asked.id, asked.secret, asked.basic)),
        Err(refusal) => Err(refusal.response()),
    }
}

/// Reads an upload: the name of the file and its bytes.
///
/// # Errors
/// The problem as it is answered.
pub async fn upload(form: Multipart) -> Result<(String, Vec<u8>), Problem> {
    let upload = desk::read_upload(form).await?;
    Ok((upload.name.into_string(), upload.bytes))
}

/// The header under which a file of this name is downloaded.
pub fn download_as(name: &str) -> String {
    desk::disposition(name).to_string()
}

/// The address that a request is counted under.
pub fn counted_address(limits: &Limits, request: &HttpRequest) -> IpAddr {
    limits.address(request)
}
