import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import {
  idListSchema,
  idSchema,
  modeSchema,
  peopleListed,
  planHomeroom,
  ROSTER,
} from '../../school/classrooms/members.ts';

const params = z.strictObject({
  classroom_id: idSchema,
  student_ids: idListSchema,
  mode: modeSchema,
  /** The classroom's version on which this was decided; an outdated one is refused with the difference. */
  version: z.int().min(1).optional(),
});

/** Sets, adds or removes the students of a classroom. Batches follow when the course is assigned again, not by this. */
export const rosterSet = defineKind<z.infer<typeof params>>({
  name: 'roster_set',
  title: 'Change the roster of a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ student_ids: ids, mode }) => peopleListed(ids, mode),
  says: { item: 'classroom.roster.changed' },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  plan: (plan, context) => {
    const { classroom_id: id, student_ids: ids, mode, version } = context.params;
    return planHomeroom(plan, context, ROSTER, id, { ids, mode, version });
  },
});
