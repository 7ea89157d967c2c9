/**
 * Single edits that contend for a row wait for each other here, before they take a connection: a thousand people who
 * enroll in one class at the same moment would otherwise hold all connections, while all of them but one wait for the
 * row. Other processes meet them at the row's lock (run-now.ts).
 */

/** The last in each line, by the row that is waited for. */
const lastInLine = new Map<string, Promise<unknown>>();

/** Does `work` when everybody who came earlier for one of these rows has done theirs. */
export async function inTurn<T>(rows: readonly string[], work: () => Promise<T>): Promise<T> {
  const earlier = rows.flatMap((row) => lastInLine.get(row) ?? []);
  const mine = Promise.all(earlier).then(work);
  const ended = mine.catch(() => undefined);
  for (const row of rows) lastInLine.set(row, ended);
  try {
    return await mine;
  } finally {
    for (const row of rows) if (lastInLine.get(row) === ended) lastInLine.delete(row);
  }
}
