/** Requests, whatever they are about. */
import { entry, type ProblemEntry } from './entry.ts';

export const REQUEST_PROBLEMS = {
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
  upload_too_slow: entry(
    408,
    'What you send arrives too slowly, or takes too long. Nothing was kept.',
    'Send it again over a better connection, or in smaller parts.',
  ),
  too_many_uploads: entry(
    429,
    'Your organization has {limit} uploads under way already.',
    'Wait for one of them to end, then upload the file again.',
  ),
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
} as const satisfies Record<string, ProblemEntry>;
