import type { App, HttpContext } from '../every-request/context.ts';
import { batchListRoutes } from './batch-lists.ts';
import { classroomListRoutes } from './classroom-lists.ts';
import { courseRoutes } from './courses.ts';
import { overviewRoutes } from './overview.ts';
import { sectionRoutes } from './sections.ts';

/** The classroom cascade (ledger CC). A subject a line; who may name which ids is checked by every-request/foreign.ts. */
export function classroomRoutes(app: App, context: HttpContext): void {
  classroomListRoutes(app, context);
  batchListRoutes(app, context);
  courseRoutes(app, context);
  sectionRoutes(app, context);
  overviewRoutes(app, context);
}
