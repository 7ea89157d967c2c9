/** Who is signed in, what they may do, and within which limits: what a web app needs to know before it shows anything. */
import { LIMITS, PEOPLE_MAX, type Right, type Role, type SignedInPerson, strongestRole } from '@muster/contract';
import { inOrg, type Database } from '../../db/database.ts';
import { isWholeOrgAdmin, mayStart, undoHours } from '../../engine/index.ts';
import { readConfirmsPerMinute } from '../../school/assignments/rate.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { SignIn } from '../../tenancy/sign-in.ts';
import { ADMINS, type HttpContext } from '../every-request/context.ts';
import { findOrganizations } from '../../tenancy/organizations.ts';

/** @param orgId - Of several organizations, the one acted in; the first where it is left out. */
export async function viewSignedIn(
  context: HttpContext,
  found: SignIn,
  orgId: string | undefined,
): Promise<SignedInPerson> {
  const { database, engine, settings } = context;
  const actor = found.actors.find((one) => one.orgId === orgId) ?? found.actors[0] ?? null;
  const roles: readonly Role[] = actor?.roles ?? ['system_admin'];
  const role = strongestRole(roles);
  const organizations = (await findOrganizations(database, found)).map((org) => ({
    ...org,
    user_id: found.actors.find((one) => one.orgId === org.id)?.userId ?? null,
  }));
  return {
    account_id: found.accountId,
    email: await readEmail(database, found.accountId, actor),
    user: actor?.userId == null ? null : { id: actor.userId, full_name: actor.name, unit_id: actor.unitId },
    roles: [...roles],
    role,
    organization: organizations.find((org) => org.id === (actor?.orgId ?? orgId)) ?? null,
    organizations,
    entity_ids: organizations.map((org) => org.id),
    rights: rightsOf(role),
    may_start: engine.kinds
      .filter((kind) => kind.isInternal !== true && mayStart(kind, { roles }))
      .map((kind) => kind.name),
    limits: {
      people_max: PEOPLE_MAX[role],
      in_request_people_max: LIMITS.inRequestPeopleMax,
      upload_bytes_max: settings.uploadBytesMax ?? LIMITS.uploadBytesMax,
      undo_hours: undoHours(role),
      confirms_per_minute: actor === null ? null : await inOrg(database, actor.orgId, readConfirmsPerMinute),
    },
  };
}

function rightsOf(role: Role): Right[] {
  const isAdmin = ADMINS.some((one) => one === role);
  return [
    ...(isAdmin ? (['manage_people'] as const) : []),
    ...(isWholeOrgAdmin({ role }) ? (['steer_all', 'approve', 'manage_organization'] as const) : []),
  ];
}

async function readEmail(database: Database, accountId: string, actor: Actor | null): Promise<string | null> {
  const userId = actor?.userId ?? null;
  const found =
    actor === null || userId === null
      ? await database.global.selectFrom('accounts').select('email').where('id', '=', accountId).executeTakeFirst()
      : await inOrg(database, actor.orgId, ({ db, orgId }) =>
          db
            .selectFrom('users')
            .select('email')
            .where('org_id', '=', orgId)
            .where('id', '=', userId)
            .executeTakeFirst(),
        );
  return found?.email ?? null;
}
