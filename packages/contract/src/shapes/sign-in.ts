import { z } from 'zod';
import { timestamp } from './scalars.ts';

const membership = z.object({ id: z.string(), name: z.string(), user_id: z.string().nullable() });

/** What somebody may do beyond what is their own, for what a screen offers; each request is judged anew. */
export const RIGHTS = [
  /** Make and change people in reach, make sign-in links, read the audit and messages. */
  'manage_people',
  /** Pause, cancel, undo what others started. */
  'steer_all',
  /** Approve what somebody else made. */
  'approve',
  'manage_organization',
] as const;
export type Right = (typeof RIGHTS)[number];

/** `GET /api/me`: who is asking, and what they may do. */
export const signedInPerson = z
  .object({
    account_id: z.string(),
    email: z.string().nullable().describe('Of the person; of the account where it belongs to no organization'),
    user: z.object({ id: z.string(), full_name: z.string(), unit_id: z.string().nullable() }).nullable(),
    roles: z.array(z.string()),
    role: z.string().describe('The strongest of the roles'),
    organization: membership.nullable().describe('The one that requests without X-Organization-Id are about'),
    organizations: z.array(membership),
    entity_ids: z.array(z.string()).describe('Ids of the organizations'),
    rights: z.array(z.enum(RIGHTS)),
    may_start: z.array(z.string()).describe('Names of the kinds of operations that the role may start'),
    limits: z.object({
      people_max: z.int().nullable().describe('People whom one operation may choose; null without a limit'),
      in_request_people_max: z.int(),
      upload_bytes_max: z.int(),
      undo_hours: z.int().describe('How long after its end an operation can be undone'),
      confirms_per_minute: z.int().nullable().describe('Of mass assignments; null without an organization'),
    }),
  })
  .meta({ id: 'SignedInPerson' });
export type SignedInPerson = z.infer<typeof signedInPerson>;

/** Answer of `POST /api/login`. */
export const signIn = signedInPerson
  .extend({ token: z.string(), token_type: z.literal('Bearer'), expires_at: timestamp })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof signIn>;
