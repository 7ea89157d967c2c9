import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

export interface Section {
  readonly id: string;
  readonly course_id: string;
  readonly name: string;
  readonly capacity: number | null;
  readonly sequence: number | null;
  readonly branch: string | null;
}

/** The sections of a course, by number, those without one last. */
export async function listSections(tx: OrgTransaction, courseId: string): Promise<Section[]> {
  return rows(
    tx,
    sql<Section>`
    select id, course_id, name, capacity, sequence, branch from sections where org_id = ${tx.orgId} and course_id = ${courseId}
    order by sequence nulls last, name`,
  );
}
