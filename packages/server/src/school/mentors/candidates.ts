/** Ranking of teachers for one student. */
import { Problem } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { goodPractice } from '../batches/good-practice.ts';
import { scopeOf } from '../people/scope.ts';
import { isActive } from '../people/verdicts.ts';
import { isInstructor, isStudent } from './fitness.ts';
import { workloadOf, type Workload } from './workload.ts';

/** What is asked for, in lower case; nothing asked speaks for nobody and against nobody. */
export interface Needs {
  readonly skills: readonly string[];
  readonly languages: readonly string[];
  readonly teaching_styles: readonly string[];
}

export interface Candidate extends Workload {
  readonly _id: string;
  readonly full_name: string;
  readonly email: string | null;
  readonly domain: string | null;
  readonly score: number;
  readonly is_at_bound: boolean;
  /** What of the needs the teacher meets. */
  readonly skills: string[];
  readonly languages: string[];
  readonly teaching_styles: string[];
}

/** How much each criterion counts; among equals the one with fewer students comes first. */
const WEIGHT = { skills: 4, availability: 3, languages: 2, styles: 1 } as const;

/**
 * The most fitting first.
 * @throws Problem `not_found`, `student_role_missing`.
 */
export async function listCandidates(
  tx: OrgTransaction,
  actor: Actor,
  id: string,
  needs: Needs,
  limit: number,
): Promise<Candidate[]> {
  const studentId = await getStudentId(tx, actor, id);
  const { settings } = await one(
    tx,
    sql<{ settings: Record<string, unknown> }>`select settings from orgs where id = ${tx.orgId}`,
  );
  const batchesMax = goodPractice(settings).instructor_batches_max;
  return rows(tx, rankedCandidates(tx.orgId, studentId, needs, { batchesMax, limit }));
}

async function getStudentId(tx: OrgTransaction, actor: Actor, id: string): Promise<string> {
  const scope = scopeOf(actor);
  const [found] = isUuid(id.toLowerCase())
    ? await rows(
        tx,
        sql<{ id: string; label: string; learns: boolean }>`
        select u.id, u.display_name as label, ${isStudent('u')} as learns from users u
        where u.org_id = ${tx.orgId} and u.id = ${id} and ${scope === null ? sql`true` : sql`u.id in (${scope})`}`,
      )
    : [];
  if (found === undefined) throw new Problem('not_found');
  if (!found.learns) throw new Problem('student_role_missing', { label: found.label });
  return found.id;
}

function rankedCandidates(
  orgId: string,
  studentId: string,
  needs: Needs,
  { batchesMax, limit }: { batchesMax: number; limit: number },
): RawBuilder<Candidate> {
  return sql<Candidate>`
    with met as (
      select u.id as _id, u.display_name as full_name, u.email, p.domain,
        ${common(sql`array_append(p.skills, p.domain)`, needs.skills)} as skills,
        ${common(sql`p.languages`, needs.languages)} as languages, ${common(sql`p.teaching_styles`, needs.teaching_styles)} as teaching_styles
      from users u left join teacher_profiles p on p.org_id = ${orgId} and p.user_id = u.id
      where u.org_id = ${orgId} and u.id <> ${studentId} and ${isActive('u')} and ${isInstructor('u')}
    ), weighed as (
      select met.*, load.*, load."batchCount" >= ${batchesMax}::int as is_at_bound
      from met cross join lateral (${workloadOf(orgId, sql`met._id`)}) load)
    select *, (${WEIGHT.skills} * cardinality(skills) / ${Math.max(1, needs.skills.length)}::float8
      + case when is_at_bound then 0 else ${WEIGHT.availability}::int end
      + case when cardinality(languages) > 0 then ${WEIGHT.languages}::int else 0 end
      + case when cardinality(teaching_styles) > 0 then ${WEIGHT.styles}::int else 0 end)::float8 as score
    from weighed order by score desc, "distinctStudents", "batchCount", full_name, _id limit ${limit}`;
}

/** Which of the wanted words are among the words of a profile. */
function common(words: RawBuilder<unknown>, wanted: readonly string[]): RawBuilder<unknown> {
  return sql`array(select w from unnest(${[...wanted]}::text[]) w where fold(w) in (select fold(word) from unnest(${words}) word))`;
}
