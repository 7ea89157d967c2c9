/** Reads a migrated database and says what it holds: as TypeScript types, and as text that a test compares. */
import pg from 'pg';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly is_nullable: boolean;
  readonly default: string | null;
  readonly is_generated: boolean;
  /** The values a check constraint allows, where it lists them. */
  readonly allowed: string | null;
}

const TYPES: Readonly<Record<string, string>> = {
  uuid: 'string',
  text: 'string',
  date: 'string',
  bytea: 'Buffer',
  int4multirange: 'string',
  boolean: 'boolean',
  integer: 'number',
  numeric: 'number',
  bigint: 'number',
  'text[]': 'string[]',
  'uuid[]': 'string[]',
  jsonb: 'Json',
  json: 'Json',
  'timestamp with time zone': 'Date',
};

export async function tableTypes(url: string): Promise<string> {
  const columns = await withClient(url, readColumns);
  const tables = [...new Set(columns.map((c) => c.table))];
  const body = tables.map((table) => {
    const lines = columns.filter((c) => c.table === table).map((c) => `  ${c.name}: ${columnType(c)};`);
    return `export interface ${interfaceName(table)} {\n${lines.join('\n')}\n}\n`;
  });
  const index = tables.map((table) => `  ${table}: ${interfaceName(table)};`).join('\n');
  return `// Generated from the migrated database by scripts/generate-db.ts. Do not edit.
import type { ColumnType } from 'kysely';

/** JSON as it is read; written as text. */
export type Json = ColumnType<unknown, string, string>;
/** A column with a default may be left out of an insert. */
export type Defaulted<T> = ColumnType<T, T | undefined, T>;
/** A computed column is only read. */
export type Computed<T> = ColumnType<T, never, never>;

${body.join('\n')}
export interface Tables {
${index}
}
`;
}

export async function describeSchema(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const columns = await readColumns(client);
    const constraints = await client.query<{ table: string; text: string }>(`
      select c.relname as table, k.conname || ' ' || pg_get_constraintdef(k.oid) as text
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and not c.relispartition and k.contype <> 'n' order by 1, k.conname`);
    const indexes = await client.query<{ table: string; text: string }>(`
      select i.tablename as table, i.indexdef as text from pg_indexes i
      join pg_class c on c.relname = i.tablename and c.relnamespace = 'public'::regnamespace
      where i.schemaname = 'public' and not c.relispartition order by 1, i.indexname`);
    const tables = [...new Set(columns.map((c) => c.table))];
    return (
      tables
        .map((table) => {
          const of = (list: { table: string; text: string }[]): string[] =>
            list.filter((entry) => entry.table === table).map((entry) => `  ${entry.text}`);
          const cols = columns.filter((c) => c.table === table).map(describeColumn);
          return [table, ...cols, ...of(constraints.rows), ...of(indexes.rows)].join('\n');
        })
        .join('\n\n') + '\n'
    );
  });
}

function describeColumn(c: Column): string {
  const parts = [c.name, c.type, c.is_nullable ? '' : 'not null'];
  if (c.is_generated) parts.push(`generated as ${c.default ?? ''}`);
  else if (c.default !== null) parts.push(`default ${c.default}`);
  return `  ${parts.filter((part) => part !== '').join(' ')}`;
}

function columnType(c: Column): string {
  const base = c.allowed === null ? TYPES[c.type] : allowedValues(c.allowed);
  if (base === undefined) throw new Error(`No TypeScript type for ${c.type} of ${c.table}.${c.name}.`);
  const type = c.is_nullable ? `${base} | null` : base;
  if (c.is_generated) return `Computed<${type}>`;
  if (base === 'Json') return c.default === null ? type : `ColumnType<unknown, string | undefined, string>`;
  return c.default === null ? type : `Defaulted<${type}>`;
}

function allowedValues(constraint: string): string {
  return [...constraint.matchAll(/'([^']+)'::text/g)].map((match) => `'${match[1] ?? ''}'`).join(' | ');
}

function interfaceName(table: string): string {
  const words = table.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Table`;
}

async function readColumns(client: pg.Client): Promise<Column[]> {
  const { rows } = await client.query<Column>(`
    select c.relname as table, a.attname as name, format_type(a.atttypid, null) as type,
      not a.attnotnull as is_nullable, pg_get_expr(d.adbin, d.adrelid) as default, a.attgenerated <> '' as is_generated,
      (select pg_get_constraintdef(k.oid) from pg_constraint k
       where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]
         and pg_get_constraintdef(k.oid) like 'CHECK ((' || a.attname || ' = ANY (ARRAY[%' limit 1) as allowed
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'v') and not c.relispartition
    order by 1, a.attnum`);
  return rows;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
