//! Readable JSON that says what nobody can mean: every field of every operation.

use serde_json::{Value, json};

use super::places::{Place, at, places, with, without};
use super::probe::Probe;

/// Bodies whose parts are judged each for itself, so that the answer as a whole is 200.
const JUDGED_BY_ITEM: &[&str] = &["items[0]"];

/// Tries every place of the body.
pub async fn every_field(probe: &mut Probe<'_, '_>, schema: &'static Value) {
    let body = probe.row.call.body().clone();
    let mut all = places(schema, &body);
    all.retain(|place| {
        !JUDGED_BY_ITEM
            .iter()
            .any(|item| place.name().starts_with(item))
    });
    unknown_fields(probe, &body, &all).await;
    for place in &all {
        one_field(probe, &body, place).await;
    }
    all_at_once(probe, &body, &all).await;
}

/// In the body itself, and in each object inside it.
async fn unknown_fields(probe: &mut Probe<'_, '_>, body: &Value, all: &[Place]) {
    let known_members = |place: &&Place| place.schema["properties"].is_object();
    let mut ways = vec![Vec::new()];
    ways.extend(
        all.iter()
            .filter(known_members)
            .map(|place| place.way.clone()),
    );
    for way in ways {
        let mut spoilt = body.clone();
        let here = at(&mut spoilt, &way);
        if here.is_null() {
            *here = json!({});
        }
        here["khong_co"] = json!(1);
        let field = match super::places::name(&way) {
            name if name.is_empty() => "khong_co".to_owned(),
            name => format!("{name}.khong_co"),
        };
        probe.must_name("an unknown field", &spoilt, &[field]).await;
    }
}

async fn one_field(probe: &mut Probe<'_, '_>, body: &Value, place: &Place) {
    let name = place.name();
    let named = [name.clone()];
    if place.required {
        let what = format!("{name} is missing");
        probe.must_name(&what, &without(body, place), &named).await;
    }
    for wrong in place.of_wrong_type() {
        let what = format!("{name} is {wrong}");
        probe
            .must_name(&what, &with(body, &place.way, wrong), &named)
            .await;
    }
    let mut copy = body.clone();
    let now = at(&mut copy, &place.way).as_str().map(str::to_owned);
    for (kind, wrong) in place.absurd(now.as_deref()) {
        let what = format!("{name} holds {kind}");
        probe
            .must_name(&what, &with(body, &place.way, wrong), &named)
            .await;
    }
}

/// One field too many, one missing, and all the others wrong: each of them is named.
async fn all_at_once(probe: &mut Probe<'_, '_>, body: &Value, all: &[Place]) {
    let top: Vec<&Place> = all.iter().filter(|place| place.way.len() == 1).collect();
    let missing = top.iter().find(|place| place.required);
    let mut spoilt = body.clone();
    spoilt["khong_co"] = json!(1);
    let mut named = vec!["khong_co".to_owned()];
    for place in &top {
        *at(&mut spoilt, &place.way) = place.of_wrong_type().remove(0);
        named.push(place.name());
    }
    if let Some(place) = missing {
        spoilt = without(&spoilt, place);
    }
    probe
        .must_name("everything wrong at once", &spoilt, &named)
        .await;
}
