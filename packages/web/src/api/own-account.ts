import { z } from 'zod';
import { get, post, remove } from './request.ts';

const link = z.object({ organization: z.string(), full_name: z.string(), has_account: z.boolean() });
export type ClaimLink = z.infer<typeof link>;

const openSession = z.object({
  id: z.string(),
  created_at: z.string(),
  used_at: z.string(),
  ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  is_current: z.boolean(),
});
export type OpenSession = z.infer<typeof openSession>;

/** Whom a one-time link is for. */
export function readLink(token: string): Promise<ClaimLink> {
  return post('/api/claim/read', link, { token });
}

export async function claim(given: { token: string; password: string }): Promise<void> {
  await post('/api/claim', z.object({ user_id: z.string() }), given);
}

/** Enters the organization of the link with the account that is signed in. */
export async function linkAccount(token: string): Promise<void> {
  await post('/api/claim/link', z.object({ user_id: z.string() }), { token });
}

/** @returns what is said to everybody, whether or not the name is known. */
export async function forgetPassword(login: string): Promise<string> {
  return (await post('/api/password/forgotten', z.object({ message: z.string() }), { login })).message;
}

export async function changePassword(given: { current_password: string; new_password: string }): Promise<void> {
  await post('/api/me/password', z.undefined(), given);
}

export function getSessions(): Promise<OpenSession[]> {
  return get('/api/me/sessions', z.array(openSession));
}

export function endSession(id: string): Promise<void> {
  return remove(`/api/me/sessions/${id}`);
}

export function endOtherSessions(): Promise<void> {
  return remove('/api/me/sessions');
}
