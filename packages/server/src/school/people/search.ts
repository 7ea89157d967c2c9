/** How people are looked for: by what names them, in whatever spelling. */
import { sql, type RawBuilder } from 'kysely';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';

/** The index knows people by three letters in a row. */
const INDEXED = /[\p{L}\p{N}]{3}/u;
/** Two full pages: enough for one of those whom somebody may see, mostly. */
const NAMED_MAX = 201;

/** Condition on users `u`: the grade level, however it is spelt. */
export function isOfGrade(grade: string): RawBuilder<unknown> {
  return sql`grade_fold(u.grade_level) = grade_fold(${grade})`;
}

/**
 * Condition on users `u`: a part of a name, with the family name first or last, of an e-mail, user name or external id,
 * without regard to case, accents and apostrophes; or the whole id.
 */
export function searchCondition(q: string): RawBuilder<unknown> {
  if (isUuid(q.toLowerCase())) return sql`u.id = ${q.toLowerCase()}::uuid`;
  return sql`u.search_name like ${patternOf(q)}`;
}

/** Condition on users `u`: the whole of a name, e-mail, user name or external id, compared as {@link searchCondition} does. */
export function isCalled(called: string): RawBuilder<unknown> {
  const names = [
    sql`u.display_name`,
    sql`u.family_name || ' ' || u.given_name`,
    sql`u.external_id`,
    sql`u.username`,
    sql`u.email`,
  ];
  const folded = names.map((name) => sql`search_fold(${name})`);
  return isUuid(called.toLowerCase()) ? sql`true` : sql`search_fold(${wordsOf(called)}) in (${sql.join(folded)})`;
}

/**
 * Ids of the first people in the order of their names, after one of them, whom {@link searchCondition} finds; and whether
 * these are all. Null where the index is of no help.
 */
export async function firstNamed(
  tx: OrgTransaction,
  q: string,
  after: readonly string[] | null,
): Promise<{ ids: string[]; areAll: boolean } | null> {
  if (!INDEXED.test(q) || isUuid(q.toLowerCase())) return null;
  const [family = null, given = null, id = null] = after ?? [];
  const named = await rows(
    tx,
    sql<{ id: string }>`
    select id from find_people(${tx.orgId}::uuid, ${patternOf(q)}, ${family}, ${given}, ${id}::uuid, ${NAMED_MAX}) named(id)`,
  );
  return { ids: named.map((person) => person.id), areAll: named.length < NAMED_MAX };
}

function patternOf(q: string): RawBuilder<string> {
  return sql`'%' || search_fold(${wordsOf(q).replace(/[\\%_]/g, '\\$&')}) || '%'`;
}

function wordsOf(q: string): string {
  return q.replace(/[\s,]+/gu, ' ').trim();
}
