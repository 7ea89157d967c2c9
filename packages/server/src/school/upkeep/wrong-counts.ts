import { sql, type RawBuilder } from 'kysely';

export interface CountedBatch {
  readonly id: string;
  readonly name: string;
  /** What the batch says. */
  readonly stands: number;
  /** How many active enrollments it has. */
  readonly number: number;
}

/** A select of the batches whose number of enrolled students is wrong, by name. */
export function wrongCounts(orgId: string): RawBuilder<CountedBatch> {
  return sql<CountedBatch>`
    select b.id, b.name, b.enrolled_students as stands, counted.number from batches b
    cross join lateral (
      select count(*) as number from enrollments e where e.org_id = ${orgId} and e.batch_id = b.id and e.status = 'active') counted
    where b.org_id = ${orgId} and b.enrolled_students <> counted.number order by b.name, b.id`;
}
