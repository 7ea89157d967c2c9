/** Changing many people at once, at the address and with the body of the source. */
import { bulkOperation, problemError, type ProblemError } from '@muster/contract';
import { z } from 'zod';
import { inOrg } from '../../db/database.ts';
import { createIn } from '../../engine/create.ts';
import { actorOf, type App, type HttpContext } from '../context.ts';
import { invalid, refusals } from '../errors.ts';
import { CONFLICT_RULES } from './import-form.ts';
import { viewOperation } from './operation-view.ts';
import { planDraft } from './plan-draft.ts';

const body = z.strictObject({
  user_ids: z.array(z.uuid()).max(100_000).optional().describe('Or filter, not both.'),
  filter: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Criteria as in the `selection` of a target.'),
  changes: z.strictObject({
    roles: z.array(z.string()).optional(),
    permissions: z.array(z.string()).optional(),
    profile: z.record(z.string(), z.unknown()).optional(),
    status: z.string().optional(),
  }),
  conflict_rule: z.enum(CONFLICT_RULES).default('fail_item'),
  reason: z.string().max(1_000).default(''),
  operation_name: z.string().trim().min(1).max(200).default('Update people'),
});
type Wanted = z.output<typeof body>;

export function updateUsersRoutes(app: App, { engine, database }: HttpContext): void {
  app.post(
    '/api/bulk/users/update',
    {
      schema: {
        tags: ['People'],
        summary: 'Change the status of many people',
        body,
        response: { 201: bulkOperation, ...refusals },
      },
    },
    async (request, reply) => {
      const actor = await actorOf(request);
      const faults = faultsIn(request.body);
      if (faults.length > 0) throw invalid(faults);
      const { user_ids: listed, filter, changes, reason, operation_name: name } = request.body;
      const target = listed === undefined ? { selection: filter } : { student_ids: listed };
      const made = await inOrg(database, actor.orgId, async (tx) => {
        const draft = await createIn(tx, engine, actor, {
          kind: 'user_status',
          name,
          params: { target, status: changes.status, reason },
        });
        return viewOperation(tx, engine, actor, await planDraft(tx, engine, draft, actor));
      });
      return reply.code(201).send(made);
    },
  );
}

/** Exactly one way to say whom, and what is to change. */
function faultsIn({
  user_ids: listed,
  filter,
  changes,
  conflict_rule: rule,
}: Wanted): ProblemError[] {
  const faults: ProblemError[] = [];
  const fault = (field: string, reason: string): void => {
    faults.push(problemError('invalid_value', { field, reason }));
  };
  if (listed === undefined && filter === undefined)
    faults.push(problemError('required', { field: 'user_ids' }));
  if (listed !== undefined && filter !== undefined)
    fault('filter', 'give user_ids or filter, not both');
  if (listed?.length === 0) fault('user_ids', 'an empty list never means everybody');
  if (rule !== 'fail_item')
    fault('conflict_rule', 'only fail_item is possible for changes without a file');
  const others = Object.keys(changes).filter((name) => name !== 'status');
  for (const name of others)
    fault(`changes.${name}`, 'only the status can be changed for many people at once');
  if (changes.status === undefined && others.length === 0)
    faults.push(problemError('required', { field: 'changes' }));
  return faults;
}
