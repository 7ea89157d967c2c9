/** Saved templates of operations: a maker's own, and those offered to all staff. */
import {
  type BulkOperationData,
  invalidField,
  type OperationTemplate,
  Problem,
  type templateData,
} from '@muster/contract';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { z } from 'zod';
import { isUuid, rows, type OrgTransaction } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { OperationTemplatesTable } from '../db/tables.ts';
import { assertMayStart, type Asked, getKind, getStartable, isWholeOrgAdmin } from '../engine/index.ts';
import type { Actor } from '../tenancy/actor.ts';
import { asObject, assertRoom } from './stored.ts';

export type StoredTemplate = Selectable<OperationTemplatesTable>;

/** Own and public ones, by name; what they are filled with is read with the template alone. */
export async function listTemplates({ tx, actor }: Asked): Promise<StoredTemplate[]> {
  return rows(
    tx,
    sql<StoredTemplate>`
    select t.*, '{}'::jsonb as template_config from operation_templates t
    where t.org_id = ${tx.orgId} and ${offeredTemplates(actor)}
    order by t.name, t.id limit 1000`,
  );
}

/** @throws Problem `unknown_kind`; `forbidden` for a kind that the actor may not start. */
export async function saveTemplate(
  { tx, engine, actor }: Asked,
  given: z.output<typeof templateData>,
): Promise<StoredTemplate> {
  assertMayStart(getStartable(engine, given.operation_type), actor);
  const { template_config: config, ...rest } = given;
  await assertRoom(tx, actor, 'operation_templates');
  return tx.db
    .insertInto('operation_templates')
    .values({
      ...rest,
      template_config: JSON.stringify(config),
      org_id: tx.orgId,
      id: newId(),
      created_by_account: actor.accountId,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws Problem `not_found`; `forbidden` where it is somebody else's. */
export async function removeTemplate({ tx, actor }: Asked, id: string): Promise<void> {
  const { id: own } = await getOwnTemplate(tx, actor, id);
  await rows(tx, sql`delete from operation_templates where org_id = ${tx.orgId} and id = ${own}`);
}

/** Condition on templates `t`: one's own and public ones; what others keep to themselves is offered to nobody else. */
function offeredTemplates(actor: Actor): RawBuilder<unknown> {
  return sql`(t.is_public or t.created_by_account = ${actor.accountId})`;
}

/** @throws Problem `not_found`, also for private templates of others. */
export async function getTemplate(tx: OrgTransaction, actor: Actor, id: string): Promise<StoredTemplate> {
  const [found] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<StoredTemplate>`
        select t.* from operation_templates t where t.org_id = ${tx.orgId} and t.id = ${id} and ${offeredTemplates(actor)}`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  return found;
}

/** @throws Problem `not_found`; `forbidden` where it is somebody else's. */
async function getOwnTemplate(tx: OrgTransaction, actor: Actor, id: string): Promise<StoredTemplate> {
  const found = await getTemplate(tx, actor, id);
  if (!isWholeOrgAdmin(actor) && found.created_by_account !== actor.accountId) throw new Problem('forbidden');
  return found;
}

/**
 * The parameters of an operation that is made from a template: its own before those of the template. Counts the use.
 * @throws Problem `validation_failed` for a template that is not to be had, or is of another kind.
 */
export async function useTemplate(
  asked: Asked,
  id: string,
  wanted: Pick<BulkOperationData, 'operation_type' | 'parameters'>,
): Promise<Record<string, unknown>> {
  const { tx, engine, actor } = asked;
  const template = await getTemplate(tx, actor, id).catch(() => null);
  if (template === null) throw invalidField('template_id', 'there is no template with this id');
  if (getKind(engine, template.operation_type) !== getKind(engine, wanted.operation_type))
    throw invalidField('template_id', `it is a template for ${template.operation_type}`);
  await rows(
    tx,
    sql`
    update operation_templates set usage_count = usage_count + 1, last_used = ${engine.now()}
    where org_id = ${tx.orgId} and id = ${template.id}`,
  );
  return { ...asObject(template.template_config), ...wanted.parameters };
}

export function viewTemplate(template: StoredTemplate): OperationTemplate {
  return {
    id: template.id,
    name: template.name,
    description: template.description,
    operation_type: template.operation_type,
    template_config: asObject(template.template_config),
    usage_count: template.usage_count,
    last_used: template.last_used?.toISOString() ?? null,
    is_public: template.is_public,
    created_by: template.created_by_account,
    created_at: template.created_at.toISOString(),
  };
}
