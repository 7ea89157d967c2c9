/** Who is meant: listed ids, criteria and exclusions, as they stand in a request. */
import { sql, type RawBuilder } from 'kysely';
import { z } from 'zod';
import { type ProblemCode, USER_ROLES, USER_STATUSES } from '@muster/contract';
import type { People } from '../../engine/kind.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { classMembers, ownStudents, scopeOf, unitsBelow } from './scope.ts';
import { isOfGrade, searchCondition } from './search.ts';

export const PEOPLE_LISTED_MAX = 100_000;

/** Criteria narrow each other. */
export const selectionSchema = z.strictObject({
  class_id: z
    .uuid()
    .optional()
    .meta({ title: 'Class', description: 'Those in the roster of this classroom.', entity: 'classroom' }),
  grade_level: z
    .union([z.string().max(20), z.int().min(-9).max(9_999)])
    .transform(String)
    .optional()
    .meta({ title: 'Grade level', description: 'Those of this grade level.' }),
  status: z
    .enum(USER_STATUSES)
    .optional()
    .meta({ title: 'Status', description: 'Those with this status; active ones when left out.' }),
  teacher_id: z
    .uuid()
    .optional()
    .meta({ title: 'Teacher', description: 'The students of this teacher.', entity: 'user', role: 'teacher' }),
  unit_id: z
    .uuid()
    .optional()
    .meta({ title: 'Unit', description: 'Those of this unit and of the units below it.', entity: 'unit' }),
  role: z
    .enum(USER_ROLES)
    .optional()
    .meta({ title: 'Role', description: 'Those with this role; students when left out.' }),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ title: 'Search', description: 'Part of a name, e-mail, user name or external id, or a whole id.' }),
});
export type Selection = z.infer<typeof selectionSchema>;

export const targetSchema = z
  .strictObject({
    student_ids: z
      .array(z.uuid())
      .max(PEOPLE_LISTED_MAX)
      .optional()
      .meta({ title: 'People', description: 'People named one by one.', entity: 'user', many: true }),
    selection: selectionSchema
      .optional()
      .meta({ title: 'Selection', description: 'Everybody who meets all of these criteria.' }),
    exclude: z
      .array(z.uuid())
      .max(PEOPLE_LISTED_MAX)
      .optional()
      .meta({ title: 'Except', description: 'People who are left out of both.', entity: 'user', many: true }),
  })
  .refine((target) => target.selection !== undefined || (target.student_ids ?? []).length > 0, {
    message: 'empty_selection' satisfies ProblemCode,
  })
  .refine((target) => target.selection === undefined || Object.keys(target.selection).length > 0, {
    message: 'criteria must not be empty; an empty list never means everybody',
    path: ['selection'],
  })
  .meta({ title: 'People', description: 'Whom it is for: named, selected, or both.', 'x-target': true });
export type Target = z.infer<typeof targetSchema>;

/** Whom a kind's target means. */
export function peopleIn(target: Target, actor: Actor): People {
  return { listed: countListed(target), meant: targetIds(actor, target) };
}

/** How many people are named outright and not excluded. */
export function countListed(target: Target): number {
  const excluded = new Set(target.exclude);
  return new Set(target.student_ids?.filter((id) => !excluded.has(id))).size;
}

/**
 * A select of `id` and `listed`: people whom the target names. Listed ids stand there whether they exist or not, so that
 * each gets its own answer; criteria find only people in the actor's scope.
 */
export function targetIds(actor: Actor, target: Target): RawBuilder<{ id: string; listed: boolean }> {
  const listed = target.student_ids ?? [];
  const selected =
    target.selection === undefined
      ? sql`select null::uuid as id where false`
      : sql`select u.id from users u where ${selectionCondition(actor, target.selection)}`;
  return sql`
    select id, bool_or(listed) as listed from (
      select id, true as listed from unnest(${listed}::uuid[]) as named(id)
      union all select found.id, false from (${selected}) found) meant
    where id <> all(${target.exclude ?? []}::uuid[])
    group by id`;
}

/** Condition on users `u`: matches the criteria, is in the actor's scope and not marked as restricted, or only those marked. */
export function selectionCondition(
  actor: Actor,
  selection: Selection,
  { restricted } = { restricted: false },
): RawBuilder<unknown> {
  const scope = scopeOf(actor);
  const { orgId } = actor;
  const conditions = [
    sql`u.org_id = ${orgId} and u.is_restricted = ${restricted}`,
    scope === null ? null : sql`u.id in (${scope})`,
    selection.status === undefined ? sql`u.status = 'active'` : sql`u.status = ${selection.status}`,
    sql`${selection.role ?? 'student'} = any(u.roles)`,
    selection.grade_level === undefined ? null : isOfGrade(selection.grade_level),
    selection.class_id === undefined ? null : sql`u.id in (${classMembers(orgId, selection.class_id)})`,
    selection.teacher_id === undefined
      ? null
      : sql`u.id in (${ownStudents(orgId, sql`${selection.teacher_id}::uuid`)})`,
    selection.unit_id === undefined ? null : sql`u.unit_id in (${unitsBelow(orgId, selection.unit_id)})`,
    selection.q === undefined ? null : searchCondition(selection.q),
  ];
  return sql.join(
    conditions.filter((condition) => condition !== null),
    sql` and `,
  );
}
