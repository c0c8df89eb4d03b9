//! A simulated year of one ward: two servers that are killed now and then, forty people who act
//! at random, faults and late holidays; and a second model that reads nothing but the event log,
//! the registers and the instants of the steps, and says which mails there must be.

mod act;
mod case;
mod chance;
mod compare;
mod drive;
mod links;
mod model;
mod plan;
mod record;
mod server;
mod sink;
mod time;
mod ward;

pub use chance::Dice;
pub use drive::live;
pub use plan::Plan;
pub use server::serve_if_asked;
pub use time::day;
