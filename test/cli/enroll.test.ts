import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../packages/cli/src/exit-codes.ts';
import { signedInSchool, type SignedInSchool } from './served-school.ts';

let school: SignedInSchool;

beforeAll(async () => {
  school = await signedInSchool();
  await school.send('POST', '/api/courses', { title: 'Algebra' });
  await school.send('POST', '/api/users', { username: 'mara', full_name: 'Mara', role: 'teacher' });
  for (const username of ['ida', 'jon', 'kim'])
    await school.send('POST', '/api/users', { username, full_name: username, role: 'student' });
  for (const name of ['Morning', 'Evening'])
    await school.muster([
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
      '3',
      '--teacher',
      'mara',
      '--yes',
      '--json',
    ]);
});
afterAll(() => school.close());

const seats = async (batch: string) => /(\d+) of 3/.exec((await school.muster(['batches', 'show', batch])).output)?.[1];

it('learners are enrolled after a preview that changes nothing: listed ones, new ones, those of another batch [LA-416]', async () => {
  const wanted = [
    'enroll',
    '--batch',
    'Morning',
    '--student',
    'ida',
    'jon',
    '--new',
    'Tess Moor <tess@school.example>',
  ];
  const preview = await school.muster([...wanted, '--dry-run', '--json']);
  expect(preview.json.preview.counts.actions).toEqual({ create: 5 });
  expect(await seats('Morning')).toBe('0');
  expect((await school.muster([...wanted, '--yes'])).exitCode).toBe(EXIT.done);
  expect(await seats('Morning')).toBe('3');
  const full = await school.muster(['enroll', '--batch', 'Morning', '--student', 'kim', '--dry-run']);
  expect(full.exitCode).toBe(EXIT.someFailed);
  expect(full.output).toContain('Batch has reached maximum capacity');
  expect((await school.muster(['enroll', '--batch', 'Evening', '--from', 'Morning', '--yes'])).exitCode).toBe(
    EXIT.done,
  );
  expect(await seats('Evening')).toBe('3');
});

it('learners are removed after a preview; a hard removal says that it cannot be undone', async () => {
  const soft = await school.muster(['unenroll', '--batch', 'Morning', '--student', 'ida'], { answers: ['y'] });
  expect(soft.exitCode).toBe(EXIT.done);
  expect(await seats('Morning')).toBe('2');
  const hard = await school.muster(['unenroll', '--batch', 'Morning', '--from', 'Morning', '--hard', '--dry-run']);
  expect(hard.output).toContain('ends access for good');
  expect(await seats('Morning')).toBe('2');
  const again = await school.muster([
    'enroll',
    '--batch',
    'Morning',
    '--student',
    'ida',
    '--if-enrolled',
    're-enroll',
    '--yes',
  ]);
  expect(again.exitCode).toBe(EXIT.done);
  expect(await seats('Morning')).toBe('3');
});

it('nobody named, or a new person without address, is refused before anything is sent', async () => {
  expect((await school.muster(['enroll', '--batch', 'Morning', '--yes'])).exitCode).toBe(EXIT.usage);
  expect((await school.muster(['unenroll', '--batch', 'Morning', '--yes'])).exitCode).toBe(EXIT.usage);
  const nameless = await school.muster(['enroll', '--batch', 'Morning', '--new', 'Tess', '--yes']);
  expect(nameless.told).toContain('Tess Moor <tess@school.example>');
});

it('several new people in one text are taken apart, and a text that cannot be is refused', async () => {
  const people = (text: string) =>
    school.muster(['enroll', '--batch', 'Evening', '--new', text, '--dry-run', '--json']);
  const both = await people('Tim Low <tim@school.example>; "Lou, Lee" <lee@school.example>;');
  expect(both.json.preview.items.map(({ label }: { label: string }) => label).join()).toMatch(/tim.*lee/is);
  const refused = await people('Tess;Tim <tim@school.example>');
  expect(refused.exitCode).toBe(EXIT.usage);
  expect(refused.output).toContain('several with ; between them');
});

it('a person is found by name whatever its apostrophe, case and order', async () => {
  await school.send('POST', '/api/users', { username: 'sean', full_name: 'Seán O’Neil', role: 'student' });
  for (const called of ["sean o'neil", 'SEÁN O’NEIL', "O'Neil, Seán", 'Sean']) {
    const preview = await school.muster(['enroll', '--batch', 'Evening', '--student', called, '--dry-run']);
    expect([called, preview.output]).toEqual([called, expect.stringContaining('Seán O’Neil')]);
  }
  const unknown = await school.muster(['enroll', '--batch', 'Evening', '--student', 'O’Nei', '--dry-run']);
  expect(unknown.exitCode).toBe(EXIT.refused);
});
