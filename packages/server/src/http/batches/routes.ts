import type { App, HttpContext } from '../every-request/context.ts';
import { batchReadingRoutes } from './batch-reading.ts';
import { batchWritingRoutes } from './batch-writing.ts';
import { enrollmentRoutes } from '../enrollments/enrollment-routes.ts';
import { mentorRoutes } from '../mentors/routes.ts';

/** Instructor allocation (ledger IA). A subject a line. */
export function instructorSourceRoutes(app: App, context: HttpContext): void {
  batchReadingRoutes(app, context);
  batchWritingRoutes(app, context);
  enrollmentRoutes(app, context);
  mentorRoutes(app, context);
}
