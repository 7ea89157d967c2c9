/** One thing that can go wrong: its HTTP status (for items, the status it would have alone), words and correction. */
export interface ProblemEntry {
  readonly status: number;
  readonly message: string;
  readonly correction: string;
}

const entry = (status: number, message: string, correction: string): ProblemEntry => ({ status, message, correction });

/** Every problem of the product. Each has a page in docs/problems/; a test compares both. */
export const PROBLEMS = {
  // Requests
  validation_failed: entry(
    400,
    'The request has {count} fault(s).',
    'Correct the fields named in errors and send it again.',
  ),
  required: entry(400, '{field} is missing.', 'Give {field}.'),
  unknown_field: entry(400, '{field} is not known here.', 'Leave {field} out, or check its spelling.'),
  invalid_value: entry(400, '{field} is not valid: {reason}.', 'Give {field} a value of the stated form.'),
  unauthenticated: entry(
    401,
    'You are not signed in, or the sign-in has ended.',
    'Sign in and send the request again.',
  ),
  wrong_credentials: entry(
    401,
    'The name or the password is wrong.',
    'Check both; an administrator can send a new sign-in link.',
  ),
  account_locked_out: entry(429, 'Too many attempts to sign in.', 'Wait {seconds} seconds and try again.'),
  organization_needed: entry(
    400,
    'This sign-in belongs to several organizations.',
    'Name one of them in `organization`.',
  ),
  forbidden: entry(403, 'Your role may not do this.', 'Ask an administrator of your organization.'),
  plan_required: entry(
    403,
    'The plan of your organization ({plan}) lets a teacher_admin act for own students only, at most {limit}.',
    'Select your own students, or ask an administrator of the organization.',
  ),
  not_found: entry(404, 'There is no such thing, or you may not see it.', 'Check the address and the id.'),
  method_not_allowed: entry(405, 'This address does not answer {method}.', 'Use {allowed}.'),
  conflict: entry(409, '{message}', '{correction}'),
  still_in_use: entry(409, 'It cannot be removed: {used_by} still refer to it.', 'Remove or change these first.'),
  too_large: entry(413, 'The upload is larger than {limit_bytes} bytes.', 'Split the file, or raise the limit.'),
  unsupported_format: entry(
    415,
    '{found} cannot be read here; expected {expected}.',
    'Save the file as CSV (UTF-8) and upload it again.',
  ),
  unreadable_file: entry(400, 'The file cannot be read: {reason}.', '{correction}'),
  upload_incomplete: entry(400, 'The upload ended before the file did. Nothing was kept.', 'Upload the file again.'),
  too_many_requests: entry(429, 'Too many requests.', 'Wait {seconds} seconds and try again.'),
  internal: entry(
    500,
    'Something broke on our side; nothing was half done.',
    'Try again; if it stays, give the reference {reference} to your operator.',
  ),
  unavailable: entry(503, 'The database does not answer at the moment.', 'Try again in a few seconds.'),
  idempotency_key_reused: entry(
    409,
    'This Idempotency-Key was used for another request.',
    'Use a new key for a new request.',
  ),
  request_in_progress: entry(
    409,
    'The first request with this Idempotency-Key is still running.',
    'Wait for it and send the request again.',
  ),

  // The life of an operation
  unknown_kind: entry(400, 'Unknown kind of operation: {kind}.', 'Use one of: {known}.'),
  invalid_state: entry(
    409,
    'The operation is {status}; {wanted} is not possible now.',
    'Look at its present state and choose what is offered there.',
  ),
  not_validated: entry(409, 'The operation has no plan yet.', 'Validate it, look at the preview, then confirm.'),
  plan_stale: entry(409, '{count} thing(s) changed after this preview was made.', 'Preview again, then confirm.'),
  plan_hash_missing: entry(400, 'plan_hash is missing.', 'Send the plan_hash of the preview that was looked at.'),
  validation_errors: entry(
    409,
    '{count} item(s) have errors that block the operation.',
    'Correct them or exclude the people named, then preview again.',
  ),
  warnings_not_acknowledged: entry(
    409,
    'The preview has {count} warning(s).',
    'Look at them and confirm with acknowledge_warnings: true.',
  ),
  confirm_count_mismatch: entry(
    400,
    'This affects {count}; confirm_count must say the same number.',
    'Type {count} to confirm.',
  ),
  approval_required: entry(
    409,
    'A second person has to approve this operation first.',
    'Ask another administrator to approve it.',
  ),
  own_approval: entry(403, 'Nobody can approve an operation of their own.', 'Ask another administrator.'),
  queue_full: entry(
    429,
    '{count} operations of your organization wait already.',
    'Wait {seconds} seconds and try again, or cancel one that waits.',
  ),
  limit_exceeded: entry(
    400,
    '{count} people are selected; your role may change at most {limit} at once.',
    'Select fewer, or ask an administrator with a higher limit.',
  ),
  override_reason_needed: entry(
    400,
    'More than {limit} people need a written reason of at least 10 characters.',
    'Give override_reason.',
  ),
  empty_selection: entry(
    400,
    'Nobody is selected. An empty list never means everybody.',
    'Select at least one person.',
  ),
  not_reversible: entry(
    409,
    'This operation cannot be undone: {reason}.',
    'Make a new operation that sets things right.',
  ),
  nothing_to_undo: entry(
    409,
    'Nothing of this operation is left to undo.',
    'Look at its history: it was undone, or changed nothing.',
  ),
  rollback_window_closed: entry(
    409,
    'The time to undo this operation ended at {until}.',
    'Ask an administrator, or make a new operation that sets things right.',
  ),
  nothing_to_retry: entry(409, 'No item of this operation failed.', 'There is nothing to run again.'),
  nothing_to_accept: entry(409, 'The operation has no partial result to accept.', 'There is nothing to do.'),

  // Items
  changed_since_preview: entry(
    409,
    'Changed after the preview by {who} at {when}.',
    'Preview again and decide anew for this one.',
  ),
  permission_revoked: entry(
    403,
    'The right to change this person ended before its turn.',
    'Ask an administrator to run it again.',
  ),
  already_exists: entry(
    409,
    'Another {entity} with the same {fields} exists already.',
    'Change {fields}, or update the existing one.',
  ),
  still_referenced: entry(409, 'Something else refers to it ({constraint}).', 'Remove what refers to it first.'),
  reference_missing: entry(409, 'Something it refers to no longer exists ({constraint}).', 'Preview again.'),
  rule_violated: entry(409, 'The database refused it: rule {constraint}.', 'Correct the values and retry this item.'),
  apply_failed: entry(500, 'It could not be written: {reason}.', 'Retry it; if it fails again, tell your operator.'),
  worker_lost: entry(
    500,
    'The program ended each time it came to this.',
    'Tell your operator; the others of the operation are not held up by it.',
  ),
  unchanged: entry(200, 'Nothing would change.', 'There is nothing to do.'),
  cancelled: entry(409, 'The operation was cancelled before its turn.', 'Make a new operation for the rest.'),

  // People and files of people
  student_not_found: entry(404, 'There is no student {subject}.', 'Check the id.'),
  user_not_found: entry(404, 'There is no person {subject}.', 'Check the id.'),
  student_inactive: entry(409, '{label} is inactive.', 'Activate the student, or exclude them.'),
  student_suspended: entry(409, '{label} is suspended.', 'Lift the suspension, or exclude the student.'),
  student_not_accessible: entry(
    403,
    'This account cannot be used (archived, locked or restricted).',
    'Exclude the student.',
  ),
  rule_set_aside: entry(
    200,
    '{label} would be refused ({rule}); the written reason sets that aside.',
    'Exclude the student, or go on with the reason.',
  ),
  student_out_of_scope: entry(
    403,
    '{label} is not one of your students.',
    'Exclude the student, or ask an administrator.',
  ),
  user_out_of_scope: entry(
    403,
    '{label} is outside the units you are responsible for.',
    'Exclude them, or ask an administrator.',
  ),
  acting_user: entry(409, 'You cannot take away your own access.', 'Ask another administrator.'),
  match_conflict: entry(
    409,
    'The identifiers belong to different people: {people}.',
    'Correct the identifiers so that they name one person.',
  ),
  identifier_conflict: entry(
    409,
    '{field} belongs to {label}, whose {other_field} is {other_value}.',
    'Correct {other_field} in the file or on the person.',
  ),
  duplicate_row: entry(409, 'Row {first_row} names the same person by {field}.', 'Keep one of the two rows.'),
  identifier_missing: entry(400, 'The row has no external id, e-mail or username.', 'Fill in at least one of them.'),
  name_missing: entry(400, 'The row has no name.', 'Fill in a given name, a family name or a full name.'),
  unit_not_found: entry(400, 'There is no unit {value}.', 'Use the name or code of a unit of your organization.'),
  unit_out_of_scope: entry(
    403,
    'The unit {value} is outside your responsibility.',
    'Use a unit of your own, or ask an administrator.',
  ),
  teacher_not_found: entry(
    400,
    'There is no teacher {value}.',
    'Use the id, e-mail, username or external id of a teacher.',
  ),
  teacher_row_fails: entry(
    409,
    'Row {teacher_row} would make a teacher of {value}, and fails.',
    'Correct that row, then retry both.',
  ),
  role_not_allowed: entry(403, 'Your role may not give the role {value}.', 'Ask a subscriber admin.'),
  still_teaches: entry(
    409,
    '{label} is named as a teacher still and cannot be a student alone.',
    'Leave a teaching role, or name somebody else in every place first.',
  ),
  role_missing: entry(409, 'Nobody can be without a role.', 'Leave at least one role, or archive the person.'),
  person_exists: entry(
    409,
    'The person exists already and only new people are wanted.',
    'Choose to update as well, or leave the row out.',
  ),
  person_missing: entry(
    404,
    'No such person exists and only updates are wanted.',
    'Choose to create as well, or correct the identifiers.',
  ),
  newer_data: entry(
    409,
    'The record was changed meanwhile (its version is {current}, {given} was given).',
    'Export again, or choose another conflict rule.',
  ),
  kept_newer: entry(200, 'The record was changed meanwhile and is kept.', 'There is nothing to do.'),

  // Content
  content_not_found: entry(404, 'There is no content {content}.', 'Choose other content.'),
  content_deprecated: entry(409, '{title} is deprecated.', 'Choose its replacement {replacement}.'),
  content_unavailable: entry(409, '{title} is not available.', 'Choose other content, or publish it.'),
  invalid_dates: entry(
    400,
    '{field}: {reason}.',
    'Give a due date after the start, at most two years ahead, and a start not in the past.',
  ),
  student_in_two_groups: entry(400, 'Student {subject} is in two groups.', 'Leave each student in at most one group.'),
  duplicate_assignment: entry(409, '{label} has {title} already.', 'Skip, merge, create a second one or override.'),
  batch_full: entry(
    400,
    'Batch has reached maximum capacity',
    'Raise the capacity, or choose a batch with free seats.',
  ),
  student_capacity_exceeded: entry(
    409,
    '{label} has {open} open assignments; at most {limit} are possible.',
    'Finish or withdraw some first.',
  ),
  load_above_recommended: entry(
    200,
    '{label} would have {open} open assignments; at most {limit} are recommended.',
    'Give less, or go on with the warning.',
  ),
  due_date_overlap: entry(
    200,
    '{label} has another assignment due on {day}.',
    'Choose another due date, or go on with the warning.',
  ),
  pacing_density: entry(
    200,
    '{label} would have {due} assignments due within 7 days; at most {limit} are recommended.',
    'Spread the due dates, or go on with the warning.',
  ),
  assigned_before: entry(200, '{label} has finished or been withdrawn from {title} before.', 'There is nothing to do.'),

  // Instructors of students
  instructor_role_missing: entry(
    400,
    'Assigned instructor must have instructor role',
    'Choose somebody with the role teacher, or give {label} that role first.',
  ),
  instructor_assigned_already: entry(
    400,
    'This instructor is already assigned to this student',
    'There is nothing to do.',
  ),
  other_instructor_assigned: entry(
    400,
    'Another instructor is already assigned to this student',
    'End that assignment first, or send replace: true.',
  ),
  no_instructor_assigned: entry(400, 'No instructor is assigned to this student', 'There is nothing to end.'),
  own_instructor: entry(400, 'Nobody can be their own instructor.', 'Choose somebody else.'),
  student_role_missing: entry(400, '{label} is not a student.', 'Choose somebody with the role student.'),
  mentorship_short: entry(
    200,
    'It would end after {days} day(s); 3 to 6 months are usual.',
    'Give a reason, or go on with the warning.',
  ),
  mentorship_review: entry(
    200,
    'It has lasted {days} days; 3 to 6 months are usual.',
    'Look at it together, then go on or end it.',
  ),
  meeting_length_advised: entry(
    200,
    'A meeting of {minutes} minutes; {min} to {max} are advised.',
    'There is nothing to do.',
  ),
  meeting_gap: entry(200, 'No meeting for {days} days; one a week is advised.', 'Plan the next one.'),

  // Batches and enrollments
  batch_name_required: entry(400, 'Batch name is required', 'Give batch_name.'),
  batch_code_required: entry(400, 'Batch code is required', 'Give batch_code, or let codes be generated.'),
  batch_course_required: entry(400, 'Course reference is required for a batch', 'Name the course.'),
  batch_start_required: entry(400, 'Batch start date is required', 'Give start_date.'),
  batch_end_required: entry(400, 'Batch end date is required', 'Give end_date.'),
  batch_dates_reversed: entry(400, 'Batch end date must be after the start date', 'Correct start_date or end_date.'),
  batch_capacity_required: entry(400, 'Batch capacity is required', 'Give capacity.'),
  batch_capacity_min: entry(400, 'Batch capacity must be at least 1', 'Give a capacity of 1 or more.'),
  batch_capacity_below_enrolled: entry(
    409,
    '{enrolled} student(s) are enrolled; the capacity cannot be {capacity}.',
    'Give at least {enrolled}, or cancel or move enrollments first.',
  ),
  enrolled_students_negative: entry(
    400,
    'Enrolled students cannot be negative',
    'Leave enrolled_students out; it is counted.',
  ),
  batch_instructor_required: entry(
    400,
    'Instructor assignment is required for a batch',
    'Name a teacher in assigned_instructor.',
  ),
  batch_creator_required: entry(400, 'Creator reference is required', 'Sign in as a person of the organization.'),
  batch_code_taken: entry(
    409,
    'Another batch has the code {batch_code}.',
    'Choose another code, or leave it out to have one made.',
  ),
  batch_not_found: entry(404, 'There is no such batch.', 'Check the id.'),
  batch_out_of_scope: entry(
    403,
    '{label} is outside the units you are responsible for.',
    'Leave it out, or ask an administrator.',
  ),
  batch_has_enrollments: entry(
    400,
    '{count} student(s) are actively enrolled in {label}; cancel or move their enrollments first',
    'Cancel or move the enrollments, then try again.',
  ),
  batch_closed: entry(
    400,
    'Batch is {batch_status}; nobody can be enrolled in it',
    'Choose a batch that is Upcoming or Active.',
  ),
  batch_of_other_course: entry(400, 'The batch belongs to another course', 'Choose a batch of this course.'),
  course_not_found: entry(404, 'There is no such course.', 'Check the id.'),
  instructor_inactive: entry(
    400,
    '{label} is {person_status} and cannot be given a batch.',
    'Choose an active teacher.',
  ),
  slot_reversed: entry(400, 'A class must end after it begins', 'Give an end_time after start_time.'),
  slots_overlap: entry(400, 'Classes of one batch must not overlap each other', 'Move one of the two classes.'),
  schedule_conflict: entry(
    400,
    'Instructor has a schedule conflict',
    'Choose one of the suggested times or another teacher, or save with force and a reason.',
  ),
  force_reason_required: entry(400, 'Saving in spite of a schedule conflict needs a reason', 'Give force_reason.'),
  enrollment_not_found: entry(404, 'There is no such enrollment.', 'Check the id.'),
  already_enrolled: entry(400, 'Student is already enrolled in this batch', 'There is nothing to do.'),
  already_enrolled_in_course: entry(400, 'Student is already enrolled in this course', 'There is nothing to do.'),
  not_enrolled: entry(400, '{label} is not enrolled in this batch', 'Leave this student out.'),
  student_not_active: entry(
    400,
    '{label} is {person_status}; only active students can be enrolled',
    'Activate the student first.',
  ),
  access_ends_early: entry(400, 'Access cannot end before it begins', 'Give a later access_expiry_date.'),

  // Hints of good practice for batches
  schedule_conflict_forced: entry(200, 'Saved in spite of a schedule conflict: {reason}', 'There is nothing to do.'),
  batch_without_instructor: entry(200, 'This batch has no instructor and cannot become Active.', 'Assign a teacher.'),
  batch_without_capacity: entry(200, 'This batch has no capacity; it never becomes full.', 'Give it a capacity.'),
  capacity_advised: entry(
    200,
    'A capacity of {capacity} is outside the advised {min} to {max} students.',
    'Change the capacity, or go on.',
  ),
  seats_reserve_low: entry(
    200,
    'Less than {percent} % of the seats are free for late enrollments ({free} of {capacity}).',
    'Keep a reserve, or open another batch.',
  ),
  seats_reserve_gone: entry(
    200,
    'Hardly any seats are left for late enrollments ({free} of {capacity}; {percent} % are advised).',
    'Raise the capacity, or open another batch.',
  ),
  instructor_batches_many: entry(
    200,
    'This is active batch number {count} of the teacher; {limit} and more are many.',
    'Choose another teacher, or go on.',
  ),
  instructor_batches_too_many: entry(
    200,
    'This is active batch number {count} of the teacher; fewer than {limit} are advised.',
    'Choose another teacher.',
  ),
  classes_per_week_advised: entry(
    200,
    '{count} classes a week; {advised} are advised.',
    'Change the schedule, or go on.',
  ),
  class_minutes_advised: entry(
    200,
    'Classes of {advised} minutes are advised; different: {slots}.',
    'Change the schedule, or go on.',
  ),
  class_times_advised: entry(200, 'Outside the advised times ({advised}): {slots}.', 'Change the schedule, or go on.'),
  class_days_adjacent: entry(
    200,
    'Classes on {days} follow each other directly.',
    'Leave a day between classes, or go on.',
  ),

  // Learners
  no_users_given: entry(400, 'No users given: send {ways}', 'Select at least one learner.'),
  unknown_batch: entry(400, 'Package session not found', 'Check the id.'),
  learner_not_found: entry(404, 'User not found', 'Check the id.'),
  learner_already_enrolled: entry(
    409,
    'Already enrolled ({state})',
    'There is nothing to do; RE_ENROLL opens an enrollment that has ended.',
  ),
  learner_not_enrolled: entry(409, 'Not enrolled', 'There is nothing to do.'),
  learner_already_ended: entry(409, 'Already {state}', 'There is nothing to do.'),
  user_creation_failed: entry(
    400,
    'User creation failed: {reason}',
    'Correct the new user, or select the person who exists.',
  ),
  config_resolution_failed: entry(
    400,
    'Config resolution failed: {reason}',
    'Name another invite, payment option or plan.',
  ),
  default_invite_taken: entry(
    409,
    '{batch} has a default invite already: {invite}.',
    'Take the tag DEFAULT from {invite} first, or leave it out here.',
  ),
  custom_field_not_found: entry(
    400,
    'Custom field {value} not found',
    'Use the id of a custom field of your organization.',
  ),
  new_user_repeated: entry(
    200,
    '{value} is given more than once among the new users; it is worked on once.',
    'Leave the other entries out.',
  ),
  user_plan_shared: entry(
    200,
    'UserPlan {plan} is shared across {count} package sessions. Canceling this plan will affect other enrollments.',
    'Go on, or leave these learners out.',
  ),

  // Classrooms
  cross_entity: entry(403, 'This belongs to another organization.', 'Use what belongs to your own organization.'),
  wrong_role: entry(400, '{label} is not a {role}.', 'Choose somebody with this role.'),
  inactive_user: entry(400, '{label} is {status}.', 'Activate the person, or leave them out.'),
  section_course_mismatch: entry(400, 'Section {label} belongs to another course.', 'Choose a section of this course.'),
  above_limit: entry(400, 'At most {limit} {what} are possible; this would make {count}.', 'Take fewer.'),
  classroom_archived: entry(409, '{label} is archived.', 'Bring the classroom back first.'),
  batch_ended: entry(
    409,
    '{label} is {status}; its people do not change any more.',
    'Choose a batch that is upcoming or active.',
  ),
  batch_without_classroom: entry(
    409,
    '{label} belongs to no classroom that it could be reset to.',
    'Set its students or teachers one by one.',
  ),
  over_capacity: entry(
    409,
    '{students} students exceed the {capacity} places of section {section}.',
    'Move students to another section, or raise the capacity.',
  ),
  outdated_version: entry(
    409,
    '{label} was changed by somebody else; it is at version {version} by now.',
    'Look at the difference, decide anew and send the present version.',
  ),
  empty_roster: entry(200, 'Nobody is on the roster of {label}.', 'Fill the roster, then assign the course again.'),
  list_emptied: entry(200, 'All {count} {what} of {label} are taken out.', 'Go on, or say who stays.'),
  no_teachers: entry(200, '{label} has no teacher.', 'Give it one.'),
  inactive_on_roster: entry(
    200,
    '{count} student(s) on the roster of {label} are not active.',
    'Take them off the roster, or activate them.',
  ),

  // Undo
  changed_since: entry(
    409,
    'Changed since by {who} at {when}; it is kept as it is.',
    'Undo the later change first, or leave it.',
  ),
  in_use_since: entry(409, 'It is used by {used_by} since; it is kept.', 'Remove what uses it first, or leave it.'),
  gone_since: entry(409, 'It no longer exists; removed by {who} at {when}.', 'There is nothing to undo.'),
  started_since: entry(
    409,
    '{label} has started work on it; it is kept.',
    'Undo in the mode `all` to withdraw started work as well.',
  ),
  cannot_undo: entry(409, 'It cannot be undone: {reason}.', 'Make a new operation that sets things right.'),
} as const satisfies Record<string, ProblemEntry>;

export type ProblemCode = keyof typeof PROBLEMS;
