//! Texts and codes that parse: an invalid value cannot exist.
