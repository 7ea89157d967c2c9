/** Students and instructors of their own: what is known of both, and what they do together. A subject a line. */
import type { App, HttpContext } from '../every-request/context.ts';
import { candidateRoutes } from './candidate-routes.ts';
import { figureRoutes } from './figure-routes.ts';
import { goalRoutes } from './goal-routes.ts';
import { meetingRoutes } from './meeting-routes.ts';
import { mentorshipRoutes } from './mentorship-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { workloadRoute } from './workload-route.ts';

export function mentorRoutes(app: App, context: HttpContext): void {
  mentorshipRoutes(app, context);
  meetingRoutes(app, context);
  goalRoutes(app, context);
  profileRoutes(app, context);
  candidateRoutes(app, context);
  figureRoutes(app, context);
  workloadRoute(app, context);
}
