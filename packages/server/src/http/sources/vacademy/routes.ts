/** Learner management (ledger LA). A subject a line. */
import type { App, HttpContext } from '../../context.ts';
import { assignRoutes } from './assign.ts';
import { deassignRoutes } from './deassign.ts';

export function learnerSourceRoutes(app: App, context: HttpContext): void {
  assignRoutes(app, context);
  deassignRoutes(app, context);
}
