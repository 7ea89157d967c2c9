/** What the parameters of every kind say of themselves, so that a form can be made of them. */
import { USER_ROLES } from '@muster/contract';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../packages/server/src/engine/kind.ts';
import { undoKind } from '../../packages/server/src/engine/undo/undo.ts';
import { KINDS } from '../../packages/server/src/kinds/index.ts';
import { parametersOf } from '../../packages/server/src/operations/kind-parameters.ts';
import { ENTITIES } from '../../packages/server/src/school/entities.ts';

type Schema = Readonly<Record<string, unknown>>;
interface Property {
  readonly path: string;
  readonly name: string;
  /** What its value may look like: {@link formsOf}. */
  readonly forms: readonly Schema[];
  readonly schema: Schema;
}

/** Only what an undo takes is looked at here. */
const nothing = (): never => {
  throw new Error('nothing is planned here');
};
const EVERY_KIND: readonly Kind[] = [...KINDS, undoKind(ENTITIES, nothing)];
const FOUND_BY_FORMS: readonly unknown[] = ENTITIES.map((entity) => entity.name);
/** What forms do not choose from: an operation is undone from its own page, the organization is the one acted in. */
const HIDDEN_ENTITIES: readonly unknown[] = ['operation', 'organization'];

describe.each(EVERY_KIND.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  const properties = propertiesOf(parametersOf(kind));

  it('gives each parameter a title and a sentence of help', () => {
    expect(properties.filter((one) => !isText(one.schema['title'], 60)).map(pathOf)).toEqual([]);
    expect(properties.filter((one) => !isText(one.schema['description'], 200)).map(pathOf)).toEqual([]);
  });

  it('bounds each text, list, number and record', () => {
    expect(properties.filter(({ forms }) => !forms.every(isBounded)).map(pathOf)).toEqual([]);
  });

  it('names the entity of each id, and says of a list that it is one', () => {
    const ids = properties.filter(({ name, schema }) => /_ids?$/.test(name) || schema['entity'] !== undefined);
    const known = ids.filter(
      ({ schema }) =>
        FOUND_BY_FORMS.includes(schema['entity']) ||
        (HIDDEN_ENTITIES.includes(schema['entity']) && schema['x-hidden'] === true),
    );
    expect(ids.filter((one) => !known.includes(one) && !isForeign(one)).map(pathOf)).toEqual([]);
    const wrong = known.filter(({ forms, schema }) => forms.some(isMany) !== (schema['many'] === true));
    expect(wrong.map(pathOf)).toEqual([]);
    const roles = known.flatMap(({ schema }) => schema['role'] ?? []);
    expect(roles.filter((role) => !USER_ROLES.some((one) => one === role))).toEqual([]);
  });

  it('has a word for each choice', () => {
    const choices = properties.flatMap((one) => one.forms.map((form) => ({ ...one, form })));
    const wordless = choices.filter(
      ({ form }) => Array.isArray(form['enum']) && form['enum'].join() !== Object.keys(objectOf(form['labels'])).join(),
    );
    expect(wordless.map(pathOf)).toEqual([]);
  });

  it('says at most once whom it is for, and says it where it chooses people', () => {
    const targets = properties.filter(({ schema }) => schema['x-target'] === true);
    expect(targets.length).toBeLessThanOrEqual(1);
    if (kind.people !== undefined) expect(targets).toHaveLength(1);
  });
});

it('a bare parameter is found at any depth', () => {
  const bare = {
    type: 'object',
    additionalProperties: false,
    properties: { a_id: { type: 'string' }, n: { type: 'integer', minimum: 0 } },
  };
  const found = propertiesOf({
    properties: { many: { type: 'array', items: bare }, either: { anyOf: [{ type: 'null' }, bare] } },
    type: 'object',
  });
  expect(found.map(pathOf)).toEqual(['many', 'many.a_id', 'many.n', 'either', 'either.a_id', 'either.n']);
  expect(found.filter(({ forms }) => !forms.every(isBounded)).map(pathOf)).toEqual([
    'many',
    'many.a_id',
    'many.n',
    'either.a_id',
    'either.n',
  ]);
});

/** Every property there is below a schema, whatever it is wrapped in. */
function propertiesOf(schema: Schema, within = ''): Property[] {
  const own = Object.entries(objectOf(schema['properties'])).flatMap(([name, value]) => {
    const property = objectOf(value);
    const path = within === '' ? name : `${within}.${name}`;
    return [{ path, name, schema: property, forms: formsOf(property) }, ...propertiesOf(property, path)];
  });
  const wrapped = [schema['items'], schema['additionalProperties'], ...branchesOf(schema)];
  return [...own, ...wrapped.flatMap((one) => (typeof one === 'object' ? propertiesOf(objectOf(one), within) : []))];
}

const BRANCHES = ['anyOf', 'oneOf', 'allOf'];

function branchesOf(schema: Schema): unknown[] {
  return BRANCHES.flatMap((word) => {
    const branches = schema[word];
    return Array.isArray(branches) ? branches : [];
  });
}

/** What a value, and an entry of a list, may look like, null left aside; each form has what stands beside the branches. */
function formsOf(schema: Schema): Schema[] {
  const branches = branchesOf(schema).map(objectOf);
  const beside = Object.fromEntries(Object.entries(schema).filter(([word]) => !BRANCHES.includes(word)));
  if (branches.length > 0) return branches.flatMap((branch) => formsOf({ ...branch, ...beside }));
  if (schema['type'] === 'null') return [];
  return schema['items'] === undefined ? [schema] : [schema, ...formsOf(objectOf(schema['items']))];
}

function isBounded(form: Schema): boolean {
  const has = (...words: string[]) => words.every((word) => Number.isSafeInteger(form[word]));
  switch (form['type']) {
    case 'string':
      return form['enum'] !== undefined || form['format'] !== undefined || has('maxLength');
    case 'array':
      return has('maxItems');
    case 'integer':
    case 'number':
      return has('minimum', 'maximum') && form['maximum'] !== Number.MAX_SAFE_INTEGER;
    case 'object':
      return form['additionalProperties'] === false || has('maxProperties');
    default:
      return form['type'] === 'boolean';
  }
}

function isMany(form: Schema): boolean {
  return form['type'] === 'array' || form['maxProperties'] !== undefined;
}

/** Ids of other systems are names to us. */
function isForeign({ name, schema }: Property): boolean {
  return ['transaction_id', 'cpo_id'].includes(name) && schema['entity'] === undefined;
}

function isText(value: unknown, charsMax: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= charsMax;
}

function objectOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function pathOf({ path }: Property): string {
  return path;
}
