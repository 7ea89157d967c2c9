import type { App, HttpContext } from '../../context.ts';

/** Instructor allocation (ledger IA). A subject a line. */
export function instructorSourceRoutes(_app: App, _context: HttpContext): void {}
