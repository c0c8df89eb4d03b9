//! What clients send about accounts.

use domain::text::{AgencyCode, Login, Password, Title};

use crate::{input, query};

input! {
    /// Login and password of a person.
    pub struct LoginInput {
        #[schema(value_type = String, min_length = 3, max_length = 64, example = "tiep_nhan")]
        pub login: Login,
        #[schema(value_type = String, format = "password", max_length = 256, example = "mật khẩu của tôi")]
        pub password: Password,
    }
}

input! {
    /// The refresh token that came with the last answer.
    pub struct RefreshInput {
        #[schema(max_length = 4000, example = "q0TDY3bXh8oVv1mZr1rWc2l6bX5m6nJt0h2Jm7u5c1A")]
        pub refresh_token: String,
    }
}

input! {
    /// The present password and the next.
    pub struct PasswordInput {
        #[schema(value_type = String, format = "password", max_length = 256, example = "mật khẩu được cấp")]
        pub current_password: Password,
        /// At least 12 characters.
        #[schema(value_type = String, format = "password", min_length = 12, max_length = 256, example = "mật khẩu tự chọn")]
        pub new_password: Password,
    }
}

input! {
    /// A connected system to be made.
    pub struct ClientInput {
        #[schema(value_type = String, min_length = 1, max_length = 300, example = "Phần mềm một cửa phường")]
        pub name: Title,
        /// The office it acts for, with the offices below it.
        #[schema(value_type = String, example = "H29.23")]
        pub office: AgencyCode,
    }
}

query! {
    pub struct ClientsQuery {
        /// Only those of this office and the offices below it.
        #[param(value_type = Option<String>, example = "H29.23")]
        pub office: Option<AgencyCode>,
        /// `true`: the retired ones instead of those at work.
        pub retired: Option<bool>,
        /// Items of a page, at most 200; 50 when absent.
        #[param(minimum = 1, maximum = 200)]
        pub limit: Option<u32>,
        /// From the `next` link.
        pub cursor: Option<String>,
    }
}
