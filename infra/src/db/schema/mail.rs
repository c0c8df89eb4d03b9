//! The tables of mails; which may be joined with others is said one level up.

use super::{dossiers, offices};

diesel::table! {
    mails (id) {
        id -> BigInt,
        uid -> Text,
        message_key -> Text,
        kind -> Text,
        state -> Text,
        to_address -> Text,
        staff_id -> Nullable<BigInt>,
        office_id -> Nullable<BigInt>,
        dossier_id -> Nullable<BigInt>,
        content -> Text,
        not_before -> Timestamp,
        next_attempt_at -> Timestamp,
        attempts -> BigInt,
        tries -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    mail_dossiers (mail_id, dossier_id, rung) {
        mail_id -> BigInt,
        dossier_id -> BigInt,
        rung -> Text,
        due_at -> Timestamp,
    }
}

diesel::table! {
    mail_attempts (mail_id, number) {
        mail_id -> BigInt,
        number -> BigInt,
        at -> Timestamp,
        outcome -> Text,
        detail -> Text,
    }
}

diesel::table! {
    mail_addresses (address) {
        address -> Text,
        uid -> Text,
        office_id -> Nullable<BigInt>,
        bounces -> BigInt,
        last_at -> Timestamp,
        muted_at -> Nullable<Timestamp>,
        lifted_at -> Nullable<Timestamp>,
        lifted_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_templates (office_id, name) {
        office_id -> BigInt,
        name -> Text,
        subject -> Text,
        html -> Text,
        text -> Text,
        version -> BigInt,
        updated_by -> Nullable<BigInt>,
        updated_at -> Timestamp,
    }
}

diesel::joinable!(mails -> offices (office_id));
diesel::joinable!(mail_dossiers -> mails (mail_id));
diesel::joinable!(mail_dossiers -> dossiers (dossier_id));
diesel::joinable!(mail_attempts -> mails (mail_id));
diesel::joinable!(mail_templates -> offices (office_id));
