/** Compares what became of a school with what a plan said. */
import type { ChangeView } from '../../packages/server/src/engine/report.ts';
import { ENTITIES } from '../../packages/server/src/school/entities.ts';
import type { Difference, Row } from '../fixtures/snapshot.ts';

type PlainChange = Pick<ChangeView, 'entity' | 'entity_id' | 'action' | 'before' | 'after'>;

/** What differs between two snapshots, in the words of a plan. Numbers that the engine keeps follow what is planned. */
export function asPlanned(found: readonly Difference[], planned: readonly PlainChange[]): PlainChange[] {
  const changes = found.flatMap(({ table, id, action, before, after }) => {
    const entities = ENTITIES.filter((entity) => entity.table === table);
    if (entities.length === 0) throw new Error(`${table} changed, and no entity is stored there.`);
    return entities
      .filter(
        ({ name, isKept }) =>
          isKept !== true || planned.some((change) => change.entity === name && change.entity_id === id),
      )
      .map(({ name, columns }) => {
        const of = (row: Row | null): Row | null =>
          row && Object.fromEntries(Object.entries(row).filter(([column]) => column in columns));
        return { entity: name, entity_id: id, action, before: of(before), after: of(after) };
      })
      .filter((change) => change.action !== 'update' || Object.keys(change.after ?? {}).length > 0);
  });
  return normal(changes);
}

/** In one order, and without what an insert or a delete leaves out or leaves empty. */
export function normal(changes: readonly PlainChange[]): PlainChange[] {
  const filled = (row: Row | null): Row | null =>
    row &&
    Object.fromEntries(
      Object.entries(row)
        .filter(([name, value]) => value !== null && name !== 'created_at' && name !== 'version')
        .sort(),
    );
  return changes
    .map(({ entity, entity_id, action, before, after }) => {
      const values = action === 'update' ? { before, after } : { before: filled(before), after: filled(after) };
      return { entity, entity_id, action, ...values };
    })
    .sort((one, other) => `${one.entity} ${one.entity_id}`.localeCompare(`${other.entity} ${other.entity_id}`));
}
