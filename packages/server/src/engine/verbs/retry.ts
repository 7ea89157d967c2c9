/** Running failed items again, with corrected input where it was the fault: a new operation with those items alone. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { lockSteerable } from '../rights.ts';
import { createIn } from '../plan/draft.ts';
import { getKind, type Engine } from '../engine.ts';
import type { Operation } from '../operation.ts';
import { writeAudit } from '../record.ts';
import { restageFailedRows, type RetryRequest } from '../plan/stage.ts';
import { HAS_FAILED, chosen } from '../report.ts';

/**
 * @returns the new operation, a draft that is still to be planned and confirmed.
 * @throws Problem `nothing_to_retry` when no item failed.
 */
export async function retry(
  engine: Engine,
  actor: Actor,
  operationId: string,
  request: RetryRequest,
): Promise<Operation> {
  return inOrg(engine.database, actor.orgId, async (tx) => {
    const operation = await lockSteerable({ tx, engine, actor }, operationId);
    const kind = getKind(engine, operation.kind);
    const [failed] = await rows(
      tx,
      sql`
      select from operation_items i where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and ${HAS_FAILED}
        and ${chosen(request.itemNos)} limit 1`,
    );
    if (failed === undefined) throw new Problem('nothing_to_retry');
    const corrections = { ...(await storedCorrections(tx, operationId)), ...request.corrections };
    const params = kind.params.parse(operation.params);
    const again = await createIn(
      { tx, engine, actor },
      {
        kind: operation.called ?? kind.name,
        name: operation.name,
        description: operation.description,
        source: operation.source,
        params: kind.correct?.(params, corrections) ?? params,
        input: operation.input,
        mapping: operation.mapping,
        retryOf: operationId,
        retryItemNos: request.itemNos,
      },
    );
    if (kind.rows !== undefined) await restageFailedRows(tx, kind.rows, operation, again, { ...request, corrections });
    await writeAudit(tx, { action: 'retry', operationId, actor, detail: { retried_by: again.id } });
    return again;
  });
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
