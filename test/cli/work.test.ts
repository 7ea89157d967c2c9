/** API and web in one process, work in another. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrg } from '../../packages/server/src/main.ts';
import { inOrg, one } from '../../packages/server/src/db/database.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/until.ts';
import { ADMIN, peopleCsv } from './served-school.ts';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');
let database: TestDatabase;
let started: ChildProcess[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await database.drop();
});

/** Resolves with its first lines, up to the end of what it says about itself. */
async function muster(...args: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', main, ...args, '--database-url', database.ownerUrl, '--json'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  started = [...started, child];
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === '}') break;
  }
  return { child, said: lines.join('\n') };
}

it('when the web process is stopped, what runs goes on in the worker to its end [BO-160]', async () => {
  const { org_id: orgId } = await createOrg({
    databaseUrl: database.ownerUrl,
    name: 'North',
    adminEmail: ADMIN.email,
    adminPassword: ADMIN.password,
  });
  const web = await muster('serve', '--port', '0', '--no-worker');
  const { address } = JSON.parse(web.said);
  const login = await fetch(`${address}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  });
  const authorization = `Bearer ${(await login.json()).token}`;
  const form = new FormData();
  form.set('mapping', '{"preset":"auto","default_values":{"roles":"student"}}');
  form.set('file', new File([peopleCsv(1_000)], 'people.csv'));
  const made = await fetch(`${address}/api/bulk/users/import`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
  const { id, plan_hash } = await made.json();
  // Whoever writes people waits here, so that a chunk is in hand when the web process ends.
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query('begin; lock table users in share mode');
  const begun = await fetch(`${address}/api/bulk/operations/${id}/start`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ plan_hash }),
  });
  expect(begun.status).toBe(202);
  await muster('work');
  const isInHand = async () =>
    (await owner.query('select from graphile_worker._private_jobs where locked_by is not null')).rowCount === 1;
  await until('a chunk is in hand', isInHand);
  web.child.kill('SIGTERM');
  const [code] = await once(web.child, 'exit');
  expect(code).toBe(0);
  await expect(fetch(`${address}/health`)).rejects.toThrow();
  await owner.query('rollback');
  await owner.end();
  const state = () =>
    inOrg(database, orgId, (tx) =>
      one(
        tx,
        sql<{ status: string; done: number }>`
    select status, successful_items as done from operations where org_id = ${orgId} and id = ${id}`,
      ),
    );
  await until('the operation ends', async () => (await state()).status === 'completed');
  expect((await state()).done).toBe(1_000);
});
