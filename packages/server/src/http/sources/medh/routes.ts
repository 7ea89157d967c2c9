import type { App, HttpContext } from '../../context.ts';
import { mentorRoutes } from './mentors/routes.ts';

/** Instructor allocation (ledger IA). A subject a line. */
export function instructorSourceRoutes(app: App, context: HttpContext): void {
  mentorRoutes(app, context);
}
