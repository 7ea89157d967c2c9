/** Saved mappings: a maker's own, and those offered to everybody. */
import { type ImportMapping, invalid, Problem, problemError } from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import { isUuid, rows, type OrgTransaction } from '../db/database.ts';
import type { ImportMappingsTable } from '../db/tables.ts';
import { isWholeOrgAdmin } from '../engine/index.ts';
import type { Actor } from '../tenancy/actor.ts';
import { asObject } from './stored.ts';

export type StoredMapping = Selectable<ImportMappingsTable>;

/** Condition on mappings `m`: one's own and templates; admins of the whole organization see all. */
export function visibleMappings(actor: Actor): RawBuilder<unknown> {
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
export async function getOwnMapping(tx: OrgTransaction, actor: Actor, id: string): Promise<StoredMapping> {
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
