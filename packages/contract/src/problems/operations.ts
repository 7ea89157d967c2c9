/** The life of an operation, its items, and its undo. */
import { entry, type ProblemEntry } from './entry.ts';

export const OPERATION_PROBLEMS = {
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
    'Correct what they say, or leave these people out, then preview again.',
  ),
  warnings_not_acknowledged: entry(
    409,
    'The preview has {count} warning(s).',
    'Look at them and confirm with acknowledge_warnings: true.',
  ),
  reading_not_accepted: entry(
    409,
    'The file was not read without doubt: {reason}',
    'Say how it is to be read, or confirm with accept_reading: true to go on as it was read.',
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
  changed_by_other_item: entry(
    409,
    'Item {item} of this operation changes the same {entity}.',
    'Put both changes into one item, or make the second in an operation of its own.',
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
