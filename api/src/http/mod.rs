//! What all endpoints share: the caller, preconditions, retries, answers, limits.

mod answer;
mod caller;
mod errors;
mod limits;
mod outcomes;
mod paging;
mod precondition;
mod retry;
mod reveal;

pub use answer::{Reply, accepted, created, etag, no_content, ok, ok_uncached, versioned};
pub use caller::{Asker, Caller};
pub use limits::{Granted, Limit, Limits, PerMinute};
pub use outcomes::{ChangeProblems, CreateProblems, ListProblems, ReadProblems};
pub use paging::{listed, page_limit};
pub use precondition::IfMatch;
pub use retry::Retry;
