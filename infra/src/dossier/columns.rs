//! The columns of a dossier's rows and their values, for statements in our own words.

/// Binds values, with commas between them and `$last` after the last one.
macro_rules! bound {
    ($statement:expr, $last:expr; $kind:ty: $value:expr) => {
        $statement.bind::<$kind, _>($value, $last)
    };
    ($statement:expr, $last:expr; $kind:ty: $value:expr, $($rest:tt)+) => {
        bound!($statement.bind::<$kind, _>($value, ", "), $last; $($rest)+)
    };
}

macro_rules! dossier_columns {
    () => {
        "code, office_id, procedure_version_id, calendar_version_id, channel, client_id, \
         created_by, applicant, applicant_name, id_number, phone, matter, papers, lookup_key, \
         state, version, submitted_at, received_at, due_at_original, due_at, sort_due_at, \
         late_after, lapse_at, ended_at, holder_id, department_id, step_index, step_due_at, \
         rules_state, event_count, last_hash, next_look_at, late_after_by_rules"
    };
}

macro_rules! dossier_values {
    ($statement:expr, $dossier:expr, $last:expr) => {
        bound!(
            $statement, $last;
            Text: &$dossier.code,
            BigInt: $dossier.office_id,
            BigInt: $dossier.procedure_version_id,
            BigInt: $dossier.progress.calendar_version_id,
            Text: &$dossier.channel,
            Nullable<BigInt>: $dossier.client_id,
            Nullable<BigInt>: $dossier.created_by,
            Text: &$dossier.applicant,
            Text: &$dossier.applicant_name,
            Nullable<Text>: $dossier.id_number.as_deref(),
            Nullable<Text>: $dossier.phone.as_deref(),
            Text: &$dossier.matter,
            Text: &$dossier.progress.papers,
            Text: &$dossier.lookup_key,
            Text: &$dossier.progress.state,
            BigInt: $dossier.progress.version,
            Timestamp: Stamp($dossier.submitted_at),
            Nullable<Timestamp>: $dossier.progress.received_at.map(Stamp),
            Nullable<Timestamp>: $dossier.progress.due_at_original.map(Stamp),
            Nullable<Timestamp>: $dossier.progress.due_at.map(Stamp),
            Timestamp: Stamp($dossier.progress.sort_due_at),
            Nullable<Timestamp>: $dossier.progress.late_after.map(Stamp),
            Nullable<Timestamp>: $dossier.progress.lapse_at.map(Stamp),
            Nullable<Timestamp>: $dossier.progress.ended_at.map(Stamp),
            Nullable<BigInt>: $dossier.progress.holder_id,
            Nullable<BigInt>: $dossier.progress.department_id,
            Nullable<BigInt>: $dossier.progress.step_index,
            Nullable<Timestamp>: $dossier.progress.step_due_at.map(Stamp),
            Text: &$dossier.progress.rules_state,
            BigInt: $dossier.progress.event_count,
            Text: &$dossier.progress.last_hash,
            Nullable<Timestamp>: $dossier.progress.next_look_at.map(Stamp),
            Nullable<Timestamp>: $dossier.progress.late_after_by_rules.map(Stamp)
        )
    };
}

macro_rules! event_columns {
    () => {
        "number, at, actor, on_behalf_of, action, from_state, to_state, reason, detail, \
         previous_hash, hash"
    };
}

macro_rules! event_values {
    ($statement:expr, $event:expr, $last:expr) => {
        bound!(
            $statement, $last;
            BigInt: $event.number,
            Timestamp: Stamp($event.at),
            Text: &$event.actor,
            Text: &$event.on_behalf_of,
            Text: &$event.action,
            Text: &$event.from_state,
            Text: &$event.to_state,
            Text: &$event.reason,
            Text: &$event.detail,
            Text: &$event.previous_hash,
            Text: &$event.hash
        )
    };
}

macro_rules! step_columns {
    () => {
        "step_index, name, holder_id, department_id, entered_at, due_at"
    };
}

/// The columns that commands change.
macro_rules! progress_columns {
    () => {
        "calendar_version_id, papers, state, version, received_at, due_at_original, due_at, \
         sort_due_at, late_after, lapse_at, ended_at, holder_id, department_id, step_index, \
         step_due_at, rules_state, event_count, last_hash, next_look_at, closed_at, judgement, \
         late_after_by_rules"
    };
}

macro_rules! progress_values {
    ($statement:expr, $progress:expr, $last:expr) => {
        bound!(
            $statement, $last;
            BigInt: $progress.calendar_version_id,
            Text: &$progress.papers,
            Text: &$progress.state,
            BigInt: $progress.version,
            Nullable<Timestamp>: $progress.received_at.map(Stamp),
            Nullable<Timestamp>: $progress.due_at_original.map(Stamp),
            Nullable<Timestamp>: $progress.due_at.map(Stamp),
            Timestamp: Stamp($progress.sort_due_at),
            Nullable<Timestamp>: $progress.late_after.map(Stamp),
            Nullable<Timestamp>: $progress.lapse_at.map(Stamp),
            Nullable<Timestamp>: $progress.ended_at.map(Stamp),
            Nullable<BigInt>: $progress.holder_id,
            Nullable<BigInt>: $progress.department_id,
            Nullable<BigInt>: $progress.step_index,
            Nullable<Timestamp>: $progress.step_due_at.map(Stamp),
            Text: &$progress.rules_state,
            BigInt: $progress.event_count,
            Text: &$progress.last_hash,
            Nullable<Timestamp>: $progress.next_look_at.map(Stamp),
            Nullable<Timestamp>: $progress.closed_at.map(Stamp),
            Nullable<Text>: $progress.judgement.as_deref(),
            Nullable<Timestamp>: $progress.late_after_by_rules.map(Stamp)
        )
    };
}

/// Of a step that may not be, for PostgreSQL, where one statement serves both.
macro_rules! step_values {
    ($statement:expr, $step:expr, $last:expr) => {
        bound!(
            $statement, $last;
            Nullable<BigInt>: $step.map(|step| step.step_index),
            Nullable<Text>: $step.map(|step| step.name.as_str()),
            Nullable<BigInt>: $step.map(|step| step.holder_id),
            Nullable<BigInt>: $step.and_then(|step| step.department_id),
            Nullable<Timestamp>: $step.map(|step| Stamp(step.entered_at)),
            Nullable<Timestamp>: $step.map(|step| Stamp(step.due_at))
        )
    };
}
