/** How many people somebody may change at once. */
import { LIMITS, PEOPLE_MAX, Problem } from '@muster/contract';
import type { Actor } from '../tenancy/actor.ts';
import type { Kind } from './kind.ts';

/** @throws Problem `limit_exceeded` or, for a system_admin without a reason, `override_reason_needed`. */
export function assertPeopleLimit(kind: Kind, actor: Actor, people: number, reason: string | null): void {
  if (kind.choosesPeople !== true) return;
  const limit = PEOPLE_MAX[actor.role];
  if (limit !== null && people > limit) throw new Problem('limit_exceeded', { field: 'target', count: people, limit });
  const withoutReason = PEOPLE_MAX.subscriber_admin ?? 0;
  if (limit === null && people > withoutReason && (reason ?? '').trim().length < LIMITS.overrideReasonCharsMin) {
    throw new Problem('override_reason_needed', { field: 'override_reason', limit: withoutReason });
  }
}
