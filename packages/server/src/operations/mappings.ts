/** Saved mappings: a maker's own, and those offered to everybody. */
import {
  FREE_JSON,
  type ImportMapping,
  invalid,
  invalidField,
  jsonFault,
  LIMITS,
  mappingData,
  Problem,
  problemError,
} from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { z } from 'zod';
import { isUuid, rows, type OrgTransaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { ImportMappingsTable } from '../db/tables.ts';
import { type Asked, type Engine, isWholeOrgAdmin } from '../engine/index.ts';
import { bare } from '../formats/mapping/bare.ts';
import { transformationRuleSchema, validationRuleSchema } from '../formats/mapping/schema.ts';
import type { Actor } from '../tenancy/actor.ts';
import { asObject, assertRoom } from './stored.ts';

export type StoredMapping = Selectable<ImportMappingsTable>;

/** Own ones and templates, by name. @param isTemplate - Only those that are, or are not. */
export async function listMappings({ tx, actor }: Asked, isTemplate: boolean | undefined): Promise<StoredMapping[]> {
  return rows(
    tx,
    sql<StoredMapping>`
    select m.* from import_mappings m where m.org_id = ${tx.orgId} and ${visibleMappings(actor)}
      and ${isTemplate === undefined ? sql`true` : sql`m.is_template = ${isTemplate}`}
    order by m.name, m.id limit 1000`,
  );
}

/** What is kept of a mapping, checked. */
export const savedMapping = z.strictObject({
  ...mappingData.shape,
  validation_rules: z.array(validationRuleSchema).max(500).default([]),
  transformation_rules: z.array(transformationRuleSchema).max(500).default([]),
});
export type SavedMapping = z.output<typeof savedMapping>;

/** @throws Problem `validation_failed` for a target that no kind reads. */
export async function saveMapping({ tx, engine, actor }: Asked, given: SavedMapping): Promise<StoredMapping> {
  assertTarget(engine, given.target_model);
  await assertRoom(tx, actor, 'import_mappings');
  return tx.db
    .insertInto('import_mappings')
    .values({ ...columnsOf(given), org_id: tx.orgId, id: newId(), created_by_account: actor.accountId })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws Problem `not_found`, `forbidden`, `validation_failed`. */
export async function changeMapping(
  { tx, engine, actor }: Asked,
  id: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<StoredMapping> {
  const stored = await getOwnMapping(tx, actor, id);
  const whole = z.object(savedMapping.shape).parse({ ...viewMapping(stored), ...changes });
  if (changes['target_model'] !== undefined) assertTarget(engine, whole.target_model);
  return tx.db
    .updateTable('import_mappings')
    .set({ ...columnsOf(whole), updated_at: sql`now()`, version: sql`version + 1` })
    .where('org_id', '=', tx.orgId)
    .where('id', '=', stored.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws Problem `not_found`; `forbidden` where it is somebody else's. */
export async function removeMapping({ tx, actor }: Asked, id: string): Promise<void> {
  const { id: own } = await getOwnMapping(tx, actor, id);
  await rows(tx, sql`delete from import_mappings where org_id = ${tx.orgId} and id = ${own}`);
}

function assertTarget(engine: Engine, target: string): void {
  const known = engine.kinds.flatMap((kind) => kind.rows?.target ?? kind.mappedTarget ?? []);
  if (!known.includes(target)) throw invalidField('target_model', `use one of ${known.join(', ')}`);
}

/** JSON is written as text. @throws Problem `validation_failed` for rules that are too many to be looked through. */
function columnsOf({ header, ...mapping }: SavedMapping) {
  const fault = jsonFault(mapping, { ...FREE_JSON, bytesMax: LIMITS.mappingBytesMax });
  if (fault !== null) throw invalidField('field_mappings', fault);
  return {
    ...mapping,
    ...(header === undefined ? {} : { header_key: headerKey(header) }),
    field_mappings: JSON.stringify(mapping.field_mappings),
    default_values: JSON.stringify(mapping.default_values),
    validation_rules: JSON.stringify(mapping.validation_rules),
    transformation_rules: JSON.stringify(mapping.transformation_rules),
  };
}

/** The same for the same columns, in whatever order they stand. */
function headerKey(header: readonly string[]): string {
  return JSON.stringify(header.map(bare).sort());
}

/** The mapping that was saved for a file with these columns: one's own before a template, the newest first; null if none. */
export async function findMappingFor(
  { tx, actor }: Asked,
  target: string,
  header: readonly string[],
): Promise<{ readonly name: string; readonly rules: ReturnType<typeof rulesOf> } | null> {
  const [found] = await rows(
    tx,
    sql<StoredMapping>`
    select m.* from import_mappings m
    where m.org_id = ${tx.orgId} and m.target_model = ${target} and m.header_key = ${headerKey(header)}
      and (m.is_template or m.created_by_account = ${actor.accountId})
    order by m.created_by_account <> ${actor.accountId}, m.updated_at desc, m.id limit 1`,
  );
  return found === undefined ? null : { name: found.name, rules: rulesOf(found) };
}

/** Condition on mappings `m`: one's own and templates; admins of the whole organization see all. */
function visibleMappings(actor: Actor): RawBuilder<unknown> {
  return isWholeOrgAdmin(actor) ? sql`true` : sql`(m.is_template or m.created_by_account = ${actor.accountId})`;
}

/** @throws Problem `not_found` */
export async function getMapping(tx: OrgTransaction, actor: Actor, id: string): Promise<StoredMapping> {
  if (!isUuid(id.toLowerCase())) throw new Problem('not_found');
  const [found] = await rows(
    tx,
    sql<StoredMapping>`
    select m.* from import_mappings m where m.org_id = ${tx.orgId} and m.id = ${id} and ${visibleMappings(actor)}`,
  );
  if (found === undefined) throw new Problem('not_found');
  return found;
}

/** @throws Problem `forbidden` where the mapping is somebody else's. */
async function getOwnMapping(tx: OrgTransaction, actor: Actor, id: string): Promise<StoredMapping> {
  const found = await getMapping(tx, actor, id);
  if (!isWholeOrgAdmin(actor) && found.created_by_account !== actor.accountId) throw new Problem('forbidden');
  return found;
}

export function viewMapping(mapping: StoredMapping): ImportMapping {
  return {
    id: mapping.id,
    name: mapping.name,
    description: mapping.description,
    source_format: mapping.source_format,
    target_model: mapping.target_model,
    ...rulesOf(mapping),
    is_template: mapping.is_template,
    created_by: mapping.created_by_account,
    created_at: mapping.created_at.toISOString(),
  };
}

function rulesOf(mapping: StoredMapping) {
  const fields = Object.entries(asObject(mapping.field_mappings)).map(
    ([column, field]) => [column, String(field)] as const,
  );
  return {
    field_mappings: Object.fromEntries(fields),
    default_values: asObject(mapping.default_values),
    validation_rules: rulesList(mapping.validation_rules),
    transformation_rules: rulesList(mapping.transformation_rules),
  };
}

/** Rules were checked when they were saved. */
function rulesList(stored: unknown) {
  return Array.isArray(stored) ? stored.map((rule: unknown) => ruleOf(asObject(rule))) : [];
}

function ruleOf({ field, rule, ...rest }: Record<string, unknown>) {
  return { ...rest, field: String(field), rule: String(rule) };
}

export interface MappingChoice {
  readonly mapping_id?: string | undefined;
  readonly mapping?: Record<string, unknown> | undefined;
}

/**
 * The rules of the mapping that a request names or brings.
 * @throws Problem `validation_failed` unless it does exactly one of the two; `not_found`.
 */
export async function chosenMapping(
  tx: OrgTransaction,
  actor: Actor,
  { mapping_id: id, mapping }: MappingChoice,
): Promise<Record<string, unknown>> {
  if (id === undefined && mapping === undefined) {
    throw invalid([
      { ...problemError('required', { field: 'mapping' }), correction: 'Give mapping_id or mapping, before the file.' },
    ]);
  }
  if (id !== undefined && mapping !== undefined) {
    throw invalid([
      problemError('invalid_value', { field: 'mapping', reason: 'give mapping_id or mapping, not both' }),
    ]);
  }
  return id === undefined ? { ...mapping } : rulesOf(await getMapping(tx, actor, id));
}
