/** Everything under /api/bulk: operations of any kind from draft to undo, imports and mappings. */
import type { App, HttpContext } from '../every-request/context.ts';
import { createCoursesRoutes } from './create-courses-routes.ts';
import { importRoutes } from './import-routes.ts';
import { mappingRoutes } from './mapping-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { readingRoutes } from './reading-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { retryRoutes } from './retry-routes.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { steeringRoutes } from './steering-routes.ts';
import { streamRoutes } from './stream-routes.ts';
import { templateRoutes } from './template-routes.ts';
import { updateUsersRoutes } from './update-users-routes.ts';
import { uploadTurns } from './upload-turns.ts';
import { validationRoutes } from './validation-routes.ts';

export function bulkRoutes(app: App, context: HttpContext): void {
  const door = { context, turns: uploadTurns() };
  operationRoutes(app, context);
  steeringRoutes(app, context);
  readingRoutes(app, context);
  reportRoutes(app, context);
  streamRoutes(app, context);
  retryRoutes(app, context);
  rollbackRoutes(app, context);
  overviewRoutes(app, context);
  importRoutes(app, door);
  updateUsersRoutes(app, context);
  createCoursesRoutes(app, context);
  validationRoutes(app, door);
  mappingRoutes(app, context);
  templateRoutes(app, context);
}
