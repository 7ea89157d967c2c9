/** Content and what is assigned from it. */
import { entry, type ProblemEntry } from './entry.ts';

export const CONTENT_PROBLEMS = {
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
} as const satisfies Record<string, ProblemEntry>;
