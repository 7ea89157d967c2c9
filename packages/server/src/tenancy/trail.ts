/**
 * The audit of an organization: who did what, when, and from where. Entries are added and never changed.
 *
 * What is about signing in stands in each organization of the account, and names the person whom it is about. No entry
 * holds a password, a token, or a name as somebody typed it: people type passwords there, and names of elsewhere.
 */
import { newId } from '../db/ids.ts';
import { inOrg, type Database, type OrgTransaction } from '../db/database.ts';
import type { Actor, Origin } from './actor.ts';

/** Who did it: a person of the organization, or somebody of whom only this much is known. */
export type Doer = Origin & Pick<Actor, 'userId'> & { readonly accountId: string | null; readonly role: string };

interface Entry {
  readonly action: string;
  readonly operationId: string | null;
  /** Null for the engine, on behalf of whoever started the operation. */
  readonly actor: Doer | null;
  /** The person whose sign-in it is about. */
  readonly subjectId?: string;
  readonly detail?: Record<string, unknown>;
}

export async function writeAudit(tx: OrgTransaction, entry: Entry): Promise<void> {
  const { actor } = entry;
  await tx.db
    .insertInto('audit')
    .values({
      org_id: tx.orgId,
      id: newId(),
      action: entry.action,
      operation_id: entry.operationId,
      actor_account: actor?.accountId ?? null,
      actor_user: actor?.userId ?? null,
      actor_role: actor?.role ?? 'engine',
      ip: actor?.ip ?? null,
      user_agent: actor?.userAgent ?? null,
      subject_user: entry.subjectId ?? null,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute();
}

type AccessAction =
  | 'sign_in'
  | 'sign_in_failed'
  | 'sign_in_locked'
  | 'sign_out'
  | 'sessions_ended'
  | 'password_forgotten'
  | 'link_made'
  | 'link_mailed'
  | 'link_used'
  | 'password_set'
  | 'account_linked';

/** What became of somebody's way in. */
export async function writeAccess(
  tx: OrgTransaction,
  action: AccessAction,
  subjectId: string,
  actor: Doer | null,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await writeAudit(tx, { action, operationId: null, actor, subjectId, detail });
}

/** Somebody signs in or out, or changes the own way in: one entry in each organization in which they may act. */
export async function recordOwnAccess(
  database: Database,
  action: 'sign_in' | 'sign_out' | 'sessions_ended' | 'password_set',
  actors: readonly Actor[],
  origin: Origin,
): Promise<void> {
  for (const actor of actors) {
    const { orgId, userId } = actor;
    if (userId === null) continue;
    await inOrg(database, orgId, (tx) => writeAccess(tx, action, userId, { ...actor, ...origin }));
  }
}
