/** What is known of a teacher. */
import { sql } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';
import type { Row } from '../records/rows.ts';

/** Undefined for a teacher of whom nothing is known yet. */
export async function findProfile(tx: OrgTransaction, userId: string): Promise<Row | undefined> {
  const [found] = await rows(
    tx,
    sql<Row>`
    select id, domain, skills, languages, teaching_styles, availability from teacher_profiles
    where org_id = ${tx.orgId} and user_id = ${userId}`,
  );
  return found;
}
