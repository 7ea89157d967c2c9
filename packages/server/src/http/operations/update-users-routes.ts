/** Changing many people at once, at an address of their own. */
import {
  bulkOperation,
  CONFLICT_RULES,
  freeJson,
  invalid,
  type ProblemError,
  problemError,
  USER_STATUSES,
  line,
  prose,
} from '@muster/contract';
import { z } from 'zod';
import { draft, plan } from '../../engine/index.ts';
import { profileSchema, rolesSchema } from '../../school/people/profile.ts';
import { type App, type HttpContext } from '../every-request/context.ts';
import { refusals } from '../every-request/errors.ts';
import { write } from '../every-request/route.ts';
import { viewOperation } from './operation-view.ts';

const body = z.strictObject({
  user_ids: z.array(z.uuid()).max(100_000).optional().describe('Or filter, not both.'),
  filter: freeJson().optional().describe('Criteria as in the `selection` of a target.'),
  changes: z
    .strictObject({
      roles: rolesSchema.describe('All roles of each.'),
      add_roles: rolesSchema,
      remove_roles: rolesSchema,
      permissions: z.array(z.string()).describe('Roles carry all permissions: refused.'),
      profile: profileSchema,
      status: z.enum(USER_STATUSES),
    })
    .partial(),
  versions: z
    .record(z.uuid(), z.int().min(1))
    .optional()
    .describe('The version of each record that was looked at, by id.'),
  conflict_rule: z.enum(CONFLICT_RULES).default('fail_item').describe('For records that have another version by now.'),
  reason: prose(1_000).default(''),
  operation_name: line(200).min(1).default('Update people'),
});
type Wanted = z.output<typeof body>;

export function updateUsersRoutes(app: App, context: HttpContext): void {
  app.post(
    '/api/bulk/users/update',
    {
      schema: {
        tags: ['People'],
        summary: 'Change roles, profile or status of many people',
        body,
        response: { 201: bulkOperation, ...refusals },
      },
    },
    async (request, reply) => {
      const faults = faultsIn(request.body);
      if (faults.length > 0) throw invalid(faults);
      const made = await write(context, request, async (asked) =>
        viewOperation(asked, await plan(asked, await draft(asked, operationOf(request.body)))),
      );
      return reply.code(201).send(made);
    },
  );
}

/** Where the status alone changes, it is a change of status. */
function operationOf(wanted: Wanted) {
  const { user_ids: listed, filter, reason, changes, operation_name: name } = wanted;
  const target = listed === undefined ? { selection: filter } : { student_ids: listed };
  const { profile, status, roles, add_roles, remove_roles } = changes;
  const isStatusAlone = Object.keys(changes).every((key) => key === 'status');
  if (isStatusAlone && wanted.versions === undefined)
    return { kind: 'user_status', name, params: { target, status, reason } };
  const { versions, conflict_rule } = wanted;
  const set = { ...profile, status, roles };
  const params = { target, set, add_roles, remove_roles, versions, conflict_rule, reason };
  return { kind: 'user_update', name, params };
}

/** Exactly one way to say whom, and what is to change. */
function faultsIn({ user_ids: listed, filter, changes }: Wanted): ProblemError[] {
  const faults: ProblemError[] = [];
  const fault = (field: string, reason: string): void => {
    faults.push(problemError('invalid_value', { field, reason }));
  };
  if (listed === undefined && filter === undefined) faults.push(problemError('required', { field: 'user_ids' }));
  if (listed !== undefined && filter !== undefined) fault('filter', 'give user_ids or filter, not both');
  if (listed?.length === 0) faults.push(problemError('empty_selection', { field: 'user_ids' }));
  if (changes.permissions !== undefined) fault('changes.permissions', 'permissions come with roles; change the roles');
  const wanted = Object.values(changes).filter((value) => value !== undefined);
  if (wanted.length === 0) faults.push(problemError('required', { field: 'changes' }));
  return faults;
}
