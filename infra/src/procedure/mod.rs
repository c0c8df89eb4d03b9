//! Procedures by effective date.
