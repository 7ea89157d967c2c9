/** What is asked before anything is planned: when the draft is made, when it is planned, and when it is confirmed. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { one } from '../../db/database.ts';
import { assertMayStart, type Asked } from '../engine.ts';
import type { Admission, Kind } from '../kind.ts';
import { assertPeopleLimit } from '../rights.ts';

export interface Applicant {
  readonly kind: Kind;
  /** As {@link checkParams} gives them. */
  readonly params: unknown;
  readonly overrideReason: string | null;
}

/**
 * @returns how many people are meant, as far as that is known without a plan.
 * @throws Problem `forbidden`, `plan_required`, `limit_exceeded`, `empty_selection`, and what the kind itself refuses.
 */
export async function assertAdmitted(asked: Asked, applicant: Applicant, step: Admission['step']): Promise<number> {
  const { kind, params } = applicant;
  const { tx, engine, actor } = asked;
  assertMayStart(kind, actor);
  const people = await countPeople(asked, applicant, step);
  await kind.admits?.({ tx, actor, params, now: engine.now(), step });
  return people;
}

/** A draft may mean nobody yet: who is selected by criteria is looked up when it is planned. */
async function countPeople(asked: Asked, applicant: Applicant, step: Admission['step']): Promise<number> {
  const { kind, params, overrideReason } = applicant;
  const { tx, engine, actor } = asked;
  const people = kind.people?.(params, actor);
  if (people === undefined) return 0;
  const { listed, meant, mayBeNobody = false } = people;
  assertPeopleLimit(kind, actor, listed, overrideReason);
  if (meant === null) return listed;
  await engine.authority.assertPlanAllows(tx, actor, (as) => kind.people?.(params, as).meant ?? meant);
  if (step !== 'plan') return listed;
  const { count } = await one(tx, sql<{ count: number }>`select count(*) as count from (${meant}) meant`);
  if (count === 0 && !mayBeNobody) throw new Problem('empty_selection', { field: 'target' });
  assertPeopleLimit(kind, actor, count, overrideReason);
  return count;
}
