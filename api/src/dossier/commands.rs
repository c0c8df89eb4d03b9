//! The commands on a dossier, each a sub-resource named by its verb.

use infra::dossier::Request;

use super::call::CommandCall;
use super::dto::{
    AcceptInput, AssignInput, CorrectInput, ForwardInput, PaymentInput, PaymentReceiptInput,
    ReappointInput, ReasonInput, ResolveInput, ReturnInput, SendBackInput, StopDossierInput,
    SupplementInput, SupplementReceiptInput,
};
use super::view::DossierDetail;
use crate::http::Reply;
use crate::problem::{Problem, ProblemBody};

/// One handler a command: they differ in their input and their words alone.
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident $id:literal $path:literal $summary:literal
       $input:ty => $request:expr, $example:tt;)*) => {$(
        $(#[doc = $doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $id,
            tag = "dossiers",
            summary = $summary,
            description = concat!($($doc),*),
            security(("bearer" = [])),
            params(
                ("code" = String, Path, description = "Mã hồ sơ (dossier code)", example = "H29.23-261120-0001"),
                ("If-Match" = String, Header, description = "ETag of the version that you have seen", example = "\"1\""),
                ("Idempotency-Key" = Option<String>, Header, description = "Same key and body: the stored answer again. Required from connected systems.", max_length = 255),
            ),
            request_body(content = $input, example = json!($example)),
            responses(
                (status = 200, description = "The dossier after the command", body = DossierDetail,
                    headers(("ETag" = String, description = "The new version"), ("Idempotency-Replayed" = Option<bool>, description = "true when this is a stored answer"))),
                (status = 403, description = "Not yours to do: `state`, `allowed_actions`", body = ProblemBody<'static>, content_type = "application/problem+json"),
                (status = 404, description = "Not there, or not yours to know", body = ProblemBody<'static>, content_type = "application/problem+json"),
                (status = 409, description = "The state or a rule forbids it: `state`, `reason`, `allowed_actions`", body = ProblemBody<'static>, content_type = "application/problem+json"),
                (status = 412, description = "Somebody changed the dossier since", body = ProblemBody<'static>, content_type = "application/problem+json"),
                (status = 422, description = "Every fault of the input", body = ProblemBody<'static>, content_type = "application/problem+json"),
                (status = 428, description = "If-Match is missing", body = ProblemBody<'static>, content_type = "application/problem+json"),
            ),
        )]
        pub async fn $name(call: CommandCall<$input>) -> Result<Reply, Problem> {
            call.run($request).await
        }
    )*};
}

commands! {
    /// The clock starts and the due date is fixed. Every required paper must be ticked.
    accept "acceptDossier" "/api/v1/dossiers/{code}/accept" "Tiếp nhận hồ sơ"
        AcceptInput => AcceptInput::into_request, {"papers": [{"number": 1, "originals": 1}]};
    /// Clerk; only a submitted dossier; the reason goes to the applicant (Form 03).
    refuse "refuseDossier" "/api/v1/dossiers/{code}/refuse" "Từ chối tiếp nhận"
        ReasonInput => |input| Request::Refuse { reason: input.reason }, {"reason": "Không thuộc thẩm quyền"};
    /// Once at intake, once in appraisal within 3 working days of acceptance; the clock stops.
    request_supplement "requestSupplement" "/api/v1/dossiers/{code}/request_supplement" "Yêu cầu bổ sung giấy tờ"
        SupplementInput => SupplementInput::into_request,
        {"missing": [{"name": "Bản sao giấy tờ chứng minh", "reason": "Bản đã nộp không rõ"}]};
    /// In appraisal the term restarts from zero (Decree 118/2025 Art. 19.5).
    receive_supplement "receiveSupplement" "/api/v1/dossiers/{code}/receive_supplement" "Nhận giấy tờ bổ sung"
        SupplementReceiptInput => SupplementReceiptInput::into_request, {"note": "Đã nhận đủ"};
    /// Once, where the procedure provides an extra limit, before the due date.
    extend "extendDossier" "/api/v1/dossiers/{code}/extend" "Gia hạn theo quy định của thủ tục"
        ReasonInput => |input| Request::Extend { reason: input.reason }, {"reason": "Cần xác minh"};
    /// The time that the applicant takes to pay is not counted.
    request_payment "requestPayment" "/api/v1/dossiers/{code}/request_payment" "Yêu cầu thực hiện nghĩa vụ tài chính"
        PaymentInput => PaymentInput::into_request, {"amount_vnd": 28000, "purpose": "Lệ phí đăng ký"};
    /// The clock resumes.
    confirm_payment "confirmPayment" "/api/v1/dossiers/{code}/confirm_payment" "Xác nhận đã nộp tiền"
        PaymentReceiptInput => PaymentReceiptInput::into_request, {"receipt": "0001234"};
    /// To the next step of the route: one person with its role, in its department.
    forward "forwardDossier" "/api/v1/dossiers/{code}/forward" "Chuyển bước tiếp theo"
        ForwardInput => ForwardInput::into_request, {"to": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"};
    /// Head of the department or a manager: another person takes the present step.
    assign "assignDossier" "/api/v1/dossiers/{code}/assign" "Phân công lại"
        AssignInput => AssignInput::into_request, {"to": "0192f3c4-5d6e-7f80-9a1b-2c3d4e5f6071"};
    /// To the step before; the overall term goes on.
    send_back "sendBackDossier" "/api/v1/dossiers/{code}/send_back" "Chuyển trả bước trước"
        SendBackInput => SendBackInput::into_request, {"reason": "Cần làm rõ nội dung thẩm định"};
    /// At the last step; this instant decides early, on time or late. A declined one needs a reason.
    resolve "resolveDossier" "/api/v1/dossiers/{code}/resolve" "Kết thúc xử lý"
        ResolveInput => ResolveInput::into_request, {"outcome": "approved"};
    /// How, to whom, when.
    return_result "returnResult" "/api/v1/dossiers/{code}/return_result" "Trả kết quả"
        ReturnInput => ReturnInput::into_request, {"way": "in_person", "recipient": "Người nộp hồ sơ"};
    /// At the applicant's wish, before it is resolved (Form 05).
    withdraw "withdrawDossier" "/api/v1/dossiers/{code}/withdraw" "Rút hồ sơ theo yêu cầu"
        ReasonInput => |input| Request::Withdraw { reason: input.reason }, {"reason": "Người nộp xin rút"};
    /// Manager; reason and legal ground (Form 05).
    stop "stopDossier" "/api/v1/dossiers/{code}/stop" "Dừng xử lý"
        StopDossierInput => StopDossierInput::into_request,
        {"reason": "Có quyết định của tòa án", "legal_ground": "Điều 19 Nghị định 118/2025/NĐ-CP"};
    /// Manager; apology and a new date, once (Form 04). Flagged when less than a day before the due date.
    reappoint "reappointDossier" "/api/v1/dossiers/{code}/reappoint" "Xin lỗi và hẹn lại ngày trả"
        ReappointInput => ReappointInput::into_request,
        {"reason": "Cần thêm thời gian xác minh", "due_at": "2026-12-01T17:00:00+07:00"};
    /// The authority's own error: back to the last step under a term of 3 working days (Art. 23.1).
    correct_result "correctResult" "/api/v1/dossiers/{code}/correct_result" "Sửa kết quả có sai sót"
        CorrectInput => CorrectInput::into_request, {"reason": "Sai ngày sinh trên giấy"};
}
