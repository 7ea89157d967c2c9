/** What PostgreSQL itself needs for the same rows in the same tables: the limit that figures are ratios to. */
import * as path from 'node:path';
import { newId } from '../packages/server/src/db/ids.ts';
import { median, timed } from './figures.ts';
import type { Bench } from './processes.ts';

const RUNS = 3;

/** Seconds of a bare COPY of an organization's people into another one; the median of three. */
export async function copyUsersSeconds(bench: Bench, orgId: string): Promise<number> {
  const { owner } = bench;
  const columns = (await columnsOf(bench, 'users')).filter((name) => name !== 'search_name');
  const file = path.join(bench.folder, 'users.copy');
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const other = await emptyOrg(bench);
    await copyRows(bench, 'units', orgId, other);
    const source = `select ${columns.map((name) => (name === 'org_id' ? `'${other}'::uuid` : name)).join(', ')} from users where org_id = '${orgId}' and account_id is null order by id`;
    await owner.query(`copy (${source}) to '${file}'`);
    times.push((await timed(() => owner.query(`copy users (${columns.join(', ')}) from '${file}'`))).seconds);
  }
  return median(times);
}

/** Seconds of one INSERT … SELECT of all assignments and steps of an organization into another; the median of three. */
export async function insertAssignmentsSeconds(bench: Bench, orgId: string): Promise<number> {
  const rows = ['assignments', 'assignment_steps'];
  return insertAgainSeconds(bench, orgId, ['users', 'sequences', 'sequence_steps'], rows);
}

/** The same of all plans and enrollments. */
export async function insertEnrollmentsSeconds(bench: Bench, orgId: string): Promise<number> {
  const offers = ['payment_options', 'payment_plans', 'enroll_invites'];
  const parents = ['users', 'courses', 'batches', ...offers];
  return insertAgainSeconds(bench, orgId, parents, ['user_plans', 'enrollments']);
}

/** @param parents - Copied beforehand, because the rows refer to them. @param tables - Two, the one referred to first. */
async function insertAgainSeconds(
  bench: Bench,
  orgId: string,
  parents: readonly string[],
  tables: readonly string[],
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const other = await emptyOrg(bench);
    for (const table of parents) await copyRows(bench, table, orgId, other);
    const inserts: string[] = [];
    for (const table of tables) {
      const columns = (await columnsOf(bench, table)).join(', ');
      await bench.owner.query(`drop table if exists pg_temp.same_${table}`);
      await bench.owner.query(`create temp table same_${table} as ${await rowsFor(bench, table, orgId, other)}`);
      inserts.push(`insert into ${table} (${columns}) select ${columns} from same_${table}`);
    }
    const [first, last] = inserts;
    const statement = `with given as (${first}) ${last}`;
    times.push((await timed(() => bench.owner.query(statement))).seconds);
  }
  return median(times);
}

async function emptyOrg({ owner }: Bench): Promise<string> {
  const id = newId();
  await owner.query('insert into orgs (id, name) values ($1, $2)', [id, 'Limit']);
  return id;
}

async function copyRows(bench: Bench, table: string, from: string, to: string): Promise<void> {
  const columns = (await columnsOf(bench, table)).join(', ');
  await bench.owner.query(`insert into ${table} (${columns}) ${await rowsFor(bench, table, from, to)}`);
}

async function rowsFor(bench: Bench, table: string, from: string, to: string): Promise<string> {
  const values = (await columnsOf(bench, table)).map((name) => {
    if (name === 'org_id') return `'${to}'::uuid as org_id`;
    return name === 'account_id' ? 'null::uuid as account_id' : name;
  });
  return `select ${values.join(', ')} from ${table} where org_id = '${from}'`;
}

async function columnsOf({ owner }: Bench, table: string): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    "select column_name as name from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
    [table],
  );
  return rows.map((row) => row.name);
}
