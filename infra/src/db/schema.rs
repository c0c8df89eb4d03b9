//! The tables as diesel sees them: one schema for both databases.

mod ladder;
mod mail;
mod schedule;

pub use ladder::*;
pub use mail::*;
pub use schedule::*;

diesel::table! {
    calendars (id) {
        id -> BigInt,
        uid -> Text,
        name -> Text,
        retired_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    offices (id) {
        id -> BigInt,
        code -> Text,
        parent_id -> Nullable<BigInt>,
        path -> Text,
        name -> Text,
        kind -> Text,
        calendar_id -> Nullable<BigInt>,
        desk_hours -> Text,
        address -> Nullable<Text>,
        phone -> Nullable<Text>,
        retired_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    departments (id) {
        id -> BigInt,
        uid -> Text,
        office_id -> BigInt,
        code -> Text,
        name -> Text,
        retired_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    staff (id) {
        id -> BigInt,
        uid -> Text,
        login -> Text,
        display_name -> Text,
        search_name -> Text,
        email -> Nullable<Text>,
        office_id -> BigInt,
        department_id -> Nullable<BigInt>,
        password_hash -> Text,
        must_change_password -> Bool,
        demo -> Bool,
        retired_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    staff_roles (staff_id, role, office_id) {
        staff_id -> BigInt,
        role -> Text,
        office_id -> BigInt,
    }
}

diesel::table! {
    stand_ins (id) {
        id -> BigInt,
        uid -> Text,
        absent_id -> BigInt,
        stand_in_id -> BigInt,
        from_at -> Timestamp,
        to_at -> Timestamp,
        reason -> Nullable<Text>,
        cancelled_at -> Nullable<Timestamp>,
        created_by -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    calendar_versions (id) {
        id -> BigInt,
        calendar_id -> BigInt,
        number -> BigInt,
        spec -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    procedures (id) {
        id -> BigInt,
        code -> Text,
        retired_from -> Nullable<Date>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    procedure_versions (id) {
        id -> BigInt,
        procedure_id -> BigInt,
        effective_from -> Date,
        name -> Text,
        field -> Text,
        spec -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    clients (id) {
        id -> BigInt,
        uid -> Text,
        name -> Text,
        office_id -> BigInt,
        secret_hash -> Text,
        retired_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    dossiers (id) {
        id -> BigInt,
        code -> Text,
        office_id -> BigInt,
        procedure_version_id -> BigInt,
        calendar_version_id -> BigInt,
        channel -> Text,
        client_id -> Nullable<BigInt>,
        created_by -> Nullable<BigInt>,
        applicant -> Text,
        applicant_name -> Text,
        id_number -> Nullable<Text>,
        phone -> Nullable<Text>,
        matter -> Text,
        papers -> Text,
        lookup_key -> Text,
        state -> Text,
        version -> BigInt,
        submitted_at -> Timestamp,
        received_at -> Nullable<Timestamp>,
        due_at_original -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
        sort_due_at -> Timestamp,
        late_after -> Nullable<Timestamp>,
        lapse_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        holder_id -> Nullable<BigInt>,
        department_id -> Nullable<BigInt>,
        step_index -> Nullable<BigInt>,
        step_due_at -> Nullable<Timestamp>,
        rules_state -> Text,
        event_count -> BigInt,
        last_hash -> Text,
        next_look_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        judgement -> Nullable<Text>,
        late_after_by_rules -> Nullable<Timestamp>,
    }
}

diesel::table! {
    dossier_names (office_id, words, dossier_id) {
        office_id -> BigInt,
        words -> Text,
        dossier_id -> BigInt,
    }
}

diesel::table! {
    dossier_steps (id) {
        id -> BigInt,
        dossier_id -> BigInt,
        number -> BigInt,
        step_index -> BigInt,
        name -> Text,
        holder_id -> BigInt,
        department_id -> Nullable<BigInt>,
        entered_at -> Timestamp,
        due_at -> Timestamp,
        left_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    dossier_events (id) {
        id -> BigInt,
        dossier_id -> BigInt,
        office_id -> BigInt,
        number -> BigInt,
        at -> Timestamp,
        actor -> Text,
        on_behalf_of -> Text,
        action -> Text,
        from_state -> Text,
        to_state -> Text,
        reason -> Text,
        detail -> Text,
        previous_hash -> Text,
        hash -> Text,
    }
}

diesel::table! {
    register_events (id) {
        id -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        entity -> Text,
        entity_key -> Text,
        detail -> Text,
    }
}

diesel::table! {
    code_counters (agency, day) {
        agency -> Text,
        day -> Date,
        last -> BigInt,
    }
}

diesel::table! {
    comments (id) {
        id -> BigInt,
        uid -> Text,
        dossier_id -> BigInt,
        author_id -> BigInt,
        text -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    attachments (id) {
        id -> BigInt,
        uid -> Text,
        dossier_id -> BigInt,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        uploaded_by -> Nullable<BigInt>,
        client_id -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    ratings (dossier_id) {
        dossier_id -> BigInt,
        level -> Text,
        comment -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    refresh_tokens (id) {
        id -> BigInt,
        family -> Text,
        staff_id -> BigInt,
        token_hash -> Text,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_failures (login) {
        login -> Text,
        failures -> BigInt,
        last_at -> Timestamp,
        locked_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (principal, key) {
        principal -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> BigInt,
        headers -> Text,
        body -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    recomputations (id) {
        id -> BigInt,
        uid -> Text,
        calendar_id -> BigInt,
        calendar_version_id -> BigInt,
        status -> Text,
        total -> BigInt,
        done -> BigInt,
        moved -> BigInt,
        failed -> BigInt,
        last_dossier_id -> BigInt,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    marks (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::joinable!(alerts -> alert_batches (batch_id));
diesel::joinable!(alerts -> dossiers (dossier_id));
diesel::joinable!(alerts -> offices (office_id));
diesel::joinable!(alert_batches -> mails (mail_id));
diesel::joinable!(alert_ladders -> offices (office_id));
diesel::joinable!(proposals -> dossiers (dossier_id));
diesel::joinable!(proposals -> offices (office_id));
diesel::allow_tables_to_appear_in_same_query!(
    alert_batches,
    alert_ladders,
    alert_relooks,
    alerts,
    attachments,
    calendar_versions,
    calendars,
    clients,
    code_counters,
    comments,
    departments,
    dossier_events,
    dossier_names,
    dossier_steps,
    digest_days,
    digests,
    dossiers,
    idempotency_keys,
    login_failures,
    mail_addresses,
    mail_attempts,
    mail_dossiers,
    mail_templates,
    mails,
    marks,
    offices,
    procedure_versions,
    procedures,
    proposals,
    ratings,
    recomputations,
    refresh_tokens,
    register_events,
    staff,
    staff_roles,
    stand_ins,
);
diesel::joinable!(departments -> offices (office_id));
diesel::joinable!(staff_roles -> staff (staff_id));
diesel::joinable!(calendar_versions -> calendars (calendar_id));
diesel::joinable!(procedure_versions -> procedures (procedure_id));
diesel::joinable!(dossiers -> offices (office_id));
diesel::joinable!(dossiers -> procedure_versions (procedure_version_id));
diesel::joinable!(dossier_names -> dossiers (dossier_id));
diesel::joinable!(dossier_steps -> dossiers (dossier_id));
diesel::joinable!(dossier_events -> dossiers (dossier_id));
diesel::joinable!(comments -> dossiers (dossier_id));
diesel::joinable!(attachments -> dossiers (dossier_id));
diesel::joinable!(clients -> offices (office_id));
diesel::joinable!(comments -> staff (author_id));
diesel::joinable!(staff -> offices (office_id));
diesel::joinable!(recomputations -> calendars (calendar_id));
