import { mkdtempSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aTerminal } from '../terminal-fixture.ts';
import { credentialsFile, forgetCredentials, getCredentials, keepCredentials, serverUrl } from './credentials.ts';

let homeDir = '';
beforeEach(() => {
  homeDir = mkdtempSync(join(tmpdir(), 'muster-home-'));
});
afterEach(() => {
  rmSync(homeDir, { recursive: true });
});

const at = (env: Record<string, string> = {}) => aTerminal({ homeDir, env }).terminal;
const url = 'https://muster.example';

it('a sign-in is kept for its owner alone, also over a file that others could read', () => {
  keepCredentials(at(), { url, token: 'old' });
  chmodSync(credentialsFile(at()), 0o644);
  keepCredentials(at(), { url, token: 't', organization: 'o' });
  expect(statSync(credentialsFile(at())).mode & 0o777).toBe(0o600);
  expect(getCredentials(at(), {})).toEqual({ url, token: 't', organization: 'o' });
});

it('a token is never sent to another server than the one it is for', () => {
  keepCredentials(at(), { url, token: 't' });
  expect(() => getCredentials(at(), { url: 'https://other.example' })).toThrow(
    'not signed in at https://other.example',
  );
  expect(() => getCredentials(at({ MUSTER_URL: 'https://other.example' }), {})).toThrow('not signed in');
});

it('the environment wins over what is kept, the command line over both', () => {
  keepCredentials(at(), { url, token: 't', organization: 'o' });
  expect(getCredentials(at({ MUSTER_TOKEN: 'e', MUSTER_ORGANIZATION: 'p' }), {})).toEqual({
    url,
    token: 'e',
    organization: 'p',
  });
  expect(getCredentials(at({ MUSTER_ORGANIZATION: 'p' }), { organization: 'q' }).organization).toBe('q');
  expect(serverUrl(at({ MUSTER_URL: 'http://env.example/' }), undefined)).toBe('http://env.example');
  expect(serverUrl(at({ MUSTER_URL: 'http://env.example' }), 'http://line.example')).toBe('http://line.example');
});

it('without a sign-in, or with a damaged file, it says how to sign in', () => {
  expect(() => getCredentials(at(), {})).toThrow('You are not signed in at http://127.0.0.1:4000.');
  keepCredentials(at(), { url, token: 't' });
  writeFileSync(credentialsFile(at()), '{"url": 5');
  expect(() => getCredentials(at(), {})).toThrow('You are not signed in');
  forgetCredentials(at());
  forgetCredentials(at());
});

it('what is no address of a server is refused before anything is sent', () => {
  expect(() => serverUrl(at(), 'muster.example')).toThrow('is no address of a server');
});
