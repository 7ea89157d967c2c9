import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { undo } from '../../packages/server/src/engine/control.ts';
import { create } from '../../packages/server/src/engine/create.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { aSchool, aSequence, query, run, stagedImport, students, work, type School } from '../fixtures/school.ts';

let database: TestDatabase;
let school: School;
beforeAll(async () => {
  database = await testDatabase();
  school = await aSchool(database);
});
afterAll(() => database.drop());

const CSV = `external_id,email,username,given_name,family_name,role,grade_level,unit,teacher
t1,tea@example.org,tea,Tea,Cher,teacher,,,
s1,ana@example.org,ana,Ana,Ruiz,student,5,,t1
s2,,li,Li,Wen,student,5,,
s3,bad,no,Bad,Mail,student,5,,
s1,x@example.org,x,Twice,Row,student,5,,
`;

it('an import ends in what was planned, and its undo in what was before', async () => {
  const operation = await stagedImport(school, CSV);
  const done = await run(school, operation.id);
  expect(await query(school, sql`select item_no, row_no, action, status, code, label, detail from operation_items where operation_id = ${operation.id} order by 1`)).toMatchObject([
    { row_no: 1, action: 'create', status: 'success', code: null, label: 'Tea Cher' },
    { row_no: 2, action: 'create', status: 'success', label: 'Ana Ruiz' },
    { row_no: 3, action: 'create', status: 'success' },
    { row_no: 4, action: 'error', status: 'failed', code: 'bad_email' },
    { row_no: 5, action: 'error', status: 'failed', code: 'duplicate_row' },
  ]);
  expect(done).toMatchObject({ status: 'completed', total_items: 5, successful_items: 3, failed_items: 2 });
  expect(await query(school, sql`select u.display_name, t.display_name as teacher from users u left join users t on t.id = u.primary_teacher_id where u.external_id is not null order by 1`)).toEqual([
    { display_name: 'Ana Ruiz', teacher: 'Tea Cher' }, { display_name: 'Li Wen', teacher: null }, { display_name: 'Tea Cher', teacher: null },
  ]);
  const again = await stagedImport(school, CSV.replace('Ruiz', 'Ruíz'));
  const second = await run(school, again.id);
  expect(second).toMatchObject({ successful_items: 1, skipped_items: 2, failed_items: 2 });
  const back = await undo(school.engine, school.admin, again.id, {});
  expect(back).toMatchObject({ status: 'completed', successful_items: 1 });
  const all = await undo(school.engine, school.admin, operation.id, {});
  expect(all).toMatchObject({ status: 'completed', successful_items: 3 });
  expect(await query(school, sql`select count(*) as n from users`)).toEqual([{ n: 1 }]);
});

it('a sequence is given with its steps, and taken back', async () => {
  const ids = await students(database, school.orgId, 120);
  const sequence = await aSequence(database, school.orgId);
  const operation = await create(school.engine, school.admin, { kind: 'assign_sequence', name: 'Give', params: { target: { student_ids: ids }, content_payload: { sequence_ids: [sequence] }, scheduling: { due_date: '2027-01-20' } } });
  const done = await run(school, operation.id);
  expect(done).toMatchObject({ status: 'completed', successful_items: 120, chunks_done: 2 });
  expect(await query(school, sql`select count(*) as n from assignment_steps`)).toEqual([{ n: 360 }]);
  const back = await undo(school.engine, school.admin, operation.id, {});
  const ended = await work(school, back.id);
  expect(ended).toMatchObject({ status: 'completed', successful_items: 120 });
  expect(await query(school, sql`select count(*) as n from assignments`)).toEqual([{ n: 0 }]);
});
