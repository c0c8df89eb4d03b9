//! What anybody may ask without an account.

mod look_up;
