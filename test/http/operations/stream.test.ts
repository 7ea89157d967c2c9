import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { applySlice } from '../../../packages/server/src/engine/run/chunk.ts';
import { students } from '../../fixtures/school.ts';
import { until } from '../../fixtures/until.ts';
import { bulkApi, type BulkApi } from './bulk-api.ts';

let api: BulkApi;
let address: string;
beforeAll(async () => {
  api = await bulkApi();
  address = await api.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api.end());

async function queued(count: number): Promise<string> {
  const ids = await students(api.database, api.school.orgId, count);
  const { body } = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Suspend',
    chunk_items: 20,
    parameters: { target: { student_ids: ids }, status: 'suspended' },
  });
  const preview = await api.call('GET', `/operations/${body.id}/preview`);
  await api.call('POST', `/operations/${body.id}/start`, {
    plan_hash: body.plan_hash,
    confirm_count: preview.body.guards[0]?.count,
  });
  return body.id;
}

async function open(id: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const reply = await fetch(`${address}/api/bulk/operations/${id}/stream/`, {
    headers: { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` },
    ...(signal === undefined ? {} : { signal }),
  });
  expect(reply.headers.get('content-type')).toContain('text/event-stream');
  if (reply.body === null) throw new Error('The stream has no body.');
  return reply.body;
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  onEvent?: (share: number) => void,
): Promise<{ name: string; data: Record<string, unknown> }[]> {
  const events: { name: string; data: Record<string, unknown> }[] = [];
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value: chunk } = await reader.read();
    if (done) return events;
    for (const text of decoder
      .decode(chunk)
      .split('\n\n')
      .filter((part) => part !== '')) {
      const [name = '', data = ''] = text.split('\n');
      events.push({ name: name.slice('event: '.length), data: JSON.parse(data.slice('data: '.length)) });
      onEvent?.(Number(events.at(-1)?.data['progress_percentage']));
    }
  }
}

it('progress is pushed as it is made and never falls; the last event is the end [BO-404] [BO-501] [BO-344]', async () => {
  const id = await queued(100);
  let seen = 0;
  const reading = readAll(await open(id), (share) => (seen = share));
  for (let n = 1; n <= 4; n++) {
    await applySlice(api.school.engine, api.school.orgId, id, 0);
    // Nothing else is asked of the server meanwhile: it speaks by itself.
    await until(`${20 * n} % are told`, () => seen === 20 * n);
  }
  await applySlice(api.school.engine, api.school.orgId, id, 60_000);
  const events = await reading;
  const shares = events.map((event) => Number(event.data['progress_percentage']));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect([...new Set(shares)]).toEqual([0, 20, 40, 60, 80, 100]);
  expect(events.at(-1)).toMatchObject({ name: 'end', data: { status: 'completed', progress_percentage: 100 } });
});

it('the stream of an operation that is done ends at once; an unknown one is not found', async () => {
  const id = await queued(51);
  await applySlice(api.school.engine, api.school.orgId, id, 60_000);
  const events = await readAll(await open(id));
  expect(events.map((event) => event.name)).toEqual(['progress', 'end']);
  const { status } = await api.call('GET', '/operations/01890000-0000-7000-8000-00000000abcd/stream');
  expect(status).toBe(404);
});

it('who leaves is forgotten, and a server that closes ends its streams', async () => {
  const id = await queued(52);
  const leaving = new AbortController();
  const left = readAll(await open(id, leaving.signal)).catch(() => []);
  const staying = readAll(await open(id));
  leaving.abort();
  await left;
  const closing = once(api.app.server, 'close');
  await api.app.close();
  await closing;
  expect((await staying).every((event) => event.name === 'progress')).toBe(true);
});
