/** A new operation: a draft with checked parameters, not yet planned. */
import { invalid } from '@muster/contract';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { assertMayStart, getKind, getStartable, type Asked } from '../engine.ts';
import { eventPrefix, type Kind } from '../kind.ts';
import { makerOf, type Operation } from '../operation.ts';
import { writeAudit, writeEvent } from '../record.ts';
import { faultsOf } from './params.ts';
import { assertAdmitted } from './admission.ts';
import { sql } from 'kysely';

export interface NewOperation {
  readonly kind: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly source?: string | undefined;
  readonly params: unknown;
  readonly input?: unknown;
  readonly mapping?: unknown;
  readonly requiresApproval?: boolean | undefined;
  readonly priority?: number | undefined;
  readonly scheduledAt?: Date | null | undefined;
  readonly overrideReason?: string | undefined;
  /** Items a chunk takes, fixed; the kind's own when left out. */
  readonly chunkItems?: number | undefined;
  readonly undoOf?: string | undefined;
  readonly retryOf?: string | undefined;
  readonly retryItemNos?: readonly number[] | undefined;
  /** Starts by itself where its plan is left to the worker, unless a person has to settle something first. */
  readonly startsWhenPlanned?: boolean | undefined;
}

/**
 * A draft that somebody asks for.
 * @throws Problem `unknown_kind`, `validation_failed` with every fault of the parameters, and what the kind does not admit.
 */
export async function draft(asked: Asked, wanted: Omit<NewOperation, 'undoOf' | 'retryOf'>): Promise<Operation> {
  getStartable(asked.engine, wanted.kind);
  return draftInternal(asked, wanted);
}

/** Also of kinds that only the engine starts. */
export async function draftInternal(asked: Asked, wanted: NewOperation): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const kind = getKind(engine, wanted.kind);
  assertMayStart(kind, actor);
  const params = checkParams(kind, wanted.params);
  await assertAdmitted(asked, { kind, params, overrideReason: wanted.overrideReason ?? null }, 'draft');
  const input = {
    ...(isObject(wanted.input) ? wanted.input : {}),
    ...(wanted.retryItemNos === undefined ? {} : { retry_item_nos: wanted.retryItemNos }),
    // Never as a caller or an earlier operation has it.
    starts_when_planned: wanted.startsWhenPlanned,
  };
  const operation = await tx.db
    .insertInto('operations')
    .values({
      org_id: tx.orgId,
      id: newId(),
      kind: kind.name,
      called: wanted.kind === kind.name ? null : wanted.kind,
      name: wanted.name,
      description: wanted.description ?? '',
      source: wanted.source ?? 'api',
      params: JSON.stringify(params),
      input: JSON.stringify(input),
      mapping: JSON.stringify(wanted.mapping ?? {}),
      created_by_account: actor.accountId,
      created_by_user: actor.userId,
      requires_approval: wanted.requiresApproval === true || kind.guards?.needsApproval === true,
      priority: wanted.priority ?? 0,
      scheduled_at: wanted.scheduledAt ?? null,
      override_reason: wanted.overrideReason ?? null,
      chunk_items: wanted.chunkItems ?? kind.chunk.items,
      undo_of: wanted.undoOf ?? null,
      retry_of: wanted.retryOf ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  // With the role, the unit says what the maker saw of it: rights.ts asks whether they still do.
  const made = { kind: kind.name, params, unit_id: actor.unitId };
  await writeAudit(tx, { action: 'create', operationId: operation.id, actor, detail: made });
  await writeEvent(tx, {
    name: `${eventPrefix(kind)}.operation.initiated`,
    operationId: operation.id,
    actorId: makerOf(operation),
    payload: { operation_type: kind.name, targets: kind.people?.(params, actor).listed ?? null },
  });
  return operation;
}

/** The parameters as the kind understands them, defaults filled in. */
export function checkParams(kind: Kind, params: unknown): unknown {
  const checked = kind.params.safeParse(params ?? {}, { reportInput: true });
  if (checked.success) return checked.data;
  throw invalid(faultsOf(checked.error, 'parameters'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Takes drafts away with their plans and the rows of their files. Of them stays what audit trail and events say. */
export async function eraseDrafts(tx: OrgTransaction, ids: readonly string[]): Promise<void> {
  const drafts = sql`${[...ids]}::uuid[]`;
  for (const part of ['changes', 'operation_items', 'staged_rows']) {
    await rows(tx, sql`delete from ${sql.table(part)} where org_id = ${tx.orgId} and operation_id = any(${drafts})`);
  }
  await rows(tx, sql`delete from operations where org_id = ${tx.orgId} and id = any(${drafts})`);
}
