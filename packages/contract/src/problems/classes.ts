/** Batches, enrollments, classrooms, and hints of good practice. */
import { entry, type ProblemEntry } from './entry.ts';

export const CLASS_PROBLEMS = {
  list_emptied: entry(200, 'All {count} {what} of {label} are taken out.', 'Go on, or say who stays.'),
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
  no_teachers: entry(200, '{label} has no teacher.', 'Give it one.'),
  inactive_on_roster: entry(
    200,
    '{count} student(s) on the roster of {label} are not active.',
    'Take them off the roster, or activate them.',
  ),
} as const satisfies Record<string, ProblemEntry>;
