/** Calls to the server that the demo started, over HTTP as anybody's would be. */
import { z } from 'zod';

export interface Api {
  readonly address: string;
  get<T>(shape: z.ZodType<T>, path: string): Promise<T>;
  /** @param body - FormData is sent as a form, anything else as JSON. */
  post<T>(shape: z.ZodType<T>, path: string, body?: unknown): Promise<T>;
  patch<T>(shape: z.ZodType<T>, path: string, body: unknown): Promise<T>;
  text(path: string): Promise<string>;
}

/** The server said no. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function apiAt(address: string, token?: string): Api {
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    request(`${address}${path}`, method, token, body);
  return {
    address,
    get: async (shape, path) => shape.parse(await (await call('GET', path)).json()),
    post: async (shape, path, body) => shape.parse(await (await call('POST', path, body)).json()),
    patch: async (shape, path, body) => shape.parse(await (await call('PATCH', path, body)).json()),
    text: async (path) => (await call('GET', path)).text(),
  };
}

const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
});

async function request(url: string, method: string, token: string | undefined, body: unknown): Promise<Response> {
  const isForm = body instanceof FormData;
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const content = body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) };
  const response = await fetch(url, { method, headers, ...content });
  if (response.ok) return response;
  const said = problem.safeParse(await response.json().catch(() => null));
  const words = said.success
    ? [said.data.detail, ...said.data.errors.map(({ field, message }) => `${field}: ${message}`)]
    : [];
  throw new Refusal(
    response.status,
    `${method} ${new URL(url).pathname} was answered with ${response.status}. ${words.join(' ')}`,
  );
}
