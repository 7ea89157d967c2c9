/** From what people call a thing (a title, a name, an e-mail) to its id. */
import { foundThings, type FoundThing } from '@muster/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Api } from './api.ts';

/** What can be looked up, and the fields that name one. */
const KINDS = {
  person: { path: '/api/users', names: [] },
  sequence: { path: '/api/sequences', names: ['title'] },
  class: { path: '/api/classrooms', names: ['name'] },
  unit: { path: '/api/units', names: ['name'] },
  course: { path: '/api/courses', names: ['title'] },
  batch: { path: '/api/batches', names: ['name'] },
  section: { path: '', names: ['name'] },
} as const;

const PLURALS: Partial<Record<keyof typeof KINDS, string>> = { person: 'people', class: 'classes', batch: 'batches' };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws Failure when none or several are called so. Ids are taken as they are: the server knows whether they exist. */
export async function getId(api: Api, kind: Exclude<keyof typeof KINDS, 'section'>, called: string): Promise<string> {
  return findOne(api, kind, KINDS[kind].path, called);
}

/** A section is looked for among those of its course. @throws Failure as {@link getId} does. */
export async function getSectionId(api: Api, courseId: string, called: string): Promise<string> {
  return findOne(api, 'section', `/api/courses/${courseId}/sections`, called);
}

async function findOne(api: Api, kind: keyof typeof KINDS, path: string, called: string): Promise<string> {
  if (UUID.test(called)) return called.toLowerCase();
  const found = await findCalled(api, kind, path, called);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first.id;
  if (second !== undefined) throw ambiguous(kind, called, found);
  const { items } = await api.get(foundThings, path, { q: called, limit: 5 });
  throw unknown(kind, called, items);
}

/** Whether a person is called so is for the server to say, which knows how names are compared. */
async function findCalled(api: Api, kind: keyof typeof KINDS, path: string, called: string): Promise<FoundThing[]> {
  if (kind === 'person') return (await api.get(foundThings, path, { called, limit: 100 })).items;
  const { items } = await api.get(foundThings, path, { q: called, limit: 100 });
  const wanted = called.toLowerCase();
  return items.filter((item) => KINDS[kind].names.some((name) => item[name]?.toLowerCase() === wanted));
}

/** One look-up at a time: a list of hundreds must not become hundreds of requests at once. */
export async function getIds(
  api: Api,
  kind: Exclude<keyof typeof KINDS, 'section'>,
  called: readonly string[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const one of called) ids.push(await getId(api, kind, one));
  return ids;
}

function unknown(kind: string, called: string, similar: readonly FoundThing[]): Failure {
  const some = similar.map(nameOf).join(', ');
  const correction = some === '' ? 'Check the spelling, or give the id.' : `Did you mean: ${some}?`;
  return new Failure(EXIT.refused, `There is no ${kind} called ${called}.`, [
    { code: 'not_found', field: '', message: '', correction },
  ]);
}

function ambiguous(kind: keyof typeof KINDS, called: string, found: readonly FoundThing[]): Failure {
  const ids = found
    .slice(0, 5)
    .map((thing) => `${thing.id} (${nameOf(thing)})`)
    .join(', ');
  return new Failure(EXIT.refused, `${found.length} ${PLURALS[kind] ?? `${kind}s`} are called ${called}.`, [
    { code: 'ambiguous', field: '', message: '', correction: `Give the id of one: ${ids}` },
  ]);
}

function nameOf(thing: FoundThing): string {
  return thing.title ?? thing.full_name ?? thing.name ?? thing.email ?? thing.id;
}
