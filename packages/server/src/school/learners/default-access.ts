import { z } from 'zod';

/** As it stands in `settings.learner_access_days` of the organization; null is without end. */
export const defaultAccessSchema = z.int().min(1).max(36_500).nullable();

/** How many days a learner has access by an invite that was made because a batch had none. */
export function defaultAccessDays(settings: Readonly<Record<string, unknown>>): number | null {
  return defaultAccessSchema.catch(null).parse(settings['learner_access_days']);
}
