//! The OpenAPI document: what all features say of themselves, completed by what holds for all.

mod complete;

use utoipa::openapi::path::PathsBuilder;
use utoipa::openapi::security::{
    ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Scopes, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder,
};

use crate::features::FEATURES;
use crate::problem::{FaultBody, ProblemBody};

const DESCRIPTION: &str = "\
Theo dõi hồ sơ thủ tục hành chính theo cơ chế một cửa: tiếp nhận, xử lý theo quy trình, hẹn trả, \
trả kết quả và tra cứu.

Case tracking for the one-stop shop of Vietnamese local government: intake, steps, due dates, \
results, and a public look-up.

* **Đăng nhập / signing in**: people `POST /api/v1/auth/login`; connected systems OAuth 2.0 client \
credentials at `POST /oauth/token`. Either gives a bearer token.
* **Lỗi / errors**: RFC 9457 `application/problem+json`; `code` is stable, `errors` names every \
fault of the input at once; words by `Accept-Language: vi` (default) or `en`.
* **Thời gian / times**: RFC 3339 with an offset, answered in `+07:00`; dates `YYYY-MM-DD`.
* **Sửa đổi đồng thời / concurrency**: a change takes the `ETag` that you read as `If-Match`.
* **Gửi lại / retries**: a POST with an `Idempotency-Key` may be sent again safely for 7 days.
* **Danh sách / lists**: `limit` and `cursor`; the next page is in `Link: rel=\"next\"` and `next_cursor`.";

const TAGS: &[(&str, &str)] = &[
    (
        "auth",
        "Đăng nhập, phiên làm việc, khóa công khai · Signing in, sessions, public keys",
    ),
    ("clients", "Hệ thống kết nối · Connected systems"),
    (
        "dossiers",
        "Hồ sơ: tiếp nhận, xử lý, trả kết quả · Dossiers: intake, work, return",
    ),
    ("worklists", "Danh sách việc · Work lists"),
    ("events", "Dòng sự kiện · The feed of changes"),
    (
        "offices",
        "Cơ quan và phòng chuyên môn · Offices and departments",
    ),
    (
        "staff",
        "Cán bộ, vai trò, ủy quyền · Staff, roles, stand-ins",
    ),
    (
        "calendars",
        "Lịch làm việc và tính lại hạn · Calendars and recomputation",
    ),
    ("procedures", "Thủ tục hành chính · Procedures"),
    (
        "mails",
        "Thư gửi đi, địa chỉ bị chặn, mẫu thư · Mails, muted addresses, templates",
    ),
    (
        "notifications",
        "Cảnh báo, xin lỗi và hẹn lại · Alerts, apologies with a new date",
    ),
    ("deadlines", "Tính ngày hẹn trả · Due dates"),
    (
        "public",
        "Công khai, không cần tài khoản · Public, without an account",
    ),
    ("operations", "Vận hành · Operations"),
];

/// The whole document, OpenAPI 3.1. The same for every installation.
pub fn document() -> OpenApi {
    let mut document = base();
    for feature in FEATURES {
        document.merge((feature.docs)());
    }
    keep_used_tags(&mut document);
    complete::complete(&mut document);
    document
}

/// The document as it is committed and served.
pub fn json() -> serde_json::Result<String> {
    // By way of a value, whose members are in the order of the alphabet whatever utoipa does.
    let value = serde_json::to_value(document())?;
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

fn base() -> OpenApi {
    let licence = LicenseBuilder::new()
        .name("AGPL-3.0-only")
        .identifier(Some("AGPL-3.0-only"))
        .build();
    let info = InfoBuilder::new()
        .title("motcua")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(licence))
        .build();
    let server = ServerBuilder::new()
        .url("/")
        .description(Some("Máy chủ này · This server"))
        .build();
    let tags = TAGS.iter().map(|(name, about)| {
        TagBuilder::new()
            .name(*name)
            .description(Some(*about))
            .build()
    });
    let components = ComponentsBuilder::new()
        .schema_from::<ProblemBody<'static>>()
        .schema_from::<FaultBody<'static>>()
        .security_scheme("bearer", SecurityScheme::Http(bearer()))
        .security_scheme("client", SecurityScheme::OAuth2(client()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([server]))
        .tags(Some(tags.collect::<Vec<_>>()))
        .paths(PathsBuilder::new())
        .components(Some(components))
        .build()
}

fn bearer() -> Http {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.bearer_format = Some("JWT".to_owned());
    scheme.description =
        Some("Access token of a person, from `POST /api/v1/auth/login`.".to_owned());
    scheme
}

fn client() -> OAuth2 {
    let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", Scopes::new()));
    OAuth2::with_description(
        [flow],
        "Access token of a connected system (client credentials).",
    )
}

/// A tag without operations would be an empty chapter.
fn keep_used_tags(document: &mut OpenApi) {
    let used: std::collections::BTreeSet<String> = document
        .paths
        .paths
        .values()
        .flat_map(complete::operations)
        .flat_map(|(_, operation)| operation.tags.clone().unwrap_or_default())
        .collect();
    if let Some(tags) = &mut document.tags {
        tags.retain(|tag| used.contains(&tag.name));
    }
}

#[cfg(test)]
mod tests;
