import { z } from 'zod';
import { timestamp } from './scalars.ts';

const membership = z.object({ id: z.string(), name: z.string(), user_id: z.string().nullable() });

/** `GET /api/me`: who is asking, and what they may do. */
export const signedInPerson = z
  .object({
    account_id: z.string(),
    user: z.object({ id: z.string(), full_name: z.string(), unit_id: z.string().nullable() }).nullable(),
    roles: z.array(z.string()),
    role: z.string().describe('The strongest of the roles'),
    organization: membership.nullable().describe('The one that requests without X-Organization-Id are about'),
    organizations: z.array(membership),
    entity_ids: z.array(z.string()).describe('Ids of the organizations'),
    limits: z.object({ people_max: z.int().nullable(), in_request_people_max: z.int(), upload_bytes_max: z.int() }),
  })
  .meta({ id: 'SignedInPerson' });
export type SignedInPerson = z.infer<typeof signedInPerson>;

/** Answer of `POST /api/login`. */
export const signIn = signedInPerson
  .extend({ token: z.string(), token_type: z.literal('Bearer'), expires_at: timestamp })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof signIn>;
