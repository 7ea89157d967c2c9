import type { App, HttpContext } from '../../context.ts';

/** The classroom cascade (ledger CC). A subject a line. */
export function classroomSourceRoutes(_app: App, _context: HttpContext): void {}
