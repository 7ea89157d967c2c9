/** Everything under /api/v1/mass-assignments: thin translations onto the general engine, which holds the rules. */
import type { App, HttpContext } from '../../every-request/context.ts';
import { draftRoutes } from './draft-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { itemRoutes } from './item-routes.ts';
import { planRoutes } from './plan-routes.ts';
import { releaseRoutes } from './release-routes.ts';
import { rollbackRoutes } from './rollback-routes.ts';
import { rosterRoutes } from './roster-routes.ts';
import { steeringRoutes } from './steering-routes.ts';
import { streamRoutes } from './stream-routes.ts';

export function massAssignmentRoutes(app: App, context: HttpContext): void {
  rosterRoutes(app, context);
  historyRoutes(app, context);
  draftRoutes(app, context);
  planRoutes(app, context);
  steeringRoutes(app, context);
  releaseRoutes(app, context);
  itemRoutes(app, context);
  rollbackRoutes(app, context);
  streamRoutes(app, context);
}
