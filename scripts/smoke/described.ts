/** Routes and bodies as a server describes them: what to send so that as many ids as can be are in it. */
import { Trouble } from '../tell.mjs';
import { at, type Method } from './client.ts';

export interface Route {
  readonly method: Method;
  /** With `{id}` and the like. */
  readonly path: string;
  /** Whether anybody may ask, signed in or not. */
  readonly isPublic: boolean;
  readonly bodySchema: unknown;
}

/** Ids of an organization, by what they are ids of: `users`, `courses`, … */
export type Ids = Readonly<Record<string, readonly string[]>>;

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;
const DEPTH_MAX = 6;

export function routesIn(description: unknown): Route[] {
  const paths = recordOf(at(description, 'paths'));
  if (Object.keys(paths).length === 0) throw new Trouble('The server describes no routes.');
  return Object.entries(paths).flatMap(([address, methods]) =>
    METHODS.flatMap((method) => {
      const route = recordOf(methods)[method.toLowerCase()];
      if (route === undefined) return [];
      const security = recordOf(route)['security'];
      const content = recordOf(recordOf(recordOf(route)['requestBody'])['content']);
      const bodySchema = recordOf(content['application/json'])['schema'];
      const path = address.replace(/\/$/, '');
      return [{ method, path, isPublic: Array.isArray(security) && security.length === 0, bodySchema }];
    }),
  );
}

/** @returns null where nothing is known that could stand in the address. */
export function filledPath(path: string, ids: Ids): string | null {
  const parts = path.split('/');
  const filled = parts.map((part, at) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    const collection = parts.slice(0, at).findLast((one) => !one.startsWith('{')) ?? '';
    if (name === undefined) return part;
    return idFor(name === 'id' ? collection : name, ids) ?? null;
  });
  return filled.includes(null) ? null : filled.join('/');
}

/** A body of the described shape: `isWhole` with every field, otherwise with those that have to be there. */
export function filledBody(schema: unknown, ids: Ids, description: unknown, isWhole: boolean): object | undefined {
  const made = valueOf(schema, '', { ids, description, isWhole }, 0);
  return typeof made === 'object' && made !== null ? made : undefined;
}

interface Filling {
  readonly ids: Ids;
  readonly description: unknown;
  readonly isWhole: boolean;
}

function valueOf(given: unknown, name: string, filling: Filling, depth: number): unknown {
  const schema = resolved(given, filling.description);
  const choices: unknown[] = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((one) => listOf(one));
  const [choice] = choices;
  if (choice !== undefined) return valueOf(choice, name, filling, depth);
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if ('const' in schema) return schema['const'];
  switch (schema['type']) {
    case 'object':
      return objectOf(schema, filling, depth);
    case 'array':
      return depth > DEPTH_MAX ? [] : [valueOf(schema['items'], name, filling, depth + 1)];
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? Math.max(1, schema['minimum']) : 1;
    case 'boolean':
      return false;
    case 'string':
      return textOf(schema, name, filling.ids);
    default:
      return {};
  }
}

function objectOf(schema: Record<string, unknown>, filling: Filling, depth: number): Record<string, unknown> {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(recordOf(schema['properties']));
  const wanted = fields.filter(([field]) => required.includes(field) || (filling.isWhole && depth <= DEPTH_MAX));
  return Object.fromEntries(wanted.map(([field, inner]) => [field, valueOf(inner, field, filling, depth + 1)]));
}

function textOf(schema: Record<string, unknown>, name: string, ids: Ids): string {
  const id = /(^|_)ids?$/.test(name) || schema['format'] === 'uuid' ? idFor(name, ids) : undefined;
  if (id !== undefined) return id;
  const formats: Readonly<Record<string, string>> = {
    date: '2027-01-04',
    'date-time': '2027-01-04T08:00:00Z',
    email: 'somebody@attack.example',
    uuid: '00000000-0000-7000-8000-000000000000',
  };
  return formats[String(schema['format'])] ?? 'x'.repeat(Math.max(1, Number(schema['minLength'] ?? 1)));
}

/** `student_ids`, `instructorId` and `students` are people; what is of no known name may be anything. */
function idFor(name: string, ids: Ids): string | undefined {
  const word = snake(name).replace(/_?ids?$/, '');
  const wanted = /student|teacher|instructor|mentor$|user|person|learner/.test(word) ? 'user' : word;
  const found = Object.keys(ids).find((collection) => {
    const many = snake(collection);
    return [many, many.replace(/s$/, ''), many.replace(/es$/, '')].some(
      (one) => wanted === one || wanted.endsWith(`_${one}`),
    );
  });
  return ids[found ?? '']?.[0] ?? Object.values(ids).flat()[0];
}

function snake(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
}

function resolved(schema: unknown, description: unknown): Record<string, unknown> {
  const reference = recordOf(schema)['$ref'];
  if (typeof reference !== 'string') return recordOf(schema);
  return recordOf(at(description, reference.replace('#/', '').replaceAll('/', '.')));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
