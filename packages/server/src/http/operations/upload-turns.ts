/** How many uploads an organization may have under way, and how many files are worked at the same time. */
import { Problem } from '@muster/contract';

/** Uploads of one organization, from the first byte to the answer. */
const UNDER_WAY_PER_ORG_MAX = 6;
/** Files that hold a connection of the database; the rest of them stays with all other requests. */
const WORKED_MAX = 4;
const WORKED_PER_ORG_MAX = 2;
const RETRY_SECONDS = 10;

export interface UploadTurns {
  /** Counts an upload until `work` ends. @throws Problem `too_many_uploads`. */
  underWay<T>(orgId: string, work: () => Promise<T>): Promise<T>;
  /** Begins `work` when it is the organization's turn; first come, first served among those that have places left. */
  worked<T>(orgId: string, work: () => Promise<T>): Promise<T>;
}

/** Those of one process. */
export function uploadTurns(): UploadTurns {
  const arriving = counter();
  const working = counter();
  const waiting: { readonly orgId: string; readonly begin: () => void }[] = [];

  const mayBegin = (orgId: string): boolean => working.total() < WORKED_MAX && working.of(orgId) < WORKED_PER_ORG_MAX;
  const beginNext = (): void => {
    const at = waiting.findIndex(({ orgId }) => mayBegin(orgId));
    for (const next of at < 0 ? [] : waiting.splice(at, 1)) {
      working.add(next.orgId, 1);
      next.begin();
    }
  };
  return {
    underWay: async (orgId, work) => {
      if (arriving.of(orgId) >= UNDER_WAY_PER_ORG_MAX)
        throw new Problem('too_many_uploads', { limit: UNDER_WAY_PER_ORG_MAX, seconds: RETRY_SECONDS });
      arriving.add(orgId, 1);
      return work().finally(() => {
        arriving.add(orgId, -1);
      });
    },
    worked: async (orgId, work) => {
      await new Promise<void>((begin) => {
        waiting.push({ orgId, begin });
        beginNext();
      });
      return work().finally(() => {
        working.add(orgId, -1);
        beginNext();
      });
    },
  };
}

function counter(): { of(orgId: string): number; total(): number; add(orgId: string, count: number): void } {
  const counts = new Map<string, number>();
  return {
    of: (orgId) => counts.get(orgId) ?? 0,
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    add: (orgId, count) => {
      const now = (counts.get(orgId) ?? 0) + count;
      if (now === 0) counts.delete(orgId);
      else counts.set(orgId, now);
    },
  };
}
