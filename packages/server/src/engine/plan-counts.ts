import type { Entities, Entity } from '../db/entity.ts';
import type { Operation } from './operation.ts';

/** How many rows of an entity a plan inserts, updates or deletes. */
export interface PlanWrites {
  readonly entity: string;
  readonly action: 'insert' | 'update' | 'delete';
  readonly count: number;
}

/** How many items have which action and code; `people` counts distinct subjects. */
export interface PlanCounts {
  readonly items: number;
  readonly people: number;
  readonly changes: number;
  readonly warnings: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
  readonly writes: readonly PlanWrites[];
}

export function planCounts(operation: Operation): PlanCounts {
  const none: PlanCounts = { items: 0, people: 0, changes: 0, warnings: 0, actions: {}, codes: {}, writes: [] };
  return { ...none, ...(typeof operation.plan_counts === 'object' ? operation.plan_counts : {}) };
}

/** Items that the plan skips: they have their end with it. */
export function skippedByPlan(operation: Operation): number {
  return planCounts(operation).actions['skip'] ?? 0;
}

/** The entities that an operation's plan touches, parents first. @param actions - Only those it does this to. */
export function touchedEntities(
  entities: Entities,
  operation: Operation,
  actions: readonly PlanWrites['action'][] = ['insert', 'update', 'delete'],
): Entity[] {
  const { writes } = planCounts(operation);
  return entities.filter((entity) =>
    writes.some((write) => write.entity === entity.name && actions.includes(write.action)),
  );
}
