//! Problems over HTTP.
