//! Signing in: passwords, tokens, keys, ward clients.

mod key_files;
pub mod keys;
pub mod password;
pub mod tokens;
