/** Through which addresses an operation of each kind can be started. A new kind says it here. */
import type { Operation } from '../../packages/server/src/engine/operation.ts';
import { planOperation } from '../../packages/server/src/engine/plan/plan.ts';
import { formOf } from '../http/operations/bulk-api.ts';
import type { Actor } from '../../packages/server/src/tenancy/actor.ts';
import type { School } from '../fixtures/school.ts';
import { read } from '../fixtures/stepwise.ts';
import { idIn, type Answer, type Asked, type Case, type SchoolApi, type Usual } from './school-api.ts';

export interface Door {
  readonly name: string;
  /** Whether it runs what it is asked for at once, or leaves a plan to be confirmed. */
  readonly runs: boolean;
  /** Whether it is about one record, whatever the kind could take. */
  readonly takesOne: boolean;
  start(api: SchoolApi, as: Actor, started: Case): Promise<Answer>;
}

type OwnDoor = (given: Usual & Pick<Case, 'school'>) => Asked;

/** A kind's own addresses; none where only the general ones lead to it. */
interface Own {
  /** Leaves a plan to be confirmed. */
  readonly plans?: readonly OwnDoor[];
  /** Runs at once whatever it is given. */
  readonly runs?: readonly OwnDoor[];
  /** Runs at once, for one record. */
  readonly one?: readonly OwnDoor[];
}

export const post = (url: string, body: object = {}): Asked => ({ method: 'POST', url, body });
const put = (url: string, body: object = {}): Asked => ({ method: 'PUT', url, body });
const remove = (url: string): Asked => ({ method: 'DELETE', url });
const LEARNERS = '/admin-core-service/v3/learner-management';
const INVITES = '/admin-core-service/v1/enroll-invite';
const AUTH = '/api/v1/auth';
export const MASS = '/api/v1/mass-assignments';
export const OPERATIONS = '/api/bulk/operations';

export const OWN_DOORS: Readonly<Record<string, Own>> = {
  user_import: {
    plans: [
      ({ rows }) => fileDoor('/api/bulk/users/import', rows),
      ({ rows }) => fileDoor('/api/bulk/import', rows, { target_model: 'User' }),
    ],
  },
  user_status: {
    plans: [
      ({ params }) =>
        post('/api/bulk/users/update', { ...targetOf(params), changes: { status: params.status }, reason: 'Left' }),
    ],
  },
  user_update: {
    plans: [
      ({ params: { set, versions, conflict_rule, ...params } }) =>
        post('/api/bulk/users/update', { ...targetOf(params), changes: { profile: set }, versions, conflict_rule }),
    ],
  },
  course_create: { plans: [({ params: { courses } }) => post('/api/bulk/courses/create', { courses })] },
  assign_sequence: { plans: [massDoor] },
  edit_record: {
    one: [
      ({ params }) => {
        const changed = params.edits.find((edit: { action: string }) => edit.action === 'update');
        return { method: 'PATCH', url: `/api/users/${String(changed.id)}`, body: changed.values };
      },
    ],
  },
  enroll: { runs: [({ params, school }) => post(`${LEARNERS}/assign`, { ...params, institute_id: school.orgId })] },
  unenroll: { runs: [({ params, school }) => post(`${LEARNERS}/deassign`, { ...params, institute_id: school.orgId })] },
  invite_save: {
    one: [
      ({ school }) => post(`${INVITES}/${school.orgId}`, { name: 'Autumn' }),
      ({ school, params }) => put(`${INVITES}/${school.orgId}/${String(params.invites[1].id)}`, { name: 'Autumn' }),
    ],
  },
  roster_set: { runs: [listDoor('classrooms', 'classroom_id', 'student_ids', 'students')] },
  faculty_set: { runs: [listDoor('classrooms', 'classroom_id', 'teacher_ids', 'teachers')] },
  batch_students: { runs: [listDoor('batches', 'batch_id', 'student_ids', 'students')] },
  batch_teachers: { runs: [listDoor('batches', 'batch_id', 'teacher_ids', 'teachers')] },
  assign_course: {
    one: [
      ({
        params: {
          classroom_ids: [id],
          ...rest
        },
      }) => post(`/api/classrooms/${String(id)}/assign-course`, rest),
    ],
  },
  detach_course: {
    one: [({ params }) => remove(`/api/classrooms/${String(params.classroom_id)}/courses/${String(params.course_id)}`)],
  },
  batch_reset: { one: [({ params }) => post(`/api/batches/${String(params.batch_id)}/${String(params.what)}/reset`)] },
  section_defaults: {
    one: [({ params }) => post(`/api/courses/${String(params.course_id)}/sections/generate-defaults`)],
  },
  classroom_rename: {
    one: [
      ({ params: { classroom_id: id, name } }) => ({
        method: 'PATCH',
        url: `/api/classrooms/${String(id)}`,
        body: { name },
      }),
    ],
  },
  batch_create: {
    one: [
      ({ params }) => {
        const [{ course_id: id, ...batch }] = params.batches;
        return post(`/api/batches/courses/${String(id)}/batches`, batch);
      },
    ],
  },
  batch_update: {
    one: [
      ({ params }) => {
        const [{ batch_id: id, ...changes }] = params.batches;
        return put(`/api/batches/${String(id)}`, changes);
      },
    ],
  },
  batch_instructor: {
    one: [
      ({ params }) =>
        put(`/api/batches/${String(params.batch_ids[0])}/assign-instructor/${String(params.instructor_id)}`),
    ],
  },
  batch_cancel: { one: [({ params }) => remove(`/api/batches/${String(params.batch_ids[1])}`)] },
  enrollment_create: {
    one: [
      ({ params }) =>
        post(`/api/enrollments/students/${String(params.student_ids[1])}/enroll`, {
          courseId: params.course_id,
          batchId: params.batch_id,
        }),
    ],
  },
  enrollment_update: {
    one: [
      ({ params }) => {
        const [{ enrollment_id: id, batch_id: batch }] = params.enrollments;
        return put(`/api/enrollments/${String(id)}`, { batch });
      },
    ],
  },
  enrollment_cancel: { one: [({ params }) => remove(`/api/enrollments/${String(params.enrollment_ids[0])}`)] },
  transfer: {},
  mentor_assign: {
    one: [
      ({ params }) =>
        post(`${AUTH}/assign-instructor-to-student`, {
          instructor_id: params.instructor_ids[0],
          student_id: params.student_ids[2],
        }),
    ],
  },
  mentor_unassign: {
    one: [({ params }) => remove(`${AUTH}/unassign-instructor-from-student/${String(params.student_ids[0])}`)],
  },
  repair_counts: {},
  repair_orphans: {},
  batch_dates: {},
};

/** Every door through which somebody can ask for this kind: the general ones, and its own. */
export function doorsOf(name: string): Door[] {
  const own = OWN_DOORS[name];
  if (own === undefined) throw new Error(`Say in test/doors/doors.ts through which doors ${name} can be started.`);
  return [
    bulkDoor,
    templateDoor,
    retryDoor,
    ...(own.plans ?? []).map(ownDoor({ runs: false, takesOne: false })),
    ...(own.runs ?? []).map(ownDoor({ runs: true, takesOne: false })),
    ...(own.one ?? []).map(ownDoor({ runs: true, takesOne: true })),
  ];
}

const bulkDoor: Door = {
  name: 'operations',
  runs: false,
  takesOne: false,
  start: (api, as, { kind, params, rows }) => api.call(as, post(OPERATIONS, wanted(kind.name, params, rows))),
};

const templateDoor: Door = {
  name: 'a template',
  runs: false,
  takesOne: false,
  start: async (api, as, { kind, params, rows, school }) => {
    const saved = await saveTemplate(api, school.admin, kind.name, params);
    return api.call(as, post(OPERATIONS, { ...wanted(kind.name, {}, rows), template_id: saved.body.id }));
  },
};

/** A public template, offered to all staff. */
export async function saveTemplate(api: SchoolApi, as: Actor, kind: string, config: object): Promise<Answer> {
  const data = { name: kind, operation_type: kind, is_public: true, template_config: config };
  return api.call(as, post('/api/bulk/templates', data));
}

function ownDoor(how: Pick<Door, 'runs' | 'takesOne'>): (door: OwnDoor, at: number) => Door {
  return (door, at) => ({
    name: `its own address ${String(at + 1)}`,
    ...how,
    start: async (api, as, given) => {
      const asked = door(given);
      const made = await api.call(as, asked);
      // A mass assignment is planned by a call of its own.
      if (asked.url !== MASS || made.status !== 201) return made;
      return api.call(as, post(`${MASS}/${idIn(made)}/validate`));
    },
  });
}

export function wanted(kind: string, params: object, rows?: Usual['rows']): object {
  return {
    operation_type: kind,
    operation_name: kind,
    parameters: params,
    ...(rows === undefined ? {} : { input_data: { rows } }),
  };
}

function massDoor({ kind, params: { target, content_payload, ...rest } }: Usual): Asked {
  return post(MASS, { operation_type: kind.name, target, content_payload, conflict_policy: rest.conflict_policy });
}

function targetOf({ target }: { target: { student_ids?: string[]; selection?: object } }): object {
  return target.selection === undefined ? { user_ids: target.student_ids } : { filter: target.selection };
}

function listDoor(path: string, owner: string, field: string, what: string): OwnDoor {
  return ({ params }) =>
    post(`/api/${path}/${String(params[owner])}/${what}`, { [field]: params[field], mode: params.mode });
}

function fileDoor(url: string, rows: Usual['rows'] = [], fields: Record<string, string> = {}): Asked {
  const header = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => header.map((name) => row[name] ?? '').join(','));
  const content = `${[header.join(','), ...lines].join('\n')}\n`;
  const form = formOf({ ...fields, mapping: '{}' }, { name: 'people.csv', content });
  return { method: 'POST', url, form };
}

/** The retry of an operation that ended with nothing done, in the name of whoever is said to have started it. */
const retryDoor: Door = {
  name: 'a retry',
  runs: false,
  takesOne: false,
  start: async (api, as, { school, operation, params }) => {
    const id = await endedWithFailures(api, school, operation);
    await api.asOwner(
      'update operations set created_by_account = $3, created_by_user = $4, params = $5 where org_id = $1 and id = $2',
      [school.orgId, id, as.accountId, as.userId, JSON.stringify(params)],
    );
    return api.call(as, post(`${OPERATIONS}/${id}/retry`, { plan_only: true }));
  },
};

/** The operation, as if it had run and every item had failed. */
export async function endedWithFailures(api: SchoolApi, school: School, { id }: Operation): Promise<string> {
  if ((await read(school, id)).phase === 'draft') await planOperation(school.engine, school.orgId, id);
  const of = [school.orgId, id];
  await api.asOwner(`update operations set status = 'failed', phase = 'done' where org_id = $1 and id = $2`, of);
  await api.asOwner(
    `update operation_items set status = 'failed', code = coalesce(code, 'apply_failed') where org_id = $1 and operation_id = $2`,
    of,
  );
  return id;
}
