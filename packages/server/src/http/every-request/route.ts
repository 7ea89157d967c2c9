/**
 * Who asks, and the transaction of their organization: the two things that nearly every handler needs.
 *
 * 1. {@link read} and {@link write} find the actor, open the transaction and hand both on as `Asked`. In a read the
 *    database itself refuses to write; a route that reads and leaves an entry in the audit is a write.
 * 2. What they give back is what was committed: a handler sends after them, never within.
 * 3. Verbs of the engine that open transactions of their own take {@link asker}.
 */
import { inOrg } from '../../db/database.ts';
import type { Asked, Asker } from '../../engine/index.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { Problem } from '@muster/contract';
import type { HttpContext } from './context.ts';

/** As much of a request as says who asks. */
interface Asking {
  readonly actor: Actor | null;
}

/** @throws Problem `unauthenticated` on a route that is open to everybody. */
export function asker({ engine }: HttpContext, { actor }: Asking): Asker {
  if (actor === null) throw new Problem('unauthenticated');
  return { engine, actor };
}

export async function read<T>(context: HttpContext, request: Asking, work: (asked: Asked) => Promise<T>): Promise<T> {
  return readAs(asker(context, request), work);
}

/** What is written stands as a whole, or not at all. */
export async function write<T>(context: HttpContext, request: Asking, work: (asked: Asked) => Promise<T>): Promise<T> {
  return writeAs(asker(context, request), work);
}

/** A read between verbs that open transactions of their own. */
export async function readAs<T>(by: Asker, work: (asked: Asked) => Promise<T>): Promise<T> {
  return inOrg(by.engine.database, by.actor.orgId, (tx) => work({ ...by, tx }), { isReadOnly: true });
}

export async function writeAs<T>(by: Asker, work: (asked: Asked) => Promise<T>): Promise<T> {
  return inOrg(by.engine.database, by.actor.orgId, (tx) => work({ ...by, tx }));
}
