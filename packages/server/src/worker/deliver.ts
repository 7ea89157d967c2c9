/**
 * Delivers the outbox: apart from the work that it tells of, at least once, and whatever comes of it changes no result.
 *
 * 1. Rows that are due are claimed: for the time of a lease they are this worker's.
 * 2. Each is judged: nobody needs to be told, it is held, it can never be sent, or it is sent now.
 * 3. What was sent is settled at once, one by one. A worker that dies in between leaves the rest to the next.
 */
import { inOrg, type Database } from '../db/database.ts';
import type { Message } from '../messages/message.ts';
import { TOPICS } from '../messages/topics.ts';
import { claimAddress, createClaimLink } from '../tenancy/claim-links.ts';
import { MailRefused, type Mailer } from './deliver-mail.ts';
import {
  claimRows,
  putOff,
  readMessageSettings,
  settleRows,
  type Fate,
  type MessageSettings,
  type OutboxRow,
} from './deliver-rows.ts';
import { fateOfFailure, verdictOn } from './deliver-verdict.ts';

export interface Delivery {
  readonly database: Database;
  readonly now: () => Date;
  /** Null where no mail server is set: then messages wait. */
  readonly mailer: Mailer | null;
  /** Where links in messages lead. */
  readonly publicUrl?: string | undefined;
}

/** How often messages are put off while there is no mail server. */
const WITHOUT_MAIL_MS = 5 * 60_000;

/** Delivers what is due, in all organizations, until nothing is left or `signal` says to stop. */
export async function deliverDue(delivery: Delivery, signal?: AbortSignal): Promise<void> {
  const now = delivery.now();
  const { rows: waiting } = await delivery.database.pool.query<{ org_id: string }>(
    'select find_waiting_messages($1) as org_id',
    [now],
  );
  for (const { org_id: orgId } of waiting) {
    if (delivery.mailer === null) await wait(delivery.database, orgId, now);
    else while (signal?.aborted !== true && (await deliverSome(delivery, orgId, now)));
  }
}

/** They wait, all of them in one statement: there may be very many, and each is looked at once it can be sent. */
async function wait(database: Database, orgId: string, now: Date): Promise<void> {
  const until = new Date(now.getTime() + WITHOUT_MAIL_MS);
  const reason = 'No mail server is set: give --smtp-url and --mail-from.';
  await inOrg(database, orgId, (tx) => putOff(tx, now, until, reason));
}

/** @returns whether there may be more. */
async function deliverSome(delivery: Delivery, orgId: string, now: Date): Promise<boolean> {
  const { claimed, settings } = await inOrg(delivery.database, orgId, async (tx) => ({
    claimed: await claimRows(tx, now),
    settings: await readMessageSettings(tx),
  }));
  const toSend: OutboxRow[] = [];
  const settled = new Map<string, { fate: Fate; ids: string[] }>();
  for (const row of claimed) {
    const verdict = verdictOn(row, settings, now);
    if (verdict === 'send') toSend.push(row);
    else keep(settled, verdict, row.id);
  }
  await inOrg(delivery.database, orgId, async (tx) => {
    for (const { fate, ids } of settled.values()) await settleRows(tx, ids, fate);
  });
  await Promise.all(letters(toSend).map((letter) => sendOne(delivery, orgId, settings, letter)));
  return claimed.length > 0;
}

/** Rows of the same fate are settled in one statement. */
function keep(settled: Map<string, { fate: Fate; ids: string[] }>, fate: Fate, id: string): void {
  const key = JSON.stringify(fate);
  const same = settled.get(key) ?? { fate, ids: [] };
  settled.set(key, same);
  same.ids.push(id);
}

type Letter = readonly [OutboxRow, ...OutboxRow[]];

/** One for each row, and one for each person and hour of what is summed up. */
function letters(toSend: readonly OutboxRow[]): Letter[] {
  const found = new Map<string, [OutboxRow, ...OutboxRow[]]>();
  for (const row of toSend) {
    const isSummedUp = TOPICS[row.topic]?.isSummedUp === true;
    const hour = row.created_at.toISOString().slice(0, 13);
    const key = isSummedUp ? `${row.topic} ${row.recipient?.id ?? ''} ${hour}` : row.id;
    const same = found.get(key);
    if (same === undefined) found.set(key, [row]);
    else same.push(row);
  }
  return [...found.values()];
}

async function sendOne(delivery: Delivery, orgId: string, settings: MessageSettings, letter: Letter): Promise<void> {
  const [first] = letter;
  const fate = await attempt(delivery, orgId, settings, letter).then(
    (): Fate => ({ status: 'delivered', attempts: first.attempts, next_attempt_at: delivery.now(), last_error: null }),
    (error: unknown) => fateOfFailure(first, delivery.now(), reasonOf(error), error instanceof MailRefused),
  );
  const ids = letter.map((row) => row.id);
  await inOrg(delivery.database, orgId, (tx) => settleRows(tx, ids, fate));
}

async function attempt(delivery: Delivery, orgId: string, settings: MessageSettings, letter: Letter): Promise<void> {
  const [first] = letter;
  const { recipient } = first;
  const topic = TOPICS[first.topic];
  if (recipient?.email == null || topic === undefined) throw new Error('It cannot be sent.');
  const message: Message = {
    topic: first.topic,
    org: settings,
    recipient,
    payloads: letter.map((row) => row.payload),
    operation: operationOf(delivery, first),
    claimAddress: topic.bringsClaimLink === undefined ? null : await claimLink(delivery, orgId, recipient),
  };
  const to = { name: recipient.name, address: recipient.email };
  await delivery.mailer?.send({ id: first.id, to, ...topic.words(message) });
}

function operationOf({ publicUrl }: Delivery, { operation }: OutboxRow): Message['operation'] {
  if (operation === null) return null;
  const base = publicUrl?.replace(/\/$/, '');
  const address = base === undefined ? null : `${base}/operations/${operation.id}`;
  return { name: operation.name, address };
}

/** Made now, so that its secret stands nowhere but in the mail. One that was sent before ends. */
async function claimLink(
  delivery: Delivery,
  orgId: string,
  { id: userId, account_id: accountId }: NonNullable<OutboxRow['recipient']>,
): Promise<string> {
  const { database, publicUrl } = delivery;
  if (publicUrl === undefined) throw new Error('Links cannot be made: give --public-url.');
  return claimAddress(publicUrl, await createClaimLink(database, { orgId, userId, accountId }, null, delivery.now()));
}

/** At most a few lines of it, for people. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}
