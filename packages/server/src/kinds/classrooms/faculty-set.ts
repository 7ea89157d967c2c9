import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import {
  FACULTY,
  idListSchema,
  idSchema,
  modeSchema,
  peopleListed,
  planHomeroom,
  versionSchema,
} from '../../school/classrooms/members.ts';

const params = z.strictObject({
  classroom_id: idSchema.meta({
    title: 'Classroom',
    description: 'Whose homeroom teachers change.',
    entity: 'classroom',
  }),
  teacher_ids: idListSchema.meta({
    title: 'Teachers',
    description: 'Whom it is about.',
    entity: 'user',
    many: true,
    role: 'teacher',
    'x-target': true,
  }),
  mode: modeSchema,
  version: versionSchema,
});

/** Sets, adds or removes the homeroom teachers of a classroom. */
export const facultySet = defineKind<z.infer<typeof params>>({
  name: 'faculty_set',
  title: 'Change the homeroom teachers of a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ teacher_ids: ids, mode }) => peopleListed(ids, mode),
  says: { done: 'classroom.faculty.changed' },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  plan: (plan, context) => {
    const { classroom_id: id, teacher_ids: ids, mode, version } = context.params;
    return planHomeroom(plan, context, FACULTY, id, { ids, mode, version });
  },
});
