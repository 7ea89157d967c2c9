import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchApi, type BatchApi, type Made } from './batch-api.ts';

const slot = (day: string, start: string, end: string) => ({ day, start_time: start, end_time: end });
const MONDAY = slot('Monday', '08:00', '10:00');
const CONFLICT = 'Instructor has a schedule conflict';

let api: BatchApi;
let courseId: string;
beforeAll(async () => {
  api = await batchApi();
  courseId = await api.course();
});
afterAll(() => api.end());

const teacherId = async (): Promise<string> => (await api.person('Busy Teacher', 'teacher')).id;
const create = async (teacher: string, schedule: object[], given: object = {}) =>
  api.admin(
    'POST',
    `/api/batches/courses/${courseId}/batches`,
    await api.body({ assigned_instructor: teacher, schedule, ...given }),
  );
const update = (batch: Made, given: object) => api.admin('PUT', `/api/batches/${batch._id}`, given);

describe('timetables of a teacher', () => {
  it('a second class at the same time is refused, naming the other and free times [IA-314, IA-195, IA-200, IA-201]', async () => {
    const teacher = await teacherId();
    const first = await create(teacher, [MONDAY], { batch_name: 'Morning group' });
    const clash = await create(teacher, [slot('Monday', '09:00', '11:00')]);
    expect(clash).toMatchObject({
      status: 400,
      body: {
        success: false,
        message: CONFLICT,
        data: { conflicts: [{ batch_id: first.body.data._id, batch_name: 'Morning group', ...MONDAY }] },
      },
    });
    const { conflicts, suggestions } = clash.body.data;
    expect(conflicts).toHaveLength(1);
    expect(suggestions.length).toBeGreaterThanOrEqual(3);
    for (const { day, start_time: start, end_time: end } of suggestions) {
      expect(minutes(end) - minutes(start)).toBe(120);
      expect(day === 'Monday' && start < '10:00' && end > '08:00').toBe(false);
      expect((await create(teacher, [slot(day, start, end)], { status: 'Completed' })).status).toBe(201);
    }
    const own = await create(teacher, []);
    expect(await update(own.body.data, { schedule: [MONDAY] })).toMatchObject({
      status: 400,
      body: { message: CONFLICT },
    });
    const foreign = await create(await teacherId(), [MONDAY]);
    const assigned = await api.admin('PUT', `/api/batches/${foreign.body.data._id}/assign-instructor/${teacher}`);
    expect(assigned).toMatchObject({
      status: 400,
      body: { success: false, message: CONFLICT, data: { suggestions: expect.any(Array) } },
    });
    expect(
      (await api.admin('GET', `/api/batches/${foreign.body.data._id}`)).body.data.assigned_instructor._id,
    ).not.toBe(teacher);
  });

  it('classes do not clash whose common dates hold no such day of the week', async () => {
    const teacher = await teacherId();
    expect((await create(teacher, [MONDAY], { start_date: '2027-01-04', end_date: '2027-06-30' })).status).toBe(201);
    // The 29th of June is a Tuesday, the 28th a Monday.
    expect((await create(teacher, [MONDAY], { start_date: '2027-06-29', end_date: '2027-12-01' })).status).toBe(201);
    expect((await create(teacher, [MONDAY], { start_date: '2027-06-28', end_date: '2027-07-01' })).status).toBe(400);
    expect(
      (await create(teacher, [slot('Tuesday', '08:00', '10:00')], { start_date: '2027-06-29', end_date: '2027-07-01' }))
        .status,
    ).toBe(201);
  });

  it('only batches that run count, on the same day, at overlapping times, in overlapping dates [IA-196 to IA-198]', async () => {
    const teacher = await teacherId();
    const first = (await create(teacher, [MONDAY])).body.data;
    const passes = [
      [[slot('Monday', '10:00', '12:00')], {}],
      [[slot('Tuesday', '08:00', '10:00')], {}],
      [[MONDAY], { start_date: '2027-04-16', end_date: '2027-06-30' }],
      [[MONDAY], { status: 'Completed' }],
    ] as const;
    for (const [schedule, given] of passes) expect((await create(teacher, [...schedule], given)).status).toBe(201);
    expect((await create(teacher, [slot('Monday', '07:00', '09:00')])).status).toBe(400);
    expect((await create(teacher, [slot('Monday', '09:30', '09:45')])).status).toBe(400);
    expect((await create(teacher, [MONDAY], { start_date: '2027-04-01', end_date: '2027-06-30' })).status).toBe(400);
    await update(first, { status: 'Completed' });
    expect((await create(teacher, [slot('Monday', '08:30', '09:30')])).status).toBe(201);
    expect((await update(first, { status: 'Active' })).status).toBe(400);
  });

  it('a batch is not compared with itself, and the times of co-teachers count too [IA-199]', async () => {
    const [lead, second] = [await teacherId(), await teacherId()];
    const { data } = (await create(lead, [MONDAY])).body;
    expect((await update(data, { schedule: [MONDAY], batch_notes: 'saved again' })).status).toBe(200);
    await api.query(sql`
      insert into batch_teachers (org_id, id, batch_id, teacher_id) values (${api.orgId}, gen_random_uuid(), ${data._id}, ${second})`);
    await create(second, [slot('Tuesday', '08:00', '10:00')]);
    expect((await update(data, { schedule: [slot('Tuesday', '09:00', '11:00')] })).body.message).toBe(CONFLICT);
    expect((await create(second, [MONDAY])).body.message).toBe(CONFLICT);
    expect((await update(data, { start_date: '2027-01-16' })).status).toBe(200);
  });

  it('suggestions stay inside the times that the teacher gives [IA-203]', async () => {
    const teacher = await api.person('Tuesday Only', 'teacher');
    const times = [slot('Tuesday', '12:00', '20:00')];
    await api.query(sql`
      insert into teacher_profiles (org_id, id, user_id, availability) values (${api.orgId}, gen_random_uuid(), ${teacher.id}, ${JSON.stringify(times)}::jsonb)`);
    await create(teacher.id, [MONDAY]);
    const { suggestions } = (await create(teacher.id, [MONDAY])).body.data;
    expect(suggestions.length).toBeGreaterThanOrEqual(3);
    for (const { day, start_time: start, end_time: end } of suggestions) {
      expect(day).toBe('Tuesday');
      expect(start >= '12:00' && end <= '20:00').toBe(true);
    }
  });

  it('an admin may save in spite of a clash with a reason, which is kept [IA-204]', async () => {
    const teacher = await teacherId();
    await create(teacher, [MONDAY]);
    expect(await create(teacher, [MONDAY], { force: true })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('reason') },
    });
    const forced = await create(teacher, [MONDAY], { force: true, force_reason: 'Two halves of one room' });
    expect(forced).toMatchObject({ status: 201, body: { success: true } });
    expect(forced.body.warnings.map(({ code }: { code: string }) => code)).toContain('schedule_conflict_forced');
    const audit = await api.admin('GET', `/api/audit?operation_id=${forced.body.operation_id}`);
    expect(JSON.stringify(audit.body)).toContain('Two halves of one room');
    const assigned = await api.admin(
      'PUT',
      `/api/batches/${(await create(await teacherId(), [MONDAY])).body.data._id}/assign-instructor/${teacher}`,
      { force: true, force_reason: 'Team teaching' },
    );
    expect(assigned.status).toBe(200);
  });

  it('two batches that clash with each other are not given to one teacher in one operation', async () => {
    const [one, two] = [await create(await teacherId(), [MONDAY]), await create(await teacherId(), [MONDAY])];
    const made = await api.admin('POST', '/api/bulk/operations', {
      operation_type: 'batch_instructor',
      operation_name: 'Both',
      parameters: { batch_ids: [one.body.data._id, two.body.data._id], instructor_id: await teacherId() },
    });
    const preview = await api.admin('GET', `/api/bulk/operations/${made.body.id}/preview`);
    expect(preview.body.counts.actions).toEqual({ update: 1, error: 1 });
  });
});

interface Wanted {
  readonly schedule?: object[];
  readonly teacher?: string;
  readonly capacity?: number;
  readonly status?: string;
}

describe('hints of good practice', () => {
  const hints = async ({ schedule = [], teacher, ...given }: Wanted): Promise<string[]> => {
    const made = await create(teacher ?? (await teacherId()), schedule, given);
    expect(made.status).toBe(201);
    return made.body.warnings.map(({ code, message }: { code: string; message: string }) =>
      message === '' ? 'wordless' : code,
    );
  };
  const WEEK = ['Monday', 'Wednesday', 'Friday'].map((day) => slot(day, '18:00', '20:00'));

  it('size, number, length, time and days of classes are hinted at, and saved all the same [IA-233, IA-236 to IA-238, IA-240, IA-241]', async () => {
    for (const capacity of [7, 16]) expect(await hints({ capacity })).toEqual(['capacity_advised']);
    for (const capacity of [8, 15]) expect(await hints({ capacity })).toEqual([]);
    expect(await hints({ schedule: WEEK })).toEqual([]);
    expect(await hints({ schedule: WEEK.slice(1) })).toEqual(['classes_per_week_advised']);
    expect(await hints({ schedule: [...WEEK, slot('Sunday', '08:00', '10:00')] })).toContain(
      'classes_per_week_advised',
    );
    for (const end of ['19:00', '21:00'])
      expect(await hints({ schedule: [...WEEK.slice(1), slot('Monday', '18:00', end)] })).toContain(
        'class_minutes_advised',
      );
    expect(await hints({ schedule: [...WEEK.slice(1), slot('Monday', '13:00', '15:00')] })).toEqual([
      'class_times_advised',
    ]);
    expect(await hints({ schedule: [...WEEK.slice(0, 2), slot('Tuesday', '18:00', '20:00')] })).toEqual([
      'class_days_adjacent',
    ]);
  });

  it('a reserve of seats and few active batches a teacher are advised [IA-234, IA-235]', async () => {
    const batch = await api.batch({ capacity: 10 });
    const warned: string[][] = [];
    for (const id of await api.students(10)) {
      const { body } = await api.enroll(id, batch);
      warned.push(body.warnings.map(({ code }: { code: string }) => code));
    }
    expect(warned).toEqual([...Array(8).fill([]), ['seats_reserve_low'], ['seats_reserve_gone']]);
    expect((await api.admin('GET', `/api/batches/${batch._id}`)).body.warnings).toMatchObject([
      { code: 'seats_reserve_gone' },
    ]);
    const teacher = await teacherId();
    const active = { teacher, status: 'Active' };
    for (let number = 1; number <= 3; number++) expect(await hints(active)).toEqual([]);
    expect(await hints(active)).toEqual(['instructor_batches_many']);
    expect(await hints(active)).toEqual(['instructor_batches_too_many']);
  });

  it('an organization sets its own numbers [IA-242]', async () => {
    const set = (good_practice: object) => api.admin('PATCH', '/api/organization', { settings: { good_practice } });
    const numbers = {
      students_min: 5,
      students_max: 30,
      classes_per_week: 1,
      class_minutes: 60,
      class_times: [{ start_time: '12:00', end_time: '14:00' }],
      days_between_classes: false,
      reserve_percent: 60,
      reserve_percent_low: 50,
      instructor_batches: 0,
      instructor_batches_max: 1,
    };
    expect(await hints({ capacity: 20, schedule: [slot('Monday', '13:00', '14:00')] })).toHaveLength(4);
    expect((await set(numbers)).body.settings.good_practice).toEqual(numbers);
    expect(await hints({ capacity: 20, schedule: [slot('Monday', '13:00', '14:00')] })).toEqual([]);
    expect(await hints({ capacity: 31, status: 'Active' })).toEqual(['capacity_advised', 'instructor_batches_many']);
    const batch = await api.batch({ capacity: 2 });
    const [student = ''] = await api.students(1);
    expect((await api.enroll(student, batch)).body.warnings).toMatchObject([{ code: 'seats_reserve_low' }]);
    expect((await set({ students_max: 'many' })).status).toBe(400);
  });
});

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(':').map(Number);
  return hours * 60 + rest;
}
