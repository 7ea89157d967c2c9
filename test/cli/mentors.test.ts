import { afterAll, beforeAll, expect, it } from 'vitest';
import { signedInSchool, type SignedInSchool } from './served-school.ts';

let school: SignedInSchool;
beforeAll(async () => {
  school = await signedInSchool();
  const people = [
    'external_id,email,given_name,family_name,roles',
    't1,omar@school.example,Omar,Daud,teacher',
    's1,ida@school.example,Ida,Falk,student',
    's2,jon@school.example,Jon,Berg,student',
    '',
  ].join('\n');
  const file = await school.file('people.csv', people);
  await school.muster(['import', 'users', file, '--yes']);
});
afterAll(() => school.close());

const mentors = (...args: string[]) => school.muster(['mentors', ...args]);

it('assigns after a preview that changes nothing, lists who has whom, and ends it', async () => {
  const args = ['assign', '--student', 's1', '--instructor', 'omar@school.example', '--type', 'tutor'];
  const preview = await mentors(...args, '--dry-run');
  expect(preview).toMatchObject({ exitCode: 0, output: expect.stringContaining('create 1') });
  expect((await mentors('list', '--json')).json).toMatchObject({ assigned_count: 0, unassigned_count: 2 });
  expect((await mentors(...args, '--yes')).exitCode).toBe(0);
  const list = await mentors('list');
  expect(list.output).toMatch(/Ida Falk +Omar Daud +tutor/);
  expect(list.output).toContain('2 students: 1 with an instructor, 1 without.');
  expect((await mentors('list', '--unassigned', '--json')).json.students).toMatchObject([{ full_name: 'Jon Berg' }]);
  const again = await mentors(...args, '--dry-run');
  expect(again).toMatchObject({ exitCode: 1, output: expect.stringContaining('already assigned') });
  expect((await mentors('workload', 't1')).output).toMatch(/1 +students assigned individually/);
  expect((await mentors('workload', 't1', '--json')).json).toMatchObject({ individualCount: 1 });
  expect((await mentors('unassign', '--student', 's1', '--reason', 'moved', '--yes')).exitCode).toBe(0);
  expect((await mentors('list', '--json')).json).toMatchObject({ assigned_count: 0 });
});

it('repairs after a preview, and says where there is nothing to repair', async () => {
  await mentors('assign', '--student', 's2', '--instructor', 't1', '--yes');
  expect((await mentors('repair', 'counts', '--yes')).exitCode).toBe(0);
  expect((await mentors('repair', 'orphans', '--batch', 'x', '--yes')).exitCode).toBe(2);
  const file = await school.file('roles.csv', 'external_id,roles\nt1,student\n');
  await school.muster(['import', 'users', file, '--yes']);
  const preview = await mentors('repair', 'orphans', '--dry-run');
  expect(preview.output).toContain('remove 1');
  expect((await mentors('repair', 'orphans', '--yes')).exitCode).toBe(0);
  expect((await mentors('list', '--json')).json).toMatchObject({ assigned_count: 0 });
});
