/**
 * `Idempotency-Key`: a POST that is sent twice is done once and answered twice.
 *
 * 1. Before a POST is handled its key is written down, in a transaction of its own: a second one finds it.
 * 2. With the answer the key is completed; answers of 500 and above are forgotten, so that a retry is possible.
 * 3. A request that never answered (its process died) holds its key for ABANDONED_MINUTES, then it may be tried again.
 *    What it did before it died may then be done twice; operations and records have keys of their own against that.
 * 4. A secret is in the first answer alone: it is not kept, and a repeated answer names what it leaves out. Of a password in
 *    a request not even the hash is kept.
 * 5. Keys older than 24 hours are deleted, whether or not they come again.
 */
import { createHash } from 'node:crypto';
import { invalidField, Problem } from '@muster/contract';
import type { FastifyRequest } from 'fastify';
import { inOrg, type OrgTransaction } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { forgetOldKeysIn } from '../../tenancy/old-keys.ts';
import type { App, HttpContext } from './context.ts';
import { PROBLEM_TYPE } from './errors.ts';

const ABANDONED_MINUTES = 15;
const KEY_CHARS_MAX = 255;

/** Members of answers that are shown once. */
const SECRETS = ['claim_url', 'token'];
const PASSWORDS = new Set(['password', 'current_password', 'new_password']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Row of the key that this request has to complete. */
    idempotencyId: string | null;
  }
}

export function answerOnce(app: App, context: HttpContext): void {
  app.decorateRequest('idempotencyId', null);
  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    const { actor } = request;
    if (request.method !== 'POST' || key === undefined || actor === null) return;
    if (typeof key !== 'string' || key === '' || key.length > KEY_CHARS_MAX) {
      throw invalidField('Idempotency-Key', `give 1 to ${String(KEY_CHARS_MAX)} characters`);
    }
    const claimed = await inOrg(context.database, actor.orgId, (tx) =>
      claimKey(tx, actor, { key, hash: hashRequest(request), now: context.engine.now() }),
    );
    if ('id' in claimed) {
      request.idempotencyId = claimed.id;
      return;
    }
    return reply
      .code(claimed.status)
      .header('idempotency-replayed', 'true')
      .type(claimed.status < 400 ? 'application/json; charset=utf-8' : PROBLEM_TYPE)
      .serializer(JSON.stringify)
      .send(claimed.response);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { actor, idempotencyId } = request;
    if (actor === null || idempotencyId === null) return payload;
    request.idempotencyId = null;
    const isKept = reply.statusCode < 500 && (payload == null || typeof payload === 'string');
    const response = typeof payload === 'string' && payload !== '' ? withoutSecrets(payload) : 'null';
    await inOrg(context.database, actor.orgId, (tx) =>
      isKept ? completeKey(tx, idempotencyId, reply.statusCode, response) : forgetKey(tx, idempotencyId),
    );
    return payload;
  });
}

/** @returns the answer as JSON, with `not_repeated` instead of the secrets in it. */
function withoutSecrets(payload: string): string {
  if (!SECRETS.some((name) => payload.includes(`"${name}"`))) return payload;
  const kept: unknown = JSON.parse(payload, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const secrets = SECRETS.filter((name) => name in value);
    if (secrets.length === 0) return value;
    const open = Object.entries(value).filter(([name]) => !SECRETS.includes(name));
    return { ...Object.fromEntries(open), not_repeated: secrets };
  });
  return JSON.stringify(kept);
}

interface Answer {
  readonly status: number;
  readonly response: unknown;
}

/** @throws Problem `idempotency_key_reused`, `request_in_progress`. */
async function claimKey(
  tx: OrgTransaction,
  actor: Actor,
  { key, hash, now }: { key: string; hash: string; now: Date },
): Promise<{ id: string } | Answer> {
  const before = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
  const ofKey = tx.db
    .deleteFrom('idempotency_keys')
    .where('org_id', '=', tx.orgId)
    .where('account_id', '=', actor.accountId)
    .where('key', '=', key);
  await forgetOldKeysIn(tx, now);
  await ofKey.where('status_code', 'is', null).where('created_at', '<', before(ABANDONED_MINUTES)).execute();
  const id = newId();
  const inserted = await tx.db
    .insertInto('idempotency_keys')
    .values({
      org_id: tx.orgId,
      id,
      account_id: actor.accountId,
      key,
      request_hash: hash,
      created_at: now,
      response: null,
      status_code: null,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'account_id', 'key']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (inserted !== undefined) return { id };
  const first = await tx.db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status_code', 'response'])
    .where('org_id', '=', tx.orgId)
    .where('account_id', '=', actor.accountId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (first !== undefined && first.request_hash !== hash) throw new Problem('idempotency_key_reused');
  if (first?.status_code == null) throw new Problem('request_in_progress', { seconds: 1 });
  return { status: first.status_code, response: first.response };
}

async function completeKey(tx: OrgTransaction, id: string, status: number, response: string): Promise<void> {
  await tx.db
    .updateTable('idempotency_keys')
    .set({ status_code: status, response })
    .where('org_id', '=', tx.orgId)
    .where('id', '=', id)
    .execute();
}

async function forgetKey(tx: OrgTransaction, id: string): Promise<void> {
  await tx.db.deleteFrom('idempotency_keys').where('org_id', '=', tx.orgId).where('id', '=', id).execute();
}

/** An upload is read while it is handled: of it only the size is known here. */
function hashRequest(request: FastifyRequest): string {
  const body = request.isMultipart() ? request.headers['content-length'] : request.body;
  return createHash('sha256')
    .update(JSON.stringify([request.url, body ?? null], (name, value: unknown) => (PASSWORDS.has(name) ? null : value)))
    .digest('hex');
}
