/** What the school asks of rows beyond the tables, and what somebody may not write whoever asks them to. */
import { sql, type RawBuilder } from 'kysely';
import { getEntity, rowJson, table, type Entity } from '../../db/entity.ts';
import type { Asked } from '../engine.ts';
import type { PlanContext } from '../kind.ts';
import { changesOf, NOTHING_FOUND, type Findings, type Foreseen } from './planned-rows.ts';

/** Faults by the rules of an entity, of all its planned rows, those that go included. */
export function brokenRules(plan: Foreseen, { name }: Entity, context: PlanContext): Findings {
  const entity = getEntity(plan.entities, name);
  if (entity.rules === undefined) return NOTHING_FOUND;
  const { orgId, actor, now, settings } = context;
  const { accountId, userId, role } = actor;
  const alsoPlanned = (other: string) => wholeRows(plan, getEntity(plan.entities, other));
  const faults = entity.rules(wholeRows(plan, entity), { orgId, accountId, userId, role, now, settings, alsoPlanned });
  return { faults: [sql`select item_no, code, detail from (${faults}) fault`], pairs: [] };
}

/** Planned rows of an entity as {@link Entity.rules} reads them. */
function wholeRows(plan: Foreseen, entity: Entity): RawBuilder<unknown> {
  const { orgId } = plan.tx;
  return sql`(
    select c.item_no, c.entity_id as id, c.action, held.before, c.after as changed,
      case c.action when 'delete' then null when 'insert' then c.after || jsonb_build_object('id', c.entity_id) else held.before || c.after end as after
    from changes c left join ${table(entity)} e on e.org_id = ${orgId} and e.id = c.entity_id and c.action <> 'insert'
    cross join lateral (select case when c.action <> 'insert' then ${rowJson(entity, 'e')} || jsonb_build_object('id', e.id) end as before offset 0) held
    where ${changesOf(plan, entity)})`;
}

/** Items with a change that is beyond the actor's reach, whatever the kind. */
export function outOfReach({ engine, actor }: Asked, plan: Foreseen): Findings {
  const beyond = engine.authority.outOfReach(
    actor,
    plan.writes.map(({ entity }) => entity),
  );
  if (beyond === null) return NOTHING_FOUND;
  const { tx, planId } = plan;
  const fault = sql`
    select distinct c.item_no, 'forbidden'::text as code, '{}'::jsonb as detail from changes c
    where c.org_id = ${tx.orgId} and c.operation_id = ${planId} and ${beyond}`;
  return { faults: [fault], pairs: [] };
}
