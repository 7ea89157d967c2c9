import type { Kind } from '../../engine/kind.ts';
import { batchDates } from './batch-dates.ts';
import { repairCounts } from './repair-counts.ts';
import { repairOrphans } from './repair-orphans.ts';

/** What keeps the records right: on demand, and by the calendar. */
export const UPKEEP_KINDS: readonly Kind[] = [repairCounts, repairOrphans, batchDates];
