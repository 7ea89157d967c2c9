/** Individual allocation of instructors to students. A subject a line. */
import type { App, HttpContext } from '../every-request/context.ts';
import { assignmentRoutes } from './assignment-routes.ts';
import { candidateRoutes } from './candidate-routes.ts';
import { figureRoutes } from './figure-routes.ts';
import { goalRoutes } from './goal-routes.ts';
import { meetingRoutes } from './meeting-routes.ts';
import { mentorshipRoutes } from './mentorship-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { studentListRoutes } from './student-list-routes.ts';

export function mentorRoutes(app: App, context: HttpContext): void {
  assignmentRoutes(app, context);
  studentListRoutes(app, context);
  mentorshipRoutes(app, context);
  meetingRoutes(app, context);
  goalRoutes(app, context);
  profileRoutes(app, context);
  candidateRoutes(app, context);
  figureRoutes(app, context);
}
