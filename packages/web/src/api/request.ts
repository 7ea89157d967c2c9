import { z } from 'zod';
import { problemOf } from './api-problem.ts';

interface Answer<T> {
  readonly value: T;
  readonly headers: Headers;
}

interface Sent {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
}

/** @throws ApiProblem when the server refuses; TypeError when it cannot be reached. */
export async function request<T>(path: string, shape: z.ZodType<T>, sent: Sent = {}): Promise<Answer<T>> {
  const response = await fetch(path, { credentials: 'same-origin', ...sent });
  if (!response.ok) throw await problemOf(response);
  const body: unknown = response.status === 204 ? undefined : await response.json();
  return { value: shape.parse(body), headers: response.headers };
}

export async function get<T>(path: string, shape: z.ZodType<T>): Promise<T> {
  return (await request(path, shape)).value;
}

/** Starts something: a repeated call with the same key is answered once. */
export async function post<T>(path: string, shape: z.ZodType<T>, body: unknown = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': newKey() };
  return (await request(path, shape, { method: 'POST', headers, body: JSON.stringify(body) })).value;
}

export async function patch<T>(path: string, shape: z.ZodType<T>, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return (await request(path, shape, { method: 'PATCH', headers, body: JSON.stringify(body) })).value;
}

export async function remove(path: string): Promise<void> {
  await request(path, z.undefined(), { method: 'DELETE' });
}

export async function upload<T>(path: string, shape: z.ZodType<T>, form: FormData): Promise<T> {
  return (await request(path, shape, { method: 'POST', body: form })).value;
}

/** `?status=failed&limit=50`; members without a value are left out. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Unlike `randomUUID`, this also works where the page is served without TLS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
