/** Passwords as argon2id. Hashing costs memory and a core for some 25 ms, so only so many run at once. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '@muster/contract';

/** Argon2id is the library's default algorithm. */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
const HASHES_AT_ONCE_MAX = 2 * availableParallelism();
/** For one address or organization; who waits does not keep the others from their turn. */
const WAITING_MAX = 50;
const WAITING_IN_ALL_MAX = 2_000;

/** What a name that nobody has is verified against, so that its refusal takes as long as any other. */
const NOBODY = hash('nobody has this password', COST);

let running = 0;
/** Who waits, by address or organization: the first of these is next. */
const waiting = new Map<string, (() => void)[]>();

/**
 * @param whose - Address or organization for which it is done.
 * @throws Problem `too_many_requests` when too many hashes for it wait already.
 */
export async function hashPassword(password: string, whose: string): Promise<string> {
  return inTurn(whose, () => hash(password, COST));
}

/** @param stored - Null where there is no such account or it has no password: takes as long, and is never true. */
export async function verifyPassword(stored: string | null, password: string, whose: string): Promise<boolean> {
  const isRight = await inTurn(whose, async () => verify(stored ?? (await NOBODY), password));
  return stored !== null && isRight;
}

async function inTurn<T>(whose: string, work: () => Promise<T>): Promise<T> {
  if (running < HASHES_AT_ONCE_MAX) running += 1;
  else await turnOf(whose);
  try {
    return await work();
  } finally {
    // Whoever is next takes over this place; `running` stays as it is then.
    const next = takeNext();
    if (next === undefined) running -= 1;
    else next();
  }
}

function turnOf(whose: string): Promise<void> {
  const own = waiting.get(whose) ?? [];
  const all = [...waiting.values()].reduce((sum, one) => sum + one.length, 0);
  if (own.length >= WAITING_MAX || all >= WAITING_IN_ALL_MAX) throw new Problem('too_many_requests', { seconds: 2 });
  waiting.set(whose, own);
  return new Promise((resolve) => own.push(resolve));
}

/** Each in turn, whatever number of hashes one of them asked for. */
function takeNext(): (() => void) | undefined {
  for (const [whose, own] of waiting) {
    const next = own.shift();
    waiting.delete(whose);
    if (own.length > 0) waiting.set(whose, own);
    if (next !== undefined) return next;
  }
  return undefined;
}
