//! States and actions of a dossier, with the codes of the national portal.

use crate::lang::Lang;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Trạng thái hồ sơ.
    State {
        Submitted = "submitted",
        Accepted = "accepted",
        Refused = "refused",
        Processing = "processing",
        AwaitingSupplement = "awaiting_supplement",
        AwaitingPayment = "awaiting_payment",
        Withdrawn = "withdrawn",
        Stopped = "stopped",
        Resolved = "resolved",
        Returned = "returned",
    }
}

words! {
    /// What can be done with a dossier that exists.
    Action {
        Accept = "accept",
        Refuse = "refuse",
        RequestSupplement = "request_supplement",
        ReceiveSupplement = "receive_supplement",
        Lapse = "lapse",
        Extend = "extend",
        RequestPayment = "request_payment",
        ConfirmPayment = "confirm_payment",
        Forward = "forward",
        Assign = "assign",
        SendBack = "send_back",
        Resolve = "resolve",
        ReturnResult = "return_result",
        Withdraw = "withdraw",
        Stop = "stop",
        Reappoint = "reappoint",
        CorrectResult = "correct_result",
    }
}

words! {
    /// Kết quả giải quyết.
    Outcome {
        Approved = "approved",
        Declined = "declined",
    }
}

impl State {
    /// Code of the national public service portal.
    pub fn portal_code(self) -> u8 {
        match self {
            Self::Submitted => 1,
            Self::Accepted => 2,
            Self::Refused => 3,
            Self::Processing => 4,
            Self::AwaitingSupplement => 5,
            Self::AwaitingPayment => 6,
            Self::Withdrawn => 7,
            Self::Stopped => 8,
            Self::Resolved => 9,
            Self::Returned => 10,
        }
    }

    /// The state in plain words, as the portal names it.
    pub fn text(self, lang: Lang) -> &'static str {
        let (vi, en) = match self {
            Self::Submitted => ("Mới đăng ký", "Newly submitted"),
            Self::Accepted => ("Được tiếp nhận", "Accepted"),
            Self::Refused => ("Không được tiếp nhận", "Not accepted"),
            Self::Processing => ("Đang xử lý", "In progress"),
            Self::AwaitingSupplement => ("Yêu cầu bổ sung giấy tờ", "Awaiting further papers"),
            Self::AwaitingPayment => ("Yêu cầu thực hiện nghĩa vụ tài chính", "Awaiting payment"),
            Self::Withdrawn => ("Công dân yêu cầu rút hồ sơ", "Withdrawn by the applicant"),
            Self::Stopped => ("Dừng xử lý", "Stopped"),
            Self::Resolved => ("Đã xử lý xong", "Resolved"),
            Self::Returned => ("Đã trả kết quả", "Result returned"),
        };
        lang.pick(vi, en)
    }

    /// Open: somebody still has to bring it to an end.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Submitted
                | Self::Accepted
                | Self::Processing
                | Self::AwaitingSupplement
                | Self::AwaitingPayment
        )
    }
}

impl Action {
    /// The states from which the action may start.
    pub fn from_states(self) -> &'static [State] {
        use State::{
            Accepted, AwaitingPayment, AwaitingSupplement, Processing, Resolved, Returned,
            Submitted,
        };
        match self {
            Self::Accept | Self::Refuse => &[Submitted],
            Self::RequestSupplement => &[Submitted, Processing],
            Self::ReceiveSupplement | Self::Lapse => &[AwaitingSupplement],
            Self::Extend | Self::Forward | Self::Reappoint => &[Accepted, Processing],
            Self::RequestPayment | Self::Assign | Self::SendBack | Self::Resolve => &[Processing],
            Self::ConfirmPayment => &[AwaitingPayment],
            Self::ReturnResult => &[Resolved],
            Self::Withdraw | Self::Stop => &[
                Submitted,
                Accepted,
                Processing,
                AwaitingSupplement,
                AwaitingPayment,
            ],
            Self::CorrectResult => &[Resolved, Returned],
        }
    }
}
