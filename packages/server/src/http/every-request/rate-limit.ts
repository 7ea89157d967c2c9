import { Problem } from '@muster/contract';
import type { App, HttpContext } from './context.ts';

const MINUTE_MS = 60_000;

/**
 * Refuses what an account asks above the set number in a minute of the clock, so that one client cannot take the server
 * from the others. Counted in this process alone: with several, each lets as many through.
 */
export function limitRate(app: App, { engine, settings }: HttpContext): void {
  const { requestsPerMinute: most } = settings;
  if (most === undefined) return;
  let minute = 0;
  const asked = new Map<string, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    const now = engine.now().getTime();
    if (Math.floor(now / MINUTE_MS) !== minute) {
      minute = Math.floor(now / MINUTE_MS);
      asked.clear();
    }
    const account = request.actor?.accountId;
    const count = account === undefined ? 0 : (asked.get(account) ?? 0) + 1;
    if (account !== undefined) asked.set(account, count);
    const seconds = Math.ceil(((minute + 1) * MINUTE_MS - now) / 1000);
    done(count > most ? new Problem('too_many_requests', { seconds }) : undefined);
  });
}
