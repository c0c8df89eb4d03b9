//! Signing in: passwords, tokens, keys, ward clients.
