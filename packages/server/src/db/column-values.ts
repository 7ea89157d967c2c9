/** Values as JSON that a column could not even read, found before they are cast. */
import { sql, type RawBuilder } from 'kysely';
import { typesOf, type ColumnType, type Entity } from './entity.ts';

const DAY = '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])';
const TIME = '([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?';

/** What the text of a value has to look like; types that are not listed read every value. */
const FORMS: Readonly<Partial<Record<ColumnType, string>>> = {
  uuid: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  integer: '^-?\\d{1,9}$',
  numeric: '^-?\\d{1,100}(\\.\\d{1,100})?$',
  boolean: '^(true|false)$',
  date: `^${DAY}$`,
  timestamptz: `^${DAY}([ T]${TIME}(Z|[+-]\\d\\d(:?\\d\\d)?)?)?$`,
};

/** The name of a column for which `values`, an object, holds what it cannot read; null where all is well. */
export function unreadableColumn(entity: Entity, values: RawBuilder<unknown>): RawBuilder<unknown> {
  const branches = Object.entries(typesOf(entity)).flatMap(([name, type]) => {
    const isUnreadable = unreadable(type, sql`(${values} -> ${name})`, sql`(${values} ->> ${name})`);
    return isUnreadable === null
      ? []
      : [sql`when ${values} ->> ${name} is not null and ${isUnreadable} then ${name}::text`];
  });
  return sql`case ${sql.join(branches, sql` `)} end`;
}

function unreadable(
  type: ColumnType,
  value: RawBuilder<unknown>,
  text: RawBuilder<unknown>,
): RawBuilder<unknown> | null {
  if (type === 'text[]') return sql`jsonb_typeof(${value}) <> 'array'`;
  const form = FORMS[type];
  if (form === undefined) return null;
  const isOther = sql`${text} !~ ${form}`;
  return type === 'date' || type === 'timestamptz'
    ? sql`case when ${isOther} then true else ${isNoDay(text)} end`
    : isOther;
}

/** 30 February: a month has as many days as lie before the first of the next one. */
function isNoDay(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const first = sql`to_date(left(${text}, 7) || '-01', 'YYYY-MM-DD')`;
  return sql`substr(${text}, 9, 2)::int > extract(day from ${first} + interval '1 month - 1 day')`;
}
