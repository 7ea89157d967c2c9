import { Problem, problemError } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';
import { code } from '../../engine/kind.ts';

/** The sequences that are given: one as `sequence_id`, several as `sequence_ids`. */
export const sequencePayload = z
  .strictObject({
    sequence_ids: z
      .array(z.uuid())
      .min(1)
      .max(20)
      .optional()
      .meta({ title: 'Sequences', description: 'The sequences that are given.', entity: 'sequence', many: true }),
    sequence_id: z
      .uuid()
      .optional()
      .meta({
        title: 'Sequence',
        description: 'One more of them, for clients that give a single one.',
        entity: 'sequence',
        'x-hidden': true,
      }),
  })
  .refine((content) => content.sequence_ids !== undefined || content.sequence_id !== undefined, {
    message: 'name at least one sequence',
    path: ['sequence_ids'],
  })
  .meta({ title: 'Content', description: 'What the students get.' });

export function sequencesOf(content: z.infer<typeof sequencePayload>): string[] {
  const listed = content.sequence_ids ?? [];
  return [...new Set(content.sequence_id === undefined ? listed : [content.sequence_id, ...listed])];
}

/** @throws Problem `validation_failed` when optional steps name a step that a sequence has not, or all that it has. */
export async function assertOptionalSteps(
  tx: OrgTransaction,
  sequenceIds: readonly string[],
  lists: readonly (readonly number[])[],
): Promise<void> {
  const named = lists.filter((steps) => steps.length > 0);
  if (named.length === 0) return;
  const sequences = await rows(
    tx,
    sql<{ title: string; steps: number[] }>`
    select s.title, array_agg(st.step_no order by st.step_no) as steps from sequences s
    join sequence_steps st on st.org_id = ${tx.orgId} and st.sequence_id = s.id and st.sequence_version = s.published_version
    where s.org_id = ${tx.orgId} and s.id = any(${[...sequenceIds]}::uuid[]) group by s.id, s.title`,
  );
  const reasons = sequences.flatMap(({ title, steps }) =>
    named.flatMap((list) => {
      const unknown = list.find((step) => !steps.includes(step));
      if (unknown !== undefined) return [`${title} has no step ${unknown}`];
      return steps.every((step) => list.includes(step)) ? [`at least one step of ${title} has to be mandatory`] : [];
    }),
  );
  if (reasons.length === 0) return;
  const errors = [...new Set(reasons)].map((reason) =>
    problemError('invalid_value', { field: 'parameters.optional_steps', reason }),
  );
  throw new Problem('validation_failed', { count: errors.length }, errors);
}

/** Why sequence `s` (null when unknown) cannot be given, as `{code, title, replacement}`, or null; `r` replaces it. */
export function contentFault(): RawBuilder<unknown> {
  return sql`case
    when s.id is null then jsonb_build_object('code', ${code('content_not_found')})
    when s.status = 'deprecated' then jsonb_build_object('code', ${code('content_deprecated')}, 'title', s.title,
      'replacement', coalesce(r.title, 'that you find in the library'), 'replacement_id', r.id)
    when s.status <> 'published' then jsonb_build_object('code', ${code('content_unavailable')}, 'title', s.title)
  end`;
}
