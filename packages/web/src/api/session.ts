import { signedInPerson, type SignedInPerson } from '@muster/contract';
import { z } from 'zod';
import { get, post } from './request.ts';

const organization = z.object({ name: z.string(), timezone: z.string() });
export type Organization = z.infer<typeof organization>;

export interface Credentials {
  /** E-mail or user name. */
  readonly login: string;
  readonly password: string;
}

export function getMe(): Promise<SignedInPerson> {
  return get('/api/me', signedInPerson);
}

/** The answer also sets the session cookie, which scripts cannot read. */
export function signIn(credentials: Credentials): Promise<SignedInPerson> {
  return post('/api/login', signedInPerson, credentials);
}

export async function signOut(): Promise<void> {
  await post('/api/logout', z.undefined());
}

export function getOrganization(): Promise<Organization> {
  return get('/api/organization', organization);
}
