//! The errors that whole families of operations share, for the OpenAPI document; their shape and
//! the errors common to all are added there.

use utoipa::IntoResponses;

/// Of a list.
#[derive(Debug, IntoResponses)]
pub enum ListProblems {
    /// A parameter or the cursor is not right.
    #[response(status = 400)]
    BadParameter,
    /// Not for you to read.
    #[response(status = 403)]
    Forbidden,
    /// Not there, or not yours to know.
    #[response(status = 404)]
    NotFound,
}

/// Of reading one thing.
#[derive(Debug, IntoResponses)]
pub enum ReadProblems {
    /// Not for you to read.
    #[response(status = 403)]
    Forbidden,
    /// Not there, or not yours to know.
    #[response(status = 404)]
    NotFound,
}

/// Of adding something.
#[derive(Debug, IntoResponses)]
pub enum CreateProblems {
    /// Known to you but not yours to do.
    #[response(status = 403)]
    Forbidden,
    /// What it belongs to is not there, or not yours to know.
    #[response(status = 404)]
    NotFound,
    /// The code is taken, a rule forbids it, or the retry key is in flight.
    #[response(status = 409)]
    Conflict,
    /// Every fault of the input.
    #[response(status = 422)]
    Invalid,
}

/// Of changing one thing, whose version `If-Match` names.
#[derive(Debug, IntoResponses)]
pub enum ChangeProblems {
    /// Known to you but not yours to do.
    #[response(status = 403)]
    Forbidden,
    /// Not there, or not yours to know.
    #[response(status = 404)]
    NotFound,
    /// It is in use (`used_by`, `count`) or retired, or another rule forbids it.
    #[response(status = 409)]
    Conflict,
    /// Somebody changed it since; the answer has the present ETag.
    #[response(status = 412)]
    Stale,
    /// Every fault of the input.
    #[response(status = 422)]
    Invalid,
    /// If-Match is missing.
    #[response(status = 428)]
    NoVersion,
}
