import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import {
  idListSchema,
  idSchema,
  modeSchema,
  ROSTER,
  peopleListed,
  planHomeroom,
  versionSchema,
} from '../../school/classrooms/members.ts';

const params = z.strictObject({
  classroom_id: idSchema.meta({ title: 'Classroom', description: 'Whose roster changes.', entity: 'classroom' }),
  student_ids: idListSchema.meta({
    title: 'Students',
    description: 'Whom it is about.',
    entity: 'user',
    many: true,
    role: 'student',
    'x-target': true,
  }),
  mode: modeSchema,
  version: versionSchema,
});

/** Sets, adds or removes the students of a classroom. Batches follow when the course is assigned again, not by this. */
export const rosterSet = defineKind<z.infer<typeof params>>({
  name: 'roster_set',
  title: 'Change the roster of a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ student_ids: ids, mode }) => peopleListed(ids, mode),
  says: { done: 'classroom.roster.changed' },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  plan: (plan, context) => {
    const { classroom_id: id, student_ids: ids, mode, version } = context.params;
    return planHomeroom(plan, context, ROSTER, id, { ids, mode, version });
  },
});
