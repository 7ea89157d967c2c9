/** What a plan must not do without somebody meaning it. */
import { one, type OrgTransaction } from '../../db/database.ts';
import type { Kind, PlanContext } from '../kind.ts';
import { type PlanCounts, type Operation } from '../operation.ts';

export interface Guard {
  readonly code: 'removes_many' | 'updates_many';
  /** The number to be typed. */
  readonly count: number;
  readonly of: number;
  readonly needs: 'typed' | 'approval';
}

/** Shares of the whole above which a guard asks; an organization may set its own under `guards` in its settings. */
const DEFAULTS: Limits = { removal_percent: 10, removal_rows: 5, update_percent: 75, needs: 'typed' };

interface Limits {
  readonly removal_percent: number;
  readonly removal_rows: number;
  readonly update_percent: number;
  readonly needs: 'typed' | 'approval';
}

/** The largest comes first: clients that ask for one number ask for it. */
export async function findGuards(
  tx: OrgTransaction,
  kind: Kind,
  context: PlanContext,
  counts: PlanCounts,
): Promise<Guard[]> {
  if (kind.guards === undefined) return [];
  const sum = (actions: readonly string[]): number =>
    actions.reduce((total, action) => total + (counts.actions[action] ?? 0), 0);
  const removed = sum(kind.guards.removes);
  const updated = sum(kind.guards.updates);
  if (removed + updated <= DEFAULTS.removal_rows) return [];
  const whole = (await one(tx, kind.guards.scope(context))).count;
  const limits: Limits = { ...DEFAULTS, ...settingsOf(context) };
  const guards: Guard[] = [];
  if (removed > limits.removal_rows && removed * 100 > whole * limits.removal_percent) {
    guards.push({ code: 'removes_many', count: removed, of: whole, needs: limits.needs });
  }
  if (updated > limits.removal_rows && updated * 100 > whole * limits.update_percent) {
    guards.push({ code: 'updates_many', count: updated, of: whole, needs: limits.needs });
  }
  return guards.sort((one, other) => other.count - one.count);
}

function settingsOf(context: PlanContext): Record<string, unknown> {
  const { guards } = context.settings;
  return typeof guards === 'object' && guards !== null ? { ...guards } : {};
}

export function guardsOf(operation: Operation): Guard[] {
  const guards: unknown[] = Array.isArray(operation.guards) ? operation.guards : [];
  return guards.filter(isGuard);
}

function isGuard(value: unknown): value is Guard {
  return typeof value === 'object' && value !== null && 'code' in value && 'count' in value;
}
