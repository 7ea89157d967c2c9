/** People are found by a part of what names them, however it is written. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inOrg, rows } from '../../packages/server/src/db/database.ts';
import { peopleApi, type PeopleApi } from './people-api.ts';

let api: PeopleApi;
beforeAll(async () => {
  api = await peopleApi();
  await api.imported(
    [
      'external_id,email,username,given_name,family_name,grade_level',
      "S-100,p1@example.org,sean,Seán,O'Neil,9",
      'S-101,p2@example.org,tara,Tara,O’Neil,09',
      'LI-S0031,p3@example.org,jrossi,Jan,Rossi,Grade 9',
      'S-103,p4@example.org,i.yilmaz,İpek,Yılmaz,9.0',
      'S-104,p5@example.org,lukasz,Łukasz,Weiß-Straße,9th grade',
      'S-105,p6@example.org,giorgos,Γιώργος,Παπαδόπουλος,10',
      'S-106,p7@example.org,a_b,Anna%,Berg,Kindergarten',
      'S-107,p8@example.org,kid,Kim,Dark,K',
    ].join('\n'),
  );
});
afterAll(() => api.end());

const found = async (query: Record<string, string>) => {
  const reply = await api.ask('GET', `/api/users?${new URLSearchParams(query).toString()}`);
  return reply.body.items.map((person: { external_id: string }) => person.external_id).sort();
};

it.each([
  ['oneil', ['S-100', 'S-101']],
  ["O'Neil", ['S-100', 'S-101']],
  ['O’NEIL', ['S-100', 'S-101']],
  ['sean o', ['S-100']],
  ['Rossi, Jan', ['LI-S0031']],
  ['rossi,jan', ['LI-S0031']],
  ['Rossi Jan', ['LI-S0031']],
  ['jan  rossi', ['LI-S0031']],
  ['S0031', ['LI-S0031']],
  ['li-s00', ['LI-S0031']],
  ['S-10', ['S-100', 'S-101', 'S-103', 'S-104', 'S-105', 'S-106', 'S-107']],
  ['YILMAZ', ['S-103']],
  ['ipek', ['S-103']],
  ['lukasz', ['S-104']],
  ['weiss-strasse', ['S-104']],
  ['ΠΑΠΑΔΟΠΟΥΛΟΣ', ['S-105']],
  ['a_b', ['S-106']],
  ['anna%', ['S-106']],
  ['%', ['S-106']],
  ['p3@EXAMPLE', ['LI-S0031']],
  ['nobody such', []],
])('%j finds %j', async (q, expected) => {
  expect(await found({ q })).toEqual(expected);
});

it('a search that many match gives the same people page by page as one that few match', async () => {
  await inOrg(api.database, api.school.orgId, (tx) =>
    rows(
      tx,
      sql`insert into users (org_id, id, external_id, given_name, family_name, display_name)
        select ${api.school.orgId}, gen_random_uuid(), 'many-' || n, 'Many', n::text, 'Many ' || n from generate_series(1, 600) n`,
    ),
  );
  const reply = await api.ask('GET', '/api/users?q=many-5&count=true&limit=100');
  expect([reply.body.total, reply.body.items.length]).toEqual([111, 100]);
  const all = await api.ask('GET', '/api/users?q=many&count=true');
  expect(all.body.total).toBe(600);
});

it('grades are alike however they are spelt', async () => {
  for (const grade_level of ['9', '09', 'Grade 9', '9.0', 'Year 9', '9. Klasse'])
    expect([grade_level, await found({ grade_level })]).toEqual([
      grade_level,
      ['LI-S0031', 'S-100', 'S-101', 'S-103', 'S-104'],
    ]);
  expect(await found({ grade_level: '10' })).toEqual(['S-105']);
  expect(await found({ grade_level: 'kg' })).toEqual(['S-106', 'S-107']);
  const selected = await api.call('POST', '/operations', {
    operation_type: 'user_status',
    operation_name: 'Select',
    parameters: { target: { selection: { grade_level: 9 } }, status: 'inactive' },
  });
  expect(selected.body.total_items).toBe(5);
});

it('the index serves searches of the run-time role, and nobody is found in another organization', async () => {
  await expect(
    inOrg(api.database, api.school.orgId, (tx) =>
      rows(tx, sql`select find_people(${crypto.randomUUID()}::uuid, '%', null, null, null, 5)`),
    ),
  ).rejects.toThrow('organization of the transaction alone');
});
