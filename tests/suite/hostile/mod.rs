//! Hostile input: whatever is sent, the service answers with a problem, stores nothing and lives.

mod addresses;
mod batches;
mod bodies;
mod bytes;
mod places;
mod probe;
mod text;
mod wires;

use crate::authorization::{Stage, row};
use crate::contents::Contents;
use crate::document::{Operation, operations};
use crate::support::World;
use probe::Probe;

/// What is done to an operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attack {
    Fields,
    Bytes,
    Addresses,
}

impl Attack {
    fn concerns(self, operation: &Operation) -> bool {
        match self {
            Self::Fields | Self::Bytes => operation.json_body().is_some(),
            Self::Addresses => true,
        }
    }

    async fn run(self, probe: &mut Probe<'_, '_>) {
        match self {
            Self::Fields => {
                let schema = probe.operation.json_body().expect("a body");
                bodies::every_field(probe, schema).await;
            }
            Self::Bytes => bytes::every_way(probe).await,
            Self::Addresses => {
                addresses::every_parameter(probe).await;
                addresses::every_name(probe).await;
                addresses::every_header(probe).await;
            }
        }
    }
}

/// Attacks every operation, or every one of this part of the document, and tells all faults at once.
async fn attack(world: &World, attack: Attack, part: fn(&Operation) -> bool) {
    let stage = Stage::set(world);
    let mut faults = Vec::new();
    let (mut sent, mut attacked) = (0, 0);
    for operation in operations() {
        if !attack.concerns(&operation) || !part(&operation) {
            continue;
        }
        let id = operation.id.clone();
        let Some(row) = row(&id, &stage).await else {
            continue;
        };
        let mut probe = Probe::new(&stage, operation, row);
        let before = Contents::of(world);
        attack.run(&mut probe).await;
        for difference in before.differences(&Contents::of(world)) {
            probe
                .faults
                .push(format!("{id}: something was stored: {difference}"));
        }
        sent += probe.sent;
        attacked += 1;
        faults.append(&mut probe.faults);
    }
    assert!(
        attacked > 3 && sent > 100,
        "only {attacked} operations, {sent} requests"
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n  {}",
        faults.len(),
        faults.join("\n  ")
    );
    world.visitor().get("/healthz").await.expect(200);
    assert_eq!(world.verify().1.len(), 0);
}

fn is_command(operation: &Operation) -> bool {
    operation.path.starts_with("/api/v1/dossiers")
}

both! {
    async fn every_wrong_field_of_a_dossier_is_named_and_nothing_is_stored(world) {
        attack(&world, Attack::Fields, is_command).await;
    }

    async fn every_wrong_field_of_anything_else_is_named_and_nothing_is_stored(world) {
        attack(&world, Attack::Fields, |operation| !is_command(operation)).await;
    }

    async fn what_is_no_json_is_refused_everywhere(world) {
        attack(&world, Attack::Bytes, |_| true).await;
    }

    async fn addresses_parameters_and_headers_are_read_strictly_everywhere(world) {
        attack(&world, Attack::Addresses, |_| true).await;
    }
}
