import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface PartCounts {
  readonly id: string;
  readonly students: number;
  readonly teachers: number;
  readonly courses: number;
  readonly batches: number;
}

/** How many of each these classrooms have. */
export async function countParts(tx: OrgTransaction, classroomIds: readonly unknown[]): Promise<PartCounts[]> {
  return rows(
    tx,
    sql<PartCounts>`
    select wanted.id,
      (select count(*) from classroom_students s where s.org_id = ${tx.orgId} and s.classroom_id = wanted.id) as students,
      (select count(*) from classroom_teachers s where s.org_id = ${tx.orgId} and s.classroom_id = wanted.id) as teachers,
      (select count(*) from classroom_courses s where s.org_id = ${tx.orgId} and s.classroom_id = wanted.id) as courses,
      (select count(*) from batches s where s.org_id = ${tx.orgId} and s.classroom_id = wanted.id) as batches
    from unnest(${classroomIds}::uuid[]) wanted(id)`,
  );
}
