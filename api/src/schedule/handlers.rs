//! What jobs there are, what they came to, and running one now.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::time::to_rfc3339;
use infra::schedule::{ask_for_run, last_runs, list_roots, list_runs};

use super::dto::{DayRootPage, DayRootView, JobList, JobRunPage, JobRunView, JobView, RunQuery};
use super::job::Job;
use crate::app::Service;
use crate::http::{Caller, ListProblems, ReadProblems, Reply, Retry, accepted, listed, page_limit};
use crate::input::{Fingerprint, Query};
use crate::problem::Problem;

/// Runs of each job in the list of jobs.
const LAST: i64 = 5;

#[utoipa::path(get, path = "/api/v1/jobs", operation_id = "listJobs", tag = "operations",
    summary = "Các việc chạy tự động",
    description = "Each job with its time, its next run and its last runs, for an administrator or an inspector of a root office.",
    security(("bearer" = [])),
    responses((status = 200, description = "All jobs", body = JobList), ReadProblems))]
pub async fn list(service: web::Data<Service>, caller: Caller) -> Result<HttpResponse, Problem> {
    let who = caller.who();
    let table = service.timetable.clone();
    let names: Vec<&'static str> = table.jobs().iter().map(|job| job.name).collect();
    let runs = service
        .read(move |conn, _| last_runs(conn, &who, &names, LAST))
        .await?;
    let now = service.env.now();
    let jobs = table.jobs().iter().zip(runs);
    let items = jobs.map(|(job, runs)| {
        let time = table.time(job.name);
        let next = time.and_then(|time| time.next(now)).map(to_rfc3339);
        JobView::of(job, time.map(|time| time.as_str().to_owned()), next, runs)
    });
    Ok(HttpResponse::Ok().json(JobList {
        items: items.collect(),
    }))
}

#[utoipa::path(get, path = "/api/v1/jobs/{name}/runs", operation_id = "listJobRuns", tag = "operations",
    summary = "Các lần chạy của một việc",
    description = "What each run did, how long it took, what it skipped and why. Runs that did nothing are forgotten after two days, others after 400.",
    security(("bearer" = [])),
    params(("name" = String, Path, description = "Name of the job", example = "lapse"), RunQuery),
    responses((status = 200, description = "A page of runs, the newest first", body = JobRunPage), ListProblems))]
pub async fn runs(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    name: web::Path<String>,
    query: Query<RunQuery>,
) -> Result<HttpResponse, Problem> {
    let (job, who, query) = (known(&service, &name)?, caller.who(), query.0);
    let limit = page_limit(query.limit)?;
    let page = service
        .read(move |conn, _| list_runs(conn, &who, job.name, query.cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, JobRunView::from))
}

#[utoipa::path(post, path = "/api/v1/jobs/{name}/run", operation_id = "runJob", tag = "operations",
    summary = "Chạy một việc ngay",
    description = "For an administrator of a root office. One of the servers begins within ten seconds, also where the job is off; a run that waits already is the answer.",
    security(("bearer" = [])),
    params(("name" = String, Path, description = "Name of the job", example = "verify_chains"),
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again.", max_length = 255)),
    responses(
        (status = 202, description = "The run that will begin", body = JobRunView),
        (status = 409, description = "Asked for at the same instant by somebody else, or the retry key is in flight"),
        (status = 422, description = "The retry key was used for another request"),
        ReadProblems))]
pub async fn run_now(
    service: web::Data<Service>,
    caller: Caller,
    name: web::Path<String>,
    retry: Retry,
) -> Result<Reply, Problem> {
    let (job, who) = (known(&service, &name)?, caller.who());
    let key = retry.key(&who, &Fingerprint::of(b""))?;
    let answer = service
        .write_once(key, move |conn, env| {
            let run = ask_for_run(conn, env, &who, job.name)?;
            accepted(&JobRunView::from(run))
        })
        .await?;
    service.ops.jobs.wake();
    Ok(Reply(answer))
}

#[utoipa::path(get, path = "/api/v1/day-roots", operation_id = "listDayRoots", tag = "events",
    summary = "Mã gốc của từng ngày",
    description = "One hash over the events of each day, computed the night after and printed in the managers' digest, so that later tampering shows against the mail. `docs/day-roots.md` tells how to compute it from the feed of events. For an administrator or an inspector of a root office.",
    security(("bearer" = [])),
    params(RunQuery),
    responses((status = 200, description = "A page of day roots, the newest first", body = DayRootPage), ListProblems))]
pub async fn day_roots(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Caller,
    query: Query<RunQuery>,
) -> Result<HttpResponse, Problem> {
    let (who, query) = (caller.who(), query.0);
    let limit = page_limit(query.limit)?;
    let page = service
        .read(move |conn, _| list_roots(conn, &who, query.cursor.as_deref(), limit))
        .await?;
    Ok(listed(&request, page, None, DayRootView::from))
}

fn known(service: &Service, name: &str) -> Result<&'static Job, Problem> {
    service.timetable.job(name).ok_or_else(Problem::not_found)
}
