/** The students of one batch. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface EnrolledStudent {
  readonly id: string;
  readonly full_name: string;
  readonly email: string | null;
  readonly enrollment_id: string;
  readonly enrolled_at: Date;
  readonly status: string;
  /** Whether the student is on the roster of the batch's classroom. */
  readonly on_roster: boolean;
}

/** Those who are enrolled now, by name. */
export async function listEnrolled(tx: OrgTransaction, batchId: string): Promise<EnrolledStudent[]> {
  return rows(
    tx,
    sql<EnrolledStudent>`
    select u.id, u.display_name as full_name, u.email, e.id as enrollment_id, e.enrolled_at, e.status, s.id is not null as on_roster
    from enrollments e
    join users u on u.org_id = ${tx.orgId} and u.id = e.student_id
    join batches b on b.org_id = ${tx.orgId} and b.id = e.batch_id
    left join classroom_students s on s.org_id = ${tx.orgId} and s.classroom_id = b.classroom_id and s.student_id = e.student_id
    where e.org_id = ${tx.orgId} and e.batch_id = ${batchId} and e.status = 'active'
    order by u.family_name, u.given_name, u.id`,
  );
}
