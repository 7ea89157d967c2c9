import { z } from 'zod';
import { defineKind } from '../../engine/kind.ts';
import {
  FACULTY,
  idListSchema,
  idSchema,
  modeSchema,
  peopleListed,
  planHomeroom,
} from '../../school/classrooms/members.ts';

const params = z.strictObject({
  classroom_id: idSchema,
  teacher_ids: idListSchema,
  mode: modeSchema,
  /** The classroom's version on which this was decided; an outdated one is refused with the difference. */
  version: z.int().min(1).optional(),
});

/** Sets, adds or removes the homeroom teachers of a classroom. */
export const facultySet = defineKind<z.infer<typeof params>>({
  name: 'faculty_set',
  title: 'Change the homeroom teachers of a classroom',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin'],
  chunk: { items: 1 },
  people: ({ teacher_ids: ids, mode }) => peopleListed(ids, mode),
  says: { item: 'classroom.faculty.changed' },
  contended: ({ classroom_id: id }) => ({ classroom: [id] }),
  plan: (plan, context) => {
    const { classroom_id: id, teacher_ids: ids, mode, version } = context.params;
    return planHomeroom(plan, context, FACULTY, id, { ids, mode, version });
  },
});
