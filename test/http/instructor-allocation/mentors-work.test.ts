/** What instructors do with their students and how it is looked at: workload, profile, meetings, goals, figures, candidates. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../packages/server/src/db/ids.ts';
import { aMentorSchool, inOrganization, type MentorSchool, type Person } from './mentors-api.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const clock = { now: new Date() };
let school: MentorSchool;
beforeAll(async () => {
  school = await aMentorSchool(clock);
});
afterAll(async () => {
  await school.app.close();
  await school.database.drop();
});

const student = (name = 'Ida Falk'): Promise<Person> => school.person(name, 'student');
const teacher = (name = 'Omar Daud'): Promise<Person> => school.person(name, 'teacher');
const ids = (people: readonly Person[]): string[] => people.map((person) => person.id);

/** A student with an instructor since so many days, and the id of the assignment. */
async function aMentorship(days = 0): Promise<{ mentor: Person; mentee: Person; id: string }> {
  const [mentor, mentee] = [await teacher(), await student()];
  await school.assign(mentor.id, mentee.id, { notes: 'For the instructor alone' });
  const [made] = await school.query(sql<{ id: string }>`
    update mentorships set started_at = ${new Date(clock.now.getTime() - days * DAY_MS)}
    where org_id = ${school.orgId} and student_id = ${mentee.id} returning id`);
  return { mentor, mentee, id: made?.id ?? '' };
}

describe('workload', () => {
  it('counts open batches, students of their own and active enrollments over all batches, and people once [IA-270 to IA-274, IA-345]', async () => {
    const nora = await teacher('Nora Full');
    const people = await Promise.all(Array.from({ length: 8 }, () => student()));
    const [first = '', second = '', ...rest] = ids(people);
    await school.batch(nora.id, 'active', { active: [first, second, rest[0] ?? ''], cancelled: [rest[5] ?? ''] });
    await school.batch(nora.id, 'active', { active: [first, second, ...rest.slice(1, 4)] });
    await school.batch(nora.id, 'upcoming');
    const workload = async (call = school.admin) => call('GET', `/api/batches/instructors/${nora.id}/workload`);
    expect((await workload()).body.data).toMatchObject({
      batchCount: 3,
      individualCount: 0,
      totalStudents: 8,
      distinctStudents: 6,
    });
    await school.batch(nora.id, 'completed', { active: [first, second] });
    for (const id of [first, rest[4] ?? '', rest[5] ?? '']) await school.assign(nora.id, id);
    const corporate = await school.admin('POST', '/api/users', {
      full_name: 'Cor Porate',
      email: 'cor@example.org',
      role: 'coorporate-student',
    });
    await school.assign(nora.id, corporate.body.id);
    expect(await workload(nora.call)).toMatchObject({
      status: 200,
      body: { success: true, data: { batchCount: 3, individualCount: 4, totalStudents: 10, distinctStudents: 9 } },
    });
    expect((await workload((await teacher()).call)).status).toBe(403);
    expect((await school.admin('GET', `/api/batches/instructors/${newId()}/workload`)).status).toBe(404);
  });
});

describe('both kinds of allocation', () => {
  it('stand side by side: a teacher by the batch, another one individually [IA-003]', async () => {
    const [ida, ofBatch, own] = [await student(), await teacher('Of Batch'), await teacher('Of Her Own')];
    await school.batch(ofBatch.id, 'active', { active: [ida.id] });
    await school.assign(own.id, ida.id);
    const load = async (id: string) => (await school.admin('GET', `/api/batches/instructors/${id}/workload`)).body.data;
    expect(await load(ofBatch.id)).toMatchObject({ individualCount: 0, totalStudents: 1 });
    expect(await load(own.id)).toMatchObject({ individualCount: 1, totalStudents: 0 });
    for (const call of [ofBatch.call, own.call]) {
      expect((await call('GET', `/api/users/${ida.id}`)).status).toBe(200);
    }
  });
});

describe('a teacher', () => {
  it('keeps weekly free times, which read back; wrong ones are refused [IA-202]', async () => {
    const [omar, mara] = [await teacher(), await teacher('Mara Lind')];
    const path = `/api/users/${omar.id}/availability`;
    const availability = [
      { day: 'Tuesday', start_time: '08:00', end_time: '12:00' },
      { day: 'Friday', start_time: '18:00', end_time: '20:00' },
    ];
    expect((await omar.call('GET', path)).body.data).toEqual({ user_id: omar.id, availability: [] });
    expect((await omar.call('PUT', path, { availability })).status).toBe(200);
    expect((await school.admin('GET', path)).body.data.availability).toEqual(availability);
    for (const slot of [
      { ...availability[0], day: 'Tue' },
      { ...availability[0], end_time: '07:00' },
      { ...availability[0], start_time: '8:00' },
    ]) {
      expect((await omar.call('PUT', path, { availability: [slot] })).status).toBe(400);
    }
    expect((await mara.call('PUT', path, { availability: [] })).status).toBe(403);
    expect((await (await student()).call('GET', path)).status).toBe(403);
    expect((await omar.call('GET', path)).body.data.availability).toEqual(availability);
  });

  it('has a domain, skills, languages and ways of teaching [IA-320]', async () => {
    const omar = await teacher();
    const path = `/api/users/${omar.id}/teacher-profile`;
    expect((await school.admin('PUT', path, { domain: 'Computer Science', skills: ['SQL'] })).status).toBe(200);
    expect((await omar.call('PUT', path, { languages: ['German'] })).status).toBe(200);
    expect((await omar.call('GET', path)).body.data).toEqual({
      user_id: omar.id,
      domain: 'Computer Science',
      skills: ['SQL'],
      languages: ['German'],
      teaching_styles: [],
    });
    expect(
      (await school.admin('PUT', `/api/users/${(await student()).id}/teacher-profile`, { domain: 'X' })).status,
    ).toBe(400);
    expect((await school.admin('GET', `/api/users/${newId()}/teacher-profile`)).status).toBe(404);
  });
});

describe('meetings', () => {
  const at = (days: number): string => new Date(clock.now.getTime() + days * DAY_MS).toISOString();

  it('are planned and logged with date, length, channel, text, main points and progress, in order of time [IA-224, IA-226, IA-251]', async () => {
    const { mentor, mentee, id } = await aMentorship(20);
    const path = `/api/mentorships/${id}/meetings`;
    const logged = {
      starts_at: at(-3),
      minutes: 45,
      channel: 'chat',
      notes: 'Private',
      main_points: 'Fractions',
      progress: 40,
    };
    const first = await mentor.call('POST', path, { starts_at: at(2), minutes: 30 });
    expect(first).toMatchObject({ status: 201, body: { success: true, data: { channel: 'video', progress: null } } });
    expect((await mentor.call('POST', path, logged)).status).toBe(201);
    for (const channel of ['video', 'email']) {
      expect((await school.admin('POST', path, { starts_at: at(-9), minutes: 30, channel })).status).toBe(201);
    }
    expect((await mentor.call('POST', path, { ...logged, channel: 'pigeon' })).status).toBe(400);
    const { body } = await mentor.call('GET', path);
    expect(body.count).toBe(4);
    expect(body.data.map((row: { starts_at: string }) => row.starts_at)).toEqual([at(-9), at(-9), at(-3), at(2)]);
    expect(body.data[2]).toMatchObject({ ...logged, _id: expect.any(String) });
    const seen = await mentee.call('GET', path);
    expect(seen.body.data[2]).toMatchObject({ main_points: 'Fractions', notes: null });
    expect((await mentee.call('POST', path, logged)).status).toBe(403);
    for (const stranger of [await teacher('Stran Ger'), await student('Stran Ger')]) {
      expect((await stranger.call('GET', path)).status).toBe(403);
    }
    expect((await school.admin('GET', `/api/mentorships/${newId()}/meetings`)).status).toBe(404);
  });

  it('outside 30 to 60 minutes, or none for more than a week, give a hint and are saved', async () => {
    const { mentor, id } = await aMentorship(8);
    const path = `/api/mentorships/${id}/meetings`;
    expect((await mentor.call('GET', path)).body.warnings).toMatchObject([{ code: 'meeting_gap', days: 8 }]);
    for (const [minutes, hints] of [
      [20, 1],
      [30, 0],
      [60, 0],
      [90, 1],
    ] as const) {
      const { status, body } = await mentor.call('POST', path, { starts_at: at(-1), minutes });
      expect([status, body.warnings.length]).toEqual([201, hints]);
    }
    expect((await mentor.call('GET', path)).body.warnings).toEqual([]);
  });
});

describe('goals', () => {
  it('have a title, a measure and a state that moves [IA-249]', async () => {
    const { mentor, mentee, id } = await aMentorship();
    const path = `/api/mentorships/${id}/goals`;
    const made = await mentor.call('POST', path, { title: 'Read', measure: 'Ten books' });
    expect(made).toMatchObject({ status: 201, body: { data: { title: 'Read', measure: 'Ten books', state: 'open' } } });
    const changed = await mentor.call('PATCH', `${path}/${made.body.data._id}`, { state: 'reached' });
    expect(changed).toMatchObject({ status: 200, body: { data: { title: 'Read', state: 'reached' } } });
    expect((await mentee.call('GET', path)).body).toMatchObject({ count: 1, data: [{ state: 'reached' }] });
    expect((await mentor.call('PATCH', `${path}/${made.body.data._id}`, { state: 'won' })).status).toBe(400);
    expect((await mentor.call('PATCH', `${path}/${newId()}`, { state: 'open' })).status).toBe(404);
    expect((await mentee.call('POST', path, { title: 'Mine' })).status).toBe(403);
    expect((await (await teacher()).call('POST', path, { title: 'Other' })).status).toBe(403);
  });
});

describe('the report', () => {
  it('has meetings, length, topics and goals of each student and teacher', async () => {
    const { mentor, mentee, id } = await aMentorship(30);
    for (const [minutes, points] of [
      [30, 'Fractions'],
      [45, 'Essays'],
    ] as const) {
      const starts_at = new Date(clock.now.getTime() - (minutes * DAY_MS) / 10).toISOString();
      await mentor.call('POST', `/api/mentorships/${id}/meetings`, { starts_at, minutes, main_points: points });
    }
    await mentor.call('POST', `/api/mentorships/${id}/goals`, { title: 'Read', state: 'reached' });
    const { body } = await school.admin('GET', `/api/mentorships?instructor_id=${mentor.id}`);
    expect(body).toMatchObject({
      success: true,
      total: 1,
      count: 1,
      data: [
        {
          _id: id,
          student_id: mentee.id,
          instructor_id: mentor.id,
          length_days: 30,
          meetings: 2,
          minutes: 75,
          main_points: ['Essays', 'Fractions'],
          goals: 1,
          goals_reached: 1,
        },
      ],
    });
    const others = await teacher();
    expect((await others.call('GET', '/api/mentorships')).body.data).toEqual([]);
    expect((await mentor.call('GET', '/api/mentorships')).body.count).toBe(1);
    expect((await mentee.call('GET', '/api/mentorships')).status).toBe(403);
  });

  it('finds the check-ins that are due, and the students who stand low [IA-258]', async () => {
    const [late, met, planned] = [await aMentorship(9), await aMentorship(9), await aMentorship(9)];
    const meet = (of: typeof late, days: number, progress?: number) =>
      of.mentor.call('POST', `/api/mentorships/${of.id}/meetings`, {
        starts_at: new Date(clock.now.getTime() + days * DAY_MS).toISOString(),
        minutes: 30,
        progress,
      });
    await meet(late, -8.5, 80);
    await meet(met, -8.5, 90);
    await meet(met, -2, 30);
    await meet(planned, 1);
    const found = async (query: string) => {
      const { body } = await school.admin('GET', `/api/mentorships?${query}`);
      const wanted = [late, met, planned].map((one) => one.id);
      return body.data.flatMap((row: { _id: string }) => (wanted.includes(row._id) ? [row._id] : []));
    };
    expect(await found('due=true')).toEqual([late.id]);
    expect(await found('due=false')).toHaveLength(2);
    expect(await found('progress_below=50')).toEqual([met.id]);
  });

  it('of a student of their own hides the notes; at six months it hints at a review [IA-252]', async () => {
    const { mentor, mentee, id } = await aMentorship(190);
    const [own] = (await mentee.call('GET', `/api/users/${mentee.id}/mentorships`)).body.data;
    expect(own).toMatchObject({ _id: id, notes: null });
    const seen = (await mentor.call('GET', `/api/mentorships/${id}`)).body.data;
    expect(seen).toMatchObject({ notes: 'For the instructor alone', warnings: [{ code: 'mentorship_review' }] });
    const stranger = await student('Stran Ger');
    expect((await stranger.call('GET', `/api/users/${mentee.id}/mentorships`)).status).toBe(403);
    expect((await stranger.call('GET', `/api/mentorships/${id}`)).status).toBe(403);
  });
});

describe('figures', () => {
  it('of a batch: enrollment and completion rate, use of the capacity of its teacher [IA-262, IA-263, IA-265]', async () => {
    const omar = await teacher();
    const people = await Promise.all(Array.from({ length: 5 }, () => student()));
    const [a = '', b = '', c = '', d = '', e = ''] = ids(people);
    const batchId = await school.batch(omar.id, 'active', { active: [a, b, c], completed: [d], cancelled: [e] });
    const timetable = [
      { day: 'Monday', start_time: '08:00', end_time: '10:00' },
      { day: 'Friday', start_time: '08:00', end_time: '09:00' },
    ];
    await school.query(
      sql`update batches set timetable = ${JSON.stringify(timetable)}::jsonb where org_id = ${school.orgId} and id = ${batchId}`,
    );
    const figures = async (call = school.admin) => call('GET', `/api/batches/${batchId}/figures`);
    expect((await figures()).body.data).toEqual({
      enrolled_students: 3,
      capacity: 10,
      enrollment_rate: 30,
      completed: 1,
      enrollments: 5,
      completion_rate: 20,
      instructor: { _id: omar.id, class_hours: 3, available_hours: null, capacity_use: null },
    });
    const availability = [{ day: 'Monday', start_time: '08:00', end_time: '20:00' }];
    await omar.call('PUT', `/api/users/${omar.id}/availability`, { availability });
    expect((await figures(omar.call)).body.data.instructor).toMatchObject({
      class_hours: 3,
      available_hours: 12,
      capacity_use: 25,
    });
    expect((await figures((await teacher()).call)).status).toBe(403);
    expect((await school.admin('GET', `/api/batches/${newId()}/figures`)).status).toBe(404);
  });

  it('of an assignment: length, contacts a week, progress since the start [IA-266, IA-267, IA-269]', async () => {
    const { mentor, id } = await aMentorship(28);
    for (let n = 1; n <= 8; n++) {
      const starts_at = new Date(clock.now.getTime() - n * 3 * DAY_MS).toISOString();
      await mentor.call('POST', `/api/mentorships/${id}/meetings`, {
        starts_at,
        minutes: 30,
        channel: 'chat',
        progress: 90 - n * 10,
      });
    }
    expect((await mentor.call('GET', `/api/mentorships/${id}/figures`)).body.data).toEqual({
      length_days: 28,
      contacts: 8,
      contacts_per_week: 2,
      progress_at_start: 10,
      progress_now: 80,
      progress_gained: 70,
      goals: 0,
      goals_reached: 0,
    });
  });

  it('of an instructor: the share of goals that were reached [IA-254]', async () => {
    const { mentor, id } = await aMentorship();
    for (const state of ['reached', 'open', 'open', 'reached', 'dropped']) {
      await mentor.call('POST', `/api/mentorships/${id}/goals`, { title: 'Goal', state });
    }
    const { body } = await mentor.call('GET', `/api/users/${mentor.id}/instructor-figures`);
    expect(body.data).toMatchObject({ goals: 4, goals_reached: 2, learning_results: 50 });
  });
});

describe('candidates for a student', () => {
  it('rank by skill, free capacity, language and way of teaching, and say so for each [IA-243 to IA-246]', async () => {
    const own = await inOrganization(school.app, school.database, 'Candidates');
    const ida = await own.person('Ida', 'student');
    const names = ['Plain', 'Skilled', 'Speaks', 'Styled', 'Busy'];
    const people = await Promise.all(names.map((name) => own.person(name, 'teacher')));
    const [, skilled, speaks, styled, busy] = people;
    const profile = (person: Person | undefined, values: object) =>
      own.admin('PUT', `/api/users/${person?.id ?? ''}/teacher-profile`, values);
    await profile(skilled, { domain: 'Algebra' });
    await profile(speaks, { languages: ['German'] });
    await profile(styled, { teaching_styles: ['Visual'] });
    for (let n = 0; n < 4; n++) await own.batch(busy?.id ?? '');
    const path = `/api/students/${ida.id}/mentor-candidates`;
    const { status, body } = await own.admin('GET', `${path}?skills=algebra&languages=german&teaching_styles=visual`);
    expect(status).toBe(200);
    expect(body.data.map((row: { full_name: string }) => row.full_name)).toEqual([
      'Skilled',
      'Speaks',
      'Styled',
      'Plain',
      'Busy',
    ]);
    expect(body.data[0].criteria).toEqual({
      skills: { mark: 'match', matched: ['algebra'] },
      availability: { mark: 'free', batchCount: 0, individualCount: 0, totalStudents: 0, distinctStudents: 0 },
      teaching_style: { mark: 'no_match', matched: [] },
      languages: { mark: 'no_match', matched: [] },
    });
    expect(body.data[4].criteria.availability).toMatchObject({ mark: 'at_bound', batchCount: 4 });
    expect((await people[0]?.call('GET', path))?.status).toBe(403);
    expect((await own.admin('GET', `/api/students/${skilled?.id ?? ''}/mentor-candidates`)).status).toBe(400);
    expect((await own.admin('GET', `/api/students/${newId()}/mentor-candidates`)).status).toBe(404);
  });
});
