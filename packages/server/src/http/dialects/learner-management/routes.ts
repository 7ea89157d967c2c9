/** Learner management (ledger LA). A subject a line. */
import type { App, HttpContext } from '../../every-request/context.ts';
import { assignRoutes } from './assign.ts';
import { deassignRoutes } from './deassign.ts';
import { inviteRoutes } from './invites.ts';
import { userPlanRoutes } from './user-plans.ts';

export function learnerManagementRoutes(app: App, context: HttpContext): void {
  assignRoutes(app, context);
  deassignRoutes(app, context);
  inviteRoutes(app, context);
  userPlanRoutes(app, context);
}
