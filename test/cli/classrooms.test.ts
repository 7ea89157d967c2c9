import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../packages/cli/src/exit-codes.ts';
import { signedInSchool, type SignedInSchool } from './served-school.ts';

let school: SignedInSchool;

beforeAll(async () => {
  school = await signedInSchool();
  const course = await school.send('POST', '/api/courses', { title: 'Physics' });
  await school.send('POST', `/api/courses/${course.id}/sections/generate-defaults`);
  for (const name of ['Grade 7', 'Grade 8']) await school.send('POST', '/api/classrooms', { name });
  for (const [username, role] of [
    ['mara', 'teacher'],
    ['omar', 'teacher'],
    ['ida', 'student'],
    ['jon', 'student'],
    ['kim', 'student'],
  ]) {
    await school.send('POST', '/api/users', { username, full_name: username, role });
  }
});
afterAll(() => school.close());

const classrooms = (...args: string[]) => school.muster(['classrooms', ...args]);

it('a roster and a faculty are previewed, then changed', async () => {
  const preview = await classrooms('roster', 'Grade 7', '--add', 'ida', 'jon', '--dry-run', '--json');
  expect(preview.json.preview.counts.actions).toEqual({ update: 1 });
  expect((await classrooms('list')).output).toMatch(/Grade 7\s+0 students/);
  expect((await classrooms('roster', 'Grade 7', '--add', 'ida', 'jon', '--yes')).exitCode).toBe(EXIT.done);
  expect((await classrooms('roster', 'Grade 7', '--set', 'jon', 'kim', '--yes')).exitCode).toBe(EXIT.done);
  expect((await classrooms('faculty', 'Grade 7', '--add', 'mara', '--yes')).exitCode).toBe(EXIT.done);
  expect((await classrooms('list', '--search', 'grade 7')).output).toMatch(
    /Grade 7\s+2 students, 1 teachers, 0 courses, 0 batches/,
  );
  expect((await classrooms('faculty', 'Grade 7', '--add', 'ida', '--yes')).exitCode).toBe(EXIT.refused);
  expect((await classrooms('roster', 'Grade 7', '--yes')).exitCode).toBe(EXIT.usage);
});

it('a course is assigned to several classrooms, and shown', async () => {
  const assign = [
    'assign-course',
    '--classroom',
    'Grade 7',
    'Grade 8',
    '--course',
    'Physics',
    '--section',
    'a',
    '--term',
    '2026-T1',
  ];
  const { json: planned } = await classrooms(...assign, '--dry-run', '--json');
  const labels = planned.preview.items.map((item: { label: string }) => item.label);
  expect(labels).toEqual(['Term 2026-T1', 'Grade 7 — Physics — A', 'Grade 8 — Physics — A']);
  expect((await classrooms(...assign, '--yes')).exitCode).toBe(EXIT.done);
  const shown = await classrooms('show', 'Grade 7');
  expect(shown.output).toMatch(/Grade 7 — Physics — A\s+2026-T1\s+active\s+2 students, 1 teachers/);
  const { json } = await classrooms('show', 'Grade 8', '--json');
  expect(json).toMatchObject({ courses: [{ title: 'Physics' }], batches: [{ students: 0 }] });
});
