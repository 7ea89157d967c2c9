/**
 * Single edits that contend for a row wait for each other here, before they take a connection: a thousand people who
 * enroll in one class at the same moment would otherwise hold all connections, while all of them but one wait for the
 * row. Other processes meet them at the row's lock (run-now.ts).
 */
import { checkParams, type NewOperation } from './create.ts';
import { getKind, type Engine } from './engine.ts';

/** The last in each line, by the row that is waited for. */
const lines = new Map<string, Promise<unknown>>();

/** Does `work` when everybody who came earlier for one of the rows that `wanted` contends for has done theirs. */
export async function inTurn<T>(
  engine: Engine,
  orgId: string,
  wanted: NewOperation,
  work: () => Promise<T>,
): Promise<T> {
  const kind = getKind(engine, wanted.kind);
  const contended = Object.entries(kind.contended?.(checkParams(kind, wanted.params)) ?? {});
  const rows = contended.flatMap(([entity, ids]) => ids.map((id) => `${orgId} ${entity} ${id}`));
  const earlier = rows.flatMap((row) => lines.get(row) ?? []);
  const mine = Promise.all(earlier).then(work);
  const ended = mine.catch(() => undefined);
  for (const row of rows) lines.set(row, ended);
  try {
    return await mine;
  } finally {
    for (const row of rows) if (lines.get(row) === ended) lines.delete(row);
  }
}
