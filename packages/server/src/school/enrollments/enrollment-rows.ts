/** One enrollment as it is read, and who may. */
import { Problem } from '@muster/contract';
import { sql } from 'kysely';
import { isUuid, one, rows, type OrgTransaction } from '../../db/database.ts';
import type { Actor } from '../../tenancy/actor.ts';
import { isAdmin, ownsBatch, teachesBatch } from '../batches/rights.ts';
import { scopeOf } from '../people/scope.ts';

export interface Enrollment {
  readonly _id: string;
  readonly student: string;
  readonly course: string;
  readonly batch: string | null;
  readonly enrollment_type: string;
  readonly status: string;
  readonly enrolled_at: Date;
  readonly access_ends_at: Date | null;
  readonly enrollment_source: string;
  readonly payment: {
    readonly amount: number | null;
    readonly currency: string | null;
    readonly payment_method: string | null;
    readonly payment_status: string | null;
    readonly transaction_id: string | null;
  } | null;
}

/** @param id - Of an enrollment that is known to be there. */
export async function getEnrollment(tx: OrgTransaction, id: string): Promise<Enrollment> {
  return one(
    tx,
    sql<Enrollment>`
    select e.id as _id, e.student_id as student, e.course_id as course, e.batch_id as batch, e.enrollment_type, e.status,
      e.enrolled_at, e.access_ends_at, e.source as enrollment_source, (
        select jsonb_build_object('amount', p.amount, 'currency', p.currency, 'payment_method', p.payment_method,
          'payment_status', p.payment_status, 'transaction_id', p.transaction_id)
        from payments p where p.org_id = ${tx.orgId} and p.enrollment_id = e.id order by p.id desc limit 1) as payment
    from enrollments e where e.org_id = ${tx.orgId} and e.id = ${id}`,
  );
}

/**
 * Open to admins in scope, the teachers of its batch and the student concerned.
 * @returns its id as it is stored.
 * @throws Problem `enrollment_not_found`, `forbidden`.
 */
export async function assertMayRead(tx: OrgTransaction, actor: Actor, enrollmentId: string): Promise<string> {
  const id = enrollmentId.toLowerCase();
  const scope = scopeOf(actor);
  const inScope = scope === null ? sql`true` : sql`e.student_id in (${scope}) or ${ownsBatch(actor)}`;
  const isOpen = isAdmin(actor) ? inScope : sql`false`;
  const [found] = isUuid(id)
    ? await rows(
        tx,
        sql<{ is_open: boolean }>`
        select coalesce(${isOpen} or e.student_id = ${actor.userId}::uuid or ${teachesBatch(actor)}, false) as is_open
        from enrollments e left join batches b on b.org_id = ${tx.orgId} and b.id = e.batch_id
        where e.org_id = ${tx.orgId} and e.id = ${id}`,
      )
    : [];
  if (found === undefined) throw new Problem('enrollment_not_found');
  if (!found.is_open) throw new Problem('forbidden');
  return id;
}

/** Of several enrollments the one a student goes on under: not one they moved away from, and rather the one named. */
export async function leadingEnrollment(
  tx: OrgTransaction,
  ids: readonly string[],
  named: string | undefined,
): Promise<string | undefined> {
  const [found] = await rows(
    tx,
    sql<{ id: string }>`
    select e.id from enrollments e where e.org_id = ${tx.orgId} and e.id = any(${[...ids]}::uuid[])
    order by e.status_reason = 'moved', e.id = ${named ?? null}::uuid desc nulls last limit 1`,
  );
  return found?.id;
}
