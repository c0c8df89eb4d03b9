//! Connected systems, their tokens, and the keys that check them.

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{PASSWORD, basic, house, signed};

#[actix_web::test]
async fn a_connected_system_is_made_shown_rotated_and_retired() {
    let house = house();
    let admin = house.admin().await;
    let made = house.client(&admin).await;
    assert_eq!(
        (made.0, made.header("etag"), made.header("cache-control")),
        (201, "\"1\"", "no-store")
    );
    let (id, secret) = (made.text("id"), made.text("secret"));
    let place = format!("/api/v1/clients/{id}");
    assert_eq!(made.header("location"), place);

    let shown = house.get(&place, &admin).await;
    assert_eq!((shown.0, shown.header("etag")), (200, "\"1\""));
    assert_eq!(shown.2.get("secret"), None);
    let list = house.get("/api/v1/clients?limit=1", &admin).await;
    assert_eq!(list.2["items"][0]["id"], json!(id));

    let rotate = |version: &'static str| {
        signed(
            TestRequest::post().uri(&format!("{place}/rotate-secret")),
            Some(&admin),
        )
        .insert_header(("if-match", version))
    };
    let unseen = house
        .post(&format!("{place}/rotate-secret"), Some(&admin), json!({}))
        .await;
    assert_eq!((unseen.0, unseen.code()), (428, "precondition_required"));
    let rotated = house.send(rotate("\"1\"")).await;
    assert_eq!((rotated.0, rotated.header("etag")), (200, "\"2\""));
    assert_ne!(rotated.text("secret"), secret);
    let stale = house.send(rotate("\"1\"")).await;
    assert_eq!((stale.0, stale.header("etag")), (412, "\"2\""));

    let retire = || {
        signed(TestRequest::delete().uri(&place), Some(&admin)).insert_header(("if-match", "\"2\""))
    };
    assert_eq!(house.send(retire()).await.0, 204);
    assert_eq!(
        house.get("/api/v1/clients", &admin).await.2["items"],
        json!([])
    );
    assert_eq!(
        house.get("/api/v1/clients?retired=true", &admin).await.2["items"][0]["id"],
        json!(id)
    );
    assert_eq!(house.get("/api/v1/clients/not-an-id", &admin).await.0, 404);
}

#[actix_web::test]
async fn a_retry_of_making_a_client_makes_no_second_and_does_not_show_the_secret_again() {
    let house = house();
    let admin = house.admin().await;
    let request = || {
        signed(TestRequest::post().uri("/api/v1/clients"), Some(&admin))
            .insert_header(("idempotency-key", "k1"))
            .set_json(json!({"name": "Phần mềm", "office": "H1"}))
    };
    let (first, again) = (house.send(request()).await, house.send(request()).await);
    assert!(!first.text("secret").is_empty());
    assert_eq!(
        (again.0, again.header("idempotency-replayed")),
        (201, "true")
    );
    assert_eq!(again.text("id"), first.text("id"));
    assert_eq!(again.2.get("secret"), None, "it is stored nowhere");
}

#[actix_web::test]
async fn a_connected_system_gets_a_token_by_basic_or_by_the_form() {
    let house = house();
    let made = house.client(&house.admin().await).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let by_basic = house
        .token("grant_type=client_credentials", Some(basic(&id, &secret)))
        .await;
    assert_eq!(
        (by_basic.0, by_basic.header("cache-control")),
        (200, "no-store")
    );
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let by_form = house.token(&form, None).await;
    assert_eq!(
        (&by_form.2["token_type"], &by_form.2["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    for said in [by_basic, by_form] {
        let me = house
            .get("/api/v1/auth/me", &said.text("access_token"))
            .await;
        assert_eq!(
            (&me.2["kind"], &me.2["id"], &me.2["login"]),
            (&json!("client"), &json!(id), &Value::Null)
        );
        assert_eq!(me.2["roles"][0]["role"], "ward_client");
    }
}

#[actix_web::test]
async fn the_token_endpoint_refuses_in_the_words_of_the_rfc() {
    let house = house();
    let made = house.client(&house.admin().await).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let right = Some(basic(&id, &secret));
    let grant = "grant_type=client_credentials";
    let cases = [
        ("", right.clone(), 400, "invalid_request"),
        (
            "grant_type=password",
            right.clone(),
            400,
            "unsupported_grant_type",
        ),
        (
            "grant_type=client_credentials&grant_type=client_credentials",
            right.clone(),
            400,
            "invalid_request",
        ),
        (
            "grant_type=client_credentials&scope=all",
            right.clone(),
            400,
            "invalid_scope",
        ),
        (
            "grant_type=client_credentials&client_secret=x",
            right,
            400,
            "invalid_request",
        ),
        ("grant_type=%zz", None, 400, "invalid_request"),
        (grant, None, 401, "invalid_client"),
        (grant, Some(basic(&id, "wrong")), 401, "invalid_client"),
        (
            grant,
            Some(basic("nobody%00", &secret)),
            401,
            "invalid_client",
        ),
        (grant, Some("Basic !!!".to_owned()), 401, "invalid_client"),
        (grant, Some("Bearer x".to_owned()), 401, "invalid_client"),
    ];
    for (form, authorization, status, error) in cases {
        let tried_basic = authorization.is_some();
        let said = house.token(form, authorization).await;
        assert_eq!(
            (said.0, &said.2["error"]),
            (status, &json!(error)),
            "{form}"
        );
        assert_eq!(said.header("content-type"), "application/json");
        assert!(!said.text("error_description").is_empty());
        if status == 401 {
            assert_eq!(
                said.header("www-authenticate").starts_with("Basic"),
                tried_basic
            );
        }
    }
    let json = house
        .post(
            "/oauth/token",
            None,
            json!({"grant_type": "client_credentials"}),
        )
        .await;
    assert_eq!((json.0, &json.2["error"]), (400, &json!("invalid_request")));
}

#[actix_web::test]
async fn a_retired_system_gets_no_token_and_the_ones_it_has_are_refused() {
    let house = house();
    let admin = house.admin().await;
    let made = house.client(&admin).await;
    let (id, secret) = (made.text("id"), made.text("secret"));
    let token = house
        .token("grant_type=client_credentials", Some(basic(&id, &secret)))
        .await
        .text("access_token");
    assert_eq!(house.get("/api/v1/auth/me", &token).await.0, 200);
    let password = json!({"current_password": PASSWORD, "new_password": "mật khẩu tự chọn"});
    assert_eq!(
        house
            .post("/api/v1/auth/password", Some(&token), password)
            .await
            .code(),
        "forbidden"
    );
    let retire = signed(
        TestRequest::delete().uri(&format!("/api/v1/clients/{id}")),
        Some(&admin),
    )
    .insert_header(("if-match", "\"1\""));
    assert_eq!(house.send(retire).await.0, 204);
    assert_eq!(house.get("/api/v1/auth/me", &token).await.0, 401);
    assert_eq!(
        house
            .token("grant_type=client_credentials", Some(basic(&id, &secret)))
            .await
            .0,
        401
    );
}

#[actix_web::test]
async fn the_public_keys_check_our_tokens() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
    let house = house();
    let token = house.admin().await;
    let keys = house
        .send(TestRequest::get().uri("/.well-known/jwks.json"))
        .await;
    assert_eq!(
        (keys.0, keys.header("cache-control")),
        (200, "public, max-age=300")
    );
    let key = &keys.2["keys"][0];
    for (member, value) in [
        ("kty", "OKP"),
        ("crv", "Ed25519"),
        ("use", "sig"),
        ("alg", "EdDSA"),
    ] {
        assert_eq!(key[member], value);
    }
    assert_eq!(key.get("d"), None, "never the private half");
    assert_eq!(
        decode_header(&token).unwrap().kid.as_deref(),
        key["kid"].as_str()
    );
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_audience(&["motcua"]);
    rules.validate_exp = false;
    let public = DecodingKey::from_ed_components(key["x"].as_str().unwrap()).unwrap();
    let claims = decode::<Value>(&token, &public, &rules).unwrap().claims;
    assert_eq!(claims["iss"], "http://motcua.example");
}
