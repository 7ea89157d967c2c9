/** What is to become of a message, before anybody is written to; and when one that failed is tried again. */
import { TOPICS } from '../messages/topics.ts';
import type { Fate, MessageSettings, OutboxRow } from './deliver-rows.ts';

const HOUR_MS = 3_600_000;
const FIRST_WAIT_MS = 30_000;
const WAIT_MS_MAX = HOUR_MS;
export const ATTEMPTS_MAX = 10;

/** @returns `send`, or the fate of a message that is not sent now. */
export function verdictOn(row: OutboxRow, settings: MessageSettings, now: Date): 'send' | Fate {
  const before = { attempts: row.attempts - 1, next_attempt_at: now } as const;
  const topic = TOPICS[row.topic];
  if (topic === undefined) return failed(row, now, `Nothing is known of the topic ${row.topic}.`);
  const needless = whyNobody(row, settings);
  if (needless !== null) return { ...before, status: 'dropped', last_error: needless };
  const until = heldUntil(row);
  if (until > now) return { ...before, status: 'waiting', next_attempt_at: until, last_error: null };
  if (row.recipient === null) return failed(row, now, 'The recipient is gone.');
  if (row.recipient.email === null) return failed(row, now, 'The recipient has no e-mail address.');
  return 'send';
}

/** Why nobody is to be told, or null. */
function whyNobody(row: OutboxRow, { messages }: MessageSettings): string | null {
  const topic = TOPICS[row.topic];
  if (topic?.switch != null && messages[topic.switch] === false)
    return `The organization has switched off messages of ${topic.switch}.`;
  if (topic?.isOptional === true && row.recipient?.email == null) return 'The recipient has no e-mail address.';
  if (topic?.bringsClaimLink === 'first' && row.recipient?.account_id != null)
    return 'The recipient has an account already.';
  return null;
}

/** The end of the hour for what is summed up, the time that the message itself gives, or when it was written. */
function heldUntil(row: OutboxRow): Date {
  if (TOPICS[row.topic]?.isSummedUp === true)
    return new Date((Math.floor(row.created_at.getTime() / HOUR_MS) + 1) * HOUR_MS);
  const { payload } = row;
  const given =
    typeof payload === 'object' && payload !== null && 'not_before' in payload
      ? new Date(String(payload.not_before))
      : row.created_at;
  return Number.isNaN(given.getTime()) ? row.created_at : given;
}

/** After half a minute, one, two, four … up to an hour it is tried again, ten times in all. */
export function fateOfFailure(row: OutboxRow, now: Date, reason: string, isFinal: boolean): Fate {
  if (isFinal || row.attempts >= ATTEMPTS_MAX) return failed(row, now, reason);
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (row.attempts - 1), WAIT_MS_MAX);
  return {
    status: 'waiting',
    attempts: row.attempts,
    next_attempt_at: new Date(now.getTime() + waitMs),
    last_error: reason,
  };
}

function failed(row: OutboxRow, now: Date, reason: string): Fate {
  return { status: 'failed', attempts: row.attempts, next_attempt_at: now, last_error: reason };
}
