import { line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { edit } from '../../operations/edit.ts';
import { listSteps, nextVersion } from '../../school/content/steps.ts';
import { STAFF } from '../every-request/context.ts';
import { readAs } from '../every-request/route.ts';
import { gameFaults, stepsSchema } from './steps.ts';
import type { Subject } from './subject.ts';

const step = z.object({ step_no: z.int(), title: z.string(), game_id: z.string().nullable() });

/** A published version never changes: new steps are written beside the old ones, as the next version. */
export const sequences: Subject = {
  path: '/api/sequences',
  entity: 'sequence',
  shape: 'Sequence',
  order: sql`t.title`,
  readers: STAFF,
  writers: ['system_admin', 'subscriber_admin'],
  fields: {
    title: line(200).min(1),
    library: z.enum(['LIFE', 'SOLF', 'EVAL', 'METHOD']),
    steps: stepsSchema,
    status: z.enum(['draft', 'published', 'deprecated', 'withdrawn']).optional(),
    replacement_id: z.uuid().nullable().optional(),
  },
  extra: { steps: z.array(step) },
  parts: ['sequence_step'],
  toValues: (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'steps')),
  partFaults: (tx, fields) => gameFaults(tx, fields['steps']),
  async writeParts(by, id, fields, present) {
    if (fields['steps'] === undefined) return {};
    const version = await readAs(by, ({ tx }) => nextVersion(tx, id));
    const steps = stepsSchema
      .parse(fields['steps'])
      .map((values, at) => ({
        action: 'create' as const,
        values: { ...values, sequence_id: id.toLowerCase(), sequence_version: version, step_no: at + 1 },
      }));
    await edit(by, 'sequence_step', steps);
    return present === null ? {} : { published_version: version };
  },
  async readParts(tx, found) {
    const steps = await listSteps(
      tx,
      found.map((row) => row['id']),
    );
    return found.map((row) => ({
      ...row,
      steps: steps.filter((one) => one.sequence_id === row['id'] && one.sequence_version === row['published_version']),
    }));
  },
};
