//! Tables of the scheduler: jobs, their runs, the day roots. No query joins them with others.

diesel::table! {
    jobs (name) {
        name -> Text,
        since -> Timestamp,
    }
}

diesel::table! {
    job_runs (id) {
        id -> BigInt,
        uid -> Text,
        job -> Text,
        scheduled_for -> Timestamp,
        attempt -> BigInt,
        cause -> Text,
        server -> Text,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        took_ms -> Nullable<BigInt>,
        did -> BigInt,
        skipped -> BigInt,
        detail -> Text,
    }
}

diesel::table! {
    day_roots (day) {
        day -> Date,
        after_id -> BigInt,
        last_id -> BigInt,
        events -> BigInt,
        root -> Text,
        broken -> BigInt,
        computed_at -> Timestamp,
    }
}
