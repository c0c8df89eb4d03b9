//! What can be wrong with a term: stops out of order, instants out of bounds.

use std::fmt;

use super::limit::LimitFault;
use super::term::MAX_CHANGES;
use crate::lang::Lang;

/// Why a term has no due date; `change` is the place among the term's changes, from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TermFault {
    Limit(LimitFault),
    /// Outside 2000-01-01 to 2150-01-01.
    ReceiptOutOfRange,
    TooManyChanges {
        count: usize,
    },
    /// An instant of this change is outside 2000-01-01 to 2150-01-01.
    InstantOutOfRange {
        change: usize,
    },
    StopEndsBeforeItBegins {
        change: usize,
    },
    StopBeforeReceipt {
        change: usize,
    },
    /// It begins before an earlier stop has ended.
    StopsOverlap {
        change: usize,
    },
    ExtensionLimit {
        change: usize,
        fault: LimitFault,
    },
    /// A same-day limit says nothing about how much longer.
    ExtensionBySameDay {
        change: usize,
    },
    /// A new date before the dossier even came in.
    HandSetBeforeReceipt {
        change: usize,
    },
    /// Past the year 9999: limits and extensions that add up beyond what can be written.
    DueTooFar,
}

impl TermFault {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Limit(fault) | Self::ExtensionLimit { fault, .. } => fault.code(),
            Self::ReceiptOutOfRange | Self::InstantOutOfRange { .. } => "instant_out_of_range",
            Self::TooManyChanges { .. } => "too_many_changes",
            Self::StopEndsBeforeItBegins { .. } => "stop_ends_before_it_begins",
            Self::StopBeforeReceipt { .. } => "stop_before_receipt",
            Self::StopsOverlap { .. } => "stops_overlap",
            Self::ExtensionBySameDay { .. } => "extension_by_same_day",
            Self::HandSetBeforeReceipt { .. } => "hand_set_before_receipt",
            Self::DueTooFar => "due_too_far",
        }
    }

    /// Which of the changes is wrong, from 0; `None` for the term itself.
    pub fn change(&self) -> Option<usize> {
        match *self {
            Self::Limit(_)
            | Self::ReceiptOutOfRange
            | Self::TooManyChanges { .. }
            | Self::DueTooFar => None,
            Self::InstantOutOfRange { change }
            | Self::StopEndsBeforeItBegins { change }
            | Self::StopBeforeReceipt { change }
            | Self::StopsOverlap { change }
            | Self::ExtensionLimit { change, .. }
            | Self::ExtensionBySameDay { change }
            | Self::HandSetBeforeReceipt { change } => Some(change),
        }
    }

    pub fn text(&self, lang: Lang) -> String {
        let (vi, en) = match self {
            Self::Limit(fault) | Self::ExtensionLimit { fault, .. } => return fault.text(lang),
            Self::TooManyChanges { count } => {
                return lang.pick(
                    format!("{count} lần thay đổi thời hạn, tối đa {MAX_CHANGES}"),
                    format!("{count} changes of the term, at most {MAX_CHANGES}"),
                );
            }
            Self::ReceiptOutOfRange | Self::InstantOutOfRange { .. } => (
                "thời điểm phải từ 2000-01-01 đến trước 2150-01-01",
                "an instant must lie between 2000-01-01 and 2150-01-01",
            ),
            Self::StopEndsBeforeItBegins { .. } => (
                "lần tạm dừng kết thúc trước khi bắt đầu",
                "the stop ends before it begins",
            ),
            Self::StopBeforeReceipt { .. } => (
                "lần tạm dừng bắt đầu trước khi tiếp nhận",
                "the stop begins before the receipt",
            ),
            Self::StopsOverlap { .. } => (
                "lần tạm dừng bắt đầu trước khi lần trước kết thúc",
                "the stop begins before an earlier one has ended",
            ),
            Self::ExtensionBySameDay { .. } => (
                "không thể gia hạn bằng thời hạn trong ngày",
                "a same-day limit cannot extend a term",
            ),
            Self::HandSetBeforeReceipt { .. } => (
                "ngày hẹn lại trước ngày tiếp nhận",
                "the new date is before the receipt",
            ),
            Self::DueTooFar => ("ngày hẹn trả quá xa", "the due date is too far away"),
        };
        lang.pick(vi, en).into()
    }
}

impl fmt::Display for TermFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Lang::En))
    }
}

impl std::error::Error for TermFault {}
