import { problemError, type ProblemError, line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { rows, type OrgTransaction } from '../../db/database.ts';

const stepSchema = z.strictObject({
  title: line(200).min(1),
  game_id: z
    .uuid()
    .transform((id) => id.toLowerCase())
    .nullable()
    .optional(),
});

export const stepsSchema = z.array(stepSchema).min(1).max(200);

/** One fault for each step whose game does not exist. @param steps - Checked ones, or undefined. */
export async function gameFaults(tx: OrgTransaction, steps: unknown): Promise<ProblemError[]> {
  const ids = z
    .array(stepSchema)
    .default([])
    .parse(steps)
    .map((step) => step.game_id ?? null);
  const known = await rows(
    tx,
    sql<{ id: string }>`
    select id from games where org_id = ${tx.orgId} and id = any(${ids.filter((id) => id !== null)}::uuid[])`,
  );
  const present = new Set(known.map((row) => row.id));
  return ids.flatMap((id, at) =>
    id === null || present.has(id)
      ? []
      : [
          problemError('invalid_value', {
            field: `steps.${String(at)}.game_id`,
            reason: 'there is no game with this id',
          }),
        ],
  );
}
