/** People, files of people, and instructors of students. */
import { entry, type ProblemEntry } from './entry.ts';

export const PEOPLE_PROBLEMS = {
  // People and files of people
  student_not_found: entry(404, 'There is no student {subject}.', 'Check the id.'),
  user_not_found: entry(404, 'There is no person {subject}.', 'Check the id.'),
  person_archived: entry(404, '{label} is archived.', 'Choose somebody else, or bring them back first.'),
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
    'Correct them so that they name one person; or give {label} another {field}, in this file or before it.',
  ),
  identifier_conflict: entry(
    409,
    '{field} belongs to {label}, whose {other_field} is {other_value}.',
    'Correct {other_field} in the file or on the person; or give {label} another {field}, in this file or before it.',
  ),
  duplicate_row: entry(409, 'Row {first_row} names the same person by {field}.', '{remedy}'),
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
  older_data: entry(
    200,
    'The row is of {given}; {label} is known as of {known} and stays so.',
    'There is nothing to do. To set it all the same, take the column that says when it changed out of the file.',
  ),
  archived_left: entry(
    200,
    '{label} is archived and stays so.',
    'To bring such people back, or to make new ones, choose so under Archived people; or write a status.',
  ),
  archived_last_identifier: entry(
    409,
    'Somebody who is archived is known by {value} alone, and could not be named without it.',
    'Give that person an external id first, or bring them back.',
  ),
  left_unknown: entry(
    200,
    'The file says that this person has left; nobody like this is known here.',
    'There is nothing to do.',
  ),
  teacher_archived: entry(
    409,
    'The teacher {value} is archived and cannot look after anybody.',
    'Choose an active teacher, or bring this one back first.',
  ),
  brought_back: entry(200, '{label} is archived and comes back by this.', 'Look whether that is meant.'),
  id_reused: entry(
    200,
    '{value} belongs to {label}, and the row changes all names and the e-mail: it could be another person.',
    'Look whether that is meant. If not, give the new person an id of their own.',
  ),
  units_left_out: entry(
    200,
    'The row names several units ({value}); a person belongs to one, and the others are left out.',
    'Look whether the right one is taken; it is the one where they are already, else the first.',
  ),
  has_duties: entry(
    200,
    '{label} teaches {batches} open batch(es), looks after {students} student(s) and holds {seats} seat(s); all of that stays.',
    'Give it to others first, or afterwards.',
  ),

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
} as const satisfies Record<string, ProblemEntry>;
