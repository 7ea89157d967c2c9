import fc from 'fast-check';
import { from, type Draft, type Example } from '../draft.ts';
import { create } from '../../fixtures/create.ts';

export const COURSE_EXAMPLES: Readonly<Record<string, Example>> = {
  course_create: {
    usual: coursesOf([
      { title: 'Physics', code: 'PH' },
      { title: 'Algebra', objectives: ['Count'] },
      { title: 'Physics again', code: 'ph' },
    ]),
    actions: { create: 2, error: 1 },
    random: fc
      .array(
        fc.record(
          {
            title: fc.constantFrom('Physics', '=1+1', '李'),
            code: fc.constantFrom('A', 'a', 'B'),
            status: fc.constantFrom('active', 'archived'),
          },
          { requiredKeys: ['title'] },
        ),
        { minLength: 1, maxLength: 5 },
      )
      .map(coursesOf),
  },
};

function coursesOf(courses: readonly object[]): Draft {
  return from(courses, (school, actor) =>
    create(school.engine, actor, { kind: 'course_creation', name: 'Create', params: { courses } }),
  );
}
