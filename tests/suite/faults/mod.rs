//! What the service survives: SIGKILL at random moments, a database that goes away, a full disk.
//!
//! A killed process leaves to the system what it has written, so these tests say nothing of a power
//! cut: whether the disk really has it is a matter of `synchronous=FULL` and `synchronous_commit`,
//! and it does not matter here that the cluster of the tests runs without `fsync`.

mod away;
mod cluster;
mod desks;
mod ending;
mod full;
mod kills;
mod ledger;
mod process;
mod proofs;
mod supervisor;
