/** Instructor allocation (ledger IA), as far as it has addresses of its own. A subject a line. */
import type { App, HttpContext } from '../../every-request/context.ts';
import { assignmentRoutes } from './assignment-routes.ts';
import { studentListRoutes } from './student-list-routes.ts';

export function instructorAllocationRoutes(app: App, context: HttpContext): void {
  assignmentRoutes(app, context);
  studentListRoutes(app, context);
}
