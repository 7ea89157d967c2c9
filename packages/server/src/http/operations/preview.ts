import { Problem, type OperationPreview, type PlanGuard, type previewQuery } from '@muster/contract';
import type { z } from 'zod';
import { type Asked, getKind, type Guard, guardsOf, type Operation, planCounts } from '../../engine/index.ts';
import { whyIrreversible } from '../../engine/kind.ts';
import { countHidden, listItems } from '../../engine/report.ts';
import { viewPlannedItems } from './item-view.ts';
import { afterCursor, nextCursor } from './page.ts';
import { viewReading } from './reading-view.ts';
import { grouped, planSentence } from '../../operations/sentences.ts';
import { bulkStatus } from '../../operations/stored.ts';

/** The plan and one page of its items. @throws Problem `not_validated` for a draft without a plan. */
export async function viewPreview(
  asked: Asked,
  operation: Operation,
  query: z.output<typeof previewQuery>,
): Promise<OperationPreview> {
  if (operation.plan_hash === null) throw new Problem('not_validated');
  const kind = getKind(asked.engine, operation.kind);
  const irreversible = whyIrreversible(kind, operation.params);
  const { action, code, cursor, limit } = query;
  const items = await listItems(asked, operation.id, { action, code, after: afterCursor(cursor), limit });
  const counts = planCounts(operation);
  return {
    operation_id: operation.id,
    status: bulkStatus(operation),
    phase: operation.phase,
    summary: planSentence(counts.actions, kind),
    plan_hash: operation.plan_hash,
    planned_at: operation.planned_at?.toISOString() ?? null,
    expires_at: operation.scheduled_at === null ? (operation.plan_expires_at?.toISOString() ?? null) : null,
    reversible: irreversible === null,
    ...(irreversible === null ? {} : { irreversible_reason: irreversible }),
    requires_approval: operation.requires_approval,
    counts: { ...counts, actions: { ...counts.actions }, codes: { ...counts.codes } },
    guards: guardsOf(operation).map(viewGuard),
    items: await viewPlannedItems(asked, operation, items),
    next_cursor: nextCursor(items, limit),
    hidden: await countHidden(asked, operation.id, { action, code }),
    reading: viewReading(operation),
  };
}

const GUARD_VERBS: Readonly<Record<Guard['code'], string>> = {
  removes_many: 'takes away',
  updates_many: 'changes',
  affects_many: 'is for',
};
const GUARD_NEEDS: Readonly<Record<Guard['needs'], (count: number) => string>> = {
  typed: (count) => `Type ${String(count)} to confirm.`,
  approval: () => 'A second person has to approve it.',
};

function viewGuard(guard: Guard): PlanGuard {
  const { code, count, of, needs } = guard;
  return {
    ...guard,
    message: `This ${GUARD_VERBS[code]} ${grouped(count)} of ${grouped(of)}. ${GUARD_NEEDS[needs](count)}`,
  };
}
