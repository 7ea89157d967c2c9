/** What a row or a form leaves out of a name stays, and what follows from the parts follows from all of them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { peopleApi, type PeopleApi } from './people-api.ts';

let api: PeopleApi;
beforeAll(async () => {
  api = await peopleApi();
});
afterAll(() => api.end());

interface Case {
  /** Given, family and display name of who is there. */
  readonly was: readonly [string, string, string];
  readonly said: Readonly<Record<string, string>>;
  readonly is: readonly [string, string, string];
}

const CASES: Readonly<Record<string, Case>> = {
  'only a family name': {
    was: ['Lena', 'Lang', 'Lena Lang'],
    said: { family_name: 'Neumann' },
    is: ['Lena', 'Neumann', 'Lena Neumann'],
  },
  'only a given name': {
    was: ['Lena', 'Lang', 'Lena Lang'],
    said: { given_name: 'Max' },
    is: ['Max', 'Lang', 'Max Lang'],
  },
  'both parts': {
    was: ['Lena', 'Lang', 'Lena Lang'],
    said: { given_name: 'Max', family_name: 'Berg' },
    is: ['Max', 'Berg', 'Max Berg'],
  },
  'a full name of one word': {
    was: ['Hans', 'Weiß', 'Hans Weiß'],
    said: { full_name: 'Jürgen' },
    is: ['Jürgen', 'Weiß', 'Jürgen Weiß'],
  },
  'a full name': {
    was: ['Hans', 'Weiß', 'Hans Weiß'],
    said: { full_name: 'Ida Berg' },
    is: ['Ida', 'Berg', 'Ida Berg'],
  },
  'a full name, family name first': {
    was: ['Hans', 'Weiß', 'Hans Weiß'],
    said: { full_name: 'Rossi, Jan' },
    is: ['Jan', 'Rossi', 'Jan Rossi'],
  },
  'a title alone before a word': {
    was: ['Hans', 'Weiß', 'Hans Weiß'],
    said: { full_name: 'Mr. Smith' },
    is: ['Hans', 'Smith', 'Hans Smith'],
  },
  'the full name by which somebody is known': {
    was: ['Ana', 'de la Cruz', 'Ana de la Cruz'],
    said: { full_name: 'Ana de la Cruz' },
    is: ['Ana', 'de la Cruz', 'Ana de la Cruz'],
  },
  'the parts of somebody who chose another name': {
    was: ['Nicole', 'Berg', 'Nicki'],
    said: { given_name: 'Nicole', family_name: 'Berg' },
    is: ['Nicole', 'Berg', 'Nicki'],
  },
  'the full name of somebody who chose another': {
    was: ['Nicole', 'Berg', 'Nicki'],
    said: { full_name: 'Nicole Berg' },
    is: ['Nicole', 'Berg', 'Nicki'],
  },
  'a family name within a name that is put together otherwise': {
    was: ['Anna', 'Berg', 'Dr. Anna Berg, PhD'],
    said: { family_name: 'Neumann' },
    is: ['Anna', 'Neumann', 'Dr. Anna Neumann, PhD'],
  },
  'a mononym': { was: ['Cher', '', 'Cher'], said: { full_name: 'Sher' }, is: ['Sher', '', 'Sher'] },
  'a name in another script': {
    was: ['太郎', '田中', '田中 太郎'],
    said: { family_name: '山田' },
    is: ['太郎', '山田', '山田 太郎'],
  },
};
/** A file can say more than a form: a name that is shown has a column of its own there. */
const OF_FILES: Readonly<Record<string, Case>> = {
  'a display name alone': {
    was: ['Lena', 'Lang', 'Lena Lang'],
    said: { display_name: 'Leni' },
    is: ['Lena', 'Lang', 'Leni'],
  },
  'a display name beside a full name': {
    was: ['Ivy', 'Jones', 'Ivy Jones'],
    said: { full_name: 'Ivy Maria Jones', display_name: 'Ivy J.' },
    is: ['Ivy Maria', 'Jones', 'Ivy J.'],
  },
  'parts beside a full name': {
    was: ['A', 'B', 'A B'],
    said: { given_name: 'Ana', family_name: 'de la Cruz', full_name: 'Ana de la Cruz' },
    is: ['Ana', 'de la Cruz', 'Ana de la Cruz'],
  },
  'one part beside a full name': {
    was: ['A', 'B', 'A B'],
    said: { given_name: 'Ana', full_name: 'Ana de la Cruz' },
    is: ['Ana', 'de la Cruz', 'Ana de la Cruz'],
  },
};

const quoted = (cell: string) => `"${cell}"`;
const fileOf = (id: string, said: Readonly<Record<string, string>>) =>
  `external_id,${Object.keys(said).join(',')}\n${[id, ...Object.values(said)].map(quoted).join(',')}\n`;
const namesOf = async (id: string) => {
  const person = await api.person(id);
  return [person?.['given_name'], person?.['family_name'], person?.['display_name']];
};
const made = async (id: string, [given_name, family_name, display_name]: Case['was']) => {
  const parts = family_name === '' ? { given_name } : { given_name, family_name };
  await api.imported(fileOf(id, { ...parts, display_name }));
};

let count = 0;
it.each(Object.entries({ ...CASES, ...OF_FILES }))(
  'a file that says %s changes that alone, and undo restores it',
  async (_, { was, said, is }) => {
    const id = `file-${String(++count)}`;
    await made(id, was);
    expect(await namesOf(id)).toEqual(was);
    const [item] = await api.imported(fileOf(id, said));
    expect([item.status, await namesOf(id)]).toEqual([was.join() === is.join() ? 'skipped' : 'success', is]);
    if (item.status === 'skipped') return;
    await api.undone();
    expect(await namesOf(id)).toEqual(was);
  },
);

it.each(Object.entries(CASES))('a form that says %s does what a file does', async (_, { was, said, is }) => {
  const id = `form-${String(++count)}`;
  await made(id, was);
  const person = await api.person(id);
  const reply = await api.ask('PATCH', `/api/users/${String(person?.['id'])}`, { ...said });
  expect([reply.status, await namesOf(id)]).toEqual([200, is]);
});

it('a cell that is empty leaves its part of the name', async () => {
  await made('blank', ['Given', 'Family', 'Given Family']);
  await api.imported('external_id,given_name,family_name\nblank,,Neumann\n');
  expect(await namesOf('blank')).toEqual(['Given', 'Neumann', 'Given Neumann']);
});

it('a form can empty a part; nobody is left without a name', async () => {
  await made('emptied', ['Given', 'Family', 'Given Family']);
  const url = `/api/users/${String((await api.person('emptied'))?.['id'])}`;
  expect((await api.ask('PATCH', url, { family_name: null })).status).toBe(200);
  expect(await namesOf('emptied')).toEqual(['Given', '', 'Given']);
  expect((await api.ask('PATCH', url, { full_name: null })).body.errors[0].code).toBe('name_missing');
  expect((await api.ask('PATCH', url, { given_name: null })).body.errors[0].code).toBe('name_missing');
});

it('a file says for somebody new all that follows from it', async () => {
  await api.imported(
    'external_id,full_name,given_name,family_name,display_name\nn1,"Peel, Oscar",,,\nn2,,,Neumann,\nn3,,,,Leni Lang\nn4,"Dr. Anna Berg, PhD",,,\nn5,,Max,Berg,Maxi\n',
  );
  expect(await Promise.all(['n1', 'n2', 'n3', 'n4', 'n5'].map(namesOf))).toEqual([
    ['Oscar', 'Peel', 'Oscar Peel'],
    ['', 'Neumann', 'Neumann'],
    ['Leni', 'Lang', 'Leni Lang'],
    ['Anna', 'Berg', 'Dr. Anna Berg, PhD'],
    ['Max', 'Berg', 'Maxi'],
  ]);
  const [nameless] = await api.imported('external_id,phone\nn6,1\n');
  expect(nameless.code).toBe('name_missing');
});

it('single edits of a record derive what a form derives', async () => {
  await made('raw', ['Lena', 'Lang', 'Lena Lang']);
  const id = (await api.person('raw'))?.['id'];
  const started = await api.call('POST', '/operations', {
    operation_type: 'edit_record',
    operation_name: 'Edit',
    parameters: { entity: 'user', edits: [{ action: 'update', id, values: { family_name: 'Neumann' } }] },
  });
  await api.call('POST', `/operations/${started.body.id}/start`, { plan_hash: started.body.plan_hash });
  expect(await namesOf('raw')).toEqual(['Lena', 'Neumann', 'Lena Neumann']);
});
