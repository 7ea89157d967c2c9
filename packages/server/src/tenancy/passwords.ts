/** Passwords as argon2id. Hashing costs memory and a core for some 25 ms, so only so many run at once. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '@muster/contract';

/** Argon2id is the library's default algorithm. */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
const HASHES_AT_ONCE_MAX = 2 * availableParallelism();
const WAITING_MAX = 100;

/** What a name that nobody has is verified against, so that its refusal takes as long as any other. */
const NOBODY = hash('nobody has this password', COST);

let running = 0;
const waiting: (() => void)[] = [];

/** @throws Problem `too_many_requests` when too many hashes wait already. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, COST));
}

/** @param stored - Null where there is no such account or it has no password: takes as long, and is never true. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const isRight = await inTurn(async () => verify(stored ?? (await NOBODY), password));
  return stored !== null && isRight;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= HASHES_AT_ONCE_MAX) {
    if (waiting.length >= WAITING_MAX) throw new Problem('too_many_requests', { seconds: 2 });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running += 1;
  }
  try {
    return await work();
  } finally {
    // Whoever waits longest takes over this place; `running` stays as it is then.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
