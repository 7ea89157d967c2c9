/** What a classroom is bound to: a course, perhaps one of its sections, perhaps a term. */
import { Problem, problemError } from '@muster/contract';
import { sql } from 'kysely';
import { one, rows, type OrgTransaction } from '../../db/database.ts';
import type { PlanContext } from '../../engine/kind.ts';

export interface Slice {
  readonly course: { readonly id: string; readonly title: string };
  /** Null: the batch stands for the complete course, which is a value of its own. */
  readonly section: Section | null;
  readonly term: Term | null;
}

interface Section {
  readonly id: string;
  readonly name: string;
  readonly capacity: number | null;
}

export interface Term {
  readonly key: string;
  /** Null where this is the first use of the key. */
  readonly id: string | null;
}

/** @throws Problem `not_found`, `section_course_mismatch`, `validation_failed` for a key that is no term's. */
export async function getSlice(
  { tx, orgId }: PlanContext,
  wanted: { course_id: string; section_id?: string | null | undefined; term_key?: string | null | undefined },
): Promise<Slice> {
  const [course] = await rows(
    tx,
    sql<{ id: string; title: string }>`
    select id, title from courses where org_id = ${orgId} and id = ${wanted.course_id}`,
  );
  if (course === undefined) throw new Problem('not_found', { field: 'course_id' });
  const section = wanted.section_id == null ? null : await getSection(tx, course.id, wanted.section_id);
  return { course, section, term: await findTerm(tx, wanted.term_key ?? '') };
}

async function getSection(tx: OrgTransaction, courseId: string, id: string): Promise<Section> {
  const [found] = await rows(
    tx,
    sql<Section & { course_id: string }>`
    select id, name, capacity, course_id from sections where org_id = ${tx.orgId} and id = ${id}`,
  );
  if (found === undefined) throw new Problem('not_found', { field: 'section_id' });
  if (found.course_id !== courseId)
    throw new Problem('section_course_mismatch', { field: 'section_id', label: found.name });
  return found;
}

const NEW_TERM = /^\d{4}-T\d{1,2}$/;

/** Keys are compared without case and outer blanks; one in the form `2026-T1` makes its term when it is first used. */
async function findTerm(tx: OrgTransaction, given: string): Promise<Term | null> {
  const key = given.trim().toUpperCase();
  if (key === '') return null;
  // Of two first uses at once the second waits here, and then finds the term.
  await one(tx, sql`select pg_advisory_xact_lock(hashtextextended(${`${tx.orgId} term ${key}`}, 0)) is null as locked`);
  const [found] = await rows(
    tx,
    sql<{ id: string; key: string }>`
    select id, key from terms where org_id = ${tx.orgId} and upper(trim(key)) = ${key} order by id limit 1`,
  );
  if (found !== undefined) return found;
  if (NEW_TERM.test(key)) return { key, id: null };
  throw new Problem('validation_failed', { count: 1 }, [
    problemError('invalid_value', {
      field: 'term_key',
      reason: 'there is no such term, and a new one has the form 2026-T1',
    }),
  ]);
}
