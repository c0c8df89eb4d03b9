//! Procedures over HTTP.
