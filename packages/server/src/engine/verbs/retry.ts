/** Running failed items again, with corrected input where it was the fault: a new operation with those items alone. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { lockSteerable } from '../reach.ts';
import { checkParams, draftInternal } from '../draft/draft.ts';
import { guardsOf } from '../plan/guards.ts';
import { plan } from '../plan/plan.ts';
import { confirm } from './confirm.ts';
import { getKind, type Asked, type Asker } from '../engine.ts';
import type { Operation } from '../operation.ts';
import { writeAudit } from '../record.ts';
import { restageFailedRows, type RetryRequest } from '../draft/stage.ts';
import { HAS_FAILED, chosen } from '../report.ts';

/**
 * Plans and starts it, unless a person has to look at it first: then it waits with its plan.
 * @param isPlanOnly - Leaves it waiting in any case.
 * @returns the new operation; its phase is `planning` where the plan is made in the background.
 * @throws Problem `nothing_to_retry` when no item failed.
 */
export async function retry(
  { engine, actor }: Asker,
  operationId: string,
  request: RetryRequest,
  isPlanOnly = false,
): Promise<Operation> {
  const planned = await inOrg(engine.database, actor.orgId, async (tx) => {
    const asked = { tx, engine, actor };
    return plan(asked, await draftAgain(asked, operationId, request));
  });
  const needsPerson = planned.requires_approval || guardsOf(planned).length > 0;
  if (isPlanOnly || needsPerson || planned.plan_hash === null) return planned;
  return confirm({ engine, actor }, planned.id, { planHash: planned.plan_hash });
}

async function draftAgain(asked: Asked, operationId: string, request: RetryRequest): Promise<Operation> {
  const { tx, engine, actor } = asked;
  const operation = await lockSteerable(asked, operationId);
  const kind = getKind(engine, operation.kind);
  const [failed] = await rows(
    tx,
    sql`
      select from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and ${HAS_FAILED}
        and ${chosen(request.itemNos)} limit 1`,
  );
  // What an undo could not take back is undone by another undo.
  if (failed === undefined || kind.isInternal === true) throw new Problem('nothing_to_retry');
  const corrections = { ...(await storedCorrections(tx, operationId)), ...request.corrections };
  const params = checkParams(kind, operation.params);
  const again = await draftInternal(asked, {
    kind: operation.called ?? kind.name,
    name: operation.name,
    description: operation.description,
    source: operation.source,
    params: kind.correct?.(params, corrections) ?? params,
    input: operation.input,
    mapping: operation.mapping,
    retryOf: operationId,
    retryItemNos: request.itemNos,
  });
  if (kind.rows !== undefined) await restageFailedRows(tx, kind.rows, operation, again, { ...request, corrections });
  await writeAudit(tx, { action: 'retry', operationId, actor, detail: { retried_by: again.id } });
  return again;
}

/** Corrections that were put on single failed items beforehand. */
async function storedCorrections(tx: OrgTransaction, operationId: string): Promise<Record<string, unknown>> {
  const stored = await rows(
    tx,
    sql<{ key: string; correction: unknown }>`
    select key, detail -> 'correction' as correction from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and ${HAS_FAILED}
      and key is not null and detail ? 'correction'`,
  );
  return Object.fromEntries(stored.map((row) => [row.key, row.correction]));
}
