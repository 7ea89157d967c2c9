import { line } from '@muster/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { runNow } from '../../engine/index.ts';
import { countParts } from '../../school/classrooms/count-parts.ts';
import { isInReach } from '../../school/classrooms/homeroom.ts';
import { ADMINS, STAFF } from '../every-request/context.ts';
import type { Subject } from './subject.ts';

/** How many of each a classroom has, beside its own fields. */
const counts = { students: z.int(), teachers: z.int(), courses: z.int(), batches: z.int() };

export const classrooms: Subject = {
  path: '/api/classrooms',
  entity: 'classroom',
  shape: 'Classroom',
  order: sql`t.name`,
  readers: STAFF,
  writers: ADMINS,
  fields: {
    name: line(200).min(1),
    room: line(100).min(1).nullable().optional(),
    unit_id: z
      .uuid()
      .transform((id) => id.toLowerCase())
      .nullable()
      .optional(),
    grade_level: z
      .union([line(20).min(1), z.int()])
      .transform(String)
      .nullable()
      .optional(),
    status: z.enum(['active', 'archived']).optional(),
  },
  extra: counts,
  visible: (actor) => isInReach(actor, 'classroom'),
  // Its batches follow its name, so another name is an operation of its own.
  toValues: ({ name, ...fields }, _actor, present) => (present === null ? { name, ...fields } : fields),
  writeParts: async (by, id, { name }, present) => {
    if (present !== null && typeof name === 'string' && name !== present['name']) {
      const params = { classroom_id: id.toLowerCase(), name };
      await runNow(by, { kind: 'classroom_rename', name: 'Rename a classroom', params });
    }
    return {};
  },
  readParts: async (tx, found) => {
    const counted = await countParts(
      tx,
      found.map((row) => row['id']),
    );
    return found.map((row) => ({ ...row, ...counted.find((one) => one.id === row['id']) }));
  },
};
