import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../packages/cli/src/exit-codes.ts';
import { signedInSchool, type SignedInSchool } from './served-school.ts';

let school: SignedInSchool;

beforeAll(async () => {
  school = await signedInSchool();
  await school.send('POST', '/api/courses', { title: 'Algebra' });
  for (const [username, role] of [
    ['mara', 'teacher'],
    ['omar', 'teacher'],
    ['ida', 'student'],
    ['jon', 'student'],
  ]) {
    await school.send('POST', '/api/users', { username, full_name: username, role });
  }
});
afterAll(() => school.close());

const create = (name: string, teacher: string, ...more: string[]) =>
  school.muster([
    'batches',
    'create',
    '--course',
    'Algebra',
    '--name',
    name,
    '--start',
    '2027-01-15',
    '--end',
    '2027-04-15',
    '--capacity',
    '8',
    '--teacher',
    teacher,
    '--slot',
    'Monday 08:00-10:00',
    '--json',
    ...more,
  ]);

it('a batch is previewed, made, shown and listed', async () => {
  expect((await create('Morning', 'mara', '--dry-run')).json.preview.counts.actions).toEqual({ create: 1 });
  expect((await school.muster(['batches', 'list', '--course', 'Algebra', '--json'])).json.total).toBe(0);
  expect((await create('Morning', 'mara', '--yes')).exitCode).toBe(EXIT.done);
  const list = await school.muster(['batches', 'list', '--course', 'Algebra']);
  expect(list.output).toMatch(/Morning\s+MORNING-2027-01\s+Upcoming\s+2027-01-15 to 2027-04-15\s+0 of 8\s+mara/);
  const shown = await school.muster(['batches', 'show', 'Morning']);
  expect(shown.output).toContain('Monday 08:00-10:00');
  expect(shown.output).toContain('! 1 classes a week');
});

it('a clash stops it, unless it is forced with a reason; batches change their teacher', async () => {
  expect((await create('Second', 'mara', '--yes')).exitCode).not.toBe(EXIT.done);
  expect((await create('Second', 'mara', '--yes', '--force', 'two rooms')).exitCode).toBe(EXIT.done);
  const given = await school.muster([
    'batches',
    'instructor',
    '--batch',
    'Second',
    '--teacher',
    'omar',
    '--yes',
    '--no-notify',
  ]);
  expect(given.exitCode).toBe(EXIT.done);
  expect((await school.muster(['batches', 'show', 'Second'])).output).toMatch(/teacher\s+omar/);
});

it('students move to another batch, and an empty batch is cancelled', async () => {
  const { json } = await school.muster(['batches', 'list', '--course', 'Algebra', '--json']);
  const [morning] = json.batches;
  const { items } = await school.send('GET', '/api/users?role=student');
  const course = (await school.send('GET', '/api/courses')).items[0].id;
  for (const { id } of items)
    await school.send('POST', `/api/enrollments/students/${id}/enroll`, { courseId: course, batchId: morning._id });
  const nobody = await school.muster(['batches', 'transfer', '--from', 'Morning', '--to', 'Second', '--yes']);
  expect(nobody.exitCode).toBe(EXIT.usage);
  expect(
    (await school.muster(['batches', 'transfer', '--from', morning._id, '--to', 'Second', '--all', '--yes'])).exitCode,
  ).toBe(EXIT.done);
  expect((await school.muster(['batches', 'show', 'Second'])).output).toContain('2 of 8');
  expect((await school.muster(['batches', 'cancel', '--batch', 'Second', '--yes'])).exitCode).not.toBe(EXIT.done);
  expect((await school.muster(['batches', 'cancel', '--batch', 'Morning', '--yes'])).exitCode).toBe(EXIT.done);
  expect((await school.muster(['batches', 'show', 'Morning'])).output).toMatch(/status\s+Cancelled/);
});
