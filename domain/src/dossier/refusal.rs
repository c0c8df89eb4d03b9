//! Why an action cannot be done now; nothing has changed when one of these is returned.

use crate::deadline::TermFault;
use crate::lang::Lang;

/// A rule of the dossier's life that forbids the action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum Refusal {
    /// The state does not allow the action.
    WrongState,
    /// A supplement was asked for at this stage before.
    SupplementAlreadyRequested,
    /// More than 3 working days since acceptance.
    SupplementTooLate,
    /// The 15 days for the supplement are over.
    SupplementLapsed,
    /// The 15 days for the supplement are not over.
    NotLapsedYet,
    AlreadyExtended,
    NoExtraLimit,
    /// The due date has passed: an extension would hide that the dossier is late.
    AlreadyLate,
    AlreadyReappointed,
    /// The new date is not later than the promised one, or has passed.
    NewDateNotLater,
    /// The new date is outside working time.
    NewDateNotWorkingTime,
    /// The dossier is at the last step: resolve it.
    AtLastStep,
    /// There is no step before this one.
    AtFirstStep,
    /// Steps remain before a result can be given.
    NotAtLastStep,
    /// A result is being corrected: what belongs to the term before it is over.
    InCorrection,
    /// The pinned rules or times of this dossier contradict themselves.
    BrokenTerm,
}

impl From<TermFault> for Refusal {
    fn from(_: TermFault) -> Self {
        Self::BrokenTerm
    }
}

impl From<Vec<TermFault>> for Refusal {
    fn from(_: Vec<TermFault>) -> Self {
        Self::BrokenTerm
    }
}

impl Refusal {
    /// Stable word for clients.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState => "wrong_state",
            Self::SupplementAlreadyRequested => "supplement_already_requested",
            Self::SupplementTooLate => "supplement_too_late",
            Self::SupplementLapsed => "supplement_lapsed",
            Self::NotLapsedYet => "not_lapsed_yet",
            Self::AlreadyExtended => "already_extended",
            Self::NoExtraLimit => "no_extra_limit",
            Self::AlreadyLate => "already_late",
            Self::AlreadyReappointed => "already_reappointed",
            Self::NewDateNotLater => "new_date_not_later",
            Self::NewDateNotWorkingTime => "new_date_not_working_time",
            Self::AtLastStep => "at_last_step",
            Self::AtFirstStep => "at_first_step",
            Self::NotAtLastStep => "not_at_last_step",
            Self::InCorrection => "in_correction",
            Self::BrokenTerm => "broken_term",
        }
    }

    /// Why, in words for people.
    pub fn text(&self, lang: Lang) -> &'static str {
        let (vi, en) = match self {
            Self::WrongState => (
                "Trạng thái hiện tại của hồ sơ không cho phép thao tác này.",
                "The present state of the dossier does not allow this action.",
            ),
            Self::SupplementAlreadyRequested => (
                "Đã yêu cầu bổ sung một lần ở giai đoạn này; chỉ được yêu cầu một lần.",
                "A supplement was requested at this stage before; it may be requested only once.",
            ),
            Self::SupplementTooLate => (
                "Đã quá 3 ngày làm việc kể từ khi tiếp nhận nên không được yêu cầu bổ sung.",
                "More than 3 working days have passed since acceptance.",
            ),
            Self::SupplementLapsed => (
                "Đã hết 15 ngày bổ sung; hồ sơ sẽ dừng xử lý.",
                "The 15 days for the supplement are over; the dossier will be stopped.",
            ),
            Self::NotLapsedYet => (
                "Chưa hết thời hạn bổ sung.",
                "The time for the supplement is not over yet.",
            ),
            Self::AlreadyExtended => (
                "Hồ sơ đã được gia hạn một lần; chỉ được gia hạn một lần.",
                "The dossier was extended before; it may be extended only once.",
            ),
            Self::NoExtraLimit => (
                "Thủ tục này không quy định thời gian gia hạn.",
                "This procedure provides no extra time limit.",
            ),
            Self::AlreadyLate => (
                "Hồ sơ đã quá hạn; không gia hạn được nữa.",
                "The dossier is past its due date and can no longer be extended.",
            ),
            Self::AlreadyReappointed => (
                "Hồ sơ đã xin lỗi và hẹn lại một lần; chỉ được hẹn lại một lần.",
                "The dossier was re-appointed before; that may be done only once.",
            ),
            Self::NewDateNotLater => (
                "Ngày hẹn mới phải sau ngày hẹn hiện tại và sau thời điểm này.",
                "The new date must be later than the promised one and later than now.",
            ),
            Self::NewDateNotWorkingTime => (
                "Ngày hẹn mới phải nằm trong giờ làm việc của cơ quan.",
                "The new date must lie in the working time of the office.",
            ),
            Self::AtLastStep => (
                "Hồ sơ đang ở bước cuối; hãy trả kết quả giải quyết.",
                "The dossier is at its last step; resolve it.",
            ),
            Self::AtFirstStep => (
                "Hồ sơ đang ở bước đầu; không có bước trước để chuyển trả.",
                "The dossier is at its first step; there is none before it.",
            ),
            Self::NotAtLastStep => (
                "Hồ sơ chưa đến bước cuối của quy trình.",
                "The dossier has not reached the last step of its route.",
            ),
            Self::InCorrection => (
                "Hồ sơ đang được sửa kết quả; thao tác này chỉ có trước khi có kết quả đầu tiên.",
                "The result is being corrected; this action is for the time before the first result.",
            ),
            Self::BrokenTerm => (
                "Dữ liệu thời hạn của hồ sơ không nhất quán; hãy báo quản trị.",
                "The term data of the dossier contradict themselves; tell the administrator.",
            ),
        };
        lang.pick(vi, en)
    }
}
