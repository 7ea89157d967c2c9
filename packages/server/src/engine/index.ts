/**
 * The engine's face: what one can do with an operation, whatever the door. Doors import this file, kind.ts and report.ts,
 * and nothing else of the engine. Who asks travels as {@link Asked} within a transaction, and as {@link Asker} where the
 * engine opens its own.
 */
import type { Kind } from './kind.ts';
import { getKind, type Engine } from './engine.ts';
import { undoKind } from './undo/undo.ts';

export function createEngine(
  parts: Omit<Engine, 'now' | 'kinds'> & { kinds: readonly Kind[]; now?: () => Date },
): Engine {
  const kinds: Kind[] = [...parts.kinds, undoKind(parts.entities, (name) => getKind(engine, name))];
  const names = kinds.flatMap((kind) => [kind.name, ...(kind.aliases ?? [])]);
  const doubled = names.find((name, at) => names.indexOf(name) !== at);
  if (doubled !== undefined) throw new Error(`Two kinds are called ${doubled}.`);
  const engine: Engine = { now: () => new Date(), ...parts, kinds };
  return engine;
}

export { assertMayStart, getKind, getStartable, mayStart, type Asked, type Asker, type Engine } from './engine.ts';
export {
  fileInput,
  getOperation,
  invalidState,
  isOpen,
  keepFileInput,
  makerOf,
  notesToLookAt,
  planCounts,
  readingOfFile,
  touchedEntities,
  type FileInput,
  type Operation,
} from './operation.ts';
export { getVisible, lockSteerable } from './reach.ts';
export {
  isWholeOrgAdmin,
  listWhole,
  maySteer,
  shownDetail,
  visibleItems,
  visibleOperations,
  wholeOperations,
} from './rights.ts';

/** Making a draft and its plan. */
export { change, type Changes } from './draft/change.ts';
export { draft, eraseDrafts, type NewOperation } from './draft/draft.ts';
export { dryRun } from './draft/dry-run.ts';
export { guardsOf, type Guard } from './plan/guards.ts';
export { faultsOf } from './draft/params.ts';
export { plan, planIn } from './plan/plan.ts';
export { stageFile } from './draft/stage.ts';

/** What is done with it. */
export { accept, outcomeOf } from './verbs/accept.ts';
export { applyIfSmall, confirm, confirmPlanned } from './verbs/confirm.ts';
export { approve, cancel, pause, prioritize, reject, resume } from './verbs/steer.ts';
export { retry } from './verbs/retry.ts';
export { planUndo, undo } from './verbs/undo.ts';
export { undoHours, undoUntil } from './undo/may-undo.ts';
export { problemOf, runAndRead, runIn, runNow, type ItemResult } from './verbs/run-now.ts';

/** What is said of it, and who listens. */
export { PROGRESS_CHANNEL, writeAudit, writeOutbox } from './record.ts';
export { queueStatus } from './queue.ts';
