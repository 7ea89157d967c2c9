/** One thing that can go wrong: its HTTP status (for items, the status it would have alone), words and correction. */
export interface ProblemEntry {
  readonly status: number;
  readonly message: string;
  readonly correction: string;
}

const entry = (status: number, message: string, correction: string): ProblemEntry => ({
  status,
  message,
  correction,
});

/** Every problem of the product. Each has a page in docs/problems/; a test compares both. */
export const PROBLEMS = {
  // Requests
  validation_failed: entry(400, 'The request has {count} fault(s).', 'Correct the fields named in errors and send it again.'),
  required: entry(400, '{field} is missing.', 'Give {field}.'),
  unknown_field: entry(400, '{field} is not known here.', 'Leave {field} out, or check its spelling.'),
  invalid_value: entry(400, '{field} is not valid: {reason}.', 'Give {field} a value of the stated form.'),
  unauthenticated: entry(401, 'You are not signed in, or the sign-in has ended.', 'Sign in and send the request again.'),
  wrong_credentials: entry(401, 'The name or the password is wrong.', 'Check both; an administrator can send a new sign-in link.'),
  account_locked_out: entry(429, 'Too many attempts to sign in.', 'Wait {seconds} seconds and try again.'),
  organization_needed: entry(400, 'This sign-in belongs to several organizations.', 'Name one of them in `organization`.'),
  forbidden: entry(403, 'Your role may not do this.', 'Ask an administrator of your organization.'),
  plan_required: entry(403, 'The plan of your organization ({plan}) lets a teacher_admin act for own students only, at most {limit}.', 'Select your own students, or ask an administrator of the organization.'),
  not_found: entry(404, 'There is no such thing, or you may not see it.', 'Check the address and the id.'),
  method_not_allowed: entry(405, 'This address does not answer {method}.', 'Use {allowed}.'),
  conflict: entry(409, '{message}', '{correction}'),
  still_in_use: entry(409, 'It cannot be removed: {used_by} still refer to it.', 'Remove or change these first.'),
  too_large: entry(413, 'The upload is larger than {limit_bytes} bytes.', 'Split the file, or raise the limit.'),
  unsupported_format: entry(415, '{found} cannot be read here; expected {expected}.', 'Save the file as CSV (UTF-8) and upload it again.'),
  unreadable_file: entry(400, 'The file cannot be read: {reason}.', '{correction}'),
  upload_incomplete: entry(400, 'The upload ended before the file did. Nothing was kept.', 'Upload the file again.'),
  too_many_requests: entry(429, 'Too many requests.', 'Wait {seconds} seconds and try again.'),
  internal: entry(500, 'Something broke on our side; nothing was half done.', 'Try again; if it stays, give the reference {reference} to your operator.'),
  unavailable: entry(503, 'The database does not answer at the moment.', 'Try again in a few seconds.'),
  idempotency_key_reused: entry(409, 'This Idempotency-Key was used for another request.', 'Use a new key for a new request.'),
  request_in_progress: entry(409, 'The first request with this Idempotency-Key is still running.', 'Wait for it and send the request again.'),

  // The life of an operation
  unknown_kind: entry(400, 'Unknown kind of operation: {kind}.', 'Use one of: {known}.'),
  invalid_state: entry(409, 'The operation is {status}; {wanted} is not possible now.', 'Look at its present state and choose what is offered there.'),
  not_validated: entry(409, 'The operation has no plan yet.', 'Validate it, look at the preview, then confirm.'),
  plan_stale: entry(409, '{count} thing(s) changed after this preview was made.', 'Preview again, then confirm.'),
  plan_hash_missing: entry(400, 'plan_hash is missing.', 'Send the plan_hash of the preview that was looked at.'),
  validation_errors: entry(409, '{count} item(s) have errors that block the operation.', 'Correct them or exclude the people named, then preview again.'),
  warnings_not_acknowledged: entry(409, 'The preview has {count} warning(s).', 'Look at them and confirm with acknowledge_warnings: true.'),
  confirm_count_mismatch: entry(400, 'This affects {count}; confirm_count must say the same number.', 'Type {count} to confirm.'),
  approval_required: entry(409, 'A second person has to approve this operation first.', 'Ask another administrator to approve it.'),
  own_approval: entry(403, 'Nobody can approve an operation of their own.', 'Ask another administrator.'),
  limit_exceeded: entry(400, '{count} people are selected; your role may change at most {limit} at once.', 'Select fewer, or ask an administrator with a higher limit.'),
  override_reason_needed: entry(400, 'More than {limit} people need a written reason of at least 10 characters.', 'Give override_reason.'),
  empty_selection: entry(400, 'Nobody is selected. An empty list never means everybody.', 'Select at least one person.'),
  not_reversible: entry(409, 'This operation cannot be undone: {reason}.', 'Make a new operation that sets things right.'),
  nothing_to_undo: entry(409, 'Nothing of this operation is left to undo.', 'Look at its history: it was undone, or changed nothing.'),
  rollback_window_closed: entry(409, 'The time to undo this operation ended at {until}.', 'Ask an administrator, or make a new operation that sets things right.'),
  nothing_to_retry: entry(409, 'No item of this operation failed.', 'There is nothing to run again.'),
  nothing_to_accept: entry(409, 'The operation has no partial result to accept.', 'There is nothing to do.'),

  // Items
  changed_since_preview: entry(409, 'Changed after the preview by {who} at {when}.', 'Preview again and decide anew for this one.'),
  permission_revoked: entry(403, 'The right to change this person ended before its turn.', 'Ask an administrator to run it again.'),
  already_exists: entry(409, 'Another {entity} with the same {fields} exists already.', 'Change {fields}, or update the existing one.'),
  still_referenced: entry(409, 'Something else refers to it ({constraint}).', 'Remove what refers to it first.'),
  reference_missing: entry(409, 'Something it refers to no longer exists ({constraint}).', 'Preview again.'),
  rule_violated: entry(409, 'The database refused it: rule {constraint}.', 'Correct the values and retry this item.'),
  apply_failed: entry(500, 'It could not be written: {reason}.', 'Retry it; if it fails again, tell your operator.'),
  unchanged: entry(200, 'Nothing would change.', 'There is nothing to do.'),
  cancelled: entry(409, 'The operation was cancelled before its turn.', 'Make a new operation for the rest.'),

  // People and files of people
  student_not_found: entry(404, 'There is no student {subject}.', 'Check the id.'),
  user_not_found: entry(404, 'There is no person {subject}.', 'Check the id.'),
  student_inactive: entry(409, '{label} is inactive.', 'Activate the student, or exclude them.'),
  student_suspended: entry(409, '{label} is suspended.', 'Lift the suspension, or exclude the student.'),
  student_not_accessible: entry(403, 'This account cannot be used (archived, locked or restricted).', 'Exclude the student.'),
  student_out_of_scope: entry(403, '{label} is not one of your students.', 'Exclude the student, or ask an administrator.'),
  user_out_of_scope: entry(403, '{label} is outside the units you are responsible for.', 'Exclude them, or ask an administrator.'),
  acting_user: entry(409, 'You cannot take away your own access.', 'Ask another administrator.'),
  match_conflict: entry(409, 'The identifiers belong to different people: {people}.', 'Correct the identifiers so that they name one person.'),
  identifier_conflict: entry(409, '{field} belongs to {label}, whose {other_field} is {other_value}.', 'Correct {other_field} in the file or on the person.'),
  duplicate_row: entry(409, 'Row {first_row} names the same person by {field}.', 'Keep one of the two rows.'),
  identifier_missing: entry(400, 'The row has no external id, e-mail or username.', 'Fill in at least one of them.'),
  name_missing: entry(400, 'The row has no name.', 'Fill in a given name, a family name or a full name.'),
  unit_not_found: entry(400, 'There is no unit {value}.', 'Use the name or code of a unit of your organization.'),
  unit_out_of_scope: entry(403, 'The unit {value} is outside your responsibility.', 'Use a unit of your own, or ask an administrator.'),
  teacher_not_found: entry(400, 'There is no teacher {value}.', 'Use the id, e-mail, username or external id of a teacher.'),
  role_not_allowed: entry(403, 'Your role may not give the role {value}.', 'Ask a subscriber admin.'),
  person_exists: entry(409, 'The person exists already and only new people are wanted.', 'Choose to update as well, or leave the row out.'),
  person_missing: entry(404, 'No such person exists and only updates are wanted.', 'Choose to create as well, or correct the identifiers.'),
  newer_data: entry(409, 'The record was changed after this file was made (its version is {current}, the file has {given}).', 'Export again, or choose another conflict rule.'),
  kept_newer: entry(200, 'The record was changed after this file was made and is kept.', 'There is nothing to do.'),

  // Content
  content_not_found: entry(404, 'There is no content {content}.', 'Choose other content.'),
  content_deprecated: entry(409, '{title} is deprecated.', 'Choose its replacement {replacement}.'),
  content_unavailable: entry(409, '{title} is not available.', 'Choose other content, or publish it.'),
  invalid_dates: entry(400, '{field}: {reason}.', 'Give a due date after the start, at most two years ahead, and a start not in the past.'),
  student_in_two_groups: entry(400, 'Student {subject} is in two groups.', 'Leave each student in at most one group.'),
  duplicate_assignment: entry(409, '{label} has {title} already.', 'Skip, merge, create a second one or override.'),
  batch_full: entry(400, 'Batch has reached maximum capacity', 'Raise the capacity, or choose a batch with free seats.'),
  student_capacity_exceeded: entry(409, '{label} has {open} open assignments; at most {limit} are possible.', 'Finish or withdraw some first.'),
  load_above_recommended: entry(200, '{label} would have {open} open assignments; at most {limit} are recommended.', 'Give less, or go on with the warning.'),
  due_date_overlap: entry(200, '{label} has another assignment due on {day}.', 'Choose another due date, or go on with the warning.'),
  pacing_density: entry(200, '{label} would have {due} assignments due within 7 days; at most {limit} are recommended.', 'Spread the due dates, or go on with the warning.'),
  assigned_before: entry(200, '{label} has finished or been withdrawn from {title} before.', 'There is nothing to do.'),

  // Instructors of students
  instructor_role_missing: entry(400, 'Assigned instructor must have instructor role', 'Choose somebody with the role teacher, or give {label} that role first.'),
  instructor_assigned_already: entry(400, 'This instructor is already assigned to this student', 'There is nothing to do.'),
  other_instructor_assigned: entry(400, 'Another instructor is already assigned to this student', 'End that assignment first, or send replace: true.'),
  no_instructor_assigned: entry(400, 'No instructor is assigned to this student', 'There is nothing to end.'),
  own_instructor: entry(400, 'Nobody can be their own instructor.', 'Choose somebody else.'),
  student_role_missing: entry(400, '{label} is not a student.', 'Choose somebody with the role student.'),
  mentorship_short: entry(200, 'It would end after {days} day(s); 3 to 6 months are usual.', 'Give a reason, or go on with the warning.'),

  // Undo
  changed_since: entry(409, 'Changed since by {who} at {when}; it is kept as it is.', 'Undo the later change first, or leave it.'),
  in_use_since: entry(409, 'It is used by {used_by} since; it is kept.', 'Remove what uses it first, or leave it.'),
  gone_since: entry(409, 'It no longer exists; removed by {who} at {when}.', 'There is nothing to undo.'),
  started_since: entry(409, '{label} has started work on it; it is kept.', 'Undo in the mode `all` to withdraw started work as well.'),
  cannot_undo: entry(409, 'It cannot be undone: {reason}.', 'Make a new operation that sets things right.'),
} as const satisfies Record<string, ProblemEntry>; // prettier-ignore

export type ProblemCode = keyof typeof PROBLEMS;
