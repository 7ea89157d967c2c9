/** What a plan must not do without somebody meaning it. */
import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';
import { getKind, type Engine } from '../engine.ts';
import type { Kind, PlanContext } from '../kind.ts';
import { getOperation, type Operation, type PlanCounts } from '../operation.ts';

export interface Guard {
  readonly code: 'removes_many' | 'updates_many' | 'affects_many';
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
  engine: Engine,
  operation: Operation,
  context: PlanContext,
  counts: PlanCounts,
): Promise<Guard[]> {
  const { tx } = context;
  const share = await findLargeShares(tx, getKind(engine, operation.kind), context, counts);
  const typed = await findTypedCount(tx, await takingAway(tx, engine, operation), operation.id, counts);
  return [...share, ...typed].sort((one, other) => other.count - one.count);
}

/** What the plan of an undo takes away is begun work, where the undone kind asks for the number of people at all. */
async function takingAway(
  tx: OrgTransaction,
  engine: Engine,
  operation: Operation,
): Promise<RawBuilder<unknown> | undefined> {
  if (operation.undo_of === null) return getKind(engine, operation.kind).guards?.typed?.takesAway;
  const undone = await getOperation(tx, operation.undo_of);
  return getKind(engine, undone.kind).guards?.typed && sql`i.detail ->> 'retire' = 'true'`;
}

const PEOPLE_UNTYPED_MAX = 500;

async function findTypedCount(
  tx: OrgTransaction,
  takesAway: RawBuilder<unknown> | undefined,
  operationId: string,
  { people: all }: PlanCounts,
): Promise<Guard[]> {
  if (takesAway === undefined) return [];
  const { people, takes } = await one(
    tx,
    sql<{ people: number; takes: boolean }>`
    select count(distinct i.subject_id) as people, coalesce(bool_or(${takesAway}), false) as takes
    from operation_items i
    where i.org_id = ${tx.orgId} and i.operation_id = ${operationId} and i.action not in ('skip', 'error')`,
  );
  const isAsked = people > PEOPLE_UNTYPED_MAX || (takes && people > 0);
  return isAsked ? [{ code: 'affects_many', count: people, of: all, needs: 'typed' }] : [];
}

async function findLargeShares(
  tx: OrgTransaction,
  kind: Kind,
  context: PlanContext,
  counts: PlanCounts,
): Promise<Guard[]> {
  const share = kind.guards?.share;
  if (share === undefined) return [];
  const sum = (actions: readonly string[]): number =>
    actions.reduce((total, action) => total + (counts.actions[action] ?? 0), 0);
  const removed = sum(share.removes);
  const updated = sum(share.updates);
  if (removed + updated <= DEFAULTS.removal_rows) return [];
  const whole = (await one(tx, share.scope(context))).count;
  const limits: Limits = { ...DEFAULTS, ...settingsOf(context) };
  const guards: Guard[] = [];
  if (removed > limits.removal_rows && removed * 100 > whole * limits.removal_percent) {
    guards.push({ code: 'removes_many', count: removed, of: whole, needs: limits.needs });
  }
  if (updated > limits.removal_rows && updated * 100 > whole * limits.update_percent) {
    guards.push({ code: 'updates_many', count: updated, of: whole, needs: limits.needs });
  }
  return guards;
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
