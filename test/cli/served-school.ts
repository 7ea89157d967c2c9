/** The command line as a person or a script uses it, against the real server. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../packages/cli/src/run.ts';
import { aTerminal, type TestTerminal } from '../../packages/cli/src/terminal-fixture.ts';
import { createOrg, serve } from '../../packages/server/src/main.ts';
import { testDatabase } from '../fixtures/database.ts';

interface Outcome {
  readonly exitCode: number;
  /** Standard output and standard error. */
  readonly output: string;
  readonly told: string;
  readonly json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
}

export interface ServedSchool {
  readonly url: string;
  /** One call of `muster`; `answers` makes it an interactive one. */
  muster(
    args: readonly string[],
    options?: { answers?: readonly string[]; env?: Record<string, string> },
  ): Promise<Outcome>;
  /** The same, to be interrupted while it runs. */
  begin(args: readonly string[]): { terminal: TestTerminal; outcome: Promise<Outcome> };
  /** @returns the path of a new file. */
  file(name: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export const ADMIN = { email: 'ada@school.example', password: 'a long enough password' };

export async function servedSchool(): Promise<ServedSchool> {
  const database = await testDatabase();
  await createOrg({
    databaseUrl: database.ownerUrl,
    name: 'Test school',
    adminEmail: ADMIN.email,
    adminPassword: ADMIN.password,
  });
  const server = await serve({ databaseUrl: database.ownerUrl, port: 0, logLevel: 'silent' });
  const homeDir = await mkdtemp(join(tmpdir(), 'muster-cli-'));
  const call = async (args: readonly string[], terminal: TestTerminal): Promise<Outcome> => {
    const exitCode = await run(args, terminal.terminal);
    const output = terminal.printed.join('\n');
    return {
      exitCode,
      output,
      told: terminal.told.join('\n'),
      json: args.includes('--json') ? JSON.parse(output) : undefined,
    };
  };
  return {
    url: server.address,
    muster: (args, { answers, env = {} } = {}) =>
      call(args, aTerminal({ homeDir, env, isInteractive: answers !== undefined, answers: answers ?? [] })),
    begin: (args) => {
      const terminal = aTerminal({ homeDir });
      return { terminal, outcome: call(args, terminal) };
    },
    file: async (name, text) => {
      const path = join(homeDir, name);
      await writeFile(path, text);
      return path;
    },
    close: async () => {
      await server.close();
      await database.drop();
      await rm(homeDir, { recursive: true });
    },
  };
}

export interface SignedInSchool extends ServedSchool {
  /** What its admin asks of the API, for setting up and looking; POST sends an empty body where none is given. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
  send(method: 'GET' | 'POST', path: string, body?: object): Promise<any>;
}

/** The same with its admin signed in, at the command line and over HTTP. */
export async function signedInSchool(): Promise<SignedInSchool> {
  const school = await servedSchool();
  await school.muster(['login', '--url', school.url, '--email', ADMIN.email], {
    env: { MUSTER_PASSWORD: ADMIN.password },
  });
  const ask = async (method: string, path: string, body: object, token?: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` };
    const sent = method === 'GET' ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${school.url}${path}`, { method, headers, ...sent })).json();
  };
  const { token } = await ask('POST', '/api/login', ADMIN);
  return { ...school, send: (method, path, body = {}) => ask(method, path, body, token) };
}

/** A file of people in our own layout; `emails` are as given. */
export function peopleCsv(count: number, grade = '7'): string {
  const rows = Array.from(
    { length: count },
    (_, n) => `s${n + 1},s${n + 1}@school.example,Student,Number ${n + 1},student,${grade}`,
  );
  return ['external_id,email,given_name,family_name,roles,grade_level', ...rows, ''].join('\n');
}
