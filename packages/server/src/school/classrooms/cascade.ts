/**
 * The cascade: a classroom is bound to a slice, and the batch of both takes over the classroom's students and teachers.
 * Here stands, for each classroom, what that comes to; the kind writes it down.
 */
import { sql, type RawBuilder } from 'kysely';
import { rows } from '../../db/database.ts';
import { code, type PlanContext } from '../../engine/kind.ts';
import { seatFault, seatWarning, type Seats } from '../batches/seats.ts';
import { REMOVED, REOPENED_STATUSES } from './batch-students.ts';
import { isInReach } from './homeroom.ts';
import { BATCH_TEACHERS } from './members.ts';
import type { Slice } from './slice.ts';
import { isActive } from '../people/verdicts.ts';
import { isClosedBatch } from '../states.ts';

const BATCHES_MAX = 200;

export interface Cascade {
  readonly classroomIds: readonly string[];
  readonly slice: Slice;
  readonly termId: RawBuilder<unknown>;
  /** Instead of the homeroom teachers; null for these. */
  readonly teacherIds: readonly string[] | null;
  /** Whoever was taken out of the batch stays out, and its teachers stay as they are. */
  readonly respectsOverrides: boolean;
}

/** Nobody else changes the batches of these classrooms and this slice until the transaction ends. */
export async function lockBatches({ tx, orgId }: PlanContext, cascade: Cascade): Promise<void> {
  await rows(
    tx,
    sql`select from batches b where ${ofSlice(orgId, cascade)} and b.classroom_id = any(${[...cascade.classroomIds]}::uuid[])
      order by b.id for no key update`,
  );
}

/** Condition on batch `b`; a section or term that is left out is a value of its own. */
function ofSlice(orgId: string, { slice }: Cascade): RawBuilder<unknown> {
  return sql`b.org_id = ${orgId} and b.course_id = ${slice.course.id} and b.section_id is not distinct from ${slice.section?.id ?? null}::uuid
    and b.term_id is not distinct from ${slice.term?.id ?? null}::uuid and not ${slice.term?.id === null}::boolean`;
}

/** One item for each classroom; `input` says who enters its batch, who comes back, and who stays out. */
export function cascadeItems(context: PlanContext, cascade: Cascade): RawBuilder<unknown> {
  const { orgId, actor } = context;
  return sql`
    with room as materialized (
      select wanted.n::int as item_no, wanted.id as classroom_id, t.name as classroom, t.status as classroom_status,
        ${isInReach(actor, 'classroom')} as is_own, b.id is null as is_new, b.status as batch_status, b.capacity as seats,
        coalesce(b.id, ${context.newId(sql`'batch ' || wanted.id`)}) as batch_id, coalesce(b.name, ${newName(orgId, cascade)}) as name,
        not exists (select from classroom_courses cc where cc.org_id = ${orgId} and cc.classroom_id = t.id and cc.course_id = ${cascade.slice.course.id}) as binds_course,
        (select count(*) from batches other where other.org_id = ${orgId} and other.classroom_id = t.id) as batches
      from unnest(${[...cascade.classroomIds]}::uuid[]) with ordinality wanted(id, n)
      left join classrooms t on t.org_id = ${orgId} and t.id = wanted.id
      left join batches b on ${ofSlice(orgId, cascade)} and b.classroom_id = t.id
    ), student as (${students(orgId, cascade)}
    ), teacher as (${teachers(orgId, cascade)}
    ), counted as (
      select room.*, s.*, t.*,
        (select count(*) from enrollments e where e.org_id = ${orgId} and e.batch_id = room.batch_id and e.status = 'active')
          + jsonb_array_length(s.added_ids || s.reenrolled_ids) as students,
        (select count(*) from batch_teachers bt where bt.org_id = ${orgId} and bt.batch_id = room.batch_id)
          + jsonb_array_length(t.teacher_ids) as teachers
      from room
      cross join lateral (
        select count(*) as roster, count(*) filter (where not is_active) as inactive,
          ${listOf('added')} as added_ids, ${listOf('already')} as already_ids,
          ${listOf('reenrolled')} as reenrolled_ids, ${listOf('overridden')} as skipped_overridden_ids
        from student where student.item_no = room.item_no) s
      cross join lateral (
        select coalesce(jsonb_agg(teacher_id order by teacher_id), '[]') as teacher_ids
        from teacher where teacher.item_no = room.item_no) t
    ), judged as (select counted.*, ${fault(context, cascade)} as code from counted)
    select item_no, null::int as row_no, classroom_id::text as key, null::uuid as subject_id, coalesce(name, classroom_id::text) as label,
      ${input(cascade)} as input,
      case when code is not null then 'error' when is_new then 'create' when ${isChanged} then 'update' else 'skip' end as action,
      case when code is null and not is_new and not ${isChanged} then ${code('unchanged')} else code end as code,
      case when code is not null then ${detail(cascade)} end as detail,
      case when code is null then ${warnings(context, cascade)} end as warnings
    from judged`;
}

const isChanged = sql`(binds_course or jsonb_array_length(added_ids || reenrolled_ids || teacher_ids) > 0)`;

function listOf(part: string): RawBuilder<unknown> {
  return sql`coalesce(jsonb_agg(student_id order by student_id) filter (where part = ${part}), '[]')`;
}

/** Each student of the roster, and what becomes of them. What was put on hold or completed stays as it is. */
function students(orgId: string, { respectsOverrides }: Cascade): RawBuilder<unknown> {
  return sql`
    select room.item_no, s.student_id, ${isActive('u')} as is_active, case
        when e.id is null then 'added'
        when e.status <> all(${[...REOPENED_STATUSES]}::text[]) then 'already'
        when ${respectsOverrides}::boolean then 'overridden'
        else 'reenrolled' end as part
    from room
    join classroom_students s on s.org_id = ${orgId} and s.classroom_id = room.classroom_id
    join users u on u.org_id = ${orgId} and u.id = s.student_id
    left join enrollments e on e.org_id = ${orgId} and e.batch_id = room.batch_id and e.student_id = s.student_id`;
}

/** Teachers that the batch does not have yet: those named, else the homeroom's. */
function teachers(orgId: string, cascade: Cascade): RawBuilder<unknown> {
  const meant =
    cascade.teacherIds === null
      ? sql`select f.teacher_id from classroom_teachers f where f.org_id = ${orgId} and f.classroom_id = room.classroom_id`
      : sql`select distinct id from unnest(${[...cascade.teacherIds]}::uuid[]) named(id)`;
  return sql`
    select room.item_no, meant.teacher_id from room
    cross join lateral (${meant}) meant(teacher_id)
    where (room.is_new or not ${cascade.respectsOverrides}::boolean) and not exists (
      select from batch_teachers bt where bt.org_id = ${orgId} and bt.batch_id = room.batch_id and bt.teacher_id = meant.teacher_id)`;
}

/** Classroom — course — section; the term is added only where the classroom has another batch of that name. */
function newName(orgId: string, { slice }: Cascade): RawBuilder<unknown> {
  const parts = [slice.course.title, ...(slice.section === null ? [] : [slice.section.name])];
  const name = sql`t.name || ${parts.map((part) => ` — ${part}`).join('')}::text`;
  const term = slice.term === null ? '' : ` — ${slice.term.key}`;
  return sql`${name} || case when exists (
    select from batches same where same.org_id = ${orgId} and same.classroom_id = t.id and same.name = ${name}) then ${term}::text else '' end`;
}

/** Of what an item comes to. */
function seatsOf({ slice }: Cascade): Seats {
  return {
    capacity: sql`seats`,
    students: sql`students`,
    sectionCapacity: sql`${slice.section?.capacity ?? null}::int`,
    section: sql`${slice.section?.name ?? null}::text`,
  };
}

function fault({ settings }: PlanContext, cascade: Cascade): RawBuilder<unknown> {
  return sql`case
    when classroom is null then ${code('not_found')}
    when not is_own then ${code('unit_out_of_scope')}
    when classroom_status = 'archived' then ${code('classroom_archived')}
    when ${isClosedBatch(sql`batch_status`)} then ${code('batch_ended')}
    when is_new and batches >= ${BATCHES_MAX} then ${code('above_limit')}
    when teachers > ${BATCH_TEACHERS.membersMax} then ${code('above_limit')}
    when jsonb_array_length(added_ids || reenrolled_ids) = 0 then null
    else ${seatFault(seatsOf(cascade), settings)} end`;
}

function detail({ slice }: Cascade): RawBuilder<unknown> {
  const isFull = sql`teachers <= ${BATCH_TEACHERS.membersMax}`;
  return sql`case code when ${code('above_limit')} then jsonb_build_object(
      'what', case when ${isFull} then 'batches of a classroom' else ${BATCH_TEACHERS.words}::text end,
      'count', case when ${isFull} then batches + 1 else teachers end, 'limit', case when ${isFull} then ${BATCHES_MAX}::int else ${BATCH_TEACHERS.membersMax}::int end)
    else jsonb_build_object('field', 'classroom_id', 'value', classroom, 'status', batch_status, 'students', students,
      'capacity', coalesce(seats, ${slice.section?.capacity ?? null}::int), 'section', ${slice.section?.name ?? null}::text,
      'label', case code when ${code('classroom_archived')} then classroom else name end) end`;
}

function warnings({ settings }: PlanContext, cascade: Cascade): RawBuilder<unknown> {
  return sql`nullif(jsonb_path_query_array(jsonb_build_array(
      ${seatWarning(seatsOf(cascade), settings)},
      case when roster = 0 then jsonb_build_object('code', ${code('empty_roster')}, 'label', classroom) end,
      case when teachers = 0 then jsonb_build_object('code', ${code('no_teachers')}, 'label', name) end,
      case when inactive > 0 then jsonb_build_object('code', ${code('inactive_on_roster')}, 'label', classroom, 'count', inactive) end
    ), '$[*] ? (@ != null)'), '[]')`;
}

function input({ slice, termId }: Cascade): RawBuilder<unknown> {
  return sql`jsonb_build_object(
    'batch', jsonb_build_object('id', batch_id, 'name', name, 'classroom_id', classroom_id, 'course_id', ${slice.course.id}::uuid,
      'section_id', ${slice.section?.id ?? null}::uuid, 'term_id', ${termId}::uuid, 'term_key', ${slice.term?.key ?? null}::text),
    'created', is_new, 'binds_course', binds_course, 'added_ids', added_ids, 'already_ids', already_ids, 'reenrolled_ids', reenrolled_ids,
    'skipped_overridden_ids', skipped_overridden_ids, 'teacher_ids', teacher_ids)`;
}

/** Students of the roster whom somebody took out of batch `b`, for those who ask before they run it again. */
export function overridden(orgId: string): RawBuilder<number> {
  return sql`(
    select count(*) from enrollments e
    join classroom_students s on s.org_id = ${orgId} and s.classroom_id = b.classroom_id and s.student_id = e.student_id
    where e.org_id = ${orgId} and e.batch_id = b.id and e.status = 'cancelled' and e.status_reason = ${REMOVED})`;
}
