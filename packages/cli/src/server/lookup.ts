/** From what people call a thing (a title, a name, an e-mail) to its id. */
import { foundThings, type FoundThing } from '@muster/contract';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Api } from './api.ts';

/** What can be looked up, and the fields that name one. */
const KINDS = {
  person: { path: '/api/users', names: ['email', 'username', 'external_id', 'full_name'] },
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
  const { names } = KINDS[kind];
  const { items } = await api.get(foundThings, path, { q: called, limit: 100 });
  const wanted = called.toLowerCase();
  const found = items.filter((item) => names.some((name) => item[name]?.toLowerCase() === wanted));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first.id;
  throw second === undefined ? unknown(kind, called, items) : ambiguous(kind, called, found);
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
  const some = similar.slice(0, 5).map(nameOf).join(', ');
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
