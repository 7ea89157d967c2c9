import { sql, type RawBuilder } from 'kysely';

/** Condition: items `i` that failed. Said with the code, so that the index on codes is used: it leaves out what is unchanged. */
export const HAS_FAILED: RawBuilder<unknown> = sql`i.status = 'failed' and i.code <> 'unchanged'`;
