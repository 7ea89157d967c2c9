/**
 * What stands over the lines of one code, where the code itself does not say it to a person.
 *
 * 1. `E-mail address cannot be used: 12 lines`, not `Bad email`.
 * 2. Codes that read well as they are written (`Batch full`) stand without an entry.
 */
const HEADINGS: Readonly<Record<string, string>> = {
  above_limit: 'Above the limit',
  acting_user: 'Your own person',
  ambiguous_date: 'Date can be read in two ways',
  apply_failed: 'Could not be written',
  archived_left: 'Archived, and left so',
  assigned_before: 'Had it before',
  bad_boolean: 'Neither yes nor no',
  bad_date: 'Not a date',
  bad_email: 'Not an e-mail address',
  bad_integer: 'Not a whole number',
  bad_number: 'Not a number',
  bad_quote: 'A quote that does not close',
  bad_timestamp: 'Not a time',
  batch_of_other_course: 'Batch of another course',
  batch_out_of_scope: 'Batch outside of your units',
  cannot_undo: 'Cannot be taken back',
  changed_by_other_item: 'Changed by another item',
  changed_since_preview: 'Changed since the preview',
  config_resolution_failed: 'No invite or plan to enroll by',
  conflict: 'Changed by somebody else',
  content_unavailable: 'Content not available',
  control_character: 'Invisible control characters',
  cross_entity: 'Of another organization',
  damaged_text: 'Letters that were damaged before',
  date_order: 'Dates in the wrong order',
  due_date_overlap: 'Due on the same days',
  duplicate_assignment: 'Has it already',
  duplicate_row: 'Named twice in the file',
  identifier_conflict: 'Belongs to somebody else',
  identifier_missing: 'No id, e-mail or user name',
  in_use_since: 'Used since',
  inactive_user: 'Not active',
  instructor_role_missing: 'Not a teacher',
  invalid_value: 'Value cannot be used',
  kept_newer: 'Kept, newer',
  left_unknown: 'Left, and not known here',
  match_conflict: 'Fits two people',
  mentorship_short: 'Mentorship is short',
  name_missing: 'No name',
  newer_data: 'Newer data is there',
  not_one_of: 'None of the allowed values',
  nul_byte: 'Not text',
  older_data: 'Older than what is known',
  pacing_density: 'Much work at once',
  pattern_mismatch: 'Not written as it has to be',
  permission_revoked: 'Right was taken away',
  person_archived: 'Archived',
  person_exists: 'Is there already',
  person_missing: 'Not known yet',
  quote_unclosed: 'A quote that does not close',
  record_too_large: 'Line too long',
  reference_missing: 'Refers to something that is not there',
  required: 'Left empty',
  role_missing: 'No role',
  role_not_allowed: 'Role that you may not give',
  role_not_supported: 'Role that is not kept here',
  row_long: 'More cells than columns',
  row_short: 'Fewer cells than columns',
  rule_violated: 'Against a rule',
  spreadsheet_number: 'Number shortened by a spreadsheet',
  started_since: 'Begun since',
  still_referenced: 'Still in use',
  student_out_of_scope: 'Student outside of your units',
  student_role_missing: 'Not a student',
  teacher_archived: 'Teacher is archived',
  teacher_row_fails: 'The row of the teacher cannot be done',
  unit_not_found: 'No such unit',
  unit_out_of_scope: 'Unit outside of yours',
  user_out_of_scope: 'Person outside of your units',
  worker_lost: 'Ended the work each time',
  wrong_role: 'Has another role',
};

/** @returns Words for a heading or a filter: `Not an e-mail address`. */
export function problemHeading(code: string): string {
  return HEADINGS[code] ?? sentenceCase(code);
}

/** `changed_since_preview` as `Changed since preview`. */
export function sentenceCase(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
