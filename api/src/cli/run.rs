//! Running the service from its settings until it is told to end.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use infra::auth::{Keys, Tokens};
use infra::clock::SystemClock;
use infra::db::Db;
use infra::env::Env;
use infra::notification::delivery::Post;

use super::failure::Failure;
use super::signals::{Hearing, say};
use crate::app::Service;
use crate::config::Settings;
use crate::http::Limits;
use crate::notification::{Ending, Worker};
use crate::schedule::Jobs;
use crate::server;

/// The service as its settings want it. Signing keys are made on the first start.
pub(super) fn service(settings: &Settings, db: Db, env: Env) -> Result<Service, Failure> {
    let keys = Keys::open(&settings.keys_dir())?;
    let tokens = Arc::new(Tokens::new(keys, settings.public_url.clone()));
    let files = settings.attachments.open()?;
    let limits = Limits::new(settings.per_minute, settings.trusted_proxies.clone());
    let post = post(settings, &db, &env)?;
    let service = Service::new(db, env, tokens, files, limits, &settings.public_url);
    Ok(service
        .with_post(post)
        .with_metrics_for(settings.metrics_allow.clone())
        .with_timetable(settings.jobs.clone()))
}

/// Who delivers mails: to the server, or without one into a folder.
fn post(settings: &Settings, db: &Db, env: &Env) -> Result<Post, Failure> {
    let wrong = |cause: String| {
        Failure::new(
            "thiết lập thư điện tử không dùng được",
            format!("the settings of mails do not work: {cause}"),
        )
    };
    let mailer = settings.mail.mailer().map_err(wrong)?;
    let head = settings
        .mail
        .letterhead(&settings.public_url)
        .map_err(wrong)?;
    Post::new(db.clone(), env.clone(), mailer, Arc::new(head))
        .with_journal(&settings.data_dir.join("outbox"))
        .map_err(|error| wrong(error.to_string()))
}

pub(super) fn env() -> Env {
    Env::new(Arc::new(SystemClock))
}

/// Serves until SIGTERM or SIGINT: then requests under way finish within eight seconds, mails and
/// jobs end meanwhile after their batch, and the database closes. `ready` is called once requests
/// are taken.
pub(super) fn run(
    settings: &Settings,
    service: Service,
    hearing: Hearing,
    ready: impl FnOnce(),
) -> Result<(), Failure> {
    let listener = listen(settings)?;
    // With port 0 the system chooses one.
    let address = listener.local_addr().unwrap_or(settings.listen);
    let jobs = Jobs::start(service.clone()).map_err(broken)?;
    let (db, ops) = (service.db.kind(), Arc::clone(&service.ops));
    let served = actix_web::rt::System::new().block_on(async {
        let worker = Worker::start(&service, settings.mail.rate);
        let server = server::start(service, listener, settings.workers)?;
        let (mails, bell) = (worker.as_ref().map(Worker::ending), Arc::clone(&ops));
        hearing.drains(server.handle(), move || {
            mails.iter().for_each(Ending::tell);
            bell.jobs.end();
        });
        tracing::info!(listen = %address, database = ?db, "serving");
        ready();
        let served = server.await;
        if let Some(worker) = worker {
            worker.stop().await;
        }
        served
    });
    jobs.stop();
    say(|| tracing::info!("ended"));
    served.map_err(broken)
}

/// The system refuses what a service needs.
pub(super) fn broken(error: io::Error) -> Failure {
    Failure::new(
        "dịch vụ không chạy được",
        format!("the service cannot run: {error}"),
    )
}

fn listen(settings: &Settings) -> Result<TcpListener, Failure> {
    let address = settings.listen;
    TcpListener::bind(address).map_err(|error| {
        Failure::new(
            format!("không nghe được ở {address}: có thể cổng đang được dùng"),
            format!("cannot listen on {address}: {error}"),
        )
    })
}
