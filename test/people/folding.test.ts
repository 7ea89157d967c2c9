/** Two names are one by the same rule at every door, whatever the locale of the database. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { migrate, pendingMigrations } from '../../packages/server/src/db/migrate.ts';
import { onDatabase, onServer } from '../fixtures/database-url.ts';
import { query } from '../fixtures/school.ts';
import { peopleApi, type PeopleApi } from './people-api.ts';

let api: PeopleApi;
beforeAll(async () => {
  api = await peopleApi();
});
afterAll(() => api.end());

const SPELLINGS = [
  ['İpek.Yılmaz', 'i̇pek.yılmaz'],
  ['İNCİ', 'inci'],
  ['ΓΙΩΡΓΟΣ', 'γιωργος'],
  ['Γιώργος.Σ', 'γιώργοσ.ς'],
  ['STRASSE', 'straße'],
  ['GROẞ', 'groß'],
  ['MÜLLER', 'müller'],
  ['ÉLODIE', 'élodie'],
] as const;

it.each(SPELLINGS)('%s and %s are one user name in files, forms, new users, search and sign-in', async (one, other) => {
  await api.imported(`username,full_name,roles\n${one},Some Body,teacher\n`);
  for (const again of [one, other, one.toLowerCase(), other.toUpperCase()]) {
    const [item] = await api.imported(`username,full_name\n${again},Some Body\n`);
    expect([again, item.status]).toEqual([again, expect.stringMatching(/^(success|skipped)$/)]);
  }
  const known = await query(
    api.school,
    sql<{ id: string }>`select id from users where org_id = ${api.school.orgId} and fold(username) = fold(${other})`,
  );
  expect(known).toHaveLength(1);
  const taken = await api.ask('POST', '/api/users', { username: other, full_name: 'Another One' });
  expect(taken).toMatchObject({
    status: 409,
    body: { code: 'already_exists', message: expect.stringContaining('Another user with the same') },
  });
  const found = await api.ask('GET', `/api/users?q=${encodeURIComponent(other)}`);
  expect(found.body.items.map(({ id }: { id: string }) => id)).toEqual([known[0]?.id]);
  const login = `${other}@example.org`;
  const made = await api.ask('POST', '/api/users', {
    email: `${randomBytes(4).toString('hex')}@example.org`,
    username: login,
    full_name: 'Signs In',
    password: 'a long enough one',
  });
  expect(made.status).toBe(201);
  const session = await api.app.inject({
    method: 'POST',
    url: '/api/login',
    payload: { login: `${one}@example.org`, password: 'a long enough one' },
  });
  expect(session.statusCode).toBe(200);
});

it('a teacher of the same file is found by a name that is written otherwise', async () => {
  const items = await api.imported(
    'username,full_name,roles,teacher\nÖĞRETMEN.İNCİ,İnci Öğretmen,teacher,\nkid1,Kid One,student,öğretmen.inci\n',
  );
  expect(items.map(({ status, code }: { status: string; code: string | null }) => [status, code])).toEqual([
    ['success', null],
    ['success', null],
  ]);
});

it.each([['C', `locale_provider libc locale 'C'`]])(
  'a database with the locale %s is refused by migrate and by serve, with what to do',
  async (_, locale) => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const server = inject('ownerUrl');
    await onServer(server, `create database ${name} template template0 encoding 'UTF8' ${locale}`);
    try {
      const url = onDatabase(server, name);
      const refused = /makes "Éi" of "ÉI".*create database .* template template0/s;
      await expect(migrate({ ownerUrl: url })).rejects.toThrow(refused);
      await expect(pendingMigrations(url)).rejects.toThrow(refused);
    } finally {
      await onServer(server, `drop database ${name} with (force)`);
    }
  },
);
