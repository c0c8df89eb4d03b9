//! Tokens that look right and are not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use infra::auth::tokens::Kind;
use infra::auth::{Keys, Tokens};
use infra::clock::Clock as _;
use serde_json::json;

use super::Stage;
use crate::support::{Client, PASSWORD, World};

/// `Authorization` headers of somebody who would have the right, each spoilt in one way.
pub async fn spoilt(stage: &Stage<'_>, right: &Client) -> Vec<(&'static str, String)> {
    let world = stage.world;
    let now = world.clock.now();
    let issue = |tokens: &Tokens, at, uid: &str, kind| {
        tokens.issue(at, uid, kind, None).expect("a token").token
    };
    let ours = &*world.service.tokens;
    let valid = issue(ours, now, &right.uid, Kind::Staff);
    let [header, claims, signature] = parts(&valid);
    let foreign = foreign(world);
    let by_others = issue(&foreign, now, &right.uid, Kind::Staff);
    let [_, other_claims, other_signature] = parts(&by_others);
    let [_, manager_claims, _] =
        parts(&issue(ours, now, &stage.staff.manager.uid, Kind::Staff)).map(str::to_owned);
    let none = encoded(&json!({ "alg": "none", "typ": "JWT" }));
    let hmac = encoded(&json!({ "alg": "HS256", "typ": "JWT" }));
    let of = |text: &str| format!("Bearer {text}");
    vec![
        (
            "expired",
            of(&issue(
                ours,
                now - TimeDelta::minutes(11),
                &right.uid,
                Kind::Staff,
            )),
        ),
        (
            "not issued yet",
            of(&issue(
                ours,
                now + TimeDelta::minutes(2),
                &right.uid,
                Kind::Staff,
            )),
        ),
        ("signed by another key", of(&by_others)),
        (
            "another's signature under our key's name",
            of(&format!("{header}.{other_claims}.{other_signature}")),
        ),
        (
            "somebody else's claims",
            of(&format!("{header}.{manager_claims}.{signature}")),
        ),
        ("alg none, unsigned", of(&format!("{none}.{claims}."))),
        (
            "alg none, signed",
            of(&format!("{none}.{claims}.{signature}")),
        ),
        ("alg HS256", of(&format!("{hmac}.{claims}.{signature}"))),
        ("no signature", of(&format!("{header}.{claims}."))),
        ("cut off", of(&valid[..valid.len() - 2])),
        (
            "a staff member as a system",
            of(&issue(ours, now, &right.uid, Kind::Client)),
        ),
        (
            "a system as a staff member",
            of(&issue(ours, now, &stage.system.uid, Kind::Staff)),
        ),
        (
            "nobody's",
            of(&issue(ours, now, &infra::ids::new_uid(), Kind::Staff)),
        ),
        (
            "a retired account's",
            of(&issue(ours, now, &stage.retired.uid, Kind::Staff)),
        ),
        ("another scheme", format!("Basic {valid}")),
        ("no scheme", valid.clone()),
        ("empty", "Bearer ".to_owned()),
        ("text", of("trust-me")),
    ]
}

/// A refresh token, which opens nothing by itself.
pub async fn refresh_token(world: &World, login: &str) -> String {
    let body = json!({ "login": login, "password": PASSWORD });
    let answer = world
        .visitor()
        .post("/api/v1/auth/login", &body)
        .await
        .expect(200);
    answer.text("refresh_token").to_owned()
}

/// Another installation that says it is this one.
fn foreign(world: &World) -> Tokens {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(&folder.path().join("keys")).expect("keys");
    Tokens::new(keys, world.service.public_url.to_string())
}

fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

fn encoded(header: &serde_json::Value) -> String {
    URL_SAFE_NO_PAD.encode(header.to_string())
}
