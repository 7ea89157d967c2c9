/** Two servers on one database, as behind a load balancer that sends each request to any of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrg, serve, type Running } from '../../packages/server/src/main.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { until } from '../fixtures/until.ts';

const ADMIN = { login: 'ada@school.example', password: 'a long enough password' };

let database: TestDatabase;
let servers: Running[];
beforeAll(async () => {
  database = await testDatabase();
  await createOrg({
    databaseUrl: database.ownerUrl,
    name: 'Served by two',
    adminEmail: ADMIN.login,
    adminPassword: ADMIN.password,
  });
  const options = { databaseUrl: database.ownerUrl, port: 0, logLevel: 'silent' };
  // One of them works as well.
  servers = [await serve({ ...options, worker: false }), await serve(options)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.drop();
});

interface Sent {
  readonly at: 0 | 1;
  readonly token?: string;
  readonly body?: object;
  readonly key?: string;
  readonly method?: string;
}

function send(
  path: string,
  { at, token, body, key, method = body === undefined ? 'GET' : 'POST' }: Sent,
): Promise<Response> {
  return fetch(`${servers[at]?.address ?? ''}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
const json = async (reply: Promise<Response>): Promise<any> => (await reply).json();

async function signIn(at: 0 | 1): Promise<string> {
  return (await json(send('/api/login', { at, body: ADMIN }))).token;
}

it('who signed in at one is known at the other, and who signed out at one is gone at both', async () => {
  const token = await signIn(0);
  expect((await send('/api/me', { at: 1, token })).status).toBe(200);
  expect((await send('/api/logout', { at: 1, token, body: {} })).status).toBeLessThan(300);
  for (const at of [0, 1] as const) expect((await send('/api/me', { at, token })).status).toBe(401);
});

it('a request that is sent to both with one key is done once', async () => {
  const token = await signIn(0);
  const made = { token, body: { name: 'Sent to both' }, key: 'both' };
  const replies = await Promise.all(([0, 1, 0, 1] as const).map((at) => send('/api/groups', { ...made, at })));
  const statuses = replies.map((reply) => reply.status);
  expect(statuses.filter((status) => status !== 409)).toContain(201);
  expect(statuses.filter((status) => ![201, 409].includes(status))).toEqual([]);
  const again = await Promise.all(([0, 1] as const).map((at) => json(send('/api/groups', { ...made, at }))));
  expect(again[0].id).toBe(again[1].id);
  expect((await json(send('/api/groups?q=Sent&count=true', { at: 1, token }))).total).toBe(1);
});

it('an operation that is begun at one is worked by the other, told by both, and steered by either', async () => {
  const token = await signIn(1);
  const edits = Array.from({ length: 120 }, (_, n) => ({ action: 'create', values: { name: `Unit ${n}` } }));
  const made = await json(
    send('/api/bulk/operations', {
      at: 0,
      token,
      body: {
        operation_type: 'edit_record',
        operation_name: 'Units',
        chunk_items: 20,
        parameters: { entity: 'unit', edits },
      },
    }),
  );
  const path = `/api/bulk/operations/${made.id}`;
  const streams = ([0, 1] as const).map((at) => send(`${path}/stream`, { at, token }).then((reply) => reply.text()));
  const begun = await send(`${path}/start`, { at: 0, token, body: { plan_hash: made.plan_hash } });
  expect(begun.status).toBe(202);
  for (const text of await Promise.all(streams)) {
    const [, last = '{}'] = text.split('event: end\ndata: ');
    expect(JSON.parse(last)).toMatchObject({ status: 'completed', progress_percentage: 100 });
  }
  const later = await json(
    send('/api/bulk/operations', {
      at: 1,
      token,
      body: {
        operation_type: 'edit_record',
        operation_name: 'Later',
        scheduled_at: new Date(Date.now() + 3_600_000).toISOString(),
        parameters: { entity: 'unit', edits: [{ action: 'create', values: { name: 'Later' } }] },
      },
    }),
  );
  const cancelled = await send(`/api/bulk/operations/${later.id}/cancel`, { at: 0, token, body: { reason: 'no' } });
  expect(cancelled.status).toBeLessThan(300);
  expect((await json(send(`/api/bulk/operations/${later.id}`, { at: 1, token }))).status).toBe('cancelled');
});

it('when one of them goes, streams of the other go on to the end', async () => {
  const token = await signIn(1);
  const third = await serve({ databaseUrl: database.ownerUrl, port: 0, logLevel: 'silent', worker: false });
  const edits = Array.from({ length: 120 }, (_, n) => ({ action: 'create', values: { name: `More ${n}` } }));
  const body = { operation_type: 'edit_record', operation_name: 'More', parameters: { entity: 'unit', edits } };
  const made = await json(send('/api/bulk/operations', { at: 1, token, body }));
  const path = `/api/bulk/operations/${made.id}`;
  const ending = fetch(`${third.address}${path}/stream`, { headers: { authorization: `Bearer ${token}` } });
  const staying = send(`${path}/stream`, { at: 1, token });
  await Promise.all([ending, staying]);
  await third.close();
  await (await ending).text().catch(() => '');
  await send(`${path}/start`, { at: 0, token, body: { plan_hash: made.plan_hash } });
  expect(await (await staying).text()).toContain('event: end');
  await until('it is done', async () => (await json(send(path, { at: 0, token }))).status === 'completed');
});
