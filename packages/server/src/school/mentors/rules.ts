import { sql } from 'kysely';
import { because } from '../because.ts';
import { brings, datesBranch, eachRow, studentBranch, teacherBranch, willBe } from '../records/rules.ts';

/** What no individual assignment may be, whoever writes it. */
export const mentorshipRules = eachRow(
  ['student_id', 'mentor_id', 'started_at', 'ended_at'],
  (context) => sql`case
    when ${brings('student_id', 'mentor_id')} and ${willBe('student_id')} = ${willBe('mentor_id')} then ${because('own_instructor')}
    ${datesBranch('started_at', 'ended_at', 'timestamptz')}
    ${teacherBranch(context, 'mentor_id')} ${studentBranch(context)} end`,
);
