//! The errors that whole families of operations share, for the OpenAPI document.

use utoipa::IntoResponses;

use crate::problem::ProblemBody;

/// Of a list.
#[derive(Debug, IntoResponses)]
pub enum ListProblems {
    /// A parameter or the cursor is not right.
    #[response(status = 400, content_type = "application/problem+json")]
    BadParameter(ProblemBody<'static>),
    /// Not for you to read.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody<'static>),
    /// Not there, or not yours to know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody<'static>),
}

/// Of reading one thing.
#[derive(Debug, IntoResponses)]
pub enum ReadProblems {
    /// Not for you to read.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody<'static>),
    /// Not there, or not yours to know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody<'static>),
}

/// Of adding something.
#[derive(Debug, IntoResponses)]
pub enum CreateProblems {
    /// Known to you but not yours to do.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody<'static>),
    /// What it belongs to is not there, or not yours to know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody<'static>),
    /// The code is taken, a rule forbids it, or the retry key is in flight.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody<'static>),
    /// Every fault of the input.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody<'static>),
}

/// Of changing one thing, whose version `If-Match` names.
#[derive(Debug, IntoResponses)]
pub enum ChangeProblems {
    /// Known to you but not yours to do.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemBody<'static>),
    /// Not there, or not yours to know.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody<'static>),
    /// It is in use (`used_by`, `count`) or retired, or another rule forbids it.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody<'static>),
    /// Somebody changed it since; the answer has the present ETag.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(ProblemBody<'static>),
    /// Every fault of the input.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody<'static>),
    /// If-Match is missing.
    #[response(status = 428, content_type = "application/problem+json")]
    NoVersion(ProblemBody<'static>),
}
