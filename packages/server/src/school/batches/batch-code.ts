/** Codes for batches that were given none. */
import { sql, type RawBuilder } from 'kysely';
import { rows, type OrgTransaction } from '../../db/database.ts';

const NAME_CHARS_MAX = 40;

/** Two that make codes at the same time wait for each other, so that the second sees what the first took. */
export async function lockCodes(tx: OrgTransaction): Promise<void> {
  await rows(tx, sql`select pg_advisory_xact_lock(hashtextextended('batch codes ' || ${tx.orgId}, 0))`);
}

/**
 * CTEs over a relation `named` with `item_no`, `name`, `course_title`, `start_date` and `code` (null where one is to be
 * made): `coded` has for each of these a `made` code. It is the name, or else the course, with the month in which it
 * starts, in capitals; the next that is free gets a number.
 */
export function madeCodes(orgId: string): RawBuilder<unknown> {
  return sql`
    based as materialized (
      select item_no, coalesce(nullif(${slug(sql`name`)}, ''), nullif(${slug(sql`course_title`)}, ''), 'BATCH')
        || to_char(start_date, '-YYYY-MM') as base
      from named where code is null
    ), free as (
      select w.base, candidate, row_number() over (partition by w.base order by n) as place
      from (select base, count(*) as wanted from based group by base) w
      cross join lateral generate_series(1, w.wanted
        + (select count(*) from batches b where b.org_id = ${orgId} and fold(b.code) like fold(w.base) || '%') + (select count(code) from named)) n
      cross join lateral (select w.base || case when n = 1 then '' else '-' || n end as candidate) c
      where not exists (select from batches b where b.org_id = ${orgId} and fold(b.code) = fold(candidate))
        and not exists (select from named o where fold(o.code) = fold(candidate))
    ), coded as (
      select item_no, f.candidate as made
      from (select item_no, base, row_number() over (partition by base order by item_no) as place from based) b
      join free f using (base, place))`;
}

/** Letters and digits without marks, words joined by hyphens. */
function slug(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const plain = sql`regexp_replace(normalize(${text}, NFKD), '[\u0300-\u036f]', '', 'g')`;
  return sql`trim(both '-' from left(trim(both '-' from regexp_replace(upper(${plain}), '[^A-Z0-9]+', '-', 'g')), ${NAME_CHARS_MAX}::int))`;
}
