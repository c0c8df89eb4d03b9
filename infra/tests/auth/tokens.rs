//! Access tokens, honest and forged.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use infra::auth::{Keys, Kind, TokenFault, Tokens};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::start;

struct Mint {
    keys: Keys,
    tokens: Tokens,
    _folder: tempfile::TempDir,
}

fn mint() -> Mint {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(&folder.path().join("keys")).unwrap();
    let tokens = Tokens::new(keys.clone(), "https://motcua.example");
    Mint {
        keys,
        tokens,
        _folder: folder,
    }
}

impl Mint {
    fn token(&self) -> String {
        self.tokens
            .issue(start(), "uid-1", Kind::Staff, Some("family-1"))
            .unwrap()
            .token
    }

    fn check(&self, token: &str) -> Result<infra::auth::Bearer, TokenFault> {
        self.tokens.verify(start(), token)
    }

    fn kid(&self) -> String {
        self.keys.signing(start()).unwrap().kid.clone()
    }

    /// Honest claims, to be spoilt.
    fn claims(&self) -> Value {
        json!({
            "iss": "https://motcua.example", "aud": "motcua", "sub": "uid-1", "typ": "staff",
            "iat": start().timestamp(), "exp": start().timestamp() + 600, "jti": "j",
        })
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn an_honest_token_says_who_and_which_session() {
    let mint = mint();
    let token = mint.token();
    let bearer = mint.check(&token).unwrap();
    assert_eq!((bearer.uid.as_str(), bearer.kind), ("uid-1", Kind::Staff));
    assert_eq!(bearer.session.as_deref(), Some("family-1"));
    assert_eq!(bearer.expires_at, start() + TimeDelta::minutes(10));
    let claims = claims_of(&token);
    assert_eq!(claims["iss"], "https://motcua.example");
    assert_eq!(claims["aud"], "motcua");
    assert_eq!(claims["typ"], "staff");
    let header: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').next().unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        (header["alg"].as_str(), header["kid"].as_str()),
        (Some("EdDSA"), Some(mint.kid().as_str()))
    );
}

#[test]
fn a_client_token_has_no_session() {
    let mint = mint();
    let token = mint
        .tokens
        .issue(start(), "client-1", Kind::Client, None)
        .unwrap();
    assert_eq!(token.expires_in, 600);
    let bearer = mint.check(&token.token).unwrap();
    assert_eq!((bearer.kind, bearer.session), (Kind::Client, None));
}

#[test]
fn a_token_ends_by_the_injected_clock_with_half_a_minute_of_leeway() {
    let mint = mint();
    let token = mint.token();
    let at = |seconds: i64| -> DateTime<Utc> { start() + TimeDelta::seconds(seconds) };
    assert!(mint.tokens.verify(at(629), &token).is_ok());
    assert_eq!(
        mint.tokens.verify(at(630), &token),
        Err(TokenFault::Expired)
    );
    assert!(mint.tokens.verify(at(-30), &token).is_ok());
    assert_eq!(
        mint.tokens.verify(at(-31), &token),
        Err(TokenFault::Invalid),
        "issued in the future"
    );
}

#[test]
fn a_token_of_algorithm_none_is_refused() {
    let mint = mint();
    let header = json!({ "typ": "JWT", "alg": "none", "kid": mint.kid() });
    for signature in ["", "AAAA"] {
        let forged = format!("{}.{}.{signature}", part(&header), part(&mint.claims()));
        assert_eq!(mint.check(&forged), Err(TokenFault::Invalid));
    }
}

#[test]
fn a_token_signed_with_the_public_key_as_a_secret_is_refused() {
    let mint = mint();
    let public = URL_SAFE_NO_PAD
        .decode(&mint.keys.public(start())[0].x)
        .unwrap();
    let header = Header {
        kid: Some(mint.kid()),
        ..Header::new(Algorithm::HS256)
    };
    let forged = encode(&header, &mint.claims(), &EncodingKey::from_secret(&public)).unwrap();
    assert_eq!(mint.check(&forged), Err(TokenFault::Invalid));
    // The same bytes under a header that claims EdDSA.
    let signature = forged.rsplit('.').next().unwrap();
    let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": mint.kid() });
    let forged = format!("{}.{}.{signature}", part(&header), part(&mint.claims()));
    assert_eq!(mint.check(&forged), Err(TokenFault::Invalid));
}

#[test]
fn a_token_of_a_strange_key_is_refused_even_under_our_key_id() {
    let (mint, stranger) = (mint(), mint());
    let strange = stranger.token();
    assert_eq!(mint.check(&strange), Err(TokenFault::Invalid));
    let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": mint.kid() });
    let rest = strange.split_once('.').unwrap().1;
    assert_eq!(
        mint.check(&format!("{}.{rest}", part(&header))),
        Err(TokenFault::Invalid)
    );
}

#[test]
fn a_changed_claim_breaks_the_signature() {
    let mint = mint();
    let token = mint.token();
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims = claims_of(&token);
    claims["sub"] = json!("uid-2");
    assert_eq!(
        mint.check(&format!("{}.{}.{}", parts[0], part(&claims), parts[2])),
        Err(TokenFault::Invalid)
    );
}

#[test]
fn another_issuer_or_audience_or_shape_is_refused_though_signed_by_us() {
    let mint = mint();
    let pem = std::fs::read(
        mint._folder
            .path()
            .join("keys")
            .join(format!("{}.pem", mint.kid())),
    )
    .unwrap();
    let key = EncodingKey::from_ed_pem(&pem).unwrap();
    let header = Header {
        kid: Some(mint.kid()),
        ..Header::new(Algorithm::EdDSA)
    };
    let signed = |spoil: &dyn Fn(&mut Value)| {
        let mut claims = mint.claims();
        spoil(&mut claims);
        encode(&header, &claims, &key).unwrap()
    };
    assert!(mint.check(&signed(&|_| ())).is_ok());
    let spoils: [&dyn Fn(&mut Value); 8] = [
        &|claims| claims["iss"] = json!("https://other.example"),
        &|claims| claims["iss"] = json!(["https://motcua.example", "https://other.example"]),
        &|claims| claims["aud"] = json!("other"),
        &|claims| claims["aud"] = json!(["motcua", "other"]),
        &|claims| drop(claims.as_object_mut().unwrap().remove("aud")),
        &|claims| drop(claims.as_object_mut().unwrap().remove("exp")),
        &|claims| claims["exp"] = json!(i64::MAX),
        &|claims| claims["typ"] = json!("system"),
    ];
    for spoil in spoils {
        assert_eq!(mint.check(&signed(spoil)), Err(TokenFault::Invalid));
    }
    // Without a key id nothing says which key to try.
    let nameless = encode(&Header::new(Algorithm::EdDSA), &mint.claims(), &key).unwrap();
    assert_eq!(mint.check(&nameless), Err(TokenFault::Invalid));
}

#[test]
fn garbage_is_refused_without_a_panic() {
    let mint = mint();
    let huge = "a".repeat(1 << 20);
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "\u{0}",
        "ấ.ấ.ấ",
        huge.as_str(),
        &mint.token()[1..],
    ] {
        assert_eq!(mint.check(text), Err(TokenFault::Invalid));
    }
}

#[test]
fn a_token_outlives_a_rotation_but_not_the_retirement_of_its_key() {
    let mint = mint();
    let token = mint.token();
    let old = mint.kid();
    mint.keys.rotate().unwrap();
    assert!(mint.check(&token).is_ok());
    assert_ne!(mint.kid(), old);
    mint.keys.retire(&old).unwrap();
    assert_eq!(mint.check(&token), Err(TokenFault::Invalid));
}
