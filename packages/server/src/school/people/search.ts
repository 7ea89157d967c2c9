/** How people are looked for: by what names them, in whatever spelling. */
import { sql, type RawBuilder } from 'kysely';
import { isUuid, rows, type OrgTransaction } from '../../db/database.ts';

/** The index knows people by three letters in a row. */
const INDEXED = /[\p{L}\p{N}]{3}/u;
/** Of more the first page is found sooner by reading people in their order. */
const NAMED_MAX = 500;

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

/** {@link searchCondition} for reading a page: people who are few are found first, by their index. */
export async function quickSearch(tx: OrgTransaction, q: string): Promise<RawBuilder<unknown>> {
  if (!INDEXED.test(q) || isUuid(q.toLowerCase())) return searchCondition(q);
  const named = await rows(
    tx,
    sql<{ id: string }>`select id from find_people(${tx.orgId}::uuid, ${patternOf(q)}, ${NAMED_MAX + 1}) found(id)`,
  );
  if (named.length > NAMED_MAX) return searchCondition(q);
  return sql`u.id = any(${named.map((person) => person.id)}::uuid[])`;
}

function patternOf(q: string): RawBuilder<string> {
  return sql`'%' || search_fold(${wordsOf(q).replace(/[\\%_]/g, '\\$&')}) || '%'`;
}

function wordsOf(q: string): string {
  return q.replace(/[\s,]+/gu, ' ').trim();
}
