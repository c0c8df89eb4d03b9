//! Query strings, segments of paths and cursors.

use actix_web::dev::Payload;
use actix_web::http::Uri;
use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpRequest};
use api::dossier::dto as dossier;
use api::input::{FromQueryString, FromText, Query, path_value};
use api::problem::Problem;
use domain::text::{AgencyCode, DossierCode, ProcedureCode};
use infra::db::paging::Cursor;
use uuid::Uuid;

use crate::bodies::renders;
use crate::bytes::pick;

type Reader = fn(&str) -> Result<(), Problem>;

const READERS: &[Reader] = &[
    query::<dossier::ListQuery>,
    query::<dossier::WorkQuery>,
    query::<dossier::DueQuery>,
    query::<dossier::PageQuery>,
    query::<dossier::FeedQuery>,
    query::<dossier::KeyQuery>,
    query::<api::auth::dto::ClientsQuery>,
    query::<api::calendar::dto::CalendarQuery>,
    query::<api::office::dto::OfficeQuery>,
    query::<api::procedure::dto::ProcedureQuery>,
    query::<api::procedure::dto::OnQuery>,
    query::<api::procedure::dto::PublicQuery>,
    query::<api::staff::dto::StaffQuery>,
    query::<api::staff::dto::StandInQuery>,
    cursor,
    segment,
    query::<api::calendar::dto::NewestQuery>,
    query::<api::office::dto::DepartmentQuery>,
    query::<api::procedure::dto::FromQuery>,
    query::<api::schedule::dto::RunQuery>,
    query::<api::notification::dto::MailQuery>,
    query::<api::notification::dto::MutedQuery>,
    query::<api::notification::alerts::dto::AlertQuery>,
    query::<api::notification::alerts::dto::ProposalQuery>,
];

pub(crate) fn run(data: &[u8]) {
    let Some((reader, bytes)) = pick(data, READERS) else {
        return;
    };
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Err(problem) = reader(text)
    {
        renders(&problem);
    }
}

fn query<T: FromQueryString>(text: &str) -> Result<(), Problem> {
    let address = format!("/x?{text}");
    // What is no address does not come past the server.
    if address.parse::<Uri>().is_err() {
        return Ok(());
    }
    let request: HttpRequest = TestRequest::with_uri(&address).to_http_request();
    let read =
        |request: &HttpRequest| Query::<T>::from_request(request, &mut Payload::None).into_inner();
    let first = read(&request);
    assert_eq!(first.is_ok(), read(&request).is_ok());
    first.map(drop)
}

/// A cursor that reads is written again so that it reads as the same.
fn cursor(text: &str) -> Result<(), Problem> {
    fn of<const N: usize>(text: &str) {
        for list in ["due", "newest", "name", "events"] {
            if let Some(keys) = Cursor::decode::<N>(text, list) {
                let written = Cursor::new(list, keys.clone()).encode();
                assert_eq!(Cursor::decode::<N>(&written, list), Some(keys));
                assert!(written.parse::<Uri>().is_ok(), "{written}");
            }
        }
    }
    of::<1>(text);
    of::<2>(text);
    of::<3>(text);
    Ok(())
}

fn segment(text: &str) -> Result<(), Problem> {
    fn of<T: FromText>(text: &str) -> Result<(), Problem> {
        path_value::<T>(text).map(drop)
    }
    let found = [
        of::<DossierCode>(text),
        of::<AgencyCode>(text),
        of::<ProcedureCode>(text),
        of::<Uuid>(text),
    ];
    for problem in found.into_iter().filter_map(Result::err) {
        assert_eq!(problem.status().as_u16(), 404);
    }
    drop(api::calendar::dto::read_year(text));
    Ok(())
}
