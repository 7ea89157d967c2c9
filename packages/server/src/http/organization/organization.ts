import { Problem, line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { one, type OrgTransaction } from '../../db/database.ts';
import { writeAudit } from '../../engine/index.ts';
import { STAFF, type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { read, write } from '../every-request/route.ts';
import { changedSettings, presentSettings, settingsForm, settingsView } from './organization-settings.ts';

const organization = z.object({
  id: z.string(),
  name: z.string(),
  timezone: z.string(),
  plan: z.string(),
  settings: settingsView,
  created_at: z.iso.datetime(),
});
const edited = z.strictObject({
  name: line(200).min(1).optional(),
  timezone: z.string().refine(isTimezone, 'give a name of the IANA database, such as Europe/Madrid').optional(),
  settings: settingsForm.optional(),
});

export function organizationRoutes(app: App, context: HttpContext): void {
  const tags = ['Organization'];
  app.get(
    '/api/organization',
    {
      config: { roles: STAFF },
      schema: { tags, summary: 'The organization acted in', response: { 200: organization, ...refusals } },
    },
    async (request) => read(context, request, ({ tx }) => readOrganization(tx)),
  );
  app.patch(
    '/api/organization',
    {
      config: { roles: ['system_admin', 'subscriber_admin'] },
      schema: { tags, summary: 'Change it', body: edited, response: { 200: organization, ...refusals } },
    },
    async (request) => {
      const { name, timezone, settings } = request.body;
      return write(context, request, async ({ tx, actor }) => {
        if (settings?.rate_limits !== undefined && !actor.roles.includes('system_admin'))
          throw new Problem('forbidden', { field: 'settings.rate_limits' });
        const { settings: before } = await readOrganization(tx);
        const after = changedSettings(before, settings ?? {});
        await tx.db
          .updateTable('orgs')
          .set({
            ...(name === undefined ? {} : { name }),
            ...(timezone === undefined ? {} : { timezone }),
            settings: sql<string>`settings || ${JSON.stringify(after)}::jsonb`,
          })
          .where('id', '=', actor.orgId)
          .execute();
        await writeAudit(tx, { action: 'organization', operationId: null, actor, detail: { ...request.body } });
        return readOrganization(tx);
      });
    },
  );
}

async function readOrganization(tx: OrgTransaction): Promise<z.infer<typeof organization>> {
  const org = await one(
    tx,
    sql<{
      id: string;
      name: string;
      timezone: string;
      plan: string;
      settings: z.infer<typeof organization>['settings'];
      created_at: Date;
    }>`
    select id, name, timezone, plan, created_at,
      ${presentSettings} as settings
    from orgs where id = ${tx.orgId}`,
  );
  return { ...org, created_at: org.created_at.toISOString() };
}

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}
