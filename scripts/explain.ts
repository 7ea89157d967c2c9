// `npm run explain -- enroll`: the finished SQL of a kind's plan. Plans the usual example of the conformance suite in a
// throw-away database and prints each statement of the kind with its values, where it is made, and how PostgreSQL does it.
// With `all` after the name also those of the engine, which looks at the plan (engine/foresee) and sums it up.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { connect } from '../packages/server/src/db/connect.ts';
import { embeddedAppPassword, startEmbedded } from '../packages/server/src/db/embedded.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';
import { planOperation } from '../packages/server/src/engine/plan/plan.ts';
import { EXAMPLES } from '../test/conformance/example.ts';
import { aPopulatedSchool } from '../test/fixtures/populated-school.ts';
import { orExit, Trouble } from './tell.mjs';

const PLANNABLE = /^\s*(with|select|insert|update|delete)\b/i;
Error.stackTraceLimit = 50; // Statements are sent from deep within Kysely.
const [kind = '', scope] = process.argv.slice(2);
let isWatched = false;

await orExit(async () => {
  const example = EXAMPLES[kind];
  if (example === undefined) throw new Trouble(`Give the name of a kind: ${Object.keys(EXAMPLES).join(', ')}.`);
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-explain-'));
  await chmod(dataDir, 0o755);
  const server = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
  try {
    await migrate({ ownerUrl: server.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
    const database = await connect({ url: server.appUrl });
    database.pool.on('connect', watch);
    const school = await aPopulatedSchool(database);
    const draft = await example.usual(school, school.admin);
    isWatched = true;
    const planned = await planOperation(school.engine, school.orgId, draft.id);
    console.log(`-- The plan: ${JSON.stringify(planned.plan_counts)}`);
    await database.close();
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true });
  }
});

/** Has each statement explained before it is sent; what that wrote is taken back. */
function watch(client: pg.PoolClient): void {
  const send = client.query.bind(client);
  const query = (...given: unknown[]): unknown => {
    const [text, values] = given;
    const writer = isWatched ? writerIn(new Error().stack ?? '') : null;
    if (writer === null || typeof text !== 'string' || !PLANNABLE.test(text)) return Reflect.apply(send, client, given);
    return explained(send, writer, text, Array.isArray(values) ? values : []).then(() => {
      const sent: unknown = Reflect.apply(send, client, given);
      return sent;
    });
  };
  Object.assign(client, { query });
}

async function explained(send: pg.PoolClient['query'], writer: string, text: string, values: unknown[]): Promise<void> {
  await send('savepoint explained');
  const { rows } = await send<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, values);
  await send('rollback to savepoint explained');
  console.log(`-- ${writer}\n${inlined(text.trim(), values)};`);
  for (const row of rows) console.log(`--   ${row['QUERY PLAN']}`);
}

/** The place in the kind, or in the school's part of it, that asks for the statement; null where it is not to be told. */
function writerIn(stack: string): string | null {
  const placeIn = (rooms: string) => new RegExp(`server/src/((?:${rooms})/[^):]+:\\d+)`).exec(stack)?.[1] ?? null;
  return placeIn('kinds|school') ?? (scope === 'all' ? placeIn('engine|tenancy') : null);
}

/** The statement as it can be pasted into psql. */
function inlined(text: string, values: readonly unknown[]): string {
  return text.replace(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "'{}'" : `array[${value.map(literal).join(', ')}]`;
  if (value == null || typeof value === 'number' || typeof value === 'boolean') return String(value ?? null);
  if (value instanceof Date) return `'${value.toISOString()}'`;
  return pg.escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}
