//! The list of all features: the one place where a new one is mounted and documented.

use actix_web::web::ServiceConfig;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

/// What a feature brings: its routes, and its `Docs` for the OpenAPI document.
#[derive(Debug)]
pub struct Feature {
    pub routes: fn(&mut ServiceConfig),
    pub docs: fn() -> OpenApi,
}

/// Every feature whose operations are part of the API.
pub const FEATURES: &[Feature] = &[
    Feature {
        routes: crate::ops::routes,
        docs: crate::ops::Docs::openapi,
    },
    Feature {
        routes: crate::auth::routes,
        docs: crate::auth::Docs::openapi,
    },
    Feature {
        routes: crate::dossier::routes,
        docs: crate::dossier::Docs::openapi,
    },
    Feature {
        routes: crate::calendar::routes,
        docs: crate::calendar::Docs::openapi,
    },
    Feature {
        routes: crate::procedure::routes,
        docs: crate::procedure::Docs::openapi,
    },
    Feature {
        routes: crate::deadline::routes,
        docs: crate::deadline::Docs::openapi,
    },
    Feature {
        routes: crate::office::routes,
        docs: crate::office::Docs::openapi,
    },
    Feature {
        routes: crate::notification::alerts::routes,
        docs: crate::notification::alerts::Docs::openapi,
    },
    Feature {
        routes: crate::staff::routes,
        docs: crate::staff::Docs::openapi,
    },
    Feature {
        routes: crate::schedule::routes,
        docs: crate::schedule::Docs::openapi,
    },
    Feature {
        routes: crate::notification::routes,
        docs: crate::notification::Docs::openapi,
    },
];
