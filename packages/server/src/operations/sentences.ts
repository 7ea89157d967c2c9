import type { Operation } from '../engine/index.ts';
import type { Kind } from '../engine/kind.ts';
/** A plan or an outcome in one sentence: what a person reads before anything else. */

/** Item actions as verbs, in the order in which people want to hear of them. */
const VERBS: Readonly<Record<string, string>> = {
  create: 'create',
  update: 'update',
  re_enroll: 're-enroll',
  merge: 'merge',
  move: 'move',
  remove: 'remove',
  skip: 'skip',
};

/** `This will create 297, update 3 and skip 12; 2 cannot be done.` */
export function planSentence(
  actions: Readonly<Record<string, number>>,
  kind: Pick<Kind, 'verbs' | 'guards'> = {},
): string {
  const parts = Object.entries({ ...VERBS, ...kind.verbs }).flatMap(([action, verb]) => {
    const count = actions[action] ?? 0;
    return count === 0 ? [] : [`${verb} ${grouped(count)}`];
  });
  const errors = actions['error'] ?? 0;
  const cannot = `${grouped(errors)} cannot be done`;
  if (parts.length === 0) return errors === 0 ? 'This has no items.' : `Nothing will be done: ${cannot}.`;
  if (errors > 0 && kind.guards?.errorsBlock === true)
    return `Nothing will be done while ${cannot}; after that this would ${joined(parts)}.`;
  return `This will ${joined(parts)}${errors === 0 ? '' : `; ${cannot}`}.`;
}

/** `300 of 314 are done, 12 were skipped and 2 failed.` */
export function resultSentence(
  operation: Pick<Operation, 'total_items' | 'processed_items' | 'successful_items' | 'skipped_items' | 'failed_items'>,
): string {
  const { total_items: total, successful_items: done, skipped_items: skipped, failed_items: failed } = operation;
  if (total === 0) return 'There were no items.';
  const left = total - operation.processed_items;
  return `${joined([
    `${grouped(done)} of ${grouped(total)} ${done === 1 ? 'is' : 'are'} done`,
    ...(skipped === 0 ? [] : [`${grouped(skipped)} ${skipped === 1 ? 'was' : 'were'} skipped`]),
    ...(failed === 0 ? [] : [`${grouped(failed)} failed`]),
    ...(left === 0 ? [] : [`${grouped(left)} ${left === 1 ? 'is' : 'are'} left`]),
  ])}.`;
}

/** `This will take back 5, keep 2 that changed since; 1 cannot be taken back.` */
export function rollbackSentence(counts: { will_reverse: number; kept: number; cannot: number }): string {
  const parts = [
    `take back ${grouped(counts.will_reverse)}`,
    ...(counts.kept === 0 ? [] : [`keep ${grouped(counts.kept)} that changed since`]),
  ];
  return `This will ${joined(parts)}${counts.cannot === 0 ? '' : `; ${grouped(counts.cannot)} cannot be taken back`}.`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
