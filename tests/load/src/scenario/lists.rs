//! A list of a large office against that of a small one.

use std::io::Result;

use super::{Bench, load, millis, sound};
use crate::Plan;
use crate::fill::{Fill, fill};
use crate::http::{Measured, drive, request};
use crate::setup::{Api, ward};
use crate::table::{Line, Verdict, median};

/// The overdue list of a ward with many dossiers against that of one with few.
pub(super) async fn list(plan: &Plan, bench: Bench, name: &str) -> Result<Vec<Line>> {
    let (few, many) = (10_000, plan.dossiers);
    for (number, count) in [(1, few), (2, many)] {
        bench
            .beside(move |conn| {
                fill(
                    conn,
                    &Fill {
                        ward: &ward(number),
                        count,
                    },
                )
            })
            .await?;
    }
    let bench = bench.restart(plan)?;
    let mut pairs = Vec::new();
    for _ in 0..plan.runs {
        let small = overdue(plan, &bench, 1).await?;
        let large = overdue(plan, &bench, 2).await?;
        pairs.push((small, large));
    }
    let small = median(pairs.iter().map(|pair| millis(pair.0.p50)).collect());
    let large = median(pairs.iter().map(|pair| millis(pair.1.p50)).collect());
    let ratio = median(
        pairs
            .iter()
            .map(|pair| millis(pair.1.p50) / millis(pair.0.p50))
            .collect(),
    );
    Ok(vec![Line {
        what: format!("{name}: overdue list, 50 of {many} dossiers, p50"),
        figure: format!("{large:.2} ms"),
        limit: format!("{small:.2} ms with {few}"),
        verdict: Verdict {
            value: ratio,
            bound: 1.3,
            unit: " ×",
            at_least: false,
        },
    }])
}

async fn overdue(plan: &Plan, bench: &Bench, number: usize) -> Result<Measured> {
    let clerk = Api::clerk(bench.address()).await?;
    let path = format!("/api/v1/worklists/due?office={}&limit=50", ward(number));
    let ask = request("GET", &path, Some(clerk.token()), None);
    let measured = drive(load(plan, bench.address(), 4, vec![ask], 200)).await?;
    sound(&measured)?;
    Ok(measured)
}
