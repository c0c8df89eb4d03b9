//! Dossiers over HTTP: intake, commands, lists, the record, and the public look-up.

mod call;
pub mod commands;
pub mod desk;
pub mod dto;
pub mod handlers;
pub mod intake;
pub mod lists;
pub mod public;
pub mod view;

use actix_web::web::{ServiceConfig, get, post, resource};

/// The operations of this feature.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(
    paths(
        lists::list,
        intake::submit,
        intake::register,
        intake::batch,
        handlers::read,
        handlers::events,
        handlers::due_date,
        lists::mine,
        lists::department,
        lists::due,
        handlers::feed,
        desk::comments,
        desk::comment,
        desk::attachments,
        desk::attach,
        desk::download,
        commands::accept,
        commands::refuse,
        commands::request_supplement,
        commands::receive_supplement,
        commands::extend,
        commands::request_payment,
        commands::confirm_payment,
        commands::forward,
        commands::assign,
        commands::send_back,
        commands::resolve,
        commands::return_result,
        commands::withdraw,
        commands::stop,
        commands::reappoint,
        commands::correct_result,
        public::look_up_dossier,
        public::rate_service,
    ),
    components(schemas(dto::BatchItemInput))
)]
pub struct Docs;

/// Mounts every route of this feature. Methods of one path share one resource, so that another
/// method answers 405 with `Allow`.
pub fn routes(config: &mut ServiceConfig) {
    let at = |path: &str| resource(format!("/api/v1/{path}"));
    let of_one = |path: &str| resource(format!("/api/v1/dossiers/{{code}}{path}"));
    // Routes are tried in this order: what is asked most comes first.
    config
        .service(at("public/dossiers/{code}").route(get().to(public::look_up_dossier)))
        .service(at("dossiers/register").route(post().to(intake::register)))
        .service(
            at("dossiers")
                .route(get().to(lists::list))
                .route(post().to(intake::submit)),
        )
        .service(at("dossiers:batch").route(post().to(intake::batch)))
        .service(at("public/dossiers/{code}/rating").route(post().to(public::rate_service)))
        .service(at("worklists/mine").route(get().to(lists::mine)))
        .service(at("worklists/department").route(get().to(lists::department)))
        .service(at("worklists/due").route(get().to(lists::due)))
        .service(at("events").route(get().to(handlers::feed)))
        .service(of_one("").route(get().to(handlers::read)))
        .service(of_one("/events").route(get().to(handlers::events)))
        .service(of_one("/due_date").route(get().to(handlers::due_date)))
        .service(
            of_one("/comments")
                .route(get().to(desk::comments))
                .route(post().to(desk::comment)),
        )
        .service(
            of_one("/attachments")
                .route(get().to(desk::attachments))
                .route(post().to(desk::attach)),
        )
        .service(of_one("/attachments/{id}").route(get().to(desk::download)))
        .service(of_one("/accept").route(post().to(commands::accept)))
        .service(of_one("/refuse").route(post().to(commands::refuse)))
        .service(of_one("/request_supplement").route(post().to(commands::request_supplement)))
        .service(of_one("/receive_supplement").route(post().to(commands::receive_supplement)))
        .service(of_one("/extend").route(post().to(commands::extend)))
        .service(of_one("/request_payment").route(post().to(commands::request_payment)))
        .service(of_one("/confirm_payment").route(post().to(commands::confirm_payment)))
        .service(of_one("/forward").route(post().to(commands::forward)))
        .service(of_one("/assign").route(post().to(commands::assign)))
        .service(of_one("/send_back").route(post().to(commands::send_back)))
        .service(of_one("/resolve").route(post().to(commands::resolve)))
        .service(of_one("/return_result").route(post().to(commands::return_result)))
        .service(of_one("/withdraw").route(post().to(commands::withdraw)))
        .service(of_one("/stop").route(post().to(commands::stop)))
        .service(of_one("/reappoint").route(post().to(commands::reappoint)))
        .service(of_one("/correct_result").route(post().to(commands::correct_result)));
}
