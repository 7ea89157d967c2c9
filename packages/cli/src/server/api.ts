/** Calls to the server: what is sent, what may come back, and what its refusals become. */
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { refusal, unreachable } from './refusal.ts';

/** What checks and types an answer; every shape of the contract is one. */
export interface Shape<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

/** Of answers without content. */
export const nothing: Shape<null> = { safeParse: () => ({ success: true, data: null }) };

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Api {
  readonly url: string;
  get<T>(shape: Shape<T>, path: string, query?: Query): Promise<T>;
  /** A bare array; how many match in all stands in the header. */
  list<T>(shape: Shape<T>, path: string, query?: Query): Promise<{ items: T[]; total: number }>;
  /** @param body - FormData is sent as multipart, its files as streams; anything else as JSON. */
  post<T>(shape: Shape<T>, path: string, body?: unknown): Promise<T>;
  /** An answer that is no JSON, to be read as it comes. */
  open(path: string, query?: Query): Promise<Response>;
}

export interface Target {
  readonly url: string;
  readonly token?: string;
  readonly organization?: string | undefined;
}

export function connectTo(target: Target): Api {
  const send = (method: string, path: string, body?: unknown): Promise<Response> => request(target, method, path, body);
  return {
    url: target.url,
    get: async (shape, path, query) => read(shape, await send('GET', withQuery(path, query)), target.url),
    list: async (shape, path, query) => {
      const response = await send('GET', withQuery(path, query));
      const items = await read(arrayOf(shape), response, target.url);
      return { items, total: Number(response.headers.get('x-total-count') ?? items.length) };
    },
    post: async (shape, path, body) => read(shape, await send('POST', path, body), target.url),
    open: (path, query) => send('GET', withQuery(path, query)),
  };
}

async function request(target: Target, method: string, path: string, body: unknown): Promise<Response> {
  const isForm = body instanceof FormData;
  const headers = {
    accept: 'application/json, application/problem+json, text/csv',
    ...(target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }),
    ...(target.organization === undefined ? {} : { 'x-organization-id': target.organization }),
    ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const content = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) };
  const response = await fetch(`${target.url}${path}`, { method, headers, ...content }).catch((error: unknown) => {
    throw unreachable(target.url, error);
  });
  if (response.ok) return response;
  throw refusal(response.status, await jsonOf(response), target.url);
}

async function read<T>(shape: Shape<T>, response: Response, url: string): Promise<T> {
  const checked = shape.safeParse(response.status === 204 ? undefined : await jsonOf(response));
  if (checked.success) return checked.data;
  const path = new URL(response.url).pathname;
  throw new Failure(
    EXIT.unreachable,
    `What ${url} answered to ${path} cannot be read. Use the muster command of the same version as the server.`,
  );
}

function arrayOf<T>(shape: Shape<T>): Shape<T[]> {
  return {
    safeParse: (value) => {
      const checked = Array.isArray(value) ? value.map((entry) => shape.safeParse(entry)) : null;
      const items = checked?.flatMap((entry) => (entry.success ? [entry.data] : []));
      return items !== undefined && items.length === checked?.length
        ? { success: true, data: items }
        : { success: false };
    },
  };
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
