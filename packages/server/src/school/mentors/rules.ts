import { sql } from 'kysely';
import { because } from '../because.ts';
import { brings, eachRow, inOrder, namesStudent, namesTeacher, willBe } from '../records/rules.ts';

/** What no individual assignment may be, whoever writes it. */
export const mentorshipRules = eachRow(['student_id', 'mentor_id', 'started_at', 'ended_at'], (context) => [
  [
    sql`${brings('student_id', 'mentor_id')} and ${willBe('student_id')} = ${willBe('mentor_id')}`,
    because('own_instructor'),
  ],
  inOrder('started_at', 'ended_at', 'timestamptz'),
  namesTeacher(context, 'mentor_id'),
  namesStudent(context),
]);
