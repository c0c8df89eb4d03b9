//! Every error code of the service: its status, title and help, in both languages.

use actix_web::http::StatusCode;

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Stable name for programs, and the last part of the page's address.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short title.
    pub title_vi: &'static str,
    pub title_en: &'static str,
    /// What to do about it, on the page of the error.
    pub help_vi: &'static str,
    pub help_en: &'static str,
}

impl Entry {
    /// The status as HTTP knows it.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A 503 always says when to come back.
    pub(super) fn retry_after(&self) -> Option<u32> {
        (self.status == 503).then_some(1)
    }
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().copied().find(|entry| entry.code == code)
}

/// One line an error: `CONSTANT "code" status "title vi" "title en" "help vi" "help en";`
macro_rules! catalogue {
    ($($name:ident $code:literal $status:literal
       $title_vi:literal $title_en:literal $help_vi:literal $help_en:literal;)*) => {
        $(
            #[doc = $title_en]
            pub const $name: &Entry = &Entry {
                code: $code,
                status: $status,
                title_vi: $title_vi,
                title_en: $title_en,
                help_vi: $help_vi,
                help_en: $help_en,
            };
        )*

        /// All of them, in the order of their statuses.
        pub const CATALOGUE: &[&Entry] = &[$($name),*];
    };
}

catalogue! {
    BAD_REQUEST "bad_request" 400 "Yêu cầu không đọc được" "Unreadable request"
        "Kiểm tra địa chỉ và các đầu mục (header) của yêu cầu." "Check the address and the headers of the request.";
    UNREADABLE_JSON "unreadable_json" 400 "JSON không đọc được" "Unreadable JSON"
        "Nội dung phải là JSON hợp lệ, mã hóa UTF-8, không lặp khóa. Xem dòng và cột trong lỗi." "The body must be valid JSON in UTF-8 without duplicate keys. The error names line and column.";
    BAD_MULTIPART "bad_multipart" 400 "Biểu mẫu tải tệp không đọc được" "Unreadable upload"
        "Gửi multipart/form-data với một phần tên file." "Send multipart/form-data with one part named file.";
    BODY_MISSING "body_missing" 400 "Thiếu nội dung" "Body missing"
        "Gửi nội dung JSON với Content-Type: application/json." "Send a JSON body with Content-Type: application/json.";
    UNKNOWN_PARAMETER "unknown_parameter" 400 "Tham số không có" "Unknown parameter"
        "Bỏ các tham số mà tài liệu không nêu." "Leave out parameters that the documentation does not name.";
    INVALID_PARAMETER "invalid_parameter" 400 "Tham số không hợp lệ" "Invalid parameter"
        "Sửa từng tham số được nêu trong lỗi." "Correct each parameter that the error names.";
    BAD_CURSOR "bad_cursor" 400 "Con trỏ trang không hợp lệ" "Bad cursor"
        "Chỉ dùng con trỏ lấy từ liên kết next, với cùng bộ lọc; nếu không được, đọc lại từ đầu." "Use a cursor only as given in the next link, with the same filters; else start again.";
    BAD_IDEMPOTENCY_KEY "bad_idempotency_key" 400 "Idempotency-Key không hợp lệ" "Bad Idempotency-Key"
        "Dùng 1 đến 255 ký tự ASCII in được, chẳng hạn một UUID." "Use 1 to 255 printable ASCII characters, such as a UUID.";
    IDEMPOTENCY_KEY_REQUIRED "idempotency_key_required" 400 "Thiếu Idempotency-Key" "Idempotency-Key required"
        "Hệ thống kết nối phải gửi Idempotency-Key với mỗi POST, để gửi lại không tạo hai lần." "Connected systems must send Idempotency-Key with every POST, so that a retry does nothing twice.";
    UNAUTHENTICATED "unauthenticated" 401 "Chưa đăng nhập" "Not signed in"
        "Đăng nhập và gửi mã truy cập trong Authorization: Bearer." "Sign in and send the access token in Authorization: Bearer.";
    BAD_CREDENTIALS "bad_credentials" 401 "Sai tên đăng nhập hoặc mật khẩu" "Wrong login or password"
        "Kiểm tra tên đăng nhập và mật khẩu." "Check the login and the password.";
    TOKEN_EXPIRED "token_expired" 401 "Phiên đã hết hạn" "Token expired"
        "Lấy mã truy cập mới bằng refresh token hoặc đăng nhập lại." "Get a new access token with the refresh token, or sign in again.";
    SESSION_ENDED "session_ended" 401 "Phiên làm việc đã kết thúc" "Session ended"
        "Đăng nhập lại. Refresh token chỉ dùng được một lần; dùng lại sẽ kết thúc cả phiên." "Sign in again. A refresh token is good once; using it again ends the whole session.";
    FORBIDDEN "forbidden" 403 "Không có quyền" "Not allowed"
        "Vai trò hoặc phạm vi đơn vị của tài khoản không cho phép việc này." "The role or the office scope of this account does not allow it.";
    PASSWORD_CHANGE_REQUIRED "password_change_required" 403 "Cần đổi mật khẩu" "Password change required"
        "Đổi mật khẩu được cấp bằng POST /api/v1/auth/password." "Change the password that was given to you with POST /api/v1/auth/password.";
    NOT_FOUND "not_found" 404 "Không tìm thấy" "Not found"
        "Kiểm tra lại mã hoặc địa chỉ. Có thể đối tượng không tồn tại hoặc không thuộc phạm vi của bạn." "Check the code or the address. The thing may not exist or be outside your scope.";
    METHOD_NOT_ALLOWED "method_not_allowed" 405 "Phương thức không được hỗ trợ" "Method not allowed"
        "Dùng một phương thức nêu trong đầu mục Allow." "Use a method that the Allow header names.";
    NOT_ACCEPTABLE "not_acceptable" 406 "Không có dạng được yêu cầu" "Not acceptable"
        "Bỏ hoặc nới đầu mục Accept." "Leave out or widen the Accept header.";
    REQUEST_TIMEOUT "request_timeout" 408 "Gửi yêu cầu quá lâu" "Request timeout"
        "Gửi lại yêu cầu; kiểm tra đường truyền." "Send the request again; check the connection.";
    REQUEST_IN_FLIGHT "request_in_flight" 409 "Yêu cầu cùng khóa đang được xử lý" "Request in flight"
        "Một yêu cầu với cùng Idempotency-Key chưa xong; đợi rồi gửi lại." "A request with the same Idempotency-Key is not finished; wait and send it again.";
    STATE_CONFLICT "state_conflict" 409 "Trạng thái không cho phép" "The state does not allow this"
        "Xem trạng thái hiện tại và các hành động được phép trong lỗi." "The error names the current state and the allowed actions.";
    NOT_ACCEPTED_YET "not_accepted_yet" 409 "Hồ sơ chưa được tiếp nhận" "Not accepted yet"
        "Thời hạn chỉ được tính từ khi hồ sơ được tiếp nhận." "The term is counted from acceptance on.";
    NOT_RESOLVED_YET "not_resolved_yet" 409 "Hồ sơ chưa có kết quả" "Not resolved yet"
        "Chỉ đánh giá được sau khi hồ sơ có kết quả." "The service can be rated once the dossier is resolved.";
    ALREADY_RATED "already_rated" 409 "Đã đánh giá" "Already rated"
        "Mỗi hồ sơ chỉ được đánh giá một lần." "A dossier is rated once.";
    NO_CALENDAR "no_calendar" 409 "Đơn vị chưa có lịch làm việc" "No calendar"
        "Quản trị cần gắn lịch làm việc cho đơn vị này hoặc đơn vị cấp trên." "An administrator must give this office, or one above it, a calendar.";
    VERSION_IN_FORCE "version_in_force" 409 "Phiên bản đã có hiệu lực" "Version in force"
        "Phiên bản đã có hiệu lực không sửa được: thêm phiên bản mới." "A version in force does not change: add a new one.";
    ADMINISTRATOR_EXISTS "administrator_exists" 409 "Đã có quản trị viên" "An administrator exists"
        "Lệnh này chỉ tạo quản trị viên đầu tiên; hãy nhờ quản trị viên hiện có." "This command makes the first administrator only; ask the one there is.";
    DATABASE_NOT_EMPTY "database_not_empty" 409 "Cơ sở dữ liệu đã có dữ liệu" "The database is not empty"
        "Dữ liệu minh họa chỉ nạp vào cơ sở dữ liệu trống." "Demo data are loaded into an empty database only.";
    MAIL_NOT_SET_ASIDE "mail_not_set_aside" 409 "Thư không ở diện gửi lại" "The mail is not set aside"
        "Chỉ gửi lại thư đã để riêng hoặc gửi tới địa chỉ bị chặn." "Only a mail that was set aside or muted can be replayed.";
    ALREADY_EXISTS "already_exists" 409 "Đã tồn tại" "Already exists"
        "Chọn mã khác hoặc sửa đối tượng đã có." "Choose another code, or change the existing one.";
    RETIRED "retired" 409 "Đã ngừng sử dụng" "Retired"
        "Đối tượng này đã ngừng sử dụng; khôi phục nó trước nếu có thể." "This is out of use; restore it first where that is possible.";
    IN_USE "in_use" 409 "Đang được sử dụng" "In use"
        "Gỡ các liên kết tới đối tượng này trước." "Remove what refers to it first.";
    PARENT_RETIRED "parent_retired" 409 "Cơ quan cấp trên đã ngừng hoạt động" "Parent office retired"
        "Khôi phục cơ quan cấp trên trước." "Restore the parent office first.";
    OFFICE_RETIRED "office_retired" 409 "Cơ quan đã ngừng hoạt động" "Office retired"
        "Khôi phục cơ quan trước." "Restore the office first.";
    DEPARTMENT_RETIRED "department_retired" 409 "Phòng chuyên môn đã ngừng hoạt động" "Department retired"
        "Khôi phục phòng chuyên môn trước." "Restore the department first.";
    LAST_ADMINISTRATOR "last_administrator" 409 "Quản trị cuối cùng" "Last administrator"
        "Giao vai trò quản trị ở cơ quan gốc cho người khác trước." "Give somebody else the role of administrator over the root office first.";
    STAND_IN_OVER "stand_in_over" 409 "Ủy quyền đã kết thúc" "Stand-in is over"
        "Ủy quyền đã qua không thể hủy." "What is over can not be cancelled.";
    PROPOSAL_DECIDED "proposal_decided" 409 "Đề xuất đã được quyết định" "Proposal decided"
        "Đề xuất này đã được ký hoặc đã bỏ." "This proposal was signed or dismissed already.";
    PROPOSAL_MOOT "proposal_moot" 409 "Đề xuất không còn phù hợp" "Proposal moot"
        "Hồ sơ đã kết thúc, đang tạm dừng hoặc đã có ngày hẹn khác." "The dossier ended, waits, or has another date by now.";
    STALE_VERSION "stale_version" 412 "Dữ liệu đã thay đổi" "Stale version"
        "Người khác vừa sửa: đọc lại, lấy ETag mới rồi làm lại." "Someone else changed it: read it again, take the new ETag and repeat.";
    PAYLOAD_TOO_LARGE "payload_too_large" 413 "Nội dung quá lớn" "Payload too large"
        "Nội dung JSON nhiều nhất 1 MiB; tệp đính kèm nhiều nhất 20 MiB." "A JSON body may have 1 MiB, an attachment 20 MiB.";
    URI_TOO_LONG "uri_too_long" 414 "Địa chỉ quá dài" "URI too long"
        "Rút ngắn các tham số." "Shorten the parameters.";
    UNSUPPORTED_MEDIA_TYPE "unsupported_media_type" 415 "Kiểu nội dung không được hỗ trợ" "Unsupported media type"
        "Gửi Content-Type: application/json, không nén, mã hóa UTF-8." "Send Content-Type: application/json, not compressed, in UTF-8.";
    UNSUPPORTED_FILE_TYPE "unsupported_file_type" 415 "Loại tệp không được nhận" "File type not taken"
        "Gửi PDF, ảnh, tài liệu Word, Excel, OpenDocument hoặc ZIP; loại tệp được xác định theo nội dung." "Send PDF, images, Word, Excel, OpenDocument or ZIP; the type is told by the content.";
    INVALID_INPUT "invalid_input" 422 "Dữ liệu không hợp lệ" "Invalid input"
        "Sửa từng trường được nêu trong lỗi." "Correct each field that the error names.";
    IDEMPOTENCY_KEY_REUSED "idempotency_key_reused" 422 "Idempotency-Key đã dùng cho nội dung khác" "Idempotency-Key reused"
        "Dùng khóa mới cho nội dung mới." "Use a new key for a new body.";
    PRECONDITION_REQUIRED "precondition_required" 428 "Thiếu If-Match" "If-Match required"
        "Đọc đối tượng, lấy ETag và gửi lại với If-Match." "Read the thing, take its ETag and send it as If-Match.";
    ACCOUNT_LOCKED "account_locked" 429 "Tài khoản tạm khóa" "Account locked"
        "Sai quá nhiều lần; đợi theo Retry-After rồi thử lại." "Too many failures; wait as Retry-After says.";
    RATE_LIMITED "rate_limited" 429 "Quá nhiều yêu cầu" "Too many requests"
        "Đợi theo Retry-After rồi gửi lại." "Wait as Retry-After says.";
    HEADERS_TOO_LARGE "headers_too_large" 431 "Đầu mục quá lớn" "Headers too large"
        "Rút ngắn các đầu mục của yêu cầu." "Shorten the headers of the request.";
    INTERNAL_ERROR "internal_error" 500 "Lỗi nội bộ" "Internal error"
        "Lỗi của hệ thống; báo quản trị viên kèm request_id." "A fault of the service; tell the administrator the request_id.";
    NOT_IMPLEMENTED "not_implemented" 501 "Chưa được hỗ trợ" "Not implemented"
        "Máy chủ không hỗ trợ yêu cầu này." "The server does not support this request.";
    DATABASE_UNAVAILABLE "database_unavailable" 503 "Cơ sở dữ liệu tạm thời không sẵn sàng" "Database unavailable"
        "Đợi theo Retry-After rồi gửi lại; chưa có gì được lưu." "Wait as Retry-After says; nothing was stored.";
    NOT_READY "not_ready" 503 "Dịch vụ chưa sẵn sàng" "Not ready"
        "Mục checks cho biết phần nào chưa sẵn sàng; đợi theo Retry-After." "checks says which part is missing; wait as Retry-After says.";
    OUTCOME_UNKNOWN "outcome_unknown" 503 "Chưa rõ yêu cầu đã được lưu hay chưa" "Outcome unknown"
        "Cơ sở dữ liệu hỏng đúng lúc lưu. Gửi lại với cùng Idempotency-Key, hoặc xem lại dữ liệu trước khi gửi lại." "The database failed while storing it. Send it again with the same Idempotency-Key, or look first whether it is there.";
    QUEUE_FULL "queue_full" 503 "Hệ thống đang quá tải" "Queue full"
        "Đợi theo Retry-After rồi gửi lại; chưa có gì được lưu." "Wait as Retry-After says; nothing was stored.";
}
