/**
 * A single edit is an operation too, made within the request: planned, confirmed and applied in one transaction. Of two
 * that contend for the same rows the second plans with what the first left, and what is refused leaves nothing behind.
 */
import { invalid, isProblemCode, Problem, problemError } from '@muster/contract';
import { sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import { inOrg, rows, type OrgTransaction } from '../../db/database.ts';
import { table } from '../../db/entity.ts';
import { applyIn } from '../run/chunk.ts';
import { confirmPlanned } from './confirm.ts';
import { checkParams, draftInternal, type NewOperation } from '../draft/draft.ts';
import { getKind, type Asked, type Asker, type Engine } from '../engine.ts';
import type { Operation } from '../operation.ts';
import { planIn } from '../plan/plan.ts';
import { listChanges, listItems } from '../report.ts';

export interface ItemResult {
  readonly item_no: number;
  readonly action: string;
  readonly status: string;
  readonly code: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly warnings: readonly Readonly<Record<string, unknown>>[];
  /** The rows this item wrote, created or changed. */
  readonly entity_ids: readonly string[];
}

const ITEMS_MAX = 1_000;
const ATTEMPTS_MAX = 3;

/** @throws Problem of the item when there is only one and it failed; whatever planning and confirming refuse. */
export async function runNow(
  asker: Asker,
  wanted: NewOperation,
): Promise<{ operation: Operation; items: ItemResult[] }> {
  return runAndRead(asker, wanted, async (asked, operation) => {
    const items = await results(asked, operation);
    assertDone(items);
    return { operation, items };
  });
}

/**
 * The same for callers that read what came of it themselves.
 * @param read - Called in the same transaction; when it throws, nothing was done.
 */
export async function runAndRead<T>(
  asker: Asker,
  wanted: NewOperation,
  read: (asked: Asked, operation: Operation) => Promise<T>,
): Promise<T> {
  const { engine, actor } = asker;
  const contended = contendedBy(engine, wanted);
  const lines = contended.flatMap(([entity, ids]) => ids.map((id) => `${actor.orgId} ${entity} ${id}`));
  const run = () =>
    inOrg(engine.database, actor.orgId, async (tx) =>
      read({ tx, engine, actor }, await runLocked({ tx, engine, actor }, wanted, contended)),
    );
  return inTurn(lines, () => unlessDeadlocked(run));
}

/** Of two transactions that wait for each other the database ends one; that one begins anew. */
async function unlessDeadlocked<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const isDeadlock = error instanceof pg.DatabaseError && error.code === '40P01';
      if (!isDeadlock || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** Within the caller's transaction, whatever its items came to. */
export async function runIn(asked: Asked, wanted: NewOperation): Promise<Operation> {
  const { engine } = asked;
  return runLocked(asked, wanted, contendedBy(engine, wanted));
}

type Contended = readonly (readonly [entity: string, ids: readonly string[]])[];

function contendedBy(engine: Engine, wanted: NewOperation): Contended {
  const kind = getKind(engine, wanted.kind);
  return Object.entries(kind.contended?.(checkParams(kind, wanted.params)) ?? {});
}

async function runLocked(asked: Asked, wanted: NewOperation, contended: Contended): Promise<Operation> {
  const { tx, engine } = asked;
  await lockContended(tx, engine, contended);
  const draft = await draftInternal(asked, wanted);
  const planned = await planIn(asked, draft);
  await confirmPlanned(asked, planned, {}, 'here');
  return applyIn(tx, engine, planned.id);
}

/** In the order of the registry and of ids, so that two never wait for each other. */
async function lockContended(tx: OrgTransaction, engine: Engine, contended: Contended): Promise<void> {
  const idsOf = new Map(contended);
  for (const entity of engine.entities) {
    const ids = idsOf.get(entity.name);
    if (ids === undefined) continue;
    await rows(
      tx,
      sql`
      select from ${table(entity)} where org_id = ${tx.orgId} and id = any(${[...ids]}::uuid[])
      order by id for no key update`,
    );
  }
}

async function results(asked: Asked, operation: Operation): Promise<ItemResult[]> {
  const listed = await listItems(asked, operation.id, { limit: ITEMS_MAX });
  const itemNos = listed.map((item) => item.item_no);
  const changes = await listChanges(asked, operation.id, itemNos);
  return listed.map((item) => ({
    item_no: item.item_no,
    action: item.action,
    status: item.status,
    code: item.code,
    detail: item.detail,
    warnings: item.warnings ?? [],
    entity_ids: changes.filter((change) => change.item_no === item.item_no).map((change) => change.entity_id),
  }));
}

function assertDone(items: readonly ItemResult[]): void {
  const [only] = items;
  if (items.length === 1 && only?.status === 'failed' && only.code !== null) throw problemOf(only);
}

const alsoSchema = z.array(z.looseObject({ code: z.string() })).catch([]);

/** Why an item failed, as the error of the request that asked for it alone: of several faults all are named. */
export function problemOf({ code, detail }: Pick<ItemResult, 'code' | 'detail'>): Error {
  if (code === null || !isProblemCode(code)) return new Error(`An item failed with an unknown code: ${String(code)}.`);
  const { also, ...own } = detail ?? {};
  const others = alsoSchema.parse(also).map((fault) => problemError(fault.code, fault));
  return others.length === 0 ? new Problem(code, own) : invalid([problemError(code, own), ...others]);
}

/**
 * The last in each line, by the row that is waited for. Single edits that contend for a row wait for each other here,
 * before they take a connection: a thousand people who enroll in one class at the same moment would otherwise hold all
 * connections, while all of them but one wait for the row. Other processes meet them at the row's lock.
 */
const lastInLine = new Map<string, Promise<unknown>>();

/** Does `work` when everybody who came earlier for one of these rows has done theirs. */
async function inTurn<T>(rows: readonly string[], work: () => Promise<T>): Promise<T> {
  const earlier = rows.flatMap((row) => lastInLine.get(row) ?? []);
  const mine = Promise.all(earlier).then(work);
  const ended = mine.catch(() => undefined);
  for (const row of rows) lastInLine.set(row, ended);
  try {
    return await mine;
  } finally {
    for (const row of rows) if (lastInLine.get(row) === ended) lastInLine.delete(row);
  }
}
