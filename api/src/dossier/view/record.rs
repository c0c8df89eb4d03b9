//! The record of a dossier: events, comments and files.

use infra::dossier::{Attachment, Comment, EventView, FeedItem};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NamedView, time};

/// An event of the record, chained to the one before by its hash.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    pub number: i64,
    #[schema(format = "date-time")]
    pub at: String,
    /// Who acted; absent for the service itself.
    pub actor: Option<String>,
    /// For whom a stand-in acted.
    pub on_behalf_of: Option<String>,
    #[schema(example = "forward")]
    pub action: String,
    pub from: Option<String>,
    pub to: String,
    pub reason: Option<String>,
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
    pub previous_hash: String,
    pub hash: String,
}

impl From<EventView> for EventBody {
    fn from(event: EventView) -> Self {
        Self {
            number: event.number,
            at: time(event.at),
            actor: event.actor,
            on_behalf_of: event.on_behalf_of,
            action: event.action,
            from: event.from,
            to: event.to,
            reason: event.reason,
            detail: event.detail,
            previous_hash: event.previous_hash,
            hash: event.hash,
        }
    }
}

/// An event in the feed: `id` is what to read on from.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedEvent {
    pub id: i64,
    pub dossier: String,
    pub event: EventBody,
}

impl From<FeedItem> for FeedEvent {
    fn from(item: FeedItem) -> Self {
        Self {
            id: item.number,
            dossier: item.dossier,
            event: item.event.into(),
        }
    }
}

/// A stretch of the feed. Read on from `next_after`, also when `events` is empty.
#[derive(Debug, Serialize, ToSchema)]
pub struct Feed {
    pub events: Vec<FeedEvent>,
    pub next_after: i64,
}

/// A comment among the staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentView {
    pub id: String,
    pub author: NamedView,
    pub text: String,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        Self {
            id: comment.uid,
            author: comment.author.into(),
            text: comment.text,
            created_at: time(comment.created_at),
        }
    }
}

/// A file of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: String,
    pub name: String,
    /// Told by the content, not by the name.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    pub sha256: String,
    #[schema(format = "date-time")]
    pub created_at: String,
}

impl From<Attachment> for AttachmentView {
    fn from(attachment: Attachment) -> Self {
        Self {
            id: attachment.uid,
            name: attachment.name,
            media_type: attachment.media_type,
            size: attachment.size,
            sha256: attachment.sha256,
            created_at: time(attachment.created_at),
        }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    pub items: Vec<EventBody>,
    pub next_cursor: Option<String>,
}

/// A page of comments.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentPage {
    pub items: Vec<CommentView>,
    pub next_cursor: Option<String>,
}

/// A page of attachments.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentPage {
    pub items: Vec<AttachmentView>,
    pub next_cursor: Option<String>,
}
