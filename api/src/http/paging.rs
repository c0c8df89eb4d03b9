//! Keyset lists: a bounded page, and the next one in the `Link` header and in the body.

use actix_web::{HttpRequest, HttpResponse};
use infra::db::paging::Page;
use serde::Serialize;

use crate::problem::{FieldFault, Problem, catalogue};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// How many items a page has: 50 unless asked, 200 at most.
pub fn page_limit(asked: Option<u32>) -> Result<usize, Problem> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(usize::try_from(limit).unwrap_or(usize::MAX)),
        _ => Err(
            Problem::new(catalogue::INVALID_PARAMETER).errors(vec![FieldFault::new(
                "limit",
                "out_of_range",
                format!("Ngoài khoảng cho phép: từ 1 đến {MAX_LIMIT}."),
                format!("Out of range: from 1 to {MAX_LIMIT}."),
            )]),
        ),
    }
}

/// A page of a list with the way to the next: `Link: <…>; rel="next"` and `next_cursor`.
pub fn listed<T, V: Serialize>(
    request: &HttpRequest,
    page: Page<T>,
    count: Option<usize>,
    view: impl FnMut(T) -> V,
) -> HttpResponse {
    #[derive(Serialize)]
    struct Body<V> {
        items: Vec<V>,
        next_cursor: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        count: Option<usize>,
    }
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &page.next {
        response.insert_header((
            "link",
            format!("<{}>; rel=\"next\"", next_url(request, cursor)),
        ));
    }
    let items = page.items.into_iter().map(view).collect();
    response.json(Body {
        items,
        next_cursor: page.next,
        count,
    })
}

/// The same address with another cursor; cursors need no escaping.
fn next_url(request: &HttpRequest, cursor: &str) -> String {
    let kept = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
        .map(str::to_owned)
        .chain(std::iter::once(format!("cursor={cursor}")))
        .collect::<Vec<_>>()
        .join("&");
    format!("{}?{kept}", request.path())
}
