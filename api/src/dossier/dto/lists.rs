//! What clients ask for in lists, work lists, the feed and the public look-up.

use chrono::NaiveDate;
use domain::dossier::State;
use domain::text::{AgencyCode, IdNumber, Phone, ProcedureCode};
use uuid::Uuid;

use super::Channel;
use crate::{query, word_enum};

word_enum! {
    /// Which open dossiers: by their due date.
    pub enum When {
        Overdue = "overdue",
        Today = "today",
        NextWorkingDay = "next_working_day",
        All = "all",
    }
}

query! {
    /// Filters of the register of dossiers; newest first, or by name when `name` is given.
    pub struct ListQuery {
        /// This office and those below it.
        #[param(value_type = Option<String>)]
        pub office: Option<AgencyCode>,
        #[param(value_type = Option<String>)]
        pub procedure: Option<ProcedureCode>,
        /// Comma-separated states.
        #[param(value_type = Option<String>, example = "accepted,processing")]
        pub state: Option<Vec<State>>,
        #[param(value_type = Option<String>)]
        pub holder: Option<Uuid>,
        #[param(value_type = Option<String>)]
        pub department: Option<Uuid>,
        /// A code, an ID number, a phone number, or words of the applicant's name with or
        /// without diacritics.
        pub q: Option<String>,
        /// The exact code.
        #[param(value_type = Option<String>)]
        pub code: Option<domain::text::DossierCode>,
        /// Words of the applicant's name, with or without diacritics.
        pub name: Option<String>,
        #[param(value_type = Option<String>)]
        pub id_number: Option<IdNumber>,
        #[param(value_type = Option<String>)]
        pub phone: Option<Phone>,
        #[param(value_type = Option<String>, format = "date")]
        pub received_from: Option<NaiveDate>,
        #[param(value_type = Option<String>, format = "date")]
        pub received_to: Option<NaiveDate>,
        #[param(value_type = Option<String>)]
        pub channel: Option<Channel>,
        /// 50 unless asked, 200 at most.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        /// `capped` counts to 10,000 at most.
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

word_enum! {
    /// Whether a list also counts.
    pub enum Count { Capped = "capped" }
}

query! {
    /// A page of a work list; soonest due date first.
    pub struct WorkQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

query! {
    /// Which due dossiers; soonest due date first.
    pub struct DueQuery {
        /// `overdue` when absent.
        #[param(value_type = Option<String>, example = "overdue")]
        pub when: Option<When>,
        /// This office and those below it.
        #[param(value_type = Option<String>)]
        pub office: Option<AgencyCode>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
        #[param(value_type = Option<String>, example = "capped")]
        pub count: Option<Count>,
    }
}

query! {
    /// A page.
    pub struct PageQuery {
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        pub cursor: Option<String>,
    }
}

query! {
    /// Where to read on.
    pub struct FeedQuery {
        /// The last number that was read; 0 for the beginning.
        #[param(minimum = 0)]
        pub after: Option<u64>,
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
    }
}

query! {
    /// The look-up key, for the applicant's view.
    pub struct KeyQuery {
        #[param(value_type = Option<String>, min_length = 6, max_length = 6)]
        pub key: Option<String>,
    }
}
