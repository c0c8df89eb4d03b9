//! Reading foreign JSON, query strings and path segments, naming every fault.
//!
//! A feature declares what it reads with [`input!`](crate::input!), [`query!`](crate::query!) and
//! [`word_enum!`](crate::word_enum!), and takes it as [`Body`] or [`Query`]. Beware of
//! `Option<Body<_>>` and `Option<Query<_>>` in a handler: actix would swallow the faults; write
//! `Body<Option<_>>` instead.

mod body;
mod bounded;
mod json;
mod macros;
mod object;
mod path;
mod query;
mod text;
mod times;
mod value;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_http;

pub use body::{BODY_LIMIT, Body, Fingerprint, RawBody, read_value};
pub use bounded::{Between, Raw, Some1};
pub use json::{Unreadable, read_json};
pub use object::Fields;
pub use path::{Faults, Path};
pub(crate) use query::decode;
pub use query::{FromQuery, FromQueryString, Parameters, Query, path_value};
pub use text::{Fault, FromText, unknown_word};
pub use value::{FromJson, wrong_type};
