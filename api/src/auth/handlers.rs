//! People: signing in and out, going on, one's own password and account.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::auth::Actor;
use infra::auth::{
    ChangedPassword, Kind, LoginOutcome, Refreshed, Session, end_family_of, login_finish,
    login_start, password, password_change_start, profile,
};
use infra::error::Error;

use super::dto::{LoginInput, PasswordInput, RefreshInput};
use super::view::{MeView, SessionView};
use crate::app::Service;
use crate::http::{Caller, Limit};
use crate::input::Body;
use crate::problem::{FieldFault, Problem, ProblemBody, catalogue};

#[utoipa::path(post, path = "/api/v1/auth/login", operation_id = "login", tag = "auth",
    summary = "Đăng nhập",
    description = "Five wrong passwords in a row lock the name for 15 minutes, whether or not anybody has it.",
    security(()),
    request_body(content = LoginInput, example = json!({"login": "tiep_nhan", "password": "mật khẩu của tôi"})),
    responses(
        (status = 200, description = "Signed in", body = SessionView),
        (status = 401, description = "Unknown login or wrong password", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts from this address, or too many failures under this name", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn login(
    service: web::Data<Service>,
    request: HttpRequest,
    body: Body<LoginInput>,
) -> Result<HttpResponse, Problem> {
    let granted = service.limits.check(Limit::Login, &request)?;
    let LoginInput { login, password } = body.into_inner();
    let start = service
        .read(move |conn, env| login_start(conn, env, &login))
        .await?;
    let attempt = password::slowly(move || start.verify(password.as_str())).await?;
    let outcome = service
        .write(move |conn, env| login_finish(conn, env, attempt))
        .await?;
    match outcome {
        LoginOutcome::SignedIn(session) => Ok(granted.on(session_answer(&service, session)?)),
        LoginOutcome::Refused => {
            Err(Problem::new(catalogue::BAD_CREDENTIALS).header("www-authenticate", "Bearer"))
        }
        LoginOutcome::Locked(seconds) => Err(Error::Locked(seconds).into()),
    }
}

#[utoipa::path(post, path = "/api/v1/auth/refresh", operation_id = "refreshSession", tag = "auth",
    summary = "Gia hạn phiên",
    description = "Each refresh token is good once. One that comes a second time was stolen, by the first bearer or the second, so it ends the session. A session ends after 12 idle hours, and after 7 days.",
    security(()),
    request_body(content = RefreshInput, example = json!({"refresh_token": "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A"})),
    responses(
        (status = 200, description = "New tokens; the old refresh token is used up", body = SessionView),
        (status = 401, description = "The session ended, or the token is unknown or was used before", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn refresh(
    service: web::Data<Service>,
    body: Body<RefreshInput>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().refresh_token;
    let refreshed = service
        .write(move |conn, env| infra::auth::refresh(conn, env, &token))
        .await?;
    match refreshed {
        Refreshed::Session(session) => session_answer(&service, session),
        Refreshed::Refused => {
            Err(Problem::new(catalogue::SESSION_ENDED).header("www-authenticate", "Bearer"))
        }
    }
}

#[utoipa::path(post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "auth",
    summary = "Đăng xuất",
    description = "Ends the session of a refresh token. Done twice, or with a token that nobody knows, it changes nothing and says the same. Access tokens of the session end within 10 minutes.",
    security(()),
    request_body(content = RefreshInput, example = json!({"refresh_token": "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A"})),
    responses(
        (status = 204, description = "The session is over"),
        (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn logout(
    service: web::Data<Service>,
    body: Body<RefreshInput>,
) -> Result<HttpResponse, Problem> {
    let token = body.into_inner().refresh_token;
    service
        .write(move |conn, env| end_family_of(conn, env, &token))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/v1/auth/password", operation_id = "changePassword", tag = "auth",
    summary = "Đổi mật khẩu",
    description = "Ends every other session of this person. The present password may be guessed no more often than at the login.",
    security(("bearer" = [])),
    request_body(content = PasswordInput, example = json!({"current_password": "mật khẩu được cấp", "new_password": "mật khẩu tự chọn"})),
    responses(
        (status = 204, description = "Changed"),
        (status = 403, description = "Not a person: connected systems have secrets instead", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 422, description = "Every fault of the input; `wrong_password` when the present one is wrong", body = ProblemBody<'static>, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong passwords", body = ProblemBody<'static>, content_type = "application/problem+json"),
    ))]
pub async fn change_password(
    service: web::Data<Service>,
    caller: Caller,
    body: Body<PasswordInput>,
) -> Result<HttpResponse, Problem> {
    if !matches!(caller.principal.actor, Actor::Staff(_)) {
        return Err(Problem::forbidden());
    }
    let input = body.into_inner();
    check_new_password(&input)?;
    match store_password(&service, &caller, input).await? {
        ChangedPassword::Done => Ok(HttpResponse::NoContent().finish()),
        ChangedPassword::Refused => Err(wrong_password()),
        ChangedPassword::Locked(seconds) => Err(Error::Locked(seconds).into()),
    }
}

async fn store_password(
    service: &Service,
    caller: &Caller,
    input: PasswordInput,
) -> Result<ChangedPassword, Problem> {
    let (who, session) = (caller.who(), caller.bearer.session.clone());
    let reader = caller.who();
    let start = service
        .read(move |conn, env| password_change_start(conn, env, &reader))
        .await?;
    let work = move || {
        let attempt = start.verify(input.current_password.as_str())?;
        Ok((attempt, password::hash(input.new_password.as_str())?))
    };
    let (attempt, hash) = password::slowly(work).await?;
    let changed = service
        .write(move |conn, env| {
            infra::auth::change_password(conn, env, &who, session.as_deref(), &attempt, &hash)
        })
        .await?;
    service.principals.invalidate(&caller.principal.uid);
    Ok(changed)
}

fn check_new_password(input: &PasswordInput) -> Result<(), Problem> {
    password::check("new_password", input.new_password.as_str())
        .map_err(|fault| Error::Invalid(vec![fault]))?;
    if input.new_password == input.current_password {
        let (vi, en) = (
            "Mật khẩu mới phải khác mật khẩu đang dùng.",
            "The new password must differ from the present one.",
        );
        let fault = FieldFault::new("new_password", "same_password", vi, en);
        return Err(Problem::invalid_input(vec![fault]));
    }
    Ok(())
}

/// Not 401: the access token is right, and a client must not throw it away.
fn wrong_password() -> Problem {
    Problem::invalid_input(vec![FieldFault::new(
        "current_password",
        "wrong_password",
        "Mật khẩu đang dùng không đúng.",
        "The present password is wrong.",
    )])
}

#[utoipa::path(get, path = "/api/v1/auth/me", operation_id = "readMe", tag = "auth",
    summary = "Tài khoản của tôi",
    description = "Name, office, roles, and for whom one stands in now.",
    security(("bearer" = []), ("client" = [])),
    responses(
        (status = 200, description = "The account that asks", body = MeView),
    ))]
pub async fn me(service: web::Data<Service>, caller: Caller) -> Result<HttpResponse, Problem> {
    let must_change_password = service.account(&caller.bearer).await?.must_change_password;
    let who = caller.who();
    let found = service.read(move |conn, _| profile(conn, &who)).await?;
    let view = MeView::of(&caller.principal, found, must_change_password);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(view))
}

fn session_answer(service: &Service, session: Session) -> Result<HttpResponse, Problem> {
    let now = service.env.sign_in_now();
    let access =
        service
            .tokens
            .issue(now, &session.staff_uid, Kind::Staff, Some(&session.family))?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SessionView::of(session, access)))
}
