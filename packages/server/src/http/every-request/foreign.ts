/**
 * The one guard before everything that is about classrooms, courses, sections and the people of a batch.
 *
 * 1. It stands in front of routes by their address, so that a new one is guarded without anybody remembering it.
 * 2. Every id in the path, the body and the query is looked up: one of another organization refuses the request (403), one
 *    that exists nowhere as well (404). A list is refused as a whole, and the bad places in it are named, nothing else.
 * 3. A refused attempt is written to the audit trail of who made it; many of them in a short time raise an alert.
 * 4. What is the organization's own, but beyond the reach of who asks, is refused too (403).
 */
import { Problem, problemError } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { inOrg, isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import { idAt } from '../../db/ids.ts';
import { writeAudit } from '../../engine/index.ts';
import { isInReach } from '../../school/classrooms/homeroom.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { actorOf, type App, type HttpContext } from './context.ts';

/** Addresses that answer 403 for what belongs to others; elsewhere it is unknown (404). */
const GUARDED = /^\/api\/(classrooms|courses|sections)(\/|$)|^\/api\/(batches)\/:id\/(students|teachers)(\/|$)/;

/** Where ids stand, and the table they must be found in. */
const TABLE_OF_FIELD: Readonly<Record<string, string>> = {
  classroom_id: 'classrooms',
  classroom_ids: 'classrooms',
  course_id: 'courses',
  section_id: 'sections',
  batch_id: 'batches',
  student_ids: 'users',
  teacher_ids: 'users',
};

const REFUSALS_MAX = 50;
const REFUSALS_WINDOW_MS = 10 * 60_000;

export function refuseForeignIds(app: App, context: HttpContext): void {
  app.addHook('preHandler', async (request) => {
    const collection = collectionOf(request);
    if (collection === null) return;
    const actor = await actorOf(request);
    const foreign = await inOrg(context.database, actor.orgId, async (tx) => {
      const inPath = await findForeign(tx, idsInPath(request, collection));
      const found = inPath.length > 0 ? inPath : await findForeign(tx, idsGiven(request));
      if (found.length === 0) await assertReach(tx, actor, collection, request);
      return found;
    });
    if (foreign.length === 0) return;
    const now = context.engine.now();
    await inOrg(context.database, actor.orgId, (tx) => writeRefusal(tx, actor, request, foreign, now));
    const errors = foreign.map(({ field }) => problemError('cross_entity', { field }));
    throw new Problem('cross_entity', {}, errors);
  });
}

function collectionOf(request: FastifyRequest): string | null {
  const found = GUARDED.exec(request.routeOptions.url ?? '');
  return found?.[1] ?? found?.[3] ?? null;
}

interface NamedId {
  readonly field: string;
  readonly id: string;
  readonly table: string;
}

/** @throws Problem `not_found` for a path with something that is no id. */
function idsInPath(request: FastifyRequest, collection: string): NamedId[] {
  return Object.entries(recordOf(request.params)).flatMap(([field, value]) => {
    const table = field === 'id' ? collection : TABLE_OF_FIELD[field];
    if (table === undefined) return [];
    if (typeof value !== 'string' || !isUuid(value.toLowerCase())) throw new Problem('not_found');
    return [{ field, id: value.toLowerCase(), table }];
  });
}

function idsGiven(request: FastifyRequest): NamedId[] {
  const given = [...Object.entries(recordOf(request.query)), ...Object.entries(recordOf(request.body))];
  return given.flatMap(([field, value]) => idsIn(field, value));
}

function idsIn(field: string, value: unknown): NamedId[] {
  const table = TABLE_OF_FIELD[field];
  if (table === undefined) return [];
  const isList = field.endsWith('_ids');
  const listed = isList && typeof value === 'string' ? value.split(',') : value;
  const values: unknown[] = Array.isArray(listed) ? listed : [listed];
  return values.flatMap((one, at) => {
    const id = typeof one === 'string' ? one.trim().toLowerCase() : '';
    return isUuid(id) ? [{ field: isList ? `${field}.${String(at)}` : field, id, table }] : [];
  });
}

/** @throws Problem `not_found` naming every place of an id that exists nowhere, where none is another's. */
async function findForeign(tx: OrgTransaction, named: readonly NamedId[]): Promise<NamedId[]> {
  const missing: NamedId[] = [];
  const foreign: NamedId[] = [];
  for (const table of new Set(named.map((one) => one.table))) {
    const ofTable = named.filter((one) => one.table === table);
    const own = new Set(await findOwn(tx, table, ofTable));
    const others = ofTable.filter(({ id }) => !own.has(id));
    if (others.length === 0) continue;
    const theirs = await rows(
      tx,
      sql<{ id: string }>`select id from find_foreign_ids(${table}, ${others.map(({ id }) => id)}::uuid[]) id`,
    );
    const known = new Set(theirs.map((row) => row.id));
    foreign.push(...others.filter(({ id }) => known.has(id)));
    missing.push(...others.filter(({ id }) => !known.has(id)));
  }
  if (foreign.length > 0 || missing.length === 0) return foreign;
  const errors = missing.map(({ field }) => problemError('not_found', { field }));
  throw new Problem('not_found', {}, errors);
}

async function findOwn(tx: OrgTransaction, table: string, named: readonly NamedId[]): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
    select id from ${sql.table(table)} where org_id = ${tx.orgId} and id = any(${named.map(({ id }) => id)}::uuid[])`,
  );
  return found.map((row) => row.id);
}

/** @throws Problem `forbidden` for a classroom or a batch of the organization that is not this person's to see. */
async function assertReach(
  tx: OrgTransaction,
  actor: Actor,
  collection: string,
  request: FastifyRequest,
): Promise<void> {
  const { id } = recordOf(request.params);
  const what = { classrooms: 'classroom', batches: 'batch' }[collection];
  if (typeof id !== 'string' || (what !== 'classroom' && what !== 'batch')) return;
  const { reached } = await one(
    tx,
    sql<{ reached: boolean }>`
    select ${isInReach(actor, what)} as reached from ${sql.table(collection)} t where t.org_id = ${tx.orgId} and t.id = ${id}`,
  );
  if (!reached) throw new Problem('forbidden');
}

async function writeRefusal(
  tx: OrgTransaction,
  actor: Actor,
  request: FastifyRequest,
  foreign: readonly NamedId[],
  now: Date,
): Promise<void> {
  const detail = {
    code: 'cross_entity',
    method: request.method,
    route: request.routeOptions.url ?? '',
    fields: foreign.map(({ field }) => field),
  };
  await writeAudit(tx, { action: 'refused', operationId: null, actor, detail });
  const since = idAt(new Date(now.getTime() - REFUSALS_WINDOW_MS));
  const { refused, alerts } = await one(
    tx,
    sql<{ refused: number; alerts: number }>`
    select count(*) filter (where action = 'refused') as refused, count(*) filter (where action = 'alert') as alerts from audit
    where org_id = ${tx.orgId} and operation_id is null and id > ${since} and actor_account = ${actor.accountId}`,
  );
  if (refused < REFUSALS_MAX || alerts > 0) return;
  const alert = { code: 'cross_entity', refused, minutes: REFUSALS_WINDOW_MS / 60_000 };
  await writeAudit(tx, { action: 'alert', operationId: null, actor, detail: alert });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
