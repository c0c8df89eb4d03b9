//! The tables of alerts, digests and proposed apologies.

diesel::table! {
    alert_ladders (office_id) {
        office_id -> BigInt,
        spec -> Nullable<Text>,
        version -> BigInt,
        changed_by -> Nullable<BigInt>,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    alert_relooks (id) {
        id -> BigInt,
        office_id -> BigInt,
        at -> Timestamp,
        last_dossier_id -> BigInt,
    }
}

diesel::table! {
    alert_batches (id) {
        id -> BigInt,
        key -> Text,
        addressee_id -> BigInt,
        via -> Text,
        state -> Text,
        opened_at -> Timestamp,
        mail_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    alerts (id) {
        id -> BigInt,
        dossier_id -> BigInt,
        office_id -> BigInt,
        rung -> Text,
        about -> Text,
        occurrence -> BigInt,
        due_at -> Timestamp,
        staff_id -> BigInt,
        batch_id -> BigInt,
        fell_at -> Timestamp,
        deliver_at -> Timestamp,
        fired_at -> Timestamp,
        dropped_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    digest_days (day) {
        day -> Date,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    digests (staff_id, day) {
        staff_id -> BigInt,
        day -> Date,
        made_at -> Timestamp,
        read_by -> BigInt,
        mail_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    proposals (id) {
        id -> BigInt,
        uid -> Text,
        dossier_id -> BigInt,
        office_id -> BigInt,
        due_at -> Timestamp,
        proposed_due_at -> Timestamp,
        reason -> Text,
        state -> Text,
        created_at -> Timestamp,
        decided_by -> Nullable<BigInt>,
        decided_at -> Nullable<Timestamp>,
        moot_at -> Nullable<Timestamp>,
    }
}
