//! The kinds of letters; each has its template.

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// Loại thư.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$meta])* $variant),* }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word on the wire, in the database and in the name of the template.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// Handed in or accepted, with the look-up link and key.
    ApplicantReceived = "applicant_received",
    /// Every missing paper and the last day.
    ApplicantSupplement = "applicant_supplement",
    ApplicantPayment = "applicant_payment",
    /// Xin lỗi và hẹn lại ngày trả kết quả.
    ApplicantApology = "applicant_apology",
    /// The promised date moved, other than by an apology.
    ApplicantDueDateMoved = "applicant_due_date_moved",
    ApplicantResult = "applicant_result",
    /// Closed without a result: stopped, lapsed, refused or withdrawn.
    ApplicantStopped = "applicant_stopped",
    StaffAlert = "staff_alert",
    StaffDigest = "staff_digest",
    StaffWeekly = "staff_weekly",
    StaffMonthly = "staff_monthly",
}

impl Kind {
    /// To a citizen; the others go to the staff, in working hours only.
    pub fn is_to_applicant(self) -> bool {
        match self {
            Self::ApplicantReceived
            | Self::ApplicantSupplement
            | Self::ApplicantPayment
            | Self::ApplicantApology
            | Self::ApplicantDueDateMoved
            | Self::ApplicantResult
            | Self::ApplicantStopped => true,
            Self::StaffAlert | Self::StaffDigest | Self::StaffWeekly | Self::StaffMonthly => false,
        }
    }
}
