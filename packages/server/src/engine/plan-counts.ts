import type { Operation } from './lifecycle.ts';

/** How many items have which action and code; `people` counts distinct subjects. */
export interface PlanCounts {
  readonly items: number;
  readonly people: number;
  readonly changes: number;
  readonly warnings: number;
  readonly actions: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
}

export function planCounts(operation: Operation): PlanCounts {
  const none: PlanCounts = { items: 0, people: 0, changes: 0, warnings: 0, actions: {}, codes: {} };
  return { ...none, ...(typeof operation.plan_counts === 'object' ? operation.plan_counts : {}) };
}
