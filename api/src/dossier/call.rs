//! A command on a dossier as it arrives: everything that every one of them carries.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use domain::text::DossierCode;
use infra::dossier::{Request, command, read_dossier_recorded};

use super::view::DossierDetail;
use crate::app::Service;
use crate::http::{Caller, IfMatch, Reply, Retry, versioned};
use crate::input::{Body, FromJson, path_value};
use crate::problem::Problem;

/// A command with its caller, dossier, version and retry key.
pub struct CommandCall<T> {
    service: web::Data<Service>,
    caller: Caller,
    code: DossierCode,
    version: i64,
    retry: Retry,
    body: Body<T>,
}

impl<T> std::fmt::Debug for CommandCall<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandCall").finish_non_exhaustive()
    }
}

impl<T: FromJson + 'static> FromRequest for CommandCall<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let service = request
                .app_data::<web::Data<Service>>()
                .cloned()
                .ok_or_else(|| Problem::internal("no service in the application"))?;
            let caller = Caller::from_request(&request, &mut payload).await?;
            let code = path_value(request.match_info().query("code"))?;
            let retry = Retry::from_request(&request, &mut payload).await?;
            let IfMatch(version) = IfMatch::from_request(&request, &mut payload).await?;
            let body = Body::from_request(&request, &mut payload).await?;
            Ok(Self {
                service,
                caller,
                code,
                version,
                retry,
                body,
            })
        })
    }
}

impl<T> CommandCall<T> {
    /// Does what the body asks, and answers the dossier as it is then.
    pub async fn run(self, request: impl FnOnce(T) -> Request) -> Result<Reply, Problem> {
        let who = self.caller.who();
        let lang = self.caller.lang;
        let key = self.retry.key(&who, self.body.fingerprint())?;
        let request = request(self.body.into_inner());
        let code = self.code;
        let version = self.version;
        let url = Arc::clone(&self.service.public_url);
        let answer = self
            .service
            .write_once(key, move |conn, env| {
                command(conn, env, &who, code.as_str(), version, &request)?;
                let detail = read_dossier_recorded(conn, env, &who, code.as_str(), lang)?;
                versioned(
                    detail.summary.version,
                    &DossierDetail::of(detail, &url, lang),
                )
            })
            .await?;
        Ok(Reply(answer))
    }
}
