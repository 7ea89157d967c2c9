/** Learners who are enrolled by plans and invites. */
import { entry, type ProblemEntry } from './entry.ts';

export const LEARNER_PROBLEMS = {
  no_users_given: entry(400, 'No users given: send {ways}', 'Select at least one learner.'),
  unknown_batch: entry(400, 'Package session not found', 'Check the id.'),
  learner_not_found: entry(404, 'User not found', 'Check the id.'),
  learner_already_enrolled: entry(
    409,
    'Already enrolled ({state})',
    'There is nothing to do; RE_ENROLL opens an enrollment that has ended.',
  ),
  learner_not_enrolled: entry(409, 'Not enrolled', 'There is nothing to do.'),
  learner_already_ended: entry(409, 'Already {state}', 'There is nothing to do.'),
  user_creation_failed: entry(
    400,
    'User creation failed: {reason}',
    'Correct the new user, or select the person who exists.',
  ),
  config_resolution_failed: entry(
    400,
    'Config resolution failed: {reason}',
    'Name another invite, payment option or plan.',
  ),
  default_invite_taken: entry(
    409,
    '{batch} has a default invite already: {invite}.',
    'Take the tag DEFAULT from {invite} first, or leave it out here.',
  ),
  custom_field_not_found: entry(
    400,
    'Custom field {value} not found',
    'Use the id of a custom field of your organization.',
  ),
  new_user_repeated: entry(
    200,
    '{value} is given more than once among the new users; it is worked on once.',
    'Leave the other entries out.',
  ),
  user_plan_shared: entry(
    200,
    'UserPlan {plan} is shared across {count} package sessions. Canceling this plan will affect other enrollments.',
    'Go on, or leave these learners out.',
  ),
} as const satisfies Record<string, ProblemEntry>;
