import type { App, HttpContext } from '../every-request/context.ts';
import { memberRoutes } from './members.ts';
import { subjectRoutes } from './subject.ts';
import { SUBJECTS } from './subjects.ts';

/** Enough to set a school up by API; see subjects.ts for what there is. */
export function recordRoutes(app: App, context: HttpContext): void {
  for (const subject of SUBJECTS) subjectRoutes(app, context, subject);
  memberRoutes(app, context);
}
