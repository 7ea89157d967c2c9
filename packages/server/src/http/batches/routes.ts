import type { App, HttpContext } from '../every-request/context.ts';
import { batchReadingRoutes } from './batch-reading.ts';
import { batchWritingRoutes } from './batch-writing.ts';

/** One batch, and the batches of a course. Listing and setting them up as records is in records/batches.ts. */
export function batchRoutes(app: App, context: HttpContext): void {
  batchReadingRoutes(app, context);
  batchWritingRoutes(app, context);
}
