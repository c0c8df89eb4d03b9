//! The HTTP server: every route, the layers around them, and how connections are treated.

mod headers;

use std::io;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse, HttpServer};

use crate::app::Service;
use crate::features::FEATURES;
use crate::input::BODY_LIMIT;
use crate::ops::measure;
use crate::problem::{self, Problem, edge};
use headers::secure;

/// Requests under way get so many seconds to finish when the service ends: the jobs and the database
/// end after them, and all of it is to be over in ten.
const DRAIN_SECONDS: u64 = 8;

/// Threads of one worker for blocking work: files, and password hashing, of which each costs 19 MiB.
/// The database has threads of its own.
const BLOCKING_THREADS: usize = 16;

/// Mounts everything on an application.
pub fn configure(service: Service) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config
            .app_data(Data::new(service))
            .app_data(web::PayloadConfig::new(BODY_LIMIT))
            .app_data(web::FormConfig::default().limit(16 * 1024));
        for feature in FEATURES {
            (feature.routes)(config);
        }
        problem::routes(config);
        documentation(config);
    }
}

/// The application with all its layers, the problems outermost.
pub fn app(
    service: Service,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .configure(configure(service))
        .wrap(Compress::default())
        .wrap(from_fn(secure))
        .wrap(from_fn(measure))
        .wrap(from_fn(edge))
}

/// Starts the service on a listener; tests give it one on port 0. The server runs when it is
/// awaited, and stops by its handle: signals are the caller's.
///
/// # Errors
/// When the listener cannot be used.
pub fn start(
    service: Service,
    listener: TcpListener,
    workers: Option<NonZeroUsize>,
) -> io::Result<Server> {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let workers = workers.unwrap_or_else(cores);
    let server = HttpServer::new(move || app(service.clone()))
        .workers(workers.get())
        .worker_max_blocking_threads(BLOCKING_THREADS)
        // Longer than a reverse proxy keeps its side, so that the proxy closes first.
        .keep_alive(KeepAlive::Timeout(Duration::from_secs(75)))
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// `/openapi.json`, and Swagger UI from files inside the program.
fn documentation(config: &mut ServiceConfig) {
    let ui = utoipa_swagger_ui::Config::from("/openapi.json").display_request_duration(true);
    config
        .service(web::resource("/openapi.json").route(web::get().to(openapi_json)))
        .service(web::redirect("/", "/docs/"))
        .service(web::redirect("/docs", "/docs/"))
        .service(utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").config(ui));
}

static OPENAPI: LazyLock<Result<String, String>> =
    LazyLock::new(|| crate::openapi::json().map_err(|error| error.to_string()));

async fn openapi_json() -> Result<HttpResponse, Problem> {
    match &*OPENAPI {
        Ok(text) => Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(text.as_str())),
        Err(cause) => Err(Problem::internal(cause)),
    }
}
