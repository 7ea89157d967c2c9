import { sql, type RawBuilder } from 'kysely';
import { code } from '../engine/kind.ts';

/** A reason as JSON in SQL, `{code, …}`; its further fields are expressions. */
export function because(
  name: Parameters<typeof code>[0],
  detail: Readonly<Record<string, RawBuilder<unknown>>> = {},
): RawBuilder<unknown> {
  const pairs = Object.entries(detail).flatMap(([key, value]) => [sql.lit(key), value]);
  return sql`jsonb_build_object(${sql.join([sql`'code'`, code(name), ...pairs])})`;
}
