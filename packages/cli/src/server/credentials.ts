/** Where sign-ins are kept between commands: one server at a time, readable by its owner alone. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { signInAgain } from './refusal.ts';
import type { Terminal } from '../terminal.ts';

export interface Credentials {
  readonly url: string;
  readonly token: string;
  /** Sent as X-Organization-Id. */
  readonly organization?: string | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:4000';

export function credentialsFile({ env, homeDir }: Terminal): string {
  return join(env['XDG_CONFIG_HOME'] ?? join(homeDir, '.config'), 'muster', 'credentials.json');
}

/** The address of the server: what the command line says, then MUSTER_URL, then the last sign-in, then our own machine. */
export function serverUrl(terminal: Terminal, given: string | undefined): string {
  const url = given ?? terminal.env['MUSTER_URL'] ?? findKept(terminal)?.url ?? DEFAULT_URL;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Failure(EXIT.usage, `${url} is no address of a server; give one like ${DEFAULT_URL}.`);
  }
  return url.replace(/\/+$/, '');
}

/** @throws Failure when nobody is signed in at that server: a token is never sent to another one. */
export function getCredentials(
  terminal: Terminal,
  given: { url?: string | undefined; organization?: string | undefined },
): Credentials {
  const url = serverUrl(terminal, given.url);
  const kept = findKept(terminal);
  const fromFile = kept?.url === url ? kept : null;
  const token = terminal.env['MUSTER_TOKEN'] ?? fromFile?.token;
  if (token === undefined) {
    throw new Failure(EXIT.notSignedIn, `You are not signed in at ${url}.`, [signInAgain(url)]);
  }
  const organization = given.organization ?? terminal.env['MUSTER_ORGANIZATION'] ?? fromFile?.organization;
  return { url, token, organization };
}

export function keepCredentials(terminal: Terminal, credentials: Credentials): void {
  const file = credentialsFile(terminal);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  // A file that was there before keeps its mode when it is written.
  chmodSync(file, 0o600);
}

export function forgetCredentials(terminal: Terminal): void {
  rmSync(credentialsFile(terminal), { force: true });
}

function findKept(terminal: Terminal): Credentials | null {
  try {
    const kept: unknown = JSON.parse(readFileSync(credentialsFile(terminal), 'utf8'));
    return isCredentials(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isCredentials(value: unknown): value is Credentials {
  return (
    typeof value === 'object' &&
    value !== null &&
    'url' in value &&
    typeof value.url === 'string' &&
    'token' in value &&
    typeof value.token === 'string'
  );
}
