import type { App, HttpContext } from '../../context.ts';

/** Learner assign and de-assign (ledger LA). A subject a line. */
export function learnerSourceRoutes(_app: App, _context: HttpContext): void {}
