//! Headers that keep browsers and caches from doing what nobody asked for.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;

/// Answers are data, not pages: nothing in them may run, load or be framed.
const DATA_ONLY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Swagger UI runs its own scripts, styles itself inline, and calls this server.
const OWN_PAGES: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
);

/// The middleware. What a handler sets itself stays.
pub(super) async fn secure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let policy = if request.path().starts_with("/docs/") {
        OWN_PAGES
    } else {
        DATA_ONLY
    };
    let personal = request.headers().contains_key(AUTHORIZATION);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    default(
        headers,
        X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    default(
        headers,
        REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    default(headers, CONTENT_SECURITY_POLICY, policy);
    if personal {
        default(headers, CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}
