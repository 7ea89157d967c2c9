/** What an organization sets for itself: as it is given, as it is shown, and as it stands in `orgs.settings`. */
import { sql } from 'kysely';
import { z } from 'zod';
import { MESSAGE_SWITCHES } from '../../messages/topics.ts';
import { loadSchema } from '../../school/assignments/load.ts';
import { rateLimitsSchema } from '../../school/assignments/rate.ts';
import { goodPracticeSchema } from '../../school/batches/good-practice.ts';
import { defaultAccessSchema } from '../../school/learners/default-access.ts';

const percent = z.number().min(0).max(100);
const guards = z
  .strictObject({
    removal_percent: percent.optional().describe('A plan that removes a larger share of its scope is guarded'),
    removal_rows: z.int().min(0).optional().describe('Plans that remove no more than so many never are'),
    update_percent: percent.optional().describe('The same for plans that change'),
    needs: z.enum(['typed', 'approval']).optional().describe('What a guarded plan waits for'),
  })
  .meta({ id: 'Guards' });
const messages = z
  .partialRecord(z.enum(MESSAGE_SWITCHES), z.boolean())
  .describe('What people are told by mail; what is left out is told')
  .meta({ id: 'MessageSwitches' });
const goodPractice = goodPracticeSchema
  .describe('Numbers of good practice for batches; what is left out is as usual')
  .meta({ id: 'GoodPractice' });
const load = loadSchema
  .describe('How much a student may have to do; what is left out is as usual')
  .meta({ id: 'StudentLoad' });
const rateLimits = rateLimitsSchema
  .describe('How often mass assignments may be made and confirmed; a system_admin sets it')
  .meta({ id: 'RateLimits' });
const enforceCapacity = z.boolean().describe('Whether a section that is full refuses students; otherwise it warns');
const accessDays = defaultAccessSchema.describe(
  'Days of access by an invite that is made because a batch has none; null is without end',
);

/** What is left out stays. */
export const settingsForm = z.strictObject({
  guards: guards.optional(),
  messages: messages.optional(),
  good_practice: goodPractice.optional(),
  load: load.optional(),
  rate_limits: rateLimits.optional(),
  enforce_capacity: enforceCapacity.optional(),
  learner_access_days: accessDays.optional(),
});

export const settingsView = z.object({
  guards: z.looseObject({}),
  messages,
  good_practice: goodPractice,
  load: z.looseObject({}),
  rate_limits: z.looseObject({}),
  enforce_capacity: enforceCapacity,
  learner_access_days: accessDays,
});
type Settings = z.infer<typeof settingsView>;

export function changedSettings(before: Settings, given: z.infer<typeof settingsForm>): Settings {
  const { learner_access_days: days = before.learner_access_days } = given;
  return {
    guards: { ...before.guards, ...given.guards },
    messages: { ...before.messages, ...given.messages },
    good_practice: { ...before.good_practice, ...given.good_practice },
    load: { ...before.load, ...given.load },
    rate_limits: { ...before.rate_limits, ...given.rate_limits },
    enforce_capacity: given.enforce_capacity ?? before.enforce_capacity,
    learner_access_days: days,
  };
}

/** The settings of a row of `orgs`, as {@link settingsView}. */
export const presentSettings = sql`jsonb_build_object(
  'guards', coalesce(settings -> 'guards', '{}'), 'messages', coalesce(settings -> 'messages', '{}'),
  'good_practice', coalesce(settings -> 'good_practice', '{}'), 'load', coalesce(settings -> 'load', '{}'),
  'rate_limits', coalesce(settings -> 'rate_limits', '{}'), 'enforce_capacity', coalesce(settings -> 'enforce_capacity', 'false'),
  'learner_access_days', settings -> 'learner_access_days')`;
