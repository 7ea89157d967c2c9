import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { code, defineKind, type PlanContext } from '../../engine/kind.ts';
import { assignmentParams, effectiveParameters, type AssignmentParams } from '../../school/assignments/parameters.ts';
import { loadWarnings, withLoad } from '../../school/assignments/load.ts';
import { assignmentNotices, withdrawalNotices } from '../../school/assignments/notices.ts';
import { assertRate } from '../../school/assignments/rate.ts';
import { judgedStudents, overrideWarning, unfitStudent } from '../../school/assignments/students.ts';
import { assertOptionalSteps, contentFault, sequencePayload, sequencesOf } from '../../school/content/sequences.ts';
import { peopleIn } from '../../school/people/targets.ts';

const params = z.strictObject({ ...assignmentParams.shape, content_payload: sequencePayload });
type Params = z.infer<typeof params>;

/**
 * Gives sequences to students: one assignment with all its steps for each student and sequence, on the version that is
 * published now. A student who has the sequence already is skipped, merged, given a second one or given a new one
 * instead, as the conflict policy says.
 */
export const assignSequence = defineKind<Params>({
  name: 'assign_sequence',
  title: 'Assign sequences',
  params,
  roles: ['system_admin', 'subscriber_admin', 'teacher_admin', 'teacher'],
  chunk: { items: 100 },
  judges: { rows: ['assignment', 'assignment_step'] },
  people: ({ target }, actor) => peopleIn(target, actor),
  admits: ({ tx, actor, step }) => assertRate(tx, actor, step, ['assign_sequence']),
  guards: { errorsBlock: true, typed: { takesAway: sql`i.input ->> 'policy' = 'override'` } },
  bars: unfitStudent,
  says: {
    prefix: 'mass_assignment',
    done: 'mass_assignment.sequence.assigned',
    ended: (context) => (context.params.notify ? assignmentNotices(context) : null),
    undone: withdrawalNotices,
  },
  correct: (given, corrections) => ({ ...given, overrides: { ...given.overrides, ...byStudent(corrections) } }),
  async plan(plan, context) {
    const { newId } = context;
    await plan.items(await plannedItems(context));
    const given = sql`(
      select item_no, subject_id, input as i, action, ${newId(sql`'assignment ' || item_no`, sql`item_no`)} as id
      from ${plan.planned} p where p.action in ('create', 'merge', 're_enroll') offset 0)`;
    await plan.update(
      'assignment',
      sql`
      select item_no, (i ->> 'existing_id')::uuid as id,
        case when action = 'merge' then i -> 'merged' else jsonb_build_object('state', 'withdrawn', 'withdrawn_at', i -> 'now') end as after
      from ${given} g where action = 'merge' or i ->> 'policy' = 'override' and i ->> 'existing_id' is not null`,
    );
    await plan.insert(
      'assignment',
      sql`
      select item_no, g.id, (i -> 'values') || (i -> 'identity')
        || jsonb_build_object('student_id', subject_id, 'replaces_id', case when i ->> 'policy' = 'override' then i -> 'existing_id' end) as after
      from ${given} g where action = 'create'`,
    );
    await plan.insert('assignment_step', plannedSteps(context, given));
  },
});

/**
 * The steps of each assignment that is made. What a step says is put together once and not for each student: 5,000 students
 * with eight steps each are planned in half the time.
 */
function plannedSteps(
  { orgId, newId, params: wanted }: PlanContext<Params>,
  given: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    with step as materialized (
      select sequence_id, sequence_version, step_no, jsonb_build_object('step_no', step_no, 'title', title, 'game_id', game_id) as said
      from sequence_steps where org_id = ${orgId} and sequence_id = any(${sequencesOf(wanted.content_payload)}::uuid[])
    ), made as materialized (
      select item_no, g.id, (i -> 'identity' ->> 'sequence_id')::uuid as sequence_id,
        (i -> 'identity' ->> 'sequence_version')::int as sequence_version, nullif(nullif(i -> 'optional_steps', 'null'), '[]') as optional_steps
      from ${given} g where action = 'create'
    )
    select item_no, ${newId(sql`'step ' || item_no || ' ' || step_no`, sql`item_no`)} as id,
      said || case when optional_steps @> to_jsonb(step_no)
        then jsonb_build_object('assignment_id', made.id, 'is_optional', true) else jsonb_build_object('assignment_id', made.id) end as after
    from made join step using (sequence_id, sequence_version) order by item_no`;
}

/** Corrections of failed items by item key, `student:sequence`, as overrides by student. */
function byStudent(corrections: Readonly<Record<string, unknown>>): AssignmentParams['overrides'] {
  const pairs = Object.entries(corrections).map(([key, value]) => [key.split(':')[0], value]);
  return assignmentParams.shape.overrides.parse(Object.fromEntries(pairs));
}

/** One item for each student and sequence, and one for each sequence that cannot be given at all. */
async function plannedItems(context: PlanContext<Params>): Promise<RawBuilder<unknown>> {
  const { orgId, now, params: given, actor } = context;
  const sequenceIds = sequencesOf(given.content_payload);
  const parameters = await effectiveParameters(context.tx, given, context);
  await assertOptionalSteps(
    context.tx,
    sequenceIds,
    [parameters.base, ...Object.values(parameters.byStudent)].map((one) => one.optional_steps ?? []),
  );
  const state = sql`jsonb_build_object('state', case when (p -> 'values' ->> 'start_at')::timestamptz > ${now} then 'scheduled' else 'open' end)`;
  return sql`
    with content as materialized (
      select wanted.id as sequence_id, wanted.position, s.title, s.published_version, ${contentFault()} as fault
      from unnest(${sequenceIds}::uuid[]) with ordinality wanted(id, position)
      left join sequences s on s.org_id = ${orgId} and s.id = wanted.id
      left join sequences r on r.org_id = ${orgId} and r.id = s.replacement_id
    ), student as materialized (${withLoad(orgId, judgedStudents(context, parameters))}
    ), pair as (
      select st.*, c.sequence_id, c.position, c.title, c.published_version, (by_sequence -> c.sequence_id::text ->> 'id')::uuid as existing_id,
        by_sequence -> c.sequence_id::text ->> 'state' as existing_state, exists (
          select from assignments a where a.org_id = ${orgId} and a.student_id = st.id and a.sequence_id = c.sequence_id
            and a.state in ('completed', 'withdrawn')) as had_before
      from student st
      join content c on c.fault is null or st.fault is not null and c.position = 1 and not exists (select from content where fault is null)
    ), decided as (
      select pair.*, p ->> 'conflict_policy' as policy, case
          when fault is not null then 'error'
          when existing_id is null or p ->> 'conflict_policy' in ('create_new', 'override') then 'create'
          else p ->> 'conflict_policy' end as action
      from pair
    ), weighed as (
      select d.*, open + count(*) filter (where action = 'create' and policy is distinct from 'override')
          over (partition by d.id order by position) as open_after
      from decided d
    )
    select (row_number() over (order by position, family_name, given_name, id))::int as item_no, null::int as row_no,
      id || ':' || sequence_id as key, id as subject_id, label,
      jsonb_build_object('now', ${now}::timestamptz, 'policy', policy, 'existing_id', existing_id, 'optional_steps', p -> 'optional_steps',
        'release', release, 'values', p -> 'values' || ${state},
        'merged', case when action = 'merge' then p -> 'values' || case when existing_state <> 'in_progress' and p -> 'values' ? 'start_at' then ${state} else '{}' end end,
        'identity', jsonb_build_object('content_type', 'sequence', 'sequence_id', sequence_id, 'sequence_version', published_version,
          'title', title, 'operation_id', ${context.operationId}::text, 'teacher_id', coalesce(${actor.role === 'teacher' ? actor.userId : null}::uuid, primary_teacher_id))) as input,
      case when overload is not null and action = 'create' then 'error' else action end as action,
      case when fault is not null then fault when overload is not null and action = 'create' then overload
           when action = 'skip' then ${code('duplicate_assignment')} end as code,
      jsonb_build_object('subject', id, 'label', label, 'title', title, 'open', open_after, 'limit', hard_limit, 'assignment_id', existing_id)
        || case when had_before and fault is null then '{"had_before": true}' else '{}'::jsonb end as detail,
      nullif(coalesce(warnings, '[]') || ${overrideWarning()}, '[]') as warnings
    from (select weighed.*, ${loadWarnings(context)} from weighed) w
    union all
    select ((select count(*) from pair) + position)::int, null, 'content:' || sequence_id, null, coalesce(title, sequence_id::text),
      null, 'error', fault ->> 'code', fault || jsonb_build_object('content', sequence_id), null
    from content where fault is not null
    union all
    select (select count(*) from pair)::int + ${sequenceIds.length}::int + n::int, null, 'dates:' || n, null, fault ->> 'field', null, 'error', ${code('invalid_dates')}, fault, null
    from jsonb_array_elements(${JSON.stringify(parameters.faults)}::jsonb) with ordinality dates(fault, n)`;
}
