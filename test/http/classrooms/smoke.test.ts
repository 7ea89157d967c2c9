/** The three scenarios that anybody can run against a server, run here against one of our own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrg, one } from '../../../packages/server/src/db/database.ts';
import type { App } from '../../../packages/server/src/http/every-request/context.ts';
import { smokeCascade } from '../../../scripts/smoke/cascade.ts';
import { serverAt, type Credentials, type SignIn } from '../../../scripts/smoke/client.ts';
import { smokeIsolation } from '../../../scripts/smoke/isolation.ts';
import { seedDemo } from '../../../scripts/smoke/seed.ts';
import { testDatabase, type TestDatabase } from '../../fixtures/database.ts';
import { anOrganization, testApp } from '../../fixtures/http.ts';

let database: TestDatabase;
let app: App;
let url: string;

beforeAll(async () => {
  database = await testDatabase();
  app = await testApp(database);
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

async function anAdmin(name: string): Promise<Credentials & { orgId: string }> {
  const { email, orgId } = await anOrganization(app, database, name);
  return { email, orgId, password: 'correct horse' };
}

const silent = (): void => undefined;
const root = join(import.meta.dirname, '../../..');

/** Runs a scenario as its npm script does. */
async function command(
  script: string,
  options: Readonly<Record<string, string>>,
): Promise<{ code: number; said: string }> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const tsx = join(root, 'node_modules/.bin/tsx');
  const running = spawn(tsx, [join(root, 'scripts', script), ...args], { cwd: root });
  let said = '';
  running.stdout.on('data', (text: Buffer) => (said += text.toString()));
  running.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code]: unknown[] = await once(running, 'close');
  return { code: Number(code), said };
}

/** A server that answers one request otherwise than it should. */
function lying(signIn: SignIn, path: RegExp, body: (true_: unknown) => unknown): SignIn {
  return async (credentials) => {
    const ask = await signIn(credentials);
    return async (method, address, sent, headers) => {
      const reply = await ask(method, address, sent, headers);
      return path.test(`${method} ${address}`) ? { ...reply, body: body(reply.body) } : reply;
    };
  };
}

describe('the cascade', () => {
  it('walks the whole flow through the public API, each step read back after a new sign-in [CC-210 to CC-223]', async () => {
    const lines: string[] = [];
    await smokeCascade(serverAt(url), await anAdmin('Cascade'), (line) => lines.push(line));
    expect(lines.length).toBe(17);
  });

  it('is one command: exit code 0 and a line per check, otherwise another code and the check that failed [CC-224, CC-240]', async () => {
    const { email, password } = await anAdmin('Command');
    const well = await command('smoke-cascade.ts', { url, email, password });
    expect(well).toMatchObject({ code: 0 });
    expect(well.said.match(/^ok \d+ /gm)).toHaveLength(17);
    const ill = await command('smoke-cascade.ts', { url, email, password: 'wrong' });
    expect([ill.code, ill.said]).toEqual([1, expect.stringContaining('cannot sign in')]);
    const broken = lying(serverAt(url), /GET .*\/batches\/.*\/teachers/, () => ({ data: [] }));
    await expect(smokeCascade(broken, { email, password }, silent)).rejects.toThrow(
      'FAILED after a new sign-in the batch has the homeroom teachers',
    );
  });
});

describe('isolation', () => {
  async function admins(name: string) {
    const [first, second] = [await anAdmin(`${name} one`), await anAdmin(`${name} two`)];
    return { one: first, other: second };
  }

  it('finds no way from one organization to another, as admin and with rights over the system besides [CC-225 to CC-231]', async () => {
    const both = await admins('Isolated');
    const strong = { email: 'strong@isolated.example', password: 'a long enough one' };
    const ask = await serverAt(url)(both.one);
    const made = await ask('POST', '/api/users', { ...strong, full_name: 'Strong One', role: 'subscriber_admin' });
    expect(made.status).toBe(201);
    await database.owner.global
      .updateTable('accounts')
      .set({ is_system_admin: true })
      .where('email', '=', strong.email)
      .execute();
    const found = await smokeIsolation(serverAt(url), { ...both, withMoreRights: strong }, silent);
    expect(found.leaks).toEqual([]);
    expect(found.attempts).toBeGreaterThan(150);
  });

  it('is one command that counts attempts and leaks, and fails when there is one [CC-232]', async () => {
    const { one: first, other } = await admins('Counted');
    const well = await command('smoke-isolation.ts', {
      url,
      email: first.email,
      password: first.password,
      'other-email': other.email,
      'other-password': other.password,
    });
    expect(well).toMatchObject({ code: 0, said: expect.stringMatching(/\d+ attempts, 0 leaks/) });
    const open: SignIn = async (credentials) => {
      const ask = await serverAt(url)(credentials);
      return async (method, path, body, headers) => {
        const reply = await ask(method, path, body, headers);
        const isUnguarded = method === 'POST' && path.endsWith('/assign-course') && reply.status === 403;
        return isUnguarded ? { ...reply, status: 201 } : reply;
      };
    };
    const { leaks } = await smokeIsolation(open, { one: first, other }, silent);
    expect(leaks.length).toBeGreaterThan(0);
  });
});

describe('the demo', () => {
  const counts = async (orgId: string) =>
    inOrg(database, orgId, (tx) =>
      one(
        tx,
        sql<Record<string, number>>`
        select (select count(*) from classrooms where org_id = ${orgId}) as classrooms, (select count(*) from courses where org_id = ${orgId}) as courses,
          (select count(*) from sections where org_id = ${orgId}) as sections, (select count(*) from batches where org_id = ${orgId}) as batches,
          (select count(*) from enrollments where org_id = ${orgId}) as enrollments, (select count(*) from batch_teachers where org_id = ${orgId}) as teachers,
          (select count(*) from classroom_students where org_id = ${orgId}) as roster, (select count(*) from users where org_id = ${orgId}) as people`,
      ),
    );
  const COMPLETE = {
    classrooms: 1,
    courses: 1,
    sections: 3,
    batches: 3,
    enrollments: 36,
    teachers: 3,
    roster: 12,
    people: 16,
  };

  it('makes a classroom, a course with sections and their batches; a second and third run change nothing [CC-233 to CC-237]', async () => {
    const { orgId, ...credentials } = await anAdmin('Demo');
    const first = await seedDemo(await serverAt(url)(credentials), silent);
    expect(await counts(orgId)).toEqual(COMPLETE);
    for (let run = 2; run <= 3; run++) {
      expect(await seedDemo(await serverAt(url)(credentials), silent)).toEqual(first);
      expect(await counts(orgId)).toEqual(COMPLETE);
    }
    expect(await command('smoke-seed.ts', { url, ...credentials })).toMatchObject({
      code: 0,
      said: expect.stringContaining('3 batches are ready'),
    });
  });

  it('is completed by a run after an interruption [CC-238]', async () => {
    const { orgId, ...credentials } = await anAdmin('Interrupted');
    await seedDemo(await serverAt(url)(credentials), silent, 'sections');
    expect(await counts(orgId)).toMatchObject({ classrooms: 0, sections: 3 });
    await seedDemo(await serverAt(url)(credentials), silent);
    expect(await counts(orgId)).toEqual(COMPLETE);
  });

  it('is the same after two runs at once [CC-239]', async () => {
    const { orgId, ...credentials } = await anAdmin('Twice');
    const run = async () => seedDemo(await serverAt(url)(credentials), silent);
    const [first, second] = await Promise.all([run(), run()]);
    expect(second).toEqual(first);
    expect(await counts(orgId)).toEqual(COMPLETE);
  });
});
