/** What the smoke scenarios need of a server: its address and the sign-ins of people, nothing else. */
import { Trouble } from '../tell.mjs';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Sends a request as one person. */
export type Ask = (method: Method, path: string, body?: object, headers?: Record<string, string>) => Promise<Reply>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Signs somebody in; each call gives a new token. */
export type SignIn = (credentials: Credentials) => Promise<Ask>;

/** Nobody in particular. */
export function anyoneAt(url: string): Ask {
  return send(url.replace(/\/+$/, ''), undefined);
}

export function serverAt(url: string): SignIn {
  const address = url.replace(/\/+$/, '');
  return async ({ email, password }) => {
    const { status, body } = await send(address, undefined)('POST', '/api/login', { login: email, password });
    if (status !== 200) throw new Trouble(`${email} cannot sign in at ${address} (${status}).`);
    return send(address, textAt(body, 'token'));
  };
}

/** A stream that should have been refused would never end. */
const ANSWER_MS_MAX = 60_000;

function send(address: string, token: string | undefined): Ask {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The value at a place such as `batch.id`; undefined where there is none. */
export function at(body: unknown, place: string): unknown {
  return place.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), body);
}

/** @throws Trouble where there is no text. */
export function textAt(body: unknown, place: string): string {
  const value = at(body, place);
  if (typeof value === 'string') return value;
  throw new Trouble(`The answer has no ${place}: ${JSON.stringify(body).slice(0, 500)}`);
}

export function listAt(body: unknown, place: string): unknown[] {
  const value = at(body, place);
  return Array.isArray(value) ? value : [];
}

/** The ids of a list in the answer, in order. */
export function idsAt(body: unknown, place: string): string[] {
  return listAt(body, place)
    .map((one) => (typeof one === 'string' ? one : textAt(one, 'id')))
    .sort();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The body of a request that has to succeed. @throws Trouble naming it otherwise. */
export async function done(ask: Ask, method: Method, path: string, body?: object): Promise<unknown> {
  const reply = await ask(method, path, body);
  if (reply.status < 300) return reply.body;
  throw new Trouble(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body).slice(0, 500)}`);
}
