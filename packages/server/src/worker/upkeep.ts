/**
 * What the calendar does for each organization, by the organization's own clock.
 *
 * 1. Batches begin and end by their dates, as an operation that can be looked at and undone. Where nothing is due there
 *    is no operation.
 * 2. At night the numbers of enrolled students are checked. Where one is wrong a repair is planned and left for a person to
 *    confirm, and the administrators are told.
 *
 * Several processes may do this at once: of an organization that one has in hand the others keep away, and what is done
 * is not due any more.
 */
import { sql } from 'kysely';
import { inOrg, rows, type OrgTransaction } from '../db/database.ts';
import { draft, type Engine, planIn, runIn, writeOutbox } from '../engine/index.ts';
import { dueBatches } from '../school/upkeep/due-batches.ts';
import { wrongCounts, type CountedBatch } from '../school/upkeep/wrong-counts.ts';
import { administrators } from '../tenancy/administrators.ts';
import { automation } from '../tenancy/automation.ts';

/** Hour of the day at which numbers are checked. */
const NIGHT_HOUR = 2;
/** A night's report is the only one of that night, however often this is called. */
const REPORT_HOURS = 20;
const BATCHES_NAMED_MAX = 20;

interface Place {
  readonly id: string;
  readonly timezone: string;
}

export async function moveBatchesByDate(engine: Engine): Promise<void> {
  await inEachOrg(engine, await places(engine), 'batch dates', async (tx, { timezone }) => {
    const due = await rows(tx, sql`select from (${dueBatches(tx.orgId, engine.now(), timezone)}) due limit 1`);
    if (due.length === 0) return;
    await runIn(
      { tx, engine, actor: await automation(tx) },
      { kind: 'batch_dates', name: 'Begin and complete batches by their dates', source: 'calendar', params: {} },
    );
  });
}

export async function checkCountsAtNight(engine: Engine): Promise<void> {
  const asleep = (await places(engine)).filter(({ timezone }) => hourIn(timezone, engine.now()) === NIGHT_HOUR);
  await inEachOrg(engine, asleep, 'counts', async (tx) => {
    const wrong = await rows(tx, wrongCounts(tx.orgId));
    if (wrong.length === 0 || (await isReported(tx, engine.now()))) return;
    await report(tx, engine, wrong);
  });
}

async function places(engine: Engine): Promise<Place[]> {
  return engine.database.global.selectFrom('orgs').select(['id', 'timezone']).execute();
}

/** @throws the first failure, after all organizations had their turn. */
async function inEachOrg(
  { database }: Engine,
  wanted: readonly Place[],
  what: string,
  work: (tx: OrgTransaction, place: Place) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const place of wanted) {
    await inOrg(database, place.id, async (tx) => {
      if (await isMine(tx, what)) await work(tx, place);
    }).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** Held to the end of the transaction. */
async function isMine(tx: OrgTransaction, what: string): Promise<boolean> {
  const [lock] = await rows(
    tx,
    sql<{
      is_mine: boolean;
    }>`select pg_try_advisory_xact_lock(hashtextextended(${`${what} ${tx.orgId}`}, 0)) as is_mine`,
  );
  return lock?.is_mine === true;
}

function hourIn(timezone: string, now: Date): number {
  return Number(new Intl.DateTimeFormat('en', { timeZone: timezone, hour: 'numeric', hourCycle: 'h23' }).format(now));
}

async function isReported(tx: OrgTransaction, now: Date): Promise<boolean> {
  const { accountId } = await automation(tx);
  const found = await rows(
    tx,
    sql`select from operations where org_id = ${tx.orgId} and kind = 'repair_counts' and created_by_account = ${accountId}
      and planned_at > ${now}::timestamptz - make_interval(hours => ${REPORT_HOURS}) limit 1`,
  );
  return found.length > 0;
}

async function report(tx: OrgTransaction, engine: Engine, wrong: readonly CountedBatch[]): Promise<void> {
  const asked = { tx, engine, actor: await automation(tx) };
  const made = await draft(asked, {
    kind: 'repair_counts',
    name: 'Repair the numbers of enrolled students',
    description: 'The nightly check found numbers that differ from the active enrollments.',
    source: 'calendar',
    params: {},
  });
  await planIn(asked, made);
  const payload = { count: wrong.length, batches: wrong.slice(0, BATCHES_NAMED_MAX) };
  for (const recipientId of await administrators(tx)) {
    await writeOutbox(tx, { topic: 'batch.counts_wrong', recipientId, operationId: made.id, payload });
  }
}
