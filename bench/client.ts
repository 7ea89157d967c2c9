/** Speaks to a running server as anybody would, over HTTP. */
import { signIn as signInShape, type SignIn } from '@muster/contract';

/** What checks and types an answer; every shape of the contract is one. */
export interface Shape<T> {
  parse(value: unknown): T;
}

export interface Client {
  readonly address: string;
  get<T>(shape: Shape<T>, path: string): Promise<T>;
  /** @param body - FormData is sent as a form, anything else as JSON. */
  post<T>(shape: Shape<T>, path: string, body?: unknown): Promise<T>;
  /** An answer that is read as it comes. */
  open(path: string): Promise<Response>;
}

/** @throws when the server refuses the password. */
export async function signIn(address: string, login: string, password: string): Promise<Client> {
  const nobody = clientOf(address, {});
  const { token }: SignIn = await nobody.post(signInShape, '/api/login', { login, password });
  return clientOf(address, { authorization: `Bearer ${token}` });
}

function clientOf(address: string, authorization: Record<string, string>): Client {
  const send = async (path: string, init: Request = {}): Promise<Response> => {
    const headers = { ...authorization, ...init.headers };
    const reply = await fetch(address + path, { ...init, headers });
    if (reply.ok) return reply;
    throw new Error(`${init.method ?? 'GET'} ${path} was answered with ${reply.status}: ${await reply.text()}`);
  };
  return {
    address,
    get: async (shape, path) => shape.parse(await (await send(path)).json()),
    post: async (shape, path, body) =>
      shape.parse(await (await send(path, { method: 'POST', ...content(body) })).json()),
    open: (path) => send(path),
  };
}

interface Request {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: FormData | string;
}

function content(body: unknown): Request {
  if (body instanceof FormData) return { body };
  return body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}
