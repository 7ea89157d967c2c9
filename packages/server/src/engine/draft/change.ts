/** Changing what is not confirmed yet. What a plan and an approval rest on voids them. */
import { sql, type UpdateObject } from 'kysely';
import type { Tables } from '../../db/tables.ts';
import { mappingSchema, type Mapping } from '../../formats/mapping/schema.ts';
import type { OrgTransaction } from '../../db/database.ts';
import type { RowReading } from '../kind.ts';
import { getKind, type Asked } from '../engine.ts';
import {
  fileInput,
  invalidState,
  isOpen,
  isWaiting,
  keepFileInput,
  readingOfFile,
  update,
  type Operation,
} from '../operation.ts';
import { readingOf } from '../../formats/reading/file-reading.ts';
import { writeAudit } from '../record.ts';
import { assertAdmitted } from './admission.ts';
import { checkParams } from './draft.ts';
import { makerAsActor } from '../plan/plan.ts';
import { remapRows } from './stage.ts';

/** What is left out stays. */
export interface Changes {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly params?: unknown;
  readonly mapping?: Mapping | Readonly<Record<string, unknown>> | undefined;
  readonly overrideReason?: string | undefined;
  readonly scheduledAt?: Date | null | undefined;
  readonly requiresApproval?: true | undefined;
  /** Can be changed as long as the operation waits. */
  readonly priority?: number | undefined;
}

/**
 * Changes a locked operation. Where its plan rests on what was changed it has none afterwards.
 * @throws Problem `invalid_state` once it is confirmed; what the kind does not admit.
 */
export async function change(asked: Asked, operation: Operation, changes: Changes): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const given = Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const onlyPriority = given.every((name) => name === 'priority');
  if (!isOpen(operation) && !(onlyPriority && isWaiting(operation))) throw invalidState(operation, 'changing it');
  const kind = getKind(engine, operation.kind);
  const params = changes.params === undefined ? undefined : checkParams(kind, changes.params);
  if (params !== undefined || changes.overrideReason !== undefined) {
    const overrideReason = changes.overrideReason ?? operation.override_reason;
    const made = { ...asked, actor: await makerAsActor(asked, operation) };
    await assertAdmitted(made, { kind, params: params ?? operation.params, overrideReason }, 'change');
  }
  await writeAudit(tx, { action: 'change', operationId: operation.id, actor, detail: { ...changes } });
  const changed = await update(tx, operation, {
    ...columnsOf({ ...changes, params }),
    ...(given.some((name) => VOIDS_APPROVAL.includes(name)) ? withoutApproval(actor.accountId, operation) : {}),
    ...(given.some((name) => VOIDS_PLAN.includes(name)) ? WITHOUT_PLAN : {}),
  });
  const hasRows = changes.mapping !== undefined && fileInput(changed).header.length > 0;
  return hasRows && kind.rows !== undefined ? readAgain(tx, changed, kind.rows) : changed;
}

/** The rows under the mapping that somebody has said now: what was unclear of the columns is settled. */
async function readAgain(tx: OrgTransaction, operation: Operation, rows: RowReading): Promise<Operation> {
  const tally = await remapRows(tx, operation, rows);
  const input = fileInput(operation);
  const before = readingOfFile(operation);
  if (before === null) return operation;
  const reading = readingOf({
    ...before,
    header: input.header,
    mapping: mappingSchema.parse(operation.mapping),
    fields: rows.fields,
    tally,
    layout: null,
    savedMapping: null,
    matches: null,
  });
  return keepFileInput(tx, operation, input, reading);
}

const VOIDS_PLAN = ['params', 'mapping', 'overrideReason'];
const VOIDS_APPROVAL = [...VOIDS_PLAN, 'scheduledAt', 'requiresApproval'];
const WITHOUT_PLAN = { phase: 'draft', plan_hash: null, plan_expires_at: null, plan_counts: '{}' } as const;

type Columns = UpdateObject<Tables, 'operations'>;

/** Whoever changed it is remembered with who made it: neither may approve it. */
function withoutApproval(accountId: string, { requires_approval: isAsked, phase }: Operation): Columns {
  return {
    ...(isAsked && phase === 'planned' ? { phase: 'awaiting_approval' } : {}),
    changed_by_accounts: sql`array_append(array_remove(changed_by_accounts, ${accountId}::uuid), ${accountId}::uuid)`,
    approved_by_account: null,
    approved_by_user: null,
    approved_at: null,
    approved_hash: null,
  };
}

function columnsOf(changes: Changes): Columns {
  const { name, description, params, mapping, overrideReason, scheduledAt, requiresApproval, priority } = changes;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(params === undefined ? {} : { params: JSON.stringify(params) }),
    ...(mapping === undefined ? {} : { mapping: JSON.stringify(mapping) }),
    ...(overrideReason === undefined ? {} : { override_reason: overrideReason }),
    ...(scheduledAt === undefined ? {} : { scheduled_at: scheduledAt }),
    ...(requiresApproval === undefined ? {} : { requires_approval: true }),
    ...(priority === undefined ? {} : { priority }),
  };
}
