//! Who asks: the bearer of an access token, and in which language.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use domain::auth::Principal;
use domain::lang::Lang;
use infra::auth::Bearer;

use crate::app::Service;
use crate::problem::{Problem, catalogue, language_of};

/// One who signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    pub principal: Arc<Principal>,
    pub bearer: Arc<Bearer>,
    pub lang: Lang,
}

impl Caller {
    pub fn who(&self) -> Arc<Principal> {
        Arc::clone(&self.principal)
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let service = request
                .app_data::<web::Data<Service>>()
                .ok_or_else(|| Problem::internal("no service in the application"))?;
            let lang = language_of(request.headers());
            let bearer = bearer(&request, service)?;
            let account = service.account(&bearer).await?;
            if account.must_change_password && !may_with_old_password(&request) {
                return Err(Problem::new(catalogue::PASSWORD_CHANGE_REQUIRED));
            }
            Ok(Self {
                principal: account.principal,
                bearer: Arc::new(bearer),
                lang,
            })
        })
    }
}

/// With a password that somebody else chose, only choosing one's own is open.
fn may_with_old_password(request: &HttpRequest) -> bool {
    matches!(
        request.match_pattern().as_deref(),
        Some("/api/v1/auth/password" | "/api/v1/auth/me" | "/api/v1/auth/logout")
    )
}

fn bearer(request: &HttpRequest, service: &Service) -> Result<Bearer, Problem> {
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .ok_or_else(Problem::unauthenticated)?;
    let token = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(Problem::unauthenticated)?;
    service
        .tokens
        .verify(service.env.sign_in_now(), token)
        .map_err(|fault| {
            let challenge = "Bearer error=\"invalid_token\"";
            Problem::by_code(fault.code()).header("www-authenticate", challenge)
        })
}

/// Whoever asks, signed in or not: only the language and the address count.
#[derive(Debug, Clone)]
pub struct Asker {
    pub lang: Lang,
}

impl FromRequest for Asker {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            lang: language_of(request.headers()),
        }))
    }
}
